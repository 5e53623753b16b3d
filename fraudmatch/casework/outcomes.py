"""Decided flags, read from a CSV file: what people found, how long it took, what it was worth.

The file is `outcomes.csv` of the site folder; docs/casework.md gives its columns. A row that
cannot be read is left out and said, with file, row, field and reason; the others count.
"""

from __future__ import annotations

import csv
import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path

import pyarrow as pa

from fraudmatch.errors import RunError
from fraudmatch.schemas import OUTCOMES, VALUE_CLASSES, conform

#: What a person can find; the first two are real.
REAL = ("confirmed", "error")
CLEARED = "cleared"
WORDS = (*REAL, CLEARED, "unresolved")

_NEEDED = ("flag_key", "rule_id", "partner", "outcome", "decided_on")
_AMOUNTS = tuple(f"value_{kind}" for kind in VALUE_CLASSES)
_COLUMNS = (*_NEEDED, "minutes", *_AMOUNTS, "note")
_KEY = re.compile(r"^[0-9a-f]{32}$")
_MOST_MINUTES = 100_000


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
    """

    table: pa.Table
    faults: tuple[OutcomeFault, ...] = ()
    replaced: int = 0


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
    read = []
    for number, row in enumerate(rows, 2):
        found, wrong = _row(row)
        faults += [OutcomeFault(path.name, number, field, reason) for field, reason in wrong]
        if not wrong:
            read.append(found)
    table, replaced = _newest(read)
    return OutcomesRead(table, tuple(sorted(faults)), replaced)


def _row(row: Mapping[str, str | None]) -> tuple[dict[str, object], list[tuple[str, str]]]:
    """A row as OUTCOMES has it, and (field, reason) of all that is wrong with it."""
    cell = {name: (row.get(name) or "").strip() for name in _COLUMNS}
    wrong = [(name, "it is blank") for name in _NEEDED if not cell[name]]
    if "" in row:
        wrong.append(("(row)", "it has more cells than the heading"))
    if cell["flag_key"] and not _KEY.match(cell["flag_key"]):
        wrong.append(
            ("flag_key", "a flag key has 32 hexadecimal digits, as in the last column of the reports")
        )
    if cell["outcome"] and cell["outcome"] not in WORDS:
        wrong.append(("outcome", f"choose one of: {', '.join(WORDS)}"))
    found: dict[str, object] = {name: cell[name] or None for name in (*_NEEDED, "note")}
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
    if text.isascii() and text.isdigit() and int(text) <= _MOST_MINUTES:
        return int(text)
    wrong.append(("minutes", f"write whole minutes from 0 to {_MOST_MINUTES:,}"))
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


def _newest(rows: list[dict[str, object]]) -> tuple[pa.Table, int]:
    """Each flag once: of several decisions the latest day's; on one day, the last by content, so
    that the order of rows does not matter."""
    kept: dict[object, dict[str, object]] = {}
    for row in sorted(rows, key=_age):
        kept[row["flag_key"]] = row
    ordered = [kept[key] for key in sorted(kept, key=str)]
    columns = {field.name: pa.array([row[field.name] for row in ordered], field.type) for field in OUTCOMES}
    return conform(pa.table(columns), OUTCOMES, what="OUTCOMES"), len(rows) - len(kept)


def _age(row: Mapping[str, object]) -> tuple[str, ...]:
    return (str(row["decided_on"]), *(str(row[name]) for name in sorted(row)))
