"""Decided pairs: which of them hold, and which contradict others.

A person may decide that two records are the same ("together") or different ("parted"), and some
records are known to differ ("apart": two parties of one row). Decisions made at different times
contradict each other: A is B, B is C, A is not C. Such a contradiction is a value, not an error.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Ids = npt.NDArray[np.int64]
Pair = tuple[int, int]

#: One decision that was left out. `decision` is same | different; `against` says what it
#: contradicts: decision | records (known apart), with the pair of rows in question.
#: Order: decision descending, left_id, right_id.
CONTRADICTIONS = pa.schema(
    [
        pa.field("left_id", pa.uint32(), nullable=False),
        pa.field("right_id", pa.uint32(), nullable=False),
        pa.field("decision", pa.string(), nullable=False),
        pa.field("against", pa.string(), nullable=False),
        pa.field("against_left_id", pa.uint32(), nullable=False),
        pa.field("against_right_id", pa.uint32(), nullable=False),
    ]
)


@dataclass(frozen=True)
class Settled:
    """Decisions without contradictions.

    Attributes:
        together: int64 [k, 2]; pairs decided to be the same; smaller row first, each once, ascending.
        parted: int64 [k, 2]; pairs decided to differ, likewise.
        dropped: CONTRADICTIONS.
    """

    together: Ids
    parted: Ids
    dropped: pa.Table


def settle(together: Ids | None, parted: Ids | None, apart: npt.NDArray[np.int32]) -> Settled:
    """Keep the decisions that can all hold at once; list the others.

    "Different" goes before "same", for a wrong "same" puts one person's records on another, and
    what the records themselves say (`apart`) goes before both. Of the "same" decisions, taken in
    the order of their rows, each is left out that would bring two records together that must not
    be, by itself or through those taken before. The order in which decisions are listed, and a
    decision listed twice, make no difference.

    Args:
        together, parted: int64 [k, 2] rows; None = no decisions.
        apart: int32 [count]; records with the same number (not -1) are known to differ.

    Raises:
        ValueError: a pair names a row that does not exist.
    """
    same, different = _pairs(together, len(apart)), _pairs(parted, len(apart))
    distinct = different[:, 0] != different[:, 1]
    dropped = [(pair, "different", "records", pair) for pair in _each(different[~distinct])]
    sets = _Sets(apart)
    for pair in _each(different[distinct]):
        sets.part(pair)
    kept = np.ones(len(same), np.bool_)
    for position, pair in enumerate(_each(same)):
        against = sets.join(pair)
        if against:
            kept[position] = False
            dropped.append((pair, "same", *against))
    kept &= same[:, 0] != same[:, 1]
    return Settled(same[kept], different[distinct], _table(dropped))


def _pairs(pairs: Ids | None, count: int) -> Ids:
    """Smaller row first, each pair once, ascending."""
    if pairs is None or not len(pairs):
        return np.zeros((0, 2), np.int64)
    pairs = np.asarray(pairs, np.int64)
    if pairs.min() < 0 or pairs.max() >= count:
        raise ValueError(f"A decided pair names a row outside 0 to {count - 1}.")
    return np.unique(np.sort(pairs, axis=1), axis=0)


def _each(pairs: Ids) -> Iterator[Pair]:
    yield from ((int(left), int(right)) for left, right in pairs)


class _Sets:
    """Sets of records decided to be the same, each with the records it must not meet."""

    def __init__(self, apart: npt.NDArray[np.int32]) -> None:
        self._apart = apart
        self._parent: dict[int, int] = {}
        self._foes: dict[int, set[Pair]] = {}  # (row in the set, row it is parted from)
        self._labels: dict[int, dict[int, int]] = {}  # number of `apart` -> the row in the set that has it

    def part(self, pair: Pair) -> None:
        for own, foe in (pair, pair[::-1]):
            self._foes.setdefault(own, set()).add((own, foe))

    def join(self, pair: Pair) -> tuple[str, Pair] | None:
        """Make one set of two; when they must not meet, say instead why and by which pair."""
        first, second = (self._root(row) for row in pair)
        if first == second:
            return None
        against = self._known_apart(first, second) or self._parted(first, second)
        if against:
            return against
        if len(self._foes_of(first)) > len(self._foes_of(second)):
            first, second = second, first
        self._parent[first] = second
        self._foes.setdefault(second, set()).update(self._foes_of(first))
        self._labels_of(second).update(self._labels_of(first))
        return None

    def _root(self, row: int) -> int:
        while (above := self._parent.get(row, row)) != row:
            self._parent[row] = self._parent.get(above, above)
            row = above
        return row

    def _foes_of(self, root: int) -> set[Pair]:
        return self._foes.get(root, set())

    def _labels_of(self, root: int) -> dict[int, int]:
        label = int(self._apart[root])
        return self._labels.setdefault(root, {label: root} if label >= 0 else {})

    def _known_apart(self, first: int, second: int) -> tuple[str, Pair] | None:
        ours, theirs = self._labels_of(first), self._labels_of(second)
        pairs = [_ordered(ours[label], theirs[label]) for label in ours.keys() & theirs.keys()]
        return ("records", min(pairs)) if pairs else None

    def _parted(self, first: int, second: int) -> tuple[str, Pair] | None:
        fewer, other = sorted((first, second), key=lambda root: len(self._foes_of(root)))
        pairs = [_ordered(own, foe) for own, foe in self._foes_of(fewer) if self._root(foe) == other]
        return ("decision", min(pairs)) if pairs else None


def _ordered(first: int, second: int) -> Pair:
    return (first, second) if first < second else (second, first)


def _table(dropped: list[tuple[Pair, str, str, Pair]]) -> pa.Table:
    rows = [(*pair, decision, against, *foes) for pair, decision, against, foes in dropped]
    if not rows:
        return pa.Table.from_batches([], CONTRADICTIONS)  # most nights; and it spares them pandas
    names = CONTRADICTIONS.names
    return pa.Table.from_pylist([dict(zip(names, row, strict=True)) for row in rows], schema=CONTRADICTIONS)
