"""Edits in proportion to the length of a text: a slip in a long name says less than one in a short."""

from __future__ import annotations

import numba as nb
import numpy as np
import numpy.typing as npt

from fraudmatch.linkage.kinds.base import Kind, Pairs, Truths
from fraudmatch.linkage.kinds.edits import measure
from fraudmatch.linkage.kinds.edits import reference as edits_of

#: A share is met when it is missed by no more than the representation of the number.
_HAIR = 1e-9


@nb.njit(cache=True)
def may_be_slips(shared, size_a, size_b, number):  # type: ignore[no-untyped-def]
    """Whether so few edits could make one text the other: each of the max(a, b) - c characters of
    the longer text that the other lacks costs an edit (see `edits`)."""
    longer = max(np.int64(size_a), np.int64(size_b))
    return longer - shared <= number * longer + _HAIR


def _fits(most: float, found: npt.NDArray[np.int64]) -> Truths:
    return np.asarray(found[:, 0] <= most * found[:, 1] + _HAIR)


def _holds(pairs: Pairs, number: float) -> Truths:
    return _fits(number, pairs.measured(measure))


def _reference(x: str, y: str, number: float) -> bool:
    return edits_of(x, y) <= number * max(len(x), len(y)) + _HAIR


KINDS = (
    Kind(
        "slips", "the edits, swapped neighbours counting one, are at most that share of the longer text",
        "text", may_be_slips, _holds, _reference, takes="number", decides=False,
    ),
)  # fmt: skip
