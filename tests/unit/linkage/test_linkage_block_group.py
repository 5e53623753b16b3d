import numpy as np
import pyarrow as pa
import pytest

from fraudmatch.errors import BudgetError
from fraudmatch.linkage import block
from fraudmatch.linkage.encode import NULL, Codes, Encoder, dense
from fraudmatch.linkage.keys import joined
from fraudmatch.linkage.model import Model
from fraudmatch.linkage.screen import tasks


def model(limit=1_000_000, refine=()):
    return Model.model_validate(
        {
            "name": "m", "version": 1, "relation": "person", "description": "", "prior": -1.0, "threshold": 0.0,
            "block_limit": limit, "pass": [{"key": ["a"], "refine": list(refine)}],
            "comparison": [{"name": "a", "columns": ["a"], "levels": [
                {"name": "same", "when": "exact", "m": 0.9, "u": 0.1},
                {"name": "differs", "when": "otherwise", "m": 0.1, "u": 0.9}]}],
        }
    )  # fmt: skip


def encoder(**columns):
    return Encoder(pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()}))


def pairs_in(blocks):
    made = set()
    for start, middle, end in zip(blocks.starts, blocks.middles, blocks.ends, strict=True):
        lefts = range(start, middle if middle >= 0 else end)
        for i in lefts:
            for j in range(middle if middle >= 0 else i + 1, end):
                made.add(tuple(sorted((int(blocks.order[i]), int(blocks.order[j])))))
    return made


def test_null_keys_block_with_nothing():
    keys, plans = block.plan(encoder(a=[None, None, "X", "X"]), model(), None)
    assert keys[0].tolist()[:2] == [-1, -1]
    assert plans[0].pairs == 1 and plans[0].keyed == 2
    assert pairs_in(block.group(keys[0])) == {(2, 3)}


def test_two_sides_pair_only_across():
    side = np.array([0, 1, 0, 1, 0], np.int8)
    blocks = block.group(np.array([1, 1, 1, 2, -1], np.int32), side)
    assert pairs_in(blocks) == {(0, 1), (1, 2)}
    assert blocks.pairs().sum() == 2


def test_an_oversized_block_is_refined_then_left_out_and_said():
    a, b = ["X"] * 6 + ["Y"] * 2, ["P", "P", "Q", "Q", "Q", "Q", None, None]
    keys, plans = block.plan(encoder(a=a, b=b), model(limit=3, refine=["b"]), None)
    plan = plans[0]
    assert plan.refined == 6
    assert plan.left_out_records == 4 and plan.left_out_pairs == 6
    assert pairs_in(block.group(keys[0])) == {(0, 1), (6, 7)}


def test_a_budget_is_enforced_before_any_pair_is_made():
    with pytest.raises(BudgetError, match="would compare 45 pairs; the budget is 44"):
        block.plan(encoder(a=["X"] * 10), model(), None, budget=44)


def test_joined_keys_are_equal_where_all_parts_are():
    rng = np.random.default_rng(0)
    parts = [rng.integers(0, 3, 500).astype(np.int32) for _ in range(4)]
    parts[2][:10] = NULL
    key, count = joined([Codes(part, 3) for part in parts])
    tuples = {}
    for row in range(10, 500):
        assert tuples.setdefault(tuple(part[row] for part in parts), key[row]) == key[row]
    assert (key[:10] == -1).all() and len(set(tuples.values())) == len(tuples)
    assert key[10:].min() >= 0 and key.max() < count


def test_keys_of_many_rows_are_equal_only_where_all_parts_are():
    rng = np.random.default_rng(1)
    parts = [rng.integers(0, most, 40_000).astype(np.int32) for most in (900, 300)]
    key, count = joined([Codes(parts[0], 900), Codes(parts[1], 300)])
    both = parts[0].astype(np.int64) * 300 + parts[1]
    distinct, back = np.unique(both, return_inverse=True)
    assert len(np.unique(key)) == len(distinct) and key.min() >= 0 and key.max() < count
    assert len(np.unique(back * np.int64(count) + key)) == len(distinct)


def test_rows_keep_their_order_inside_a_block():
    key = np.array([2, 0, 2, -1, 0, 2, 1], np.int32)
    blocks = block.group(key)
    assert blocks.order.tolist() == [1, 4, 0, 2, 5]
    assert blocks.starts.tolist() == [0, 2] and blocks.ends.tolist() == [2, 5]


def test_dense_keeps_null_and_counts():
    codes, count = dense(np.array([-1, 70, 5, 70]))
    assert codes.tolist() == [NULL, 0, 1, 0] and count == 2


def test_shared_codes_are_equal_for_equal_values():
    first, second = encoder(a=["X", "Y", None], b=["Y", "Z", "X"]).shared("a", "b")
    assert first.values[int(first.codes[0])].as_py() == "X" and second.codes[2] == first.codes[0]
    assert second.codes[0] == first.codes[1] and first.codes[2] == NULL


def test_tasks_cover_every_row_once():
    key = np.repeat(np.arange(5, dtype=np.int32), [2, 3000, 2, 4000, 1])
    blocks = block.group(key)
    covered = 0
    for low, high, first, last in tasks(blocks):
        assert 0 <= first < last <= blocks.rows(low, high)
        covered += last - first
    assert covered == blocks.rows(0, len(blocks.starts))
