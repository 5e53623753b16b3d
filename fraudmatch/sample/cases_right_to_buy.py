"""Cases about the right to buy (rules FM-RTB), and applicants for housing who bought (FM-WL-006)."""

from __future__ import annotations

import numpy as np

from fraudmatch.sample.plant import LOOK_ALIKE, PLANTED, Plan
from fraudmatch.sample.streams import NULL, TODAY, Array, between

RTB, CTR, CT, HT, WL = (
    "right_to_buy", "council_tax_reduction", "council_tax", "housing_tenancy", "waiting_list",
)  # fmt: skip


def plant(plan: Plan) -> None:
    """All cases of this module, in the order of their rule ids."""
    for make in (
        second_discount,
        buys_on_a_claim,
        buyer_pays_elsewhere,
        buyer_lets_elsewhere,
        applicant_bought,
    ):
        make(plan)


def bought(plan: Plan, who: Array, home: Array, done: Array) -> Array:
    """Purchases completed on the day `done`."""
    return plan.world[RTB].add(
        len(who), partner=plan.district(home), person=who, property=home, application_stage="completed",
        application_date=done - between(plan.rng, 120, 300, len(who)), completion_date=done,
        discount_pence=between(plan.rng, 1_500_000, 3_000_000, len(who)),
    )  # fmt: skip


def buying(plan: Plan, who: Array, home: Array, stage: str = "offered", earlier: Array | int = NULL) -> Array:
    """Applications of the last year whose sale is not completed; the discount stands in offers only."""
    count = len(who)
    offer = between(plan.rng, 1_500_000, 3_000_000, count)
    return plan.world[RTB].add(
        count, partner=plan.district(home), person=who, property=home, application_stage=stage,
        application_date=plan.ago(20, 350, count), discount_pence=offer if stage == "offered" else NULL,
        previous_discount_pence=earlier,
    )  # fmt: skip


def applicant(plan: Plan, count: int, stage: str = "offered") -> tuple[Array, Array, Array]:
    """An application of a stranger for a home with no other record: row, applicant, home."""
    home = plan.vacant(count)
    who = plan.strangers(count, home=home)
    return buying(plan, who, home, stage), who, home


def second_discount(plan: Plan) -> None:
    """FM-RTB-001: asks for a discount after a purchase with one."""
    rule, n, k = "FM-RTB-001", plan.count, plan.part(3)
    left, who, home = applicant(plan, n)
    right = bought(plan, who, plan.elsewhere(home), plan.ago(700, 3500, n))
    plan.case(rule, PLANTED, "a second discount", RTB, left, RTB, right)
    home = plan.vacant(k)
    who = plan.strangers(k, home=home)
    left = buying(plan, who, home, earlier=between(plan.rng, 1_000_000, 3_000_000, k))
    right = bought(plan, who, plan.elsewhere(home), plan.ago(700, 3500, k))
    plan.case(rule, LOOK_ALIKE, "the earlier discount was declared", RTB, left, RTB, right)
    left, who, home = applicant(plan, k, "withdrawn")
    right = bought(plan, who, plan.elsewhere(home), plan.ago(700, 3500, k))
    plan.case(rule, LOOK_ALIKE, "the application was withdrawn", RTB, left, RTB, right)
    left, who, home = applicant(plan, k)
    right = bought(plan, plan.namesakes(who), plan.elsewhere(home), plan.ago(700, 3500, k))
    plan.case(rule, LOOK_ALIKE, "namesake with another date of birth", RTB, left, RTB, right)


def buys_on_a_claim(plan: Plan) -> None:
    """FM-RTB-002: an applicant who receives council tax reduction, at the home or elsewhere."""
    rule, n, k = "FM-RTB-002", plan.count, plan.part(4)
    left, who, home = applicant(plan, n, "admitted")
    where = np.where(np.arange(n) % 2 == 0, home, plan.elsewhere(home))
    plan.case(
        rule, PLANTED, "buys on a claim", RTB, left, CTR, plan.claim(who, where, plan.ago(400, 1800, n))
    )
    left, who, home = applicant(plan, k)
    right = plan.claim(who, home, plan.ago(900, 1800, k), end=plan.ago(400, 800, k))
    plan.case(rule, LOOK_ALIKE, "the claim has ended", RTB, left, CTR, right)
    left, who, home = applicant(plan, k, "withdrawn")
    right = plan.claim(who, home, plan.ago(400, 1800, k))
    plan.case(rule, LOOK_ALIKE, "the application was withdrawn", RTB, left, CTR, right)
    home = plan.vacant(k)
    who = plan.strangers(k, home=home)
    done = plan.ago(900, 1500, k)
    left, right = bought(plan, who, home, done), plan.claim(who, home, done + 400)
    plan.case(rule, LOOK_ALIKE, "claims years after the purchase", RTB, left, CTR, right)
    left, who, home = applicant(plan, k)
    right = plan.claim(plan.namesakes(who), plan.elsewhere(home), plan.ago(400, 1800, k))
    plan.case(rule, LOOK_ALIKE, "namesake with another date of birth", RTB, left, CTR, right)


def buyer_pays_elsewhere(plan: Plan) -> None:
    """FM-RTB-003: an applicant who is liable for council tax at another home."""
    rule, n, k, tax = "FM-RTB-003", plan.count, plan.part(4), plan.world[CT]
    left, who, home = applicant(plan, n)
    right = plan.liable(who, plan.elsewhere(home), plan.ago(100, 1500, n), dob_known=plan.mostly(n))
    plan.case(rule, PLANTED, "liable at another home", RTB, left, CT, right)
    for why, discount in (("an empty home", "empty"), ("a second home", "second_home")):
        left, who, home = applicant(plan, k)
        start = plan.ago(100, 1500, k)
        right = plan.liable(who, plan.elsewhere(home), start, discount=discount, discount_start=start,
                            dob_known=plan.mostly(k))  # fmt: skip
        plan.case(rule, LOOK_ALIKE, why, RTB, left, CT, right)
    left, who, home = applicant(plan, k)
    start = plan.ago(100, 900, k)
    right = plan.liable(who, plan.elsewhere(home), start, discount="all_disregarded", discount_start=start,
                        dob_known=plan.mostly(k))  # fmt: skip
    tax.put(right, disregard_type="student")
    plan.case(rule, LOOK_ALIKE, "a house where the children study", RTB, left, CT, right)
    left, who, home = applicant(plan, k)
    right = plan.liable(who, home, plan.ago(400, 1500, k), dob_known=plan.mostly(k))
    plan.case(rule, LOOK_ALIKE, "the home to be bought", RTB, left, CT, right)


def buyer_lets_elsewhere(plan: Plan) -> None:
    """FM-RTB-004: an applicant who holds the tenancy of another home."""
    rule, n, k = "FM-RTB-004", plan.count, plan.part(4)
    left, who, home = applicant(plan, n)
    right = plan.let(who, plan.elsewhere(home), plan.ago(100, 2500, n))
    plan.case(rule, PLANTED, "tenant of another home", RTB, left, HT, right)
    left, who, home = applicant(plan, k)
    plan.case(
        rule, LOOK_ALIKE, "tenant of the home", RTB, left, HT, plan.let(who, home, plan.ago(1300, 4000, k))
    )
    left, who, home = applicant(plan, k)
    right = plan.let(
        who, plan.elsewhere(home), plan.ago(1300, 4000, k), end=TODAY + between(plan.rng, 5, 50, k)
    )
    plan.case(rule, LOOK_ALIKE, "the tenancy is about to end", RTB, left, HT, right)
    left, who, home = applicant(plan, k)
    right = plan.let(who, plan.elsewhere(home), plan.ago(5, 50, k))
    plan.case(rule, LOOK_ALIKE, "moving within 56 days", RTB, left, HT, right)
    left, who, home = applicant(plan, k)
    right = plan.let(who, plan.elsewhere(home), plan.ago(100, 2500, k), kind="garage")
    plan.case(rule, LOOK_ALIKE, "a garage", RTB, left, HT, right)


def applicant_bought(plan: Plan) -> None:
    """FM-WL-006: an active applicant for housing who bought a council home within ten years."""
    rule, n, k = "FM-WL-006", plan.count, plan.part(3)

    def pair(count: int, done: Array, tenure: str = "living_with_family") -> tuple[Array, Array, Array]:
        given = plan.lodgings(count)
        who = plan.strangers(count, age=(35, 70), home=given)
        return plan.apply(who, given, tenure=tenure), bought(plan, who, plan.elsewhere(given), done), who

    left, right, _ = pair(n, plan.ago(100, 3200, n))
    plan.case(rule, PLANTED, "bought a council home", WL, left, RTB, right)
    left, right, _ = pair(k, plan.ago(100, 3200, k), "owner")
    plan.case(rule, LOOK_ALIKE, "declared as owner", WL, left, RTB, right)
    left, right, _ = pair(k, plan.ago(3700, 5500, k))
    plan.case(rule, LOOK_ALIKE, "bought more than ten years ago", WL, left, RTB, right)
    left, right, who = pair(k, plan.ago(100, 3200, k))
    plan.world[RTB].put(right, person=plan.namesakes(who))
    plan.case(rule, LOOK_ALIKE, "namesake with another date of birth", WL, left, RTB, right)
