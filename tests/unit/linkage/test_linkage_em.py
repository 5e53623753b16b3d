"""EM recovers known chances, never lowers the likelihood, and agrees with a second opinion."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fraudmatch.linkage.fitting.em import Mixture, fit, updated, yielding

TRUE_M = np.array([[0.9, 0.07, 0.03], [0.8, 0.15, 0.05], [0.95, 0.03, 0.02], [0.7, 0.2, 0.1]])
TRUE_U = np.array([[0.01, 0.04, 0.95], [0.05, 0.1, 0.85], [0.02, 0.03, 0.95], [0.1, 0.2, 0.7]])
START = np.array([[0.6, 0.3, 0.1]] * 4)


def drawn(pairs: int, share: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Levels [pairs, 4] of pairs of which a known share is true, and which they are."""
    rng = np.random.default_rng(seed)
    true = rng.random(pairs) < share
    levels = np.stack(
        [
            np.where(true, rng.choice(3, pairs, p=m), rng.choice(3, pairs, p=u))
            for m, u in zip(TRUE_M, TRUE_U, strict=True)
        ],
        1,
    )
    return levels, true


def mixture(
    levels: np.ndarray, u: np.ndarray, start: np.ndarray, missing: np.ndarray | None = None
) -> Mixture:
    """One source of pairs, all comparisons in use."""
    levels = levels if missing is None else np.where(missing, -1, levels)
    patterns, back = np.unique(levels, axis=0, return_inverse=True)
    known = patterns >= 0
    cells = np.where(known, np.arange(patterns.shape[1]) * start.shape[1] + patterns, -1)
    against = np.where(known, np.log(u.ravel())[np.where(known, cells, 0)], 0.0)
    counts = np.bincount(back.ravel(), minlength=len(patterns)).astype(float)[:, None]
    return Mixture(counts, np.ones((1, patterns.shape[1]), bool), cells, against, start)


def test_known_chances_are_recovered():
    levels, true = drawn(200_000, 0.2, 1)
    found = fit(mixture(levels, TRUE_U, START), np.array([0.5]), strength=0)
    assert found.converged
    assert found.shares[0] == pytest.approx(true.mean(), abs=0.003)
    assert np.abs(found.m - TRUE_M).max() < 0.01
    assert found.seen.sum(1) == pytest.approx(np.full(4, true.sum()), rel=0.01)


def test_missing_values_are_no_evidence():
    levels, _ = drawn(200_000, 0.2, 2)
    hidden = np.random.default_rng(3).random(levels.shape) < 0.4
    found = fit(mixture(levels, TRUE_U, START, hidden), np.array([0.5]), strength=0)
    assert np.abs(found.m - TRUE_M).max() < 0.015


def test_a_comparison_that_a_source_may_not_teach_learns_from_the_other():
    """Two sources; in the second all pairs agree on comparison 0, as pairs of its pass do."""
    fair, _ = drawn(50_000, 0.3, 4)
    blocked, _ = drawn(50_000, 0.6, 5)
    blocked[:, 0] = 0
    one, two = (mixture(levels, TRUE_U, START) for levels in (fair, blocked))
    counts = np.zeros((len(one.counts) + len(two.counts), 2))
    counts[: len(one.counts), :1], counts[len(one.counts) :, 1:] = one.counts, two.counts
    both = Mixture(
        counts,
        np.array([[True] * 4, [False, True, True, True]]),
        np.concatenate([one.cells, two.cells]),
        np.concatenate([one.against, two.against]),
        START,
    )
    found = fit(both, np.array([0.5, 0.5]), strength=0)
    assert np.abs(found.m - TRUE_M).max() < 0.02
    assert found.shares == pytest.approx([0.3, 0.6], abs=0.02)
    naive = fit(
        Mixture(both.counts, np.ones((2, 4), bool), both.cells, both.against, START), np.array([0.5, 0.5]), 0
    )
    assert naive.m[0, 0] > 0.95  # what leaving it in would have taught


def test_without_pairs_the_start_stays():
    none = mixture(np.zeros((0, 4), int), TRUE_U, START)
    found = fit(none, np.array([0.5]))
    assert found.m == pytest.approx(START) and found.converged


@settings(max_examples=60)
@given(
    st.integers(0, 10_000), st.integers(20, 400), st.floats(0.02, 0.98), st.sampled_from([0.0, 0.5, 5.0, 50.0])
)  # fmt: skip
def test_the_likelihood_never_falls(seed, pairs, share, strength):
    rng = np.random.default_rng(seed)
    levels, _ = drawn(pairs, share, seed)
    start = rng.dirichlet([1, 1, 1], 4)
    u = rng.dirichlet([1, 1, 1], 4) + 1e-6
    found = fit(
        mixture(levels, u, start, rng.random(levels.shape) < 0.2),
        np.array([rng.uniform(0.01, 0.99)]),
        strength,
    )
    steps = np.diff(found.likelihood)
    assert (steps >= -1e-7 * np.abs(found.likelihood[:-1]).max(initial=1)).all()


@given(
    st.lists(st.floats(0, 1e6), min_size=3, max_size=3), st.lists(st.floats(1e-7, 1), min_size=3, max_size=3),
    st.floats(0.1, 100),
)  # fmt: skip
def test_updated_chances_are_the_most_likely(counts, start, strength):
    """No nearby chances have a higher penalised likelihood, and they sum to 1."""
    n, s = np.array([counts]), np.array([start]) / sum(start)
    made = updated(n, s, strength)
    assert made.sum() == pytest.approx(1)

    def objective(x: np.ndarray) -> float:
        return float(((n + strength) * np.log(x) - strength * x / s).sum())

    best = objective(made)
    for move in ([1, -1, 0], [0, 1, -1], [-1, 0, 1]):
        for size in (1e-3, -1e-3):
            other = made * np.exp(size * np.array([move]))
            other /= other.sum()
            assert objective(other) <= best + 1e-6 * abs(best) + 1e-6


def test_a_level_seen_as_often_as_the_strength_lies_halfway():
    start = np.array([[0.0001, 0.9999]])
    counts = np.array([[5.0, 24_995.0]])  # twice the chance: 5 seen where 2.5 were expected
    made = updated(counts, start, 5.0)
    assert made[0, 0] == pytest.approx((5 + 5) / (25_000 + 5 / 0.0001), rel=0.01)


def test_recordlinkage_agrees_on_binary_patterns():
    """Its ECM fits u too; on well separated classes both find the same m and share."""
    import warnings

    import pandas as pd

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import recordlinkage

    levels, _ = drawn(40_000, 0.3, 6)
    agree = levels == 0
    frame = pd.DataFrame(agree.astype(int), columns=list("abcd"))
    frame.index = pd.MultiIndex.from_arrays([np.arange(len(agree)), np.arange(len(agree))])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        other = recordlinkage.ECMClassifier(atol=1e-6)
        other.fit(frame)
    u = np.array([[other.u_probs[c][1], other.u_probs[c][0]] for c in "abcd"])
    start = np.full((4, 2), [0.7, 0.3])
    found = fit(mixture((~agree).astype(int), u, start), np.array([0.5]), strength=0)
    assert [found.m[k, 0] for k in range(4)] == pytest.approx(
        [other.m_probs[c][1] for c in "abcd"], abs=0.003
    )
    assert found.shares[0] == pytest.approx(other.p, abs=0.003)


def test_a_rare_chance_gives_way_to_many_pairs_and_holds_against_none():
    start = np.array([[1e-6, 1 - 1e-6]])
    many, none = np.array([[500.0, 999_500.0]]), np.array([[0.0, 1_000_000.0]])
    assert updated(many, start, yielding(many, start, 5.0))[0, 0] == pytest.approx(5e-4, rel=0.05)
    assert updated(many, start, 5.0)[0, 0] < 1e-4  # what it would be without giving way
    assert updated(none, start, yielding(none, start, 5.0))[0, 0] == pytest.approx(5 / 6e6, rel=0.01)
