"""Cases about two posts, shared accounts and homes of employees, and pensions (FM-PY, FM-PN)."""

from __future__ import annotations

import numpy as np

from fraudmatch.sample.places import COUNTY
from fraudmatch.sample.plant import LOOK_ALIKE, NEAR_MISS, PLANTED, Plan
from fraudmatch.sample.records_trade import add_creditors, add_people
from fraudmatch.sample.records_work import grant_pension, hire, record_deaths
from fraudmatch.sample.streams import NULL, Array, between

PAY, PEN, CREDITOR, DEATHS = "payroll", "pension", "creditor", "deaths"
FULL, PART = 0, 1


def plant(plan: Plan) -> None:
    """All cases of this module, in the order of their rule ids."""
    for make in (
        lawful_second_posts, declared_suppliers, one_account, suppliers_at_home, too_many_hours, agency_beside_post,
        sick_and_working, shared_telephones, deferred_of_the_dead, unmarked_survivors, ill_health_and_employed,
    ):  # fmt: skip
        make(plan)


def _at_home(plan: Plan, count: int, age: tuple[int, int] = (23, 60)) -> tuple[Array, Array]:
    """Strangers with a home of their own that has no other record."""
    home = plan.vacant(count)
    return plan.strangers(count, age=age, home=home), home


def _two_posts(plan: Plan, count: int, kinds: tuple[int, int] = (FULL, FULL)) -> tuple[Array, Array]:
    """Running posts of the same people, long with the county and lately with the district."""
    who, home = _at_home(plan, count)
    left = hire(plan.world, who, COUNTY, home, start=plan.ago(700, 3000, count), end=NULL, full=kinds[0])
    began = plan.ago(90, 600, count)
    return left, hire(plan.world, who, plan.district(home), home, start=began, end=NULL, full=kinds[1])


def _left_unkeyed(plan: Plan, left: Array, right: Array) -> None:
    """The first post was last paid before the second began, and its leaving date was not keyed."""
    register = plan.world[PAY]
    register.put(left, last_paid=register["employment_start"][right] - between(plan.rng, 2, 25, len(left)))


def lawful_second_posts(plan: Plan) -> None:
    """FM-PY-001: look-alikes of two full-time posts."""
    rule, k, register = "FM-PY-001", plan.part(3), plan.world[PAY]
    left, right = _two_posts(plan, k)
    register.put(right, second_job_agreed=1)
    plan.case(rule, LOOK_ALIKE, "the second post is agreed", PAY, left, PAY, right)
    left, right = _two_posts(plan, k)
    _left_unkeyed(plan, left, right)
    plan.case(rule, LOOK_ALIKE, "the leaving date was not keyed", PAY, left, PAY, right)
    left, right = _two_posts(plan, k)
    register.put(left, employment_end=register["employment_start"][right] + between(plan.rng, 20, 28, k))
    plan.case(rule, NEAR_MISS, "four weeks' notice", PAY, left, PAY, right)


def _employees(plan: Plan, count: int) -> tuple[Array, Array, Array]:
    """Payroll rows of employees with homes of their own, the people and their councils."""
    who, home = _at_home(plan, count)
    partner = np.where(np.arange(count) % 3 == 0, COUNTY, plan.district(home))
    start = plan.ago(400, 3000, count)
    return (
        hire(plan.world, who, partner, home, start=start, end=NULL, full=np.arange(count) % 2),
        who,
        partner,
    )


def declared_suppliers(plan: Plan) -> None:
    """FM-PY-002: a supplier paid into the employee's account, and the interest is declared."""
    world, k = plan.world, plan.part(3)
    left, who, partner = _employees(plan, k)
    firms = world.firms.add(plan.vacant(k))
    world.firms.account[firms] = who
    right = add_creditors(world, firms, partner)
    world[CREDITOR].put(right, interest_declared=1)
    plan.case("FM-PY-002", LOOK_ALIKE, "the interest is declared", PAY, left, CREDITOR, right)


def one_account(plan: Plan) -> None:
    """FM-PY-004: two employees of different numbers paid into one account."""
    rule, k, world = "FM-PY-004", plan.part(3), plan.world

    def pair(count: int, *, couple: bool = False) -> tuple[Array, Array]:
        left, who, partner = _employees(plan, count)
        home = world.people.home[who] if couple else plan.vacant_in(plan.district(world.people.home[who]))
        other = plan.strangers(count, age=(23, 60), home=home)
        if couple:
            world.people.surname[other] = world.people.surname[who]
            world.people.sex[other] = 1 - world.people.sex[who]
        right = hire(world, other, partner, home, start=plan.ago(60, 300, count), end=NULL, full=PART)
        world[PAY].put(left, nino_of=who, account_of=who)
        world[PAY].put(right, nino_of=other, account_of=who)
        return left, right

    left, right = pair(plan.count)
    plan.case(rule, PLANTED, "two strangers and one account", PAY, left, PAY, right)
    left, right = pair(k, couple=True)
    plan.case(rule, LOOK_ALIKE, "a couple with a joint account", PAY, left, PAY, right)
    left, right = pair(k)
    world[PAY].put(left, employment_end=world[PAY]["employment_start"][right] - 10)
    plan.case(rule, LOOK_ALIKE, "the first has left", PAY, left, PAY, right)


def suppliers_at_home(plan: Plan) -> None:
    """FM-PY-005: a supplier registered at the employee's home."""
    rule, k, world = "FM-PY-005", plan.part(4), plan.world

    def firm_at_home(count: int) -> tuple[Array, Array, Array]:
        left, who, partner = _employees(plan, count)
        return left, who, add_creditors(world, world.firms.add(world.people.home[who]), partner)

    left, _, right = firm_at_home(plan.count)
    plan.case(rule, PLANTED, "a supplier at the employee's home", PAY, left, CREDITOR, right)
    left, _, right = firm_at_home(k)
    world[CREDITOR].put(right, interest_declared=1)
    plan.case(rule, LOOK_ALIKE, "the interest is declared", PAY, left, CREDITOR, right)
    left, who, right = firm_at_home(k)
    home = plan.elsewhere(world.people.home[who])
    plan.liable(who, home, plan.ago(60, 200, k), dob_known=1)
    world.people.home[who] = home
    plan.case(rule, LOOK_ALIKE, "the employee has moved away", PAY, left, CREDITOR, right)
    for why, kind in (("a foster carer", "foster_carer"), ("expenses", "employee_expenses")):
        left, who, partner = _employees(plan, k)
        plan.case(rule, LOOK_ALIKE, why, PAY, left, CREDITOR, add_people(world, who, partner, kind=kind))


def too_many_hours(plan: Plan) -> None:
    """FM-PY-006: two posts, not both full time, of more than sixty hours."""
    rule, k, register = "FM-PY-006", plan.part(4), plan.world[PAY]

    def pair(count: int, low: int = 2600, high: int = 2950) -> tuple[Array, Array]:
        left, right = _two_posts(plan, count, (FULL, PART))
        register.put(left, hours_weekly_hundredths=3700)
        register.put(right, hours_weekly_hundredths=between(plan.rng, low, high, count))
        return left, right

    left, right = pair(plan.count)
    plan.case(rule, PLANTED, "thirty-seven hours and twenty-six or more", PAY, left, PAY, right)
    left, right = pair(k, 2200, 2300)
    plan.case(rule, NEAR_MISS, "sixty hours and no more", PAY, left, PAY, right)
    left, right = pair(k)
    register.put(left, second_job_agreed=1)
    plan.case(rule, LOOK_ALIKE, "the second post is agreed", PAY, left, PAY, right)
    left, right = pair(k)
    register.put(right, worker_kind="retained_firefighter", hours_weekly_hundredths=8400)
    plan.case(rule, LOOK_ALIKE, "a retained firefighter", PAY, left, PAY, right)
    left, right = pair(k)
    _left_unkeyed(plan, left, right)
    plan.case(rule, LOOK_ALIKE, "the leaving date was not keyed", PAY, left, PAY, right)


def agency_beside_post(plan: Plan) -> None:
    """FM-PY-007: a full-time employee who is an agency worker elsewhere."""
    rule, k, register = "FM-PY-007", plan.part(3), plan.world[PAY]

    def pair(count: int, kind: str = "agency", full: int = FULL) -> tuple[Array, Array]:
        right, left = _two_posts(plan, count, (FULL, full))
        register.put(left, worker_kind=kind)
        return left, right

    left, right = pair(plan.count)
    plan.case(rule, PLANTED, "full time through an agency", PAY, left, PAY, right)
    left, right = pair(k, "umbrella", PART)
    register.put(left, hours_weekly_hundredths=between(plan.rng, 600, 1600, k))
    plan.case(rule, LOOK_ALIKE, "a few hours through an umbrella company", PAY, left, PAY, right)
    left, right = pair(k)
    register.put(right, second_job_agreed=1)
    plan.case(rule, LOOK_ALIKE, "the assignment is agreed", PAY, left, PAY, right)
    right, left = _two_posts(plan, k)
    register.put(right, worker_kind="agency", employment_end=register["employment_start"][left] + 10)
    plan.case(rule, LOOK_ALIKE, "went from the agency to a post", PAY, right, PAY, left)


def sick_and_working(plan: Plan) -> None:
    """FM-PY-008: absent from one post and paid in another."""
    rule, k, register = "FM-PY-008", plan.part(3), plan.world[PAY]

    def pair(count: int, low: int = 45, high: int = 200) -> tuple[Array, Array]:
        left, right = _two_posts(plan, count, (FULL, PART))
        register.put(
            left, absence_kind="sick", absence_start=plan.ago(low, high, count), hours_weekly_hundredths=3700
        )
        register.put(right, hours_weekly_hundredths=between(plan.rng, 800, 2000, count))
        return left, right

    left, right = pair(plan.count)
    plan.case(rule, PLANTED, "sick in one post and paid in the other", PAY, left, PAY, right)
    left, right = pair(k)
    register.put(right, absence_kind="sick", absence_start=register["absence_start"][left])
    plan.case(rule, LOOK_ALIKE, "absent from both posts", PAY, left, PAY, right)
    left, right = pair(k)
    register.put(right, second_job_agreed=1)
    plan.case(rule, LOOK_ALIKE, "the other post is agreed", PAY, left, PAY, right)
    left, right = pair(k, 8, 28)
    plan.case(rule, NEAR_MISS, "sick for four weeks or less", PAY, left, PAY, right)


def shared_telephones(plan: Plan) -> None:
    """FM-PY-009: a supplier with the telephone of an employee."""
    rule, k, world = "FM-PY-009", plan.part(3), plan.world

    def firm_with_phone(count: int) -> tuple[Array, Array]:
        left, _, partner = _employees(plan, count)
        # Numbers go by household: a stranger is given that of a couple's home without other use.
        lent = world.homes.head[plan.couples(count)]
        right = add_creditors(world, world.firms.add(plan.vacant(count)), partner)
        world[PAY].put(left, phone_of=lent)
        world[CREDITOR].put(right, phone_of=lent)
        return left, right

    left, right = firm_with_phone(plan.count)
    plan.case(rule, PLANTED, "a supplier with the employee's telephone", PAY, left, CREDITOR, right)
    left, right = firm_with_phone(k)
    world[CREDITOR].put(right, interest_declared=1)
    plan.case(rule, LOOK_ALIKE, "the interest is declared", PAY, left, CREDITOR, right)
    left, right = firm_with_phone(k)
    world[CREDITOR].put(right, creditor_status="dormant")
    plan.case(rule, LOOK_ALIKE, "a dormant record", PAY, left, CREDITOR, right)


def deferred_of_the_dead(plan: Plan) -> None:
    """FM-PN-002: a deferred pension whose member has died (others are in `cases_people`)."""
    rule, k, world = "FM-PN-002", plan.part(2), plan.world
    who, home = _at_home(plan, plan.count, age=(33, 60))
    left = grant_pension(
        world, who, home, kind="deferred", start=plan.ago(600, 4000, plan.count), last_paid=NULL
    )
    death = record_deaths(world, who, plan.ago(30, 900, plan.count), home)
    plan.case(rule, PLANTED, "deferred, and the member has died", PEN, left, DEATHS, death)
    who, home = _at_home(plan, k, age=(33, 60))
    died = plan.ago(60, 500, k)
    start = plan.ago(600, 4000, k)
    left = grant_pension(world, who, home, kind="deferred", start=start, end=died + 30, last_paid=NULL)
    plan.case(
        rule, LOOK_ALIKE, "the record has ended", PEN, left, DEATHS, record_deaths(world, who, died, home)
    )
    who, home = _at_home(plan, k, age=(33, 60))
    left = grant_pension(world, who, home, kind="deferred", start=plan.ago(600, 4000, k), last_paid=NULL)
    death = record_deaths(world, plan.namesakes(who), plan.ago(40, 500, k), plan.elsewhere(home))
    plan.case(rule, LOOK_ALIKE, "namesake with another date of birth", PEN, left, DEATHS, death)


def unmarked_survivors(plan: Plan) -> None:
    """FM-PN-001: a survivor's pension with the dead member's number, and without the mark."""
    world, people, k = plan.world, plan.world.people, plan.part(3)
    who, home = _at_home(plan, k, age=(62, 90))
    widow = plan.strangers(k, age=(62, 90), home=home)
    people.sex[who], people.sex[widow] = 0, 1
    people.surname[widow] = people.surname[who]
    died = plan.ago(60, 500, k)
    left = grant_pension(world, widow, home, kind="in_payment", start=died + 10, nino_of=who)
    death = record_deaths(world, who, died, home)
    plan.case("FM-PN-001", LOOK_ALIKE, "survivor's pension that is not marked", PEN, left, DEATHS, death)


def ill_health_and_employed(plan: Plan) -> None:
    """FM-PN-003: retired on ill health, and employed since."""
    rule, k, world = "FM-PN-003", plan.part(3), plan.world

    def pair(count: int, *, ill: int = 1, widow: int = 0, before: bool = False) -> tuple[Array, Array]:
        who, home = _at_home(plan, count, age=(45, 64))
        start = plan.ago(900, 2500, count)
        left = grant_pension(world, who, home, kind="in_payment", start=start, widow=widow)
        world[PEN].put(left, ill_health=ill)
        began = start - 2000 if before else start + between(plan.rng, 200, 800, count)
        return left, hire(
            world, who, plan.district(home), home, start=began, end=NULL, full=np.arange(count) % 2
        )

    left, right = pair(plan.count)
    plan.case(rule, PLANTED, "ill-health pension, and employed since", PEN, left, PAY, right)
    left, right = pair(k, ill=0)
    plan.case(rule, LOOK_ALIKE, "retired on age", PEN, left, PAY, right)
    left, right = pair(k, widow=1)
    plan.case(rule, LOOK_ALIKE, "a survivor's pension", PEN, left, PAY, right)
    left, right = pair(k, before=True)
    plan.case(rule, LOOK_ALIKE, "the post is older than the pension", PEN, left, PAY, right)
