"""Values that many records of a file share: what everybody has in common tells nobody apart.

The chances of a model speak of the country at large: two people of one town are rarely one person among
sixty million, and say nothing about each other in the list of that town's council. A comparison marked
`measured` takes the u of its exact level from the file where that is larger, in whole bits, so that
a few more records change no weight.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch.linkage.model import Comparison, Model

#: Largest u of an exact level; where all records share a value, sharing it weighs nothing.
_MOST = 0.999


def measured(model: Model, column: Callable[[str], pa.ChunkedArray]) -> Model:
    """The model with the u of `measured` comparisons not below what the file's values make it.

    Args:
        column: gives a column of the file by its name; null = not known.
    """
    comparisons = [
        _at_least(one, agreeing_share(column(one.columns[0]))) if one.measured else one
        for one in model.comparison
    ]
    return model.model_copy(update={"comparison": comparisons})


def agreeing_share(values: pa.ChunkedArray) -> float:
    """The share of pairs of records, of those that have a value, that have the same; 0 with fewer than two."""
    counts = np.sort(pc.value_counts(values.drop_null()).field("counts").to_numpy()).astype(np.float64)
    total = float(counts.sum())
    return float((counts * (counts - 1)).sum() / (total * (total - 1))) if total > 1 else 0.0


def _at_least(comparison: Comparison, share: float) -> Comparison:
    """The comparison with u of its first level raised to `share` in whole bits; its last level makes room.

    The last level, "differs", never comes to speak for a match: where nearly all records share a value, another
    one is as likely a slip as another person.
    """
    first, last = comparison.levels[0], comparison.levels[-1]
    u = min(2.0 ** round(math.log2(share)), _MOST) if share > 0 else 0.0
    if u <= first.u:
        return comparison
    between = sum(level.u for level in comparison.levels[1:-1])
    levels = [
        first.model_copy(update={"u": u}),
        *comparison.levels[1:-1],
        last.model_copy(update={"u": max(1 - u - between, last.m)}),
    ]
    return comparison.model_copy(update={"levels": levels})
