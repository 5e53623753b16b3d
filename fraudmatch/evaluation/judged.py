"""A link folder against the truth, pair by pair: what weighs how much, and what is true.

The records are linked again down to a floor below the threshold, so that what a lower threshold
would add is seen too, and every true pair is judged, compared or not.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from fraudmatch.files.folder import LinkFolder
from fraudmatch.linkage import Linked
from fraudmatch.linkage.compare import MISSING
from fraudmatch.linkage.linker import Linker
from fraudmatch.linkage.model import MILLI, Model, probability

Rows = npt.NDArray[np.int64]
Weights = npt.NDArray[np.float64]
Truths = npt.NDArray[np.bool_]
Pairs = set[tuple[str, str]]

#: How far below the threshold pairs are looked at unless told otherwise, in bits.
FLOOR = 10.0


@dataclass(frozen=True)
class Judged:
    """Pairs of source rows with their weights; a joint row counts once, by its heaviest pair.

    Attributes:
        model: the model. threshold: its threshold, bits. floor: weights below are not all here.
        refs: reference of each record. linker: judges records.
        left, right: records that stand for the pair.
        weight: bits, prior included.
        met: whether a pass proposed the pair and nothing forbids it; a pair that is not met is
            here only because it is true.
        linked: whether it was written as a link: not every pair at the threshold need be, where
            each record may have one link only, or where people have decided.
        true: whether the truth has it.
        true_pairs: all pairs of the truth. unknown: those with a reference no record has.
        two: whether pairs lie across two files.
    """

    model: Model
    threshold: float
    floor: float
    refs: list[str]
    linker: Linker
    left: Rows
    right: Rows
    weight: Weights
    met: Truths
    linked: Truths
    true: Truths
    true_pairs: int
    unknown: int
    two: bool

    @property
    def seen(self) -> tuple[Weights, Truths]:
        """Weight and truth of the compared pairs from the floor upwards, true or not."""
        here = self.met & (self.weight >= self.floor)
        return self.weight[here], self.true[here]


def judge(
    folder: LinkFolder, true: Pairs, floor: float | None = None, *, threads: int | None = None,
    say: Callable[[str], None] | None = None,
) -> Judged:  # fmt: skip
    """Judge the compared pairs down to a floor, and every true pair.

    Args:
        folder: a linking read back.
        true: true pairs of references; across files left then right, else the smaller first.
        floor: match weight in bits; None = `FLOOR` below the threshold.
    """
    lowest = folder.model.threshold - FLOOR if floor is None else min(floor, folder.model.threshold)
    linked = folder.relink(lowest, threads=threads, say=say)
    units = _Units.of(folder)
    found = _found(linked, units)
    known, unknown = units.codes_of(true)
    missing = np.setdiff1d(known, found.code, assume_unique=True)
    missed = _missed(linked, units, missing)
    code = np.concatenate([found.code, missed.code])
    return Judged(
        model=folder.model,
        threshold=folder.model.threshold,
        floor=lowest,
        refs=units.refs,
        linker=linked.linker,
        left=np.concatenate([found.left, missed.left]),
        right=np.concatenate([found.right, missed.right]),
        weight=np.concatenate([found.weight, missed.weight]) / MILLI,
        met=np.concatenate([found.met, missed.met]),
        linked=np.isin(code, units.code(units.unit[folder.left], units.unit[folder.right])),
        true=np.isin(code, known),
        true_pairs=len(true),
        unknown=unknown,
        two=folder.two,
    )


@dataclass(frozen=True)
class _Part:
    """Pairs of units: their code, the records that stand for them, weight in thousandths."""

    code: Rows
    left: Rows
    right: Rows
    weight: npt.NDArray[np.int64]
    met: Truths


@dataclass(frozen=True)
class _Units:
    """Source rows, numbered; a joint row is one unit of two records.

    Attributes:
        refs: reference of each record. unit: int64 [records].
        place: (file, reference) -> unit.
        records: int64 [units, most records of one]; -1 = no further record.
        two: whether pairs lie across files.
    """

    refs: list[str]
    unit: Rows
    place: dict[tuple[str, str], int]
    records: Rows
    two: bool

    @classmethod
    def of(cls, folder: LinkFolder) -> _Units:
        refs = folder.records["source_ref"].to_pylist()
        files = folder.records["partner"].to_pylist()
        place: dict[tuple[str, str], int] = {}
        unit = np.array(
            [place.setdefault(key, len(place)) for key in zip(files, refs, strict=True)], np.int64
        )
        order = np.argsort(unit, kind="stable")
        first = np.searchsorted(unit[order], np.arange(len(place)))
        within = np.arange(len(unit)) - first[unit[order]]
        records = np.full((len(place), int(within.max(initial=0)) + 1), -1, np.int64)
        records[unit[order], within] = order
        return cls(refs, unit, place, records, folder.two)

    def code(self, left: Rows, right: Rows) -> Rows:
        """One number for each pair of units, whichever comes first."""
        return np.asarray(np.minimum(left, right) * len(self.place) + np.maximum(left, right))

    def codes_of(self, pairs: Pairs) -> tuple[Rows, int]:
        """Codes of pairs of references, ascending, and how many name something unknown."""
        second = "right" if self.two else "left"
        units = [(self.place.get(("left", a)), self.place.get((second, b))) for a, b in pairs]
        known = np.array([u for u in units if None not in u and u[0] != u[1]], np.int64).reshape(-1, 2)
        codes = np.unique(self.code(known[:, 0], known[:, 1]))
        return codes, len(pairs) - len(codes)


def _found(linked: Linked, units: _Units) -> _Part:
    """The links down to the floor, each pair of units once, by its heaviest pair of records."""
    left, right = (linked.links[name].to_numpy().astype(np.int64) for name in ("left_id", "right_id"))
    weight = np.round(linked.links["match_weight"].to_numpy().astype(np.float64) * MILLI).astype(np.int64)
    several = units.unit[left] != units.unit[right]
    left, right, weight = left[several], right[several], weight[several]
    code = units.code(units.unit[left], units.unit[right])
    return _heaviest(_Part(code, left, right, weight, np.ones(len(code), np.bool_)))


def _missed(linked: Linked, units: _Units, codes: Rows) -> _Part:
    """True pairs that are not among the links down to the floor: lighter, or never compared."""
    first, second = codes // max(len(units.place), 1), codes % max(len(units.place), 1)
    parts = []
    for one in units.records.T:
        for other in units.records.T:
            a, b = one[first], other[second]
            there = (a >= 0) & (b >= 0)
            low, high = np.minimum(a, b)[there], np.maximum(a, b)[there]
            weight = linked.linker.totals(low, high).astype(np.int64)
            parts.append(_Part(codes[there], low, high, weight, _met(linked, low, high)))
    joined = (
        np.concatenate([getattr(p, name) for p in parts])
        for name in ("code", "left", "right", "weight", "met")
    )
    return _heaviest(_Part(*joined))


def _met(linked: Linked, left: Rows, right: Rows) -> Truths:
    """Pairs that some pass proposes, and that are not known to differ."""
    keys, apart = linked.keys, linked.linker.apart
    shared = ((keys[left] == keys[right]) & (keys[left] >= 0)).any(1)
    return np.asarray(shared & ((apart[left] < 0) | (apart[left] != apart[right])))


def _heaviest(part: _Part) -> _Part:
    """Each code once: a pair that was compared before one that was not, then the heaviest."""
    order = np.lexsort((part.right, part.left, -part.weight, ~part.met, part.code))
    first = order[np.r_[True, part.code[order][1:] != part.code[order][:-1]]] if len(order) else order
    return _Part(part.code[first], part.left[first], part.right[first], part.weight[first], part.met[first])


# ---------------------------------------------------------------------------------------
# The worst errors
# ---------------------------------------------------------------------------------------

#: What can be wrong with a pair.
FALSE_LINK, NO_LINK, NEVER_COMPARED = "false link", "missed: compared, no link", "missed: never compared"


@dataclass(frozen=True)
class Wrong:
    """A pair that is wrongly linked or wrongly not.

    Attributes:
        kind: `FALSE_LINK`, `NO_LINK` or `NEVER_COMPARED`.
        left_ref / right_ref: references. weight: bits. levels: comparison -> level in words.
    """

    kind: str
    left_ref: str
    right_ref: str
    weight: float
    probability: float
    levels: dict[str, str]


def wrong_pairs(judged: Judged, kind: str, most: int | None = None) -> list[Wrong]:
    """Errors of one kind, worst first.

    Of false links the heaviest are the worst: the model is surest. Of misses that were compared
    the lightest. Of misses never compared the heaviest: one pass more would have linked them.
    """
    linked = judged.linked
    chosen = {
        FALSE_LINK: linked & ~judged.true,
        NO_LINK: judged.met & ~linked & judged.true,
        NEVER_COMPARED: ~judged.met & judged.true,
    }[kind]
    rows = np.flatnonzero(chosen)
    sign = 1 if kind == NO_LINK else -1
    rows = rows[np.lexsort((judged.right[rows], judged.left[rows], sign * judged.weight[rows]))][:most]
    levels = judged.linker.levels_and_weights(judged.left[rows], judged.right[rows])[0]
    return [
        Wrong(
            kind,
            judged.refs[judged.left[row]],
            judged.refs[judged.right[row]],
            float(judged.weight[row]),
            float(probability(judged.weight[row])),
            level_words(judged.model, levels[k]),
        )
        for k, row in enumerate(rows)
    ]


def level_words(model: Model, levels: npt.NDArray[np.int8]) -> dict[str, str]:
    """Comparison -> the level a pair reaches in words; comparisons with a missing value left out."""
    return {
        comparison.name: comparison.levels[level].name
        for comparison, level in zip(model.comparison, levels.tolist(), strict=True)
        if level != MISSING
    }


def errors_table(judged: Judged) -> pa.Table:
    """All errors: kind, references, weight, probability and one column of level words per comparison."""
    rows = [one for kind in (FALSE_LINK, NO_LINK, NEVER_COMPARED) for one in wrong_pairs(judged, kind)]
    plain: dict[str, Any] = {
        "error": [one.kind for one in rows],
        "left_ref": [one.left_ref for one in rows],
        "right_ref": [one.right_ref for one in rows],
        "match_weight": pa.array([round(one.weight, 3) for one in rows], pa.float64()),
        "match_probability": pa.array([round(one.probability, 6) for one in rows], pa.float64()),
    }
    levels = {f"{name}_level": [one.levels.get(name) for one in rows] for name in judged.model.names}
    return pa.table({name: pa.array(column, None if name.startswith("match") else pa.string())
                     for name, column in (plain | levels).items()})  # fmt: skip
