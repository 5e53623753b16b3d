"""Jaro–Winkler similarity of names (Jaro 1989; Winkler 1990)."""

from __future__ import annotations

import numba as nb
import numpy as np
import numpy.typing as npt

from fraudmatch.linkage.kinds.base import Kind, Pairs, Truths


@nb.njit(cache=True)
def may_reach_jaro_winkler(shared, size_a, size_b, prefix, number):  # type: ignore[no-untyped-def]
    """Whether the similarity could be `number` or more.

    Jaro is (c'/a + c'/b + (c' - t)/c') / 3 with c' <= c matching characters and t >= 0
    transpositions, hence at most j = (c/a + c/b + 1) / 3. Winkler adds p/10 of what is missing
    to 1, p the common prefix up to 4 (only above Jaro 0.7), which grows with Jaro. So

        j + p/10 (1 - j) >= T   <=>   (c (a + b) + a b) (10 - p) >= 3 a b (10 T - p)

    which needs no division.
    """
    if shared == 0:
        return False
    both = np.float64(size_a) * size_b
    reach = (np.float64(shared) * (np.float64(size_a) + size_b) + both) * (10.0 - prefix)
    return reach >= 3.0 * both * (10.0 * (number - 1e-6) - prefix)


def similarity(one: list[str], two: list[str]) -> npt.NDArray[np.float64]:
    """float64 Jaro–Winkler similarity of paired texts, by rapidfuzz."""
    from rapidfuzz import process
    from rapidfuzz.distance import JaroWinkler

    return np.asarray(process.cpdist(one, two, scorer=JaroWinkler.similarity, dtype=np.float64))


def _holds(pairs: Pairs, number: float) -> Truths:
    # In float64, so that a similarity equal to the threshold counts as reaching it.
    return np.asarray(pairs.measured(similarity) >= number - 1e-9)


def reference(a: str, b: str) -> float:
    """The similarity from its definition."""
    reach = max(max(len(a), len(b)) // 2 - 1, 0)
    taken = [False] * len(b)
    matched = []
    for i, x in enumerate(a):
        for j in range(max(0, i - reach), min(len(b), i + reach + 1)):
            if not taken[j] and b[j] == x:
                taken[j] = True
                matched.append(x)
                break
    m = len(matched)
    if m == 0:
        return 0.0
    others = [b[j] for j in range(len(b)) if taken[j]]
    turned = sum(x != y for x, y in zip(matched, others, strict=True)) // 2
    jaro = (m / len(a) + m / len(b) + (m - turned) / m) / 3
    prefix = 0
    while prefix < min(4, len(a), len(b)) and a[prefix] == b[prefix]:
        prefix += 1
    return jaro + 0.1 * prefix * (1 - jaro) if jaro > 0.7 else jaro


KINDS = (
    Kind(
        "jaro_winkler", "the Jaro–Winkler similarity is at least T", "text", may_reach_jaro_winkler, _holds,
        lambda x, y, number: x == y or reference(x, y) >= number - 1e-9, takes="number", decides=False,
    ),
)  # fmt: skip
