"""A few keying errors: edits in which swapping two neighbours counts one (Damerau 1964)."""

from __future__ import annotations

import numba as nb
import numpy as np
import numpy.typing as npt

from fraudmatch.linkage.kinds.base import Kind, Pairs, Truths


@nb.njit(cache=True)
def may_be_edits(shared, size_a, size_b, number):  # type: ignore[no-untyped-def]
    """Whether so few edits could make one text the other.

    Each of the max(a, b) - c characters of the longer text that the other lacks costs an edit;
    a swap of neighbours changes no bag of characters. Fewer than half the characters may be
    edited, since any two initials are one edit apart.
    """
    longer = max(np.int64(size_a), np.int64(size_b))
    edits = longer - shared
    return edits <= number and 2 * edits < longer


def _fits(most: float, found: npt.NDArray[np.int64]) -> Truths:
    edits, longer = found[:, 0], found[:, 1]
    return np.asarray((edits <= most) & (2 * edits < longer))


def measure(one: list[str], two: list[str]) -> npt.NDArray[np.int64]:
    """int64 [pairs, 2]: edits by optimal string alignment (rapidfuzz), length of the longer text."""
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    found = process.cpdist(one, two, scorer=OSA.distance, dtype=np.int32)
    longer = np.fromiter(map(max, map(len, one), map(len, two)), np.int64, len(one))
    return np.stack([found.astype(np.int64), longer], 1)


def _holds(pairs: Pairs, number: float) -> Truths:
    return _fits(number, pairs.measured(measure))


def reference(a: str, b: str) -> int:
    """Edit distance with swaps of neighbours by the textbook recurrence."""
    d = [[i + j if i * j == 0 else 0 for j in range(len(b) + 1)] for i in range(len(a) + 1)]
    for i in range(1, len(a) + 1):
        for j in range(1, len(b) + 1):
            d[i][j] = min(d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + (a[i - 1] != b[j - 1]))
            if i > 1 and j > 1 and a[i - 1] == b[j - 2] and a[i - 2] == b[j - 1]:
                d[i][j] = min(d[i][j], d[i - 2][j - 2] + 1)
    return d[-1][-1]


def _reference(x: str, y: str, number: float) -> bool:
    edits = reference(x, y)
    return edits <= number and 2 * edits < max(len(x), len(y))


KINDS = (
    Kind(
        "edits", "at most N edits, swapped neighbours counting one, and fewer than half the letters", "text",
        may_be_edits, _holds, _reference, takes="number", decides=False,
    ),
)  # fmt: skip
