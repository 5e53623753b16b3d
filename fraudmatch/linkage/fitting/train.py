"""m, u and prior fitted to records without labels, starting from a model.

u comes from pairs drawn at random, almost all of which are different entities. m comes from the
candidate pairs of the blocking passes by EM (Dempster, Laird and Rubin 1977) on the two-class
mixture of Fellegi and Sunter (1969), as Winkler (1988) fitted it: given the class, comparisons
are independent but for the model's `given` entries, and a missing value is no evidence.

A pass shapes what it proposes: among pairs that share a surname, surnames agree. As in Splink,
a pass therefore teaches nothing about the comparisons that read its key. The passes are fitted
in one go, m in common and the share of true pairs for each, where Splink fits them one by one and
averages; so a small pass does not count as much as a large one.

No class can swap its meaning with the other unnoticed: u is fixed before EM begins, EM begins at
the model's own m, and a fit that turned about is refused.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fraudmatch.errors import RunError
from fraudmatch.linkage.fitting.chances import (
    Chances,
    chances_of,
    kept_neutral,
    silenced,
    variants_of_patterns,
)
from fraudmatch.linkage.fitting.em import (
    STRENGTH,
    TOLERANCE,
    Mixture,
    fit,
    positive,
    scores,
    updated,
    yielding,
)
from fraudmatch.linkage.fitting.patterns import Patterns
from fraudmatch.linkage.fitting.tangles import Tangle, find_tangles
from fraudmatch.linkage.model import Model, probability

Values = npt.NDArray[np.float64]
Cells = npt.NDArray[np.int64]

#: A pass is fitted when its pairs have so many comparisons left to judge by, on average.
LEAST_COMPARED = 1.5

#: Times u, m and prior are fitted in turn. Random pairs hold a few true ones, which are taken out of
#: u by the latest fit; the first knows only the old model, which may not see them.
ROUNDS = 3

#: Least correlation of old and new weights over patterns for "same" to mean what it meant.
LEAST_KINSHIP = 0.3


@dataclass(frozen=True)
class Trained:
    """What training found, before it is written into a model.

    Attributes:
        m, u: the fitted rows as the new model uses them. found_m: m as EM left it, before rows
            that turned about were put back. old_m, old_u: the rows of the model it began with.
        seen_m: expected true pairs at each m, in the pass that shows most of them.
        seen_u: expected different pairs at each u among the random ones.
        fitted: bool [S]; passes that taught. used: bool [S, C]; what each could teach.
        shares: float64 [S]; share of true pairs in each pass; nan where it was not fitted.
        tangled: what hangs together beyond what the model says; see `Tangle`.
        turned: comparisons whose fit would have had agreement speak against; their m was kept.
        prior: log2 odds; expected_pairs: true pairs expected among all candidates.
        rounds / converged: of the last EM. likelihood: after each of its rounds.
    """

    m: Chances
    found_m: Chances
    u: Chances
    old_m: Chances
    old_u: Chances
    seen_m: Values
    seen_u: Values
    fitted: npt.NDArray[np.bool_]
    used: npt.NDArray[np.bool_]
    shares: Values
    tangled: tuple[Tangle, ...]
    turned: tuple[int, ...]
    prior: float
    expected_pairs: float
    rounds: int
    converged: bool
    likelihood: list[float]


def train(patterns: Patterns, model: Model, strength: float = STRENGTH) -> Trained:
    """Fit u, then m, then the prior.

    Raises:
        RunError: the fit gave "same" another meaning than the model's.
    """
    old = _Begun.of(patterns, model)
    used = ~blocked(model, patterns.refined)
    fitted = _teaches(patterns, model, used)
    sources = np.flatnonzero(fitted)
    begun = weights = old.evidence(old.m.values, old.u.values)
    prior = model.prior
    for _ in range(ROUNDS):
        u, seen_u = _fit_u(patterns, old.u, old.cells_u, 1 - probability(weights + prior), strength)
        for comparison, held in patterns.held.items():
            u[comparison, 0] = least_u(held, float(u[comparison, 0]), float(old.u.values[comparison, 0]))
        u = old.u.woven(u).values
        start = old.m.summing_to_one()
        mixture = _mixture(patterns, old.cells_m, old.against(u), start.values, sources, used)
        found = fit(mixture, _first_shares(mixture, weights + prior), strength)
        m, turned = _not_turned(model, start, found.m, u)
        m = old.m.woven(m).values
        weights = old.evidence(m, u)
        _same_meaning(model, patterns.distinct, begun, weights)
        prior, expected = fitted_prior(patterns, weights, model.prior)
    tangles = find_tangles(patterns, old.cells_u, mixture, found, sources, u)
    shares = np.full(len(fitted), np.nan)
    shares[fitted] = found.shares
    new_m, new_u = kept_neutral(model, old.m.with_values(m), old.u.with_values(u), old.m)
    return Trained(
        new_m, old.m.with_values(found.m), new_u, old.m, old.u, found.seen,
        seen_u, fitted, used, shares, tangles, turned, prior, expected, len(found.likelihood), found.converged,
        found.likelihood,
    )  # fmt: skip


@dataclass(frozen=True)
class _Begun:
    """The model that training begins with, as rows, and what each pattern reads of them."""

    patterns: Patterns
    m: Chances
    u: Chances
    cells_m: Cells
    cells_u: Cells

    @classmethod
    def of(cls, patterns: Patterns, model: Model) -> _Begun:
        variants = variants_of_patterns(model, patterns.levels)
        levels = silenced(model, patterns.levels, variants)
        m, u = chances_of(model, "m"), chances_of(model, "u")
        return cls(patterns, m, u, m.cells(levels, variants), u.cells(levels, variants))

    def against(self, u: Values) -> Values:
        """float64 [P, C]: ln u of what each pattern shows."""
        return _against(u, self.cells_u, self.patterns.rarity)

    def evidence(self, m: Values, u: Values) -> Values:
        """Match weight of each pattern without prior, in bits, as a linker would have it."""
        mixture = _mixture(self.patterns, self.cells_m, self.against(u), m)
        return np.asarray(scores(mixture, m).sum(1) / np.log(2))


def _fit_u(
    patterns: Patterns, old: Chances, cells: Cells, different: Values, strength: float
) -> tuple[Values, Values]:
    """u of every row, and the different pairs seen at each.

    The plain row learns from all random pairs, whatever `given` entry holds, since it stands in
    wherever an entry names nothing; so it is the chance over all different pairs.
    """
    pairs = patterns.random * different
    seen = _counted(cells, pairs, old.values.shape)
    plain = old.cells(patterns.levels, np.zeros_like(cells))
    count = len(old.row_of)
    seen[:count] = _counted(plain, pairs, old.values.shape)[:count]
    start = old.summing_to_one().values
    values = updated(seen, start, yielding(seen, start, strength))
    return old.woven(values).values, seen


def blocked(model: Model, refined: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """bool [S, C]: comparisons that read a column the key of the pass reads.

    Args:
        refined: bool [S]; passes some of whose blocks were cut finer, whose further keys count too.
    """

    def read(expressions: list[str]) -> set[str]:
        return {name for one in expressions for name in one.partition(":")[0].split("+")}

    return np.array(
        [
            [
                bool(
                    read([*p.key, *(p.refine if finer else [])])
                    & read([*c.columns, *([c.alike] if c.alike else [])])
                )
                for c in model.comparison
            ]
            for p, finer in zip(model.passes, refined, strict=True)
        ]
    )


def _teaches(patterns: Patterns, model: Model, used: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """bool [S]: passes whose pairs have enough to judge by apart from the key."""
    straight = np.array([c.levels[0].test not in ("both", "either") for c in model.comparison])
    known = (patterns.levels >= 0) & straight
    pairs = patterns.sources.sum(0)
    compared = np.array([patterns.sources[:, s] @ known[:, used[s]].sum(1) for s in range(len(used))])
    return np.asarray((pairs > 0) & (compared >= LEAST_COMPARED * pairs))


def _mixture(
    patterns: Patterns, cells: Cells, against: Values, start: Values,
    sources: npt.NDArray[np.int64] | None = None, used: npt.NDArray[np.bool_] | None = None,
) -> Mixture:  # fmt: skip
    """The mixture of some passes; of none, where only weights are wanted."""
    chosen = np.zeros(0, np.int64) if sources is None else sources
    part = np.zeros((0, cells.shape[1]), np.bool_) if used is None else used[chosen]
    return Mixture(patterns.sources[:, chosen], part, cells, against, start)


def least_u(held: Values, observed: float, least: float) -> float:
    """The least u of a comparison weighed by value, raised until values agree by chance as often as seen.

    National frequencies say nothing of the names of one town: there the rare ones are shared. Where
    values agree less often than the old model says, the least u stays, since few records cannot
    show how rare a name is.

    Args:
        held: chance the model gives to the value of each record; nothing is below `least`.
        observed: chance that random different pairs agree. least: the old least u.
    """
    if not len(held) or float(held.mean()) >= observed:
        return least
    low, high = least, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if np.maximum(held, middle).mean() < observed else (low, middle)
    return (low + high) / 2


def _against(u: Values, cells: Cells, rarity: npt.NDArray[np.int8]) -> Values:
    """ln u of what each pattern shows: of the value itself where its rarity is known."""
    plain = np.log(positive(u.ravel()))[np.where(cells >= 0, cells, 0)]
    least = np.log(positive(u[: cells.shape[1], 0]))  # rows of plain chances come first
    of_value = np.maximum(-np.log(2) * rarity.astype(np.float64), least)
    made = np.where(rarity >= 0, of_value, plain)
    return np.where(cells >= 0, made, 0.0)


def _counted(cells: Cells, pairs: Values, shape: tuple[int, ...]) -> Values:
    known = cells >= 0
    weights = np.broadcast_to(pairs[:, None], cells.shape)[known]
    return np.asarray(np.bincount(cells[known], weights, int(np.prod(shape))).reshape(shape), np.float64)


def _first_shares(mixture: Mixture, match_weights: Values) -> Values:
    """Share of true pairs in each source by the starting model, which sees all comparisons."""
    total = np.maximum(mixture.counts.sum(0), 1e-300)
    return np.asarray(np.clip(probability(match_weights) @ mixture.counts / total, 1e-3, 0.999))


def _not_turned(model: Model, start: Chances, m: Values, u: Values) -> tuple[Values, tuple[int, ...]]:
    """m with the old row of every comparison whose first level would weigh less than its last."""
    made, turned = m.copy(), set()
    for row, (comparison, _) in enumerate(start.rows):
        last = len(model.comparison[comparison].levels) - 1
        plain = u[comparison]  # rows of plain chances come first, in the order of the comparisons
        if m[row, 0] * plain[last] < m[row, last] * plain[0] and start.values[row, 0] * plain[last] >= (
            start.values[row, last] * plain[0]
        ):
            made[row] = start.values[row]
            turned.add(comparison)
    return made, tuple(sorted(turned))


def _same_meaning(model: Model, pairs: Values, begun: Values, ended: Values) -> None:
    """Refuse a fit that orders the patterns in another way than the model it began with."""
    if not pairs.sum() or np.ptp(begun[pairs > 0]) == 0 or np.ptp(ended[pairs > 0]) == 0:
        return
    spread = np.cov(begun, ended, aweights=pairs)
    kinship = spread[0, 1] / np.sqrt(spread[0, 0] * spread[1, 1])
    if kinship < LEAST_KINSHIP:
        raise RunError(
            f"Training turned the meaning of {model.id} about: old and new weights of the candidate pairs "
            f"correlate at {kinship:.2f} only. Nothing was written.",
            remedy="Train on more records, or on files with more columns in common; check the mapping.",
        )


def fitted_prior(patterns: Patterns, evidence: Values, prior: float) -> tuple[float, float]:
    """Log2 odds that two records drawn at random are the same, and the true pairs expected.

    The share that explains itself: the expected true pairs among the candidates, at this prior,
    over all pairs. True pairs that no pass proposes are not in it.

    Args:
        evidence: float64 [P]; match weight of each pattern without prior, in bits.
        prior: log2 odds to begin with; also the answer where nothing was compared.
    """
    expected = 0.0
    for _ in range(1000):
        expected = float(patterns.distinct @ probability(evidence + prior))
        if not 0 < expected < patterns.possible:
            return prior, expected
        new = float(np.log2(expected) - np.log2(patterns.possible - expected))
        if abs(new - prior) < TOLERANCE / 100:
            return new, expected
        prior = new
    return prior, expected
