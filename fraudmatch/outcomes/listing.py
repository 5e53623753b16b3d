"""Events as rows for people and for other programs: in pounds, dates as text, blank for what was not told."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import Any

from fraudmatch.outcomes.events import Event
from fraudmatch.schemas import VALUE_CLASSES

#: Columns of the file; those of `outcomes.csv` keep their names.
COLUMNS = (
    "event", "supersedes", "flag_key", "rule_id", "rule_version", "partner", "outcome", "reason", "decided_on",
    "decided_by", "recorded_at", "minutes", *(f"value_{kind}" for kind in VALUE_CLASSES), "note", "left_ref",
    "right_ref",
)  # fmt: skip

#: First characters that make a spreadsheet take a cell for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def plain(event: Event) -> dict[str, Any]:
    """An event under the names of COLUMNS, for JSON; null = not told, amounts in pence under their own names."""
    told = event.decision
    row = {name: getattr(told, name) for name in COLUMNS if hasattr(told, name)}
    row |= {"event": event.sequence, "supersedes": event.supersedes, "recorded_at": event.recorded_at}
    row["decided_on"] = told.decided_on.isoformat()
    return row | {f"value_{kind}_pence": getattr(told, f"value_{kind}_pence") for kind in VALUE_CLASSES}


def in_force(events: Iterable[Event]) -> list[Event]:
    """The newest event of each flag, in the order of events."""
    newest = {event.decision.flag_key: event for event in events}
    return sorted(newest.values(), key=lambda event: event.sequence)


def as_csv(events: Iterable[Event]) -> str:
    """A CSV file of events, one a row; texts that a spreadsheet would take for formulas begin with an apostrophe."""
    lines = io.StringIO()
    writer = csv.DictWriter(lines, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for event in events:
        row = plain(event)
        for kind in VALUE_CLASSES:
            pence = row.pop(f"value_{kind}_pence")
            row[f"value_{kind}"] = None if pence is None else f"{pence // 100}.{pence % 100:02d}"
        writer.writerow({name: _safe(row[name]) for name in COLUMNS})
    return lines.getvalue()


def _safe(cell: object) -> object:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell
