"""The whole invented partnership before anything is planted, in one call."""

from __future__ import annotations

import numpy as np

from fraudmatch.sample import people as p
from fraudmatch.sample import records_homes, records_registers, records_trade, records_work
from fraudmatch.sample.firms import Firms
from fraudmatch.sample.people import make_people
from fraudmatch.sample.places import make_places
from fraudmatch.sample.registers import World
from fraudmatch.sample.streams import NULL, Array, Streams
from fraudmatch.sample.words import Words

_RESIDENTS_PER_HOME = 35


def make_world(people: int, seed: int, *, cases_per_kind: int) -> World:
    """People, places and registers without any inconsistency.

    Args:
        people: living people, in households and care homes.
        cases_per_kind: how many cases of a kind will be planted, to keep strangers and
            vacant properties in stock for them.
    """
    streams, words, texts = Streams(seed), Words(), Words()
    places = make_places(streams, people * 56 // 100 + 620 * cases_per_kind + 500)
    crowd, homes = make_people(streams, words, places, people=people, strangers=670 * cases_per_kind + 160)
    world = World(streams, people, words, texts, places, crowd, homes, Firms(streams, words, people))
    order = streams("homes").permutation(len(places))
    world.vacant = order[len(homes) :]
    _house_residents(world)
    records_homes.background(world)
    records_work.background(world)
    records_homes.council_tax_reduction(world, earning(world), pensioned(world), driving(world))
    records_trade.background(world)
    records_registers.background(world)
    return world


def _house_residents(world: World) -> None:
    """Care homes of about 35 residents."""
    residents = np.flatnonzero(world.people.role == p.RESIDENT)
    homes = world.take_vacant(len(residents) // _RESIDENTS_PER_HOME + 1)
    world.people.home[residents] = homes[np.arange(len(residents)) % len(homes)]
    world.people.joined[residents] = world.streams("admitted").integers(18_200, 20_400, len(residents))


def _holders(world: World, dataset: str, rows: Array) -> Array:
    """For every person, whether one of the rows is theirs."""
    held = np.zeros(len(world.people), dtype=bool)
    held[world[dataset]["person"][rows]] = True
    return held


def earning(world: World) -> Array:
    """For every person, whether on a payroll, lately or now."""
    return _holders(world, "payroll", np.arange(len(world["payroll"])))


def pensioned(world: World) -> Array:
    """For every person, whether an occupational pension is in payment."""
    register = world["pension"]
    return _holders(
        world, "pension", np.flatnonzero((register["pension_kind"] == 0) & (register["pension_end"] == NULL))
    )


def driving(world: World) -> Array:
    """For every person, whether holding a licence of any kind."""
    return _holders(world, "licence", np.arange(len(world["licence"])))
