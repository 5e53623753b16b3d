"""Dates that differ as keying and recording make them differ; codes are dates as yyyymmdd."""

from __future__ import annotations

import numba as nb
import numpy as np

from fraudmatch.linkage.kinds.base import Codes, Kind, Pairs, Truths


@nb.njit(cache=True)
def day_month_swapped(a, b):  # type: ignore[no-untyped-def]
    """Same year, day and month exchanged."""
    return a // 10000 == b // 10000 and a // 100 % 100 == b % 100 and a % 100 == b // 100 % 100


@nb.njit(cache=True)
def one_digit_differs(a, b):  # type: ignore[no-untyped-def]
    """Exactly one of the eight digits differs."""
    differing = 0
    for _ in range(8):
        if a % 10 != b % 10:
            differing += 1
        a //= 10
        b //= 10
    return differing == 1


@nb.njit(cache=True)
def two_parts_agree(a, b):  # type: ignore[no-untyped-def]
    """Exactly two of year, month and day agree."""
    agreeing = 0
    if a // 10000 == b // 10000:
        agreeing += 1
    if a // 100 % 100 == b // 100 % 100:
        agreeing += 1
    if a % 100 == b % 100:
        agreeing += 1
    return agreeing == 2


@nb.njit(cache=True)
def years_agree(a, b):  # type: ignore[no-untyped-def]
    """The years agree."""
    return a // 10000 == b // 10000


def _swapped(pairs: Pairs, number: float) -> Truths:
    (ya, ma, da), (yb, mb, db) = _parts(pairs.a), _parts(pairs.b)
    return np.asarray((ya == yb) & (ma == db) & (da == mb))


def _one_digit(pairs: Pairs, number: float) -> Truths:
    differing = sum((pairs.a // 10**k % 10 != pairs.b // 10**k % 10).astype(int) for k in range(8))
    return np.asarray(differing == 1)


def _two_parts(pairs: Pairs, number: float) -> Truths:
    (ya, ma, da), (yb, mb, db) = _parts(pairs.a), _parts(pairs.b)
    return np.asarray((ya == yb).astype(int) + (ma == mb) + (da == db) == 2)


def _same_year(pairs: Pairs, number: float) -> Truths:
    return np.asarray(pairs.a // 10000 == pairs.b // 10000)


def _parts(packed: Codes) -> tuple[Codes, ...]:
    return packed // 10000, packed // 100 % 100, packed % 100


def _year_month_day(x: str, y: str) -> list[tuple[str, str]]:
    return list(zip(x.split("-"), y.split("-"), strict=True))


KINDS = (
    Kind(
        "swapped", "of two dates: day and month are exchanged", "date", day_month_swapped, _swapped,
        lambda x, y, number: x.split("-") == [y.split("-")[k] for k in (0, 2, 1)],
    ),
    Kind(
        "one_digit", "of two dates: one of the eight digits differs", "date", one_digit_differs, _one_digit,
        lambda x, y, number: sum(p != q for p, q in zip(x, y, strict=True)) == 1,
    ),
    Kind(
        "two_parts", "of two dates: two of day, month and year agree", "date", two_parts_agree, _two_parts,
        lambda x, y, number: sum(p == q for p, q in _year_month_day(x, y)) == 2,
    ),
    Kind(
        "same_year", "of two dates: the years agree", "date", years_agree, _same_year,
        lambda x, y, number: x.split("-")[0] == y.split("-")[0],
    ),
)  # fmt: skip
