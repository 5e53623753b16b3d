"""What holds a delivery by itself: rows that end where a spreadsheet does, test records, cut fields."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch.arrivals import FileFault
from fraudmatch.intake.delivered import Delivered, Gate, percent
from fraudmatch.reasons import Disposition

#: Where the two workbook formats stop, with and without a row of headings.
SPREADSHEET_ENDS = (65_535, 65_536, 1_048_575, 1_048_576)
#: More test records than this share of the rows hold a delivery; so do more lost long numbers than that.
TEST_SHARE, LOST_SHARE = 0.001, 0.01
#: One or two such numbers hold no file, however small it is.
LOST_LEAST = 3
#: Names of records nobody has. Test and Dummy count when nothing else is in the name: both are surnames.
_TEST_WORDS = r"(?i)^\W*(((test(er|ing|ed)?|dummy|do not use|delete me|sample|xxx+|zzz+|asdf\w*)\d*\W*)+|(mickey|minnie) mouse|donald duck|bugs bunny|testy mctest\w*)\W*$"
#: Surnames that one of the above can end in: only these rows are looked at in full.
_TEST_ENDS = r"(?i)(test|dummy|use|me|sample|xxx|zzz|asdf|mouse|duck|bunny)[a-z]{0,4}\d*\W*$"
_ROWS_NAMED = 5


def spreadsheet_end(one: Delivered) -> Iterator[FileFault]:
    """As many rows as a sheet holds: whatever came after is lost."""
    if one.counted in SPREADSHEET_ENDS:
        yield FileFault("POSSIBLE_EXCEL_TRUNCATION", f"{one.counted:,} rows, where a sheet ends")


def test_records(one: Delivered) -> Iterator[FileFault]:
    """Records of a test system."""
    rows = one.received
    if not rows.num_rows:
        return
    found = _tests(rows["surname"], rows["forename"]) | _tests(rows["full_name"], None)
    found |= _tests(rows["organisation_name"], None)
    count = int(found.sum())
    if count > TEST_SHARE * rows.num_rows:
        numbers = np.sort(rows["source_row"].to_numpy()[found])[:_ROWS_NAMED]
        more = ", …" if count > _ROWS_NAMED else ""
        named = ", ".join(str(number) for number in numbers)
        yield FileFault(
            "TEST_DATA_SUSPECTED", f"{count:,} rows ({percent(count / rows.num_rows)}): records {named}{more}"
        )


def _tests(last: pa.ChunkedArray, first: pa.ChunkedArray | None) -> np.ndarray:
    """Rows (bool) whose name is a test record's; the last words are tried first, as they tell most apart."""
    marked = np.zeros(len(last), bool)
    distinct = pc.unique(last).drop_null()
    ends = distinct.filter(pc.match_substring_regex(distinct, _TEST_ENDS))
    if not len(ends):
        return marked
    places = np.flatnonzero(pc.is_in(last, value_set=ends).to_numpy(zero_copy_only=False))
    texts = last.take(pa.array(places))
    if first is not None:
        texts = pc.binary_join_element_wise(pc.fill_null(first.take(pa.array(places)), ""), texts, " ")
    marked[places] = pc.match_substring_regex(texts, _TEST_WORDS).to_numpy(zero_copy_only=False)
    return marked


def cut_fields(one: Delivered) -> Iterator[FileFault]:
    """Many values of exactly the greatest length; not again where the extract in use was cut there too."""
    for name, told in one.profile["fields"].items():
        if not told.get("cut"):
            continue
        known = one.before.profile["fields"].get(name, {}) if one.before else {}
        if not known.get("cut") or known["longest"] != told["longest"]:
            detail = f"{name}: {told['cut']:,} different values end at {told['longest']} characters"
            yield FileFault("FIELD_TRUNCATION_SUSPECTED", detail)


def lost_digits(one: Delivered) -> Iterator[FileFault]:
    """Long numbers written as 1.00012E+11: what they were cannot be recovered."""
    for name, told in one.profile["fields"].items():
        count = told.get("exponents", 0)
        if count >= LOST_LEAST and count > LOST_SHARE * one.profile["rows"]:
            detail = f"{name}: {count:,} of {one.profile['rows']:,} rows; ask for the column as text"
            yield FileFault("PRECISION_LOST", detail, Disposition.HOLD)


def overdue(one: Delivered) -> Iterator[FileFault]:
    """Older than the mapping lets an extract be."""
    due = one.declared.due_days
    made = one.made or (one.before.since if one.again and one.before else None)
    if due is not None and made is not None and (one.night - made).days > due:
        age = (one.night - made).days
        yield FileFault(
            "EXTRACT_OVERDUE", f"data of {made.isoformat()}, {age} days old; due every {due} days"
        )


GATES: tuple[Gate, ...] = (spreadsheet_end, test_records, cut_fields, lost_digits, overdue)
