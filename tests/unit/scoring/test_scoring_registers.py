"""Officers that companies share, charities on their register, and awards of grants."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pytest

from fraudmatch.scoring.boards import MOST_COMPANIES
from fraudmatch.scoring.sides import Night

AS_AT = dt.date(2026, 4, 1)


def night_of(tiny_night: Any, rows: list[dict[str, Any]]) -> Night:
    drawn = tiny_night([{"source_ref": f"R{n}", "partner": "ashford", **row} for n, row in enumerate(rows)])
    return Night(drawn.records, drawn.details, drawn.groups, AS_AT)


# Officers ---------------------------------------------------------------------------------------


def account(company: str | None) -> dict[str, Any]:
    return {"dataset": "business_rates", "party_kind": "organisation", "company_number": company}


def seat(company: str, surname: str = "HOLLIN", postcode: str = "GL7 1QQ", **more: Any) -> dict[str, Any]:
    return {"dataset": "company_officer", "company_number": company, "surname": surname, "forename": "ELSIE",
            "postcode": postcode, "birth_month": dt.date(1980, 5, 1), **more}  # fmt: skip


def shared(night: Night, left: int, right: int) -> list[int | None]:
    ids = np.array([left]), np.array([right])
    return [night.boards.shared(*ids, at_address=at).to_pylist()[0] for at in (False, True)]


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        ([seat("02")], [1, 1]),
        ([seat("02", postcode="GL50 1AA")], [1, 0]),
        ([seat("02"), seat("02")], [1, 1]),  # entered twice
        ([seat("02"), seat("02", "PENDLE")], [2, 2]),
        ([seat("02", birth_month=dt.date(1980, 6, 1))], [0, 0]),
        ([seat("02", birth_month=None)], [0, 0]),
        ([seat("02", forename="MAY")], [0, 0]),
        ([seat("02", resigned_date=dt.date(2026, 3, 31))], [0, 0]),
        ([seat("02", resigned_date=dt.date(2026, 4, 2))], [1, 1]),
        ([], [0, 0]),
    ],
)
def test_officers_two_companies_share(
    tiny_night: Any, other: list[dict[str, Any]], expected: list[int]
) -> None:
    rows = [account("01"), account("02"), seat("01"), seat("01", "PENDLE"), *other]
    assert shared(night_of(tiny_night, rows), 0, 1) == expected


def test_one_company_or_none_shares_nothing_that_is_known(tiny_night: Any) -> None:
    night = night_of(tiny_night, [account("01"), account("01"), account(None), seat("01")])
    assert shared(night, 0, 1) == shared(night, 0, 2) == shared(night, 2, 0) == [None, None]


def test_companies_are_joined_through_others(tiny_night: Any) -> None:
    chain = [seat("03"), seat("02"), seat("02", "PENDLE"), seat("01", "PENDLE"), seat("04", "MARL")]
    night = night_of(tiny_night, [*(account(c) for c in ("03", "02", "01", "04", None, "05")), *chain])
    joined = night.side("business_rates").column("officer_network").to_pylist()
    assert joined == ["01", "01", "01", None, None, None]
    assert shared(night, 0, 2) == [0, 0]


def test_a_company_that_pays_no_rates_joins_nobody(tiny_night: Any) -> None:
    rows = [account("01"), account("03"), seat("01"), seat("02"), seat("02", "PENDLE"), seat("03", "PENDLE")]
    assert night_of(tiny_night, rows).side("business_rates").column("officer_network").null_count == 2


@pytest.mark.parametrize(("companies", "joins"), [(MOST_COMPANIES, True), (MOST_COMPANIES + 1, False)])
def test_an_agent_on_many_boards_joins_nobody(tiny_night: Any, companies: int, joins: bool) -> None:
    numbers = [f"{n:08d}" for n in range(1, companies + 1)]
    night = night_of(tiny_night, [*map(account, numbers[:2]), *map(seat, numbers)])
    assert shared(night, 0, 1) == ([1, 1] if joins else [0, 0])
    joined = night.side("business_rates").column("officer_network").to_pylist()
    assert joined == ([numbers[0]] * 2 if joins else [None, None])


def test_no_officers_were_sent(tiny_night: Any) -> None:
    night = night_of(tiny_night, [account("01"), account("02")])
    assert shared(night, 0, 1) == [0, 0]
    assert night.side("business_rates").column("officer_network").null_count == 2


# Charities --------------------------------------------------------------------------------------


def ratepayer(number: str | None, name: str = "FRIENDS OF THE MILL") -> dict[str, Any]:
    return {"dataset": "business_rates", "charity_number": number, "organisation_core": name}


def entry(number: str, name: str = "FRIENDS OF THE MILL", removed: dt.date | None = None) -> dict[str, Any]:
    return {"dataset": "charity_register", "charity_number": number, "organisation_core": name,
            "registered_date": dt.date(2001, 1, 1), "removed_date": removed}  # fmt: skip


GONE, BEFORE = dt.date(2024, 5, 1), dt.date(2010, 5, 1)


@pytest.mark.parametrize(
    ("number", "register", "on", "removed", "continues"),
    [
        ("1000001", [entry("1000001")], True, None, False),
        ("1000001", [entry("1000001", removed=GONE)], False, GONE, False),
        ("1000001", [entry("1000001", removed=BEFORE), entry("1000001", removed=GONE)], False, GONE, False),
        ("1000001", [entry("1000001", removed=BEFORE), entry("1000001")], True, None, False),
        ("1000001", [entry("1000001", removed=dt.date(2026, 5, 1))], True, None, False),
        ("1000001", [entry("1000001", removed=GONE), entry("1000002")], False, GONE, True),
        ("1000001", [entry("1000001", "THE MILL", removed=GONE), entry("1000002", "THE MILL")], False, GONE, True),
        ("1000001", [entry("1000002", "ANOTHER")], False, None, False),
        ("SC000001", [entry("1000002", "ANOTHER")], None, None, False),
        ("SC000001", [entry("SC000002", "ANOTHER")], False, None, False),
        (None, [entry("1000002", "ANOTHER")], None, None, False),
        ("1000001", [], None, None, False),
    ],
)  # fmt: skip
def test_a_number_on_the_register(
    tiny_night: Any, number: str | None, register: list[dict[str, Any]], on: bool | None, removed: dt.date | None,
    continues: bool,
) -> None:  # fmt: skip
    side = night_of(tiny_night, [ratepayer(number), *register]).side("business_rates")
    assert side.column("on_charity_register").to_pylist() == [on]
    assert side.column("charity_removed").to_pylist() == [removed]
    assert side.column("charity_continues").to_pylist() == [continues]


# Grants -----------------------------------------------------------------------------------------

PAID = dt.date(2026, 1, 10)


def grant(
    pence: int | None, ref: str | None = "A1", paid: dt.date | None = PAID, **more: Any
) -> dict[str, Any]:
    return {"dataset": "grant", "awarded_pence": pence, "award_ref": ref, "paid_date": paid, **more}


def test_payments_of_one_award_are_taken_together(tiny_night: Any) -> None:
    later = dt.date(2026, 2, 1)
    rows = [grant(500, paid=later), grant(300), grant(-800, "B"), grant(200, None), grant(100, None),
            grant(50, partner="birchley"), grant(None, "C"), grant(70, "C", None)]  # fmt: skip
    side = night_of(tiny_night, rows).side("grant")
    assert side.column("award_net_pence").to_pylist() == [800, 800, -800, 200, 100, 50, None, None]
    assert side.column("first_of_award").to_pylist() == [False, True, True, True, True, True, True, False]


def test_schemes_are_compared_without_their_spelling(tiny_night: Any) -> None:
    names = ["Shop-Front Scheme (2)", "SHOP FRONT SCHEME 2", "--", None]
    side = night_of(tiny_night, [grant(1, scheme=name) for name in names]).side("grant")
    assert side.column("scheme_key").to_pylist() == ["SHOPFRONTSCHEME2", "SHOPFRONTSCHEME2", None, None]


def rated(start: dt.date | None, end: dt.date | None = None, **more: Any) -> dict[str, Any]:
    return {
        "dataset": "business_rates",
        "property": "shop",
        "liability_start": start,
        "liability_end": end,
        **more,
    }


DAY = dt.timedelta(days=1)


@pytest.mark.parametrize(
    ("accounts", "ever", "then"),
    [
        ([rated(PAID)], True, True),
        ([rated(PAID + DAY)], True, False),
        ([rated(None)], True, True),
        ([rated(BEFORE, PAID)], True, False),
        ([rated(BEFORE, PAID + DAY)], True, True),
        ([rated(BEFORE, GONE), rated(GONE)], True, True),
        ([rated(BEFORE, property="inn")], False, False),
        ([rated(BEFORE, property="inn", partner="birchley")], None, None),
        ([rated(BEFORE, partner="birchley")], True, True),
        ([], None, None),
    ],
)
def test_premises_rated_on_the_day(
    tiny_night: Any, accounts: list[dict[str, Any]], ever: bool | None, then: bool | None
) -> None:
    rows = [
        grant(1, property="shop"),
        grant(1, property=None),
        grant(1, paid=None, property="shop"),
        *accounts,
    ]
    side = night_of(tiny_night, rows).side("grant")
    assert side.column("premises_rated").to_pylist() == [ever, None, ever]
    assert side.column("rated_on_day").to_pylist() == [then, None, None]


# Three homes within a year ----------------------------------------------------------------------

LATELY, LONG_AGO = dt.date(2025, 9, 1), dt.date(2025, 3, 31)


def claim(**more: Any) -> dict[str, Any]:
    return {"dataset": "council_tax_reduction", "person": "elsie", "property": "A", "claim_start": LATELY,
            "date_of_birth": BEFORE, **more}  # fmt: skip


def post(**more: Any) -> dict[str, Any]:
    return {"dataset": "payroll", "person": "elsie", "property": "B", "employment_start": LATELY, "nino": "AB1",
            **more}  # fmt: skip


def let(**more: Any) -> dict[str, Any]:
    return {"dataset": "housing_tenancy", "person": "elsie", "property": "C", "tenancy_start": LATELY,
            "tenancy_type": "secure", "date_of_birth": BEFORE, **more}  # fmt: skip


@pytest.mark.parametrize(
    ("others", "homes"),
    [
        ([post(), let()], 3),
        ([post(), let(property="B")], 2),
        ([post(), post(property="C")], 2),  # two data sets only
        ([post(), let(employment_start=None, tenancy_start=LONG_AGO)], 2),
        ([post(), let(tenancy_start=None)], 2),
        ([post(), let(tenancy_end=dt.date(2026, 1, 1))], 2),
        ([post(), let(tenancy_type="temporary")], 2),
        ([post(), let(date_of_birth=None)], 2),
        ([post(), let(person="walter")], 2),
        ([post(), let(property=None)], 2),
        ([], 1),
    ],
)
def test_homes_given_within_a_year(tiny_night: Any, others: list[dict[str, Any]], homes: int) -> None:
    side = night_of(tiny_night, [claim(), claim(person=None), *others]).side("council_tax_reduction")
    assert side.column("recent_homes").to_pylist() == [homes, None]
