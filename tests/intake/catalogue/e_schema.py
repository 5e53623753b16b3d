"""E. Schema and control totals: cases 84 to 90, 95 and 96."""

from __future__ import annotations

from cases import HEADINGS, MAPPING, Case, Expected, Tried, csv_of, row, rows

from catalogue.c_encodings import said
from catalogue.d_structure import file, plain, text

MADE_E = {*range(84, 91), 95, 96}
LOADED = (10, 10, 0, 1)
OPTIONAL = MAPPING.replace('phone = "Phone"', 'phone = { column = "Phone", optional = true }')
TRAILER = '[file.trailer]\nmark = "TRAILER"\nrows = 2\ntotal = 3\nof = "gross_to_date_pence"'


def without(*names: str) -> bytes:
    """The usual file without some columns."""
    return csv_of(rows(10), headings=tuple(name for name in HEADINGS if name not in names))


def renamed(old: str, new: str) -> bytes:
    """The usual file with one heading changed."""
    header, rest = csv_of(rows(10)).split(b"\r\n", 1)
    cells = [new if cell == old else cell for cell in header.decode().split(",")]
    return ",".join(cells).encode() + b"\r\n" + rest


def with_column(name: str, value: str) -> bytes:
    """The usual file with one column more."""
    return csv_of([one | {name: value} for one in rows(10)], headings=(*HEADINGS, name))


def _not_kept(one: Tried) -> None:
    """Nothing of an unmapped column is in any table of the night."""
    tables = [one.prepared.records, *one.prepared.details.values(), one.prepared.rejects]
    assert "SECRETMOOD" not in "".join(str(table.to_pylist()) for table in tables)


CASES = [
    Case(84, "a column missing", lambda: without("DOB"), Expected("refused", {"COLUMN_MISSING": 1}, counts=(10, 0, 10, 1))),
    Case(84, "a column renamed", lambda: renamed("Surname", "Sur Name"),
         Expected("refused", {"COLUMN_MISSING": 1}, counts=(10, 0, 10, 1)), also=said("Did you mean 'Sur Name'?")),
    Case(84, "two columns missing", lambda: without("DOB", "UPRN"), Expected("refused", {"COLUMN_MISSING": 2}, counts=(10, 0, 10, 1))),
    Case(85, "a column that may be absent", lambda: without("Phone"),
         Expected("loaded", {"COLUMN_ABSENT": 1}, counts=LOADED), mapping=OPTIONAL),
    Case(85, "a column that may be absent and is there", lambda: csv_of(rows(10)), Expected("loaded", {}, counts=LOADED),
         mapping=OPTIONAL),
    Case(86, "a column nobody named", lambda: with_column("Mood", "SECRETMOOD"),
         Expected("loaded", {"COLUMN_UNEXPECTED": 1}, counts=LOADED), also=_not_kept),
    Case(87, "a column the mapping forbids", lambda: with_column("Health  notes", "SECRETMOOD"),
         Expected("refused", {"COLUMN_NOT_AGREED": 1}, counts=(10, 0, 10, 1)),
         mapping=MAPPING + '[ignore]\nforbidden = ["Health notes"]\n', also=_not_kept),
    Case(88, "columns in another order", lambda: csv_of(rows(10), headings=tuple(reversed(HEADINGS))),
         Expected("loaded", {}, counts=LOADED)),
    Case(89, "two columns of one heading", lambda: renamed("Title", "Surname"),
         Expected("refused", {"COLUMN_DUPLICATE": 1, "COLUMN_MISSING": 1}, counts=(10, 0, 10, 1))),
    *(Case(90, f"heading with {name}", lambda new=new: renamed("Sort code", new), Expected("loaded", {}, counts=LOADED))
      for name, new in (("other case", "SORT CODE"), ("blanks", "  Sort   code "), ("a no-break space", "Sort\u00a0code"),
                        ("signs without width", "Sort\u200b code\ufeff"))),
    Case(95, "trailer with fewer rows", lambda: text(*plain(10), "TRAILER,9,250000.00"),
         Expected("held", {"TRAILER": 1, "CONTROL_COUNT_MISMATCH": 1}, counts=(10, 0, 10, 2)), mapping=file(TRAILER),
         also=said("the trailer says 9 rows, the file has 10")),
    Case(95, "rows set aside are counted", lambda: text(*plain(10), "E99,short", "TRAILER,11,250000.00"),
         Expected("loaded", {"TRAILER": 1, "ROW_TOO_FEW_FIELDS": 1}, counts=(11, 10, 1, 2)), mapping=file(TRAILER)),
    Case(95, "trailer without a number", lambda: text(*plain(10), "TRAILER,,250000.00"),
         Expected("held", {"TRAILER": 1, "CONTROL_COUNT_MISMATCH": 1}, counts=(10, 0, 10, 2)), mapping=file(TRAILER)),
    Case(96, "trailer with another total", lambda: text(*plain(10), "TRAILER,10,250004.50"),
         Expected("held", {"TRAILER": 1, "CONTROL_SUM_MISMATCH": 1}, counts=(10, 0, 10, 2)), mapping=file(TRAILER),
         also=said("£250,004.50", "£250,000.00", "£4.50 apart")),
    Case(96, "amounts of rows set aside are counted",
         lambda: text(*plain(9), ",".join(row(10, Ref="", Address="10 Quarry Lane").values()), "TRAILER,10,250000.00"),
         Expected("loaded", {"TRAILER": 1, "KEY_MISSING": 1}, counts=(10, 9, 1, 2)), mapping=file(TRAILER)),
]  # fmt: skip
