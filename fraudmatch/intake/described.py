"""What a delivery looks like, field by field, for the partner that sent it: PROFILES.

The figures are those the gates compare. Besides, the most frequent values are named: they show at a glance that a column
was swapped, or filled with one date. They go to the sender alone, and only where no value can be one person's: five
rows at least have it, and the column repeats itself. Of what is matched on and never printed, of numbers that open
an account or a tax record, and of data sets that carry a restriction, there are counts alone.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch import schemas
from fraudmatch.arrivals import ExtractedFile
from fraudmatch.columnwise import each_column
from fraudmatch.intake.store import Accepted

if TYPE_CHECKING:
    from fraudmatch.intake.delivered import Delivered

#: Fields whose values are never named.
COUNTS_ALONE = schemas.MATCH_ONLY | {"nino", "second_nino", "sort_code", "account", "source_ref"}
#: Values named of a field; rows that must have one; what share of the filled rows may have values of their own.
NAMED, LEAST_ROWS, MOST_DISTINCT = 5, 5, 0.5


def described(
    slot: tuple[str, str], files: Sequence[ExtractedFile], one: Delivered, before: Accepted | None
) -> pa.Table:
    """PROFILES of a delivery that could be read, used or held.

    Args:
        files: those it is made of. one: all of them together, with its figures. before: what was in use.
    """
    columns, now = _columns(files), one.profile["fields"]
    then = before.profile["fields"] if before else {}
    known = [
        field
        for field in schemas.DATASETS[one.dataset].fields
        if field.name in columns or field.name in now or field.name in then
    ]
    common = {
        "partner": slot[0], "slot": slot[1], "dataset": one.dataset, "rows": one.profile["rows"],
        "deliveries": [str(file.row["delivery"]) for file in files],
        "then_on": before.as_at if before else None, "then_rows": before.profile["rows"] if before else None,
    }  # fmt: skip

    def often(field: schemas.Field) -> list[dict[str, Any]] | None:
        return top_values(
            one.dataset, field, one.received[field.name], now.get(field.name, {}).get("distinct")
        )

    rows = [
        common
        | {"position": place, "field": field.name, "column": columns.get(field.name)}
        | _figures(now.get(field.name))
        | (
            {f"then_{name}": value for name, value in _figures(then.get(field.name)).items()}
            if before
            else {}
        )
        | {"top": top}
        for place, (field, top) in enumerate(zip(known, each_column(often, known), strict=True))
    ]
    return pa.Table.from_pylist(rows, schema=schemas.PROFILES)


def _columns(files: Sequence[ExtractedFile]) -> dict[str, str]:
    """Field -> the headings it is read from, in the first file that has it."""
    found: dict[str, str] = {}
    for file in reversed(files):
        named: dict[str, list[str]] = {}
        for heading, fields in zip(file.headings, file.feeds, strict=bool(file.feeds)):
            for field in fields:
                named.setdefault(field, []).append(heading.strip())
        found |= {field: " + ".join(headings) for field, headings in named.items()}
    return found


def _figures(told: dict[str, Any] | None) -> dict[str, Any]:
    """What the profile says of a field; nothing in it where it says nothing."""
    names = ("filled", "unreadable", "distinct")
    return {name: (told or {}).get(name, 0) for name in names} | {"valid": (told or {}).get("valid")}


def top_values(
    dataset: str, field: schemas.Field, column: pa.ChunkedArray, distinct: int | None = None
) -> list[dict[str, Any]] | None:
    """The most frequent values of a field and how many rows have each, the most frequent first; None where they
    may not be named.

    Args:
        distinct: how many different values there are, where it is known: of most columns nothing need be counted.
    """
    filled = len(column) - column.null_count
    if field.name in COUNTS_ALONE or schemas.DATASETS[dataset].restriction or not filled:
        return None
    if distinct is not None and distinct > MOST_DISTINCT * filled and filled >= LEAST_ROWS:
        return None
    counts = pc.value_counts(column.combine_chunks().drop_null())
    times = counts.field("counts").to_numpy()
    if len(times) > MOST_DISTINCT * filled and filled >= LEAST_ROWS:
        return None
    # All that are as frequent as the last one named are candidates; the alphabet chooses.
    bar = max(LEAST_ROWS, int(np.sort(times)[-NAMED:][0]))
    often = counts.take(pa.array(np.flatnonzero(times >= bar))).to_pylist()
    named = sorted((-row["counts"], _text(row["values"])) for row in often)[:NAMED]
    return [{"value": text, "rows": -rows} for rows, text in named]


def _text(value: Any) -> str:
    return value.isoformat() if isinstance(value, dt.date) else str(value)
