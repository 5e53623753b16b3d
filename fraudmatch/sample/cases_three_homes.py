"""Cases about people who gave three different homes within a year (FM-ID-005)."""

from __future__ import annotations

from fraudmatch.sample.plant import LOOK_ALIKE, NEAR_MISS, PLANTED, Plan
from fraudmatch.sample.records_work import hire
from fraudmatch.sample.streams import NULL, Array

CLAIM = "council_tax_reduction"


def plant(plan: Plan) -> None:
    """FM-ID-005: a claim, an application for a home and a post, each from another address."""
    rule, k = "FM-ID-005", plan.part(4)

    def claims(
        count: int, *, began: tuple[int, int] = (90, 330), hired: tuple[int, int] = (60, 330), applied_here: bool = False,
        left: bool = False,
    ) -> Array:  # fmt: skip
        home = plan.vacant(count)
        who = plan.strangers(count, age=(25, 60), home=home)
        plan.apply(who, home if applied_here else plan.vacant_in(plan.district(home)))
        work = plan.vacant_in(plan.district(home))
        hire(plan.world, who, plan.district(home), work, start=plan.ago(*hired, count),
             end=plan.ago(20, 50, count) if left else NULL, full=1)  # fmt: skip
        return plan.claim(who, home, plan.ago(*began, count), employment=1)

    plan.case(rule, PLANTED, "three homes within a year", CLAIM, claims(plan.count))
    plan.case(rule, LOOK_ALIKE, "an old address in an old pay record", CLAIM, claims(k, hired=(500, 3000)))
    plan.case(rule, NEAR_MISS, "hired a year and a week ago", CLAIM, claims(k, hired=(372, 372)))
    plan.case(rule, LOOK_ALIKE, "two homes", CLAIM, claims(k, applied_here=True))
    plan.case(rule, LOOK_ALIKE, "a claim of some weeks after a move", CLAIM, claims(k, began=(5, 40)))
    plan.case(rule, LOOK_ALIKE, "the post had ended", CLAIM, claims(k, left=True))
