"""Capture and recapture over passes: known numbers, a simulation with known truth, and its limits."""

from __future__ import annotations

import numpy as np
import pytest

from fraudmatch.linkage.measuring.coverage import caught_by, chao, estimate_coverage
from fraudmatch.linkage.model import Model


def model(*passes: list[str]) -> Model:
    return Model.model_validate(
        {
            "name": "m", "version": 1, "relation": "person", "description": "d", "prior": 0, "threshold": 0,
            "pass": [{"key": key} for key in passes],
            "comparison": [{"name": "c", "columns": ["a"], "levels": [{"name": "x", "when": "otherwise", "m": 1, "u": 1}]}],
        }
    )  # fmt: skip


def test_caught_means_one_key_and_not_null() -> None:
    keys = np.array([[0, -1], [0, -1], [1, 3], [1, 4]])
    assert caught_by(keys, [0, 2, 0], [1, 3, 2]).tolist() == [[True, False], [True, False], [False, False]]


def test_the_bound_by_hand() -> None:
    """4 occasions, 10 caught once, 4 twice: 3/4 · 10 · 9 / (2 · 5) = 6.75."""
    unseen, low, high = chao(30, 10, 4, 4)
    assert unseen == pytest.approx(6.75)
    assert low is not None and high is not None
    assert 0 < low < unseen < high


def test_nothing_caught_once_means_nothing_estimated_missing() -> None:
    hits = np.ones((5, 2), bool)
    found = estimate_coverage(hits, np.ones(5), model(["a"], ["b"]))
    assert (found.unseen, found.share, found.low, found.high) == (0.0, 1.0, None, None)


def test_one_pass_alone_says_nothing() -> None:
    hits = np.array([[True, False], [True, False]])
    found = estimate_coverage(hits, np.ones(2), model(["a"], ["b"]))
    assert (found.passes, found.unseen, found.share) == (1, None, None)
    assert estimate_coverage(np.zeros((0, 2), bool), np.zeros(0), model(["a"], ["b"])).share is None


def test_links_count_with_their_probability() -> None:
    hits = np.array([[True, False], [True, True], [False, True]])
    found = estimate_coverage(hits, np.array([0.5, 1.0, 0.25]), model(["a"], ["b"]))
    assert (found.found, found.once, found.twice) == (1.75, 0.75, 1.0)
    assert found.caught == (1.5, 1.25)
    assert found.alone == (0.5, 0.25)


def test_columns_that_all_active_passes_read_are_named() -> None:
    hits = np.array([[True, True, False], [True, False, False]])
    passes = model(["surname:sound", "date"], ["forename+surname:unordered"], ["nino"])
    assert estimate_coverage(hits, np.ones(2), passes).rests_on == ("surname",)


def _simulated(seed: int, chances: np.ndarray) -> tuple[float, float | None, float | None]:
    """Estimated share and its interval for 4,000 pairs caught independently with given chances."""
    hits = np.random.default_rng(seed).random(chances.shape) < chances
    caught = hits[hits.any(1)]
    names = [[name] for name in "abcde"[: chances.shape[1]]]
    found = estimate_coverage(caught, np.ones(len(caught)), model(*names))
    assert found.share is not None
    return found.share - len(caught) / len(hits), found.low, found.high


def test_with_equal_chances_the_estimate_is_close_and_its_interval_honest() -> None:
    """95 % intervals from 60 simulations: fewer than 50 hits has a chance below one in 1,000."""
    chances = np.full((4000, 5), 0.35)
    true = 1 - 0.65**5
    inside = 0
    for seed in range(60):
        off, low, high = _simulated(seed, chances)
        assert abs(off) < 0.02
        assert low is not None and high is not None
        inside += low <= true <= high
    assert inside >= 50


def test_with_unequal_chances_it_claims_too_much_never_too_little() -> None:
    """A third of the pairs is hard to catch: the bound sees part of what is missing, not all."""
    chances = np.repeat(np.array([[0.7], [0.7], [0.08]]), 5, 1)[np.arange(4000) % 3]
    for seed in range(10):
        off, _, _ = _simulated(seed, chances)
        assert 0 < off < 0.2
