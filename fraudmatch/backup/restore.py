"""Put a site back from a backup: into an empty place, whole or not at all, and every file checked."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from fraudmatch.audit import open_run, sha256_of
from fraudmatch.backup.vault import Backup, Vault
from fraudmatch.durable import sync_folder
from fraudmatch.errors import BackupError
from fraudmatch.site import Site, load_site

Say = Callable[[str], None]


@dataclass(frozen=True)
class Restored:
    """A site that was put back.

    Attributes:
        artefacts: files of the newest night whose SHA-256 was compared with its manifest.
        last_event: the newest decision in the store. last_act: the newest act about a case in it.
    """

    site: Site
    backup: Backup
    artefacts: int
    last_event: int
    last_act: int


def restore(vault: Vault, to: Path, name: str | None = None, *, say: Say = lambda _: None) -> Restored:
    """Put a backup back as the folder `to`.

    Every file is written beside `to` first and checked; then the folder takes its name. So there is never half a
    site under the name.

    Args:
        to: a folder that is empty or not there. name: of the backup; the newest when None.

    Raises:
        BackupError: the folder is not empty, the backup is damaged, or what came out is not what it says.
    """
    if to.exists() and (not to.is_dir() or any(to.iterdir())):
        raise BackupError(
            f"{to} is not empty; a restore never writes over anything.", remedy="Name an empty folder."
        )
    backup = vault.read(name)
    draft = to.absolute().parent / f".{to.absolute().name}.restoring"
    if draft.exists():
        shutil.rmtree(draft)  # of a restore that was interrupted
    try:
        draft.mkdir(parents=True, mode=0o700)
        say(f"restore · {len(backup.files):,} files of backup {backup.name}")
        for count, entry in enumerate(backup.files):
            say(f"  {count:,} of {len(backup.files):,} files are back")
            vault.fetch(entry, _inside(draft, entry.path))
        compared = _compared(load_site(draft), backup)
        sync_folder(draft)
        if to.exists():
            to.rmdir()
        draft.rename(to)
        sync_folder(to.absolute().parent)
    except OSError as error:
        raise BackupError(
            f"{to} cannot be written: {error.strerror}.", remedy="Make room there, or name another folder."
        ) from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return Restored(load_site(to), backup, *compared)


def _inside(folder: Path, name: str) -> Path:
    """Where a file goes. The signature says that our own program wrote the name; a bad one is refused all the same."""
    path = (folder / name).resolve()
    if not path.is_relative_to(folder.resolve()) or path == folder.resolve():
        raise BackupError(f"The backup names a file outside the site: {name!r}.", remedy="Do not use it.")
    return path


def _compared(site: Site, backup: Backup) -> tuple[int, int, int]:
    """What came out against what the backup says was in it: artefacts compared, last decision and last act of the store."""
    return (_artefacts_compared(site, backup), *_store_compared(site, backup))


def _artefacts_compared(site: Site, backup: Backup) -> int:
    if backup.held["run"] is None:
        return 0
    run = open_run(site.runs_folder)
    artefacts = run.manifest["artefacts"]
    wrong = [name for name, sha256 in artefacts.items() if sha256_of(run.folder / name) != sha256]
    if wrong or run.folder.name != backup.held["run"]:
        raise BackupError(
            f"Night {backup.held['run']} came out of the backup with {len(wrong):,} wrong files.",
            remedy="Restore another backup.",
        )
    return len(artefacts)


def _store_compared(site: Site, backup: Backup) -> tuple[int, int]:
    from fraudmatch.caselog import CaseLog
    from fraudmatch.outcomes.store import open_store

    last_event = last_act = 0
    if site.store_file.is_file() and not (store := open_store(site.store_file)).damage:
        last_event, last_act = store.last_sequence(), CaseLog(store).last_sequence()
    # More may have been told between the counting and the copy of the store; fewer is a loss.
    for last, name, what in (
        (last_event, "last_event", "decisions"),
        (last_act, "last_act", "acts about cases"),
    ):
        held = backup.held.get(name, 0)  # backups of before there was a desk say nothing of acts
        if last < held:
            raise BackupError(
                f"The store came out of the backup with {last:,} of {held:,} {what}.",
                remedy="Restore another backup.",
            )
    return last_event, last_act
