"""A drill: restore the newest backup into an empty place and open its case list, as on the day it is needed."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from fraudmatch.backup.restore import restore
from fraudmatch.backup.vault import Backup, Vault
from fraudmatch.errors import BackupError
from fraudmatch.kept import read_night
from fraudmatch.scratch import scratch_folder

Say = Callable[[str], None]


@dataclass(frozen=True)
class Drill:
    """A drill that passed.

    Attributes:
        seconds: from the start to the open case list.
        age_seconds: how old what was recovered is: decisions told since would be lost.
        cases: in the case list; None = the site has had no night. last_event: the newest decision.
        last_act: the newest act about a case.
        artefacts: files of the night that were compared with its manifest.
    """

    backup: Backup
    seconds: float
    age_seconds: float
    cases: int | None
    last_event: int
    last_act: int
    artefacts: int


def drill(
    vault: Vault, place: Path, *, now: dt.datetime, name: str | None = None, say: Say = lambda _: None
) -> Drill:
    """Restore a backup inside `place`, open its case list, and remove it again.

    Args:
        place: a folder with room for the site; nothing of it is left behind.
        now: with a time zone, to say how old the backup is.
        name: of the backup; the newest when None.

    Raises:
        BackupError, RunError: it did not pass; says why.
    """
    begun = time.perf_counter()
    with scratch_folder(place) as folder:
        restored = restore(vault, folder / "site", name, say=say)
        cases = None
        if restored.backup.held["run"] is not None:
            say("drill · opening the case list")
            cases = read_night(restored.site).cases.num_rows
            if cases != restored.backup.held["cases"]:
                raise BackupError(
                    f"The case list has {cases:,} of {restored.backup.held['cases']:,} cases.",
                    remedy="Restore another backup.",
                )
        seconds = time.perf_counter() - begun
    taken = dt.datetime.fromisoformat(restored.backup.taken_at)
    age = max(0.0, (now - taken).total_seconds())
    return Drill(
        restored.backup, seconds, age, cases, restored.last_event, restored.last_act, restored.artefacts
    )
