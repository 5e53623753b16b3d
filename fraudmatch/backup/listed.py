"""Which backups hold what a site had, and from when they fall away."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from fraudmatch.backup.key import read_key
from fraudmatch.backup.vault import Backup, Vault
from fraudmatch.errors import BackupError, FraudmatchError
from fraudmatch.site import Site

#: What stands in the place of a number where a folder could not be read: it is told, never left out.
UNREAD = "could not be listed"


def backups_of(site: Site) -> Iterator[tuple[Path, Backup | None]]:
    """Every backup in the folders that site.toml names, oldest first; (folder, None) where one could not be read."""
    for name in site.backup.to:
        folder = Path(name)
        try:
            if site.backup.key is None:
                raise BackupError("no key is named")
            vault = Vault(site.beside(name), read_key(site.beside(site.backup.key)))
            for each in vault.names():
                yield folder, vault.read(each)
        except FraudmatchError:
            yield folder, None


def falls_away_from(site: Site, backup: Backup) -> str:
    """The day from which `keep_days` lets a backup be removed, in words where there is none."""
    days = site.backup.keep_days
    taken = dt.date.fromisoformat(backup.taken_at[:10])
    return (taken + dt.timedelta(days)).isoformat() if days else "never, by itself"


def backups_holding(
    site: Site, digests: Collection[str], paths: Collection[str] = ()
) -> list[dict[str, Any]]:
    """Backups that hold files with these SHA-256 of their contents, with how many of them, and until when.

    Args:
        paths: files of the site that count whatever their content is.
    """
    told: list[dict[str, Any]] = []
    wanted = frozenset(digests)
    for folder, backup in backups_of(site):
        if backup is None:
            told.append({"backup": f"{UNREAD}; it may hold them", "folder": folder.name})
            continue
        files = len(wanted & {entry.sha256 for entry in backup.files})
        files += sum(entry.path in paths for entry in backup.files)
        if files:
            told.append(
                {"backup": backup.name, "folder": folder.name, "taken_at": backup.taken_at, "files": files,
                 "falls_away_from": falls_away_from(site, backup)}
            )  # fmt: skip
    return told
