"""Equal values: of the compared column, of its coarser form, of one of several columns."""

from __future__ import annotations

import numba as nb
import numpy as np

from fraudmatch.linkage.kinds.base import NULL, Kind, Pairs, Truths


@nb.njit(cache=True)
def same_code(a, b):  # type: ignore[no-untyped-def]
    """Whether two known codes are equal."""
    return a == b and a != NULL


@nb.njit(cache=True)
def always(number):  # type: ignore[no-untyped-def]
    """True."""
    return True


def _equal(pairs: Pairs, number: float) -> Truths:
    return np.asarray((pairs.a == pairs.b) & (pairs.a != NULL))


def _all(pairs: Pairs, number: float) -> Truths:
    return np.ones(len(pairs.a), np.bool_)


def _same_text(x: str, y: str, number: float) -> bool:
    return x == y


KINDS = (
    Kind("exact", "the values are equal", "code", same_code, _equal, _same_text),
    Kind(
        "alike",
        "the values of the column named in `alike` are equal, for example a common root of forenames",
        "code",
        same_code,
        _equal,
        _same_text,
        which="alike",
    ),
    Kind(
        "same",
        "the values of that column are equal; for columns from narrow to wide",
        "code",
        same_code,
        _equal,
        _same_text,
        takes="column",
        which="named",
    ),
    Kind("otherwise", "always; the last level", "code", always, _all, lambda x, y, number: True),
)
