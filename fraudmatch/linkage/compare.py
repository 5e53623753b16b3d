"""Exact levels of given pairs: each comparison's level, texts compared once per distinct pair."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from fraudmatch.linkage.bounds import NULL
from fraudmatch.linkage.encode import Layout, Packed, layout
from fraudmatch.linkage.model import BOUNDED, Comparison, Level, Model
from fraudmatch.linkage.tables import Tables, state_bits

Rows = npt.NDArray[np.integer]
Levels = npt.NDArray[np.int8]
Truths = npt.NDArray[np.bool_]

#: Texts of a column in which every value is missing.
_NO_TEXTS: npt.NDArray[np.object_] = np.zeros(0, dtype=object)

#: Level of a comparison with a value missing on either side.
MISSING = -1


def levels_of(packed: Packed, model: Model, left: Rows, right: Rows) -> Levels:
    """int8 [pairs, comparisons]: position of the first level each pair reaches, or `MISSING`."""
    places = layout(model)
    made = np.empty((len(left), len(model.comparison)), np.int8)
    for position, comparison in enumerate(model.comparison):
        made[:, position] = _levels(packed, comparison, position, places, left, right)
    return made


def _levels(
    packed: Packed, comparison: Comparison, position: int, places: Layout, left: Rows, right: Rows
) -> Levels:
    columns = places.columns[position]
    a = [packed.codes[left, slot] for slot in columns]
    b = [packed.codes[right, slot] for slot in columns]
    level = np.full(len(left), MISSING, np.int8)
    undecided = _comparable(comparison, a, b)
    for number, one in enumerate(comparison.levels):
        rows = np.flatnonzero(undecided)
        if not len(rows):
            break
        passed = _passes(packed, comparison, one, position, places, left[rows], right[rows])
        level[rows[passed]] = number
        undecided[rows[passed]] = False
    return level


def _comparable(
    comparison: Comparison, a: list[npt.NDArray[np.int32]], b: list[npt.NDArray[np.int32]]
) -> Truths:
    """Pairs with something to compare; the counterpart of `_missing` in the screen."""
    if comparison.levels[0].test in ("both", "either"):
        one = (a[0] != NULL) & (b[1] != NULL)
        other = (a[1] != NULL) & (b[0] != NULL)
        return np.asarray(one | other)
    known = [(x != NULL) & (y != NULL) for x, y in zip(a, b, strict=True)]
    return np.asarray(np.logical_or.reduce(known))


def _passes(
    packed: Packed,
    comparison: Comparison,
    level: Level,
    position: int,
    places: Layout,
    left: Rows,
    right: Rows,
) -> Truths:
    """Whether each pair passes one level's test."""
    columns = places.columns[position]
    first, last = columns[0], columns[-1]
    if level.test == "alike":
        first = places.alike[position]
    if level.test == "same":
        first = columns[comparison.columns.index(level.column)]
    a, b = packed.codes[left, first], packed.codes[right, first]
    test = level.test
    if test in ("exact", "alike", "same"):
        return np.asarray((a == b) & (a != NULL))
    if test in BOUNDED:
        return _texts_pass(packed.texts.get(comparison.name, _NO_TEXTS), level, a, b)
    if test == "initial":
        text = places.text[position]
        one = (packed.size[left, text] == 1) | (packed.size[right, text] == 1)
        same = ((packed.head[left, text] ^ packed.head[right, text]) & 0xFF) == 0
        return np.asarray(one & same)
    if test in ("both", "either"):
        return _crosswise(test, a, b, packed.codes[left, last], packed.codes[right, last])
    if test == "within":
        return np.asarray(np.abs(a.astype(np.int64) - b.astype(np.int64)) <= level.number)
    if test == "otherwise":
        return np.ones(len(left), np.bool_)
    return _dates_pass(test, a, b)


def _crosswise(test: str, a: Rows, b: Rows, c: Rows, d: Rows) -> Truths:
    """First value of one record equals second value of the other; not when they agree straight."""
    across = ((a == d) & (a != NULL)).astype(np.int8) + ((c == b) & (c != NULL)).astype(np.int8)
    return np.asarray((a != b) & (across >= (2 if test == "both" else 1)))


def _dates_pass(test: str, a: Rows, b: Rows) -> Truths:
    """Tests on packed dates yyyymmdd."""
    ya, ma, da = a // 10000, a // 100 % 100, a % 100
    yb, mb, db = b // 10000, b // 100 % 100, b % 100
    if test == "swapped":
        return np.asarray((ya == yb) & (ma == db) & (da == mb))
    if test == "same_year":
        return np.asarray(ya == yb)
    if test == "two_parts":
        return np.asarray((ya == yb).astype(int) + (ma == mb) + (da == db) == 2)
    differing = sum((a // 10**k % 10 != b // 10**k % 10).astype(int) for k in range(8))
    return np.asarray(differing == 1)


def _texts_pass(texts: npt.NDArray[np.object_], level: Level, a: Rows, b: Rows) -> Truths:
    """Similarity tests, computed once per distinct pair of values."""
    low, high = np.minimum(a, b).astype(np.int64), np.maximum(a, b).astype(np.int64)
    distinct, back = np.unique(low * len(texts) + high, return_inverse=True)
    one, two = texts[distinct // len(texts)], texts[distinct % len(texts)]
    return np.asarray(_similar(level)(one, two)[back])


def _similar(level: Level) -> Callable[[npt.NDArray[np.object_], npt.NDArray[np.object_]], Truths]:
    """A level's text test over paired values.

    rapidfuzz is exact; the comparison is made here in float64 so that a similarity equal to the
    threshold counts as reaching it.
    """
    if level.test == "begins":
        return lambda one, two: np.fromiter(map(_begins(int(level.number)), one, two), np.bool_, len(one))
    from rapidfuzz import process
    from rapidfuzz.distance import OSA, JaroWinkler, Levenshtein

    def run(one: npt.NDArray[np.object_], two: npt.NDArray[np.object_]) -> Truths:
        if level.test == "edits":
            found = process.cpdist(one, two, scorer=OSA.distance, dtype=np.int32)
            longer = np.fromiter(map(max, map(len, one), map(len, two)), np.int64, len(one))
            return np.asarray((found <= level.number) & (2 * found < longer))
        scorer = JaroWinkler.similarity if level.test == "jaro_winkler" else Levenshtein.normalized_similarity
        found = process.cpdist(one, two, scorer=scorer, dtype=np.float64)
        return np.asarray(found >= level.number - 1e-9)

    return run


def _begins(shortest: int) -> Callable[[str, str], bool]:
    """Whether two texts are equal, or the longer begins with the whole of the other, which has at
    least `shortest` characters: names cut off at the width of a field."""

    def test(a: str, b: str) -> bool:
        return a == b or (min(len(a), len(b)) >= shortest and (a.startswith(b) or b.startswith(a)))

    return test


def weigh(levels: Levels, packed: Packed, model: Model, tables: Tables, left: Rows) -> npt.NDArray[np.int32]:
    """int32 [pairs, comparisons]: match weight of each comparison, thousandths of a bit; 0 = missing."""
    state = np.zeros(len(left), np.uint64)
    made = np.zeros(levels.shape, np.int32)
    has_states = bool(state_bits(model))
    for c in range(levels.shape[1]):
        level = levels[:, c]
        known = level != MISSING
        at = np.where(known, level, 0)
        variant = _variant(state, tables, c)
        made[:, c] = np.where(known, tables.weights[c, variant, at], 0)
        if tables.weighed[c] >= 0:
            same = known & (level == 0)
            made[same, c] = np.minimum(made[same, c], packed.common[left[same], tables.weighed[c]])
        if has_states:
            state |= np.where(known, tables.sets[c, at], np.uint64(0))
    return made


def _variant(state: npt.NDArray[np.uint64], tables: Tables, c: int) -> npt.NDArray[np.int64]:
    """The first `given` of comparison c whose bits all stand in the state, else 0."""
    variant = np.zeros(len(state), np.int64)
    for v in range(int(tables.variants[c]) - 1, 0, -1):
        need = tables.needs[c, v]
        variant[(state & need) == need] = v
    return variant
