"""Precision and recall from a sample that people decide on: which pairs, and what follows.

Pairs are put into strata by match weight, since errors live near the threshold; a sample is drawn
from each, and what is found is counted up to all pairs (stratified estimation, Cochran 1977,
chapters 5 and 5A). Intervals join Wilson's interval of each stratum by the method of variance
estimates recovery (Zou and Donner 2008, Statistics in Medicine 27:1693–1702), which keeps its
width where all pairs of a stratum turned out alike.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fraudmatch.linkage.measuring.curves import wilson
from fraudmatch.linkage.model import probability

Weights = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

#: Inner edges of the strata, in bits from the threshold.
EDGES = (-5.0, -2.0, 0.0, 2.0, 5.0, 10.0, 20.0)

#: Pairs wanted from every stratum, if it has them, before the rest is shared out.
LEAST = 10

#: The model is not believed to be surer than this about a stratum when the sample is shared out.
SUREST = 0.98


@dataclass(frozen=True)
class Stratum:
    """Pairs of one stretch of match weight.

    Attributes:
        low / high: match weight from (inclusive) and to (exclusive), bits.
        linked: whether the stretch lies at or above the threshold.
        pairs: how many there are. stated: their mean match probability.
        wanted: how many to review.
    """

    low: float
    high: float
    linked: bool
    pairs: int
    stated: float
    wanted: int


def strata_of(weights: Weights, threshold: float) -> Ints:
    """int64 [pairs]: the stratum of each, 0 for the lightest stretch."""
    return np.searchsorted(np.array(EDGES) + threshold, weights, side="right").astype(np.int64)


def plan_review(weights: Weights, threshold: float, size: int) -> list[Stratum]:
    """The strata and how many pairs of each to review; strata without pairs are there too.

    Every stratum gives `LEAST` pairs; the rest goes by Neyman's allocation (Cochran 1977, 5.5),
    pairs times sqrt(p (1 - p)) with p the mean match probability held within 1 - `SUREST` and
    `SUREST`, so that a model that is sure and wrong is found out. Never more than there are.

    Args:
        weights: match weights of all compared pairs down to some floor, bits.
        size: pairs to review in all; less where there are fewer.
    """
    place = strata_of(weights, threshold)
    count = len(EDGES) + 1
    pairs = np.bincount(place, minlength=count).astype(np.int64)
    stated = np.bincount(place, probability(weights), count) / np.maximum(pairs, 1)
    spread = np.sqrt(np.clip(stated, 1 - SUREST, SUREST) * (1 - np.clip(stated, 1 - SUREST, SUREST)))
    wanted = _allocated(pairs, np.asarray(pairs * spread, np.float64), size)
    edges = [-math.inf, *(edge + threshold for edge in EDGES), math.inf]
    return [
        Stratum(
            edges[k], edges[k + 1], edges[k] >= threshold, int(pairs[k]), float(stated[k]), int(wanted[k])
        )
        for k in range(count)
    ]


def _allocated(pairs: Ints, importance: Weights, size: int) -> Ints:
    """Whole numbers, at most `pairs`, summing to `size` or to all pairs; largest remainders first."""
    size = min(size, int(pairs.sum()))
    wanted = np.minimum(pairs, min(LEAST, size // max(1, int((pairs > 0).sum()))))
    while (left := size - int(wanted.sum())) > 0:
        room = pairs - wanted
        share = np.where(room > 0, np.maximum(importance, 1e-12), 0.0)
        share = share / share.sum() * left
        more = np.minimum(np.floor(share).astype(np.int64), room)
        if not more.any():  # single pairs go to the largest remainders, lighter strata first
            more[np.lexsort((np.arange(len(pairs)), -np.where(room > 0, share, -1)))[: min(left, 1)]] = 1
        wanted = wanted + more
    return wanted


def rank_of(left: str, right: str) -> str:
    """The place of a pair in the order of drawing: a digest of its references, and nothing else.

    So the same pairs are drawn every time, and a larger sample holds the smaller one.
    """
    return hashlib.blake2b(f"{left}\x00{right}".encode(), digest_size=16, person=b"review").hexdigest()


def draw(places: Ints, ranks: Sequence[str], plan: Sequence[Stratum]) -> list[int]:
    """Positions of the pairs to review, in the order of their ranks, so that strata are mixed.

    Args:
        places: stratum of each pair. ranks: `rank_of` each.
    """
    left = [one.wanted for one in plan]
    chosen = []
    for position in sorted(range(len(ranks)), key=ranks.__getitem__):
        if left[places[position]] > 0:
            left[places[position]] -= 1
            chosen.append(position)
    return chosen


# ---------------------------------------------------------------------------------------
# From outcomes to estimates
# ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Reviewed:
    """Outcomes of one stratum.

    Attributes:
        pairs: how many the stratum has. linked: whether they are links. stated: mean probability.
        same / different / unclear: outcomes; "cannot tell" is unclear.
    """

    pairs: int
    linked: bool
    stated: float
    same: int
    different: int
    unclear: int

    @property
    def decided(self) -> int:
        """Pairs with an answer."""
        return self.same + self.different

    @property
    def share(self) -> float:
        """Share of true pairs among the decided; what the model states where none is decided."""
        return self.same / self.decided if self.decided else self.stated

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's 95 % interval of the share, narrower the more of all pairs were seen.

        The number of trials is raised by the finite population correction (Cochran 1977, 2.6), so
        that the interval closes when every pair was decided.
        """
        if not self.decided:
            return 0.0, 1.0
        if self.decided >= self.pairs:
            return self.share, self.share
        trials = self.decided * (self.pairs - 1) / (self.pairs - self.decided)
        return wilson(self.share * trials, trials)


@dataclass(frozen=True)
class Estimate:
    """A share with its 95 % interval; None where there is nothing to take a share of."""

    value: float | None
    low: float | None
    high: float | None


def precision(strata: Sequence[Reviewed]) -> Estimate:
    """Share of true pairs among the links."""
    links = [one for one in strata if one.linked]
    total = sum(one.pairs for one in links)
    if not total:
        return Estimate(None, None, None)
    return Estimate(*_combined(links, [one.pairs / total for one in links]))


def recall(strata: Sequence[Reviewed]) -> Estimate:
    """Share of the true pairs among the reviewed candidates that are links.

    True pairs lighter than the floor of the sample, and those that blocking never proposed, are
    not in it: it is recall relative to the candidates, never more than that.

    The interval holds every share r at which (1 - r) · (true links) - r · (true pairs below the
    threshold) may be zero (Fieller's argument with the intervals above).
    """
    above = sum(one.pairs * one.share for one in strata if one.linked)
    below = sum(one.pairs * one.share for one in strata if not one.linked)
    if above + below == 0:
        return Estimate(None, None, None)

    def balance(share: float) -> tuple[float, float, float]:
        return _combined(strata, [one.pairs * (1 - share if one.linked else -share) for one in strata])

    # the balance falls as the share grows: its upper end ends below, its lower end above
    low = _root(lambda share: balance(share)[1])
    high = _root(lambda share: balance(share)[2])
    value = above / (above + below)
    return Estimate(value, min(low, value), max(high, value))


def _combined(strata: Sequence[Reviewed], factors: Sequence[float]) -> tuple[float, float, float]:
    """A weighted sum of shares, and its 95 % interval; factors may be negative."""
    value = down = up = 0.0
    for one, factor in zip(strata, factors, strict=True):
        low, high = one.interval
        value += factor * one.share
        ends = (one.share - low, high - one.share)
        below, above = ends if factor >= 0 else ends[::-1]
        down += (factor * below) ** 2
        up += (factor * above) ** 2
    return value, value - math.sqrt(down), value + math.sqrt(up)


def _root(falling: Callable[[float], float]) -> float:
    """Where a falling function of a share crosses zero; the end of [0, 1] where it does not."""
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if falling(middle) > 0 else (low, middle)
    return (low + high) / 2
