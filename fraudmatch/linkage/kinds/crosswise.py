"""Two columns of one record against the other's, crosswise: names written the other way round."""

from __future__ import annotations

import numba as nb
import numpy as np

from fraudmatch.linkage.kinds.base import NULL, Kind, Pairs, Truths


@nb.njit(cache=True)
def both_across(a, b, c, d):  # type: ignore[no-untyped-def]
    """Each first value equals the other record's second, and the first values differ."""
    return a == d and c == b and a != NULL and c != NULL and a != b


@nb.njit(cache=True)
def either_across(a, b, c, d):  # type: ignore[no-untyped-def]
    """At least one first value equals the other record's second, and the first values differ."""
    return a != b and ((a == d and a != NULL) or (c == b and c != NULL))


def _both(pairs: Pairs, number: float) -> Truths:
    return np.asarray(both_across_of(pairs) == 2)


def _either(pairs: Pairs, number: float) -> Truths:
    return np.asarray(both_across_of(pairs) >= 1)


def both_across_of(pairs: Pairs) -> np.ndarray[tuple[int], np.dtype[np.int8]]:
    """How many of the two crosswise agreements hold; 0 where the first values agree straight."""
    one = (pairs.a == pairs.d) & (pairs.a != NULL)
    other = (pairs.c == pairs.b) & (pairs.c != NULL)
    return np.where(pairs.a != pairs.b, one.astype(np.int8) + other.astype(np.int8), np.int8(0))


def _crossings(a: str | None, b: str | None, c: str | None, d: str | None) -> int:
    if a == b:
        return 0
    return (a is not None and a == d) + (c is not None and c == b)


KINDS = (
    Kind(
        "both",
        "of two columns: each equals the other record's other one",
        "cross",
        both_across,
        _both,
        lambda a, b, c, d, number: _crossings(a, b, c, d) == 2,
    ),
    Kind(
        "either",
        "of two columns: at least one equals the other record's other one",
        "cross",
        either_across,
        _either,
        lambda a, b, c, d, number: _crossings(a, b, c, d) >= 1,
    ),
)
