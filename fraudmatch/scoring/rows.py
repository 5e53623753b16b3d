"""Rows that expressions are run over: one side alone, or pairs with what the models say."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch.errors import RuleFileError, RunError
from fraudmatch.scoring.calendars import day_number
from fraudmatch.scoring.kernels import numeric
from fraudmatch.scoring.keys import truth
from fraudmatch.scoring.pairs import PAIR_FUNCTIONS
from fraudmatch.scoring.payments import party_names
from fraudmatch.scoring.sides import Night, Side, flat

#: Model -> the kind of party it judges; None = any.
_JUDGES = {"person": "person", "organisation": "organisation", "payment": None}

Constants = Mapping[tuple[str, str], int | float | str | dt.date]


def constant(constants: Constants, scope: str, name: str, as_at: dt.date) -> pa.Scalar:
    """run.as_at, or a parameter or value as in force.

    Raises:
        RuleFileError: nothing is in force yet on that date.
    """
    if scope == "run":
        return pa.scalar(day_number(as_at))
    found = constants.get((scope, name))
    if found is None:
        raise RuleFileError(
            f"{scope}.{name} has no number in force on {as_at.isoformat()}.",
            remedy=f"Add an earlier entry to {name}.in_force, or run with a later --as-at.",
        )
    if isinstance(found, dt.date):
        return pa.scalar(day_number(found))
    return pa.scalar(found) if isinstance(found, str) else pa.scalar(float(found))


class SideRows:
    """All records of one side, for conditions that speak of it alone."""

    def __init__(self, side: Side, scope: str, constants: Constants) -> None:
        self._side, self._scope, self._constants = side, scope, constants

    def __len__(self) -> int:
        return len(self._side)

    def column(self, scope: str, name: str) -> Any:
        """See `kernels.Rows`."""
        if scope == self._scope:
            return self._side.numeric(name)
        return constant(self._constants, scope, name, self._side.night.as_at)


class PairRows:
    """Pairs of records by position within their sides.

    Attributes:
        at_left / at_right: positions; at_right is None for a rule about single records.
        links: model -> scorer table whose rows are these pairs, once the models were asked.
    """

    def __init__(
        self, left: Side, right: Side | None, at_left: np.ndarray, at_right: np.ndarray | None,
        constants: Constants, links: Mapping[str, pa.Table] | None = None,
    ) -> None:  # fmt: skip
        self.left_side, self.right_side = left, right
        self.at_left, self.at_right = at_left, at_right
        self.links = dict(links or {})
        self.constants = constants
        self.as_at = left.night.as_at
        self._done: dict[tuple[str, str], pa.Array] = {}

    def __len__(self) -> int:
        return len(self.at_left)

    def where(self, keep: np.ndarray) -> PairRows:
        """The pairs at which `keep` (bool) is true."""
        chosen = pa.array(np.flatnonzero(keep))
        return PairRows(
            self.left_side, self.right_side, self.at_left[keep],
            None if self.at_right is None else self.at_right[keep],
            self.constants, {model: table.take(chosen) for model, table in self.links.items()},
        )  # fmt: skip

    def with_links(self, links: Mapping[str, pa.Table]) -> PairRows:
        """The same pairs, judged."""
        return PairRows(self.left_side, self.right_side, self.at_left, self.at_right, self.constants, links)

    @property
    def night(self) -> Night:
        """Tonight's tables."""
        return self.left_side.night

    @property
    def left_ids(self) -> np.ndarray:
        """record_id of the left records."""
        return np.asarray(self.left_side.ids[self.at_left])

    @property
    def right_ids(self) -> np.ndarray:
        """record_id of the right records; none for a rule about single records."""
        if self.right_side is None or self.at_right is None:
            return np.empty(0, dtype=np.int64)
        return np.asarray(self.right_side.ids[self.at_right])

    def column(self, scope: str, name: str) -> Any:
        """See `kernels.Rows`."""
        if scope in ("run", "param", "value"):
            return constant(self.constants, scope, name, self.as_at)
        key = (scope, name)
        if key not in self._done:
            self._done[key] = numeric(self._find(scope, name))
        return self._done[key]

    def _find(self, scope: str, name: str) -> pa.Array:
        if scope == "left":
            return self.left(name)
        if scope == "right":
            return self.right(name)
        return PAIR_FUNCTIONS[name](self) if scope == "pair" else self._link(name)

    def _link(self, name: str) -> pa.Array:
        model, _, what = name.partition("_")
        if what in ("weight", "probability") and model in _JUDGES:
            column = f"match_{what}"
        else:
            model, column = "person", name
        table = self.links.get(model)
        if table is None:
            return pa.nulls(len(self), pa.float64())
        if column not in table.column_names:
            levels = ", ".join(each for each in table.column_names if each.endswith("_level"))
            raise RuleFileError(f"The person model has no link.{name}.", remedy=f"Choose one of: {levels}.")
        return pc.if_else(self._judged_by(model), flat(table[column]), None)

    def _judged_by(self, model: str) -> pa.Array:
        """Whether both sides are of the kind the model knows; of others it only repeats its prior."""
        if _JUDGES[model] is None:
            return pa.repeat(True, len(self))
        known = truth(pc.equal(self.night.record("party_kind"), _JUDGES[model]))
        return pa.array(known[self.left_ids] & known[self.right_ids])

    # The view that `pairs` reads.

    def left(self, name: str) -> pa.Array:
        """A column of the left records."""
        return self.left_side.column(name).take(pa.array(self.at_left))

    def right(self, name: str) -> pa.Array:
        """A column of the right records."""
        if self.right_side is None or self.at_right is None:
            raise RunError("A rule about single records was asked for its right side.")
        return self.right_side.column(name).take(pa.array(self.at_right))

    def left_names(self) -> pa.Array:
        """Names of the left parties."""
        return party_names(self.left_side).take(pa.array(self.at_left))

    def right_names(self) -> pa.Array:
        """Names of the right parties."""
        if self.right_side is None or self.at_right is None:
            raise RunError("A rule about single records was asked for its right side.")
        return party_names(self.right_side).take(pa.array(self.at_right))

    def same_group(self, name: str) -> pa.Array:
        """Whether the group ids agree; null where either is unknown."""
        ids = self.night.group_ids[name]
        left, right = ids[self.left_ids], ids[self.right_ids]
        return pa.array(left == right, mask=(left < 0) | (right < 0))

    def known_there(self) -> pa.Array:
        """Whether another record of the linked person at the other side's property confirms the person."""
        known, left, right = self.night.confirmations, self.left_ids, self.right_ids
        return pa.array(known.known_at(left, right) | known.known_at(right, left))

    def shared_officers(self, *, at_address: bool) -> pa.Array:
        """Officers in office in the companies of both sides; null where it is one company, or none."""
        return self.night.boards.shared(self.left_ids, self.right_ids, at_address=at_address)

    def named_on_row(self) -> pa.Array:
        """Whether one side is linked to anybody named on the other's source row."""
        person, mate = self.night.group_ids["person_id"], self.night.row_mate
        left, right = self.left_ids, self.right_ids
        found = np.zeros(len(self), dtype=bool)
        for one, other in ((left, right), (mate[left], right), (left, mate[right])):
            known = (one >= 0) & (other >= 0) & (person[one] >= 0)
            found |= known & (person[one] == person[other])
        return pa.array(found)
