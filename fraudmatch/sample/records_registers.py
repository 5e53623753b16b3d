"""Public registers and grants: officers of companies, charities, and what councils grant to firms.

The county fetches both registers for all, as they are published openly. An officer of the
background sits on one board, is on no payroll, and the company is no supplier.
"""

from __future__ import annotations

import numpy as np

from fraudmatch.sample import people as p
from fraudmatch.sample.places import COUNTY
from fraudmatch.sample.registers import World
from fraudmatch.sample.streams import NULL, TODAY, Array, between, chance, years

OFFICER, CHARITY, GRANT = "company_officer", "charity_register", "grant"
#: How an officer is named: in full, as the public register writes it.
IN_FULL = 2


def background(world: World) -> None:
    """Fill the registers of this module."""
    officers(world)
    grants(world)


def officers(world: World) -> None:
    """One officer of every third company that pays business rates; three in five give their home."""
    rng, people = world.streams("officers"), world.people
    firms = np.unique(world["business_rates"]["firm"])
    firms = firms[firms >= 0]
    firms = firms[world.firms.company_number[firms] > 0][::3]
    held = np.zeros(len(people), dtype=bool)
    for dataset in ("housing_tenancy", "pension", "permit", "council_tax_reduction"):
        held[world[dataset]["person"]] = True
    held[world["payroll"]["person"]] = False
    grown = np.isin(people.role, (p.HEAD, p.PARTNER)) & (people.age() >= 25) & held
    who = rng.permutation(np.flatnonzero(grown))[: len(firms)]
    firms = firms[: len(who)]
    at_home = chance(rng, 0.6, len(who))
    rows = appoint(
        world, who, firms, np.where(at_home, people.home[who], world.firms.property[firms]),
        since=between(rng, TODAY - years(10), TODAY - years(1), len(who)),
    )  # fmt: skip
    world[OFFICER].put(rows[chance(rng, 0.15, len(rows))], officer_role="secretary")


def appoint(
    world: World, who: Array, firms: Array, address: Array, *, since: Array, until: Array | int = NULL,
    role: str = "director", nominated: int = 0,
) -> Array:  # fmt: skip
    """Officers of companies; `address` is the one they give for letters."""
    month = world.people.born[who].astype("datetime64[D]").astype("datetime64[M]")
    return world[OFFICER].add(
        len(who), partner=COUNTY, person=who, firm=firms, property=address, form=IN_FULL, officer_role=role,
        appointed_date=since, resigned_date=until, nominated=nominated,
        birth_month=month.astype("datetime64[D]").astype(np.int64),
    )  # fmt: skip


def number_companies(world: World, firms: Array) -> Array:
    """Give firms their company number, which one in seven of the others lacks; returns them."""
    world.firms.company_number[firms] = 90_000_000 + firms * 37 % 9_999_991
    return firms


def register_charities(world: World, firms: Array, *, removed: Array | int = NULL) -> Array:
    """Entries of the charity register of England and Wales under the firms' charity numbers."""
    rng = world.streams(f"charities {len(world[CHARITY])}")
    return world[CHARITY].add(
        len(firms), partner=COUNTY, firm=firms, register="england_wales", removed_date=removed,
        registered_date=between(rng, TODAY - years(30), TODAY - years(9), len(firms)),
    )  # fmt: skip


def grants(world: World) -> None:
    """Awards to every fifth firm with one account for business rates, for these premises, once each."""
    rng, rates = world.streams("grants"), world["business_rates"]
    firm, number = np.unique(rates["firm"], return_counts=True)
    alone = firm[(firm >= 0) & (number == 1)][::5]
    rows = np.flatnonzero(np.isin(rates["firm"], alone))
    paid = between(rng, np.maximum(rates["liability_start"][rows] + 30, TODAY - 700), TODAY - 10)
    award(
        world, rates["firm"][rows], rates["property"][rows], rates["partner"][rows],
        scheme=rng.choice(schemes(world), len(rows)), pence=between(rng, 5, 100, len(rows)) * 10_000, paid=paid,
    )  # fmt: skip


def schemes(world: World) -> Array:
    """Codes of the names of the schemes, which all councils use alike."""
    return world.texts.codes(
        ("Shop Front Improvement", "Rural Growth Fund", "Flood Recovery", "Energy Saving for Business")
    )


def award(
    world: World, firms: Array, premises: Array, partner: Array | int, *, scheme: Array | int, pence: Array,
    paid: Array, refs: Array | None = None, each: int = 0,
) -> Array:  # fmt: skip
    """Payments of grants in pence; `refs` puts them under awards there are already."""
    first = len(world[GRANT])
    own = world.texts.codes(f"AWD-{first + k:05d}" for k in range(len(firms)))
    return world[GRANT].add(
        len(firms), partner=partner, firm=firms, property=premises, scheme=scheme, awarded_pence=pence,
        award_ref=own if refs is None else refs, paid_date=paid, each_premises=each,
    )  # fmt: skip


def repay(world: World, rows: Array) -> None:
    """Take whole awards back, some weeks after they were paid."""
    held = world[GRANT]
    award(
        world, held["firm"][rows], held["property"][rows], held["partner"][rows], scheme=held["scheme"][rows],
        pence=-held["awarded_pence"][rows], paid=held["paid_date"][rows] + 20, refs=held["award_ref"][rows],
    )  # fmt: skip
