"""Derived columns: lists of what is drawn and what follows."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from fraudmatch import schemas
from fraudmatch.references import clean_reference
from fraudmatch.scoring import catalogue
from fraudmatch.scoring.calendars import add_months, add_years, day_number, months_between, years_between
from fraudmatch.scoring.derived import age, derive_for
from fraudmatch.scoring.keys import combined, count_pairs, days, different, pairs_by_key
from fraudmatch.scoring.sides import Night

DAY = dt.date


def night_of(tiny_night: Any, rows: list[dict[str, Any]]) -> Night:
    drawn = tiny_night(rows)
    return Night(drawn.records, drawn.details, drawn.groups, drawn.as_at)


@pytest.mark.parametrize(
    ("written", "clean"),
    [
        ("INV-00123", "123"), ("inv 123", "123"), ("Invoice No. 00123", "123"), ("NO 123", "123"), ("inv b0788", "B0788"), ("Inv. No: B/07", "B07"), ("INVB07", "INVB07"),
        ("123/", "123"), ("000", None), ("--", None), ("NORTH12", "NORTH12"), ("INVERNESS", "INVERNESS"),
        ("00A12", "A12"), ("S/2024/001", "S2024001"), (None, None), ("INV", "INV"), ("Ref: 0077", "77"), ("REFUND7", "REFUND7"), ("INVNO00A7", "A7"),
        ("2025", None), ("2024/25", None), ("2024-2025", None), ("24/25", "2425"), ("20251", "20251"),
    ],
)  # fmt: skip
def test_invoice_number_is_cleaned(written: str | None, clean: str | None) -> None:
    assert clean_reference(pa.array([written], pa.string())).to_pylist() == [clean]


@pytest.mark.parametrize(
    ("born", "on", "years"),
    [
        (DAY(2008, 4, 1), DAY(2026, 4, 1), 18),
        (DAY(2008, 4, 2), DAY(2026, 4, 1), 17),
        (DAY(2008, 2, 29), DAY(2026, 2, 28), 17),
        (DAY(2008, 2, 29), DAY(2026, 3, 1), 18),
        (DAY(2030, 1, 1), DAY(2026, 4, 1), None),
        (None, DAY(2026, 4, 1), None),
    ],
)
def test_age_counts_completed_years(born: dt.date | None, on: dt.date, years: int | None) -> None:
    assert age(pa.array([born], pa.date32()), on).to_pylist() == [years]


def _days(*dates: dt.date) -> np.ndarray:
    return np.array([day_number(each) for each in dates])


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        (DAY(2026, 1, 31), 1, DAY(2026, 2, 28)),
        (DAY(2024, 1, 31), 1, DAY(2024, 2, 29)),
        (DAY(2026, 3, 31), -1, DAY(2026, 2, 28)),
        (DAY(2026, 1, 15), 24, DAY(2028, 1, 15)),
    ],
)
def test_months_are_added(start: dt.date, months: int, end: dt.date) -> None:
    assert add_months(_days(start), np.array([float(months)])).tolist() == _days(end).tolist()


def test_years_and_ages_agree_on_leap_days() -> None:
    born = _days(DAY(2008, 2, 29))
    birthday = add_years(born, np.array([18.0]))
    assert birthday.tolist() == _days(DAY(2026, 3, 1)).tolist()
    assert years_between(born, birthday).tolist() == [18.0]
    assert years_between(born, birthday - 1).tolist() == [17.0]
    assert months_between(_days(DAY(2026, 1, 31)), _days(DAY(2026, 2, 28))).tolist() == [0.0]


TENANCY = {
    "dataset": "housing_tenancy",
    "partner": "ashford",
    "property_ref": "H1",
    "tenancy_start": DAY(2015, 1, 1),
}
DEATH = {"dataset": "deaths", "partner": "ashford", "date_of_death": DAY(2025, 1, 1)}

SURVIVORS = [
    ("alone", [TENANCY | {"person": "a"}], [False]),
    ("a joint tenant", [TENANCY | {"person": "a"}, TENANCY | {"person": "b"}], [True, True]),
    ("a joint tenant nobody linked", [TENANCY | {"person": "a"}, TENANCY], [True, True]),
    ("the same person twice", [TENANCY | {"person": "a"}, TENANCY | {"person": "a"}], [False, False]),
    (
        "a joint tenant who has left",
        [TENANCY | {"person": "a"}, TENANCY | {"person": "b", "tenancy_end": DAY(2020, 1, 1)}],
        [False, True],
    ),
    (
        "another partner's home",
        [TENANCY | {"person": "a"}, TENANCY | {"person": "b", "partner": "x"}],
        [False, False],
    ),
    ("no property reference", [TENANCY | {"person": "a", "property_ref": None}], [None]),
    (
        "one of two has died",
        [TENANCY | {"person": "a"}, TENANCY | {"person": "b"}, DEATH | {"person": "b"}],
        [False, True],
    ),
    (
        "both have died",
        [TENANCY | {"person": p} for p in "ab"] + [DEATH | {"person": p} for p in "ab"],
        [False, False],
    ),
]


@pytest.mark.parametrize(("name", "rows", "expected"), SURVIVORS, ids=[each[0] for each in SURVIVORS])
def test_survivor(
    tiny_night: Any, name: str, rows: list[dict[str, Any]], expected: list[bool | None]
) -> None:
    assert night_of(tiny_night, rows).side("housing_tenancy").column("survivor").to_pylist() == expected


def test_newer_address(tiny_night: Any) -> None:
    old = {"dataset": "electoral_register", "person": "a", "property": "h1", "date_added": DAY(2015, 1, 1)}
    rows = [
        old,
        {"dataset": "council_tax", "person": "a", "property": "h2", "liability_start": DAY(2022, 1, 1)},
        old | {"person": "b"},
        {"dataset": "council_tax", "person": "b", "property": "h1", "liability_start": DAY(2022, 1, 1)},
        old | {"person": "c"},
        {"dataset": "council_tax", "person": "c", "property": "h3", "liability_start": DAY(2010, 1, 1)},
        old | {"person": "d"},
        {"dataset": "housing_tenancy", "person": "d", "property": "h4", "tenancy_start": DAY(2022, 1, 1),
         "tenancy_end": DAY(2023, 1, 1)},
        old | {"person": None},
        old | {"person": "e", "date_added": None},
    ]  # fmt: skip
    found = night_of(tiny_night, rows).side("electoral_register").column("newer_address").to_pylist()
    assert found == [True, False, False, False, None, None]


def test_deceased_counts_deaths_up_to_the_day(tiny_night: Any) -> None:
    rows = [
        {"dataset": "payroll", "person": "a"}, {"dataset": "payroll", "person": "b"}, {"dataset": "payroll"},
        DEATH | {"person": "a"}, DEATH | {"person": "b", "date_of_death": DAY(2026, 4, 2)},
    ]  # fmt: skip
    assert night_of(tiny_night, rows).side("payroll").column("deceased").to_pylist() == [True, False, None]


def test_account_users_counts_names(tiny_night: Any) -> None:
    creditor = {"dataset": "creditor", "account": "x", "party_kind": "organisation"}
    rows = [creditor | {"organisation_core": name} for name in ("HOLLIN", "HOLLIN", "PENDLE")]
    rows += [
        creditor | {"forename": "ADA", "surname": "BRISK"},
        {"dataset": "creditor", "organisation_core": "Z"},
    ]
    found = night_of(tiny_night, rows).side("creditor").column("account_users").to_pylist()
    assert found == [3, 3, 3, 3, None]


PAYMENT = {
    "dataset": "payment", "partner": "ashford", "creditor_ref": "C1", "gross_pence": 5000, "invoice_ref": "77",
    "invoice_date": DAY(2025, 6, 1), "transaction_type": "invoice",
}  # fmt: skip
CREDIT = PAYMENT | {"gross_pence": -5000, "transaction_type": "credit_note", "invoice_date": DAY(2025, 7, 1)}

CREDITS = [
    ("no credit", [PAYMENT], [False]),
    ("quotes the number", [PAYMENT, CREDIT], [True, False]),
    ("quotes it behind CN", [PAYMENT, CREDIT | {"invoice_ref": "CN-0077"}], [True, False]),
    ("quotes none", [PAYMENT, CREDIT | {"invoice_ref": None}], [True, False]),
    ("a number of its own", [PAYMENT, CREDIT | {"invoice_ref": "K9"}], [True, False]),
    ("quotes another invoice", [PAYMENT, PAYMENT | {"invoice_ref": "78"}, CREDIT | {"invoice_ref": "78"}], [False, True, False]),
    ("another amount", [PAYMENT, CREDIT | {"gross_pence": -4999}], [False, False]),
    ("another creditor", [PAYMENT, CREDIT | {"creditor_ref": "C2"}], [False, False]),
    ("too late", [PAYMENT, CREDIT | {"invoice_date": DAY(2025, 9, 30)}], [False, False]),
    ("on the last day", [PAYMENT, CREDIT | {"invoice_date": DAY(2025, 9, 29)}], [True, False]),
    ("a reversal", [PAYMENT, CREDIT | {"transaction_type": "reversal"}], [True, False]),
    ("no dates", [PAYMENT | {"invoice_date": None}, CREDIT], [False, False]),
]  # fmt: skip


@pytest.mark.parametrize(("name", "rows", "expected"), CREDITS, ids=[each[0] for each in CREDITS])
def test_credited(tiny_night: Any, name: str, rows: list[dict[str, Any]], expected: list[bool]) -> None:
    assert night_of(tiny_night, rows).side("payment").column("credited").to_pylist() == expected


def test_same_amount_count_leaves_credits_out(tiny_night: Any) -> None:
    rows = [PAYMENT, PAYMENT, CREDIT, PAYMENT | {"gross_pence": 1}, PAYMENT | {"gross_pence": None}]
    found = night_of(tiny_night, rows).side("payment").column("same_amount_count").to_pylist()
    assert found == [2, 2, None, 1, None]


def test_payment_borrows_from_its_creditor(tiny_night: Any) -> None:
    rows = [
        PAYMENT,
        PAYMENT | {"creditor_ref": "C2"},
        PAYMENT | {"bank": "1" * 14},
        {"dataset": "creditor", "partner": "ashford", "source_ref": "C1", "bank": "2" * 14},
        {"dataset": "creditor", "partner": "birchley", "source_ref": "C2", "bank": "3" * 14},
    ]
    found = night_of(tiny_night, rows).side("payment").column("bank").to_pylist()
    assert found == ["2" * 14, None, "1" * 14]


def test_join_equals_the_obvious_one() -> None:
    rng = np.random.default_rng(5)
    for _ in range(20):
        left, right = rng.integers(-1, 6, 30), rng.integers(-1, 6, 25)
        pieces = list(pairs_by_key(left, right))
        found = [pair for a, b in pieces for pair in zip(a.tolist(), b.tolist(), strict=True)]
        wanted = [(i, j) for i, x in enumerate(left) for j, y in enumerate(right) if x == y >= 0]
        assert found == wanted
        assert count_pairs(left, right) == len(wanted)


def test_join_comes_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fraudmatch.scoring.keys.PAIRS_AT_ONCE", 10)
    left, right = np.zeros(7, dtype=np.int64), np.zeros(4, dtype=np.int64)
    sizes = [len(a) for a, _ in pairs_by_key(left, right)]
    assert sizes == [8, 8, 8, 4]


def test_empty_join_has_no_pairs() -> None:
    none = np.empty(0, dtype=np.int64)
    assert list(pairs_by_key(none, np.array([1]))) == []
    assert count_pairs(np.array([1]), none) == 0


def test_combined_keys_keep_unknown() -> None:
    key = combined([np.array([0, 0, 1, -1]), np.array([5, 5, 5, 5])])
    assert key[0] == key[1] != key[2] and key[3] == -1


def test_different_values_are_counted_as_sets_count_them() -> None:
    rng = np.random.default_rng(5)
    group, value = rng.integers(-1, 30, 400), rng.integers(-1, 6, 400) * 10**9
    value = np.where(value < 0, -1, value)
    held: dict[int, set[int]] = {}
    for g, v in zip(group.tolist(), value.tolist(), strict=True):
        if g >= 0 and v >= 0:
            held.setdefault(g, set()).add(v)
    asked = np.array([*range(-1, 40)])
    expected = [len(held.get(g, ())) for g in asked.tolist()]
    assert different(group, value, asked).tolist() == expected
    none = np.empty(0, dtype=np.int64)
    assert different(none, none, asked).tolist() == [0] * len(asked)


def test_days_stand_on_either_side_of_1970() -> None:
    dates = pa.array([dt.date(1969, 12, 31), None, dt.date(1970, 1, 2)])
    assert days(dates, -99).tolist() == [-1, -99, 1]


def test_every_derived_column_is_made_and_described() -> None:
    for dataset in schemas.DATASETS:
        described = catalogue.DERIVED.keys() | catalogue.DERIVED_OF.get(dataset, {}).keys()
        assert described == derive_for(dataset).keys()


@pytest.mark.parametrize("high", [5, 2**40])
def test_combined_keys_tell_combinations_apart(high: int) -> None:
    """Also when the parts are too wide to be digits of one number."""
    rng = np.random.default_rng(3)
    parts = [rng.integers(-1, 4, 200) * (high // 5) for _ in range(3)]
    parts = [np.where(part < 0, -1, part) for part in parts]
    key = combined(parts)
    rows = list(zip(*(part.tolist() for part in parts), strict=True))
    assert [k < 0 for k in key.tolist()] == [min(row) < 0 for row in rows]
    known = {(k, row) for k, row in zip(key.tolist(), rows, strict=True) if k >= 0}
    assert len(known) == len({k for k, _ in known}) == len({row for _, row in known})
    assert key.max() < len(rows)
