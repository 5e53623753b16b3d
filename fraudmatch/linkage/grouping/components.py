"""Connected components of links, and those among them that need a closer look; compiled.

Most records of a large file have no link, and most that have one form a pair. So a component is
named by its smallest row, which is what a group is named by, and only components in which some
pair is no link are laid out record by record.
"""

from __future__ import annotations

from dataclasses import dataclass

import numba as nb
import numpy as np
import numpy.typing as npt

Ids = npt.NDArray[np.int64]
Rows = npt.NDArray[np.int32]


@dataclass(frozen=True)
class Loose:
    """Components that are not simply groups, one after the other.

    Attributes:
        members: int32; rows, ascending inside each component.
        starts: int64 [components + 1]; where each component's members start.
        links: int64; positions of their links, component by component.
        link_starts: int64 [components + 1].
        slot: int32 [count]; number of a row's component plus one, 0 = not loose.
        place: int32 [count]; place of a row among its component's members; only where slot > 0.
    """

    members: Rows
    starts: Ids
    links: Ids
    link_starts: Ids
    slot: Rows
    place: Rows

    @property
    def sizes(self) -> Ids:
        """int64 [components]: members of each."""
        return np.diff(self.starts)


def smallest_rows(count: int, left: Ids, right: Ids, apart: Rows, together: Ids) -> Rows:
    """int32 [count]: the smallest row of each row's component; a row without links is its own.

    Args:
        left, right: links; those between records known to be apart do not count.
        apart: int32 [count]; records with the same number (not -1) are known to differ.
        together: int64 [k, 2]; pairs that count as links; none of records known to be apart.
    """
    named: Rows = np.arange(count, dtype=np.int32)
    _unite(named, left, right, apart)
    if len(together):
        _unite(named, together[:, 0].copy(), together[:, 1].copy(), apart)
    _flatten(named)
    return named


def find_loose(named: Rows, left: Ids, right: Ids, apart: Rows, parted: Ids) -> Loose:
    """Components in which some pair is no link, is known apart, or was decided to differ."""
    slot = _slots(named, left, right, apart, parted)
    members, starts, links, link_starts, place = _lay_out(named, slot, left, right)
    return Loose(members, starts, links, link_starts, slot, place)


@nb.njit(cache=True)
def _unite(named, left, right, apart):  # type: ignore[no-untyped-def]
    """Union–find, the smaller row on top, paths halved on the way (Tarjan and van Leeuwen 1984)."""
    for k in range(len(left)):
        a, b = left[k], right[k]
        if apart[a] >= 0 and apart[a] == apart[b]:
            continue
        while named[a] != a:
            named[a] = named[named[a]]
            a = named[a]
        while named[b] != b:
            named[b] = named[named[b]]
            b = named[b]
        if a < b:
            named[b] = a
        elif b < a:
            named[a] = b


@nb.njit(cache=True)
def _flatten(named):  # type: ignore[no-untyped-def]
    """Point every row at the top; what it points at is smaller and so already points there."""
    for row in range(len(named)):
        named[row] = named[named[row]]


@nb.njit(cache=True)
def _slots(named, left, right, apart, parted):  # type: ignore[no-untyped-def]
    """int32 [count]: by the top row of each loose component its number from 1, else 0."""
    others = np.zeros(len(named), np.int32)
    linked = np.zeros(len(named), np.int64)
    for row in range(len(named)):
        if named[row] != row:
            others[named[row]] += 1
    for k in range(len(left)):
        a, b = left[k], right[k]
        if named[a] == named[b] and (apart[a] < 0 or apart[a] != apart[b]):
            linked[named[a]] += 1
    for k in range(len(parted)):
        if named[parted[k, 0]] == named[parted[k, 1]]:
            linked[named[parted[k, 0]]] = -len(left) - 1
    slot = np.zeros(len(named), np.int32)
    number = 0
    for row in range(len(named)):
        if others[row]:
            size = np.int64(others[row]) + 1
            if linked[row] < size * (size - 1) // 2:
                number += 1
                slot[row] = number
    return slot


@nb.njit(cache=True)
def _lay_out(named, slot, left, right):  # type: ignore[no-untyped-def]
    """Members and links by component (a counting sort); `slot` is spread from tops to members."""
    found = slot.max() if len(slot) else 0
    starts, link_starts = np.zeros(found + 1, np.int64), np.zeros(found + 1, np.int64)
    for row in range(len(named)):
        slot[row] = slot[named[row]]
        if slot[row]:
            starts[slot[row]] += 1
    for k in range(len(left)):
        if slot[left[k]] and slot[left[k]] == slot[right[k]]:
            link_starts[slot[left[k]]] += 1
    starts, link_starts = np.cumsum(starts), np.cumsum(link_starts)
    members, links = np.empty(starts[-1], np.int32), np.empty(link_starts[-1], np.int64)
    place = np.empty(len(named), np.int32)
    filled, links_filled = starts.copy(), link_starts.copy()
    for row in range(len(named)):
        if slot[row]:
            c = slot[row] - 1
            members[filled[c]] = row
            place[row] = filled[c] - starts[c]
            filled[c] += 1
    for k in range(len(left)):
        c = slot[left[k]] - 1
        if c >= 0 and slot[right[k]] == c + 1:
            links[links_filled[c]] = k
            links_filled[c] += 1
    return members, starts, links, link_starts, place
