"""Thresholds, histogram and reliability on small tables that can be counted by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fraudmatch.linkage.measuring.curves import (
    Bin,
    at_threshold,
    expected_calibration_error,
    precision_recall,
    reliability,
    weight_histogram,
    wilson,
)

WEIGHTS = np.array([5.0, 5.0, 2.5, 0.0, -1.5])
TRUE = np.array([True, False, True, True, False])

pairs = st.lists(st.tuples(st.sampled_from([-3.5, -1.0, 0.0, 0.25, 2.0, 7.75]), st.booleans()), max_size=40)


def test_measures_at_a_threshold():
    at = at_threshold(WEIGHTS, TRUE, 0.0, 6)
    assert (at.links, at.correct, at.precision, at.recall, at.f1) == (4, 3, 0.75, 0.5, 0.6)
    nothing = at_threshold(WEIGHTS, TRUE, 9.0, 6)
    assert (nothing.precision, nothing.recall) == (None, 0.0)


@given(pairs, st.integers(0, 5))
def test_the_curve_is_the_measures_at_every_weight(rows, missed):
    weights, true = np.array([w for w, _ in rows], float), np.array([t for _, t in rows], bool)
    total = int(true.sum()) + missed
    line = precision_recall(weights, true, total)
    assert line[:, 0].tolist() == (sorted(set(weights.tolist()), reverse=True) if total else [])
    for threshold, precision, recall in line:
        at = at_threshold(weights, true, threshold, total)
        assert (precision, recall) == (pytest.approx(at.precision), pytest.approx(at.recall))


def test_bars_of_one_bit():
    bars = weight_histogram(WEIGHTS, TRUE)
    assert [(bar.low, bar.true, bar.false) for bar in bars] == [
        (-2, 0, 1), (-1, 0, 0), (0, 1, 0), (1, 0, 0), (2, 1, 0), (3, 0, 0), (4, 0, 0), (5, 1, 1)
    ]  # fmt: skip
    assert weight_histogram(WEIGHTS[:0], TRUE[:0]) == []


def test_reliability_puts_each_pair_into_one_bin_with_its_stated_mean():
    odds = np.log2(np.array([0.92, 0.94, 0.91, 0.3]) / (1 - np.array([0.92, 0.94, 0.91, 0.3])))
    made = reliability(odds, np.array([True, True, False, False]))
    assert [(one.low, one.high, one.pairs, one.true) for one in made] == [
        (0.25, 0.5, 1, 0),
        (0.9, 0.95, 3, 2),
    ]
    assert made[1].stated == pytest.approx((0.92 + 0.94 + 0.91) / 3)
    assert made[1].share_low < 2 / 3 < made[1].share_high


def test_a_calibrated_model_lies_on_the_line():
    rng = np.random.default_rng(4)
    weights = rng.uniform(-8, 8, 50_000)
    made = reliability(weights, rng.random(50_000) < 1 / (1 + 2.0**-weights))
    for one in made:
        assert abs(one.share - one.stated) < 4 * math.sqrt(one.stated * (1 - one.stated) / one.pairs), one


def test_wilson_at_its_ends():
    assert wilson(0, 0) == (0.0, 1.0)
    assert wilson(0, 10) == (0.0, pytest.approx(0.2775, abs=1e-4))  # z² / (n + z²)
    assert wilson(10, 10) == (pytest.approx(0.7225, abs=1e-4), 1.0)
    assert wilson(0.4, math.inf) == (0.4, 0.4)


def test_the_calibration_error_is_the_mean_gap_over_pairs():
    bins = [Bin(0.5, 0.75, 30, 0.6, 24, 0.8, 0.6, 0.9), Bin(0.9, 0.95, 10, 0.92, 9, 0.9, 0.6, 1.0)]
    assert expected_calibration_error(bins) == pytest.approx((30 * 0.2 + 10 * 0.02) / 40)
    assert expected_calibration_error([]) is None


@given(
    st.lists(st.integers(2, 60).flatmap(lambda n: st.tuples(st.integers(1, n - 1), st.just(n))), max_size=12)
)
def test_the_calibration_error_of_calibrated_counts_is_zero(counts):
    """n pairs that are given k / n, of which k are true."""
    weights = np.array([math.log2(k / (n - k)) for k, n in counts for _ in range(n)])
    true = np.array([number < k for k, n in counts for number in range(n)], bool)
    error = expected_calibration_error(reliability(weights, true))
    assert (error is None) if not counts else error == pytest.approx(0, abs=1e-12)


@given(pairs)
def test_the_calibration_error_lies_between_the_error_of_one_bin_and_one(rows):
    """Cutting finer never hides a gap (the triangle inequality), and no gap is wider than one."""
    weights, true = np.array([w for w, _ in rows], float), np.array([t for _, t in rows], bool)
    fine = expected_calibration_error(reliability(weights, true))
    whole = expected_calibration_error(reliability(weights, true, (0.0, 1.0)))
    assert (fine is None) == (not rows)
    if fine is not None:
        assert whole - 1e-12 <= fine <= 1
