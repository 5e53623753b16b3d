"""How the backups of a site stand: when one was taken, and when one was last proved by a drill.

`backups.json` in the site folder remembers both. It is written by the commands, read for the morning, and
holds times, names of backups and counts.
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fraudmatch.backup.drill import Drill
from fraudmatch.backup.take import Taken
from fraudmatch.durable import write_text
from fraudmatch.site import Site

#: How long a drill that passed stands, hours (the issue's bar; reliability R14).
DRILL_STANDS = 48


@dataclass(frozen=True)
class Standing:
    """How the backups stand.

    Attributes:
        red: no drill has passed within `DRILL_STANDS` hours: nobody knows whether a backup can be restored.
        lines: what to tell people, most important first.
    """

    red: bool
    lines: tuple[str, ...]


def note_backup(site: Site, folder: Path, taken: Taken) -> None:
    """Remember that a backup was taken."""
    backup = taken.backup
    _note(
        site,
        "taken",
        {"at": backup.taken_at, "backup": backup.name, "folder": str(folder), "kind": backup.kind},
    )


def note_drill(site: Site, folder: Path, done: Drill | None, *, now: dt.datetime, why: str = "") -> None:
    """Remember a drill; `done` None = it did not pass, and `why` says the reason."""
    stamp = now.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    told: dict[str, Any] = {"at": stamp, "folder": str(folder)}
    if done is None:
        _note(site, "failed", told | {"why": why})
        return
    told |= {
        "backup": done.backup.name,
        "seconds": round(done.seconds, 1),
        "age_seconds": round(done.age_seconds),
    }
    _note(site, "passed", told)


def standing_of(site: Site, now: dt.datetime) -> Standing:
    """How the backups of a site stand now.

    Args:
        now: with a time zone.
    """
    known = _read(site.backups_file)
    taken, passed, failed = known.get("taken"), known.get("passed"), known.get("failed")
    if taken is None:
        return Standing(True, ("No backup was ever taken of this site. Take one: fraudmatch backup",))
    lines = [f"The newest backup is {taken['backup']}, {hours_since(taken['at'], now)} old."]
    since = passed and _hours(passed["at"], now)
    red = since is None or since > DRILL_STANDS
    if passed is None:
        lines.insert(0, "No backup was ever proved by a drill. Hold one: fraudmatch drill")
    elif red:
        lines.insert(
            0, f"No drill has passed for {hours_since(passed['at'], now)}. Hold one: fraudmatch drill"
        )
    else:
        lines.append(
            f"Backup {passed['backup']} was restored in a drill {hours_since(passed['at'], now)} ago, in "
            f"{passed['seconds']:,} seconds."
        )
    if failed is not None and (passed is None or failed["at"] > passed["at"]):
        lines.insert(0, f"The drill of {failed['at']} did not pass: {failed['why']}")
        red = True
    return Standing(red, tuple(lines))


def hours_since(stamp: str, now: dt.datetime) -> str:
    """How long ago, in words."""
    hours = _hours(stamp, now)
    if hours < 1:
        return "less than an hour"
    if hours < 48:
        return f"{hours:.0f} hours" if hours >= 1.5 else "an hour"
    return f"{hours / 24:.0f} days"


def _hours(stamp: str, now: dt.datetime) -> float:
    return max(0.0, (now - dt.datetime.fromisoformat(stamp)).total_seconds() / 3600)


def _note(site: Site, what: str, told: dict[str, Any]) -> None:
    path = site.backups_file
    write_text(path, json.dumps(_read(path) | {what: told}, indent=1, sort_keys=True) + "\n")


def _read(path: Path) -> dict[str, Any]:
    try:
        read = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}  # unknown is not proved: the standing is red
    return read if isinstance(read, dict) else {}
