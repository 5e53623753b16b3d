"""Levenshtein similarity: 1 - edits / length of the longer text (Levenshtein 1966)."""

from __future__ import annotations

import numba as nb
import numpy as np
import numpy.typing as npt

from fraudmatch.linkage.kinds.base import Kind, Pairs, Truths


@nb.njit(cache=True)
def may_reach_levenshtein(shared, size_a, size_b, number):  # type: ignore[no-untyped-def]
    """Whether the similarity could be `number` or more.

    Each of the max(a, b) - c characters of the longer text that the other lacks costs an edit,
    so the similarity is at most c / max(a, b).
    """
    return shared + 1e-6 >= number * max(size_a, size_b)


def similarity(one: list[str], two: list[str]) -> npt.NDArray[np.float64]:
    """float64 Levenshtein similarity of paired texts, by rapidfuzz."""
    from rapidfuzz import process
    from rapidfuzz.distance import Levenshtein

    return np.asarray(process.cpdist(one, two, scorer=Levenshtein.normalized_similarity, dtype=np.float64))


def _holds(pairs: Pairs, number: float) -> Truths:
    return np.asarray(pairs.measured(similarity) >= number - 1e-9)


def reference(a: str, b: str) -> int:
    """Edit distance by the textbook recurrence."""
    before = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        here = [i]
        for j, y in enumerate(b, 1):
            here.append(min(before[j] + 1, here[-1] + 1, before[j - 1] + (x != y)))
        before = here
    return before[-1]


KINDS = (
    Kind(
        "levenshtein", "the Levenshtein similarity, 1 - edits / longer length, is at least T", "text",
        may_reach_levenshtein, _holds,
        lambda x, y, number: x == y or 1 - reference(x, y) / max(len(x), len(y)) >= number - 1e-9,
        takes="number", decides=False,
    ),
)  # fmt: skip
