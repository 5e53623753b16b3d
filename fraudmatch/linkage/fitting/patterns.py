"""Agreement patterns: pairs counted by the levels they reach, so that fitting never sees a pair.

Ten million pairs of fourteen comparisons make some ten thousand patterns; a round of EM over
patterns takes milliseconds.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from fraudmatch.linkage.candidates import blocking_keys
from fraudmatch.linkage.fitting.sampling import pass_pairs, random_pairs
from fraudmatch.linkage.linker import Linker, prepare
from fraudmatch.linkage.model import MILLI, Model

Counts = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]

#: Pairs drawn from a pass, and at random, when nothing else is said.
PER_PASS, AT_RANDOM = 300_000, 1_000_000

#: Records asked how common their values are.
AT_MOST_HELD = 100_000

#: Pairs judged at once; bounds the memory of collecting.
_CHUNK = 200_000


@dataclass(frozen=True)
class Patterns:
    """Pairs counted by pattern and by where they come from; P patterns, C comparisons, S passes.

    Attributes:
        levels: int8 [P, C]; position of the level reached, -1 = missing.
        rarity: int8 [P, C]; where an agreeing value is weighed by how common it is: -log2 of its
            chance in whole bits; else -1. Without it, agreeing on SMITH and on a rare name would
            teach the same.
        sources: float64 [P, S]; pairs of each blocking pass, as drawn.
        drawn: float64 [S]; share of the pairs of the pass that were drawn.
        refined: bool [S]; passes some of whose blocks were cut finer.
        distinct: float64 [P]; candidate pairs over all passes, each once, drawn pairs counted up.
        random: float64 [P]; pairs drawn at random from all there are.
        held: per comparison weighed by value (its position), the chance the old model gives to the
            value each record holds; of records spread evenly, at most `AT_MOST_HELD`.
        possible: how many pairs there are.
    """

    levels: npt.NDArray[np.int8]
    rarity: npt.NDArray[np.int8]
    sources: Counts
    drawn: Counts
    refined: npt.NDArray[np.bool_]
    distinct: Counts
    random: Counts
    held: dict[int, Counts]
    possible: int


def collect(
    records: pa.Table, model: Model, *, apart: npt.NDArray[np.int32] | None = None,
    side: npt.NDArray[np.int8] | None = None, per_pass: int = PER_PASS, at_random: int = AT_RANDOM,
    say: Callable[[str], None] = lambda _: None,
) -> Patterns:  # fmt: skip
    """Count the patterns of the candidate pairs of a model and of pairs drawn at random.

    Every pair of a pass counts in that pass, also where another pass proposes it: dropping those
    would leave each later pass the true pairs that fail the earlier keys, which would teach that
    true pairs disagree. Pairs known to be two entities are left out.

    Args:
        records: any table with the columns the model reads.
        model: the model to be trained.
        apart: int32 [n]; records with the same number (not -1) are known to differ.
        side: int8 [n] 0 or 1 per record, to pair only across; None = all with all.
        per_pass: at most so many pairs of each pass; a larger pass is drawn from by hash.
        at_random: so many random pairs.
        say: told what is being done.
    """
    linker = prepare(records, model, apart)
    keys, plans = blocking_keys(records, model, side)
    passes = len(plans)
    tally = _Tally(len(model.comparison), passes)
    drawn = np.ones(passes)
    for number in range(passes):
        say(f"  patterns of pass {number + 1} of {passes}")
        left, right, drawn[number] = pass_pairs(keys, number, per_pass, side)
        left, right = _not_apart(linker, left, right)
        new = ~_met(keys, number, left, right)
        _add(tally, linker, left, right, number, np.where(new, 1 / drawn[number], 0.0))
    say("  patterns of random pairs")
    left, right = _not_apart(linker, *random_pairs(at_random, len(keys), side))
    _add(tally, linker, left, right, passes, np.zeros(len(left)))
    refined = np.array([one.refined > 0 for one in plans])
    return tally.patterns(drawn, refined, _held(linker), _possible(len(keys), side))


def _held(linker: Linker) -> dict[int, Counts]:
    """What the records' values are weighed with: a record beside itself agrees on each of them."""
    count = len(linker.encoder)
    rows = np.unique(np.linspace(0, max(count - 1, 0), min(count, AT_MOST_HELD)).astype(np.int64))
    levels, weights = linker.levels_and_weights(rows, rows)
    made = {}
    for c, comparison in enumerate(linker.model.comparison):
        if comparison.frequencies is not None:
            same = levels[:, c] == 0
            made[c] = np.asarray(comparison.levels[0].m * 2.0 ** (-weights[same, c] / MILLI))
    return made


def _possible(records: int, side: npt.NDArray[np.int8] | None) -> int:
    if side is None:
        return records * (records - 1) // 2
    return int((side == 0).sum()) * int((side == 1).sum())


def _not_apart(linker: Linker, left: Rows, right: Rows) -> tuple[Rows, Rows]:
    """The pairs without those of records that are known to be different entities."""
    kept = (linker.apart[left] < 0) | (linker.apart[left] != linker.apart[right])
    return left[kept], right[kept]


def _met(keys: npt.NDArray[np.integer], number: int, left: Rows, right: Rows) -> npt.NDArray[np.bool_]:
    """Pairs that a pass before `number` proposes."""
    met = np.zeros(len(left), np.bool_)
    for earlier in range(number):
        key = keys[:, earlier]
        met |= (key[left] >= 0) & (key[left] == key[right])
    return met


def _add(tally: _Tally, linker: Linker, left: Rows, right: Rows, source: int, distinct: Counts) -> None:
    for start in range(0, len(left), _CHUNK):
        part = slice(start, start + _CHUNK)
        levels, weights = linker.levels_and_weights(left[part], right[part])
        tally.add(levels, rarity_of(linker.model, levels, weights), source, distinct[part])


def rarity_of(
    model: Model, levels: npt.NDArray[np.int8], weights: npt.NDArray[np.int32]
) -> npt.NDArray[np.int8]:
    """int8 [pairs, C]: -log2 of the chance an agreeing value was weighed with; -1 where none was."""
    made = np.full(levels.shape, -1, np.int8)
    for c, comparison in enumerate(model.comparison):
        if comparison.frequencies is not None:
            same = levels[:, c] == 0
            bits = weights[same, c] / MILLI - np.log2(comparison.levels[0].m)
            made[same, c] = np.clip(np.round(bits), 0, 127).astype(np.int8)
    return made


class _Tally:
    """Distinct patterns with their counts, grown chunk by chunk."""

    def __init__(self, comparisons: int, passes: int) -> None:
        self._passes = passes
        self._patterns = np.zeros((0, 2 * comparisons), np.int8)
        self._counts = np.zeros((0, passes + 2))  # the passes, random pairs, distinct candidates

    def add(
        self, levels: npt.NDArray[np.int8], rarity: npt.NDArray[np.int8], source: int, distinct: Counts
    ) -> None:
        """Count pairs under one source; `source` = number of passes means random pairs."""
        counts = np.zeros((len(levels), self._counts.shape[1]))
        counts[:, source] = 1
        counts[:, -1] = distinct
        rows = np.concatenate([self._patterns, np.hstack([levels, rarity])])
        _, first, back = np.unique(_numbered(rows), return_index=True, return_inverse=True)
        self._patterns = rows[first]
        added = np.concatenate([self._counts, counts])
        columns = [np.bincount(back, added[:, k], len(first)) for k in range(added.shape[1])]
        self._counts = np.stack(columns, 1)

    def patterns(
        self, drawn: Counts, refined: npt.NDArray[np.bool_], held: dict[int, Counts], possible: int
    ) -> Patterns:
        """What was counted."""
        wide = self._patterns.shape[1] // 2
        return Patterns(
            levels=np.ascontiguousarray(self._patterns[:, :wide]),
            rarity=np.ascontiguousarray(self._patterns[:, wide:]),
            sources=self._counts[:, : self._passes],
            drawn=drawn,
            refined=refined,
            distinct=self._counts[:, -1],
            random=self._counts[:, -2],
            held=held,
            possible=possible,
        )


def _numbered(rows: npt.NDArray[np.int8]) -> npt.NDArray[np.int64]:
    """int64 [n]: equal rows get equal numbers, in the order of the rows; sorts numbers, not rows."""
    key = np.zeros(len(rows), np.int64)
    top = 0
    for column in rows.T.astype(np.int64) + 1:
        width = int(column.max(initial=0)) + 1
        if top > (1 << 62) // width - 1:
            key = np.unique(key, return_inverse=True)[1].astype(np.int64)
            top = int(key.max(initial=0))
        key = key * width + column
        top = top * width + width - 1
    return key
