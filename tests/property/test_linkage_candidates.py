"""Counting and writing out candidate pairs equals listing them one by one."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fraudmatch.errors import BudgetError
from fraudmatch.linkage import link
from fraudmatch.linkage.candidates import all_pairs, blocking_keys, count_new, largest_blocks
from fraudmatch.linkage.model import Model

MODEL = Model.model_validate(
    {
        "name": "m", "version": 1, "relation": "person", "description": "d", "prior": 0, "threshold": -50,
        "block_limit": 6,
        "pass": [{"key": ["a"], "refine": ["b"]}, {"key": ["b", "c"]}, {"key": ["a+b:unordered"]}],
        "comparison": [{"name": "c", "columns": ["c"], "levels": [{"name": "same", "when": "exact", "m": 0.9, "u": 0.1},
                                                                  {"name": "other", "when": "otherwise", "m": 0.1, "u": 0.9}]}],
    }
)  # fmt: skip

value = st.sampled_from([None, "X", "Y"])
rows = st.lists(st.tuples(value, value, value), max_size=14)
sides = st.one_of(st.none(), st.lists(st.integers(0, 1), min_size=14, max_size=14))


def made(found: list[tuple[str | None, ...]], side: list[int] | None) -> tuple[pa.Table, np.ndarray | None]:
    columns = {name: pa.array([row[k] for row in found], pa.string()) for k, name in enumerate("abc")}
    return pa.table(columns), None if side is None else np.array(side[: len(found)], np.int8)


def listed(keys: np.ndarray, side: np.ndarray | None, number: int) -> set[tuple[int, int]]:
    """Pairs of one pass, by looking at all."""
    n = len(keys)
    return {
        (i, j)
        for i in range(n)
        for j in range(i + 1, n)
        if keys[i, number] >= 0 and keys[i, number] == keys[j, number]
        and (side is None or side[i] != side[j])
    }  # fmt: skip


@given(rows, sides)
def test_new_pairs_and_all_pairs_equal_the_list(found, side) -> None:
    table, which = made(found, side)
    keys, plans = blocking_keys(table, MODEL, which)
    seen: set[tuple[int, int]] = set()
    for number, plan in enumerate(plans):
        here = listed(keys, which, number)
        assert plan.pairs == len(here)
        assert count_new(keys, number, which, threads=1 + number % 2) == len(here - seen)
        seen |= here
    left, right = all_pairs(keys, which)
    pairs = list(zip(left.tolist(), right.tolist(), strict=True))
    assert pairs == sorted(seen)
    assert link(table, MODEL, side=which).compared == len(seen)


@given(rows, sides)
def test_the_largest_blocks_are_the_largest(found, side) -> None:
    table, which = made(found, side)
    keys, plans = blocking_keys(table, MODEL, which)
    for number, plan in enumerate(plans):
        blocks = list(largest_blocks(table, MODEL, keys, number, which, most=100))
        assert [block.pairs for block in blocks] == sorted((b.pairs for b in blocks), reverse=True)
        assert sum(block.pairs for block in blocks) == plan.pairs
        assert max([0, *(block.pairs for block in blocks)]) == plan.largest
        for block in blocks:
            assert None not in block.values[: len(MODEL.passes[number].key)]


def test_too_many_pairs_to_write_out_are_refused() -> None:
    table, _ = made([("X", None, None)] * 4, None)
    keys, _ = blocking_keys(table, MODEL)
    with pytest.raises(BudgetError, match="6 pairs"):
        all_pairs(keys, most=5)


def test_a_block_cut_finer_names_the_value_that_cut_it() -> None:
    table, _ = made([("X", "P", None)] * 3 + [("X", "Q", None)] * 3, None)
    keys, plans = blocking_keys(table, MODEL)
    assert plans[0].refined == 6
    shown = [block.values for block in largest_blocks(table, MODEL, keys, 0)]
    assert shown == [("X", "P"), ("X", "Q")]
    assert [block.values for block in largest_blocks(table, MODEL, keys, 0, cut=False)] == [("X",), ("X",)]
