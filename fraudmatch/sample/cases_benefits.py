"""More cases about reductions, licences and care (rules FM-CTR-003 to -005, FM-LC and FM-CP)."""

from __future__ import annotations

import numpy as np

from fraudmatch.sample.places import COUNTY, DISTRICTS
from fraudmatch.sample.plant import LOOK_ALIKE, PLANTED, Plan
from fraudmatch.sample.records_work import grant_pension, hire, license_people, pay_care, record_deaths
from fraudmatch.sample.streams import NULL, TODAY, Array, between, years

CTR, PAY, PEN, CARE, LICENCE, DEATHS = (
    "council_tax_reduction", "payroll", "pension", "care_payment", "licence", "deaths",
)  # fmt: skip
#: The only district whose deliveries hold care payments.
_CARING_DISTRICT = DISTRICTS.index("west_oxfordshire")


def plant(plan: Plan) -> None:
    """All cases of this module, in the order of their rule ids."""
    for make in (
        work_known_or_new, moved_between_councils, reduction_after_death, impossible_claim, care_of_two_councils,
        direct_payment_and_home, pension_not_assessed, work_not_known, passported_driver, undeclared_trade,
        undeclared_premises,
    ):  # fmt: skip
        make(plan)


def claimants(plan: Plan, count: int, age: tuple[float, float] = (23, 60)) -> tuple[Array, Array]:
    """People with an own home that has no other record."""
    home = plan.vacant(count)
    return plan.strangers(count, age=age, home=home), home


def lodgers(plan: Plan, count: int, age: tuple[float, float] = (23, 60)) -> tuple[Array, Array]:
    """People who live with couples: their address gives no discount away."""
    home = plan.lodgings(count)
    return plan.strangers(count, age=age, home=home), home


def work_known_or_new(plan: Plan) -> None:
    """FM-CTR-001 and FM-CTR-002: passported claims, and changes that need not be reported yet."""
    k, world = plan.part(2), plan.world
    for why, passported, low, high in (
        ("a passported claim", 1, 100, 900), ("the job began within the time to report it", 0, 4, 18),
    ):  # fmt: skip
        who, home = claimants(plan, k)
        left = plan.claim(who, home, plan.ago(950, 1500, k))
        world[CTR].put(left, passported=passported)
        right = hire(world, who, COUNTY, home, start=plan.ago(low, high, k), end=NULL, full=np.arange(k) % 2)
        plan.case("FM-CTR-001", LOOK_ALIKE, why, CTR, left, PAY, right)
    for why, passported, low, high in (
        ("a passported claim", 1, 200, 2500), ("the pension began within the time to report it", 0, 4, 18),
    ):  # fmt: skip
        who, home = claimants(plan, k, age=(61, 88))
        left = plan.claim(who, home, plan.ago(150, 1500, k))
        world[CTR].put(left, passported=passported)
        right = grant_pension(world, who, home, kind="in_payment", start=plan.ago(low, high, k))
        plan.case("FM-CTR-002", LOOK_ALIKE, why, CTR, left, PEN, right)


def moved_between_councils(plan: Plan) -> None:
    """FM-CTR-003: a claim after a move, the old one not yet closed."""
    k = plan.part(2)
    who, home = claimants(plan, k)
    left = plan.claim(who, home, plan.ago(400, 1500, k))
    right = plan.claim(who, plan.elsewhere(home), plan.ago(2, 12, k))
    plan.case("FM-CTR-003", LOOK_ALIKE, "moved within the last fortnight", CTR, left, CTR, right)


def reduction_after_death(plan: Plan) -> None:
    """FM-CTR-004: a claim that runs on after a death."""
    rule, k, world = "FM-CTR-004", plan.part(3), plan.world
    who, home = claimants(plan, plan.count, age=(40, 95))
    left = plan.claim(who, home, plan.ago(500, 2000, plan.count))
    death = record_deaths(world, who, plan.ago(40, 400, plan.count), home)
    plan.case(rule, PLANTED, "the claimant has died", CTR, left, DEATHS, death)
    who, home = claimants(plan, k, age=(40, 95))
    died = plan.ago(60, 400, k)
    left = plan.claim(who, home, plan.ago(500, 2000, k), end=died)
    death = record_deaths(world, who, died, home)
    plan.case(rule, LOOK_ALIKE, "the claim ended at the death", CTR, left, DEATHS, death)
    who, home = claimants(plan, k, age=(40, 95))
    left = plan.claim(who, home, plan.ago(500, 2000, k))
    death = record_deaths(world, who, plan.ago(4, 24, k), home)
    plan.case(rule, LOOK_ALIKE, "a death of the last four weeks", CTR, left, DEATHS, death)
    who, home = claimants(plan, k)
    left = plan.claim(who, home, plan.ago(500, 2000, k))
    world[CTR].put(left, dob_known=1)
    death = record_deaths(world, plan.namesakes(who), plan.ago(60, 400, k), plan.elsewhere(home))
    plan.case(rule, LOOK_ALIKE, "namesake with another date of birth", CTR, left, DEATHS, death)


def impossible_claim(plan: Plan) -> None:
    """FM-CTR-005: claims from before the claimant was of age, or even born, or that end before they begin."""
    rule, n, k, world = "FM-CTR-005", plan.count, plan.part(2), plan.world
    who, home = claimants(plan, n, age=(15.2, 17.4))
    left = plan.claim(who, home, plan.ago(40, 300, n))
    turned = np.flatnonzero(np.arange(n) % 3 == 1)
    world[CTR].put(left[turned], claim_start=world.people.born[who[turned]] - 200)
    ended = np.flatnonzero(np.arange(n) % 3 == 2)
    world[CTR].put(left[ended], claim_end=world[CTR]["claim_start"][left[ended]] - 90)
    world[CTR].put(left, dob_known=1)
    plan.case(rule, PLANTED, "dates that cannot be right", CTR, left)
    who, home = claimants(plan, k, age=(18.2, 18.9))
    of_age = world.people.born[who] + years(18)
    left = plan.claim(who, home, between(plan.rng, of_age + 2, TODAY - 10))
    world[CTR].put(left, dob_known=1)
    plan.case(rule, LOOK_ALIKE, "claimed soon after turning 18", CTR, left)
    who, home = claimants(plan, k)
    start = plan.ago(100, 900, k)
    left = plan.claim(who, home, start, end=start + between(plan.rng, 1, 20, k))
    plan.case(rule, LOOK_ALIKE, "a claim of a few days", CTR, left)


def care_of_two_councils(plan: Plan) -> None:
    """FM-CP-002: direct payments of two councils for one person."""
    rule, k, world = "FM-CP-002", plan.part(3), plan.world

    def pair(count: int, began: Array, *, ended: bool = False, other: bool = False) -> tuple[Array, Array]:
        who, home = lodgers(plan, count, age=(30, 90))
        end = began - between(plan.rng, 1, 20, count) if ended else NULL
        left = pay_care(world, who, home, kind="direct_payment", start=plan.ago(1000, 2000, count), end=end)
        there = plan.vacant_in(np.full(count, _CARING_DISTRICT))
        known = plan.namesakes(who) if other else who
        right = pay_care(world, known, there, kind="direct_payment", start=began)
        world[CARE].put(right, partner=_CARING_DISTRICT)
        world[CARE].put(np.concatenate([left, right]), dob_known=1)
        return left, right

    left, right = pair(plan.count, plan.ago(60, 900, plan.count))
    plan.case(rule, PLANTED, "two councils pay", CARE, left, CARE, right)
    left, right = pair(k, plan.ago(60, 900, k), ended=True)
    plan.case(rule, LOOK_ALIKE, "the first had ended", CARE, left, CARE, right)
    left, right = pair(k, plan.ago(4, 24, k))
    plan.case(rule, LOOK_ALIKE, "moved within the last four weeks", CARE, left, CARE, right)
    left, right = pair(k, plan.ago(60, 900, k), other=True)
    plan.case(rule, LOOK_ALIKE, "namesake with another date of birth", CARE, left, CARE, right)


def direct_payment_and_home(plan: Plan) -> None:
    """FM-CP-003: a direct payment that goes on in a care home."""
    rule, k, world = "FM-CP-003", plan.part(2), plan.world

    def pair(count: int, admitted: Array, left_home: Array | int, ended: Array | int) -> tuple[Array, Array]:
        who, home = lodgers(plan, count, age=(66, 96))
        left = pay_care(world, who, home, kind="direct_payment", start=plan.ago(900, 2000, count), end=ended)
        right = pay_care(world, who, plan.vacant(count), kind="care_home", start=admitted, end=left_home)
        # between two addresses nothing but the date of birth says who is who
        world[CARE].put(np.concatenate([left, right]), dob_known=1)
        return left, right

    left, right = pair(plan.count, plan.ago(50, 500, plan.count), NULL, NULL)
    plan.case(rule, PLANTED, "direct payment not ended", CARE, left, CARE, right)
    admitted = plan.ago(60, 500, k)
    left, right = pair(k, admitted, admitted + between(plan.rng, 7, 26, k), NULL)
    plan.case(rule, LOOK_ALIKE, "a short stay in the home", CARE, left, CARE, right)
    admitted = plan.ago(60, 500, k)
    left, right = pair(k, admitted, NULL, admitted + between(plan.rng, 0, 20, k))
    plan.case(rule, LOOK_ALIKE, "direct payment ended after admission", CARE, left, CARE, right)


def pension_not_assessed(plan: Plan) -> None:
    """FM-CP-004: a direct payment, and a pension the financial assessment leaves out."""
    world = plan.world
    for kind, why, k, assessed, pension in (
        (PLANTED, "pension not assessed", plan.count, 0, "in_payment"),
        (LOOK_ALIKE, "pension assessed", plan.part(2), 1, "in_payment"),
        (LOOK_ALIKE, "deferred pension", plan.part(2), 0, "deferred"),
    ):
        who, home = lodgers(plan, k, age=(61, 90))
        left = pay_care(world, who, home, kind="direct_payment", start=plan.ago(100, 1500, k))
        world[CARE].put(left, pension_assessed=assessed)
        paid = TODAY - 2 if pension == "in_payment" else NULL
        right = grant_pension(world, who, home, kind=pension, start=plan.ago(300, 4000, k), last_paid=paid)
        plan.case("FM-CP-004", kind, why, CARE, left, PEN, right)


def work_not_known(plan: Plan) -> None:
    """FM-CP-005: a direct payment, and full-time work nobody told of."""
    world = plan.world
    for kind, why, k, known, full, over in (
        (PLANTED, "full-time work not known", plan.count, 0, 0, False),
        (LOOK_ALIKE, "the work is known", plan.part(3), 1, 0, False),
        (LOOK_ALIKE, "part-time work", plan.part(3), 0, 1, False),
        (LOOK_ALIKE, "the direct payment has ended", plan.part(3), 0, 0, True),
    ):
        who, home = lodgers(plan, k)
        end = plan.ago(20, 90, k) if over else NULL
        left = pay_care(world, who, home, kind="direct_payment", start=plan.ago(100, 1500, k), end=end)
        world[CARE].put(left, employment_known=known)
        right = hire(world, who, COUNTY, home, start=plan.ago(300, 4000, k), end=NULL, full=full)
        plan.case("FM-CP-005", kind, why, CARE, left, PAY, right)


def passported_driver(plan: Plan) -> None:
    """FM-LC-001: a passported claim of a taxi driver."""
    _licensed(plan, "FM-LC-001", LOOK_ALIKE, "a passported claim", ("hackney",), plan.part(2), passported=1)


def undeclared_trade(plan: Plan) -> None:
    """FM-LC-002: a reduction, and a licence to trade or to operate vehicles."""
    rule, kinds, k = "FM-LC-002", ("market", "street_trading", "operator"), plan.part(4)
    _licensed(plan, rule, PLANTED, "trader's licence, no self-employment declared", kinds, plan.count)
    _licensed(plan, rule, LOOK_ALIKE, "self-employment declared", kinds, k, own_business=1)
    _licensed(plan, rule, LOOK_ALIKE, "a passported claim", kinds, k, passported=1)
    _licensed(plan, rule, LOOK_ALIKE, "licence dormant", kinds, k, status="dormant")
    _licensed(
        plan, rule, LOOK_ALIKE, "licensed within the time to report it", kinds, k, issued=plan.ago(4, 18, k)
    )


def undeclared_premises(plan: Plan) -> None:
    """FM-LC-003: a reduction, and a personal licence to sell alcohol."""
    rule, kinds, k = "FM-LC-003", ("personal_alcohol",), plan.part(4)
    _licensed(plan, rule, PLANTED, "personal licence, no work declared", kinds, plan.count)
    _licensed(plan, rule, LOOK_ALIKE, "employment declared", kinds, k, employment=1)
    _licensed(plan, rule, LOOK_ALIKE, "self-employment declared", kinds, k, own_business=1)
    _licensed(plan, rule, LOOK_ALIKE, "a passported claim", kinds, k, passported=1)
    _licensed(plan, rule, LOOK_ALIKE, "licence revoked", kinds, k, status="revoked")


def _licensed(
    plan: Plan, rule: str, kind: str, why: str, licences: tuple[str, ...], count: int, *, own_business: int = 0,
    employment: int = 0, passported: int = 0, status: str = "live", issued: Array | None = None,
) -> None:  # fmt: skip
    """Claims of people with a licence of one of the kinds."""
    register = plan.world[LICENCE]
    who, home = claimants(plan, count)
    start = plan.ago(150, 1500, count)
    left = plan.claim(who, home, start, own_business=own_business, employment=employment)
    plan.world[CTR].put(left, passported=passported)
    kinds = register.code("licence_kind", *licences)[np.arange(count) % len(licences)]
    statuses = np.full(count, register.code("licence_status", status)[0])
    right = license_people(plan.world, who, home, kind=kinds, status=statuses)
    if issued is not None:
        register.put(right, issue_date=issued, licence_expiry=issued + years(3))
    plan.case(rule, kind, why, CTR, left, LICENCE, right)
