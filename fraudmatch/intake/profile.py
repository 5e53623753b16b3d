"""What a delivery looks like, in figures that hold no value of anybody: the gates compare them.

Kept under accepted/ beside what was accepted. For every field: how many rows are filled, unreadable and
valid, how many different values there are, how long the longest is and whether many are as long. Of
amounts the power of two next to the median. Values themselves are named of code fields alone, whose
lists are in docs/datasets.md.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch import schemas
from fraudmatch.columnwise import each_column
from fraudmatch.forenames import known_forenames

#: Fields whose form says whether they can be what they are called (RE2).
FORMS = {
    "nino": r"(?i)^[A-Z]{2}\s*\d{2}\s*\d{2}\s*\d{2}\s*[A-D]?$",
    "postcode": r"(?i)^[A-Z]{1,2}\d[A-Z\d]?\s*\d[A-Z]{2}$",
    "correspondence_postcode": r"(?i)^[A-Z]{1,2}\d[A-Z\d]?\s*\d[A-Z]{2}$",
    "uprn": r"^\d{1,12}(\.0+)?$",
    "email": r"^[^@\s]+@[^@\s]+\.[^@\s]+$",
    "phone": r"^\+?[\d\s()./-]{9,20}$",
    "sort_code": r"^\d{2}[\s-]?\d{2}[\s-]?\d{1,2}$",
    "account": r"^[\d\s-]{6,11}$",
    "vat_number": r"(?i)^(GB)?[\d\s]{9,15}$",
}

#: Texts that people write, where a shared greatest length means that something cut them.
_WRITTEN = frozenset({
    "forename", "middle_name", "surname", "full_name", "organisation_name", "trading_name", "address",
    "correspondence_address", "description", "job_title", "home_name", "company_name",
})  # fmt: skip
#: So many different values of the greatest length, so many times those one shorter: they were cut.
#: In texts nobody cut, the longest are the rarest. With fewer values than enough, or gaps among the last
#: lengths, lengths tell nothing.
_CUT, _TIMES, _ENOUGH, _UNBROKEN = 10, 1.5, 200, 5
#: Fault of a cell -> it was filled and could not be read.
_UNREADABLE = ("DATE_INVALID", "NUMBER_INVALID", "CODE_UNKNOWN", "DATE_PLACEHOLDER", "DOB_PLACEHOLDER")
#: A long number that a spreadsheet turned into 1.00012E+11; its value is gone.
_LOST = ("PRECISION_LOST",)


def profile_of(dataset: str, received: pa.Table, rejects: pa.Table) -> dict[str, Any]:
    """Figures of a delivery.

    Args:
        received: RECEIVED of it. rejects: REJECTS of its files.

    Returns:
        `rows`, and `fields`: name -> `filled`, `distinct`, and what else can be said of the field, see the
        module; a field that is nowhere filled nor unreadable is absent.
    """
    unreadable, lost = _noted(rejects, _UNREADABLE), _noted(rejects, _LOST)
    known = schemas.DATASETS[dataset].fields
    said = each_column(lambda field: _of_values(field, received[field.name]), known)
    fields = {}
    for field, of_values in zip(known, said, strict=True):
        filled = received.num_rows - received[field.name].null_count
        if filled or field.name in unreadable or field.name in lost:
            told = {"filled": filled, "unreadable": unreadable.get(field.name, 0)}
            if field.name in lost:
                told["exponents"] = lost[field.name]
            fields[field.name] = told | of_values
    return {"rows": received.num_rows, "fields": fields}


def with_unreadable(profile: dict[str, Any], before: dict[str, Any]) -> dict[str, Any]:
    """The figures of rows read now and earlier, with the unreadable cells that were counted earlier."""
    fields = profile["fields"]
    for name, told in before["fields"].items():
        here = fields.setdefault(name, {"filled": 0, "unreadable": 0, "distinct": 0})
        here["unreadable"] += told["unreadable"]
    return profile


def _noted(rejects: pa.Table, reasons: tuple[str, ...]) -> dict[str, int]:
    """Field -> cells of kept rows with one of these faults."""
    if not rejects.num_rows:
        return {}
    ours = pc.and_(
        pc.is_in(rejects["reason"], value_set=pa.array(reasons)), pc.is_valid(rejects["source_row"])
    )
    counts = pc.value_counts(rejects.filter(pc.and_(ours, pc.is_valid(rejects["field"])))["field"])
    return {row["values"]: row["counts"] for row in counts.to_pylist()}


def _of_values(field: schemas.Field, column: pa.ChunkedArray) -> dict[str, Any]:
    """What the filled cells of a field say."""
    if column.null_count == len(column):
        return {"distinct": 0}
    if field.kind in ("pence", "integer"):
        median = abs(float(np.median(column.drop_null().to_numpy())))
        return {
            "distinct": int(pc.count_distinct(column, mode="only_valid").as_py()),
            "doublings": round(float(np.log2(median))) if median >= 1 else None,
        }
    if field.kind != "text" and field.kind != "code":
        return {"distinct": int(pc.count_distinct(column, mode="only_valid").as_py())}
    counts = pc.value_counts(column.drop_null())
    values, times = counts.field("values"), counts.field("counts")
    told: dict[str, Any] = {"distinct": len(values)}
    if field.kind == "code":
        told["values"] = {row["values"]: row["counts"] for row in sorted(counts.to_pylist(), key=_by_value)}
    if field.name in FORMS:
        told["valid"] = _count(pc.match_substring_regex(values, FORMS[field.name]), times)
    if field.name == "forename":
        told["valid"] = _count(_forenames(values), times)
    if field.name in _WRITTEN:
        told |= _lengths(values)
    return told


def _by_value(row: dict[str, Any]) -> str:
    return str(row["values"])


def _count(which: pa.Array, times: pa.Array) -> int:
    """Rows whose value is marked."""
    return int(pc.sum(times.filter(which)).as_py() or 0)


def _forenames(values: pa.Array) -> pa.Array:
    """Which values begin with a forename that is on the list."""
    first = pc.replace_substring_regex(pc.utf8_upper(values), r"[^A-Z].*$", "")
    return pc.is_in(first, value_set=pa.array(sorted(known_forenames())))


def _lengths(values: pa.Array) -> dict[str, Any]:
    """The greatest length, and how many values were cut to it."""
    lengths = pc.utf8_length(values)
    counts = np.bincount(lengths.to_numpy(zero_copy_only=False))
    longest = len(counts) - 1
    told = {"longest": longest, "cut": 0}
    if len(values) < _ENOUGH or counts[longest] < _CUT or not counts[-_UNBROKEN:].all():
        return told
    here, shorter = (_wordings(values.filter(pc.equal(lengths, size))) for size in (longest, longest - 1))
    return told | {"cut": here if here >= _CUT and here > _TIMES * shorter else 0}


def _wordings(values: pa.Array) -> int:
    """How many different values there are but for their digits: house numbers make no new wording."""
    return len(pc.unique(pc.replace_substring_regex(values, r"\d+", "")))
