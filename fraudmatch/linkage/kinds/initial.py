"""A lone initial against a name that begins with it."""

from __future__ import annotations

import numba as nb
import numpy as np

from fraudmatch.linkage.kinds.base import Kind, Truths


@nb.njit(cache=True)
def initial_fits(first_a, first_b, size_a, size_b):  # type: ignore[no-untyped-def]
    """One text is a single character and the other begins with it."""
    return (size_a == 1 or size_b == 1) and first_a == first_b


def _fits(one: list[str], two: list[str]) -> Truths:
    return np.fromiter(map(_initial_fits, one, two), np.bool_, len(one))


def _initial_fits(x: str, y: str) -> bool:
    return 1 in (len(x), len(y)) and x[:1] == y[:1]


KINDS = (
    Kind(
        "initial", "one is a single letter and the other begins with it", "text", initial_fits,
        lambda pairs, number: np.asarray(pairs.measured(_fits), np.bool_),
        lambda x, y, number: _initial_fits(x, y),
    ),
)  # fmt: skip
