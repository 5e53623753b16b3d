"""Households, people and registers are of plausible kinds and numbers."""

from __future__ import annotations

import numpy as np
import pytest

from fraudmatch.sample import people as p
from fraudmatch.sample.plant import LOOK_ALIKE, NEAR_MISS, PLANTED, Plan
from fraudmatch.sample.registers import Register, World
from fraudmatch.sample.streams import NULL, TODAY
from fraudmatch.sample.world import make_world


@pytest.fixture(scope="module")
def world() -> World:
    return make_world(8_000, 11, cases_per_kind=5)


#: Rows per thousand people, before anything is planted.
SIZES = {
    "council_tax": 430, "electoral_register": 720, "housing_tenancy": 75, "waiting_list": 22, "council_tax_reduction": 60,
    "payroll": 60, "pension": 63, "blue_badge": 47, "permit": 30, "licence": 8, "right_to_buy": 2, "care_payment": 11,
    "deaths": 12, "creditor": 15, "payment": 250, "business_rates": 29,
}  # fmt: skip


@pytest.mark.parametrize("dataset", SIZES)
def test_sizes(world: World, dataset: str) -> None:
    assert len(world[dataset]) == pytest.approx(SIZES[dataset] * 8, rel=0.15, abs=8)


def test_everybody_was_born_in_time(world: World) -> None:
    people, homes = world.people, world.homes
    assert (people.born[people.role == p.CHILD] > TODAY - 18 * 365.25).all()
    assert (people.born[people.role == p.HEAD] <= TODAY - 18 * 365).all()
    assert (homes.moved_in >= people.born[homes.head] + 18 * 365).mean() > 0.995
    child = np.flatnonzero(people.role == p.CHILD)
    assert (people.born[child] - people.born[homes.head[people.household[child]]] >= 18 * 365).mean() > 0.99


def test_one_household_one_home(world: World) -> None:
    assert len(np.unique(world.homes.home)) == len(world.homes)
    assert not np.isin(world.vacant, world.homes.home).any()
    inside = world.people.household >= 0
    assert (world.people.home[inside] == world.homes.home[world.people.household[inside]]).all()


def test_twins_share_birthdays(world: World) -> None:
    people, homes = world.people, world.homes
    first = homes.head[homes.kind == p.SIBLINGS]
    assert 0.1 < (people.born[first] == people.born[first + 1]).mean() < 0.6
    heads = homes.head[np.isin(homes.kind, (p.SINGLE, p.COUPLE)) & (people.tradition[homes.head] == 0)]
    both = np.stack([people.born[heads], people.birth_surname[heads]], axis=1)
    _, counts = np.unique(both, axis=0, return_counts=True)
    assert 0.005 < counts[counts > 1].sum() / len(heads) < 0.03


def test_a_single_person_discount_is_a_quarter(world: World) -> None:
    tax = world["council_tax"]
    single = tax["discount_type"] == tax.code("discount_type", "single_person")[0]
    assert (tax["discount_annual_pence"][single] == tax["charge_annual_pence"][single] // 4).all()
    assert (tax["discount_start"][single] >= tax["liability_start"][single]).all()
    none = tax["discount_type"] == 0
    assert (tax["discount_annual_pence"][none] == 0).all()
    assert (tax["discount_start"][none] == NULL).all()


def test_the_name_of_parent_and_child(world: World) -> None:
    people = world.people
    grown = np.flatnonzero(people.role == p.GROWN)
    head = world.homes.head[people.household[grown]]
    same = (people.forename[grown] == people.forename[head]) & (people.surname[grown] == people.surname[head])
    assert 0.0005 < same.sum() / len(world.homes) < 0.008


def test_case_counts(small_plan: Plan) -> None:
    planted: dict[str, int] = {}
    for case in small_plan.cases:
        assert case.kind in (PLANTED, LOOK_ALIKE, NEAR_MISS)
        assert len(case.left_rows) == len(case.right_rows) > 0
        if case.kind == PLANTED:
            planted[case.rule] = planted.get(case.rule, 0) + len(case.left_rows)
    wanted = small_plan.count - small_plan.near
    assert min(planted.values()) >= wanted
    assert planted["FM-CT-001"] == 2 * wanted


def test_every_kind_has_a_named_lawful_explanation(small_plan: Plan) -> None:
    assert len({(c.rule, c.why) for c in small_plan.cases if c.kind == LOOK_ALIKE}) > 60


def test_a_register_refuses_unknown_columns() -> None:
    with pytest.raises(KeyError, match="shoe_size"):
        Register("payroll").add(1, shoe_size=42)


def test_too_few_people_for_the_cases() -> None:
    plan = Plan(make_world(1_000, 1, cases_per_kind=1), 1)
    with pytest.raises(ValueError, match="too few people"):
        plan.singles(10_000)
