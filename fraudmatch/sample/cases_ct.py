"""Cases about a single person discount beside a paper of another adult (rules FM-CT-009 to 013)."""

from __future__ import annotations

import numpy as np

from fraudmatch.sample.plant import LOOK_ALIKE, PLANTED, Plan
from fraudmatch.sample.records_work import grant_pension, issue_badges, issue_permits, license_people
from fraudmatch.sample.streams import NULL, TODAY, Array, between, years

CT, ER = "council_tax", "electoral_register"
#: Days between exercises, as the rules have them.
NEXT_RUN = 31


def plant(plan: Plan) -> None:
    """All cases of this module."""
    for make in (turning_eighteen, permit_at_home, licence_at_home, badge_at_home, pension_at_home):
        make(plan)


def household_of_one(
    plan: Plan, count: int, age: tuple[float, float] = (23, 62)
) -> tuple[Array, Array, Array]:
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
    rows, home, _ = household_of_one(plan, count)
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
    rows, home, payer = household_of_one(plan, k)
    held = permits(payer, home, plan.ago(20, 190, k))
    plan.case(rule, LOOK_ALIKE, "the payer's own permit", CT, rows, "permit", held)
    rows, home = _homes(plan, k)
    gone = plan.strangers(k)
    held = permits(gone, home, plan.ago(200, 340, k))
    account, entry = _live_elsewhere(plan, gone, home, plan.ago(60, 90, k))
    plan.case(rule, LOOK_ALIKE, "the holder has moved on", CT, rows, "permit", held)
    # A resident's permit of somebody who lives elsewhere is what these look for.
    plan.case("FM-PP-002", PLANTED, "the holder has moved on", "permit", held, CT, account)
    plan.case("FM-PP-003", PLANTED, "the holder has moved on", "permit", held, "electoral_register", entry)


def _live_elsewhere(plan: Plan, who: Array, home: Array, since: Array) -> tuple[Array, Array]:
    """An account and a register entry of people who have moved to another district: rows of both."""
    new_home = plan.elsewhere(home)
    account = plan.liable(who, new_home, since, discount="single_person", discount_start=since, dob_known=1)
    return account, plan.enrol(who, new_home, since + 20, dob_known=1)


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
    rows, home, payer = household_of_one(plan, k, age=(20, 70))
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
    rows, home, payer = household_of_one(plan, k)
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
    rows, home, payer = household_of_one(plan, k, age=(61, 90))
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
