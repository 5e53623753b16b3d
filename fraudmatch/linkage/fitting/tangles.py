"""Comparisons that hang together beyond what a model says, found after a fit.

Neighbours in one postcode share more than a postcode. Such pairs look like true ones to EM, which
takes comparisons as independent, and nothing in random pairs tells of them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fraudmatch.linkage.fitting.em import Fit, Mixture, positive, scores
from fraudmatch.linkage.fitting.patterns import Patterns
from fraudmatch.linkage.model import probability

Values = npt.NDArray[np.float64]
Cells = npt.NDArray[np.int64]

#: A level is named when this share of the different pairs of a pass stands at it, that many times as
#: many as u says, among at least so many pairs.
TANGLED_SHARE, TANGLED_TIMES, LEAST_TANGLED = 0.01, 20.0, 1_000.0

#: Passes of which more is true are not asked: their few different pairs are, as often as not, true
#: ones that were misjudged.
MOSTLY_TRUE = 0.5


@dataclass(frozen=True)
class Tangle:
    """A level that pairs of two entities reach far more often inside a pass than u says.

    Attributes:
        number: the pass. comparison / level: positions. share: of the pass's different pairs.
        times: how many times u that is.
    """

    number: int
    comparison: int
    level: int
    share: float
    times: float


def find_tangles(
    patterns: Patterns, cells_u: Cells, mixture: Mixture, found: Fit, sources: Cells, u: Values
) -> tuple[Tangle, ...]:  # fmt: skip
    """Where independence fails among pairs of two entities, by pass and comparison.

    A pair counts as different by all evidence but that of the comparison in question, which would
    hide what is looked for. Of each pass and comparison only the worst level is named.

    Args:
        cells_u: int64 [P, C]; place in `u.ravel()` of what each pattern shows; -1 = missing.
        mixture, found: what EM had and found.
        sources: numbers of the passes of the mixture.
        u: float64 [R, L]; as fitted.
    """
    each = scores(mixture, found.m)
    evidence = each @ mixture.used.T + np.log(found.shares / (1 - found.shares))
    made = []
    for k, number in enumerate(sources.tolist()):
        if found.shares[k] > MOSTLY_TRUE:
            continue
        for comparison in np.flatnonzero(mixture.used[k]).tolist():
            without = evidence[:, k] - each[:, comparison]
            different = mixture.counts[:, k] * (1 - probability(without / np.log(2)))
            worst = _tangle(patterns, cells_u, different, comparison, u)
            if worst is not None:
                made.append(Tangle(number, comparison, *worst))
    return tuple(made)


def _tangle(
    patterns: Patterns, cells_u: Cells, different: Values, comparison: int, u: Values
) -> tuple[int, float, float] | None:  # fmt: skip
    """Level, share and times u of the worst level of one comparison among different pairs of a pass."""
    cells, wide = cells_u[:, comparison], u.shape[1]
    # values of known rarity have a u of their own
    plain = (cells >= 0) & (patterns.rarity[:, comparison] < 0)
    pairs = different[plain]
    if pairs.sum() < LEAST_TANGLED:
        return None
    level = cells[plain] % wide
    share = np.bincount(level, pairs, wide) / pairs.sum()
    stated = (pairs[:, None] * u[cells[plain] // wide]).sum(0) / pairs.sum()
    times = share / positive(stated)
    times[share < TANGLED_SHARE] = 0
    worst = int(times.argmax())
    return (worst, float(share[worst]), float(times[worst])) if times[worst] >= TANGLED_TIMES else None
