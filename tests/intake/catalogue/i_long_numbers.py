"""I. Identifiers and money, as far as they hold a file: cases 147 and 161."""

from __future__ import annotations

from cases import Case, Expected, Tried, csv_of, row, rows

MADE_I_HOLD = {147, 161}


def exponents(count: int, wrong: int) -> bytes:
    """Rows of which the first have a UPRN that a spreadsheet wrote."""
    return csv_of([row(n, **({"UPRN": "1.00012E+11"} if n <= wrong else {})) for n in range(1, count + 1)])


def in_pence(count: int) -> bytes:
    """Salaries a hundred times those of `rows`."""
    return csv_of([row(n, Salary="2500000.00") for n in range(1, count + 1)])


def _held(one: Tried) -> None:
    held = [reject for reject in one.rejects if reject["disposition"] == "hold"]
    assert [(reject["reason"], reject["source_row"]) for reject in held] == [("PRECISION_LOST", None)]


CASES = [
    Case(147, "more than one UPRN in a hundred lost its digits", lambda: exponents(200, 3),
         Expected("held", {"PRECISION_LOST": 4}, done={"PRECISION_LOST": "hold|flag"}, counts=(200, 0, 200, 1)), also=_held),
    Case(161, "a hundred times the amounts before", lambda: in_pence(30),
         Expected("held", {"UNIT_CHANGED": 1}, counts=(30, 0, 30, 1)), before=lambda: csv_of(rows(30))),
    Case(161, "a hundredth of the amounts before", lambda: csv_of(rows(30)),
         Expected("held", {"UNIT_CHANGED": 1}, counts=(30, 0, 30, 1)), before=lambda: in_pence(30)),
    Case(161, "a rise of a tenth", lambda: csv_of([row(n, Salary="27500.00") for n in range(1, 31)]),
         Expected("loaded", {}, counts=(30, 30, 0, 1)), before=lambda: csv_of(rows(30))),
]  # fmt: skip
