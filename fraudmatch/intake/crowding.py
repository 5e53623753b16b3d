"""Homes under which very many people stand: hostels, prisons, offices, care-of addresses (case 142 of the reliability brief).

Nothing is held and nothing is left out. People there have their address in common and nothing else, and whoever
reads flags of such a home should know.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch.arrivals import FileFault
from fraudmatch.intake.delivered import Delivered
from fraudmatch.schemas import DATASETS

#: Above 50, or ten times the rows of all but one in a thousand homes, whichever is more,
#: a value is overused (section 5.2 of the brief).
LEAST = 50
TIMES = 10
USUAL = 0.999
#: In fewer homes than this the share rests on fewer than ten of them, which may be the hostels themselves.
ENOUGH_HOMES = 10_000
_HOMES_NAMED = 3
_NAMES = ("surname", "forename", "full_name")


def crowded_homes(one: Delivered) -> Iterator[FileFault]:
    """Homes with more different names of people than the brief allows for; told with figures and record numbers."""
    if DATASETS[one.dataset].parties == "organisation" or one.received.num_rows <= LEAST:
        return
    known = one.profile["fields"].get("uprn", {"filled": 0, "distinct": 0})
    if known["filled"] == one.received.num_rows and known["filled"] - known["distinct"] < LEAST:
        return  # so few rows share a UPRN that no home can be crowded
    homes = _homes(one.received)
    rows = pc.value_counts(homes.drop_null())
    counts = rows.field("counts").to_numpy()
    if not len(counts) or counts.max() <= LEAST:
        return
    usual = float(np.quantile(counts, USUAL, method="lower")) if len(counts) >= ENOUGH_HOMES else 0
    limit = max(LEAST, TIMES * usual)
    suspected = rows.field("values").filter(pa.array(counts > limit))
    found = _people_of(one.received, homes, suspected, limit)
    if found:
        named = [f"{people:,} (first in record {record:,})" for people, record in found[:_HOMES_NAMED]]
        more = ", …" if len(found) > _HOMES_NAMED else ""
        said = "1 home" if len(found) == 1 else f"{len(found):,} homes"
        detail = f"{said} with more than {limit:,.0f} people: {', '.join(named)}{more}"
        yield FileFault("HIGH_OCCUPANCY", detail)


def _homes(received: pa.Table) -> pa.ChunkedArray:
    """Per row its UPRN; where that is blank, address and postcode without regard to case; null where neither is known."""
    if not received["uprn"].null_count:
        return received["uprn"]
    apart = pc.if_else(pc.is_null(received["uprn"]), received["address"], None)
    postcode = pc.fill_null(received["postcode"], "")
    return pc.coalesce(received["uprn"], pc.utf8_upper(pc.binary_join_element_wise(apart, postcode, "|")))


def _people_of(
    received: pa.Table, homes: pa.ChunkedArray, suspected: pa.Array, limit: float
) -> list[tuple[int, int]]:
    """(Different names, lowest record) of every suspected home with more names than the limit, most people first."""
    mask = pc.is_in(homes, value_set=suspected)
    names = {name: _plain(received[name].filter(mask)) for name in _NAMES}
    people = pa.table({"home": homes.filter(mask), "row": received["source_row"].filter(mask), **names})
    people = people.filter(pc.or_(pc.not_equal(people["surname"], ""), pc.not_equal(people["full_name"], "")))
    people = people.group_by(["home", *_NAMES], use_threads=False).aggregate([("row", "min")])
    told = people.group_by("home", use_threads=False).aggregate([("home", "count"), ("row_min", "min")])
    pairs = zip(told["home_count"].to_pylist(), told["row_min_min"].to_pylist(), strict=True)
    return sorted(
        ((number, row) for number, row in pairs if number > limit), key=lambda one: (-one[0], one[1])
    )


def _plain(texts: pa.ChunkedArray) -> pa.ChunkedArray:
    """Texts in upper case without blanks and commas; "" for what is blank."""
    return pc.replace_substring_regex(pc.fill_null(pc.utf8_upper(texts), ""), r"[\s,]+", "")
