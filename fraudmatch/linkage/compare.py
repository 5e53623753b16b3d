"""Exact levels of given pairs, and what they weigh; texts are compared once per distinct pair."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from fraudmatch.linkage import arrays
from fraudmatch.linkage.encode import Ints
from fraudmatch.linkage.kinds import KINDS, NULL
from fraudmatch.linkage.kinds.base import Measure, Pairs, Truths
from fraudmatch.linkage.model import Comparison, Level, Model
from fraudmatch.linkage.rows import layout
from fraudmatch.linkage.tables import Tables

Rows = npt.NDArray[np.integer]
Records = npt.NDArray[np.void]
Levels = npt.NDArray[np.int8]

#: Level of a comparison with a value missing on either side.
MISSING = -1

_NO_TEXTS = pa.nulls(0, pa.string())


def levels_of(x: Records, y: Records, texts: Mapping[str, pa.Array], model: Model) -> Levels:
    """int8 [pairs, comparisons]: position of the first level each pair reaches, or `MISSING`.

    Args:
        x, y: packed rows of the two sides of each pair.
        texts: per comparison that looks at texts, the distinct values by code.
        model: the model they are packed for.
    """
    places = layout(model)
    made = np.empty((len(x), len(model.comparison)), np.int8)
    for position, comparison in enumerate(model.comparison):
        values = texts.get(comparison.name, _NO_TEXTS)
        made[:, position] = _levels(
            x, y, values, comparison, places.columns[position], places.alike[position]
        )
    return made


def _levels(
    x: Records, y: Records, values: pa.Array, comparison: Comparison, columns: list[int], alike: int
) -> Levels:
    def codes(slot: int) -> tuple[Ints, Ints]:
        return np.ascontiguousarray(x[f"code_{slot}"]), np.ascontiguousarray(y[f"code_{slot}"])

    sides = {slot: codes(slot) for slot in columns}
    texts = _Texts(values, *sides[columns[0]])
    level = np.full(len(x), MISSING, np.int8)
    undecided = np.flatnonzero(_comparable(comparison, [sides[slot] for slot in columns]))
    for number, one in enumerate(comparison.levels):
        if not len(undecided):
            break
        slot = _slot(comparison, one, columns, alike)
        if slot not in sides:
            sides[slot] = codes(slot)
        (a, b), (c, d) = sides[slot], sides[columns[-1]]
        measured = partial(texts.measured, undecided)
        pairs = Pairs(a[undecided], b[undecided], c[undecided], d[undecided], measured)
        passed = KINDS[one.test].holds(pairs, one.number)
        level[undecided[passed]] = number
        undecided = undecided[~passed]
    return level


def _slot(comparison: Comparison, level: Level, columns: list[int], alike: int) -> int:
    """The number of the codes a level compares."""
    which = KINDS[level.test].which
    if which == "alike":
        return alike
    return columns[comparison.columns.index(level.column)] if which == "named" else columns[0]


def _comparable(comparison: Comparison, sides: list[tuple[Ints, Ints]]) -> Truths:
    """Pairs with something to compare."""
    if comparison.crosses:
        (a, b), (c, d) = sides
        return np.asarray(((a != NULL) & (d != NULL)) | ((c != NULL) & (b != NULL)))
    return np.asarray(np.logical_or.reduce([(x != NULL) & (y != NULL) for x, y in sides]))


@dataclass
class _Texts:
    """Texts of the pairs of one comparison, and what was measured of them."""

    values: pa.Array
    a: Ints
    b: Ints
    known: dict[Measure, npt.NDArray[Any]] = field(default_factory=dict)

    def measured(self, rows: Rows, measure: Measure) -> npt.NDArray[Any]:
        if measure not in self.known:
            found = self._measure(measure, rows)
            # Later levels ask for some of these rows only, so the others need no value.
            self.known[measure] = np.zeros((len(self.a), *found.shape[1:]), found.dtype)
            self.known[measure][rows] = found
        return self.known[measure][rows]

    def _measure(self, measure: Measure, rows: Rows) -> npt.NDArray[Any]:
        a, b = self.a[rows], self.b[rows]
        if len(self.values) > len(rows):  # few pairs of values would come twice
            return measure(self._read(a), self._read(b))
        low, high = np.minimum(a, b).astype(np.int64), np.maximum(a, b).astype(np.int64)
        distinct, back = np.unique(low * len(self.values) + high, return_inverse=True)
        one = self._read(distinct // len(self.values))
        return measure(one, self._read(distinct % len(self.values)))[back]

    def _read(self, codes: Rows) -> list[str]:
        texts: list[str] = self.values.take(arrays.to_arrow(codes)).to_pylist()
        return texts


def weigh(levels: Levels, x: Records, tables: Tables) -> npt.NDArray[np.int32]:
    """int32 [pairs, comparisons]: match weight of each comparison, thousandths of a bit; 0 = missing."""
    state = np.zeros(len(x), np.uint64)
    made = np.zeros(levels.shape, np.int32)
    for c in range(levels.shape[1]):
        level = levels[:, c]
        known = level != MISSING
        at = np.where(known, level, 0)
        made[:, c] = np.where(known, tables.weights[c, _variant(state, tables, c), at], 0)
        if tables.weighed[c]:
            same = known & (level == 0)
            made[same, c] = np.minimum(made[same, c], x[f"common_{c}"][same])
        state |= np.where(known, tables.sets[c, at], np.uint64(0))
    return made


def _variant(state: npt.NDArray[np.uint64], tables: Tables, c: int) -> npt.NDArray[np.int64]:
    """The first `given` of comparison c whose bits all stand in the state, else 0."""
    variant = np.zeros(len(state), np.int64)
    for v in range(int(tables.variants[c]) - 1, 0, -1):
        need = tables.needs[c, v]
        variant[(state & need) == need] = v
    return variant
