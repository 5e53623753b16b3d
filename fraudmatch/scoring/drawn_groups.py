"""The members an example of a group rule draws, as records that `groups` puts together."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from fraudmatch.scoring.kernels import Evaluation, numeric
from fraudmatch.scoring.keys import codes
from fraudmatch.scoring.nodes import Node
from fraudmatch.scoring.rows import Constants, constant

#: A member's key that is no column: equal names are one linked person.
PERSON = "person"


@dataclass(frozen=True)
class _DrawnNight:
    as_at: dt.date
    size: int


class DrawnSide:
    """Drawn records of one data set, with what `groups.Members` asks of a side.

    A member without partner or reference has the partner of the others and a reference of its own.

    Args:
        column_of: (what is given of a record, column) -> its value as an array of length one.
    """

    def __init__(
        self, dataset: str, members: Sequence[Mapping[str, Any]], as_at: dt.date,
        column_of: Callable[[Mapping[str, Any], str], pa.Array],
    ) -> None:  # fmt: skip
        usual = {"partner": "drawn"}
        self.dataset = dataset
        self.night = _DrawnNight(as_at, len(members))
        self.ids = np.arange(len(members))
        self._members = [usual | {"source_ref": f"{n}"} | dict(member) for n, member in enumerate(members)]
        self._column_of = column_of

    def __len__(self) -> int:
        return len(self._members)

    def column(self, name: str) -> pa.Array:
        """The column of all members."""
        return pa.concat_arrays([self._column_of(member, name) for member in self._members])

    def group(self, name: str) -> np.ndarray:
        """Linked person of each member as drawn; -1 where none is named, and for other groups."""
        if name != "person_id":
            return np.full(len(self), -1, dtype=np.int64)
        return codes(pa.array([member.get(PERSON) for member in self._members], pa.string()))

    def passing(self, condition: Node | None, constants: Constants) -> np.ndarray:
        """Positions of the records that are members."""
        if condition is None or not len(self):
            return np.arange(len(self))
        return np.flatnonzero(Evaluation(_Alone(self, constants)).true(condition))


class _Alone:
    """The drawn records as rows of their own."""

    def __init__(self, side: DrawnSide, constants: Constants) -> None:
        self._side, self._constants = side, constants

    def __len__(self) -> int:
        return len(self._side)

    def column(self, scope: str, name: str) -> Any:
        """See `kernels.Rows`."""
        if scope == "left":
            return numeric(self._side.column(name))
        return constant(self._constants, scope, name, self._side.night.as_at)
