"""The records of a data set before they have their order: columns per row of RECEIVED, laid out only once.

A row is one record, or two where it names two parties. What a row says of both is held once, and nothing is copied
until a column is asked for in the order of the records; then it is let go. So a column is in memory twice, a table
never is.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa

from fraudmatch.normalise.distinct import Codes

Columns = dict[str, pa.Array]


@dataclass(frozen=True)
class Layout:
    """Records by their place: first parties, one per row of RECEIVED, and behind them the second ones.

    Attributes:
        shared: columns that are the same for both parties, one value per row of RECEIVED.
        first: columns of first parties, one value per row of RECEIVED.
        second: the same columns of second parties, one value per second party.
        rows: the row of RECEIVED of each second party.
    """

    count: int
    shared: Columns
    first: Columns
    second: Columns
    rows: Codes

    @cached_property
    def all_rows(self) -> Codes:
        """Per record the position of its row in RECEIVED."""
        return np.concatenate([np.arange(self.count, dtype=np.int64), self.rows])

    @property
    def parties(self) -> Codes:
        """Per record 1 or 2."""
        return np.repeat(np.array([1, 2], np.int64), [self.count, len(self.rows)])

    def column(self, name: str, places: Codes) -> pa.Array:
        """A column of RECORDS for the records at some places, in their order."""
        if name == "party":
            return pa.array(np.where(places < self.count, 1, 2), pa.int8())
        if name in self.shared:
            return gathered(self.shared[name], self.all_rows[places] if len(self.rows) else places)
        return _of_both(self.first[name], self.second[name], places)

    def take_out(self, name: str, places: Codes) -> pa.Array:
        """The same, and the column is let go: nobody asks again."""
        column = self.column(name, places)
        for columns in (self.shared, self.first, self.second):
            columns.pop(name, None)
        return column


def gathered(values: pa.Array, places: Codes) -> pa.Array:
    """The values at some places; what holds nothing at all is made anew, which is quicker."""
    if values.null_count == len(values):
        return pa.nulls(len(places), values.type)
    return values.take(pa.array(places))


def _of_both(first: pa.Array, second: pa.Array, places: Codes) -> pa.Array:
    """The values at places in two columns laid behind one another."""
    if len(second) == 0:
        return gathered(first, places)
    if second.null_count == len(second):  # no second party says it: nothing need be laid behind
        beyond = pa.array(places, mask=places >= len(first))
        return pa.nulls(len(places), first.type) if first.null_count == len(first) else first.take(beyond)
    return gathered(pa.concat_arrays([first, second.cast(first.type)]), places)
