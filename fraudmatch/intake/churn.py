"""Records that came once and were gone the next time: how somebody would ask whether others hold a person.

A partner that invents records learns from its reports which of them others hold, and takes them away
again (threat T20 of the reliability brief). The figure says nothing of why; it is told, and holds nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch.arrivals import FileFault
from fraudmatch.intake.delivered import Delivered, percent

#: Data sets whose rows come once by their nature: events, not standing records.
_EVENTS = frozenset({"payment", "care_payment", "deaths", "right_to_buy"})
#: So many records, and so large a share of the extract they were in, are told.
_MANY, _SHARE = 100, 0.01


def seen_once(one: Delivered) -> Iterator[FileFault]:
    """References of the extract before that were neither in the one before it nor are in this one."""
    if one.before is None or one.again or one.before.older is None or one.dataset in _EVENTS:
        return
    then = pc.unique(one.before.columns(["source_ref"])["source_ref"])
    gone = _without(then, one.received["source_ref"])
    if len(gone) < _MANY:
        return
    once = len(_without(gone, one.before.older_references()))
    if once >= max(_MANY, _SHARE * len(then)):
        detail = (
            f"{once:,} records ({percent(once / len(then))}) were in the extract of {one.before.as_at} alone"
        )
        yield FileFault("RECORDS_SEEN_ONCE", detail)


def _without(values: pa.Array, others: pa.ChunkedArray) -> pa.Array:
    """The values that others have not."""
    return values.filter(pc.invert(pc.is_in(values, value_set=pc.unique(others))))
