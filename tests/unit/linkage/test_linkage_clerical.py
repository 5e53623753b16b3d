"""Review samples: drawn the same every time, counted up without bias, with intervals that hold."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fraudmatch.linkage.measuring.clerical import (
    LEAST,
    Reviewed,
    _combined,
    draw,
    plan_review,
    precision,
    rank_of,
    recall,
    strata_of,
)
from fraudmatch.linkage.model import probability


def some_weights(seed: int = 1) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return np.r_[rng.uniform(-10, 30, 4_000), rng.normal(-6, 2, 2_000).clip(-10)]


def test_strata_start_at_their_lower_edge_and_split_at_the_threshold():
    assert strata_of(np.array([-9.0, -5.0, -0.001, 0.0, 1.999, 2.0, 25.0]), 0.0).tolist() == [
        0,
        1,
        2,
        3,
        3,
        4,
        7,
    ]
    plan = plan_review(some_weights(), 0.0, 100)
    assert [one.linked for one in plan] == [False] * 3 + [True] * 5


@given(
    st.lists(st.floats(-10, 40, allow_nan=False), max_size=300), st.integers(1, 400), st.floats(-3, 3)
)  # fmt: skip
def test_a_plan_wants_what_was_asked_for_and_never_more_than_there_is(weights, size, threshold):
    plan = plan_review(np.array(weights, float), threshold, size)
    assert sum(one.wanted for one in plan) == min(size, len(weights))
    assert all(0 <= one.wanted <= one.pairs for one in plan)
    assert sum(one.pairs for one in plan) == len(weights)


def test_every_stratum_gives_some_and_the_doubtful_ones_more():
    plan = plan_review(some_weights(), 0.0, 300)
    assert all(one.wanted >= min(LEAST, one.pairs) for one in plan)
    near, far = plan[3], plan[7]  # 0 to 2 bits, 20 and more
    assert near.wanted / near.pairs > 2 * far.wanted / far.pairs


def test_the_sample_rests_on_references_alone_and_a_larger_one_holds_the_smaller():
    weights = some_weights()
    names = [rank_of(f"l{k}", f"r{k * 7}") for k in range(len(weights))]
    places = strata_of(weights, 0.0)
    small, large = (draw(places, names, plan_review(weights, 0.0, n)) for n in (80, 300))
    assert set(small) <= set(large) and len(small) == 80
    order = np.random.default_rng(2).permutation(len(weights))
    shuffled = draw(places[order], [names[k] for k in order], plan_review(weights[order], 0.0, 80))
    assert [order[k] for k in shuffled] == small


def test_reference_pairs_are_told_apart_however_they_are_cut():
    assert rank_of("ab", "c") != rank_of("a", "bc") and rank_of("a", "b") != rank_of("b", "a")


def test_known_figures_come_out_when_everything_was_reviewed():
    """Precision 95/100; recall 95 of 95 + 5."""
    strata = [
        Reviewed(40, False, 0.2, 5, 35, 0),
        Reviewed(60, True, 0.9, 56, 4, 0),
        Reviewed(40, True, 0.99, 39, 1, 0),
    ]
    made = precision(strata)
    assert (made.value, made.low, made.high) == (0.95, 0.95, 0.95)
    assert recall(strata).value == 0.95 == pytest.approx(recall(strata).low, abs=1e-6)


def test_one_stratum_gives_wilsons_interval():
    """9 of 10: 0.5958 to 0.9821 (Wilson's formula by hand)."""
    made = precision([Reviewed(10**9, True, 0.9, 9, 1, 0)])
    assert made.value == 0.9
    assert (made.low, made.high) == (pytest.approx(0.59585, abs=1e-4), pytest.approx(0.98212, abs=1e-4))


def test_all_alike_still_has_a_width():
    made = precision([Reviewed(1000, True, 0.99, 20, 0, 0)])
    assert made.value == 1 and made.low < 0.9 and made.high == 1


def test_a_stratum_nobody_decided_on_widens_the_interval():
    decided = [Reviewed(500, True, 0.9, 45, 5, 0)]
    blank = [*decided, Reviewed(500, True, 0.9, 0, 0, 7)]
    assert precision(blank).low < precision(decided).low - 0.2


def test_without_links_there_is_no_precision_and_without_true_pairs_no_recall():
    assert precision([Reviewed(10, False, 0.1, 1, 9, 0)]).value is None
    assert recall([Reviewed(10, True, 0.1, 0, 10, 0)]).value is None


def test_intervals_hold_the_truth_about_as_often_as_they_say():
    """400 samples of 150 from one population: at least 92 % of 95 % intervals hold its figures."""
    rng = np.random.default_rng(11)
    weights = some_weights(3)
    true = rng.random(len(weights)) < probability(weights * 0.7 + 1)  # a model that is somewhat off
    places, plan = strata_of(weights, 0.0), plan_review(weights, 0.0, 150)
    links = weights >= 0
    exact_precision, exact_recall = true[links].mean(), true[links].sum() / true.sum()
    inside = np.zeros(2)
    points = np.zeros(2)
    for _ in range(400):
        strata = []
        for number, one in enumerate(plan):
            members = np.flatnonzero(places == number)
            chosen = true[rng.choice(members, one.wanted, replace=False)]
            same = int(chosen.sum())
            strata.append(Reviewed(one.pairs, one.linked, one.stated, same, len(chosen) - same, 0))
        p, r = precision(strata), recall(strata)
        assert None not in (p.value, p.low, p.high, r.value, r.low, r.high)
        inside += [p.low <= exact_precision <= p.high, r.low <= exact_recall <= r.high]
        points += [p.value, r.value]
    assert (inside / 400 > 0.92).all(), inside / 400
    assert points / 400 == pytest.approx([exact_precision, exact_recall], abs=0.01)


def test_a_sum_with_negative_factors_turns_its_interval_about():
    one = [Reviewed(100, True, 0.9, 18, 2, 0)]
    value, low, high = _combined(one, [1.0])
    turned = _combined(one, [-1.0])
    assert turned == (pytest.approx(-value), pytest.approx(-high), pytest.approx(-low))
