"""Documents of payments, series of documents, and what the register says of a home."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from fraudmatch.scoring.sides import Night

DAY = dt.date

PAYMENT = {
    "dataset": "payment", "partner": "ashford", "creditor_ref": "C1", "gross_pence": 5000, "vat_pence": 1000,
    "invoice_ref": "77", "invoice_date": DAY(2025, 6, 1), "payment_date": DAY(2025, 6, 20),
}  # fmt: skip
MORE = PAYMENT | {"gross_pence": 700, "vat_pence": 0}

DOCUMENTS = [
    ("one line", [PAYMENT], [5000], [1]),
    ("three lines", [PAYMENT, MORE, PAYMENT | {"gross_pence": -200}], [5500] * 3, [3] * 3),
    ("prefix and zeros", [PAYMENT, MORE | {"invoice_ref": "INV-0077"}], [5700] * 2, [2] * 2),
    ("another partner", [PAYMENT, MORE | {"partner": "birchley"}], [5000, 700], [1, 1]),
    ("another creditor", [PAYMENT, MORE | {"creditor_ref": "C2"}], [5000, 700], [1, 1]),
    ("another number", [PAYMENT, MORE | {"invoice_ref": "78"}], [5000, 700], [1, 1]),
    ("another date", [PAYMENT, MORE | {"invoice_date": DAY(2025, 6, 2)}], [5000, 700], [1, 1]),
    ("paid in another run", [PAYMENT, PAYMENT | {"payment_date": DAY(2025, 7, 20)}], [5000] * 2, [1, 1]),
    ("no invoice date", [p | {"invoice_date": None} for p in (PAYMENT, MORE)], [5700] * 2, [2] * 2),
    ("not paid yet", [p | {"payment_date": None} for p in (PAYMENT, MORE)], [5700] * 2, [2] * 2),
    ("no number", [p | {"invoice_ref": None} for p in (PAYMENT, MORE)], [5000, 700], [1, 1]),
    ("no creditor", [p | {"creditor_ref": None} for p in (PAYMENT, MORE)], [5000, 700], [1, 1]),
    ("no date at all", [p | {"invoice_date": None, "payment_date": None} for p in (PAYMENT, MORE)],
     [5000, 700], [1, 1]),
    ("a line without amount", [PAYMENT, PAYMENT | {"gross_pence": None}], [None] * 2, [2] * 2),
]  # fmt: skip


@pytest.mark.parametrize(("name", "rows", "gross", "lines"), DOCUMENTS, ids=[each[0] for each in DOCUMENTS])
def test_lines_make_a_document(
    tiny_night: Any, name: str, rows: list[dict[str, Any]], gross: list[int | None], lines: list[int]
) -> None:
    side = night_of(tiny_night, rows).side("payment")
    assert side.column("document_gross_pence").to_pylist() == gross
    assert side.column("document_lines").to_pylist() == lines


def night_of(tiny_night: Any, rows: list[dict[str, Any]]) -> Night:
    drawn = tiny_night(rows)
    return Night(drawn.records, drawn.details, drawn.groups, drawn.as_at)


def test_vat_of_a_document_is_known_when_that_of_every_line_is(tiny_night: Any) -> None:
    rows = [PAYMENT, MORE, PAYMENT | {"invoice_ref": "78", "vat_pence": None}]
    side = night_of(tiny_night, rows).side("payment")
    assert side.column("document_vat_pence").to_pylist() == [1000, 1000, None]


def _monthly(*days: dt.date) -> list[dict[str, Any]]:
    return [PAYMENT | {"invoice_ref": f"R{d}", "invoice_date": d, "payment_date": d} for d in days]


FIRSTS = [DAY(2025, month, 1) for month in range(1, 7)]
SERIES = [
    ("six months", _monthly(*FIRSTS), [6] * 6),
    ("in any order", _monthly(FIRSTS[2], FIRSTS[0], FIRSTS[1]), [3] * 3),
    ("two are no series", _monthly(*FIRSTS[:2]), [0] * 2),
    ("a month left out", _monthly(*FIRSTS[:3], *FIRSTS[4:]), [0] * 5),
    ("one too many", _monthly(*FIRSTS[:4], DAY(2025, 4, 9)), [0] * 5),
    ("two on one day", _monthly(*FIRSTS[:3], FIRSTS[2]), [0] * 4),
    ("all on one day", _monthly(*[FIRSTS[0]] * 4), [0] * 4),
    ("a gap a fifth too long", _monthly(DAY(2025, 1, 1), DAY(2025, 1, 11), DAY(2025, 1, 21), DAY(2025, 2, 2)), [4] * 4),
    ("a gap longer still", _monthly(DAY(2025, 1, 1), DAY(2025, 1, 11), DAY(2025, 1, 21), DAY(2025, 2, 3)), [0] * 4),
    ("other amounts apart", [*_monthly(*FIRSTS[:3]), MORE], [3, 3, 3, 0]),
    ("other creditors apart", [*_monthly(*FIRSTS[:3]), PAYMENT | {"creditor_ref": "C2"}], [3, 3, 3, 0]),
    ("lines count once",
     [half | {"gross_pence": g} for half in _monthly(*FIRSTS[:3]) for g in (10, 20)], [3] * 6),
    ("credits are no series", [p | {"gross_pence": -5000} for p in _monthly(*FIRSTS[:3])], [0] * 3),
    ("unknown parts", [PAYMENT | {"creditor_ref": None}, PAYMENT | {"gross_pence": None},
                       PAYMENT | {"invoice_date": None, "payment_date": None}], [None] * 3),
]  # fmt: skip


@pytest.mark.parametrize(("name", "rows", "expected"), SERIES, ids=[each[0] for each in SERIES])
def test_series_length(
    tiny_night: Any, name: str, rows: list[dict[str, Any]], expected: list[int | None]
) -> None:
    assert night_of(tiny_night, rows).side("payment").column("series_length").to_pylist() == expected


def test_series_does_not_depend_on_neighbours(tiny_night: Any) -> None:
    """Medians are found for all series at once: series of different length must not mix."""
    series = {"A": 31, "B": 7, "C": 90}
    rows = [
        payment | {"creditor_ref": name}
        for place, (name, step) in enumerate(series.items())
        for payment in _monthly(*(DAY(2024, 1, 1) + dt.timedelta(days=step * n) for n in range(3 + place)))
    ]
    found = night_of(tiny_night, rows).side("payment").column("series_length").to_pylist()
    assert found == [3] * 3 + [4] * 4 + [5] * 5


ENTRY = {
    "dataset": "electoral_register",
    "partner": "ashford",
    "property": "h1",
    "date_added": DAY(2020, 1, 1),
}
ACCOUNT = {"dataset": "council_tax", "partner": "ashford", "property": "h1", "person": "a"}
LEFT = {"date_removed": DAY(2025, 1, 1)}

HOMES = [
    ("alone", [ENTRY | {"person": "a"}], (1, True, False)),
    ("two adults", [ENTRY | {"person": "a"}, ENTRY | {"person": "b"}], (2, True, False)),
    ("one person twice", [ENTRY | {"person": "a"}] * 2, (1, True, False)),
    ("entries nobody linked", [ENTRY, ENTRY], (2, False, False)),
    ("a minor", [ENTRY | {"person": "b", "date_of_birth": DAY(2008, 4, 2)}], (0, False, False)),
    ("of age today", [ENTRY | {"person": "b", "date_of_birth": DAY(2008, 4, 1)}], (1, False, False)),
    ("removed", [ENTRY | LEFT | {"person": "a"}], (0, False, False)),
    ("elsewhere", [ENTRY | {"person": "a", "property": "h2"}], (0, False, True)),
    ("in both", [ENTRY | {"person": "a"}, ENTRY | {"person": "a", "property": "h2"}], (1, True, True)),
    ("in another partner's area", [ENTRY | {"person": "a", "property": "h2", "partner": "birchley"}],
     (None, None, True)),
    ("another partner's register knows the home", [ENTRY | {"person": "a", "partner": "birchley"}],
     (1, True, False)),
    ("no register at all", [], (None, None, None)),
]  # fmt: skip


@pytest.mark.parametrize(("name", "register", "expected"), HOMES, ids=[each[0] for each in HOMES])
@pytest.mark.parametrize("dataset", ["council_tax", "housing_tenancy"])
def test_register_at_a_home(
    tiny_night: Any,
    name: str,
    register: list[dict[str, Any]],
    expected: tuple[int | None, bool | None, bool | None],
    dataset: str,
) -> None:
    side = night_of(tiny_night, [ACCOUNT | {"dataset": dataset}, *register]).side(dataset)
    columns = ("adults_registered", "registered_here", "registered_elsewhere")
    assert tuple(side.column(c).to_pylist()[0] for c in columns) == expected


def test_register_at_no_home_is_unknown(tiny_night: Any) -> None:
    rows = [ACCOUNT | {"property": None}, ACCOUNT | {"person": None}, ENTRY | {"person": "a"}]
    side = night_of(tiny_night, rows).side("council_tax")
    assert side.column("adults_registered").to_pylist() == [None, 1]
    assert side.column("registered_here").to_pylist() == [None, None]
    assert side.column("registered_elsewhere").to_pylist() == [None, None]


def test_columns_of_an_empty_side_are_empty(tiny_night: Any) -> None:
    night = night_of(tiny_night, [ENTRY])
    for name in ("document_gross_pence", "document_vat_pence", "document_lines", "series_length"):
        assert len(night.side("payment").column(name)) == 0
    for name in ("adults_registered", "registered_here", "registered_elsewhere"):
        assert len(night.side("council_tax").column(name)) == 0
