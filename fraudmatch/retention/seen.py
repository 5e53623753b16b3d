"""When a night read each delivery first, remembered beyond the nights themselves."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from fraudmatch.audit import Run
from fraudmatch.durable import make_folder, write_text
from fraudmatch.site import Site

#: Digests and days, nothing else: without it a delivery would begin anew whenever its first night is purged.
_FILE = "first-seen.json"


def first_seen(site: Site, runs: Iterable[Run]) -> dict[str, dt.date]:
    """SHA-256 of a delivery -> the day of the night that read it first, as far as is known."""
    found = _remembered(site.purges_folder / _FILE)
    for run in runs:
        day = dt.date.fromisoformat(run.manifest["as_at"])
        inputs: Mapping[str, str] = run.manifest.get("inputs", {})
        digests = [digest for name, digest in inputs.items() if name.startswith("deliveries/")]
        digests += [row["delivery"] for row in run.manifest["deliveries"]]
        _earliest(found, digests, day)
    for note in sorted(site.accepted_folder.glob("*/*/*.json")):
        told = json.loads(note.read_text(encoding="utf-8"))
        for digest, day in told["earlier"].items():
            _earliest(found, [digest], dt.date.fromisoformat(day))
        digests = [str(row["delivery"]) for row in told["deliveries"]]
        _earliest(found, digests, dt.date.fromisoformat(told["since"]))
    return found


def remember(site: Site, seen: Mapping[str, dt.date]) -> None:
    """Keep it, on the disk when this returns."""
    make_folder(site.purges_folder)
    told = {digest: day.isoformat() for digest, day in seen.items()}
    write_text(site.purges_folder / _FILE, json.dumps(told, indent=0, sort_keys=True) + "\n")


def _remembered(path: Path) -> dict[str, dt.date]:
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return {str(digest): dt.date.fromisoformat(day) for digest, day in told.items()}


def _earliest(found: dict[str, dt.date], digests: Iterable[str], day: dt.date) -> None:
    for digest in digests:
        found[digest] = min(day, found.get(digest, day))
