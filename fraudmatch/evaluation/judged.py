"""A linking against the truth, pair by pair: what weighs how much, and what is true.

The records are compared again down to a floor below the threshold, so that what a lower threshold
would add is seen too, and every true pair is judged, compared or not.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fraudmatch.evaluation.linking import Compared, Linking, Say
from fraudmatch.evaluation.truth import Truth
from fraudmatch.linkage.linker import Linker
from fraudmatch.linkage.measuring.curves import AtThreshold, at_threshold
from fraudmatch.linkage.measuring.measures import Measures
from fraudmatch.linkage.model import MILLI, Model

Rows = npt.NDArray[np.int64]
Weights = npt.NDArray[np.float64]
Truths = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Judged:
    """Pairs of units with their weights; each pair counts once, by its heaviest pair of rows.

    Attributes:
        linking: what was judged. truth: what it was held against.
        floor: bits; compared pairs below are not all here.
        linker: judges rows.
        left, right: rows that stand for the pair.
        weight: bits, prior included.
        met: whether a pass proposed the pair and nothing forbids it; a pair that is not met is
            here only because it is true.
        linked: whether it was written as a link: not every pair at the threshold need be, where
            each record may have one link only, or where people have decided.
        true: whether the truth has it.
    """

    linking: Linking
    truth: Truth
    floor: float
    linker: Linker
    left: Rows
    right: Rows
    weight: Weights
    met: Truths
    linked: Truths
    true: Truths

    @property
    def model(self) -> Model:
        """The model of the linking."""
        return self.linking.model

    @property
    def threshold(self) -> float:
        """The threshold of the model, bits."""
        return self.linking.model.threshold

    @property
    def true_pairs(self) -> int:
        """All pairs of the truth."""
        return self.truth.pairs

    @property
    def seen(self) -> tuple[Weights, Truths]:
        """Weight and truth of the compared pairs from the floor upwards, true or not."""
        here = self.met & (self.weight >= self.floor)
        return self.weight[here], self.true[here]

    @property
    def links(self) -> Measures:
        """Measures of the links that were written."""
        return Measures(self.true_pairs, int(self.linked.sum()), int((self.linked & self.true).sum()))

    def at(self, threshold: float) -> AtThreshold:
        """What links from a threshold (bits) upwards would be."""
        return at_threshold(*self.seen, threshold, self.true_pairs)


def judge(
    linking: Linking, truth: Truth, floor: float | None = None, *, threads: int | None = None,
    say: Say | None = None,
) -> Judged:  # fmt: skip
    """Judge the compared pairs down to a floor, and every true pair.

    Args:
        floor: match weight in bits; None = `linking.FLOOR` below the threshold.
    """
    lowest = linking.floor(floor)
    compared = linking.compare(lowest, threads=threads, say=say)
    found = _found(linking, truth, compared)
    missed = _missed(linking, compared, np.setdiff1d(truth.codes, found.code, assume_unique=True))
    code, left, right, weight, met = (
        np.concatenate([getattr(found, name), getattr(missed, name)])
        for name in ("code", "left", "right", "weight", "met")
    )
    if linking.written is None:
        linked = met & (weight >= linking.model.threshold_milli)
    else:
        linked = np.isin(code, linking.code(*linking.written))
    return Judged(
        linking, truth, lowest, compared.linker, left, right, weight / MILLI, met, linked, np.isin(code, truth.codes)
    )  # fmt: skip


@dataclass(frozen=True)
class _Part:
    """Pairs of units: their code, the rows that stand for them, weight in thousandths."""

    code: Rows
    left: Rows
    right: Rows
    weight: npt.NDArray[np.int64]
    met: Truths


def _found(linking: Linking, truth: Truth, compared: Compared) -> _Part:
    """The compared pairs of which the truth is known, each pair of units once."""
    one, other = linking.unit[compared.left], linking.unit[compared.right]
    taken = (one != other) & truth.known[one] & truth.known[other]
    left, right = compared.left[taken], compared.right[taken]
    code = linking.code(left, right)
    return _heaviest(_Part(code, left, right, compared.total[taken], np.ones(len(code), np.bool_)))


def _missed(linking: Linking, compared: Compared, codes: Rows) -> _Part:
    """True pairs that are not among the compared down to the floor: lighter, or never compared."""
    rows = _rows_of_units(linking)
    first, second = codes // max(linking.units, 1), codes % max(linking.units, 1)
    parts = []
    for one in rows.T:
        for other in rows.T:
            a, b = one[first], other[second]
            there = (a >= 0) & (b >= 0)
            low, high = np.minimum(a, b)[there], np.maximum(a, b)[there]
            weight = compared.linker.totals(low, high).astype(np.int64)
            parts.append(_Part(codes[there], low, high, weight, _met(compared, low, high)))
    joined = (
        np.concatenate([getattr(p, name) for p in parts])
        for name in ("code", "left", "right", "weight", "met")
    )
    return _heaviest(_Part(*joined))


def _rows_of_units(linking: Linking) -> Rows:
    """int64 [units, most rows of one]; -1 = no further row."""
    order = np.argsort(linking.unit, kind="stable")
    unit = linking.unit[order]
    within = np.arange(len(unit)) - np.searchsorted(unit, np.arange(linking.units))[unit]
    rows = np.full((linking.units, int(within.max(initial=0)) + 1), -1, np.int64)
    rows[unit, within] = order
    return rows


def _met(compared: Compared, left: Rows, right: Rows) -> Truths:
    """Pairs that some pass proposes, and that are not known to differ."""
    keys, apart = compared.keys, compared.linker.apart
    shared = ((keys[left] == keys[right]) & (keys[left] >= 0)).any(1)
    return np.asarray(shared & ((apart[left] < 0) | (apart[left] != apart[right])))


def _heaviest(part: _Part) -> _Part:
    """Each code once: a pair that was compared before one that was not, then the heaviest."""
    order = np.lexsort((part.right, part.left, -part.weight, ~part.met, part.code))
    first = order[np.r_[True, part.code[order][1:] != part.code[order][:-1]]] if len(order) else order
    return _Part(part.code[first], part.left[first], part.right[first], part.weight[first], part.met[first])
