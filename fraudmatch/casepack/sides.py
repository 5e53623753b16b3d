"""Both records of a flag side by side, as the exceptions table of the reader's workbook shows them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fraudmatch.report.disclosure import Exceptions
from fraudmatch.report.words import field_heading, long_date, pounds

#: Word on how a field compares -> the sign before it, so that colour is never all that tells.
MARKS = {"agrees": "=", "nearly agrees": "≈", "differs": "≠", "missing": "–"}


@dataclass(frozen=True)
class Line:
    """One field of both records.

    Attributes:
        own, other: as printed; null where not known, or not for this reader.
        said: how the two compare, "" where no model compared them.
        own_day, other_day: where the field is a date.
    """

    heading: str
    own: str | None
    other: str | None
    said: str
    own_day: dt.date | None = None
    other_day: dt.date | None = None

    @property
    def mark(self) -> str:
        """The sign of `said`; "" without one."""
        return MARKS.get(self.said, "")


def lines_of(
    exceptions: Exceptions, row: Mapping[str, Any], fields: Sequence[str], said: Mapping[str, str]
) -> list[Line]:
    """The fields of which either record says something, in the order of the workbook.

    Args:
        exceptions: flags of one rule as the reader may see them. row: one of its rows, by column key.
        fields: columns of RECORDS that reports print. said: field -> how it compares, as `weighing.verdicts` gives it.
    """
    rule = exceptions.rule
    kinds = {column.key: column.kind for column in exceptions.columns}
    made = []
    for field in dict.fromkeys([*fields, *rule.show_left, *rule.show_right]):
        own = _found(row, [f"own_{field}", f"own_{rule.left}_{field}", f"own_{rule.right}_{field}"])
        other = _found(row, [f"other_{field}", f"other_{rule.right}_{field}"])
        if own or other:
            heading = field_heading(field).removesuffix(" (£)")
            texts = [in_words(kinds[side], row[side]) if side else None for side in (own, other)]
            days = [_day(row[side]) if side else None for side in (own, other)]
            made.append(Line(heading, texts[0], texts[1], said.get(field, ""), days[0], days[1]))
    return made


def _found(row: Mapping[str, Any], keys: Sequence[str]) -> str | None:
    """The first of these columns that holds a value."""
    return next((key for key in keys if row.get(key) is not None), None)


def _day(value: Any) -> dt.date | None:
    return value if isinstance(value, dt.date) else None


def in_words(kind: str, value: Any) -> str:
    """A value of a column of that kind, as printed."""
    if kind == "pence":
        return pounds(value)
    if kind == "hundredths":
        return f"{value // 100}.{value % 100:02d}"
    return long_date(value) if isinstance(value, dt.date) else str(value)
