"""Names of organisations by the words they share, each worth as much as it is rare."""

from __future__ import annotations

import math

import numba as nb
import numpy as np
import numpy.typing as npt

from fraudmatch.linkage.kinds.base import Kind, Pairs, Truths
from fraudmatch.linkage.rarity import telling_words, words_in_common


@nb.njit(cache=True)
def may_share_words(sketch_a, sketch_b):  # type: ignore[no-untyped-def]
    """Whether the texts could share a word as it stands, without which nothing is in common."""
    return sketch_a & sketch_b != 0


def _common(x: str, y: str) -> float:
    """Bits in common; -inf unless some word stands in both as it is written."""
    return words_in_common(x, y) if not set(x.split()).isdisjoint(y.split()) else -math.inf


def in_common(one: list[str], two: list[str]) -> npt.NDArray[np.float64]:
    """float64 bits in common of paired names."""
    return np.fromiter(map(_common, one, two), np.float64, len(one))


def _holds(pairs: Pairs, number: float) -> Truths:
    return np.asarray(pairs.measured(in_common) >= number - 1e-9)


def _alike(one: list[str], two: list[str]) -> Truths:
    return np.fromiter(map(_same_words, one, two), np.bool_, len(one))


def _same_words(x: str, y: str) -> bool:
    shared = not set(x.split()).isdisjoint(y.split())
    return shared and set(telling_words(x)) == set(telling_words(y))


KINDS = (
    Kind(
        "words", "the words two names share, by their rarity, outweigh the others by N bits (`linkage/rarity.py`)",
        "text", may_share_words, _holds, lambda x, y, number: _common(x, y) >= number - 1e-9,
        takes="number", decides=False,
    ),
    Kind(
        "same_words", "two names hold the same words in any order; AND, OF and plurals do not count", "text",
        may_share_words, lambda pairs, number: np.asarray(pairs.measured(_alike), np.bool_),
        lambda x, y, number: _same_words(x, y), decides=False,
    ),
)  # fmt: skip
