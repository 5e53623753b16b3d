"""What a derived column may ask of the night: the records of a data set and their linked groups.

Derived columns know these shapes only, so that `sides`, which offers them, may know the columns.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Protocol

import numpy as np
import pyarrow as pa


class GroupableSide(Protocol):
    """As much of a side as putting its records into groups takes."""

    ids: np.ndarray

    @property
    def night(self) -> Dated:
        """Tonight's date and size."""

    def column(self, name: str) -> pa.Array:
        """A column under the name a rule uses."""

    def group(self, name: str) -> np.ndarray:
        """Group id per row as int64; -1 where null."""


class Dated(Protocol):
    """A night as far as groups know it."""

    @property
    def as_at(self) -> dt.date:
        """The date the exercise speaks of."""

    @property
    def size(self) -> int:
        """How many records it has."""


class SideView(Protocol):
    """The records of one data set, in order of record_id; see `sides.Side`."""

    dataset: str
    ids: np.ndarray

    @property
    def night(self) -> NightView:
        """Tonight's tables."""

    def __len__(self) -> int:
        """How many records."""

    def column(self, name: str) -> pa.Array:
        """A column under the name a rule uses."""

    def detail(self, name: str) -> pa.Array:
        """A column of DETAILS; null for a record without details."""

    def group(self, name: str) -> np.ndarray:
        """Group id per row as int64; -1 where null."""


class SeatsView(Protocol):
    """Distinct pairs of company and officer as codes; see `boards.Seats`."""

    @property
    def company(self) -> np.ndarray:
        """Code of the company number."""

    @property
    def officer(self) -> np.ndarray:
        """Code of the officer."""


class BoardsView(Protocol):
    """Who is in office in which company; see `boards.Boards`."""

    company: np.ndarray

    @property
    def known(self) -> SeatsView:
        """Seats by surname, forename and month of birth."""


class NightView(Protocol):
    """Tonight's tables by record_id; see `sides.Night`."""

    as_at: dt.date
    size: int

    @property
    def group_ids(self) -> Mapping[str, np.ndarray]:
        """Group column -> id per record_id as int64, -1 where null."""

    @property
    def deceased(self) -> pa.Array:
        """Per record_id: linked to a death by the as-at date; null where nobody is linked."""

    @property
    def others_with_nino(self) -> pa.Array:
        """Per record_id: other people's records with the same number; null where nobody can tell."""

    @property
    def document(self) -> np.ndarray:
        """Which document each payment is a line of, in the order of the payments."""

    @property
    def boards(self) -> BoardsView:
        """Who is in office in which company."""

    def record(self, name: str) -> pa.Array:
        """A column of RECORDS, in order of record_id."""

    def side(self, dataset: str) -> SideView:
        """The records of a data set; empty when no partner sent it."""
