"""What the electoral register says of a home and of who is linked to a record of it."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch.scoring.keys import different, truth
from fraudmatch.scoring.views import NightView, SideView

#: From this age on a person on the register is an adult, everywhere in the United Kingdom.
ADULT_AGE = 18


def _entries(night: NightView) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Positions, persons and properties of the running entries of the register at a property.

    An entry without a linked person stands for a person of its own.
    """
    side = night.side("electoral_register")
    place, person = side.group("property_id"), side.group("person_id")
    person = np.where(person >= 0, person, night.size + side.ids)
    at = np.flatnonzero(truth(side.column("running")) & (place >= 0))
    return at, person[at], place[at]


def _register_kept(side: SideView) -> np.ndarray:
    """Whether the partner of each record sent a register, so that its silence says something."""
    register = side.night.side("electoral_register").column("partner")
    return truth(pc.is_in(side.column("partner"), value_set=pc.unique(register)))


def adults_registered(side: SideView) -> pa.Array:
    """Different persons with a running register entry at the property, adult or of unknown age.

    Null where the property is not known, or where nobody is registered there and the partner of
    the record sent no register.
    """
    night = side.night
    at, person, place = _entries(night)
    adult = truth(
        pc.fill_null(pc.greater_equal(night.side("electoral_register").column("age"), ADULT_AGE), True)
    )
    keep = adult[at]
    own = side.group("property_id")
    found = different(place[keep], person[keep], own)
    return pa.array(found, mask=(own < 0) | ((found == 0) & ~_register_kept(side)))


def _person_and_home(side: SideView) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    person, place = side.group("person_id"), side.group("property_id")
    return person, place, (person < 0) | (place < 0)


def registered_here(side: SideView) -> pa.Array:
    """The linked person has a running register entry at this property.

    Null where person or property is not known, or where there is no such entry and the partner
    of the record sent no register.
    """
    _, person, place = _entries(side.night)
    own_person, own_place, unknown = _person_and_home(side)
    width = side.night.size + 1
    here = np.isin(own_person * width + own_place, person * width + place) & ~unknown
    return pa.array(here, mask=unknown | (~here & ~_register_kept(side)))


def registered_elsewhere(side: SideView) -> pa.Array:
    """The linked person has a running register entry at another property.

    Null where person or property is not known, and throughout when nobody sent a register.
    """
    _, person, place = _entries(side.night)
    own_person, own_place, unknown = _person_and_home(side)
    lowest = np.full(2 * side.night.size + 1, side.night.size, dtype=np.int64)
    highest = np.full(2 * side.night.size + 1, -1, dtype=np.int64)
    np.minimum.at(lowest, person, place)
    np.maximum.at(highest, person, place)
    registered = highest[own_person] >= 0
    elsewhere = registered & ((lowest[own_person] != own_place) | (highest[own_person] != own_place))
    silent = not len(side.night.side("electoral_register"))
    return pa.array(elsewhere & ~unknown, mask=unknown | silent)
