"""House numbers and flats written another way: ranges, a name in place of a number, a floor in
place of a flat's letter."""

from __future__ import annotations

import re
from collections.abc import Callable

import numba as nb
import numpy as np

from fraudmatch.linkage.kinds.base import Kind, Pairs, Truths

_DIGITS = frozenset("0123456789")
_NUMBERS = re.compile(r"([0-9]{1,9})[A-Z]?(?:-([0-9]{1,9})[A-Z]?)?")
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

#: Floors by code; TF, UF and LF name a floor by where it lies.
_NUMBERED = frozenset(f"{number}F" for number in range(1, 10))
_LOW = frozenset(["LGF", "BF", "GARDEN"])
_FLOORS = _NUMBERED | _LOW | frozenset(["GF", "UGF", "TF", "UF", "LF"])


@nb.njit(cache=True)
def may_overlap(first_a, first_b):  # type: ignore[no-untyped-def]
    """Whether both texts begin with a digit, as all house numbers do."""
    return 48 <= first_a <= 57 and 48 <= first_b <= 57


@nb.njit(cache=True)
def name_for_number(first_a, first_b):  # type: ignore[no-untyped-def]
    """Whether one text begins with a digit and the other does not."""
    return (48 <= first_a <= 57) != (48 <= first_b <= 57)


@nb.njit(cache=True)
def may_be_renamed(size_a, size_b):  # type: ignore[no-untyped-def]
    """Whether both texts are as short as the letters, numbers and floor codes of flats, GARDEN the longest."""
    return size_a <= 9 and size_b <= 9


def _span(text: str) -> tuple[int, int] | None:
    """First and last house number of 10, 10A, 10-12 or 92-92A; None for anything else."""
    found = _NUMBERS.fullmatch(text)
    return None if found is None else (int(found[1]), int(found[2] or found[1]))


def _covers(outer: tuple[int, int], inner: tuple[int, int]) -> bool:
    """Whether an end of one lies in the other, on the same side of the street."""
    first, last = outer
    return any(first <= number <= last and (number - first) % 2 == 0 for number in inner)


def _overlaps(x: str, y: str) -> bool:
    one, two = _span(x), _span(y)
    if one is None or two is None:
        return False
    return x == y or ("-" in x and _covers(one, two)) or ("-" in y and _covers(two, one))


def _is_name_for_number(x: str, y: str) -> bool:
    return (x[:1] in _DIGITS) != (y[:1] in _DIGITS)


def _one_floor(x: str, y: str) -> bool:
    """Whether two floor codes may be one floor: TOP and FIRST may, GROUND and FIRST may not."""
    for here, there in ((x, y), (y, x)):
        if here in ("TF", "UF") and there in _NUMBERED | {"TF", "UF"}:
            return True
        if here == "LF" and there in _LOW | {"GF", "LF"}:
            return True
    return (x in _LOW and y in _LOW) or {x, y} == {"GF", "GARDEN"}


def _renamed(x: str, y: str) -> bool:
    if x in _FLOORS and y in _FLOORS:
        return _one_floor(x, y)
    if x in _FLOORS or y in _FLOORS:
        flat = y if x in _FLOORS else x
        return flat.isdigit() or (len(flat) == 1 and flat in _LETTERS)
    letter, number = (y, x) if x.isdigit() else (x, y)
    return len(letter) == 1 and letter in _LETTERS and number == str(_LETTERS.index(letter) + 1)


def _kind(word: str, help: str, may: Callable[..., bool], test: Callable[[str, str], bool]) -> Kind:
    """A kind that asks one yes-or-no question of two texts."""

    def measure(one: list[str], two: list[str]) -> Truths:
        return np.fromiter(map(test, one, two), np.bool_, len(one))

    def holds(pairs: Pairs, number: float) -> Truths:
        return np.asarray(pairs.measured(measure), np.bool_)

    decides = may is name_for_number
    return Kind(word, help, "text", may, holds, lambda x, y, number: test(x, y), decides=decides)


KINDS = (
    _kind("overlap", "one house number is a range such as 10-12 that holds the other", may_overlap, _overlaps),
    _kind(
        "name_for_number", "one text begins with a digit and the other does not", name_for_number, _is_name_for_number
    ),
    _kind("renamed", "two flats may be one, named by another scheme: B and 2, A and first floor, top and second floor",
          may_be_renamed, _renamed),
)  # fmt: skip
