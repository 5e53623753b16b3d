"""Records put together by what they share: the columns `group.*`, and one row for each group."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch.scoring.catalogue import summed_detail
from fraudmatch.scoring.kernels import numeric
from fraudmatch.scoring.keys import codes, combined
from fraudmatch.scoring.rows import Constants, constant
from fraudmatch.scoring.rulefile import GroupPart
from fraudmatch.scoring.sides import Side
from fraudmatch.scoring.views import Dated, GroupableSide


class Members:
    """Records of one side in their groups.

    Args:
        side: the records.
        at: positions of the members within it, ascending.
        key: group of each as int64; -1 = of none, which drops the record.

    Attributes:
        at: positions of the members, ascending. group: 0, 1 … of each, in the order of the first
            members, so that the order of groups depends on the records alone. number: of groups.
    """

    def __init__(self, side: GroupableSide, at: np.ndarray, key: np.ndarray) -> None:
        self.side = side
        self.at = at[key >= 0]
        _, first, group = np.unique(key[key >= 0], return_index=True, return_inverse=True)
        place = np.empty(len(first), dtype=np.int64)
        place[np.argsort(first)] = np.arange(len(first))
        self.group, self.number = place[group.reshape(-1)], len(first)

    @cached_property
    def first(self) -> np.ndarray:
        """Position of the first member of each group: of the smallest partner, data set, reference."""
        return np.asarray(self.at[np.unique(self.group, return_index=True)[1]])

    def values(self, name: str) -> pa.Array:
        """A column of the members."""
        return self.side.column(name).take(pa.array(self.at))

    def distinct(self, code: np.ndarray) -> pa.Array:
        """Different codes among the members of each group."""
        both = np.unique(np.column_stack((self.group, code)), axis=0)
        return pa.array(np.bincount(both[:, 0], minlength=self.number), pa.int64())

    def persons(self) -> np.ndarray:
        """Linked person of each member; one of its own where nobody is linked."""
        person = self.side.group("person_id")[self.at]
        return np.asarray(np.where(person >= 0, person, self.side.night.size + self.side.ids[self.at]))

    def references(self) -> np.ndarray:
        """Codes of partner and source reference of each member."""
        return combined([codes(self.values("partner")), codes(self.values("source_ref"))])

    def total(self, name: str) -> pa.Array:
        """Sum of the known numbers of each group; null where none is known."""
        column = self.values(name)
        total, known = np.zeros(self.number, dtype=np.int64), np.zeros(self.number, dtype=bool)
        np.add.at(total, self.group, np.asarray(pc.fill_null(column, 0), dtype=np.int64))
        known[self.group[np.asarray(pc.is_valid(column))]] = True
        return pa.array(total, mask=~known)

    def extreme(self, name: str, *, last: bool) -> pa.Array:
        """Earliest or latest known date of each group; null where none is known."""
        column = self.values(name)
        known = np.asarray(pc.is_valid(column))
        days = np.asarray(pc.fill_null(column.cast(pa.int32()), 0), dtype=np.int32)[known]
        found = np.full(self.number, np.iinfo(np.int32).min if last else np.iinfo(np.int32).max)
        (np.maximum if last else np.minimum).at(found, self.group[known], days)
        none = np.ones(self.number, dtype=bool)
        none[self.group[known]] = False
        return pa.array(found.astype(np.int32), pa.int32(), mask=none).cast(pa.date32())


def members_of(part: GroupPart, side: Side, at: np.ndarray) -> Members:
    """The records at `at` in the groups a rule asks for."""
    key = side.key(part.by)[at]
    if part.scope == "same_partner":
        partner = codes(side.column("partner").take(pa.array(at)))
        key = combined([key, partner])
    return Members(side, at, key)


class GroupRows:
    """Groups as rows that expressions are run over; the shape `flags` reads is that of `PairRows`.

    Args:
        members: all groups of the night.
        chosen: which of them are rows, ascending; all when None.
    """

    right_side = None

    def __init__(self, members: Members, constants: Constants, chosen: np.ndarray | None = None) -> None:
        self.members, self.constants = members, constants
        self.chosen = np.arange(members.number) if chosen is None else chosen
        self.links: Mapping[str, pa.Table] = {}

    def __len__(self) -> int:
        return len(self.chosen)

    def where(self, keep: np.ndarray) -> GroupRows:
        """The groups at which `keep` (bool) is true."""
        return GroupRows(self.members, self.constants, self.chosen[keep])

    @property
    def night(self) -> Dated:
        """Tonight's date."""
        return self.members.side.night

    @property
    def left_ids(self) -> np.ndarray:
        """record_id of the first member of each group."""
        return np.asarray(self.members.side.ids[self.members.first[self.chosen]])

    @property
    def right_ids(self) -> np.ndarray:
        """None: there is no other side."""
        return np.empty(0, dtype=np.int64)

    def left(self, name: str) -> pa.Array:
        """A column of the first member of each group."""
        return self.members.side.column(name).take(pa.array(self.members.first[self.chosen]))

    def right(self, name: str) -> pa.Array:
        """Null throughout."""
        return pa.nulls(len(self), self.left(name).type)

    def column(self, scope: str, name: str) -> Any:
        """See `kernels.Rows`."""
        if scope != "group":
            return constant(self.constants, scope, name, self.night.as_at)
        return numeric(self._of_group(name)).take(pa.array(self.chosen))

    def _of_group(self, name: str) -> pa.Array:
        members, detail = self.members, summed_detail(name)
        if detail is not None:
            return members.total(detail)
        if name in ("earliest", "latest"):
            return members.extreme("valid_from", last=name == "latest")
        if name == "size":
            return pa.array(np.bincount(members.group, minlength=members.number), pa.int64())
        return members.distinct({
            "persons": members.persons,
            "partners": lambda: codes(members.values("partner")),
            "references": members.references,
        }[name]())  # fmt: skip

    def member_ids(self) -> tuple[np.ndarray, np.ndarray]:
        """(place among these rows, record_id) of every member, by place, then record_id."""
        place = np.full(self.members.number, -1, dtype=np.int64)
        place[self.chosen] = np.arange(len(self))
        row = place[self.members.group]
        ids = self.members.side.ids[self.members.at][row >= 0]
        order = np.lexsort((ids, row[row >= 0]))
        return row[row >= 0][order], ids[order]
