"""How good links are, in the measures of the linkage literature.

Precision, recall and F1 count pairs of records; pairs completeness is the share of true pairs
that blocking proposed, reduction ratio the share of all pairs it spared (Christen 2012, ch. 7).
Groups are compared through the sizes of their overlaps, so that no pair is ever listed.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
import numpy.typing as npt

Ids = npt.NDArray[np.integer]


@dataclass(frozen=True)
class Measures:
    """Counts of pairs and what follows from them; a ratio without a denominator is None."""

    true_pairs: int
    found_pairs: int
    correct_pairs: int

    @property
    def precision(self) -> float | None:
        """Correct among found."""
        return self.correct_pairs / self.found_pairs if self.found_pairs else None

    @property
    def recall(self) -> float | None:
        """Correct among true."""
        return self.correct_pairs / self.true_pairs if self.true_pairs else None

    @property
    def f1(self) -> float | None:
        """Harmonic mean of precision and recall."""
        both = self.found_pairs + self.true_pairs
        return 2 * self.correct_pairs / both if both else None

    def as_dict(self) -> dict[str, int | float | None]:
        """Counts and ratios (rounded to 6 places), for JSON."""
        ratios = {"precision": self.precision, "recall": self.recall, "f1": self.f1}
        return asdict(self) | {k: None if v is None else round(v, 6) for k, v in ratios.items()}


def measure_pairs(found: set[tuple[str, str]], true: set[tuple[str, str]]) -> Measures:
    """Measures of explicit pairs."""
    return Measures(len(true), len(found), len(found & true))


def measure_links(left: Ids, right: Ids, entity: Ids) -> Measures:
    """Measures of links between rows, given each row's true entity (-1 = unknown, takes no part)."""
    known = (entity[left] >= 0) & (entity[right] >= 0)
    correct = known & (entity[left] == entity[right])
    return Measures(_pairs_inside(entity[entity >= 0]), int(known.sum()), int(correct.sum()))


def measure_groups(group: Ids, entity: Ids) -> Measures:
    """Measures of all pairs inside the same group, given each row's true entity.

    Args:
        group: int [n]; -1 = in no group.
        entity: int [n]; -1 = unknown, the row takes no part.
    """
    part = entity >= 0
    group, entity = np.where(group[part] < 0, -1 - np.arange(int(part.sum())), group[part]), entity[part]
    both = (
        np.unique(np.stack([group, entity], 1), axis=0, return_counts=True)[1]
        if len(group)
        else np.zeros(0, int)
    )
    correct = int((both * (both - 1) // 2).sum())
    return Measures(_pairs_inside(entity), _pairs_inside(group), correct)


def _pairs_inside(labels: Ids) -> int:
    counts = np.unique(labels, return_counts=True)[1] if len(labels) else np.zeros(0, np.int64)
    return int((counts * (counts - 1) // 2).sum())


def pairs_inside(labels: Ids) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """All pairs of positions that carry one label, as (left, right) with left < right; in no set order."""
    order = np.argsort(labels, kind="stable").astype(np.int64)
    ordered = np.asarray(labels)[order]
    first = np.arange(len(order))
    lefts, rights = [first[:0]], [first[:0]]
    step = 1
    while len(first):  # neighbours at distance 1, 2, …; a label is left when its run ends
        first = first[first + step < len(order)]
        first = first[ordered[first] == ordered[first + step]]
        lefts.append(order[first])
        rights.append(order[first + step])
        step += 1
    return np.concatenate(lefts), np.concatenate(rights)


def pairs_completeness(keys: npt.NDArray[np.int64], left: Ids, right: Ids) -> float | None:
    """Share of the given true pairs that share a key in some pass; None without true pairs."""
    if not len(left):
        return None
    met = (keys[left] == keys[right]) & (keys[left] >= 0)
    return float(met.any(axis=1).mean())


def reduction_ratio(compared: int, possible: int) -> float | None:
    """Share of all pairs that were not compared; None when there are none."""
    return 1 - compared / possible if possible else None
