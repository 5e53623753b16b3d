"""Cases about charities that are not, or no longer, on their register (FM-BR-012)."""

from __future__ import annotations

import numpy as np

from fraudmatch.sample.plant import LOOK_ALIKE, NEAR_MISS, PLANTED, Plan
from fraudmatch.sample.records_registers import CHARITY, register_charities
from fraudmatch.sample.records_trade import MULTIPLIER, rate
from fraudmatch.sample.streams import TODAY, Array, between

NDR = "business_rates"


def plant(plan: Plan) -> None:
    """All cases of this module; the charities that other cases know are registered with them."""
    known = np.flatnonzero(plan.world.firms.charity_number > 0)
    register_charities(plan.world, known)
    not_on_the_register(plan)


def _charities(plan: Plan, count: int, percent: int = 80) -> tuple[Array, Array]:
    """Accounts with charity relief and the charities that have it, which are on no register yet."""
    world, homes = plan.world, plan.vacant(count)
    firms = world.firms.add(homes)
    world.firms.charity_number[firms] = 9_000_000 + firms
    value = between(plan.rng, 60, 800, count) * 50
    rows = rate(world, firms, property=homes, value=value, relief=False)
    bill = world[NDR]["rateable_value_pence"][rows] * MULTIPLIER // 1000
    world[NDR].put(rows, relief_type="charity", relief_start=world[NDR]["liability_start"][rows],
                   relief_annual_pence=bill * percent // 100, charity_kind="registered")  # fmt: skip
    return rows, firms


def not_on_the_register(plan: Plan) -> None:
    """FM-BR-012: charity relief under a number that the register lacks, or has as removed."""
    rule, k, world = "FM-BR-012", plan.part(3), plan.world
    rows, firms = _charities(plan, plan.count)
    register_charities(world, firms, removed=plan.ago(100, 1500, plan.count))
    plan.case(rule, PLANTED, "removed from the register", NDR, rows)
    plan.case(rule, PLANTED, "never on the register", NDR, _charities(plan, plan.part(2))[0])
    rows, firms = _charities(plan, k)
    register_charities(world, firms)
    plan.case(rule, LOOK_ALIKE, "on the register", NDR, rows)
    rows, firms = _charities(plan, k)
    register_charities(world, firms, removed=TODAY - 59)
    plan.case(rule, NEAR_MISS, "removed 59 days ago", NDR, rows)
    rows, _ = _charities(plan, k)
    world[NDR].put(rows, charity_kind="excepted")
    plan.case(rule, LOOK_ALIKE, "excepted from registration", NDR, rows)
    plan.case(rule, LOOK_ALIKE, "a discretionary relief", NDR, _charities(plan, k, 40)[0])
    rows, firms = _charities(plan, k)
    register_charities(world, firms, removed=plan.ago(200, 900, k))
    anew = world.firms.add(world.firms.property[firms])
    world.firms.name[anew], world.firms.charity_number[anew] = world.firms.name[firms], 9_000_000 + anew
    register_charities(world, anew)
    plan.case(rule, LOOK_ALIKE, "registered anew in another legal form", NDR, rows)
    entries = world[CHARITY]
    entries.put(np.arange(len(entries)), in_case=1)
