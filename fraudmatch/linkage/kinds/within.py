"""Two dates or two whole numbers close to each other."""

from __future__ import annotations

import datetime as dt

import numba as nb
import numpy as np

from fraudmatch.linkage.kinds.base import Kind, Pairs, Truths


@nb.njit(cache=True)
def close_numbers(a, b, number):  # type: ignore[no-untyped-def]
    """At most `number` apart."""
    return abs(np.int64(a) - np.int64(b)) <= number


def _within(pairs: Pairs, number: float) -> Truths:
    return np.asarray(np.abs(pairs.a.astype(np.int64) - pairs.b.astype(np.int64)) <= number)


def _number(text: str) -> int:
    return dt.date.fromisoformat(text).toordinal() if "-" in text[1:] else int(text)


KINDS = (
    Kind(
        "within", "two dates are at most N days apart, or two whole numbers at most N", "number",
        close_numbers, _within, lambda x, y, number: abs(_number(x) - _number(y)) <= number, takes="number",
    ),
)  # fmt: skip
