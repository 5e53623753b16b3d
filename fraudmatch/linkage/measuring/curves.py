"""What a threshold would give, and whether probabilities mean what they say.

Pure functions of match weights (bits, prior included) and of what is true.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fraudmatch.linkage.model import probability

Weights = npt.NDArray[np.float64]
Truths = npt.NDArray[np.bool_]

#: Standard normal quantile of a two-sided 95 % interval.
Z95 = 1.959964

#: Edges of the probabilities a reliability table is cut at.
EDGES = (0.0, 0.001, 0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999, 1.0)


@dataclass(frozen=True)
class AtThreshold:
    """What links from a threshold upwards would be; a ratio without a denominator is None."""

    threshold: float
    links: int
    correct: int
    precision: float | None
    recall: float | None
    f1: float | None


def at_threshold(weights: Weights, true: Truths, threshold: float, true_pairs: int) -> AtThreshold:
    """Measures of the pairs that weigh at least `threshold`.

    Args:
        weights, true: of compared pairs.
        true_pairs: all there are, compared or not.
    """
    chosen = weights >= threshold
    links, correct = int(chosen.sum()), int(true[chosen].sum())
    return AtThreshold(
        threshold,
        links,
        correct,
        correct / links if links else None,
        correct / true_pairs if true_pairs else None,
        2 * correct / (links + true_pairs) if links + true_pairs else None,
    )


def precision_recall(weights: Weights, true: Truths, true_pairs: int) -> npt.NDArray[np.float64]:
    """float64 [thresholds, 3]: threshold, precision, recall at every weight that occurs, falling."""
    if not len(weights) or not true_pairs:
        return np.zeros((0, 3))
    order = np.argsort(-weights, kind="stable")
    ordered = weights[order]
    last = np.flatnonzero(np.r_[ordered[1:] != ordered[:-1], True])  # pairs of one weight come together
    correct = np.cumsum(true[order])[last]
    return np.stack([ordered[last], correct / (last + 1), correct / true_pairs], 1)


@dataclass(frozen=True)
class Bar:
    """Pairs of one bit of match weight: at least `low`, below low + 1."""

    low: int
    true: int
    false: int


def weight_histogram(weights: Weights, true: Truths) -> list[Bar]:
    """Compared pairs by match weight, one bar per bit from the lightest to the heaviest."""
    if not len(weights):
        return []
    bits = np.floor(weights).astype(np.int64)
    first = int(bits.min())
    wide = int(bits.max()) - first + 1
    right = np.bincount(bits[true] - first, minlength=wide)
    wrong = np.bincount(bits[~true] - first, minlength=wide)
    return [Bar(first + k, int(right[k]), int(wrong[k])) for k in range(wide)]


@dataclass(frozen=True)
class Bin:
    """Pairs of one stretch of match probability.

    Attributes:
        low / high: its ends; low <= probability < high, the last one with its end.
        stated: mean probability of its pairs.
        true: how many are true; `share` of them, with a 95 % interval from `share_low` to `share_high`.
    """

    low: float
    high: float
    pairs: int
    stated: float
    true: int
    share: float
    share_low: float
    share_high: float


def reliability(weights: Weights, true: Truths, edges: tuple[float, ...] = EDGES) -> list[Bin]:
    """How many pairs of each stretch of probability are true; stretches without pairs are left out.

    Only compared pairs may be given: a pair that blocking never proposed was not judged.
    """
    stated = probability(weights)
    place = np.clip(np.searchsorted(np.array(edges), stated, side="right") - 1, 0, len(edges) - 2)
    made = []
    for number in range(len(edges) - 1):
        inside = place == number
        pairs, right = int(inside.sum()), int(true[inside].sum())
        if pairs:
            low, high = wilson(right, pairs)
            made.append(
                Bin(edges[number], edges[number + 1], pairs, float(stated[inside].mean()), right,
                    right / pairs, low, high)
            )  # fmt: skip
    return made


def expected_calibration_error(bins: Sequence[Bin]) -> float | None:
    """How far stated probabilities are from true shares on average, 0 to 1; None without pairs.

    The mean over pairs of |share that is true - mean probability stated| of the pair's bin (ECE; Naeini,
    Cooper and Hauskrecht 2015, Obtaining well calibrated probabilities using Bayesian binning, AAAI-29,
    2901–2907). They cut the probabilities into ten bins of equal width; ours are those given, by default
    of `EDGES`, which are finer near 0 and 1, where links are. So figures with other bins are
    not comparable. Errors that cancel inside a bin are not seen, and chance alone keeps the figure above 0
    where pairs are few.
    """
    pairs = sum(one.pairs for one in bins)
    if not pairs:
        return None
    return math.fsum(one.pairs * abs(one.share - one.stated) for one in bins) / pairs


def wilson(successes: float, trials: float, z: float = Z95) -> tuple[float, float]:
    """The score interval for a share (Wilson 1927, JASA 22:209–212); (0, 1) without trials.

    Sound for few trials and for shares of 0 and 1, where the usual interval has no width.
    `trials` may be infinite, meaning that all were seen.
    """
    if trials <= 0:
        return 0.0, 1.0
    share = successes / trials if math.isfinite(trials) else successes
    if not math.isfinite(trials):
        return share, share
    middle = (share + z * z / (2 * trials)) / (1 + z * z / trials)
    half = z / (1 + z * z / trials) * math.sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials))
    # at the ends the formula gives them but for rounding
    return 0.0 if share <= 0 else max(0.0, middle - half), 1.0 if share >= 1 else min(1.0, middle + half)
