"""Cases about small business relief, empty business premises and charities (FM-BR-001 to 009)."""

from __future__ import annotations

from typing import Any

import numpy as np

from fraudmatch.sample.cases_ct import household_of_one
from fraudmatch.sample.plant import LOOK_ALIKE, PLANTED, Plan
from fraudmatch.sample.records_trade import MULTIPLIER, add_creditors, rate
from fraudmatch.sample.records_work import issue_permits, license_people
from fraudmatch.sample.streams import TODAY, Array, between, years

NDR, CREDITOR = "business_rates", "creditor"
UNDER_WAY, FREE = 28, 90


def plant(plan: Plan) -> None:
    """All cases of this module, in the order of their rule ids."""
    for make in (
        small_relief_too, in_grace, relief_and_elsewhere, sole_trader, wrong_relief, licensed_premises,
        supplier_at_empty, permit_at_empty, no_charity,
    ):  # fmt: skip
        make(plan)


def _pounds(plan: Plan, count: int, low: int = 3_100, high: int = 11_900) -> Array:
    """Rateable values in steps of fifty pounds."""
    return between(plan.rng, low // 50, high // 50, count) * 50


def _two(
    plan: Plan, count: int, *, apart: bool, firms: Array | None = None, **second: Any
) -> tuple[Array, Array]:
    """A ratepayer's main property with relief, and another one; `second` is what `rate` is told of it."""
    world = plan.world
    first = plan.vacant(count)
    other = plan.elsewhere(first) if apart else plan.vacant_in(plan.district(first))
    if firms is None:
        firms = world.firms.add(first)
        world.firms.company_number[firms] = 90_000_000 + firms * 37 % 9_999_991
    left = rate(
        world,
        firms,
        property=first,
        value=_pounds(plan, count),
        relief=True,
        start=plan.ago(1500, 4000, count),
    )
    given = {"value": _pounds(plan, count), "relief": False, "start": plan.ago(500, 1000, count), **second}
    return left, rate(world, firms, property=other, **given)


def small_relief_too(plan: Plan) -> None:
    """FM-BR-001: relief on the main property and on a small one as well; only one may have it."""
    small = _pounds(plan, plan.part(2), 1_000, 2_850)
    left, right = _two(plan, plan.part(2), apart=True, value=small, relief=True)
    plan.case("FM-BR-001", PLANTED, "relief on a small property too", NDR, left, NDR, right)


def in_grace(plan: Plan) -> None:
    """FM-BR-002: the second property was taken within twelve months, or a little before."""
    rule, k = "FM-BR-002", plan.part(3)
    large = _pounds(plan, k, 6_000, 40_000)
    left, right = _two(plan, k, apart=False, value=large, start=plan.ago(20, 360, k))
    plan.case(rule, LOOK_ALIKE, "within its period of grace", NDR, left, NDR, right)
    left, right = _two(plan, k, apart=False, value=large, start=plan.ago(370, 390, k))
    plan.case(rule, PLANTED, "just beyond its period of grace", NDR, left, NDR, right)


def relief_and_elsewhere(plan: Plan) -> None:
    """FM-BR-003: relief in one council, and another occupied property without it in another."""
    rule, k, world = "FM-BR-003", plan.part(5), plan.world
    left, right = _two(plan, plan.count, apart=True, value=_pounds(plan, plan.count, 6_000, 40_000))
    plan.case(rule, PLANTED, "another property in another council", NDR, left, NDR, right)
    left, right = _two(plan, k, apart=True, value=_pounds(plan, k, 6_000, 40_000), start=plan.ago(20, 360, k))
    plan.case(rule, LOOK_ALIKE, "within its period of grace", NDR, left, NDR, right)
    left, right = _two(plan, k, apart=True, value=_pounds(plan, k, 1_000, 2_850))
    plan.case(rule, LOOK_ALIKE, "the other property is small", NDR, left, NDR, right)
    begun = plan.ago(900, 1400, k)
    left, right = _two(plan, k, apart=True, start=begun, end=begun + 300)
    plan.case(rule, LOOK_ALIKE, "the other liability had ended", NDR, left, NDR, right)
    left, right = _two(plan, k, apart=True)
    world[NDR].put(right, occupied=0, empty_from=TODAY - 30)
    plan.case(rule, LOOK_ALIKE, "the other property stands empty", NDR, left, NDR, right)
    left, right = _two(plan, k, apart=True)
    brand = world[NDR]["firm"][right]
    franchise = world.firms.add(world[NDR]["property"][right])
    world.firms.name[franchise] = world.words.change(world.firms.name[brand], _franchise_name)
    world.firms.company_number[franchise] = 90_000_000 + franchise * 37 % 9_999_991
    world[NDR].put(right, firm=franchise)
    plan.case(rule, LOOK_ALIKE, "a franchise of the brand", NDR, left, NDR, right)


def _franchise_name(name: str) -> str:
    head, _, form = name.rpartition(" ")
    return f"{head} (East) {form}"


def sole_trader(plan: Plan) -> None:
    """FM-BR-004: one person, trading under the own name, with two properties."""
    rule, k, world = "FM-BR-004", plan.part(3), plan.world

    def traders(count: int) -> tuple[Array, Array]:
        """People who pay council tax and are registered where their letters go."""
        _, home, who = household_of_one(plan, count)
        return who, home

    def accounts(who: Array, home: Array, **second: Any) -> tuple[Array, Array]:
        none, count = np.full(len(who), -1), len(who)
        first = plan.vacant_in(plan.district(home))
        other = plan.vacant_in(plan.district(home))
        left = rate(world, none, person=who, correspondence=home, property=first, value=_pounds(plan, count), relief=True,
                    start=plan.ago(1500, 4000, count))  # fmt: skip
        given = {"person": who, "correspondence": home, "value": _pounds(plan, count, 6_000, 40_000), "relief": False,
                 "start": plan.ago(500, 1000, count), **second}  # fmt: skip
        return left, rate(world, none, property=other, **given)

    who, home = traders(plan.count)
    plan.case(rule, PLANTED, "a trader with two shops", NDR, *_ndr(accounts(who, home)))
    who, home = traders(k)
    pair = accounts(who, home, start=plan.ago(20, 360, k))
    plan.case(rule, LOOK_ALIKE, "within its period of grace", NDR, *_ndr(pair))
    who, home = traders(k)
    pair = accounts(who, home, value=_pounds(plan, k, 1_000, 2_850))
    plan.case(rule, LOOK_ALIKE, "the other property is small", NDR, *_ndr(pair))
    who, home = traders(k)
    far = plan.elsewhere(home)
    other = plan.namesakes(who, home=far)
    plan.enrol(other, far, plan.ago(900, 3000, k))
    pair = accounts(who, home, person=other, correspondence=far)
    plan.case(rule, LOOK_ALIKE, "a namesake with letters to another home", NDR, *_ndr(pair))


def _ndr(pair: tuple[Array, Array]) -> tuple[Array, str, Array]:
    return pair[0], NDR, pair[1]


def wrong_relief(plan: Plan) -> None:
    """FM-BR-005: relief on empty premises, above the limit, or more than the scale gives."""
    rule, k, world = "FM-BR-005", plan.part(4), plan.world

    def single(count: int, value: Array) -> Array:
        homes = plan.vacant(count)
        return rate(world, world.firms.add(homes), property=homes, value=value, relief=True)

    rows = single(plan.count, _pounds(plan, plan.count))
    third = np.arange(plan.count) % 3
    world[NDR].put(rows[third == 0], occupied=0, empty_from=TODAY - 200)
    world[NDR].put(rows[third == 1], rateable_value_pence=1_650_000)
    given = world[NDR]["relief_annual_pence"][rows]
    world[NDR].put(rows[third == 2], relief_annual_pence=given[third == 2] * 115 // 100)
    plan.case(rule, PLANTED, "the figures do not bear the relief out", NDR, rows)
    rows = single(k, np.full(k, 13_500))
    begun = plan.ago(400, 900, k)
    world[NDR].put(
        rows, relief_type="small_business", relief_start=begun, relief_annual_pence=13_500 * MULTIPLIER // 20
    )
    plan.case(rule, LOOK_ALIKE, "half of the bill at £13,500", NDR, rows)
    rows = single(k, _pounds(plan, k))
    world[NDR].put(rows, occupied=0, empty_from=TODAY - 12)
    plan.case(rule, LOOK_ALIKE, "empty for two weeks", NDR, rows)
    rows = single(k, _pounds(plan, k))
    given = world[NDR]["relief_annual_pence"][rows]
    world[NDR].put(rows, relief_annual_pence=given * 103 // 100)
    plan.case(rule, LOOK_ALIKE, "within five per cent of the scale", NDR, rows)
    rows = single(k, np.full(k, 16_500))
    world[NDR].put(rows, relief_type="retail", relief_start=TODAY - 300, relief_annual_pence=300_000)
    plan.case(rule, LOOK_ALIKE, "another relief above the limit", NDR, rows)


def _empty(plan: Plan, count: int, since: Array | None = None) -> tuple[Array, Array, Array]:
    """Business premises with empty relief: rows, properties, day since when."""
    world, homes = plan.world, plan.vacant(count)
    empty_from = plan.ago(420, 900, count) if since is None else since
    rows = rate(world, world.firms.add(homes), property=homes, value=_pounds(plan, count, 6_000, 40_000), relief=False,
                start=empty_from - 400)  # fmt: skip
    bill = world[NDR]["rateable_value_pence"][rows] * MULTIPLIER // 1000
    world[NDR].put(rows, occupied=0, empty_from=empty_from, relief_type="empty", relief_start=empty_from,
                   relief_annual_pence=bill)  # fmt: skip
    return rows, homes, empty_from


def _since(plan: Plan, start: Array, latest: int) -> Array:
    """Days after premises became empty, not in the last `latest` days and not more than 300 days ago."""
    return between(plan.rng, np.maximum(start + 20, TODAY - 300), TODAY - latest)


def licensed_premises(plan: Plan) -> None:
    """FM-BR-006: a licence issued for empty premises."""
    rule, k, world = "FM-BR-006", plan.part(3), plan.world

    def licences(home: Array, day: Array, status: str = "live") -> Array:
        rows = license_people(world, plan.strangers(len(home)), home, kind="street_trading", status=status)
        world["licence"].put(rows, issue_date=day, licence_expiry=day + years(3))
        return rows

    rows, home, start = _empty(plan, plan.count)
    held = licences(home, _since(plan, start, UNDER_WAY + 4))
    plan.case(rule, PLANTED, "a licence for empty premises", NDR, rows, "licence", held)
    rows, home, start = _empty(plan, k)
    held = licences(home, plan.ago(4, UNDER_WAY - 2, k))
    plan.case(rule, LOOK_ALIKE, "issued within the last four weeks", NDR, rows, "licence", held)
    rows, home, start = _empty(plan, k)
    plan.case(rule, LOOK_ALIKE, "the licence is older", NDR, rows, "licence", licences(home, start - 90))
    rows, home, start = _empty(plan, k)
    held = licences(home, _since(plan, start, 60), "revoked")
    plan.case(rule, LOOK_ALIKE, "the licence was revoked", NDR, rows, "licence", held)


def supplier_at_empty(plan: Plan) -> None:
    """FM-BR-007: a supplier paid at empty premises."""
    rule, k, world = "FM-BR-007", plan.part(4), plan.world

    def suppliers(home: Array, rows: Array, created: Array) -> Array:
        firms, partner = world.firms.add(home), plan.world[NDR]["partner"][rows]
        made = add_creditors(world, firms, partner, property=home)
        world[CREDITOR].put(made, created_date=created)
        return made

    rows, home, start = _empty(plan, plan.count)
    paid = suppliers(home, rows, _since(plan, start, 20))
    plan.case(rule, PLANTED, "a supplier at empty premises", NDR, rows, CREDITOR, paid)
    rows, home, start = _empty(plan, k, since=plan.ago(130, 300, k))
    paid = suppliers(home, rows, start - 900)
    plan.case(rule, LOOK_ALIKE, "an old supplier, empty for less than a year", NDR, rows, CREDITOR, paid)
    rows, home, start = _empty(plan, k, since=plan.ago(30, FREE - 5, k))
    paid = suppliers(home, rows, start + 10)
    plan.case(rule, LOOK_ALIKE, "within the free three months", NDR, rows, CREDITOR, paid)
    rows, home, start = _empty(plan, k)
    paid = suppliers(home, rows, _since(plan, start, 20))
    world[CREDITOR].put(paid, creditor_status="dormant")
    plan.case(rule, LOOK_ALIKE, "a dormant supplier", NDR, rows, CREDITOR, paid)
    rows, home, start = _empty(plan, k)
    paid = suppliers(home, rows, start + 30)
    world[CREDITOR].put(paid, paid_annual_pence=0)
    plan.case(rule, LOOK_ALIKE, "not paid for a year", NDR, rows, CREDITOR, paid)


def permit_at_empty(plan: Plan) -> None:
    """FM-BR-008: a parking permit issued for empty premises."""
    rule, k, world = "FM-BR-008", plan.part(3), plan.world

    def permits(home: Array, day: Array, kind: str = "other") -> Array:
        rows = issue_permits(world, plan.strangers(len(home)), home, kind=kind, status="live")
        world["permit"].put(rows, permit_start=day, permit_expiry=day + years(3))
        return rows

    rows, home, start = _empty(plan, plan.count)
    held = permits(home, _since(plan, start, UNDER_WAY + 4))
    plan.case(rule, PLANTED, "a permit for empty premises", NDR, rows, "permit", held)
    rows, home, start = _empty(plan, k)
    held = permits(home, plan.ago(4, UNDER_WAY - 2, k))
    plan.case(rule, LOOK_ALIKE, "issued within the last four weeks", NDR, rows, "permit", held)
    rows, home, start = _empty(plan, k)
    plan.case(rule, LOOK_ALIKE, "the permit is older", NDR, rows, "permit", permits(home, start - 90))
    rows, home, start = _empty(plan, k)
    held = permits(home, _since(plan, start, 60), "visitor")
    plan.case(rule, LOOK_ALIKE, "a visitor's permit", NDR, rows, "permit", held)


def no_charity(plan: Plan) -> None:
    """FM-BR-009: charity relief without a charity number; every district knows one registered charity."""
    rule, k, world = "FM-BR-009", plan.part(2), plan.world

    def relieved(homes: Array, percent: int, *, charity: bool = False) -> Array:
        count = len(homes)
        firms = world.firms.add(homes)
        if charity:
            world.firms.charity_number[firms] = 9_000_000 + firms
        rows = rate(world, firms, property=homes, value=_pounds(plan, count, 3_000, 40_000), relief=False)
        bill = world[NDR]["rateable_value_pence"][rows] * MULTIPLIER // 1000
        world[NDR].put(rows, relief_type="charity", relief_start=world[NDR]["liability_start"][rows],
                       relief_annual_pence=bill * percent // 100)  # fmt: skip
        return rows

    plan.case(rule, PLANTED, "no charity number", NDR, relieved(plan.vacant(plan.count), 80))
    registered = relieved(plan.vacant_in(np.arange(max(k, 5)) % 5), 80, charity=True)
    plan.case(rule, LOOK_ALIKE, "a registered charity", NDR, registered)
    plan.case(rule, LOOK_ALIKE, "a discretionary relief", NDR, relieved(plan.vacant(k), 40))
