"""What is derived from who lives, is named or has died where."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch.scoring.keys import codes, combined, days, different, truth
from fraudmatch.scoring.views import NightView, SideView

#: Data sets that say where a person lives from a date on.
RESIDENCE = ("electoral_register", "council_tax", "housing_tenancy")

_NO_DAY = np.iinfo(np.int64).min


def row_mates(night: NightView) -> np.ndarray:
    """record_id of the other party of the same source row; -1 where there is none."""
    mates = np.full(night.size, -1, dtype=np.int64)
    party = night.record("party").to_numpy(zero_copy_only=False)
    second = np.flatnonzero(party == 2)
    if not len(second):
        return mates
    delivery = codes(night.record("delivery"))
    # Only files with joint rows are looked at: most have none.
    there = np.flatnonzero(np.isin(delivery, np.unique(delivery[second])))
    rows = pa.array(there)
    parts = [codes(night.record(name).take(rows)) for name in ("dataset", "source_row")]
    key = np.full(night.size, -1, dtype=np.int64)
    key[there] = combined([delivery[there], *parts])
    first = there[party[there] == 1]
    first = first[np.argsort(key[first], kind="stable")]
    at = np.minimum(np.searchsorted(key[first], key[second]), max(len(first) - 1, 0))
    same = key[first][at] == key[second] if len(first) else np.zeros(len(second), dtype=bool)
    mates[second[same]] = first[at[same]]
    mates[first[at[same]]] = second[same]
    return mates


def deceased(night: NightView) -> pa.Array:
    """Per record_id: the linked person has a death by the as-at date; null where not linked."""
    side = night.side("deaths")
    known = truth(pc.less_equal(side.column("date_of_death"), pa.scalar(night.as_at, pa.date32())))
    people = side.group("person_id")[known]
    dead = np.zeros(night.size + 1, dtype=bool)
    dead[people[people >= 0]] = True
    person = night.group_ids["person_id"]
    return pa.array(dead[person], mask=person < 0)


def newer_address(side: SideView) -> pa.Array:
    """The linked person has a running residence entry elsewhere that began after this one.

    Null where the person, the property or the start of this entry is not known.
    """
    person, place, start = _residences(side.night)
    best_place, best_start, second_start = _latest_two(side.night.size, person, place, start)
    own_person, own_place, own_start = _person_place_start(side)
    latest = np.where(best_place[own_person] == own_place, second_start[own_person], best_start[own_person])
    unknown = (own_person < 0) | (own_place < 0) | (own_start == _NO_DAY)
    return pa.array(latest > own_start, mask=unknown)


def _person_place_start(side: SideView) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    start = days(side.column("valid_from"), _NO_DAY)
    return side.group("person_id"), side.group("property_id"), start


def _residences(night: NightView) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Person, property and first day of every running residence entry where all three are known."""
    parts = []
    for dataset in RESIDENCE:
        side = night.side(dataset)
        person, place, start = _person_place_start(side)
        live = truth(side.column("running"))
        keep = live & (person >= 0) & (place >= 0) & (start != _NO_DAY)
        parts.append((person[keep], place[keep], start[keep]))
    person, place, start = (np.concatenate(column) for column in zip(*parts, strict=True))
    return person, place, start


def _latest_two(
    size: int, person: np.ndarray, place: np.ndarray, start: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Per person: property and start of the latest entry, and the latest start anywhere else.

    The arrays have one slot more than there are records, so that person -1 reads "none".
    """
    best_place = np.full(size + 1, -1, dtype=np.int64)
    best_start = np.full(size + 1, _NO_DAY, dtype=np.int64)
    second_start = np.full(size + 1, _NO_DAY, dtype=np.int64)
    np.maximum.at(best_start, person, start)
    at_best = start == best_start[person]
    np.maximum.at(best_place, person[at_best], place[at_best])
    elsewhere = place != best_place[person]
    np.maximum.at(second_start, person[elsewhere], start[elsewhere])
    return best_place, best_start, second_start


def survivor(side: SideView) -> pa.Array:
    """Another living person holds a running tenancy of the same partner and property reference.

    Null where the property reference is not known. Two entries are two people when they are
    not linked as one person; who has a record of death is no survivor.
    """
    home = combined([codes(side.column("partner")), codes(side.column("property_ref"))])
    live = truth(side.column("running")) & ~truth(side.column("deceased")) & (home >= 0)
    # An entry without a linked person stands for a person of its own.
    person = side.group("person_id")
    person = np.where(person >= 0, person, side.night.size + side.ids)
    tenant = combined([home, person])
    own = np.isin(tenant, tenant[live])
    return pa.array(different(home[live], person[live], home) > own, mask=home < 0)
