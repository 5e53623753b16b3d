"""F. Dates, as far as they hold a file: case 108."""

from __future__ import annotations

from cases import Case, Expected, Tried, csv_of, row

MADE_F_HOLD = {108}


def turned(count: int) -> bytes:
    """Rows whose dates of birth have the month first, over all days of a year."""
    days = [(n % 12 + 1, n % 28 + 1) for n in range(count)]
    return csv_of([row(n + 1, DOB=f"{month:02d}/{day:02d}/1970") for n, (month, day) in enumerate(days)])


def _says_how_many(one: Tried) -> None:
    (fault,) = [reject for reject in one.rejects if reject["reason"] == "DATE_ORDER_SUSPECTED"]
    assert fault["detail"] == "57 % are impossible as %d/%m/%Y and fit %m/%d/%Y"
    assert (fault["field"], fault["column"]) == ("date_of_birth", "DOB")


CASES = [
    Case(108, "a whole column with the month first", lambda: turned(84),
         Expected("held", {"DATE_ORDER_SUSPECTED": 1, "DATE_INVALID": 48, "DATE_AMBIGUOUS": 24}, counts=(84, 0, 84, 1)), also=_says_how_many),
    Case(108, "a few dates with the month first",
         lambda: csv_of([row(n, **({"DOB": "03/31/1970"} if n < 3 else {})) for n in range(1, 41)]),
         Expected("loaded", {"DATE_INVALID": 2}, counts=(40, 40, 0, 1))),
]  # fmt: skip
