"""Pairs drawn by hash: the right ones, the same ones, evenly."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fraudmatch.linkage.block import group
from fraudmatch.linkage.fitting.sampling import _triangle, hashed, pairs_at, pass_pairs, random_pairs

keys_and_sides = st.lists(st.tuples(st.integers(-1, 5), st.integers(0, 1)), max_size=40)


@given(keys_and_sides, st.booleans())
def test_places_are_the_pairs_of_the_blocks(rows, two):
    key = np.array([k for k, _ in rows], np.int32)
    side = np.array([s for _, s in rows], np.int8) if two else None
    blocks = group(key, side)
    total = int(blocks.pairs().sum())
    left, right = pairs_at(blocks, np.arange(total))
    wanted = {
        (i, j)
        for i, j in combinations(range(len(rows)), 2)
        if key[i] == key[j] >= 0 and (side is None or side[i] != side[j])
    }
    assert set(zip(left.tolist(), right.tolist(), strict=True)) == wanted and total == len(wanted)


@pytest.mark.parametrize("size", [2, 3, 1000, 100_000, 3_000_000])
def test_places_in_large_blocks_survive_rounding(size):
    total = size * (size - 1) // 2
    places = np.unique(np.r_[0, total - 1, (hashed(5_000, 9) * total).astype(np.int64)])
    row, column = _triangle(places, np.full(len(places), size))
    assert ((row >= 0) & (row < column) & (column < size)).all()
    assert (row * (2 * size - 1 - row) // 2 + column - row - 1 == places).all()


def test_draws_are_even_and_do_not_hang_together():
    one, two = hashed(200_000, 1), hashed(200_000, 2)
    assert one.mean() == pytest.approx(0.5, abs=0.003) and one.min() >= 0 and one.max() < 1
    assert np.histogram(one, 20)[0] == pytest.approx(np.full(20, 10_000), rel=0.05)
    assert abs(np.corrcoef(one, two)[0, 1]) < 0.01 and abs(np.corrcoef(one[1:], one[:-1])[0, 1]) < 0.01


def test_random_pairs_cross_the_sides_and_never_pair_a_row_with_itself():
    side = np.array([0, 1, 1, 0, 1], np.int8)
    left, right = random_pairs(500, 5, side)
    assert len(left) == 500 and (side[left] != side[right]).all()
    left, right = random_pairs(500, 5)
    assert 300 < len(left) < 500 and (left < right).all()
    assert len(random_pairs(500, 1)[0]) == 0 and len(random_pairs(500, 5, np.zeros(5, np.int8))[0]) == 0


def test_a_large_pass_is_drawn_from_evenly_and_without_repetition():
    keys = np.zeros((300, 1), np.int32)
    left, right, share = pass_pairs(keys, 0, 5_000)
    assert share == 5_000 / (300 * 299 // 2)
    assert len(set(zip(left.tolist(), right.tolist(), strict=True))) == 5_000
    seen = np.bincount(np.r_[left, right], minlength=300)
    assert seen.mean() == pytest.approx(2 * 5_000 / 300) and seen.std() < 12
    again = pass_pairs(keys, 0, 5_000)
    assert (again[0] == left).all() and (again[1] == right).all()
