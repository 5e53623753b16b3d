"""Cases about officers of companies: suppliers of employees, and relief split through companies."""

from __future__ import annotations

from typing import Any

import numpy as np

from fraudmatch.sample.places import COUNTY
from fraudmatch.sample.plant import LOOK_ALIKE, NEAR_MISS, PLANTED, Plan
from fraudmatch.sample.records_registers import OFFICER, appoint, number_companies
from fraudmatch.sample.records_trade import add_creditors, rate
from fraudmatch.sample.records_work import hire
from fraudmatch.sample.streams import NULL, TODAY, Array, between

PAY, CREDITOR, NDR = "payroll", "creditor", "business_rates"


def plant(plan: Plan) -> None:
    """All cases of this module, in the order of their rule ids."""
    split_through_companies(plan)
    employees_on_boards(plan)


def _people(plan: Plan, count: int) -> tuple[Array, Array]:
    """Strangers with middle names and a home that has no other record."""
    home = plan.vacant(count)
    who = plan.strangers(count, age=(25, 60), home=home)
    people = plan.world.people
    for sex in (0, 1):
        alike, named = who[people.sex[who] == sex], np.flatnonzero((people.middle >= 0) & (people.sex == sex))
        people.middle[alike] = people.middle[plan.rng.choice(named, len(alike))]
    return who, home


def _namesakes(plan: Plan, of: Array) -> Array:
    """People of the same names born in the same month, without a middle name, at a home of their own."""
    who = plan.namesakes(of, home=plan.vacant(len(of)))
    people = plan.world.people
    people.born[who], people.middle[who] = people.born[of], -1
    return who


def employees_on_boards(plan: Plan) -> None:
    """FM-PY-010: an employee who is an officer of a company that is paid."""
    rule, k, world = "FM-PY-010", plan.part(4), plan.world

    def employed(count: int) -> tuple[Array, Array, Array, Array]:
        who, home = _people(plan, count)
        partner = np.where(np.arange(count) % 3 == 0, COUNTY, plan.district(home))
        full = np.arange(count) % 2
        rows = hire(world, who, partner, home, start=plan.ago(400, 3000, count), end=NULL, full=full)
        return rows, who, home, partner

    def supplier(partner: Array) -> tuple[Array, Array]:
        firms = number_companies(world, world.firms.add(plan.vacant(len(partner))))
        creditors = add_creditors(world, firms, partner)
        world[CREDITOR].put(creditors, in_case=1)
        return firms, creditors

    def board(
        count: int, kind: str, why: str, *, at_office: bool = False, declared: bool = False, **office: Any
    ) -> None:
        rows, who, home, partner = employed(count)
        firms, creditors = supplier(partner)
        world[CREDITOR].put(creditors, interest_declared=int(declared))
        address = world.firms.property[firms] if at_office else home
        seats = appoint(world, who, firms, address, **{"since": plan.ago(300, 3000, count), **office})
        plan.case(rule, kind, why, PAY, rows, OFFICER, seats)

    board(plan.count, PLANTED, "a director at the employee's address")
    board(plan.part(2), PLANTED, "in control of a supplier", role="significant_control")
    board(k, LOOK_ALIKE, "the interest is declared", declared=True)
    board(k, LOOK_ALIKE, "the council appointed the employee", nominated=1)
    board(k, LOOK_ALIKE, "the secretary", role="secretary")
    board(k, LOOK_ALIKE, "resigned years ago", since=plan.ago(2000, 3000, k), until=plan.ago(400, 1500, k))
    board(k, NEAR_MISS, "resigned yesterday", until=TODAY - 1)
    rows, who, _, partner = employed(k)
    firms, _ = supplier(partner)
    other = _namesakes(plan, who)
    seats = appoint(world, other, firms, world.people.home[other], since=plan.ago(300, 3000, k))
    plan.case(rule, LOOK_ALIKE, "a namesake born in the same month", PAY, rows, OFFICER, seats)
    rows, who, home, partner = employed(k)
    firms, _ = supplier(partner)
    father = plan.namesakes(who, home=home)
    seats = appoint(world, father, firms, home, since=plan.ago(300, 3000, k))
    plan.case(rule, LOOK_ALIKE, "father and son at one address", PAY, rows, OFFICER, seats)
    rows, who, home, _ = employed(k)
    firms = number_companies(world, world.firms.add(plan.vacant(k)))
    seats = appoint(world, who, firms, home, since=plan.ago(300, 3000, k))
    plan.case(rule, LOOK_ALIKE, "nobody pays the company", PAY, rows, OFFICER, seats)


def split_through_companies(plan: Plan) -> None:
    """FM-BR-011: two companies with the same officers, one of them with relief."""
    rule, k, world = "FM-BR-011", plan.part(4), plan.world

    def companies(count: int, **second: Any) -> tuple[Array, Array, Array, Array]:
        first, other = plan.vacant(count), plan.vacant(count)
        one = number_companies(world, world.firms.add(first))
        two = number_companies(world, world.firms.add(other))
        left = rate(world, one, property=first, value=between(plan.rng, 62, 230, count) * 50, relief=True,
                    start=plan.ago(1500, 4000, count))  # fmt: skip
        given = {
            "value": between(plan.rng, 62, 600, count) * 50,
            "relief": False,
            "start": plan.ago(500, 1000, count),
        }
        right = rate(world, two, property=other, **{**given, **second})
        return left, right, one, two

    def seat(who: Array, firms: Array, address: Array, **office: Any) -> None:
        rows = appoint(world, who, firms, address, **{"since": plan.ago(1000, 3000, len(who)), **office})
        world[OFFICER].put(rows, in_case=1)

    def shared(
        count: int, kind: str, why: str, *, left_office: bool = False, empty: bool = False, **second: Any
    ) -> None:
        left, right, one, two = companies(count, **second)
        who, home = _people(plan, count)
        seat(who, one, home, until=TODAY - 200 if left_office else NULL)
        seat(who, two, home)
        if empty:
            world[NDR].put(right, occupied=0, empty_from=TODAY - 30)
        plan.case(rule, kind, why, NDR, left, NDR, right)

    small = between(plan.rng, 62, 230, plan.count) * 50
    shared(plan.count, PLANTED, "one director, relief on both", value=small, relief=True)
    shared(plan.part(2), PLANTED, "one director, relief on one")
    left, right, one, two = companies(plan.part(2))
    for who, _ in (_people(plan, plan.part(2)), _people(plan, plan.part(2))):
        seat(who, one, world.firms.property[one])
        seat(who, two, world.firms.property[two])
    plan.case(rule, PLANTED, "two directors, each company at its own office", NDR, left, NDR, right)
    shared(k, LOOK_ALIKE, "the other property is small", value=between(plan.rng, 20, 57, k) * 50)
    shared(k, NEAR_MISS, "the other property is at the limit of £2,899", value=np.full(k, 2_899))
    shared(k, LOOK_ALIKE, "within its period of grace", start=plan.ago(20, 360, k))
    shared(k, LOOK_ALIKE, "the director has left the first company", left_office=True)
    shared(k, LOOK_ALIKE, "the other property stands empty", empty=True)
    begun = plan.ago(900, 1400, k)
    shared(k, LOOK_ALIKE, "the other liability had ended", start=begun, end=begun + 300)
    left, right, one, two = companies(k)
    accountant = plan.vacant(k)
    for firms in (one, two):
        seat(_people(plan, k)[0], firms, accountant)
    plan.case(rule, LOOK_ALIKE, "different directors at one accountant's address", NDR, left, NDR, right)
    left, right, one, two = companies(k)
    who, home = _people(plan, k)
    other = _namesakes(plan, who)
    seat(who, one, home)
    seat(other, two, world.people.home[other])
    plan.case(rule, LOOK_ALIKE, "namesakes born in the same month", NDR, left, NDR, right)
    left, right, one, two = companies(k)
    brand = world.words.change(world.firms.name[one], lambda name: f"{name.rpartition(' ')[0]} (North) Ltd")
    world.firms.name[two] = brand
    for firms in (one, two):
        who, home = _people(plan, k)
        seat(who, firms, home)
    plan.case(rule, LOOK_ALIKE, "two franchisees of one brand", NDR, left, NDR, right)
