"""A text cut off at the width of a field."""

from __future__ import annotations

import numba as nb
import numpy as np

from fraudmatch.linkage.kinds.base import Kind, Pairs, Truths


@nb.njit(cache=True)
def may_begin(shared, size_a, size_b, prefix, number):  # type: ignore[no-untyped-def]
    """Whether one text could begin with the whole of the other: then all characters of the
    shorter, at least `number`, are shared, and the first four agree."""
    shorter = min(np.int64(size_a), np.int64(size_b))
    return shorter >= number and shared >= shorter and prefix >= min(4, shorter)


def _begins(x: str, y: str, number: float) -> bool:
    return x == y or (min(len(x), len(y)) >= number and (x.startswith(y) or y.startswith(x)))


def _shorter(one: list[str], two: list[str]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """int64: the length of the shorter text where one begins with the other, else -1."""
    found = (
        min(len(x), len(y)) if x.startswith(y) or y.startswith(x) else -1
        for x, y in zip(one, two, strict=True)
    )
    return np.fromiter(found, np.int64, len(one))


def _holds(pairs: Pairs, number: float) -> Truths:
    return np.asarray((pairs.measured(_shorter) >= number) | (pairs.a == pairs.b))


KINDS = (
    Kind(
        "begins", "one begins with the whole of the other, which has at least N characters", "text", may_begin,
        _holds, _begins, takes="number", decides=False,
    ),
)  # fmt: skip
