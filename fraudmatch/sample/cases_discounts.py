"""Cases about council tax discounts (rules FM-CT)."""

from __future__ import annotations

import numpy as np

from fraudmatch.sample import names
from fraudmatch.sample.places import COUNTY
from fraudmatch.sample.plant import LOOK_ALIKE, PLANTED, Plan
from fraudmatch.sample.records_work import hire, record_deaths
from fraudmatch.sample.streams import NULL, TODAY, Array, between, years

CT, ER, HT = "council_tax", "electoral_register", "housing_tenancy"


def plant(plan: Plan) -> None:
    """All cases of this module; those that need people of some age come first."""
    for make in (
        working_student, dead_payer, employee_at_home, other_elector, turned_eighteen, joint_tenant,
        two_discounts, occupied_empty,
    ):  # fmt: skip
        make(plan)


def _single_homes(plan: Plan, count: int) -> tuple[Array, Array, Array]:
    """Single-discounted households: council tax rows, homes, days the discount started."""
    households = plan.singles(count)
    rows = plan.account(households)
    return rows, plan.world.homes.home[households], plan.world[CT]["discount_start"][rows]


def _after(plan: Plan, start: Array, latest: int = 20) -> Array:
    """Days after the start of a discount, and not in the last weeks."""
    return between(plan.rng, np.maximum(start + 30, TODAY - years(4)), TODAY - latest)


def other_elector(plan: Plan) -> None:
    """FM-CT-001: another adult on the register since the discount began."""
    rule = "FM-CT-001"
    rows, home, start = _single_homes(plan, plan.count)
    entry = plan.enrol(plan.strangers(plan.count), home, _after(plan, start))
    plan.case(rule, PLANTED, "another adult elector", CT, rows, ER, entry)
    k = plan.part(6)
    rows, home, start = _single_homes(plan, k)
    disregard = plan.world[CT].code("disregard_type", "student", "carer", "severe_mental_impairment")
    plan.world[CT].put(rows, discount_type="disregarded", disregard_type=disregard[np.arange(k) % 3])
    entry = plan.enrol(plan.strangers(k), home, _after(plan, start))
    plan.case(rule, LOOK_ALIKE, "the other adult is disregarded", CT, rows, ER, entry)
    rows, home, start = _single_homes(plan, k)
    added = _after(plan, start, latest=90)
    entry = plan.enrol(plan.strangers(k), home, added, removed=np.minimum(added + 60, TODAY - 15))
    plan.case(rule, LOOK_ALIKE, "removed from the register", CT, rows, ER, entry)
    rows, home, start = _single_homes(plan, k)
    entry = plan.enrol(plan.strangers(k), home, _after(plan, start), franchise="overseas")
    plan.case(rule, LOOK_ALIKE, "overseas elector", CT, rows, ER, entry)
    rows, home, start = _single_homes(plan, k)
    young = plan.strangers(k, age=(17.0, 17.9))
    entry = plan.enrol(young, home, plan.ago(20, 180, k), dob_known=1)
    plan.case(rule, LOOK_ALIKE, "attainer of 17", CT, rows, ER, entry)
    _predecessors(plan, rule, k)
    _name_variants(plan, rule, k)


def _predecessors(plan: Plan, rule: str, k: int) -> None:
    """The one who lived there before, left on the register, and now lives and pays elsewhere."""
    rows, home, _ = _single_homes(plan, k)
    moved_in = plan.world[CT]["liability_start"][rows]
    gone = plan.strangers(k)
    entry = plan.enrol(gone, home, moved_in - between(plan.rng, 300, 3000, k))
    new_home = plan.elsewhere(home)
    left = np.minimum(moved_in - between(plan.rng, 0, 20, k), TODAY - 60)
    plan.liable(gone, new_home, left, discount="single_person", discount_start=left)
    plan.enrol(gone, new_home, np.minimum(left + 40, TODAY - 10))
    plan.case(rule, LOOK_ALIKE, "previous occupier still on the register", CT, rows, ER, entry)


def _name_variants(plan: Plan, rule: str, k: int) -> None:
    """The payer herself, registered under her birth name after the discount began."""
    households = plan.singles(k, women=True)
    rows, head = plan.account(households), plan.world.homes.head[households]
    people = plan.world.people
    same = head[people.birth_surname[head] == people.surname[head]]
    tables = names.name_tables(plan.world.words)
    people.birth_surname[same] = names.draw_surnames(plan.rng, tables, np.zeros(len(same), dtype=np.int64))
    entry = plan.world.elector_rows[head]
    start = plan.world[CT]["discount_start"][rows]
    plan.world[ER].put(entry, form=1, date_added=_after(plan, start))
    plan.case(rule, LOOK_ALIKE, "the payer under her birth name", CT, rows, ER, entry)


def turned_eighteen(plan: Plan) -> None:
    """FM-CT-002: an attainer who has turned 18 in the last year.

    The planted ones are adult electors too, so FM-CT-001 has them as well.
    """
    rule, k = "FM-CT-002", plan.part(3)
    rows, home, _ = _single_homes(plan, plan.count)
    plan.world[CT].put(rows, discount_start=np.minimum(plan.world[CT]["discount_start"][rows], TODAY - 700))
    young = plan.strangers(plan.count, age=(18.05, 18.9))
    birthday = plan.world.people.born[young] + years(18)
    entry = plan.enrol(young, home, birthday - between(plan.rng, 30, 250, plan.count), dob_known=1)
    plan.case(rule, PLANTED, "attainer turned 18", CT, rows, ER, entry)
    plan.case("FM-CT-001", PLANTED, "attainer turned 18", CT, rows, ER, entry)
    for why, reason in (("child benefit to 19", "child_benefit_18_19"), ("full-time student", "student")):
        rows, home, _ = _single_homes(plan, k)
        plan.world[CT].put(rows, discount_type="disregarded", disregard_type=reason)
        young = plan.strangers(k, age=(18.05, 18.9))
        birthday = plan.world.people.born[young] + years(18)
        entry = plan.enrol(young, home, birthday - between(plan.rng, 30, 250, k), dob_known=1)
        plan.case(rule, LOOK_ALIKE, why, CT, rows, ER, entry)
    rows, home, _ = _single_homes(plan, k)
    entry = plan.enrol(plan.strangers(k, age=(17.1, 17.9)), home, plan.ago(20, 200, k), dob_known=1)
    plan.case(rule, LOOK_ALIKE, "not yet 18", CT, rows, ER, entry)


def joint_tenant(plan: Plan) -> None:
    """FM-CT-003: a joint tenant besides the only payer."""
    rule, k = "FM-CT-003", plan.part(3)
    world = plan.world

    def tenants(count: int, end: bool = False) -> tuple[Array, Array, Array, Array]:
        households = plan.singles(count)
        rows, home, head = (
            plan.account(households),
            world.homes.home[households],
            world.homes.head[households],
        )
        began = world[CT]["liability_start"][rows]
        plan.let(head, home, began)
        other = plan.strangers(count, home=home)
        finish = between(plan.rng, began + 60, TODAY - 60) if end else NULL
        entry = plan.let(other, home, began, status="other", end=finish)
        return rows, entry, other, home

    rows, entry, _, _ = tenants(plan.count)
    plan.case(rule, PLANTED, "joint tenant", CT, rows, HT, entry)
    rows, entry, _, _ = tenants(k, end=True)
    plan.case(rule, LOOK_ALIKE, "the other tenancy has ended", CT, rows, HT, entry)
    rows, entry, other, home = tenants(k)
    record_deaths(world, other, plan.ago(20, 50, k), home)
    plan.case(rule, LOOK_ALIKE, "the other tenant has died", CT, rows, HT, entry)
    households = plan.singles(k)
    rows, home, head = plan.account(households), world.homes.home[households], world.homes.head[households]
    began = world[CT]["liability_start"][rows]
    plan.let(plan.strangers(k), home, began, end=between(plan.rng, began + 60, TODAY - 60))
    entry = plan.let(head, home, began, status="other")
    plan.case(rule, LOOK_ALIKE, "the joint tenant is the payer", CT, rows, HT, entry)


def employee_at_home(plan: Plan) -> None:
    """FM-CT-004: an employee gives the home of a single payer as address."""
    rule, k, world = "FM-CT-004", plan.part(2), plan.world

    def employed(rows: Array, home: Array, who: Array, end: bool) -> Array:
        start = np.minimum(_after(plan, world[CT]["discount_start"][rows], latest=120), TODAY - 120)
        finish = between(plan.rng, start + 30, TODAY - 60) if end else NULL
        partner = np.where(np.arange(len(who)) % 2 == 0, COUNTY, plan.district(home))
        return hire(world, who, partner, home, start=start, end=finish, full=np.arange(len(who)) % 2)

    rows, home, _ = _single_homes(plan, plan.count)
    post = employed(rows, home, plan.strangers(plan.count), end=False)
    plan.case(rule, PLANTED, "employee at the address", CT, rows, "payroll", post)
    rows, home, _ = _single_homes(plan, k)
    post = employed(rows, home, plan.strangers(k), end=True)
    plan.case(rule, LOOK_ALIKE, "the employment has ended", CT, rows, "payroll", post)
    households = plan.singles(k, age=(22, 64))
    rows, home = plan.account(households), world.homes.home[households]
    post = employed(rows, home, world.homes.head[households], end=False)
    plan.case(rule, LOOK_ALIKE, "the employee is the payer", CT, rows, "payroll", post)


def two_discounts(plan: Plan) -> None:
    """FM-CT-005: one person with a single person discount in two councils."""
    rule, k, world = "FM-CT-005", plan.part(2), plan.world

    def first_home(count: int) -> tuple[Array, Array, Array]:
        households = plan.singles(count)
        rows = plan.account(households)
        world[CT].put(rows, dob_known=plan.mostly(count))
        return rows, world.homes.head[households], world.homes.home[households]

    rows, who, home = first_home(plan.count)
    start = plan.ago(150, 900, plan.count)
    other = plan.liable(who, plan.elsewhere(home), start, discount="single_person", discount_start=start,
                        dob_known=plan.mostly(plan.count))  # fmt: skip
    plan.case(rule, PLANTED, "two single person discounts", CT, rows, CT, other)
    rows, who, home = first_home(k)
    before = world[CT]["liability_start"][rows]
    end = before - between(plan.rng, 0, 10, k)
    start = before - between(plan.rng, 500, 2500, k)
    other = plan.liable(who, plan.elsewhere(home), start, end=end, discount="single_person", discount_start=start,
                        discount_end=end, dob_known=plan.mostly(k))  # fmt: skip
    plan.case(rule, LOOK_ALIKE, "the other account had ended", CT, rows, CT, other)
    rows, who, home = first_home(k)
    world[CT].put(rows, dob_known=1)
    start = plan.ago(150, 900, k)
    other = plan.liable(plan.namesakes(who), plan.elsewhere(home), start, discount="single_person",
                        discount_start=start, dob_known=1)  # fmt: skip
    plan.case(rule, LOOK_ALIKE, "namesake with another date of birth", CT, rows, CT, other)


def dead_payer(plan: Plan) -> None:
    """FM-CT-006: the liable person has been dead for more than 60 days."""
    rule, k, world = "FM-CT-006", plan.part(3), plan.world

    def payers(count: int, age: tuple[int, int]) -> tuple[Array, Array, Array]:
        households = plan.singles(count, age=age)
        return plan.account(households), world.homes.head[households], world.homes.home[households]

    rows, who, home = payers(plan.count, (55, 120))
    death = record_deaths(world, who, plan.ago(75, 500, plan.count), home)
    plan.case(rule, PLANTED, "the payer has died", CT, rows, "deaths", death)
    rows, who, home = payers(k, (55, 120))
    died = plan.ago(75, 190, k)
    death = record_deaths(world, who, died, home)
    world[CT].put(rows, liability_end=died, discount_end=died)
    world["electoral_register"].put(world.elector_rows[who], date_removed=died + 20)
    plan.case(rule, LOOK_ALIKE, "liability ended at the death", CT, rows, "deaths", death)
    for why, known in (("namesake with another date of birth", 1), ("namesake at another address", 0)):
        rows, who, home = payers(k, (25, 60))
        world[CT].put(rows, dob_known=known)
        elder = plan.namesakes(who)
        death = record_deaths(world, elder, plan.ago(75, 500, k), plan.elsewhere(home))
        plan.case(rule, LOOK_ALIKE, why, CT, rows, "deaths", death)


def working_student(plan: Plan) -> None:
    """FM-CT-007: disregarded as a student and working full time."""
    rule, k, world = "FM-CT-007", plan.part(2), plan.world

    def students(count: int) -> tuple[Array, Array, Array]:
        households = plan.singles(count, age=(18, 45))
        rows = plan.account(households)
        full = world[CT]["charge_annual_pence"][rows]
        world[CT].put(rows, discount_type="all_disregarded", disregard_type="student", discount_annual_pence=full // 2,
                      dob_known=plan.mostly(count))  # fmt: skip
        return rows, world.homes.head[households], world.homes.home[households]

    def employ(rows: Array, who: Array, home: Array, full: int, ended: bool) -> Array:
        began = np.minimum(world[CT]["discount_start"][rows], TODAY - 200)
        start = began - between(plan.rng, 300, 900, len(who)) if ended else began + 60
        end = began - between(plan.rng, 20, 200, len(who)) if ended else NULL
        return hire(world, who, COUNTY, home, start=start, end=end, full=full)

    rows, who, home = students(plan.count)
    post = employ(rows, who, home, 0, ended=False)
    plan.case(rule, PLANTED, "full-time employee", CT, rows, "payroll", post)
    rows, who, home = students(k)
    post = employ(rows, who, home, 1, ended=False)
    world["payroll"].put(post[::2], full_time_code="casual")
    plan.case(rule, LOOK_ALIKE, "part-time or casual job", CT, rows, "payroll", post)
    rows, who, home = students(k)
    post = employ(rows, who, home, 0, ended=True)
    plan.case(rule, LOOK_ALIKE, "the employment ended before", CT, rows, "payroll", post)


def occupied_empty(plan: Plan) -> None:
    """FM-CT-008: empty for more than 180 days, and an elector entered since."""
    rule, k = "FM-CT-008", plan.part(2)

    def empties(count: int) -> tuple[Array, Array, Array]:
        homes = plan.vacant(count)
        owner = plan.world.homes.head[plan.couples(count)]
        start = plan.ago(260, 1200, count)
        rows = plan.liable(owner, homes, start, discount="empty", discount_start=start)
        return rows, homes, start

    rows, home, start = empties(plan.count)
    entry = plan.enrol(plan.strangers(plan.count), home, between(plan.rng, start + 30, TODAY - 30))
    plan.case(rule, PLANTED, "elector at an empty home", CT, rows, ER, entry)
    rows, home, start = empties(k)
    entry = plan.enrol(plan.strangers(k), home, start - between(plan.rng, 200, 2500, k))
    plan.case(rule, LOOK_ALIKE, "entry older than the discount", CT, rows, ER, entry)
    rows, home, start = empties(k)
    added = between(plan.rng, start + 20, TODAY - 120)
    entry = plan.enrol(plan.strangers(k), home, added, removed=added + 60)
    plan.case(rule, LOOK_ALIKE, "removed from the register", CT, rows, ER, entry)
