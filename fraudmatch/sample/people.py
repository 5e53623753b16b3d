"""Households and the people in them, with the persons no register knows yet.

Households are of eight kinds; ages, surnames and naming traditions follow from the kind.
Besides the people of households there are residents of care homes, people who died in the
last eighteen months, and *strangers*: adults without any record, from whom cases are planted.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from fraudmatch.sample import names
from fraudmatch.sample.places import Places, plot_positions
from fraudmatch.sample.streams import NULL, TODAY, Array, Streams, between, chance, draw, years
from fraudmatch.sample.words import Words

SINGLE, LONE_PARENT, COUPLE, FAMILY, FULL_NEST, PARENT_AND_GROWN, SHARERS, STUDENTS, SIBLINGS = range(9)
#: Shares of household kinds: close to the 2021 census (30 % one person), with more sharers.
KIND_SHARES = (0.275, 0.065, 0.29, 0.21, 0.065, 0.035, 0.02, 0.02, 0.02)

HEAD, PARTNER, CHILD, GROWN, SHARER, STUDENT, SIBLING, RESIDENT, DEAD, STRANGER = range(10)

#: kind -> least and greatest age of the head, in years.
_HEAD_AGES = ((22, 92), (24, 50), (24, 90), (25, 50), (45, 72), (45, 85), (20, 45), (19.2, 22), (20, 75))


@dataclass
class People:
    """One entry per person.

    Attributes:
        household: -1 for residents, the dead and strangers.
        born / died: days since 1970; died NULL = alive.
        forename … birth_surname: codes of the name words, -1 = none.
        home: property; -1 = none.
        joined: the day the person came to live there.
        old_home: a property lived in before, -1 = none known.
    """

    household: Array
    role: Array
    sex: Array
    tradition: Array
    born: Array
    died: Array
    married: Array
    forename: Array
    middle: Array
    surname: Array
    birth_surname: Array
    home: Array
    joined: Array
    old_home: Array

    def __len__(self) -> int:
        return len(self.role)

    def age(self) -> Array:
        """Age in whole years at the as-at date, by days over 365.25."""
        return ((TODAY - self.born) / 365.25).astype(np.int64)


@dataclass
class Households:
    """One entry per household: its kind, property, day of moving in and tenure, and its head.

    `tenure` is 0 owner, 1 private tenant, 2 tenant of a social landlord.
    """

    kind: Array
    home: Array
    moved_in: Array
    tenure: Array
    head: Array
    partner: Array

    def __len__(self) -> int:
        return len(self.kind)


def make_people(
    streams: Streams, words: Words, places: Places, *, people: int, strangers: int
) -> tuple[People, Households]:
    """`people` people in households and care homes, then the dead and the strangers."""
    residents = people // 250
    kinds, household, position = _households(streams, people - residents)
    role = _roles(kinds, household, position)
    born = _births(streams, kinds, household, position, role)
    everyone = _blank(len(role) + residents + max(people * 12 // 1000, 4) + strangers)
    living = len(role)
    everyone.household[:living], everyone.role[:living], everyone.born[:living] = household, role, born
    _others(streams, everyone, living, residents, strangers)
    home = streams("homes").permutation(len(places))[: len(kinds)]
    head = np.flatnonzero(position == 0)
    partner = np.full(len(kinds), -1)
    partner[household[role == PARTNER]] = np.flatnonzero(role == PARTNER)
    tenure = _tenures(streams, kinds)
    moved_in = _moves(streams, born[head])
    homes = Households(kinds, home, moved_in, tenure, head, partner)
    _sexes(streams, everyone, homes)
    _name_everyone(streams, words, everyone, homes)
    _twins_apart(streams, everyone, homes)
    _settle(streams, places, everyone, homes)
    return everyone, homes


def _blank(count: int) -> People:
    columns = {field.name: np.full(count, -1, dtype=np.int64) for field in fields(People)}
    columns["died"][:] = NULL
    columns["married"] = np.zeros(count, dtype=bool)
    return People(**columns)


def _households(streams: Streams, people: int) -> tuple[Array, Array, Array]:
    """Kinds of households, and for every person the household and the place in it."""
    rng = streams("households")
    kinds = draw(rng, KIND_SHARES, people)
    adults = np.asarray([1, 1, 2, 2, 3, 2, 4, 3, 2])[kinds]
    adults = adults + np.where(kinds >= SHARERS, rng.integers(0, 3, people) * (kinds != SIBLINGS), 0)
    minors = np.where((kinds == LONE_PARENT) | (kinds == FAMILY), rng.integers(1, 4, people), 0)
    total = np.cumsum(adults + minors)
    count = int(np.searchsorted(total, people))
    sizes = (adults + minors)[:count]
    household = np.repeat(np.arange(count), sizes)
    return kinds[:count], household, plot_positions(household)


def _roles(kinds: Array, household: Array, position: Array) -> Array:
    """What each person is in the household."""
    kind = kinds[household]
    couple = (kind == COUPLE) | (kind == FAMILY) | (kind == FULL_NEST)
    later = np.select(
        [kind == SHARERS, kind == STUDENTS, kind == SIBLINGS, couple & (position == 1),
         (kind == FULL_NEST) | (kind == PARENT_AND_GROWN)],
        [SHARER, STUDENT, SIBLING, PARTNER, GROWN],
        CHILD,
    )  # fmt: skip
    return np.where(position == 0, HEAD, later)


def _births(streams: Streams, kinds: Array, household: Array, position: Array, role: Array) -> Array:
    """Days of birth; 1.2 % of children and of siblings who share a home are twins."""
    rng = streams("births")
    low, high = np.asarray(_HEAD_AGES)[kinds].T
    head_age = (low + rng.random(len(kinds)) * (high - low))[household]
    u = rng.random(len(role))
    age = np.select(
        [role == PARTNER, role == CHILD, role == GROWN, role == SHARER, role == STUDENT, role == SIBLING],
        [np.maximum(head_age + (u - 0.6) * 8, 20), u * np.minimum(17.9, head_age - 18.5),
         18.2 + u * (np.minimum(36, head_age - 20) - 18.2), 19 + u * 26, 18.4 + u * 4,
         np.maximum(head_age - 1 - u * 6, 18.5)],
        head_age,
    )  # fmt: skip
    born: Array = TODAY - (age * 365.25).astype(np.int64)
    twin = chance(rng, np.where(role == SIBLING, 0.3, 0.012), len(role))
    before = np.flatnonzero(twin[1:] & np.isin(role[1:], (CHILD, GROWN, SIBLING)) & (position[1:] > 0)) + 1
    same_kind = (role[before - 1] == role[before]) | (role[before] == SIBLING)
    before = before[same_kind]
    born[before] = born[before - 1]
    return born


def _others(streams: Streams, people: People, living: int, residents: int, strangers: int) -> None:
    """Ages of care-home residents, of the dead and of strangers."""
    rng = streams("others")
    end = len(people) - strangers
    people.role[living : living + residents] = RESIDENT
    people.role[living + residents : end] = DEAD
    people.role[end:] = STRANGER
    age = rng.random(len(people) - living)
    spread = people.role[living:]
    low = np.select([spread == RESIDENT, spread == DEAD], [74, 58], 21)
    high = np.select([spread == RESIDENT, spread == DEAD], [101, 99], 64)
    people.born[living:] = TODAY - ((low + age * (high - low)) * 365.25).astype(np.int64)
    dead = np.flatnonzero(people.role == DEAD)
    people.died[dead] = between(rng, TODAY - 540, TODAY - 15, len(dead))


def _tenures(streams: Streams, kinds: Array) -> Array:
    """0 owner, 1 private tenant, 2 social tenant; sharers and students rent privately."""
    tenure = draw(streams("tenures"), (0.64, 0.205, 0.155), len(kinds))
    return np.where(kinds >= SHARERS, 1, tenure)


def _moves(streams: Streams, head_born: Array) -> Array:
    """Days of moving in, many of them recent, none before the head's eighteenth birthday."""
    rng = streams("moves")
    earliest = np.maximum(head_born + years(18.1), TODAY - years(40))
    span = TODAY - 45 - earliest
    moved: Array = (TODAY - 45 - span * rng.random(len(span)) ** 2).astype(np.int64)
    return moved


def _sexes(streams: Streams, people: People, homes: Households) -> None:
    rng = streams("sexes")
    people.sex[:] = chance(rng, 0.5, len(people))
    with_partner = np.flatnonzero(homes.partner >= 0)
    head, partner = homes.head[with_partner], homes.partner[with_partner]
    people.sex[head] = chance(rng, 0.42, len(head))
    same = chance(rng, 0.03, len(head))
    people.sex[partner] = np.where(same, people.sex[head], 1 - people.sex[head])
    married = chance(rng, 0.78, len(head))
    people.married[head], people.married[partner] = married, married
    alone = np.flatnonzero(np.isin(people.role, (HEAD, RESIDENT, DEAD, STRANGER)) & ~people.married)
    people.married[alone] = chance(rng, np.clip((people.age()[alone] - 25) / 60, 0, 0.7), len(alone))


def _twins_apart(streams: Streams, people: People, homes: Households) -> None:
    """Twins who live apart: 1.2 % of heads share the birthday and birth name of another of about their age."""
    rng = streams("twins")
    heads = homes.head[np.isin(homes.kind, (SINGLE, COUPLE))]
    heads = heads[people.tradition[heads] == 0]
    some = rng.permutation(heads)[: len(heads) * 12 // 1000 // 2 * 2]
    by_age = some[np.argsort(people.born[some], kind="stable")]
    elder, younger = by_age[::2], by_age[1::2]
    people.born[younger] = people.born[elder]
    kept = people.surname[younger] != people.birth_surname[younger]
    people.birth_surname[younger] = people.birth_surname[elder]
    people.surname[younger] = np.where(kept, people.surname[younger], people.birth_surname[elder])


def _name_everyone(streams: Streams, words: Words, people: People, homes: Households) -> None:
    """Traditions and names: households share both, wives mostly take the husband's name."""
    rng = streams("names")
    tables = names.name_tables(words)
    people.tradition[:] = draw(rng, names.TRADITION_SHARES, len(people))
    in_home = people.household >= 0
    own_way = np.isin(people.role, (SHARER, STUDENT)) | (
        (people.role == PARTNER) & chance(rng, 0.08, len(people))
    )
    follows = in_home & ~own_way
    people.tradition[follows] = people.tradition[homes.head[people.household[follows]]]
    people.forename[:] = names.draw_forenames(rng, tables, people.sex, people.tradition, people.born)
    family = names.draw_surnames(rng, tables, people.tradition)
    people.birth_surname[:] = names.gendered(words, family, people.tradition, people.sex)
    _share_surnames(rng, words, people, homes, family)
    people.middle[:] = names.middle_names(streams, tables, words, people.sex, people.tradition, people.born)
    _same_name_as_parent(streams, people, homes)


def _share_surnames(
    rng: np.random.Generator, words: Words, people: People, homes: Households, family: Array
) -> None:
    head = homes.head[np.maximum(people.household, 0)]
    kin = (people.household >= 0) & np.isin(people.role, (CHILD, GROWN, SIBLING))
    family[kin] = family[head[kin]]
    shared = names.gendered(words, family, people.tradition, people.sex)
    people.birth_surname[kin] = shared[kin]
    people.surname[:] = people.birth_surname
    takes = (people.role == PARTNER) & people.married & chance(rng, 0.85, len(people))
    family[takes] = family[head[takes]]
    shared = names.gendered(words, family, people.tradition, people.sex)
    people.surname[takes] = shared[takes]
    _double_names(rng, words, people, head)
    alone = np.flatnonzero(people.married & (people.sex == names.FEMALE) & (people.role != PARTNER))
    own = alone[chance(rng, 0.8, len(alone))]
    people.birth_surname[own] = people.surname[own[rng.permutation(len(own))]]


def _double_names(rng: np.random.Generator, words: Words, people: People, head: Array) -> None:
    """Partners who put their own name before or behind the shared one, and some others."""
    both = np.flatnonzero((people.tradition <= 1) & chance(rng, 0.025, len(people)))
    spouse = np.flatnonzero(people.role == PARTNER)
    other = np.where(people.role[both] == PARTNER, head[both], rng.choice(spouse, len(both)))
    people.surname[both] = names.double_barrelled(words, people.birth_surname[both], people.surname[other])


def _same_name_as_parent(streams: Streams, people: People, homes: Households) -> None:
    """0.3 % of households have a grown child with the whole name of the parent."""
    rng = streams("same name")
    grown = np.flatnonzero(people.role == GROWN)
    head = homes.head[people.household[grown]]
    alike = (people.sex[grown] == people.sex[head]) & chance(rng, 0.075, len(grown))
    people.forename[grown[alike]] = people.forename[head[alike]]
    people.surname[grown[alike]] = people.surname[head[alike]]


def _settle(streams: Streams, places: Places, people: People, homes: Households) -> None:
    """Homes, days of joining them, and the homes some people had before.

    Former homes are taken among those of couples, families and sharers: an out-of-date address
    then never points at a home where one counted adult gets a discount.
    """
    rng = streams("settle")
    inside = np.flatnonzero(people.household >= 0)
    people.home[inside] = homes.home[people.household[inside]]
    people.joined[inside] = np.maximum(
        homes.moved_in[people.household[inside]], people.born[inside] + years(18.05)
    )
    crowded = homes.home[np.isin(homes.kind, (COUPLE, FAMILY, FULL_NEST, SHARERS))]
    apart = np.flatnonzero(people.role == DEAD)
    people.home[apart] = rng.choice(crowded, len(apart))
    people.joined[apart] = people.died[apart] - years(4)
    moved = chance(rng, 0.09, len(people)) & (people.age() >= 18)
    people.old_home[moved] = rng.choice(crowded, int(moved.sum()))
    people.old_home[people.old_home == people.home] = -1
