"""Cases about badges, permits and National Insurance numbers (rules FM-BB, FM-PP and FM-ID)."""

from __future__ import annotations

import numpy as np

from fraudmatch.sample.cases_benefits import CARE, CTR, PAY, claimants, lodgers
from fraudmatch.sample.places import COUNTY
from fraudmatch.sample.plant import LOOK_ALIKE, PLANTED, Plan
from fraudmatch.sample.records_work import hire, issue_badges, issue_permits, pay_care
from fraudmatch.sample.streams import NULL, TODAY, Array, between, years

BADGE, PERMIT, CT, ER, HT = "blue_badge", "permit", "council_tax", "electoral_register", "housing_tenancy"


def plant(plan: Plan) -> None:
    """All cases of this module; the rules about numbers come last."""
    for make in (
        renewed_badge, impossible_badge, permit_and_account, permit_and_register, impossible_permit,
        number_of_another_employee, number_of_another_claimant, no_number_employed, no_number_claimed,
    ):  # fmt: skip
        make(plan)


def renewed_badge(plan: Plan) -> None:
    """FM-BB-002: a badge renewed some weeks before the old one ends."""
    k, world = plan.part(2), plan.world
    who, home = lodgers(plan, k, age=(40, 92))
    left = issue_badges(world, who, home, start=TODAY - years(3) + between(plan.rng, 15, 60, k))
    right = issue_badges(world, who, home, start=plan.ago(1, 12, k))
    plan.case("FM-BB-002", LOOK_ALIKE, "renewed before the old one ends", BADGE, left, BADGE, right)


def impossible_badge(plan: Plan) -> None:
    """FM-BB-003: badges from before a birth, of five years, or that end before they begin."""
    rule, n, k, world = "FM-BB-003", plan.count, plan.part(2), plan.world
    who, home = lodgers(plan, n, age=(0.3, 1.5))
    left = issue_badges(world, who, home, start=world.people.born[who] - 120)
    start, fault = world[BADGE]["badge_start"][left], np.arange(n) % 3
    begun = np.where(fault == 0, start, plan.ago(60, 500, n))
    length = np.select([fault == 1, fault == 2], [years(5), -40], years(3))
    world[BADGE].put(left, badge_start=begun, badge_expiry=begun + length, dob_known=1)
    # all but the first kind are grown up
    grown = who[fault > 0]
    world.people.born[grown] = TODAY - years(70) - np.arange(len(grown)) * 97
    plan.case(rule, PLANTED, "dates that cannot be right", BADGE, left)
    who, home = lodgers(plan, k, age=(1.2, 2.5))
    left = issue_badges(world, who, home, start=world.people.born[who] + between(plan.rng, 20, 300, k))
    world[BADGE].put(left, dob_known=1)
    plan.case(rule, LOOK_ALIKE, "the badge of a small child", BADGE, left)
    who, home = lodgers(plan, k, age=(50, 90))
    left = issue_badges(world, who, home, start=plan.ago(60, 900, k), status="cancelled")
    world[BADGE].put(left, badge_expiry=world[BADGE]["badge_start"][left] - 1)
    plan.case(rule, LOOK_ALIKE, "cancelled and closed back to the day before it began", BADGE, left)


def _resident_permits(plan: Plan, count: int) -> tuple[Array, Array, Array]:
    """People who hold a live resident's permit at an address where others live: rows, people, homes."""
    who, home = lodgers(plan, count)
    rows = issue_permits(plan.world, who, home, kind="resident", status="live")
    start = plan.ago(60, 330, count)
    plan.world[PERMIT].put(
        rows, permit_start=start, permit_expiry=start + years(1), dob_known=plan.mostly(count)
    )
    return rows, who, home


def permit_and_account(plan: Plan) -> None:
    """FM-PP-002: a resident's permit at one address, council tax at another."""
    rule, k = "FM-PP-002", plan.part(4)

    def other_home(home: Array) -> Array:
        return plan.vacant_in(plan.district(home))

    def pays(who: Array, home: Array, start: Array, **more: Array | str) -> Array:
        return plan.liable(who, home, start, dob_known=1, **more)  # type: ignore[arg-type]

    rows, who, home = _resident_permits(plan, plan.count)
    account = pays(who, other_home(home), plan.ago(40, 900, plan.count))
    plan.case(rule, PLANTED, "pays council tax elsewhere", PERMIT, rows, CT, account)
    rows, who, home = _resident_permits(plan, k)
    plan.enrol(who, home, plan.ago(60, 900, k))
    account = pays(who, other_home(home), plan.ago(40, 900, k))
    plan.case(rule, LOOK_ALIKE, "registered at the address of the permit", PERMIT, rows, CT, account)
    rows, who, home = _resident_permits(plan, k)
    account = pays(who, other_home(home), plan.ago(3, 24, k))
    plan.case(rule, LOOK_ALIKE, "moved within the last four weeks", PERMIT, rows, CT, account)
    rows, who, home = _resident_permits(plan, k)
    account = pays(who, other_home(home), plan.ago(100, 900, k), discount="second_home")
    plan.case(rule, LOOK_ALIKE, "a second home", PERMIT, rows, CT, account)
    rows, who, home = _resident_permits(plan, k)
    gone = plan.ago(400, 500, k)
    account = pays(who, other_home(home), gone - 900, end=gone)
    plan.case(rule, LOOK_ALIKE, "the account of a former home", PERMIT, rows, CT, account)


def permit_and_register(plan: Plan) -> None:
    """FM-PP-003: a resident's permit at one address, on the register at another.

    The register has no dates of birth: a tenancy at the new home says who the elector is.
    """
    rule, k = "FM-PP-003", plan.part(3)

    def registered(who: Array, home: Array, moved: Array, removed: Array | int = NULL) -> Array:
        there = plan.vacant_in(plan.district(home))
        rows = plan.let(who, there, moved, end=removed)
        plan.world[HT].put(rows, dob_known=1)
        return plan.enrol(who, there, moved + 5, removed=removed)

    rows, who, home = _resident_permits(plan, plan.count)
    entry = registered(who, home, plan.ago(45, 900, plan.count))
    plan.case(rule, PLANTED, "registered elsewhere", PERMIT, rows, ER, entry)
    rows, who, home = _resident_permits(plan, k)
    plan.enrol(who, home, plan.ago(60, 900, k))
    entry = registered(who, home, plan.ago(45, 900, k))
    plan.case(rule, LOOK_ALIKE, "registered at the address of the permit too", PERMIT, rows, ER, entry)
    rows, who, home = _resident_permits(plan, k)
    entry = registered(who, home, plan.ago(8, 28, k))
    plan.case(rule, LOOK_ALIKE, "registered within the last four weeks", PERMIT, rows, ER, entry)
    rows, who, home = _resident_permits(plan, k)
    entry = registered(who, home, plan.ago(700, 1500, k), removed=plan.ago(340, 400, k))
    plan.case(rule, LOOK_ALIKE, "taken off the register", PERMIT, rows, ER, entry)


def impossible_permit(plan: Plan) -> None:
    """FM-PP-004: passes older than their holders, and permits that end before they begin."""
    rule, n, k, world = "FM-PP-004", plan.count, plan.part(2), plan.world
    who, home = lodgers(plan, n, age=(0.3, 3))
    left = issue_permits(world, who, home, kind=np.where(np.arange(n) % 2 == 0, 2, 0), status="live")
    older = np.arange(n) % 2 == 0
    start = np.where(older, world.people.born[who] - 200, plan.ago(60, 300, n))
    expiry = np.where(older, start + years(5), start - 30)
    world[PERMIT].put(left, permit_start=start, permit_expiry=expiry, dob_known=1)
    grown = who[~older]
    world.people.born[grown] = TODAY - years(40) - np.arange(len(grown)) * 97
    plan.case(rule, PLANTED, "dates that cannot be right", PERMIT, left)
    who, home = lodgers(plan, k, age=(2, 4))
    left = issue_permits(world, who, home, kind="concessionary_pass", status="live")
    start = world.people.born[who] + between(plan.rng, 30, 500, k)
    world[PERMIT].put(left, permit_start=start, permit_expiry=start + years(5), dob_known=1)
    plan.case(rule, LOOK_ALIKE, "the pass of a disabled child", PERMIT, left)
    who, home = lodgers(plan, k)
    left = issue_permits(world, who, home, kind="resident", status="cancelled")
    world[PERMIT].put(left, permit_expiry=world[PERMIT]["permit_start"][left] - 1)
    plan.case(rule, LOOK_ALIKE, "cancelled and closed back to the day before it began", PERMIT, left)


def _cared_for(plan: Plan, numbers_of: Array) -> Array:
    """Other people's care records that carry somebody's number."""
    who, home = lodgers(plan, len(numbers_of), age=(30, 60))
    start = plan.ago(100, 1500, len(who))
    rows = pay_care(plan.world, who, home, kind="direct_payment", start=start)
    plan.world[CARE].put(rows, nino_of=numbers_of, dob_known=1)
    return rows


def _born_otherwise(plan: Plan, who: Array, home: Array) -> Array:
    """Care records of the same people under their birth names, with their own numbers."""
    people = plan.world.people
    same = people.birth_surname[who] == people.surname[who]
    people.birth_surname[who[same]] = np.roll(people.surname[who], 1)[same]
    rows = pay_care(plan.world, who, home, kind="direct_payment", start=plan.ago(100, 1500, len(who)))
    plan.world[CARE].put(rows, nino_of=who, form=1, dob_known=1, employment_known=1)
    return rows


def number_of_another_employee(plan: Plan) -> None:
    """FM-ID-001: an employee's number stands on somebody else's record."""
    rule, k, world = "FM-ID-001", plan.part(3), plan.world

    def employees(count: int, ended: bool = False) -> tuple[Array, Array, Array]:
        who, home = lodgers(plan, count)
        start = plan.ago(300, 3000, count)
        end = plan.ago(60, 200, count) if ended else NULL
        rows = hire(world, who, COUNTY, home, start=start, end=end, full=np.arange(count) % 2)
        world[PAY].put(rows, nino_of=who, dob_known=1)
        return rows, who, home

    rows, who, _ = employees(plan.count)
    _cared_for(plan, who)
    plan.case(rule, PLANTED, "another person has the number", PAY, rows)
    rows, who, _ = employees(k, ended=True)
    _cared_for(plan, who)
    plan.case(rule, LOOK_ALIKE, "the employment has ended", PAY, rows)
    rows, who, home = employees(k)
    _born_otherwise(plan, who, home)
    plan.case(rule, LOOK_ALIKE, "the same person under her birth name", PAY, rows)
    rows, who, _ = employees(k)
    world[CARE].put(_cared_for(plan, who), nino_of=-1)
    plan.case(rule, LOOK_ALIKE, "two people with numbers of their own", PAY, rows)


def number_of_another_claimant(plan: Plan) -> None:
    """FM-ID-002: a claimant's number stands on somebody else's record."""
    rule, k, world = "FM-ID-002", plan.part(2), plan.world

    def claims(count: int, ended: bool = False) -> tuple[Array, Array, Array]:
        who, home = claimants(plan, count)
        end = plan.ago(60, 200, count) if ended else NULL
        rows = plan.claim(who, home, plan.ago(300, 1500, count), end=end)
        world[CTR].put(rows, nino_of=who, dob_known=1)
        return rows, who, home

    rows, who, _ = claims(plan.count)
    _cared_for(plan, who)
    plan.case(rule, PLANTED, "another person has the number", CTR, rows)
    rows, who, _ = claims(k, ended=True)
    _cared_for(plan, who)
    plan.case(rule, LOOK_ALIKE, "the claim has ended", CTR, rows)
    rows, who, home = claims(k)
    _born_otherwise(plan, who, home)
    plan.case(rule, LOOK_ALIKE, "the same person under her birth name", CTR, rows)


def no_number_employed(plan: Plan) -> None:
    """FM-ID-003: employees whose number cannot be one, or has long stood in for one."""
    rule, k, world = "FM-ID-003", plan.part(2), plan.world

    def employees(count: int, form: Array | int, start: Array, end: Array | int = NULL) -> Array:
        who, home = lodgers(plan, count)
        rows = hire(world, who, plan.district(home), home, start=start, end=end, full=np.arange(count) % 2)
        world[PAY].put(rows, nino_form=form)
        return rows

    rows = employees(plan.count, 1 + np.arange(plan.count) % 2, plan.ago(150, 2000, plan.count))
    plan.case(rule, PLANTED, "no valid number", PAY, rows)
    rows = employees(k, 2, plan.ago(10, 100, k))
    plan.case(rule, LOOK_ALIKE, "a number that stands in, for some weeks", PAY, rows)
    rows = employees(k, 1, plan.ago(600, 2000, k), plan.ago(60, 300, k))
    plan.case(rule, LOOK_ALIKE, "the employment has ended", PAY, rows)


def no_number_claimed(plan: Plan) -> None:
    """FM-ID-004: claims whose number cannot be one, or has long stood in for one."""
    rule, k, world = "FM-ID-004", plan.part(3), plan.world

    def claims(
        count: int, form: Array | int, start: Array, *, end: Array | int = NULL, passported: int = 0
    ) -> Array:
        who, home = claimants(plan, count)
        rows = plan.claim(who, home, start, end=end)
        world[CTR].put(rows, nino_form=form, passported=passported)
        return rows

    rows = claims(plan.count, 1 + np.arange(plan.count) % 2, plan.ago(150, 1500, plan.count))
    plan.case(rule, PLANTED, "no valid number", CTR, rows)
    plan.case(
        rule, LOOK_ALIKE, "a number that stands in, for some weeks", CTR, claims(k, 2, plan.ago(10, 100, k))
    )
    rows = claims(k, 1, plan.ago(300, 1500, k), passported=1)
    plan.case(rule, LOOK_ALIKE, "a passported claim", CTR, rows)
    rows = claims(k, 1, plan.ago(600, 1500, k), end=plan.ago(60, 300, k))
    plan.case(rule, LOOK_ALIKE, "the claim has ended", CTR, rows)
