"""Cases about council tax accounts: single discounts beside papers, students' claims, dates (FM-CT-009 on)."""

from __future__ import annotations

import numpy as np

from fraudmatch.sample.plant import LOOK_ALIKE, PLANTED, Plan
from fraudmatch.sample.records_work import (
    grant_pension,
    hire,
    issue_badges,
    issue_permits,
    license_people,
    record_deaths,
)
from fraudmatch.sample.streams import NULL, TODAY, Array, between, years

CT, ER, CTR = "council_tax", "electoral_register", "council_tax_reduction"
#: Days between exercises, and days a discount may outlive its end, as the rules have them.
NEXT_RUN, ENDED = 31, 28


def plant(plan: Plan) -> None:
    """All cases of this module; those that need people of some age come first."""
    for make in (
        reborn_payer, claiming_student, parent_of_a_student, turning_eighteen, permit_at_home, licence_at_home,
        badge_at_home, pension_at_home, estate, discount_after_its_end, impossible_dates,
    ):  # fmt: skip
        make(plan)


def _own(plan: Plan, count: int, age: tuple[float, float] = (23, 62)) -> tuple[Array, Array, Array]:
    """New households of one, so that no pool of the population runs dry: tax rows, homes, people who pay."""
    world, home = plan.world, plan.vacant(count)
    who = plan.strangers(count, age=age, home=home)
    of_age = world.people.born[who] + years(18.2)
    start = between(plan.rng, np.maximum(of_age, TODAY - 4000), TODAY - 420)
    rows = plan.liable(who, home, start, discount="single_person", discount_start=start)
    world.elector_rows[who] = plan.enrol(who, home, start + between(plan.rng, 5, 120, count))
    return rows, home, who


def _homes(plan: Plan, count: int) -> tuple[Array, Array]:
    """The same without the people."""
    rows, home, _ = _own(plan, count)
    return rows, home


def _moved_in(plan: Plan, rows: Array, start: int) -> None:
    """Let the liability and the discount of some accounts begin on one day."""
    plan.world[CT].put(rows, liability_start=start, discount_start=start)


# a single discount and a paper of somebody else ----------------------------------------


def permit_at_home(plan: Plan) -> None:
    """FM-CT-010: a resident permit or pass of another adult."""
    rule, k, world = "FM-CT-010", plan.part(5), plan.world

    def permits(who: Array, home: Array, start: Array, kind: str = "resident", status: str = "live") -> Array:
        rows = issue_permits(world, who, home, kind=kind, status=status)
        world["permit"].put(rows, permit_start=start, permit_expiry=start + years(1), dob_known=1)
        return rows

    rows, home = _homes(plan, plan.count)
    held = permits(plan.strangers(plan.count), home, plan.ago(20, 190, plan.count))
    plan.case(rule, PLANTED, "another holder of a resident permit", CT, rows, "permit", held)
    for why, kind, status in (
        ("a visitor's permit", "visitor", "live"),
        ("the permit was cancelled", "resident", "cancelled"),
    ):
        rows, home = _homes(plan, k)
        held = permits(plan.strangers(k), home, plan.ago(20, 190, k), kind, status)
        plan.case(rule, LOOK_ALIKE, why, CT, rows, "permit", held)
    rows, home = _homes(plan, k)
    _moved_in(plan, rows, TODAY - 240)
    held = permits(plan.strangers(k), home, plan.ago(250, 340, k))
    plan.case(rule, LOOK_ALIKE, "the last occupier's permit", CT, rows, "permit", held)
    rows, home, payer = _own(plan, k)
    held = permits(payer, home, plan.ago(20, 190, k))
    plan.case(rule, LOOK_ALIKE, "the payer's own permit", CT, rows, "permit", held)
    rows, home = _homes(plan, k)
    gone = plan.strangers(k)
    held = permits(gone, home, plan.ago(200, 340, k))
    _live_elsewhere(plan, gone, home, plan.ago(60, 90, k))
    plan.case(rule, LOOK_ALIKE, "the holder has moved on", CT, rows, "permit", held)


def _live_elsewhere(plan: Plan, who: Array, home: Array, since: Array) -> None:
    """An account and a register entry of people who have moved to another district."""
    new_home = plan.elsewhere(home)
    plan.liable(who, new_home, since, discount="single_person", discount_start=since, dob_known=1)
    plan.enrol(who, new_home, since + 20, dob_known=1)


def licence_at_home(plan: Plan) -> None:
    """FM-CT-011: a licence of another adult."""
    rule, k, world = "FM-CT-011", plan.part(4), plan.world

    def licences(who: Array, home: Array, issued: Array, kind: str = "market", status: str = "live") -> Array:
        rows = license_people(world, who, home, kind=kind, status=status)
        world["licence"].put(rows, issue_date=issued, licence_expiry=issued + years(3))
        return rows

    rows, home = _homes(plan, plan.count)
    held = licences(plan.strangers(plan.count), home, plan.ago(20, 190, plan.count))
    plan.case(rule, PLANTED, "another holder of a licence", CT, rows, "licence", held)
    for why, kind, status in (
        ("an operator's place of business", "operator", "live"), ("the licence was revoked", "market", "revoked"),
    ):  # fmt: skip
        rows, home = _homes(plan, k)
        held = licences(plan.strangers(k), home, plan.ago(20, 190, k), kind, status)
        plan.case(rule, LOOK_ALIKE, why, CT, rows, "licence", held)
    rows, home = _homes(plan, k)
    _moved_in(plan, rows, TODAY - 240)
    held = licences(plan.strangers(k), home, plan.ago(250, 900, k))
    plan.case(rule, LOOK_ALIKE, "the last occupier's licence", CT, rows, "licence", held)
    rows, home, payer = _own(plan, k, age=(20, 70))
    held = licences(payer, home, plan.ago(20, 190, k))
    plan.case(rule, LOOK_ALIKE, "the payer's own licence", CT, rows, "licence", held)


def badge_at_home(plan: Plan) -> None:
    """FM-CT-012: a blue badge of another adult; an adult who is not counted is the usual lawful case."""
    rule, k, world = "FM-CT-012", plan.part(4), plan.world
    rows, home = _homes(plan, plan.count)
    held = issue_badges(world, plan.strangers(plan.count), home, start=plan.ago(20, 190, plan.count))
    plan.case(rule, PLANTED, "another holder of a badge", CT, rows, "blue_badge", held)
    rows, home = _homes(plan, k)
    world[CT].put(rows, discount_type="disregarded", disregard_type="severe_mental_impairment")
    held = issue_badges(world, plan.strangers(k), home, start=plan.ago(20, 190, k))
    plan.case(rule, LOOK_ALIKE, "the holder is not counted", CT, rows, "blue_badge", held)
    rows, home = _homes(plan, k)
    held = issue_badges(world, plan.strangers(k), home, start=plan.ago(20, 190, k), status="replaced")
    plan.case(rule, LOOK_ALIKE, "the badge was replaced", CT, rows, "blue_badge", held)
    rows, home, payer = _own(plan, k)
    held = issue_badges(world, payer, home, start=plan.ago(20, 190, k))
    plan.case(rule, LOOK_ALIKE, "the payer's own badge", CT, rows, "blue_badge", held)
    rows, home = _homes(plan, k)
    young = plan.strangers(k, age=(8.0, 17.5))
    held = issue_badges(world, young, home, start=plan.ago(20, 190, k))
    world["blue_badge"].put(held, dob_known=1)
    plan.case(rule, LOOK_ALIKE, "a child's badge", CT, rows, "blue_badge", held)


def pension_at_home(plan: Plan) -> None:
    """FM-CT-013: a pension paid to another adult."""
    rule, k, world = "FM-CT-013", plan.part(3), plan.world
    rows, home = _homes(plan, plan.count)
    paid = grant_pension(world, plan.strangers(plan.count, age=(61, 70)), home, kind="in_payment",
                         start=plan.ago(20, 190, plan.count))  # fmt: skip
    plan.case(rule, PLANTED, "another pensioner", CT, rows, "pension", paid)
    rows, home = _homes(plan, k)
    paid = grant_pension(
        world, plan.strangers(k), home, kind="deferred", start=plan.ago(400, 900, k), last_paid=NULL
    )
    plan.case(rule, LOOK_ALIKE, "the pension is deferred", CT, rows, "pension", paid)
    rows, home, payer = _own(plan, k, age=(61, 90))
    paid = grant_pension(world, payer, home, kind="in_payment", start=plan.ago(20, 190, k))
    plan.case(rule, LOOK_ALIKE, "the payer's own pension", CT, rows, "pension", paid)
    rows, home = _homes(plan, k)
    gone = plan.strangers(k, age=(61, 70))
    paid = grant_pension(world, gone, home, kind="in_payment", start=plan.ago(400, 900, k))
    _live_elsewhere(plan, gone, home, plan.ago(60, 90, k))
    plan.case(rule, LOOK_ALIKE, "the pensioner has moved on", CT, rows, "pension", paid)


def turning_eighteen(plan: Plan) -> None:
    """FM-CT-009: an attainer whose eighteenth birthday comes before the next exercise."""
    rule, k = "FM-CT-009", plan.part(3)

    def attainers(count: int, low: int, high: int) -> tuple[Array, Array]:
        rows, home = _homes(plan, count)
        young = plan.strangers(count)
        days = between(plan.rng, low, high, count)
        plan.world.people.born[young] = _eighteen_years_before(TODAY + days)
        return rows, plan.enrol(young, home, plan.ago(20, 180, count), dob_known=1)

    rows, entry = attainers(plan.count, 2, NEXT_RUN - 3)
    plan.case(rule, PLANTED, "an attainer turns 18 within the month", CT, rows, ER, entry)
    rows, entry = attainers(k, NEXT_RUN + 3, NEXT_RUN + 20)
    plan.case(rule, LOOK_ALIKE, "the birthday is after the next exercise", CT, rows, ER, entry)
    rows, entry = attainers(k, 2, NEXT_RUN - 3)
    plan.world[CT].put(rows, discount_type="disregarded", disregard_type="child_benefit_18_19")
    plan.case(rule, LOOK_ALIKE, "child benefit after the birthday is keyed", CT, rows, ER, entry)
    rows, entry = attainers(k, 2, NEXT_RUN - 3)
    plan.world[CT].put(rows, discount_end=TODAY + 1)
    plan.case(rule, LOOK_ALIKE, "the discount is set to end", CT, rows, ER, entry)


def _eighteen_years_before(days: Array) -> Array:
    """The same calendar days eighteen years earlier, as days since 1970."""
    dates = days.astype("datetime64[D]")
    months = dates.astype("datetime64[M]")
    moved = (months - 18 * 12).astype("datetime64[D]") + (dates - months)
    return np.asarray(moved.astype(np.int64))


# students ------------------------------------------------------------------------------


def _students(plan: Plan, count: int, discount: str) -> tuple[Array, Array, Array]:
    rows, home, who = _own(plan, count, age=(20, 45))
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
        rows, home, who = _own(plan, count, age=(60, 90))
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
    rows, home, son = _own(plan, k, age=(25, 55))
    world[CT].put(rows, liability_start=TODAY - 210, discount_start=TODAY - 205, dob_known=1)
    father = plan.namesakes(son, home=home)
    death = record_deaths(world, father, plan.ago(300, 500, k), home)
    for each in (rule, "FM-CT-006"):
        plan.case(each, LOOK_ALIKE, "a son of the same name took over", CT, rows, "deaths", death)


def estate(plan: Plan) -> None:
    """FM-CT-006: the account of an estate, which the council knows of."""
    world, k = plan.world, plan.part(3)
    rows, home, who = _own(plan, k, age=(60, 90))
    world[CT].put(rows, exemption_type=world.texts.code("F"), discount_type="none", discount_start=NULL)
    world[ER].put(world.elector_rows[who], date_removed=TODAY - 30)
    death = record_deaths(world, who, plan.ago(90, 300, k), home)
    plan.case("FM-CT-006", LOOK_ALIKE, "the account of an estate", CT, rows, "deaths", death)


def discount_after_its_end(plan: Plan) -> None:
    """FM-CT-020: an amount of discount after the last day of the discount."""
    rule, k, world = "FM-CT-020", plan.part(3), plan.world
    rows, _ = _homes(plan, plan.count)
    world[CT].put(rows, discount_end=plan.ago(ENDED + 4, 180, plan.count))
    plan.case(rule, PLANTED, "still given after its last day", CT, rows)
    rows, _ = _homes(plan, k)
    world[CT].put(rows, discount_end=plan.ago(5, ENDED - 2, k))
    plan.case(rule, LOOK_ALIKE, "ended within the billing month", CT, rows)
    rows, _ = _homes(plan, k)
    world[CT].put(rows, discount_end=plan.ago(ENDED + 4, 180, k), discount_annual_pence=0)
    plan.case(rule, LOOK_ALIKE, "ended, and no amount any more", CT, rows)
    rows, _ = _homes(plan, k)
    world[CT].put(rows, discount_end=TODAY + between(plan.rng, 20, 300, k))
    plan.case(rule, LOOK_ALIKE, "set to end later", CT, rows)


def impossible_dates(plan: Plan) -> None:
    """FM-CT-022: dates of an account that cannot all be right."""
    rule, k, world = "FM-CT-022", plan.part(3), plan.world
    rows, _ = _homes(plan, plan.count)
    third = np.arange(plan.count) % 3
    start, born = world[CT]["discount_start"][rows], world.people.born[world[CT]["person"][rows]]
    began = world[CT]["liability_start"][rows]
    world[CT].put(rows, dob_known=1)
    world[CT].put(rows[third == 0], discount_end=(start - 400)[third == 0])
    world[CT].put(rows[third == 1], liability_start=(TODAY + 36_500 + began * 0)[third == 1])
    world[CT].put(rows[third == 2], liability_start=(born + years(9))[third == 2])
    plan.case(rule, PLANTED, "dates that cannot all be right", CT, rows)
    rows, _, who = _own(plan, k)
    came_of_age = world.people.born[who] + years(18.05)
    world[CT].put(rows, liability_start=came_of_age, dob_known=1)
    plan.case(rule, LOOK_ALIKE, "liable from soon after the eighteenth birthday", CT, rows)
    rows, _ = _homes(plan, k)
    world[CT].put(rows, liability_end=TODAY - 20, discount_end=TODAY - 20)
    plan.case(rule, LOOK_ALIKE, "ended in order", CT, rows)
    heirs = plan.strangers(k, age=(13, 17))
    start = plan.ago(200, 700, k)
    rows = plan.liable(heirs, plan.vacant(k), start, discount="empty", discount_start=start, dob_known=1)
    plan.case(rule, LOOK_ALIKE, "a young heir of an empty home", CT, rows)
