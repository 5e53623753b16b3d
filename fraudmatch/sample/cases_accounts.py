"""Cases about council tax accounts themselves: students' claims, the dead, dates (FM-CT-006, 007, 014, 020 to 022)."""

from __future__ import annotations

import numpy as np

from fraudmatch.sample.cases_ct import household_of_one
from fraudmatch.sample.plant import LOOK_ALIKE, PLANTED, Plan
from fraudmatch.sample.records_work import hire, record_deaths
from fraudmatch.sample.streams import NULL, TODAY, Array, between, years

CT, ER, CTR = "council_tax", "electoral_register", "council_tax_reduction"
#: Days a discount may outlive its end, as the rules have them.
ENDED = 28


def plant(plan: Plan) -> None:
    """All cases of this module."""
    for make in (
        reborn_payer, claiming_student, parent_of_a_student, estate, discount_after_its_end, impossible_dates,
    ):  # fmt: skip
        make(plan)


# students ------------------------------------------------------------------------------


def _students(plan: Plan, count: int, discount: str) -> tuple[Array, Array, Array]:
    rows, home, who = household_of_one(plan, count, age=(20, 45))
    plan.world[CT].put(rows, discount_type=discount, disregard_type="student", dob_known=plan.mostly(count))
    return rows, home, who


def claiming_student(plan: Plan) -> None:
    """FM-CT-014: counted out as a student, and a claim for reduction."""
    rule, k, world = "FM-CT-014", plan.part(4), plan.world

    def claims(rows: Array, who: Array, home: Array, end: Array | int = NULL) -> Array:
        return plan.claim(who, home, plan.ago(100, 190, len(who)), account=rows, end=end)

    rows, home, who = _students(plan, plan.count, "all_disregarded")
    plan.case(rule, PLANTED, "a student claims", CT, rows, CTR, claims(rows, who, home))
    rows, home, who = _students(plan, k, "disregarded")
    plan.case(rule, LOOK_ALIKE, "the student is another adult", CT, rows, CTR, claims(rows, who, home))
    rows, home, who = _students(plan, k, "all_disregarded")
    claim = claims(rows, who, home)
    world[CTR].put(claim, passported=1)
    plan.case(rule, LOOK_ALIKE, "passported by another benefit", CT, rows, CTR, claim)
    rows, home, who = _students(plan, k, "all_disregarded")
    claim = claims(rows, who, home, end=TODAY - 40)
    plan.case(rule, LOOK_ALIKE, "the claim has ended", CT, rows, CTR, claim)
    rows, home, who = _students(plan, k, "all_disregarded")
    world[CT].put(rows, disregard_type="carer")
    plan.case(rule, LOOK_ALIKE, "a carer, not a student", CT, rows, CTR, claims(rows, who, home))


def parent_of_a_student(plan: Plan) -> None:
    """FM-CT-007: the one who works full time is the parent, and the grown child studies."""
    rows, home, who = _students(plan, plan.part(2), "disregarded")
    post = hire(
        plan.world, who, plan.district(home), home, start=plan.ago(400, 2000, len(who)), end=NULL, full=0
    )
    plan.case("FM-CT-007", LOOK_ALIKE, "the student is another adult", CT, rows, "payroll", post)


# the dead, and dates -------------------------------------------------------------------


def reborn_payer(plan: Plan) -> None:
    """FM-CT-021: a liability that began long after the death; FM-CT-006 has the dead payer too."""
    rule, k, world = "FM-CT-021", plan.part(3), plan.world

    def accounts(count: int, died: Array, began: Array) -> tuple[Array, Array]:
        rows, home, who = household_of_one(plan, count, age=(60, 90))
        world[CT].put(rows, liability_start=began, discount_start=began, dob_known=1)
        world[ER].put(world.elector_rows[who], date_removed=np.minimum(died + 20, TODAY - 2))
        return rows, record_deaths(world, who, died, home)

    died = plan.ago(260, 520, plan.count)
    rows, death = accounts(plan.count, died, died + between(plan.rng, 90, 200, plan.count))
    for each in (rule, "FM-CT-006"):
        plan.case(each, PLANTED, "the liability began after the death", CT, rows, "deaths", death)
    died = plan.ago(40, 55, k)
    rows, death = accounts(k, died, died + between(plan.rng, 1, 30, k))
    plan.case(rule, LOOK_ALIKE, "re-opened for the estate within sixty days", CT, rows, "deaths", death)
    died = plan.ago(260, 520, k)
    rows, death = accounts(k, died, died + between(plan.rng, 90, 200, k))
    world[CT].put(rows, exemption_type=world.texts.code("F"), discount_type="none", discount_start=NULL)
    plan.case(rule, LOOK_ALIKE, "the account of an estate", CT, rows, "deaths", death)
    rows, home, son = household_of_one(plan, k, age=(25, 55))
    world[CT].put(rows, liability_start=TODAY - 210, discount_start=TODAY - 205, dob_known=1)
    father = plan.namesakes(son, home=home)
    death = record_deaths(world, father, plan.ago(300, 500, k), home)
    for each in (rule, "FM-CT-006"):
        plan.case(each, LOOK_ALIKE, "a son of the same name took over", CT, rows, "deaths", death)


def estate(plan: Plan) -> None:
    """FM-CT-006: the account of an estate, which the council knows of."""
    world, k = plan.world, plan.part(3)
    rows, home, who = household_of_one(plan, k, age=(60, 90))
    world[CT].put(rows, exemption_type=world.texts.code("F"), discount_type="none", discount_start=NULL)
    world[ER].put(world.elector_rows[who], date_removed=TODAY - 30)
    death = record_deaths(world, who, plan.ago(90, 300, k), home)
    plan.case("FM-CT-006", LOOK_ALIKE, "the account of an estate", CT, rows, "deaths", death)


def discount_after_its_end(plan: Plan) -> None:
    """FM-CT-020: an amount of discount after the last day of the discount."""
    rule, k, world = "FM-CT-020", plan.part(3), plan.world
    rows, _, _ = household_of_one(plan, plan.count)
    world[CT].put(rows, discount_end=plan.ago(ENDED + 4, 180, plan.count))
    plan.case(rule, PLANTED, "still given after its last day", CT, rows)
    rows, _, _ = household_of_one(plan, k)
    world[CT].put(rows, discount_end=plan.ago(5, ENDED - 2, k))
    plan.case(rule, LOOK_ALIKE, "ended within the billing month", CT, rows)
    rows, _, _ = household_of_one(plan, k)
    world[CT].put(rows, discount_end=plan.ago(ENDED + 4, 180, k), discount_annual_pence=0)
    plan.case(rule, LOOK_ALIKE, "ended, and no amount any more", CT, rows)
    rows, _, _ = household_of_one(plan, k)
    world[CT].put(rows, discount_end=TODAY + between(plan.rng, 20, 300, k))
    plan.case(rule, LOOK_ALIKE, "set to end later", CT, rows)


def impossible_dates(plan: Plan) -> None:
    """FM-CT-022: dates of an account that cannot all be right."""
    rule, k, world = "FM-CT-022", plan.part(3), plan.world
    rows, _, _ = household_of_one(plan, plan.count)
    third = np.arange(plan.count) % 3
    start, born = world[CT]["discount_start"][rows], world.people.born[world[CT]["person"][rows]]
    began = world[CT]["liability_start"][rows]
    world[CT].put(rows, dob_known=1)
    world[CT].put(rows[third == 0], discount_end=(start - 400)[third == 0])
    world[CT].put(rows[third == 1], liability_start=(TODAY + 36_500 + began * 0)[third == 1])
    world[CT].put(rows[third == 2], liability_start=(born + years(9))[third == 2])
    plan.case(rule, PLANTED, "dates that cannot all be right", CT, rows)
    rows, _, who = household_of_one(plan, k)
    came_of_age = world.people.born[who] + years(18.05)
    world[CT].put(rows, liability_start=came_of_age, dob_known=1)
    plan.case(rule, LOOK_ALIKE, "liable from soon after the eighteenth birthday", CT, rows)
    rows, _, _ = household_of_one(plan, k)
    world[CT].put(rows, liability_end=TODAY - 20, discount_end=TODAY - 20)
    plan.case(rule, LOOK_ALIKE, "ended in order", CT, rows)
    heirs = plan.strangers(k, age=(13, 17))
    start = plan.ago(200, 700, k)
    rows = plan.liable(heirs, plan.vacant(k), start, discount="empty", discount_start=start, dob_known=1)
    plan.case(rule, LOOK_ALIKE, "a young heir of an empty home", CT, rows)
