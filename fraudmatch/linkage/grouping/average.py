"""Average linkage inside components (UPGMA; Sokal and Michener 1958); compiled.

Two parts are joined while the mean weight of all pairs between them is at least the threshold.
Sums of whole thousandths are kept and divided once, so that the result depends neither on the
order of addition nor on the machine, and equal means are recognised as equal.
"""

from __future__ import annotations

import numba as nb
import numpy as np

#: Weights enter the mean within this many thousandths of a bit of the threshold, either way (1000 to 1),
#: so that one absurd pair does not decide. From 8 to 12 bits groups are much the same.
CLIP = 10_000

#: In place of a weight: known or decided to differ; decided to be the same; not yet weighed.
NEVER, ALWAYS, UNKNOWN = -(2**31) + 1, 2**31 - 1, -(2**31)

_NEVER_SUM, _ALWAYS_SUM = -(1 << 60), 1 << 60


@nb.njit(cache=True)
def lay_tables(members, starts, apart, links, left, right, weights, slot, place):  # type: ignore[no-untyped-def]
    """Weights of all pairs of each component, row by row, as far as links tell; else UNKNOWN or NEVER.

    Args:
        members: rows of the components, one after the other; starts [components + 1] where each begins.
        apart: int32 [count]. links: positions of the links in these components.
        weights: int32; thousandths above the threshold. slot, place: as in `Loose`.

    Returns:
        (weights int32 [pairs], where each component's pairs start int64 [components + 1]).
    """
    sizes = starts[1:] - starts[:-1]
    pair_starts = np.zeros(len(starts), np.int64)
    pair_starts[1:] = np.cumsum(sizes * (sizes - 1) // 2)
    table = np.full(pair_starts[-1], UNKNOWN, np.int32)
    first = slot[members[0]]
    for k in links:
        a, b = min(left[k], right[k]), max(left[k], right[k])
        c = slot[a] - first
        table[pair_starts[c] + place_of_pair(place[a], place[b], sizes[c])] = min(CLIP, weights[k])
    for c in range(len(sizes)):
        at = pair_starts[c]
        for i in range(starts[c], starts[c + 1]):
            for j in range(i + 1, starts[c + 1]):
                if apart[members[i]] >= 0 and apart[members[i]] == apart[members[j]]:
                    table[at] = NEVER
                at += 1
    return table, pair_starts


@nb.njit(cache=True)
def place_of_pair(i, j, size):  # type: ignore[no-untyped-def]
    """Where the pair of places i < j stands in a component's table."""
    return i * size - i * (i + 1) // 2 + j - i - 1


@nb.njit(cache=True)
def unknown_pairs(table, members, starts):  # type: ignore[no-untyped-def]
    """(positions in the table, left rows, right rows) of the pairs that are still to be weighed."""
    count = 0
    for weight in table:
        count += weight == UNKNOWN
    where, left, right = np.empty(count, np.int64), np.empty(count, np.int64), np.empty(count, np.int64)
    at = found = 0
    for c in range(len(starts) - 1):
        for i in range(starts[c], starts[c + 1]):
            for j in range(i + 1, starts[c + 1]):
                if table[at] == UNKNOWN:
                    where[found], left[found], right[found] = at, members[i], members[j]
                    found += 1
                at += 1
    return where, left, right


@nb.njit(cache=True)
def join_parts(table, starts):  # type: ignore[no-untyped-def]
    """int64 [members]: for each member the position of the first member of its part.

    The two parts with the highest mean between them are joined while it is at least 0; of equals those
    that begin first. Each part remembers the best among the parts after it, so that joining costs about
    the square of the members, not the cube (the generic algorithm of Müllner 2011).
    """
    part = np.arange(starts[-1])
    at = 0
    for c in range(len(starts) - 1):
        size = starts[c + 1] - starts[c]
        at = _join_component(table, at, part[starts[c] : starts[c + 1]], size)
    return part


@nb.njit(cache=True)
def _join_component(table, at, part, n):  # type: ignore[no-untyped-def]
    sums, means, mass = np.zeros((n, n), np.int64), np.full((n, n), -np.inf), np.ones(n, np.int64)
    for i in range(n):
        for j in range(i + 1, n):
            weight = np.int64(table[at])
            sums[i, j] = sums[j, i] = (
                _NEVER_SUM if weight == NEVER else _ALWAYS_SUM if weight == ALWAYS else weight
            )
            means[i, j] = means[j, i] = _mean(sums[i, j], 1)
            at += 1
    best, mate = np.empty(n), np.empty(n, np.int64)
    for i in range(n):
        best[i], mate[i] = _best_after(means, i)
    while True:
        i = int(np.argmax(best))
        if best[i] < 0:
            return at
        j = mate[i]
        _join(sums, means, mass, i, j)
        _remember(means, best, mate, i, j)
        for k in range(n):
            if part[k] == part[j] and k != j:
                part[k] = part[i]
        part[j] = part[i]


@nb.njit(cache=True)
def _mean(total, pairs):  # type: ignore[no-untyped-def]
    """Mean weight of the pairs between two parts; infinite where a decision stands in its place."""
    if total == _NEVER_SUM:
        return -np.inf
    if total == _ALWAYS_SUM:
        return np.inf
    return total / pairs


@nb.njit(cache=True)
def _best_after(means, i):  # type: ignore[no-untyped-def]
    """(mean, place) of the first of the best parts after i that i may join; (-1, -1) = none."""
    best, mate = -1.0, -1
    for j in range(i + 1, len(means)):
        if means[i, j] >= 0 and means[i, j] > best:
            best, mate = means[i, j], j
    return best, mate


@nb.njit(cache=True)
def _join(sums, means, mass, i, j):  # type: ignore[no-untyped-def]
    """Make part j one with part i; part j meets nobody from now on."""
    mass[i] += mass[j]
    mass[j] = 0
    for k in range(len(mass)):
        if mass[k] and k != i:
            if sums[i, k] == _NEVER_SUM or sums[j, k] == _NEVER_SUM:
                total = np.int64(_NEVER_SUM)
            elif sums[i, k] == _ALWAYS_SUM or sums[j, k] == _ALWAYS_SUM:
                total = np.int64(_ALWAYS_SUM)
            else:
                total = sums[i, k] + sums[j, k]
            sums[i, k] = sums[k, i] = total
            means[i, k] = means[k, i] = _mean(total, mass[i] * mass[k])
    means[j, :] = -np.inf
    means[:, j] = -np.inf


@nb.njit(cache=True)
def _remember(means, best, mate, i, j):  # type: ignore[no-untyped-def]
    """Bring every part's best up to date after j was joined to i (i < j).

    A mean never exceeds the greater of the two it is made of, but may equal it, and then i may now
    come before the mate that was as good.
    """
    best[j], mate[j] = -1.0, -1
    best[i], mate[i] = _best_after(means, i)
    for k in range(j):
        if mate[k] == j or (mate[k] == i and k < i):
            best[k], mate[k] = _best_after(means, k)
        elif k < i < mate[k] and means[k, i] == best[k]:
            mate[k] = i
