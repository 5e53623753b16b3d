"""Rows that repeat an earlier one, held against comparing every row with every other."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from hypothesis import example, given
from hypothesis import strategies as st

from fraudmatch.extract.repetitions import repetitions

_TEXTS = st.none() | st.sampled_from(["", "a", "b", "B", "10", "9", "é"])
_ROWS = st.lists(st.tuples(_TEXTS, _TEXTS, _TEXTS, _TEXTS), min_size=1, max_size=9)


@given(_ROWS, st.randoms(use_true_random=False))
@example([("a", "a", None, "a"), ("b", "a", None, "a"), ("é", "a", None, "a")], None)
@example([(None, "a", None, "a"), (None, "a", None, "a")], None)
@example([("9", "a", None, "a"), ("10", "a", None, "a"), ("10", "a", None, "a")], None)
def test_every_row_equal_to_an_earlier_one_is_found_with_the_first_of_its_kind(rows, random) -> None:
    order = list(range(len(rows)))
    if random is not None:
        random.shuffle(order)
        order = order[: max(1, len(order) - 1)]
    columns = [pa.array(column, pa.string()) for column in zip(*rows, strict=True)]
    later, first = repetitions(columns, np.array(order, np.int64))
    expected = []
    for at, row in enumerate(order):
        same = [other for other in order[:at] if rows[other] == rows[row]]
        expected += [(row, same[0])] if same else []
    assert list(zip(later.tolist(), first.tolist(), strict=True)) == expected
