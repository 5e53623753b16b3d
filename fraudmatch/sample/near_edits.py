"""What a near miss is changed by: one column of its left or right rows, or of the people they name."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from fraudmatch.sample.plant import Plan
from fraudmatch.sample.streams import EPOCH, TODAY, Array


@dataclass(frozen=True)
class Near:
    """The rows of near misses, left and right pair by pair; no right rows for rules about single records."""

    plan: Plan
    left_set: str
    left_rows: Array
    right_set: str | None
    right_rows: Array

    def _rows(self, side: str) -> tuple[str, Array]:
        if side == "left":
            return self.left_set, self.left_rows
        assert self.right_set is not None, "a rule about single records has no right side"
        return self.right_set, self.right_rows

    def get(self, side: str, column: str) -> Array:
        """A column of one side."""
        dataset, rows = self._rows(side)
        return self.plan.world[dataset][column][rows]

    def put(self, side: str, **columns: Array | int | str) -> None:
        """Overwrite columns of one side."""
        dataset, rows = self._rows(side)
        self.plan.world[dataset].put(rows, **columns)

    def born(self, side: str) -> Array:
        """Days of birth of the first persons of one side."""
        return self.plan.world.people.born[self.get(side, "person")]

    def be_born(self, side: str, day: Array | int) -> None:
        """Change the day of birth of the first persons of one side."""
        self.plan.world.people.born[self.get(side, "person")] = day


Edit = Callable[[Near], None]


def birthdays(days: Array | int, age: int) -> Array:
    """The same day of the calendar so many years later (earlier when negative); 28 for 29 February."""
    moved = []
    for day in np.atleast_1d(days).tolist():
        date = EPOCH + dt.timedelta(days=day)
        last = 28 if (date.month, date.day) == (2, 29) else date.day
        moved.append((date.replace(year=date.year + age, day=last) - EPOCH).days)
    return np.asarray(moved, dtype=np.int64)


def ago(side: str, column: str, days: int) -> Edit:
    """The column is so many days before the as-at date; in the future when negative."""
    return lambda near: near.put(side, **{column: TODAY - days})


def yesterday(side: str, column: str) -> Edit:
    """It ended the day before the as-at date."""
    return ago(side, column, 1)


def beside(side: str, column: str, other_side: str, other: str, days: int = 0) -> Edit:
    """The column is so many days after a date of the same pair."""
    return lambda near: near.put(side, **{column: near.get(other_side, other) + days})


def worth(side: str, column: str, value: int) -> Edit:
    """The column is an amount or number."""
    return lambda near: near.put(side, **{column: value})
