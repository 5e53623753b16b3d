"""Dates apart by more than one slip, and dates of which only the year is known."""

from __future__ import annotations

import numba as nb
import numpy as np

from fraudmatch.linkage.kinds.base import Codes, Kind, Pairs, Truths


@nb.njit(cache=True)
def few_digits_differ(a, b, number):  # type: ignore[no-untyped-def]
    """At most `number` of the eight digits differ."""
    differing = 0
    for _ in range(8):
        if a % 10 != b % 10:
            differing += 1
        a //= 10
        b //= 10
    return differing <= number


@nb.njit(cache=True)
def only_year_known(a, b):  # type: ignore[no-untyped-def]
    """The years agree and at least one of the dates is 1 January, which stands for an unknown day."""
    return a // 10000 == b // 10000 and (a % 10000 == 101 or b % 10000 == 101)


def _few_digits(pairs: Pairs, number: float) -> Truths:
    differing = sum((pairs.a // 10**k % 10 != pairs.b // 10**k % 10).astype(int) for k in range(8))
    return np.asarray(differing <= number)


def _only_year(pairs: Pairs, number: float) -> Truths:
    return np.asarray((pairs.a // 10000 == pairs.b // 10000) & (_new_year(pairs.a) | _new_year(pairs.b)))


def _new_year(packed: Codes) -> Truths:
    return np.asarray(packed % 10000 == 101)


KINDS = (
    Kind(
        "digits", "of two dates: at most N of the eight digits differ", "date", few_digits_differ, _few_digits,
        lambda x, y, number: sum(p != q for p, q in zip(x, y, strict=True)) <= number, takes="number",
    ),
    Kind(
        "year_known", "of two dates: the years agree and at least one is 1 January", "date", only_year_known,
        _only_year, lambda x, y, number: x[:4] == y[:4] and "-01-01" in (x[4:], y[4:]),
    ),
)  # fmt: skip
