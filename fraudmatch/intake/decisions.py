"""What people decided about deliveries: `releases.csv` of the site folder, one line each, only ever added to.

A decision names one delivery by its digest, and holds from its day on: a night before it comes out as it
did. The newest decision about a delivery counts.
"""

from __future__ import annotations

import csv
import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal, get_args

from fraudmatch.errors import Problem, SiteError

Verdict = Literal["release", "refuse", "withdraw"]
COLUMNS = ("partner", "slot", "delivery", "decision", "on", "by", "reason", "file")
_DIGEST = re.compile(r"^[0-9a-f]{64}$")


@dataclass(frozen=True)
class Decision:
    """One line of releases.csv.

    Attributes:
        delivery: sha256 of the file. decision: release (use it although it was held) | refuse (never use
            it) | withdraw (never again: it had been accepted).
        on: the night's date from which it holds. file: its name, for people.
    """

    partner: str
    slot: str
    delivery: str
    decision: Verdict
    on: dt.date
    by: str
    reason: str
    file: str = ""

    def in_words(self) -> str:
        """Who decided, when and why."""
        done = {"release": "released", "refuse": "refused", "withdraw": "withdrawn"}[self.decision]
        return f"{done} by {self.by} on {self.on.isoformat()}: {self.reason}"


def read_decisions(path: Path, night: dt.date | None = None) -> dict[str, Decision]:
    """Delivery -> the newest decision about it that holds on the night (any, when null).

    Raises:
        SiteError: a line cannot be read; all are named.
    """
    if not path.is_file():
        return {}
    problems, found = [], {}
    with path.open(encoding="utf-8-sig", newline="") as lines:
        for number, row in enumerate(csv.DictReader(lines), 2):
            decision = _decision(row)
            if isinstance(decision, str):
                problems.append(Problem(path.name, f"line {number}", decision))
            elif night is None or decision.on <= night:
                found[decision.delivery] = decision
    if problems:
        raise SiteError(
            f"{path} has faults.", problems=problems, remedy=f"Its columns are {', '.join(COLUMNS)}."
        )
    return found


def _decision(row: Mapping[str, str | None]) -> Decision | str:
    """A line as a decision, or what is wrong with it."""
    cell = {name: (row.get(name) or "").strip() for name in COLUMNS}
    blank = [name for name in COLUMNS if name != "file" and not cell[name]]
    if blank:
        return f"{', '.join(blank)} must be filled."
    if cell["decision"] not in get_args(Verdict):
        return f"decision is one of {', '.join(get_args(Verdict))}."
    if not _DIGEST.match(cell["delivery"]):
        return "delivery is a SHA-256: 64 hexadecimal digits."
    try:
        on = dt.date.fromisoformat(cell["on"])
    except ValueError:
        return "write the day as 2026-03-31."
    return Decision(
        cell["partner"], cell["slot"], cell["delivery"], cell["decision"], on, cell["by"],  # type: ignore[arg-type]
        cell["reason"], cell["file"],
    )  # fmt: skip


def add_decisions(path: Path, decisions: Iterable[Decision]) -> None:
    """Write decisions behind those there are."""
    new = not path.exists()
    with path.open("a", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, COLUMNS, lineterminator="\n")
        if new:
            writer.writeheader()
        for decision in decisions:
            writer.writerow(asdict(decision) | {"on": decision.on.isoformat()})
