"""A spread of the values of a column, and how many of them another column has."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

#: Values looked for, at most: with so many a share is known to one or two points.
MOST = 2_000


def spread(column: pa.ChunkedArray) -> pa.Array:
    """At most `MOST` different values at even distances over the column."""
    filled = column.drop_null()
    places = np.unique(np.linspace(0, max(len(filled) - 1, 0), min(MOST, len(filled))).astype(np.int64))
    values = filled.take(pa.array(places)).combine_chunks()
    return pc.unique(values)


def share_found(wanted: pa.Array, column: pa.ChunkedArray) -> float:
    """What share of different values a column holds; 0 when nothing is wanted."""
    if not len(wanted):
        return 0.0
    there = pc.unique(column.filter(pc.is_in(column, value_set=wanted)))
    found: int = len(there) - there.null_count
    return found / len(wanted)
