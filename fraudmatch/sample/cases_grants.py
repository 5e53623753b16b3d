"""Cases about grants to businesses (FM-GR)."""

from __future__ import annotations

from typing import Any

import numpy as np

from fraudmatch.sample.places import COUNTY
from fraudmatch.sample.plant import LOOK_ALIKE, NEAR_MISS, PLANTED, Plan
from fraudmatch.sample.records_registers import GRANT, award, number_companies, repay, schemes
from fraudmatch.sample.records_trade import rate
from fraudmatch.sample.streams import NULL, Array, between

SHOP, RURAL = 0, 1
#: Days from which two awards are those of one occupier and the next.
YEAR = 365


def plant(plan: Plan) -> None:
    """All cases of this module, in the order of their rule ids."""
    for make in (one_firm_twice, one_account, one_premises, not_rated_then):
        make(plan)


def _rated(
    plan: Plan, firms: Array, homes: Array, *, start: Array | None = None, end: Array | int = NULL
) -> None:
    """Business rates accounts of firms, without relief."""
    count = len(homes)
    begun = plan.ago(1500, 4000, count) if start is None else start
    value = between(plan.rng, 60, 600, count) * 50
    rate(plan.world, firms, property=homes, value=value, relief=False, start=begun, end=end)


def _firms(plan: Plan, count: int, home: Array | None = None) -> tuple[Array, Array]:
    """New companies and their premises, for which they pay business rates."""
    homes = plan.vacant(count) if home is None else home
    firms = number_companies(plan.world, plan.world.firms.add(homes))
    _rated(plan, firms, homes)
    return firms, homes


def _paid(
    plan: Plan, firms: Array, homes: Array, *, by: Array | int | None = None, scheme: int = SHOP,
    paid: Array | None = None, each: int = 0,
) -> Array:  # fmt: skip
    """Awards of up to £10,000 by the district of the premises, or by another council."""
    count = len(firms)
    return award(
        plan.world, firms, homes, plan.district(homes) if by is None else by, scheme=schemes(plan.world)[scheme],
        pence=between(plan.rng, 5, 100, count) * 10_000, paid=plan.ago(60, 350, count) if paid is None else paid,
        each=each,
    )  # fmt: skip


def one_firm_twice(plan: Plan) -> None:
    """FM-GR-001: one scheme, two awards to one firm."""
    rule, k, world = "FM-GR-001", plan.part(4), plan.world

    def two(count: int, *, each: int = 0, second: int = SHOP) -> tuple[Array, Array]:
        firms, first = _firms(plan, count)
        other = plan.elsewhere(first)
        _rated(plan, firms, other)
        return _paid(plan, firms, first, each=each), _paid(plan, firms, other, each=each, scheme=second)

    left, right = two(plan.count)
    plan.case(rule, PLANTED, "by two councils, for two premises", GRANT, left, GRANT, right)
    firms, homes = _firms(plan, plan.part(2))
    left, right = _paid(plan, firms, homes), _paid(plan, firms, homes, by=COUNTY)
    plan.case(rule, PLANTED, "by district and county for one shop", GRANT, left, GRANT, right)
    left, right = two(k)
    repay(world, right)
    plan.case(rule, LOOK_ALIKE, "the second award was repaid", GRANT, left, GRANT, right)
    left, right = two(k, each=1)
    plan.case(rule, LOOK_ALIKE, "the scheme pays for each premises", GRANT, left, GRANT, right)
    left, right = two(k, second=RURAL)
    plan.case(rule, NEAR_MISS, "two schemes", GRANT, left, GRANT, right)
    firms, first = _firms(plan, k)
    sister, other = _firms(plan, k)
    world.firms.name[sister] = world.words.change(world.firms.name[firms], _sister_name)
    left, right = _paid(plan, firms, first), _paid(plan, sister, other)
    plan.case(rule, LOOK_ALIKE, "two companies of one group", GRANT, left, GRANT, right)


def _sister_name(name: str) -> str:
    head, _, form = name.rpartition(" ")
    return f"{head} (South) {form}"


def one_account(plan: Plan) -> None:
    """FM-GR-002: one scheme, two applicants, one bank account."""
    rule, k, world = "FM-GR-002", plan.part(3), plan.world

    def two(count: int, **second: Any) -> tuple[Array, Array]:
        firms, homes = _firms(plan, count)
        others, away = _firms(plan, count)
        world.firms.account[others] = world.firms.account[firms]
        return _paid(plan, firms, homes), _paid(plan, others, away, **second)

    plan.case(rule, PLANTED, "two firms and one account", GRANT, *_sides(two(plan.count)))
    left, right = two(k)
    repay(world, left)
    plan.case(rule, LOOK_ALIKE, "the first award was repaid", GRANT, left, GRANT, right)
    plan.case(rule, NEAR_MISS, "two schemes", GRANT, *_sides(two(k, scheme=RURAL)))
    firms, homes = _firms(plan, k)
    left = _paid(plan, firms, homes)
    held = world[GRANT]
    right = award(world, firms, homes, held["partner"][left], scheme=held["scheme"][left], pence=held["awarded_pence"][left],
                  paid=held["paid_date"][left] + 30, refs=held["award_ref"][left])  # fmt: skip
    plan.case(rule, LOOK_ALIKE, "two instalments of one award", GRANT, left, GRANT, right)


def _sides(pair: tuple[Array, Array]) -> tuple[Array, str, Array]:
    return pair[0], GRANT, pair[1]


def one_premises(plan: Plan) -> None:
    """FM-GR-003: one scheme, two applicants, one premises."""
    rule, k, world = "FM-GR-003", plan.part(3), plan.world

    def two(count: int, **second: Any) -> tuple[Array, Array]:
        firms, homes = _firms(plan, count)
        others = number_companies(world, world.firms.add(homes))
        return _paid(plan, firms, homes), _paid(plan, others, homes, **second)

    plan.case(rule, PLANTED, "two firms in one shop", GRANT, *_sides(two(plan.count)))
    plan.case(
        rule,
        PLANTED,
        "two firms in one shop, district and county",
        GRANT,
        *_sides(two(plan.part(2), by=COUNTY)),
    )
    left, right = two(k)
    repay(world, right)
    plan.case(rule, LOOK_ALIKE, "the second award was repaid", GRANT, left, GRANT, right)
    plan.case(rule, LOOK_ALIKE, "two schemes", GRANT, *_sides(two(k, scheme=RURAL)))
    left, right = two(k, paid=plan.ago(800, 1200, k))
    plan.case(rule, LOOK_ALIKE, "the occupier before, more than a year earlier", GRANT, left, GRANT, right)
    left, right = two(k)
    held = world[GRANT]
    held.put(right, paid_date=held["paid_date"][left] - YEAR - 1)
    plan.case(rule, NEAR_MISS, "a year and a day apart", GRANT, left, GRANT, right)


def not_rated_then(plan: Plan) -> None:
    """FM-GR-004: nobody was liable for business rates at the premises on the day paid."""
    rule, k, world = "FM-GR-004", plan.part(3), plan.world

    def paid_on(count: int, *, after_end: int | None = None, before_start: int | None = None) -> Array:
        homes, paid = plan.vacant(count), plan.ago(100, 300, count)
        firms = number_companies(world, world.firms.add(homes))
        start = paid - between(plan.rng, 700, 2000, count) if before_start is None else paid + before_start
        _rated(plan, firms, homes, start=start, end=NULL if after_end is None else paid - after_end)
        return _paid(plan, firms, homes, paid=paid)

    plan.case(rule, PLANTED, "the liability had ended", GRANT, paid_on(plan.count, after_end=90))
    plan.case(rule, PLANTED, "the liability began after", GRANT, paid_on(plan.part(2), before_start=60))
    plan.case(rule, NEAR_MISS, "liable until the day after", GRANT, paid_on(k, after_end=-1))
    plan.case(rule, NEAR_MISS, "liable from that day", GRANT, paid_on(k, before_start=0))
    rows = paid_on(k, after_end=200)
    repay(world, rows)
    plan.case(rule, LOOK_ALIKE, "the award was repaid", GRANT, rows)
    rows = paid_on(k, after_end=200)
    homes = world[GRANT]["property"][rows]
    _rated(plan, world.firms.add(homes), homes, start=world[GRANT]["paid_date"][rows] - np.full(k, 190))
    plan.case(rule, LOOK_ALIKE, "the next occupier was liable", GRANT, rows)
