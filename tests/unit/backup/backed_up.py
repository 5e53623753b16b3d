"""A site, its backups, and decisions about it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from fraudmatch.backup import Key, Taken, Vault, take_backup
from fraudmatch.outcomes import Decision, key_of
from fraudmatch.outcomes.store import open_store
from fraudmatch.site import Site

NOW = dt.datetime(2026, 3, 31, 23, 5, tzinfo=dt.UTC)
NOTE = "Zebedee Quillfeather telephoned"  # invented


def decide(site: Site, count: int, *, first: int = 0) -> None:
    """Record decisions about flags that need not be there."""
    store = open_store(site.outcomes_store)
    for number in range(first, first + count):
        told = Decision(
            f"{number:032x}", "FM-CT-001", "cotswold", "unresolved", dt.date(2026, 3, 31), note=NOTE
        )
        store.record(told, key=key_of(told, "test"), recorded_at=NOW, supersedes=None)


@dataclass
class Place:
    site: Site
    vault: Vault
    key: Key
    root: Path

    def take(self, **more: object) -> Taken:
        return take_backup(self.site, self.vault, now=NOW, **more)  # type: ignore[arg-type]
