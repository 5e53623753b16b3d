"""Decided flags, read from a CSV file: what people found, how long it took, what it was worth.

The file is `outcomes.csv` of the site folder; docs/casework.md gives its columns. A row that
cannot be read is left out and said, with file, row, field and reason; the others count.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, fields
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import pyarrow as pa

from fraudmatch.errors import RunError
from fraudmatch.outcomes.events import KEY, MOST_MINUTES, Decision, faults_of
from fraudmatch.schemas import OUTCOME_WORDS, OUTCOMES, VALUE_CLASSES, conform

_NEEDED = ("flag_key", "rule_id", "partner", "outcome", "decided_on")
_AMOUNTS = tuple(f"value_{kind}" for kind in VALUE_CLASSES)
_TEXTS = ("reason", "decided_by", "note")
_COLUMNS = (*_NEEDED, "minutes", *_AMOUNTS, *_TEXTS)


@dataclass(frozen=True, order=True)
class OutcomeFault:
    """One thing wrong in one row; `row` counts from 1 with the heading, 0 = the whole file. Never the value."""

    file: str
    row: int
    field: str
    reason: str

    def __str__(self) -> str:
        return f"{self.file}, row {self.row}, {self.field}: {self.reason}"


@dataclass(frozen=True)
class OutcomesRead:
    """OUTCOMES, and all that could not be read.

    Attributes:
        table: OUTCOMES; each flag once, with its newest decision.
        replaced: rows that an outcome of a later day took the place of.
        decisions: every row that could be read, in the order of its day, then of its content.
    """

    table: pa.Table
    faults: tuple[OutcomeFault, ...] = ()
    replaced: int = 0
    decisions: tuple[Decision, ...] = ()


def read_outcomes(path: Path) -> OutcomesRead:
    """The outcomes in a CSV file (UTF-8, comma, one heading row); none when it does not exist.

    Raises:
        RunError: the file cannot be read as text, or lacks a column that every outcome needs.
    """
    if not path.is_file():
        return OutcomesRead(OUTCOMES.empty_table())
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            reader = csv.DictReader(lines, restkey="")
            headings = reader.fieldnames or []
            rows = list(reader)
    except (UnicodeDecodeError, csv.Error) as error:
        raise RunError(
            f"{path} is not a CSV file in UTF-8: {error}.", remedy="Save it as CSV UTF-8."
        ) from error
    missing = [name for name in _NEEDED if name not in headings]
    if missing:
        raise RunError(
            f"{path} has no column {', '.join(missing)}.", remedy=f"Its columns are: {', '.join(_COLUMNS)}."
        )
    faults = [
        OutcomeFault(path.name, 1, name or "(none)", "there is no such column; it is not read")
        for name in headings
        if name not in _COLUMNS
    ]
    read: list[Decision] = []
    for number, row in enumerate(rows, 2):
        found, wrong = _row(row)
        if not wrong:
            read.append(Decision(**found))
            wrong = list(faults_of(read[-1]))
            del read[len(read) - bool(wrong) :]
        faults += [OutcomeFault(path.name, number, field, reason) for field, reason in wrong]
    read.sort(key=_age)
    table, replaced = _newest(read)
    return OutcomesRead(table, tuple(sorted(faults)), replaced, tuple(read))


def _row(row: Mapping[str, str | None]) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    """A row as a Decision has it, and (field, reason) of all in it that cannot be read."""
    cell = {name: (row.get(name) or "").strip() for name in _COLUMNS}
    wrong = [(name, "it is blank") for name in _NEEDED if not cell[name]]
    if "" in row:
        wrong.append(("(row)", "it has more cells than the heading"))
    if cell["flag_key"] and not KEY.match(cell["flag_key"]):
        wrong.append(
            ("flag_key", "a flag key has 32 hexadecimal digits, as in the last column of the reports")
        )
    if cell["outcome"] and cell["outcome"] not in OUTCOME_WORDS:
        wrong.append(("outcome", f"choose one of: {', '.join(OUTCOME_WORDS)}"))
    found: dict[str, Any] = {name: cell[name] or None for name in (*_NEEDED, *_TEXTS)}
    try:
        found["decided_on"] = dt.date.fromisoformat(cell["decided_on"]) if cell["decided_on"] else None
    except ValueError:
        wrong.append(("decided_on", "write the day as 2026-03-31"))
    found["minutes"] = _minutes(cell["minutes"], wrong)
    for name in _AMOUNTS:
        found[f"{name}_pence"] = _pence(name, cell[name], wrong)
    return found, wrong


def _minutes(text: str, wrong: list[tuple[str, str]]) -> int | None:
    if not text:
        return None
    if text.isascii() and text.isdigit() and int(text) <= MOST_MINUTES:
        return int(text)
    wrong.append(("minutes", f"write whole minutes from 0 to {MOST_MINUTES:,}"))
    return None


def _pence(name: str, text: str, wrong: list[tuple[str, str]]) -> int | None:
    """Pounds with at most two decimals as pence."""
    if not text:
        return None
    try:
        pence = Decimal(text.replace(",", "").removeprefix("£")) * 100
        if pence.is_finite() and pence == pence.to_integral_value() and 0 <= pence < Decimal(10) ** 15:
            return int(pence)
    except InvalidOperation:
        pass
    wrong.append((name, "write pounds with at most two decimals, not below 0"))
    return None


def _newest(decisions: list[Decision]) -> tuple[pa.Table, int]:
    """Each flag once: of several decisions the last in their order."""
    kept = {decision.flag_key: decision for decision in decisions}
    ordered = [kept[key] for key in sorted(kept)]
    columns = {
        field.name: pa.array([getattr(d, field.name) for d in ordered], field.type) for field in OUTCOMES
    }
    return conform(pa.table(columns), OUTCOMES, what="OUTCOMES"), len(decisions) - len(kept)


def _age(decision: Decision) -> tuple[str, ...]:
    """The day, then the content, so that the order of rows in the file does not matter."""
    names = sorted(field.name for field in fields(Decision))
    return (str(decision.decided_on), *(str(getattr(decision, name)) for name in names))
