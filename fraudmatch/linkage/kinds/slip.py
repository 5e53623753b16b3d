"""Names of organisations keyed with one slip: a letter or two of one word, or a blank."""

from __future__ import annotations

import numba as nb
import numpy as np

from fraudmatch.linkage.kinds.base import Kind, Pairs, Truths

#: Letters the longer word needs for a letter changed, and the shorter one for two edits: in shorter
#: words a letter makes another name (ST MARKS, ST MARYS). A letter too many or too few, or two
#: swapped, is a slip in words of five letters and four already.
_ONE, _TWO = 6, 10


@nb.njit(cache=True)
def may_be_slip(shared, size_a, size_b):  # type: ignore[no-untyped-def]
    """Whether two edits could make one text the other: each of the max(a, b) - c characters of the
    longer text that the other lacks costs an edit, and a moved blank costs none."""
    return max(np.int64(size_a), np.int64(size_b)) - shared <= 2


def _edits(x: str, y: str) -> int:
    from rapidfuzz.distance import OSA

    return OSA.distance(x, y, score_cutoff=2)


def _slipped(x: str, y: str) -> bool:
    """Whether the words differ by a keying slip."""
    if any(sign.isdigit() for sign in x + y):
        return False
    shorter, longer = sorted((len(x), len(y)))
    if shorter >= _TWO:
        return _edits(x, y) <= 2
    swapped = shorter == longer >= 4 and sorted(x) == sorted(y)
    return (longer >= _ONE or swapped) and _edits(x, y) <= 1


def _is_slip(x: str, y: str) -> bool:
    if x.replace(" ", "") == y.replace(" ", ""):
        return abs(len(x) - len(y)) <= 2
    one, two = x.split(), y.split()
    if len(one) != len(two):
        return False
    differing = [(a, b) for a, b in zip(one, two, strict=True) if a != b]
    return len(differing) == 1 and _slipped(*differing[0])


def slips(one: list[str], two: list[str]) -> Truths:
    """Whether each pair of names differs by a slip or not at all."""
    return np.fromiter(map(_is_slip, one, two), np.bool_, len(one))


def _holds(pairs: Pairs, number: float) -> Truths:
    return np.asarray(pairs.measured(slips), np.bool_)


def _reference(x: str, y: str, number: float) -> bool:
    from fraudmatch.linkage.kinds.edits import reference

    if "".join(x.split()) == "".join(y.split()):
        return abs(len(x) - len(y)) <= 2
    if len(x.split()) != len(y.split()):
        return False
    other = [pair for pair in zip(x.split(), y.split(), strict=True) if pair[0] != pair[1]]
    a, b = other[0]
    swap = len(a) > 3 and sorted(a) == sorted(b)
    allowed = 2 if min(len(a), len(b)) >= _TWO else int(max(len(a), len(b)) >= _ONE or swap)
    digits = set("0123456789") & set(a + b)
    return len(other) == 1 and not digits and allowed > 0 and reference(a, b) <= allowed


KINDS = (
    Kind(
        "slip", "two names differ in one long word by a keying slip, or by one or two blanks", "text",
        may_be_slip, _holds, _reference, decides=False,
    ),
)  # fmt: skip
