"""Cases about tenancies and the waiting list (rules FM-HT and FM-WL)."""

from __future__ import annotations

import numpy as np

from fraudmatch.sample.plant import LOOK_ALIKE, PLANTED, Plan
from fraudmatch.sample.records_work import record_deaths
from fraudmatch.sample.streams import TODAY, Array, between

CT, HT, WL, RTB = "council_tax", "housing_tenancy", "waiting_list", "right_to_buy"


def plant(plan: Plan) -> None:
    """All cases of this module, in the order of their rule ids."""
    for make in (
        two_tenancies, tenant_pays_elsewhere, dead_tenant, tenant_bought,
        housed_applicant, applicant_pays_elsewhere, dead_applicant,
    ):  # fmt: skip
        make(plan)


def two_tenancies(plan: Plan) -> None:
    """FM-HT-001: two running permanent tenancies of one person."""
    rule, k = "FM-HT-001", plan.part(7)

    def pair(count: int, start: Array, kind: str = "secure", who: Array | None = None) -> tuple[Array, Array]:
        first = plan.vacant(count)
        tenant = plan.strangers(count, home=first)
        left = plan.let(tenant, first, plan.ago(1300, 4000, count))
        right = plan.let(tenant if who is None else who, plan.elsewhere(first), start, kind=kind)
        return left, right

    left, right = pair(plan.count, plan.ago(90, 1200, plan.count))
    plan.case(rule, PLANTED, "two tenancies", HT, left, HT, right)
    for why, kind in (("temporary accommodation", "temporary"), ("garage", "garage")):
        left, right = pair(k, plan.ago(90, 1200, k), kind)
        plan.case(rule, LOOK_ALIKE, why, HT, left, HT, right)
    left, right = pair(k, plan.ago(10, 50, k))
    plan.case(rule, LOOK_ALIKE, "moving within 56 days", HT, left, HT, right)
    left, right = pair(k, plan.ago(60, 300, k))
    plan.world[HT].put(left, tenancy_end=TODAY + between(plan.rng, 5, 50, k))
    plan.case(rule, LOOK_ALIKE, "the first is about to end", HT, left, HT, right)
    for why, kind, low, high in (
        ("a transfer of one landlord within 91 days", "secure", 60, 88), ("a home lent during works", "decant", 60, 300),
    ):  # fmt: skip
        first = plan.vacant(k)
        tenant = plan.strangers(k, home=first)
        left = plan.let(tenant, first, plan.ago(1300, 4000, k))
        right = plan.let(tenant, plan.vacant_in(plan.district(first)), plan.ago(low, high, k), kind=kind)
        plan.case(rule, LOOK_ALIKE, why, HT, left, HT, right)
    left, right = pair(k, plan.ago(90, 1200, k))
    register = plan.world[HT]
    register.put(right, person=plan.namesakes(register["person"][left]))
    plan.case(rule, LOOK_ALIKE, "namesake with another date of birth", HT, left, HT, right)


def tenant_pays_elsewhere(plan: Plan) -> None:
    """FM-HT-002: a tenant who pays council tax at another home."""
    rule, k = "FM-HT-002", plan.part(6)

    def tenant(count: int) -> tuple[Array, Array, Array]:
        home = plan.vacant(count)
        who = plan.strangers(count, home=home)
        return plan.let(who, home, plan.ago(1300, 4000, count)), who, plan.elsewhere(home)

    left, who, other = tenant(plan.count)
    right = plan.liable(who, other, plan.ago(100, 1100, plan.count), dob_known=plan.mostly(plan.count))
    plan.case(rule, PLANTED, "liable at another home", HT, left, CT, right)
    left, who, other = tenant(k)
    end = plan.world[HT]["tenancy_start"][left]
    right = plan.liable(
        who, other, end - between(plan.rng, 300, 2000, k), end=end - 3, dob_known=plan.mostly(k)
    )
    plan.case(rule, LOOK_ALIKE, "liability ended before the tenancy", HT, left, CT, right)
    for why, discount in (
        ("an inherited home that stands empty", "empty"), ("a second home", "second_home"),
        ("a house where the children study", "all_disregarded"),
    ):  # fmt: skip
        left, who, other = tenant(k)
        start = plan.ago(100, 900, k)
        right = plan.liable(
            who, other, start, discount=discount, discount_start=start, dob_known=plan.mostly(k)
        )
        if discount == "all_disregarded":
            plan.world[CT].put(right, disregard_type="student")
        plan.case(rule, LOOK_ALIKE, why, HT, left, CT, right)
    left, who, other = tenant(k)
    plan.world[HT].put(left, tenancy_end=TODAY + between(plan.rng, 5, 50, k))
    right = plan.liable(who, other, plan.ago(60, 120, k), dob_known=plan.mostly(k))
    plan.case(rule, LOOK_ALIKE, "the tenancy is about to end", HT, left, CT, right)
    left, who, other = tenant(k)
    right = plan.liable(who, other, plan.ago(10, 50, k), dob_known=plan.mostly(k))
    plan.case(rule, LOOK_ALIKE, "moving within 56 days", HT, left, CT, right)


def dead_tenant(plan: Plan) -> None:
    """FM-HT-003: a running tenancy of a person dead for more than 60 days."""
    rule, k, world = "FM-HT-003", plan.part(4), plan.world

    def tenant(count: int) -> tuple[Array, Array, Array]:
        home = plan.vacant(count)
        who = plan.strangers(count, age=(50, 95), home=home)
        return plan.let(who, home, plan.ago(1300, 6000, count)), who, home

    left, who, home = tenant(plan.count)
    death = record_deaths(world, who, plan.ago(75, 500, plan.count), home)
    plan.case(rule, PLANTED, "the tenant has died", HT, left, "deaths", death)
    left, who, home = tenant(k)
    plan.let(
        plan.strangers(k, age=(50, 90), home=home), home, world[HT]["tenancy_start"][left], status="other"
    )
    death = record_deaths(world, who, plan.ago(75, 500, k), home)
    plan.case(rule, LOOK_ALIKE, "a joint tenant survives", HT, left, "deaths", death)
    left, who, home = tenant(k)
    world[HT].put(left, tenancy_end=TODAY + between(plan.rng, 3, 40, k))
    death = record_deaths(world, who, plan.ago(75, 120, k), home)
    plan.case(rule, LOOK_ALIKE, "the family has given notice", HT, left, "deaths", death)
    left, who, home = tenant(k)
    death = record_deaths(world, who, plan.ago(5, 56, k), home)
    plan.case(rule, LOOK_ALIKE, "died within 60 days", HT, left, "deaths", death)
    left, who, home = tenant(k)
    death = record_deaths(world, plan.namesakes(who), plan.ago(75, 500, k), plan.elsewhere(home))
    plan.case(rule, LOOK_ALIKE, "namesake with another date of birth", HT, left, "deaths", death)


def tenant_bought(plan: Plan) -> None:
    """FM-HT-004: a tenant who bought a council home elsewhere within five years of the tenancy's start."""
    rule, k = "FM-HT-004", plan.part(2)

    def tenant(count: int) -> tuple[Array, Array, Array]:
        home = plan.vacant(count)
        who = plan.strangers(count, home=home)
        return plan.let(who, home, plan.ago(400, 1500, count)), who, plan.elsewhere(home)

    def buy(who: Array, home: Array, left: Array, stage: str) -> Array:
        done = np.minimum(
            plan.world[HT]["tenancy_start"][left] + between(plan.rng, -1200, 700, len(who)), TODAY - 30
        )
        bought = stage == "completed"
        return plan.world[RTB].add(
            len(who), partner=plan.district(home), person=who, property=home, application_stage=stage,
            application_date=done - between(plan.rng, 120, 300, len(who)),
            **({"completion_date": done, "discount_pence": between(plan.rng, 1_500_000, 3_000_000, len(who))} if bought else {}),
        )  # fmt: skip

    left, who, other = tenant(plan.count)
    plan.case(rule, PLANTED, "bought a council home", HT, left, RTB, buy(who, other, left, "completed"))
    left, who, other = tenant(k)
    plan.case(
        rule, LOOK_ALIKE, "the application was withdrawn", HT, left, RTB, buy(who, other, left, "withdrawn")
    )
    left, who, other = tenant(k)
    bought = buy(plan.namesakes(who), other, left, "completed")
    plan.case(rule, LOOK_ALIKE, "namesake with another date of birth", HT, left, RTB, bought)


def housed_applicant(plan: Plan) -> None:
    """FM-WL-001: an active applicant who holds a permanent tenancy."""
    rule, k = "FM-WL-001", plan.part(5)

    def pair(
        count: int, kind: str = "secure", low: int = 300, high: int = 3000, **how: str | int
    ) -> tuple[Array, Array]:
        home = plan.vacant(count)
        who = plan.strangers(count, home=home)
        right = plan.let(who, home, plan.ago(low, high, count), kind=kind)
        elsewhere = (plan.district(home) + between(plan.rng, 0, 1, count)) % 5
        return plan.apply(who, home, partner=elsewhere, **how), right  # type: ignore[arg-type]

    left, right = pair(plan.count, tenure="living_with_family")
    plan.case(rule, PLANTED, "applicant with a tenancy", WL, left, HT, right)
    left, right = pair(k, tenure="social_tenant", transfer=1)
    plan.case(rule, LOOK_ALIKE, "asks for a transfer", WL, left, HT, right)
    left, right = pair(k, kind="temporary", tenure="no_fixed_abode")
    plan.case(rule, LOOK_ALIKE, "temporary accommodation", WL, left, HT, right)
    left, right = pair(k, status="housed", tenure="living_with_family")
    plan.case(rule, LOOK_ALIKE, "housed since", WL, left, HT, right)
    left, right = pair(k, low=3, high=26, tenure="living_with_family")
    plan.case(rule, LOOK_ALIKE, "housed within 28 days", WL, left, HT, right)
    left, right = pair(k, tenure="social_tenant")
    plan.world[HT].put(right, tenancy_end=TODAY + between(plan.rng, 5, 50, k))
    plan.case(rule, LOOK_ALIKE, "the tenancy is about to end", WL, left, HT, right)


def applicant_pays_elsewhere(plan: Plan) -> None:
    """FM-WL-002: an active applicant, declared no owner, who pays at another address than the one given."""
    rule, k = "FM-WL-002", plan.part(3)

    def applicant(count: int, tenure: str = "living_with_family") -> tuple[Array, Array, Array]:
        given = plan.lodgings(count)
        who = plan.strangers(count, home=given)
        return plan.apply(who, given, tenure=tenure), who, given

    left, who, given = applicant(plan.count)
    right = plan.liable(
        who, plan.elsewhere(given), plan.ago(500, 2500, plan.count), dob_known=plan.mostly(plan.count)
    )
    plan.case(rule, PLANTED, "liable at another address", WL, left, CT, right)
    left, who, given = applicant(k)
    renewed = plan.world[WL]["renewed_date"]
    renewed[left] = np.minimum(renewed[left], TODAY - 60)
    start = between(plan.rng, renewed[left] + 10, TODAY - 10)
    right = plan.liable(who, plan.elsewhere(given), start, dob_known=plan.mostly(k))
    plan.case(rule, LOOK_ALIKE, "moved since the list was confirmed", WL, left, CT, right)
    home = plan.vacant(k)
    who = plan.strangers(k, home=home)
    left = plan.apply(who, home)
    right = plan.liable(who, home, plan.ago(500, 2500, k), dob_known=plan.mostly(k))
    plan.case(rule, LOOK_ALIKE, "the address given", WL, left, CT, right)
    left, who, given = applicant(k, tenure="owner")
    right = plan.liable(who, plan.elsewhere(given), plan.ago(500, 2500, k), dob_known=plan.mostly(k))
    plan.case(rule, LOOK_ALIKE, "declared as owner", WL, left, CT, right)


def dead_applicant(plan: Plan) -> None:
    """FM-WL-003: an active applicant who has died."""
    rule, k, world = "FM-WL-003", plan.count, plan.world
    home = plan.lodgings(k)
    who = plan.strangers(k, age=(40, 90), home=home)
    left = plan.apply(who, home, renewed=plan.ago(320, 390, k))
    death = record_deaths(world, who, plan.ago(30, 300, k), home)
    plan.case(rule, PLANTED, "the applicant has died", WL, left, "deaths", death)
    part = plan.part(2)
    home = plan.lodgings(part)
    who = plan.strangers(part, age=(40, 90), home=home)
    left = plan.apply(who, home, renewed=plan.ago(60, 300, part))
    death = record_deaths(world, who, plan.ago(3, 26, part), home)
    plan.case(rule, LOOK_ALIKE, "died within 28 days", WL, left, "deaths", death)
    home = plan.lodgings(k)
    who = plan.strangers(k, home=home)
    left = plan.apply(who, home)
    death = record_deaths(world, plan.namesakes(who), plan.ago(30, 300, k), plan.elsewhere(home))
    plan.case(rule, LOOK_ALIKE, "namesake with another date of birth", WL, left, "deaths", death)
