"""Telephone numbers and e-mail addresses as keys, and how many parties use each.

They are compared as normalised and never shown: a flag says that they are the same, not what
they are.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fraudmatch.scoring.keys import codes, different
from fraudmatch.scoring.views import NightView

#: What two records may be brought together by besides the groups that linking makes.
CONTACTS = ("phone", "email")

#: The parameter with the number of parties up to which a shared contact joins anything: the
#: telephone of a letting agent or an advice centre says nothing about those who give it.
MOST_PARTIES = "contact_most_parties"


@dataclass(frozen=True)
class Contacts:
    """One column of contacts of the whole night.

    Attributes:
        key: equal values, equal codes; int64 per record_id, -1 where unknown.
        parties: different persons and organisations that use the value, per record_id; 0 where
            unknown. Whoever is linked to nobody counts as one.
    """

    key: np.ndarray
    parties: np.ndarray


def contacts_of(night: NightView, name: str) -> Contacts:
    """The contacts of the night under the column `name`: phone or email."""
    key = codes(night.record(name))
    person, organisation = night.group_ids["person_id"], night.group_ids["organisation_id"]
    alone = 2 * night.size + np.arange(night.size)
    party = np.where(person >= 0, person, np.where(organisation >= 0, night.size + organisation, alone))
    return Contacts(key, different(key, party, key))
