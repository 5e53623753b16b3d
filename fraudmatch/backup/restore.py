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
        last_event: the newest decision in the store.
    """

    site: Site
    backup: Backup
    artefacts: int
    last_event: int


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
        artefacts, last_event = _compared(load_site(draft), backup)
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
    return Restored(load_site(to), backup, artefacts, last_event)


def _inside(folder: Path, name: str) -> Path:
    """Where a file goes. The signature says that our own program wrote the name; a bad one is refused all the same."""
    path = (folder / name).resolve()
    if not path.is_relative_to(folder.resolve()) or path == folder.resolve():
        raise BackupError(f"The backup names a file outside the site: {name!r}.", remedy="Do not use it.")
    return path


def _compared(site: Site, backup: Backup) -> tuple[int, int]:
    """What came out against what the backup says was in it: artefacts compared, last event of the store."""
    artefacts = last_event = 0
    if backup.held["run"] is not None:
        run = open_run(site.runs_folder)
        wrong = [
            name
            for name, sha256 in run.manifest["artefacts"].items()
            if sha256_of(run.folder / name) != sha256
        ]
        artefacts = len(run.manifest["artefacts"])
        if wrong or run.folder.name != backup.held["run"]:
            raise BackupError(
                f"Night {backup.held['run']} came out of the backup with {len(wrong):,} wrong files.",
                remedy="Restore another backup.",
            )
    if site.store_file.is_file():
        from fraudmatch.outcomes.store import open_store

        store = open_store(site.store_file)
        last_event = 0 if store.damage else store.last_sequence()
    # A decision may have been told between the counting and the copy of the store; fewer is a loss.
    if last_event < backup.held["last_event"]:
        raise BackupError(
            f"The store came out of the backup with {last_event:,} of {backup.held['last_event']:,} decisions.",
            remedy="Restore another backup.",
        )
    return artefacts, last_event
