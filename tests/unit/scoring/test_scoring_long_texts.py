"""Texts of absurd length cost no time in comparisons of rules (threat T14)."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from fraudmatch.scoring.pairs import LONGEST, _on_distinct


def test_no_more_than_the_longest_is_ever_compared() -> None:
    seen: list[int] = []

    def measure(one: list[str], other: list[str]) -> np.ndarray:
        seen.extend(len(text) for text in (*one, *other))
        return np.array([float(left == right) for left, right in zip(one, other, strict=True)])

    long = "ALDERTON " * 1_000
    left = pa.array([long, "É" * 500, None, "ALDERTON"])
    right = pa.array([long + "X", "É" * 121, long, "ALDERTON"])
    assert _on_distinct(left, right, measure).to_pylist() == [1.0, 1.0, None, 1.0]
    assert max(seen) == LONGEST
