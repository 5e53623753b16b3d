"""Whether a date of birth or a National Insurance number confirms who somebody at another address is.

Registers such as the electoral one hold names and addresses only. A name that agrees between two
addresses is weak evidence; but where another record of the linked person at the second address
bears the date of birth or the number of the first, it is the same person who is known there.
"""

from __future__ import annotations

import numpy as np
import pyarrow.compute as pc

from fraudmatch.scoring.births import ABOVE_ALL, birth_keys
from fraudmatch.scoring.keys import codes
from fraudmatch.scoring.views import NightView


class Confirmations:
    """Who is known where by which date of birth and number, made once a night.

    Args:
        night: records with their person and property groups.
    """

    def __init__(self, night: NightView) -> None:
        self._person = night.group_ids["person_id"]
        self._place = night.group_ids["property_id"]
        self._width = night.size + 1
        at_home = (self._person >= 0) & (self._place >= 0)
        self._homes = np.unique(self._person[at_home] * self._width + self._place[at_home])
        self._bearers = []
        for said in (_born(night), codes(night.record("nino"))):
            known = np.flatnonzero(at_home & (said >= 0))
            self._bearers.append((said, np.unique(self._key(known, known, said[known]))))

    def _key(self, people: np.ndarray, places: np.ndarray, said: np.ndarray) -> np.ndarray:
        """One number for the person of a record, the property of another and what is said; -1 for none."""
        person, place = self._person[people], self._place[places]
        home = person * self._width + place
        at = np.minimum(np.searchsorted(self._homes, home), max(len(self._homes) - 1, 0))
        here = self._homes[at] == home if len(self._homes) else np.zeros(len(home), dtype=bool)
        here &= (person >= 0) & (place >= 0) & (said >= 0)
        return np.where(here, at * max(self._width, ABOVE_ALL) + said, -1)

    def known_at(self, who: np.ndarray, where: np.ndarray) -> np.ndarray:
        """Per pair of record ids: both are linked as one person, a record of whom at the property of
        `where` bears the date of birth or the National Insurance number of `who`."""
        found = np.zeros(len(who), dtype=bool)
        for said, bearers in self._bearers:
            key = self._key(who, where, said[who])
            if len(bearers):  # they are in order, and a rule asks of few pairs
                at = np.minimum(np.searchsorted(bearers, key), len(bearers) - 1)
                found |= (key >= 0) & (bearers[at] == key)
        return np.asarray(found & (self._person[who] == self._person[where]))


def _born(night: NightView) -> np.ndarray:
    """Keys of dates of birth, -1 where one is not known."""
    keys = birth_keys(night.record("date_of_birth"))
    return np.asarray(pc.fill_null(keys, -1), dtype=np.int64)
