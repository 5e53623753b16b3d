"""How many homes a person has given lately: addresses in several data sets that cannot all be current."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch.scoring.keys import different, truth
from fraudmatch.scoring.views import NightView, SideView

#: Data sets in which people give their home -> the day on which they gave it. The address of a record that
#: began long ago may be an old one that nobody keyed anew, so that only recent days count.
GIVEN = {
    "electoral_register": "date_added",
    "council_tax": "liability_start",
    "housing_tenancy": "tenancy_start",
    "waiting_list": "renewed_date",
    "council_tax_reduction": "claim_start",
    "payroll": "employment_start",
    "pension": "pension_start",
    "blue_badge": "badge_start",
    "permit": "permit_start",
    "licence": "issue_date",
}
#: Days in which an address counts as given lately. Choice of this library.
LATELY = 365

#: Accounts and lettings that are nobody's only home.
_NO_HOME = {
    ("council_tax", "discount_type"): pa.array(["empty", "second_home"]),
    ("housing_tenancy", "tenancy_type"): pa.array(["temporary", "decant", "garage"]),
}


def recent_homes(side: SideView) -> pa.Array:
    """Different homes that the linked person gave in as many different data sets within the last year.

    Counted are running records that bear a date of birth or a National Insurance number: names alone link
    namesakes across addresses. The smaller of the numbers of properties and of data sets; null where nobody
    is linked.
    """
    entries = [_entries(side.night, dataset) for dataset in GIVEN]
    person = np.concatenate([who for who, _ in entries])
    place = np.concatenate([where for _, where in entries])
    source = np.repeat(np.arange(len(entries)), [len(who) for who, _ in entries])
    own = side.group("person_id")
    homes = different(person, place, own)
    return pa.array(np.minimum(homes, different(person, source, own)), mask=own < 0)


def _entries(night: NightView, dataset: str) -> tuple[np.ndarray, np.ndarray]:
    """Person and property of the records of a data set that count."""
    side = night.side(dataset)
    given = side.column(GIVEN[dataset])
    first = pa.scalar(night.as_at - dt.timedelta(days=LATELY), pa.date32())
    lately = pc.and_(
        pc.greater_equal(given, first), pc.less_equal(given, pa.scalar(night.as_at, pa.date32()))
    )
    told = pc.or_(pc.is_valid(side.column("date_of_birth")), pc.is_valid(side.column("nino")))
    person, place = side.group("person_id"), side.group("property_id")
    keep = truth(lately) & truth(told) & truth(side.column("running")) & (person >= 0) & (place >= 0)
    for (name, column), kinds in _NO_HOME.items():
        if name == dataset:
            keep &= ~truth(pc.is_in(side.column(column), value_set=kinds))
    return person[keep], place[keep]
