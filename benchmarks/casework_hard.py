"""A partnership whose discount list is as full of lawful cases as councils report.

The sample partnership of `fraudmatch sample`, and then, at homes with a single person discount that no
planted case uses, other people on the electoral register for reasons that are lawful. Together with the planted cases
they bring the plain match of discounts against the register to a yield of about 7 %, the middle of the
5 to 9 % that councils published (`rules/council_tax/fm-ct-001.toml` names them). The shares of the
reasons are ours; nothing is published about them:

    45 %  stale entry: somebody who left before the payer came, of whose new home nobody holds a record;
          a fifth of these entries have lost their date
    20 %  mover: somebody who lived there for a while after the discount began and was never taken off the
          register; half of them are on the register of another council now, of the others nothing is known
    15 %  student: really lives there and really is disregarded; the code was never keyed
    20 %  name variant: the payer once more, under her birth name, from after the discount began

Besides, for every planted young person who turned 18 there are so many whose household is still lawfully at one
(at school with child benefit, a student, an apprentice; never keyed) that three in ten are planted: of
82 such matches in Tewkesbury in 2014/15, 25 discounts were ended (`rules/council_tax/fm-ct-002.toml`).

The students, the young people still at school and the movers who left the area look just like planted cases: no
ranking can tell them apart.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from fraudmatch.sample import cases_discounts, cases_housing, cases_people, cases_trade
from fraudmatch.sample.plant import Plan
from fraudmatch.sample.site_folder import write_site
from fraudmatch.sample.streams import NULL, TODAY, between, years
from fraudmatch.sample.world import make_world

#: Of the young people on the register who have turned 18, those whose discount was rightly ended (25 of 82).
RISING_18_ENDED = 25 / 82
SHARES = {"stale": 0.45, "mover": 0.20, "student": 0.15, "variant": 0.20}
_PER_KIND = 12
_STOCK = 40  # strangers and empty homes enough for the noise as well
ER, CT = "electoral_register", "council_tax"


def write_hard_site(out: Path, seed: int, noise: int, people: int = 20_000) -> None:
    """A synthetic site of the usual cases and `noise` lawful entries more."""
    world = make_world(people, seed, cases_per_kind=_STOCK)
    plan = Plan(world, _PER_KIND)
    for kind in (cases_discounts, cases_housing, cases_people, cases_trade):
        kind.plant(plan)
    counts = {name: round(noise * share) for name, share in SHARES.items()}
    _stale(plan, counts["stale"])
    _movers(plan, counts["mover"])
    _students(plan, counts["student"])
    _variants(plan, counts["variant"])
    _rising(plan, round(_PER_KIND / RISING_18_ENDED) - _PER_KIND)
    write_site(world, plan.cases, out, lambda words: None)


def _homes(plan: Plan, count: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    households = plan.singles(count)
    rows = plan.account(households)
    return rows, plan.world.homes.home[households], plan.world[CT]["discount_start"][rows]


def _stale(plan: Plan, count: int) -> None:
    rows, home, _ = _homes(plan, count)
    moved_in = plan.world[CT]["liability_start"][rows]
    added = moved_in - between(plan.rng, 200, 3000, count)
    added[: count // 5] = NULL
    plan.enrol(plan.strangers(count), home, added)


def _since(plan: Plan, start: np.ndarray) -> np.ndarray:
    return between(plan.rng, np.maximum(start + 30, TODAY - 1461), np.full(len(start), TODAY - 20))


def _movers(plan: Plan, count: int) -> None:
    _, home, start = _homes(plan, count)
    who, added = plan.strangers(count), _since(plan, start)
    plan.enrol(who, home, added)
    known = np.arange(count) < count // 2
    plan.enrol(
        who[known],
        plan.elsewhere(home[known]),
        between(plan.rng, added[known], np.full(known.sum(), TODAY - 5)),
    )


def _students(plan: Plan, count: int) -> None:
    _, home, start = _homes(plan, count)
    plan.enrol(plan.strangers(count, age=(18.2, 22.5)), home, _since(plan, start))


def _rising(plan: Plan, count: int) -> None:
    rows, home, start = _homes(plan, count)
    plan.world[CT].put(rows, discount_start=np.minimum(start, TODAY - 700))  # as the planted ones
    young = plan.strangers(count, age=(18.05, 18.9))
    birthday = plan.world.people.born[young] + years(18)
    plan.enrol(young, home, birthday - between(plan.rng, 30, 250, count), dob_known=1)


def _variants(plan: Plan, count: int) -> None:
    households = plan.singles(count, women=True)
    rows, head = plan.account(households), plan.world.homes.head[households]
    start = plan.world[CT]["discount_start"][rows]
    entry = plan.enrol(head, plan.world.homes.home[households], _since(plan, start))
    plan.world[ER].put(entry, form=1)
