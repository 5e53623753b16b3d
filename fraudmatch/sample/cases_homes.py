"""Cases about homes that somebody else lives in or uses (rules FM-HT-005 to 009)."""

from __future__ import annotations

import numpy as np

from fraudmatch.sample.plant import LOOK_ALIKE, PLANTED, Plan
from fraudmatch.sample.records_trade import rate
from fraudmatch.sample.records_work import license_people
from fraudmatch.sample.streams import TODAY, Array, between, years

HT, ER, CTR, NDR, LIC = (
    "housing_tenancy", "electoral_register", "council_tax_reduction", "business_rates", "licence",
)  # fmt: skip


def plant(plan: Plan) -> None:
    """All cases of this module, in the order of their rule ids."""
    for make in (others_registered, claims_elsewhere, rated_home, let_to_guests, placement_runs_on):
        make(plan)


def tenant(
    plan: Plan, count: int, start: Array | None = None, **how: Array | str
) -> tuple[Array, Array, Array]:
    """A tenancy of a stranger at a home with no other record: row, tenant, home."""
    home = plan.vacant(count)
    who = plan.strangers(count, home=home)
    begun = plan.ago(1300, 4000, count) if start is None else start
    return plan.let(who, home, begun, **how), who, home  # type: ignore[arg-type]


def soon(plan: Plan, count: int) -> Array:
    """Ends that are keyed for the next weeks."""
    return TODAY + between(plan.rng, 5, 50, count)


def others_registered(plan: Plan) -> None:
    """FM-HT-005: the tenant is not on the register at the home, and somebody who came later is."""
    rule, n, k, world = "FM-HT-005", plan.count, plan.part(6), plan.world

    def newcomer(count: int, home: Array, added: Array | None = None, **how: Array) -> Array:
        # The age of working people: nobody is a child of the tenant by surname alone.
        joined = plan.ago(100, 900, count) if added is None else added
        return plan.enrol(plan.strangers(count), home, joined, **how)  # type: ignore[arg-type]

    left, who, home = tenant(plan, n)
    half = np.arange(n) % 2 == 0
    plan.enrol(who[half], plan.lodgings(int(half.sum())), plan.ago(60, 700, int(half.sum())))
    plan.case(rule, PLANTED, "a newcomer is registered, the tenant is not", HT, left, ER, newcomer(n, home))
    left, who, home = tenant(plan, k)
    plan.enrol(who, home, world[HT]["tenancy_start"][left] + 40)
    plan.case(rule, LOOK_ALIKE, "the tenant is registered too", HT, left, ER, newcomer(k, home))
    left, who, home = tenant(plan, k)
    kin = plan.strangers(k, home=home)
    for column in ("tradition", "surname", "birth_surname"):
        getattr(world.people, column)[kin] = getattr(world.people, column)[who]
    plan.case(
        rule, LOOK_ALIKE, "family of one surname", HT, left, ER, plan.enrol(kin, home, plan.ago(100, 900, k))
    )
    left, who, home = tenant(plan, k)
    joint = plan.strangers(k, home=home)
    plan.let(joint, home, world[HT]["tenancy_start"][left], status="other")
    plan.case(rule, LOOK_ALIKE, "a joint tenant stays", HT, left, ER, newcomer(k, home))
    left, who, home = tenant(plan, k)
    added = world[HT]["tenancy_start"][left] + between(plan.rng, 5, 175, k)
    plan.case(rule, LOOK_ALIKE, "came within 182 days of the tenancy", HT, left, ER, newcomer(k, home, added))
    left, who, home = tenant(plan, k)
    gone = newcomer(k, home, plan.ago(300, 900, k), removed=plan.ago(20, 200, k))
    plan.case(rule, LOOK_ALIKE, "removed from the register", HT, left, ER, gone)
    left, who, home = tenant(plan, k, end=soon(plan, k))
    plan.case(rule, LOOK_ALIKE, "the tenancy is about to end", HT, left, ER, newcomer(k, home))


def claims_elsewhere(plan: Plan) -> None:
    """FM-HT-006: a tenant who receives council tax reduction at another home."""
    rule, n, k = "FM-HT-006", plan.count, plan.part(5)
    left, who, home = tenant(plan, n)
    right = plan.claim(who, plan.elsewhere(home), plan.ago(100, 1200, n))
    plan.case(rule, PLANTED, "a claim at another home", HT, left, CTR, right)
    left, who, home = tenant(plan, k)
    ended = plan.ago(60, 900, k)
    right = plan.claim(who, plan.elsewhere(home), ended - 700, end=ended)
    plan.case(rule, LOOK_ALIKE, "the claim has ended", HT, left, CTR, right)
    left, who, home = tenant(plan, k)
    right = plan.claim(who, plan.elsewhere(home), plan.ago(5, 50, k))
    plan.case(rule, LOOK_ALIKE, "moving within 56 days", HT, left, CTR, right)
    left, who, home = tenant(plan, k, end=soon(plan, k))
    right = plan.claim(who, plan.elsewhere(home), plan.ago(60, 120, k))
    plan.case(rule, LOOK_ALIKE, "the tenancy is about to end", HT, left, CTR, right)
    left, who, home = tenant(plan, k)
    right = plan.claim(who, home, plan.ago(100, 1200, k))
    plan.case(rule, LOOK_ALIKE, "the claim is for the home let", HT, left, CTR, right)
    left, who, home = tenant(plan, k)
    right = plan.claim(plan.namesakes(who), plan.elsewhere(home), plan.ago(100, 1200, k))
    plan.case(rule, LOOK_ALIKE, "namesake with another date of birth", HT, left, CTR, right)


def rated_home(plan: Plan) -> None:
    """FM-HT-007: business rates are paid for a home that is let."""
    rule, n, k, world = "FM-HT-007", plan.count, plan.part(4), plan.world
    guests = world.texts.code("Self catering holiday unit and premises")

    def rated(home: Array, **how: Array | int) -> Array:
        count = len(home)
        value = between(plan.rng, 30, 110, count) * 50
        return rate(world, world.firms.add(home), property=home, value=value, relief=False,
                    start=plan.ago(200, 1100, count), **how)  # fmt: skip

    left, _, home = tenant(plan, n)
    right = rated(home)
    world[NDR].put(right[::2], description=guests)
    plan.case(rule, PLANTED, "rated as a business", HT, left, NDR, right)
    left, _, home = tenant(plan, k)
    plan.case(rule, LOOK_ALIKE, "liability has ended", HT, left, NDR, rated(home, end=plan.ago(30, 150, k)))
    left, _, home = tenant(plan, k)
    right = rated(home)
    world[NDR].put(right, occupied=0, empty_from=plan.ago(30, 150, k))
    plan.case(rule, LOOK_ALIKE, "nobody trades there any more", HT, left, NDR, right)
    left, _, home = tenant(plan, k, kind="garage")
    plan.case(rule, LOOK_ALIKE, "a garage", HT, left, NDR, rated(home))
    left, _, home = tenant(plan, k, end=soon(plan, k))
    plan.case(rule, LOOK_ALIKE, "the tenancy is about to end", HT, left, NDR, rated(home))


def let_to_guests(plan: Plan) -> None:
    """FM-HT-008: a licence to let to guests for a home that is let."""
    rule, n, k, world = "FM-HT-008", plan.count, plan.part(4), plan.world
    short_let, hackney = world[LIC].code("licence_kind", "short_let", "hackney")

    def licensed(who: Array, home: Array, kind: int = short_let, status: str = "live") -> Array:
        statuses = np.full(len(who), world[LIC].code("licence_status", status)[0])
        return license_people(world, who, home, kind=np.full(len(who), kind), status=statuses)

    left, who, home = tenant(plan, n)
    holder = np.where(np.arange(n) % 2 == 0, who, plan.strangers(n, home=home))
    plan.case(rule, PLANTED, "licensed to let to guests", HT, left, LIC, licensed(holder, home))
    left, who, home = tenant(plan, k, start=plan.ago(5, 30, k))
    before = licensed(plan.strangers(k, home=home), home)
    plan.case(rule, LOOK_ALIKE, "a former occupier's licence", HT, left, LIC, before)
    left, who, home = tenant(plan, k)
    plan.case(rule, LOOK_ALIKE, "given back", HT, left, LIC, licensed(who, home, status="revoked"))
    left, who, home = tenant(plan, k)
    right = licensed(who, home)
    issued = plan.ago(years(4), years(5), k)
    world[LIC].put(right, issue_date=issued, licence_expiry=issued + years(3))
    world[HT].put(left, tenancy_start=issued - 300)
    plan.case(rule, LOOK_ALIKE, "run out", HT, left, LIC, right)
    left, who, home = tenant(plan, k)
    plan.case(rule, LOOK_ALIKE, "a taxi licence", HT, left, LIC, licensed(who, home, kind=hackney))


def placement_runs_on(plan: Plan) -> None:
    """FM-HT-009: temporary accommodation that runs on beside a permanent tenancy."""
    rule, n, k = "FM-HT-009", plan.count, plan.part(4)

    def placed(count: int, permanent: Array, **how: Array | str) -> tuple[Array, Array]:
        left, who, home = tenant(plan, count, start=plan.ago(400, 1200, count), kind="temporary", **how)
        return left, plan.let(who, plan.elsewhere(home), permanent)

    left, right = placed(n, plan.ago(40, 380, n))
    plan.case(rule, PLANTED, "the placement runs on", HT, left, HT, right)
    left, right = placed(k, plan.ago(3, 26, k))
    plan.case(rule, LOOK_ALIKE, "moved within 28 days", HT, left, HT, right)
    left, right = placed(k, plan.ago(1300, 4000, k))
    plan.case(rule, LOOK_ALIKE, "placed while the home is repaired", HT, left, HT, right)
    left, right = placed(k, plan.ago(100, 380, k), end=plan.ago(30, 99, k))
    plan.case(rule, LOOK_ALIKE, "the placement has ended", HT, left, HT, right)
    left, right = placed(k, plan.ago(40, 90, k), end=soon(plan, k))
    plan.case(rule, LOOK_ALIKE, "the placement is about to end", HT, left, HT, right)
