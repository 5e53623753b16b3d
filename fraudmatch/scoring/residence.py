"""Whether the person a record is linked to lives at its property, or somewhere else."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch.scoring.households import RESIDENCE
from fraudmatch.scoring.keys import codes, combined, truth
from fraudmatch.scoring.views import NightView, SideView

#: Discounts of council tax for homes the payer does not live in.
_NOT_LIVED_IN = pa.array(["empty", "second_home"])


def _entries(night: NightView) -> tuple[np.ndarray, np.ndarray]:
    """Person and property of every running entry that says somebody lives somewhere."""
    people, places = [], []
    for dataset in RESIDENCE:
        side = night.side(dataset)
        person, place = side.group("person_id"), side.group("property_id")
        keep = truth(side.column("running")) & (person >= 0) & (place >= 0)
        if dataset == "council_tax":
            keep &= ~truth(pc.is_in(side.column("discount_type"), value_set=_NOT_LIVED_IN))
        people.append(person[keep])
        places.append(place[keep])
    return np.concatenate(people), np.concatenate(places)


def resident_here(side: SideView) -> pa.Array:
    """The linked person has a running entry at this property: register, council tax or tenancy.

    Null where the person or the property is not known. A second home or an empty home its owner
    pays for is no entry.
    """
    person, place = side.group("person_id"), side.group("property_id")
    other_person, other_place = _entries(side.night)
    both = combined([np.concatenate([person, other_person]), np.concatenate([place, other_place])])
    found = np.isin(both[: len(person)], both[len(person) :])
    return pa.array(found, mask=(person < 0) | (place < 0))


def others_with_nino(night: NightView) -> pa.Array:
    """Per record_id, records with the same National Insurance number of another person, born and named otherwise.

    Counted over all partners and data sets: linked as another person, with another date of birth
    and another surname or forename. Pensions of widows and widowers are left out, because they
    carry the number of the dead member. Null where a record lacks number, person, date of
    birth or surname.
    """
    nino = codes(night.record("nino"))
    forename = codes(night.record("forename")) + 1
    name = combined([codes(night.record("surname")), forename])
    traits = [codes(night.record("date_of_birth")), name, night.group_ids["person_id"]]
    usable = (nino >= 0) & ~_of_a_widow(night)
    for trait in traits:
        usable &= trait >= 0
    at = np.flatnonzero(usable)
    found = np.zeros(night.size, dtype=np.int64)
    found[at] = _differing_in_all(nino[at], [trait[at] for trait in traits])
    return pa.array(found, mask=~usable)


def _of_a_widow(night: NightView) -> np.ndarray:
    pensions = night.side("pension")
    found = np.zeros(night.size, dtype=bool)
    found[pensions.ids[truth(pensions.column("widow"))]] = True
    return found


def _differing_in_all(group: np.ndarray, traits: list[np.ndarray]) -> np.ndarray:
    """Per row, how many rows of its group differ in every trait, by inclusion and exclusion."""
    found = np.zeros(len(group), dtype=np.int64)
    for chosen in range(1 << len(traits)):
        shared = [trait for place, trait in enumerate(traits) if chosen >> place & 1]
        _, where, size = np.unique(combined([group, *shared]), return_inverse=True, return_counts=True)
        found += (-1) ** len(shared) * size[where.reshape(-1)]
    return found
