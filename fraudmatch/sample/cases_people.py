"""Cases about pay, pensions, badges, reductions, care and permits (FM-PY, -PN, -BB, -CTR, -CP, -LC, -PP)."""

from __future__ import annotations

import numpy as np

from fraudmatch.sample.places import COUNTY
from fraudmatch.sample.plant import LOOK_ALIKE, PLANTED, Plan
from fraudmatch.sample.records_trade import add_creditors, add_people
from fraudmatch.sample.records_work import (
    badge_numbers,
    grant_pension,
    hire,
    issue_badges,
    issue_permits,
    license_people,
    pay_care,
    record_deaths,
)
from fraudmatch.sample.streams import NULL, TODAY, Array, between, years

PAY, PEN, BADGE, CTR, DEATHS = "payroll", "pension", "blue_badge", "council_tax_reduction", "deaths"


def plant(plan: Plan) -> None:
    """All cases of this module, in the order of their rule ids."""
    for make in (
        two_full_time_posts, employee_as_supplier, pay_after_death, pension_after_death, badge_after_death,
        two_badges, undeclared_work, undeclared_pension, two_reductions, care_after_death, undeclared_taxi,
        permit_after_death,
    ):  # fmt: skip
        make(plan)


def _people_at_home(plan: Plan, count: int, age: tuple[int, int] = (23, 60)) -> tuple[Array, Array]:
    """Strangers who live as lodgers with couples: their address gives no discount away."""
    home = plan.lodgings(count)
    return plan.strangers(count, age=age, home=home), home


def two_full_time_posts(plan: Plan) -> None:
    """FM-PY-001: full time on the payrolls of two partners at once."""
    rule, k, world = "FM-PY-001", plan.part(3), plan.world

    def post(
        who: Array, home: Array, partner: Array | int, start: Array, end: Array | int, full: int
    ) -> Array:
        return hire(world, who, partner, home, start=start, end=end, full=full)

    n = plan.count
    who, home = _people_at_home(plan, n)
    left = post(who, home, COUNTY, plan.ago(700, 3000, n), NULL, 0)
    right = post(who, home, plan.district(home), plan.ago(90, 600, n), NULL, 0)
    plan.case(rule, PLANTED, "two full-time posts", PAY, left, PAY, right)
    who, home = _people_at_home(plan, k)
    left = post(who, home, COUNTY, plan.ago(700, 3000, k), NULL, 1)
    right = post(who, home, plan.district(home), plan.ago(90, 600, k), NULL, 2)
    plan.case(rule, LOOK_ALIKE, "part-time and casual jobs", PAY, left, PAY, right)
    who, home = _people_at_home(plan, k)
    left = post(who, home, COUNTY, plan.ago(700, 3000, k), plan.ago(100, 150, k), 0)
    end = world[PAY]["employment_end"][left]
    right = post(who, home, plan.district(home), end + 3, NULL, 0)
    plan.case(rule, LOOK_ALIKE, "changed jobs", PAY, left, PAY, right)
    who, home = _people_at_home(plan, k)
    other = plan.namesakes(who, home=plan.lodgings(k), older=(8, 20))
    left = post(who, home, COUNTY, plan.ago(700, 1500, k), NULL, 0)
    right = post(other, world.people.home[other], plan.district(home), plan.ago(90, 600, k), NULL, 0)
    plan.case(rule, LOOK_ALIKE, "namesake with another date of birth", PAY, left, PAY, right)


def employee_as_supplier(plan: Plan) -> None:
    """FM-PY-002: a supplier's bank account is an employee's."""
    rule, k, world = "FM-PY-002", plan.part(3), plan.world

    def employee(count: int) -> tuple[Array, Array, Array]:
        who, home = _people_at_home(plan, count)
        partner = np.where(np.arange(count) % 3 == 0, COUNTY, plan.district(home))
        row = hire(
            world, who, partner, home, start=plan.ago(400, 3000, count), end=NULL, full=np.arange(count) % 2
        )
        return row, who, partner

    left, who, partner = employee(plan.count)
    firms = world.firms.add(plan.vacant(plan.count))
    world.firms.account[firms] = who
    right = add_creditors(world, firms, partner)
    plan.case(rule, PLANTED, "a supplier paid into the employee's account", PAY, left, "creditor", right)
    for why, kind in (
        ("a refund", "refund"), ("a foster carer", "foster_carer"), ("expenses", "employee_expenses"),
    ):  # fmt: skip
        left, who, partner = employee(k)
        right = add_people(world, who, partner, kind=kind)
        plan.case(rule, LOOK_ALIKE, why, PAY, left, "creditor", right)


def pay_after_death(plan: Plan) -> None:
    """FM-PY-003: paid more than 31 days after death."""
    rule, world = "FM-PY-003", plan.world
    for kind, why, k, low, high in (
        (PLANTED, "paid after death", plan.count, 45, 300), (LOOK_ALIKE, "final pay within 31 days", plan.count, 2, 24),
    ):  # fmt: skip
        who, home = _people_at_home(plan, k, age=(40, 64))
        left = hire(world, who, COUNTY, home, start=plan.ago(1500, 6000, k), end=NULL, full=0)
        died = TODAY - 3 - between(plan.rng, low, high, k)
        if kind == LOOK_ALIKE:
            died = plan.ago(60, 300, k)
            paid = died + between(plan.rng, low, high, k)
            world[PAY].put(left, last_paid=paid, employment_end=died)
        plan.case(rule, kind, why, PAY, left, DEATHS, record_deaths(world, who, died, home))


def pension_after_death(plan: Plan) -> None:
    """FM-PN-001: a pension paid more than 31 days after death."""
    rule, k, world = "FM-PN-001", plan.part(3), plan.world
    n = plan.count
    who, home = _people_at_home(plan, n, age=(62, 95))
    left = grant_pension(world, who, home, kind="in_payment", start=plan.ago(600, 7000, n))
    plan.case(
        rule,
        PLANTED,
        "paid after death",
        PEN,
        left,
        DEATHS,
        record_deaths(world, who, plan.ago(60, 500, n), home),
    )
    who, home = _people_at_home(plan, k, age=(62, 95))
    left = grant_pension(world, who, home, kind="deferred", start=plan.ago(600, 7000, k), last_paid=NULL)
    death = record_deaths(world, who, plan.ago(60, 500, k), home)
    plan.case(rule, LOOK_ALIKE, "deferred pension", PEN, left, DEATHS, death)
    plan.case("FM-PN-002", PLANTED, "deferred, and the member has died", PEN, left, DEATHS, death)
    who, home = _people_at_home(plan, k, age=(62, 95))
    died = plan.ago(60, 500, k)
    left = grant_pension(world, who, home, kind="in_payment", start=plan.ago(600, 7000, k), end=died,
                         last_paid=died + between(plan.rng, 1, 27, k))  # fmt: skip
    death = record_deaths(world, who, died, home)
    plan.case(rule, LOOK_ALIKE, "last paid within 31 days", PEN, left, DEATHS, death)
    _widows(plan, rule, k)


def _widows(plan: Plan, rule: str, k: int) -> None:
    """A widow's pension in her own name, with the dead member's National Insurance number on it."""
    world, people = plan.world, plan.world.people
    who, home = _people_at_home(plan, k, age=(62, 90))
    widow = plan.strangers(k, age=(62, 90), home=home)
    people.sex[who], people.sex[widow] = 0, 1
    people.surname[widow] = people.surname[who]
    died = plan.ago(60, 500, k)
    left = grant_pension(world, widow, home, kind="in_payment", start=died + 10, widow=1, nino_of=who)
    death = record_deaths(world, who, died, home)
    plan.case(rule, LOOK_ALIKE, "widow's pension with the member's number", PEN, left, DEATHS, death)


def badge_after_death(plan: Plan) -> None:
    """FM-BB-001: a live badge of a dead holder."""
    rule, k, world = "FM-BB-001", plan.part(2), plan.world

    def badge(count: int, status: str = "live") -> tuple[Array, Array, Array]:
        who, home = _people_at_home(plan, count, age=(55, 96))
        return issue_badges(world, who, home, start=plan.ago(560, 900, count), status=status), who, home

    left, who, home = badge(plan.count)
    death = record_deaths(world, who, plan.ago(40, 500, plan.count), home)
    plan.case(rule, PLANTED, "the holder has died", BADGE, left, DEATHS, death)
    left, who, home = badge(k, status="cancelled")
    death = record_deaths(world, who, plan.ago(40, 500, k), home)
    plan.case(rule, LOOK_ALIKE, "badge cancelled", BADGE, left, DEATHS, death)
    left, who, home = badge(k)
    death = record_deaths(world, plan.namesakes(who), plan.ago(40, 500, k), plan.elsewhere(home))
    plan.case(rule, LOOK_ALIKE, "namesake with another date of birth", BADGE, left, DEATHS, death)


def two_badges(plan: Plan) -> None:
    """FM-BB-002: two live badges of one person."""
    rule, k, world = "FM-BB-002", plan.part(2), plan.world

    def pair(count: int, status: str) -> tuple[Array, Array]:
        who, home = _people_at_home(plan, count, age=(40, 92))
        left = issue_badges(world, who, home, start=plan.ago(300, 900, count), status=status)
        return left, issue_badges(world, who, home, start=plan.ago(20, 250, count))

    left, right = pair(plan.count, "live")
    plan.case(rule, PLANTED, "two live badges", BADGE, left, BADGE, right)
    left, right = pair(k, "replaced")
    plan.case(rule, LOOK_ALIKE, "the first was replaced", BADGE, left, BADGE, right)
    firms = world.firms.add(plan.vacant(k))
    rows = []
    for _ in range(2):
        start = plan.ago(30, 900, k)
        rows.append(world[BADGE].add(
            k, partner=COUNTY, firm=firms, property=world.firms.property[firms], holder_kind="organisation",
            badge_status="live", badge_start=start, badge_expiry=start + years(3), badge_number=badge_numbers(world, k),
        ))  # fmt: skip
    plan.case(rule, LOOK_ALIKE, "badges of an organisation", BADGE, rows[0], BADGE, rows[1])


def _claimants(plan: Plan, count: int, age: tuple[int, int] = (23, 60)) -> tuple[Array, Array]:
    """People with an own home that has no other record."""
    home = plan.vacant(count)
    return plan.strangers(count, age=age, home=home), home


def undeclared_work(plan: Plan) -> None:
    """FM-CTR-001: a reduction, and a running job that is not declared."""
    rule, k, world = "FM-CTR-001", plan.part(2), plan.world

    def pair(count: int, declared: int, ended: bool) -> tuple[Array, Array]:
        who, home = _claimants(plan, count)
        start = plan.ago(150, 1500, count)
        left = plan.claim(who, home, start, employment=declared)
        end = start - between(plan.rng, 10, 100, count) if ended else NULL
        partner = np.where(np.arange(count) % 2 == 0, COUNTY, plan.district(home))
        began = start - between(plan.rng, 200, 900, count) if ended else plan.ago(100, 1600, count)
        return left, hire(world, who, partner, home, start=began, end=end, full=np.arange(count) % 3)

    left, right = pair(plan.count, 0, ended=False)
    plan.case(rule, PLANTED, "work not declared", CTR, left, PAY, right)
    left, right = pair(k, 1, ended=False)
    plan.case(rule, LOOK_ALIKE, "work declared", CTR, left, PAY, right)
    left, right = pair(k, 0, ended=True)
    plan.case(rule, LOOK_ALIKE, "the job ended before the claim", CTR, left, PAY, right)


def undeclared_pension(plan: Plan) -> None:
    """FM-CTR-002: a reduction, and a pension in payment that is not declared."""
    for kind, why, declared in ((PLANTED, "pension not declared", 0), (LOOK_ALIKE, "pension declared", 1)):
        k = plan.count
        who, home = _claimants(plan, k, age=(61, 88))
        left = plan.claim(who, home, plan.ago(150, 1500, k), pension=declared)
        right = grant_pension(plan.world, who, home, kind="in_payment", start=plan.ago(200, 2500, k))
        plan.case("FM-CTR-002", kind, why, CTR, left, PEN, right)


def two_reductions(plan: Plan) -> None:
    """FM-CTR-003: two running claims in two councils."""
    rule, k = "FM-CTR-003", plan.part(2)

    def pair(count: int, ended: bool = False) -> tuple[Array, Array]:
        who, home = _claimants(plan, count)
        right = plan.claim(who, plan.elsewhere(home), start := plan.ago(120, 900, count))
        end = start - between(plan.rng, 1, 20, count) if ended else NULL
        return plan.claim(who, home, plan.ago(1000, 2500, count), end=end), right

    left, right = pair(plan.count)
    plan.case(rule, PLANTED, "two claims", CTR, left, CTR, right)
    left, right = pair(k, ended=True)
    plan.case(rule, LOOK_ALIKE, "the first claim had ended", CTR, left, CTR, right)
    left, right = pair(k)
    register = plan.world[CTR]
    register.put(right, person=plan.namesakes(register["person"][left]))
    plan.case(rule, LOOK_ALIKE, "namesake with another date of birth", CTR, left, CTR, right)


def care_after_death(plan: Plan) -> None:
    """FM-CP-001: care paid for more than 14 days after death."""
    world, k = plan.world, plan.count
    for kind, why in ((PLANTED, "paid after death"), (LOOK_ALIKE, "discharged in time")):
        who, home = _people_at_home(plan, k, age=(60, 98))
        died = plan.ago(60, 400, k)
        late = kind == PLANTED
        paid = died + (between(plan.rng, 22, 55, k) if late else between(plan.rng, 0, 11, k))
        left = pay_care(world, who, home, kind="direct_payment", start=plan.ago(700, 1900, k),
                        end=NULL if late else died, paid_to=paid)  # fmt: skip
        plan.case("FM-CP-001", kind, why, "care_payment", left, DEATHS, record_deaths(world, who, died, home))


def undeclared_taxi(plan: Plan) -> None:
    """FM-LC-001: a reduction and a live taxi licence, self-employment not declared."""
    for kind, why, status, declared, k in (
        (PLANTED, "taxi licence, no self-employment declared", "live", 0, plan.count),
        (LOOK_ALIKE, "licence dormant", "dormant", 0, plan.part(2)),
        (LOOK_ALIKE, "self-employment declared", "live", 1, plan.part(2)),
    ):
        who, home = _claimants(plan, k)
        left = plan.claim(who, home, plan.ago(150, 1500, k), own_business=declared)
        statuses = np.full(k, plan.world["licence"].code("licence_status", status)[0])
        right = license_people(plan.world, who, home, kind=np.arange(k) % 2, status=statuses)
        plan.case("FM-LC-001", kind, why, CTR, left, "licence", right)


def permit_after_death(plan: Plan) -> None:
    """FM-PP-001: a live permit or pass of a dead person."""
    world, k = plan.world, plan.count
    for kind, why, status in (
        (PLANTED, "the holder has died", "live"),
        (LOOK_ALIKE, "cancelled", "cancelled"),
    ):
        who, home = _people_at_home(plan, k, age=(50, 92))
        kinds = np.where(world.people.age()[who] >= 66, 2, 0)
        left = issue_permits(world, who, home, kind=kinds, status=status)
        death = record_deaths(world, who, plan.ago(40, 300, k), home)
        plan.case("FM-PP-001", kind, why, "permit", left, DEATHS, death)
