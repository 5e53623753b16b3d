"""EM over agreement patterns: m and the shares of true pairs, u being known.

The mixture of Fellegi and Sunter (1969) fitted as Dempster, Laird and Rubin (1977) and Winkler
(1988) do. Pure functions of arrays; which pairs teach what is decided in `train`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Values = npt.NDArray[np.float64]
Cells = npt.NDArray[np.int64]

#: EM stops when no match weight moves by more than so many bits in a round (one of our units) …
TOLERANCE = 0.001

#: … or after so many rounds.
MOST_ROUNDS = 2000

#: How many pairs at a level a starting chance is worth; a level seen so often lies halfway.
STRENGTH = 5.0


@dataclass(frozen=True)
class Mixture:
    """What EM needs; P patterns, C comparisons, S sources of pairs, R rows of m.

    Attributes:
        counts: float64 [P, S]; pairs by pattern and source.
        used: bool [S, C]; the comparisons that teach in a source.
        cells: int64 [P, C]; place in `start.ravel()` of each pattern's m; -1 = missing.
        against: float64 [P, C]; ln u of what each pattern shows; 0 where missing.
        start: float64 [R, L]; m to begin with; rows sum to 1.
    """

    counts: Values
    used: npt.NDArray[np.bool_]
    cells: Cells
    against: Values
    start: Values


@dataclass(frozen=True)
class Fit:
    """What EM found.

    Attributes:
        m: float64 [R, L]. shares: float64 [S]; share of true pairs among each source's.
        seen: float64 [R, L]; expected true pairs at each level, in the source that has most.
        likelihood: penalised log-likelihood (up to a constant) after each round; it never falls.
        converged: whether it settled before `MOST_ROUNDS`.
    """

    m: Values
    shares: Values
    seen: Values
    likelihood: list[float]
    converged: bool


def updated(counts: Values, start: Values, strength: float | Values) -> Values:
    """Chances most likely given counts at the levels, drawn towards where they began.

    Maximises sum((n + a) ln x - a x / start) on sum(x) = 1: a gamma prior with its mode at the
    start for every chance, so that a chance of one in a million is believed as firmly as one in
    two, relative to its size; a Dirichlet prior would hardly hold on to small ones.

    Args:
        counts: float64 [R, L] of pairs; 0 where a row has no such level.
        start: float64 [R, L]; rows sum to 1, 0 where a row has no such level.
        strength: a above, in pairs, one for all or [R, L]; 0 for all = shares of the counts, and the
            start where there are none.
    """
    total = counts.sum(1, keepdims=True)
    if not np.any(strength):
        return np.where(total > 0, counts / np.where(total > 0, total, 1), start)
    level = start > 0
    pull = np.where(level, strength / np.where(level, start, 1), 0)
    above = np.where(level, counts + strength, 0)
    low, high = np.zeros_like(total), above.sum(1, keepdims=True)
    for _ in range(200):  # the sum falls as the multiplier grows: halve to the last bit
        middle = (low + high) / 2
        over = (above / np.where(level, middle + pull, 1)).sum(1, keepdims=True) > 1
        low, high = np.where(over, middle, low), np.where(over, high, middle)
    made = above / np.where(level, (low + high) / 2 + pull, 1)
    return np.asarray(made / made.sum(1, keepdims=True))


def yielding(counts: Values, start: Values, strength: float) -> Values:
    """float64 [R, L]: what each starting chance is worth where counts may contradict it by far.

    A chance of one in a million holds against a million pairs however many of them stand at its
    level, as long as it is worth five pairs, that is five million. So it gives way in the measure in
    which more are seen than it expects.
    """
    expected = counts.sum(1, keepdims=True) * start
    return np.asarray(strength * np.minimum(1.0, (expected + 1) / (counts + 1)))


def fit(mixture: Mixture, shares: Values, strength: float = STRENGTH) -> Fit:
    """EM from `mixture.start` and `shares` (float64 [S], true pairs among each source's)."""
    m, seen = mixture.start, np.zeros_like(mixture.start)
    likelihood: list[float] = []
    for _ in range(MOST_ROUNDS):
        evidence = scores(mixture, m) @ mixture.used.T
        odds = np.log(shares / (1 - shares))
        likelihood.append(_likelihood(mixture, evidence, shares, m, strength))
        true = mixture.counts * _sigmoid(evidence + odds)
        seen = _seen(mixture, true)
        new = updated(seen.sum(0), mixture.start, strength)
        total = mixture.counts.sum(0)
        shares = np.clip(np.where(total > 0, true.sum(0) / np.maximum(total, 1e-300), shares), 1e-9, 1 - 1e-9)
        moved = np.abs(np.log2(positive(new)) - np.log2(positive(m)))[mixture.start > 0].max(initial=0)
        m = new
        if moved <= TOLERANCE:
            return Fit(m, shares, seen.max(0, initial=0), likelihood, True)
    return Fit(m, shares, seen.max(0, initial=0), likelihood, False)


def positive(values: Values) -> Values:
    """Chances with nothing below what a weight can show, so that logarithms exist."""
    return np.maximum(values, 1e-12)


def scores(mixture: Mixture, m: Values) -> Values:
    """float64 [P, C]: ln(m / u) of what each pattern shows; 0 where missing."""
    known = mixture.cells >= 0
    for_it = np.log(positive(m.ravel()))[np.where(known, mixture.cells, 0)]
    return np.where(known, for_it - mixture.against, 0.0)


def _sigmoid(x: Values) -> Values:
    return np.asarray(0.5 * (1 + np.tanh(x / 2)))


def _seen(mixture: Mixture, true: Values) -> Values:
    """float64 [S, R, L]: expected true pairs at each cell, by source."""
    size = mixture.start.size
    made = np.zeros((true.shape[1], *mixture.start.shape))
    for source in range(true.shape[1]):
        cells = mixture.cells[:, mixture.used[source]]
        known = cells >= 0
        weights = np.broadcast_to(true[:, source, None], cells.shape)[known]
        made[source] = np.bincount(cells[known], weights, size).reshape(mixture.start.shape)
    return made


def _likelihood(mixture: Mixture, evidence: Values, shares: Values, m: Values, strength: float) -> float:
    odds = np.log(shares / (1 - shares))
    mixed = np.log1p(-shares) + np.logaddexp(0, evidence + odds)
    level = mixture.start > 0
    drawn = np.log(positive(m[level])) - m[level] / mixture.start[level]
    return float((mixture.counts * mixed).sum() + strength * drawn.sum())
