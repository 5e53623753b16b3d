"""Synthetic partnerships with an answer key: six councils, every person invented.

`generate` writes a whole site folder. The same number of people and the same seed give the
same bytes.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from fraudmatch.errors import ConfigurationError

#: Fewer people do not hold enough different households to plant one case of each kind.
FEWEST_PEOPLE = 1_000
#: Planted cases of each kind per person.
CASE_RATE = 0.0006


def generate(out: Path, *, people: int, seed: int, progress: Callable[[str], None] | None = None) -> None:
    """Write a synthetic partnership under `out`.

    Args:
        out: the site folder to write; made when absent, files of the same names are replaced.
        people: living people in the area, at least `FEWEST_PEOPLE`; about 1.8 records each.
        seed: any whole number from 0.
        progress: called with a few words at each step.

    Raises:
        ConfigurationError: too few people, or a negative seed.
    """
    from fraudmatch.sample import (
        cases_accounts,
        cases_ct,
        cases_discounts,
        cases_empty,
        cases_engine,
        cases_housing,
        cases_people,
        cases_rates,
        cases_trade,
    )
    from fraudmatch.sample.plant import Plan
    from fraudmatch.sample.site_folder import write_site
    from fraudmatch.sample.world import make_world

    if people < FEWEST_PEOPLE or seed < 0:
        raise ConfigurationError(
            f"A sample of {people} people with seed {seed} cannot be made.",
            remedy=f"Ask for at least {FEWEST_PEOPLE} people and a seed from 0, for example --people 20000 --seed 1.",
        )
    tell = progress or (lambda words: None)
    count = max(1, round(people * CASE_RATE))
    tell("inventing people")
    world = make_world(people, seed, cases_per_kind=count)
    plan = Plan(world, count)
    tell("planting cases")
    for kind in (
        cases_discounts,
        cases_housing,
        cases_people,
        cases_trade,
        cases_engine,
        cases_ct,
        cases_accounts,
        cases_empty,
        cases_rates,
    ):
        kind.plant(plan)
    write_site(world, plan.cases, out, tell)
