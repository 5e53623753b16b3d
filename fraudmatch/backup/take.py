"""Take a backup of a site: its files as they are now, the store of outcomes as of its last transaction."""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fraudmatch import __version__
from fraudmatch.backup.contents import Contents, contents_of, decision_files
from fraudmatch.backup.vault import Backup, Entry, FileChanged, Vault
from fraudmatch.errors import BackupError, RunError
from fraudmatch.scratch import scratch_folder
from fraudmatch.site import Site
from fraudmatch.store.access import exists

WHOLE, DECISIONS = "whole", "decisions"
#: How often a file that changes while it is read is read again.
_ATTEMPTS = 3

Say = Callable[[str], None]


@dataclass(frozen=True)
class Taken:
    """A backup that was taken.

    Attributes:
        new_files / new_bytes: files that no earlier backup held.
        left_out: what is no file and was not followed.
    """

    backup: Backup
    new_files: int
    new_bytes: int
    left_out: tuple[str, ...] = ()


def take_backup(
    site: Site, vault: Vault, *, now: dt.datetime, kind: str = WHOLE, say: Say = lambda _: None
) -> Taken:
    """Add a backup of a site to a vault. No night may be running, unless only decisions are read.

    Args:
        now: with a time zone; printed, never used for an order.
        kind: WHOLE, or DECISIONS: read only what people decided again, which takes a moment. Without an
            earlier backup of the site it is the whole site all the same.

    Raises:
        BackupError: the folder cannot be written, a file cannot be read, or the store is damaged.
    """
    names = vault.names()
    before = vault.read() if names else None
    if before is not None and before.site != site.name:
        raise BackupError(
            f"{vault.folder} holds backups of {before.site!r}.",
            remedy=f"Name another folder for {site.name!r}.",
        )
    number = int(names[-1]) + 1 if names else 1
    if kind == DECISIONS and before is not None:
        contents = Contents(decision_files(site), ())
        standing = [entry for entry in before.files if entry.path not in _all_decision_files(site)]
    else:
        kind, contents, standing = WHOLE, contents_of(site), []
    chosen = contents.files
    taken: list[Entry] = []
    fresh = 0, 0
    say(f"backup · {len(chosen):,} files")
    for count, name in enumerate(chosen):
        say(f"  {count:,} of {len(chosen):,} files are kept")
        entry, new = _kept(site, vault, name)
        taken.append(entry)
        fresh = fresh[0] + new, fresh[1] + new * entry.size
    files = tuple(sorted([*standing, *taken], key=lambda entry: entry.path))
    stamp = now.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    backup = Backup(number, stamp, kind, site.name, __version__, files, held_of(site))
    vault.add(backup)
    return Taken(backup, *fresh, contents.left_out)


def held_of(site: Site) -> dict[str, Any]:
    """What the site holds, for a restore to be compared with: its newest night, its last decision and last act about a case.

    Raises:
        BackupError: the store is damaged, so that a backup of it is worth nothing.
    """
    from fraudmatch.audit import open_run

    held: dict[str, Any] = {"run": None, "cases": 0, "last_event": 0, "last_act": 0}
    with contextlib.suppress(RunError):
        run = open_run(site.runs_folder)
        held |= {"run": run.folder.name, "cases": run.manifest["cases"]}
    if exists(site.outcomes_store):
        from fraudmatch.caselog import CaseLog
        from fraudmatch.outcomes.store import open_store

        store = open_store(site.outcomes_store)
        if store.damage:
            raise BackupError(
                f"{site.outcomes_store} is damaged ({store.damage}); a backup of it would take the place of a good one.",
                remedy="Restore the newest backup of it. The folder of backups was not changed.",
            )
        held |= {"last_event": store.last_sequence(), "last_act": CaseLog(store).last_sequence()}
    return held


def _all_decision_files(site: Site) -> frozenset[str]:
    paths = (site.store_file, site.outcomes_file, site.releases_file, site.key_file)
    return frozenset(path.name for path in paths)


def _kept(site: Site, vault: Vault, name: str) -> tuple[Entry, bool]:
    """A file of the site in the vault, and whether it is new there.

    Raises:
        BackupError: it cannot be read, or changes all the time.
        StoreError: the store cannot be read.
    """
    from fraudmatch.outcomes.store import open_store

    path = site.root / name
    if path == site.store_file:
        with scratch_folder(site.root) as folder:
            copy = folder / path.name
            open_store(site.outcomes_store).copy_to(copy)
            return _put(vault, name, copy, private=True)
    for _ in range(_ATTEMPTS):
        with contextlib.suppress(FileChanged):
            return _put(vault, name, path, private=os.name == "posix" and not path.stat().st_mode & 0o077)
    raise BackupError(
        f"{path} changes all the time, so no backup of it can be taken.",
        remedy="Try again when it is at rest.",
    )


def _put(vault: Vault, name: str, path: Path, *, private: bool) -> tuple[Entry, bool]:
    try:
        size = path.stat().st_size
        with path.open("rb") as stream:
            sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
        new = vault.put(path, sha256)
    except OSError as error:
        raise BackupError(
            f"{path} cannot be read: {error.strerror}.",
            remedy="No backup was taken; earlier ones are as they were.",
        ) from error
    return Entry(name, size, sha256, vault.object_of(sha256), private), new
