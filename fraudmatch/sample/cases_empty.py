"""Cases about homes reported empty, second homes and holiday lets (FM-CT-015 to 019, FM-BR-010)."""

from __future__ import annotations

import numpy as np

from fraudmatch.sample.plant import LOOK_ALIKE, PLANTED, Plan
from fraudmatch.sample.records_trade import rate
from fraudmatch.sample.records_work import issue_permits, license_people
from fraudmatch.sample.streams import TODAY, Array, between, years

CT, ER, HT, NDR = "council_tax", "electoral_register", "housing_tenancy", "business_rates"
#: Days after a change during which the rules hold back; days a home must have been empty.
UNDER_WAY, EMPTY = 28, 180
HOLIDAY_LET = "Self-catering holiday unit"


def plant(plan: Plan) -> None:
    """All cases of this module, in the order of their rule ids."""
    for make in (
        exempt_home,
        permit_for_empty,
        let_empty,
        rated_empty,
        rated_second_home,
        licensed_empty,
        lived_in_let,
    ):
        make(plan)


def empties(
    plan: Plan, count: int, discount: str = "empty", since: Array | None = None
) -> tuple[Array, Array, Array]:
    """Homes with no record, liable an owner who is written nowhere else: rows, homes, day since when."""
    homes = plan.vacant(count)
    owner = plan.strangers(count)
    start = plan.ago(400, 1200, count) if since is None else since
    rows = plan.liable(owner, homes, start, discount=discount, discount_start=start)
    return rows, homes, start


def _exempt(plan: Plan, rows: Array, code: str) -> None:
    plan.world[CT].put(rows, discount_type="none", exemption_type=plan.world.texts.code(code))


def _since(plan: Plan, start: Array, latest: int) -> Array:
    """Days after a home became empty, not in the last `latest` days and not more than 190 days ago."""
    return between(plan.rng, np.maximum(start + 20, TODAY - 190), TODAY - latest)


def exempt_home(plan: Plan) -> None:
    """FM-CT-008: exempt because the owner is in care (class E); lived in, or exempt as students' home (N)."""
    rule, k = "FM-CT-008", plan.part(2)
    rows, home, start = empties(plan, k)
    _exempt(plan, rows, "E")
    entry = plan.enrol(plan.strangers(k), home, _since(plan, start, 30))
    plan.case(rule, PLANTED, "elector at a home exempt as empty", CT, rows, ER, entry)
    rows, home, start = empties(plan, k)
    _exempt(plan, rows, "N")
    entry = plan.enrol(plan.strangers(k), home, _since(plan, start, 30))
    plan.case(rule, LOOK_ALIKE, "exempt as a home of students", CT, rows, ER, entry)
    rows, home, start = empties(plan, k, since=plan.ago(EMPTY - 70, EMPTY - 5, k))
    entry = plan.enrol(plan.strangers(k), home, between(plan.rng, start + 20, TODAY - 30))
    plan.case(rule, LOOK_ALIKE, "empty for less than six months", CT, rows, ER, entry)


def permit_for_empty(plan: Plan) -> None:
    """FM-CT-015: a resident permit issued for an empty home."""
    rule, k, world = "FM-CT-015", plan.part(3), plan.world

    def permits(home: Array, day: Array, kind: str = "resident") -> Array:
        rows = issue_permits(world, plan.strangers(len(home)), home, kind=kind, status="live")
        world["permit"].put(rows, permit_start=day, permit_expiry=day + years(2))
        return rows

    rows, home, start = empties(plan, plan.count)
    held = permits(home, _since(plan, start, 20))
    plan.case(rule, PLANTED, "a resident permit for an empty home", CT, rows, "permit", held)
    rows, home, start = empties(plan, k)
    plan.case(
        rule,
        LOOK_ALIKE,
        "a visitor's permit",
        CT,
        rows,
        "permit",
        permits(home, _since(plan, start, 20), "visitor"),
    )
    rows, home, start = empties(plan, k, since=plan.ago(200, 350, k))
    plan.case(rule, LOOK_ALIKE, "the permit is older", CT, rows, "permit", permits(home, start - 60))
    rows, home, start = empties(plan, k, since=plan.ago(EMPTY - 70, EMPTY - 5, k))
    plan.case(
        rule, LOOK_ALIKE, "empty for less than six months", CT, rows, "permit", permits(home, start + 30)
    )


def let_empty(plan: Plan) -> None:
    """FM-CT-016: a tenancy of an empty home."""
    rule, k = "FM-CT-016", plan.part(4)
    rows, home, start = empties(plan, plan.count)
    lease = plan.let(plan.strangers(plan.count), home, _since(plan, start, UNDER_WAY + 4))
    plan.case(rule, PLANTED, "a tenancy of an empty home", CT, rows, HT, lease)
    rows, home, start = empties(plan, k)
    lease = plan.let(plan.strangers(k), home, plan.ago(4, UNDER_WAY - 2, k))
    plan.case(rule, LOOK_ALIKE, "let within the last four weeks", CT, rows, HT, lease)
    rows, home, start = empties(plan, k)
    lease = plan.let(plan.strangers(k), home, start - 900, end=start - 5)
    plan.case(rule, LOOK_ALIKE, "the tenancy ended before", CT, rows, HT, lease)
    rows, home, start = empties(plan, k)
    lease = plan.let(plan.strangers(k), home, _since(plan, start, 60), kind="garage")
    plan.case(rule, LOOK_ALIKE, "a garage", CT, rows, HT, lease)
    rows, home, start = empties(plan, k, since=plan.ago(EMPTY - 70, EMPTY - 5, k))
    lease = plan.let(plan.strangers(k), home, start + 30)
    plan.case(rule, LOOK_ALIKE, "empty for less than six months", CT, rows, HT, lease)


def _business(plan: Plan, home: Array, start: Array, *, let: bool = False, relief: bool = False) -> Array:
    """Occupied premises of new firms; rateable values of £3,000 to £11,000."""
    world, count = plan.world, len(home)
    value = between(plan.rng, 60, 220, count) * 50
    rows = rate(world, world.firms.add(home), property=home, value=value, relief=relief, start=start)
    if let:
        world[NDR].put(rows, description=world.texts.code(HOLIDAY_LET))
    return rows


def rated_empty(plan: Plan) -> None:
    """FM-CT-017: business rates for a home reported empty."""
    rule, k = "FM-CT-017", plan.part(3)
    rows, home, start = empties(plan, plan.count)
    entry = _business(plan, home, _since(plan, start, UNDER_WAY + 4))
    plan.case(rule, PLANTED, "a business at an empty home", CT, rows, NDR, entry)
    rows, home, start = empties(plan, k)
    plan.case(
        rule, LOOK_ALIKE, "an inn with an empty flat", CT, rows, NDR, _business(plan, home, start - 2000)
    )
    rows, home, start = empties(plan, k)
    entry = _business(plan, home, plan.ago(4, UNDER_WAY - 2, k))
    plan.case(rule, LOOK_ALIKE, "rated within the last four weeks", CT, rows, NDR, entry)
    rows, home, start = empties(plan, k)
    entry = _business(plan, home, _since(plan, start, 60))
    plan.world[NDR].put(entry, occupied=0, empty_from=TODAY - 40)
    plan.case(rule, LOOK_ALIKE, "empty business premises", CT, rows, NDR, entry)


def rated_second_home(plan: Plan) -> None:
    """FM-CT-018: business rates for a second home."""
    rule, k = "FM-CT-018", plan.part(3)
    rows, home, start = empties(plan, plan.count, "second_home")
    entry = _business(plan, home, start + between(plan.rng, 30, 300, plan.count), let=True, relief=True)
    plan.case(rule, PLANTED, "a second home and a holiday let", CT, rows, NDR, entry)
    rows, home, start = empties(plan, k, "second_home")
    entry = _business(plan, home, plan.ago(4, UNDER_WAY - 2, k), let=True)
    plan.case(rule, LOOK_ALIKE, "rated within the last four weeks", CT, rows, NDR, entry)
    rows, home, start = empties(plan, k, "second_home")
    plan.world[CT].put(rows, liability_end=TODAY - 100, discount_end=TODAY - 100)
    entry = _business(plan, home, plan.ago(90, 100, k), let=True)
    plan.case(rule, LOOK_ALIKE, "turned into a holiday let, the account ended", CT, rows, NDR, entry)
    rows, home, start = empties(plan, k, "second_home")
    entry = _business(plan, home, start - 2000, let=True)
    plan.case(rule, LOOK_ALIKE, "a let barn beside it, rated for years", CT, rows, NDR, entry)


def licensed_empty(plan: Plan) -> None:
    """FM-CT-019: a licence issued to somebody at an empty or second home."""
    rule, k, world = "FM-CT-019", plan.part(3), plan.world

    def licences(home: Array, day: Array, kind: str = "street_trading") -> Array:
        rows = license_people(world, plan.strangers(len(home)), home, kind=kind, status="live")
        world["licence"].put(rows, issue_date=day, licence_expiry=day + years(3))
        return rows

    half = plan.count // 2
    for discount, count in (("empty", plan.count - half), ("second_home", half)):
        rows, home, start = empties(plan, count, discount)
        held = licences(home, _since(plan, start, 20))
        plan.case(
            rule,
            PLANTED,
            f"a licence at a home reported as {discount.replace('_', ' ')}",
            CT,
            rows,
            "licence",
            held,
        )
    rows, home, start = empties(plan, k)
    held = licences(home, _since(plan, start, 20), "operator")
    plan.case(rule, LOOK_ALIKE, "an operator's place of business", CT, rows, "licence", held)
    rows, home, start = empties(plan, k, "second_home", since=plan.ago(400, 900, k))
    plan.case(
        rule,
        LOOK_ALIKE,
        "the licence is older",
        CT,
        rows,
        "licence",
        licences(home, start - 60),
    )
    rows, home, start = empties(plan, k, since=plan.ago(EMPTY - 70, EMPTY - 5, k))
    plan.case(
        rule, LOOK_ALIKE, "empty for less than six months", CT, rows, "licence", licences(home, start + 30)
    )


def lived_in_let(plan: Plan) -> None:
    """FM-BR-010: an elector at a holiday let."""
    rule, k = "FM-BR-010", plan.part(4)

    def lets(count: int, *, let: bool = True) -> tuple[Array, Array, Array]:
        homes, start = plan.vacant(count), plan.ago(600, 1500, count)
        return _business(plan, homes, start, let=let, relief=True), homes, start

    rows, home, start = lets(plan.count)
    entry = plan.enrol(plan.strangers(plan.count), home, _since(plan, start, UNDER_WAY + 4))
    plan.case(rule, PLANTED, "an elector at a holiday let", NDR, rows, ER, entry)
    rows, home, start = lets(k)
    entry = plan.enrol(plan.strangers(k), home, plan.ago(4, UNDER_WAY - 2, k))
    plan.case(rule, LOOK_ALIKE, "added within the last four weeks", NDR, rows, ER, entry)
    rows, home, start = lets(k)
    entry = plan.enrol(plan.strangers(k), home, start - 900)
    plan.case(rule, LOOK_ALIKE, "the entry is older than the rating", NDR, rows, ER, entry)
    rows, home, start = lets(k)
    day = _since(plan, start, 100)
    entry = plan.enrol(plan.strangers(k), home, day, removed=day + 60)
    plan.case(rule, LOOK_ALIKE, "removed from the register", NDR, rows, ER, entry)
    rows, home, start = lets(k, let=False)
    entry = plan.enrol(plan.strangers(k), home, _since(plan, start, 60))
    plan.case(rule, LOOK_ALIKE, "a shop with a flat above", NDR, rows, ER, entry)
