"""Links become groups: connected components, split where the average speaks against them.

Components alone chain (A~B, B~C, though A and C contradict); average linkage over the full
weights of all pairs inside a component undoes that. Pairs known to differ never share a group.
"""

from __future__ import annotations

from collections.abc import Callable

import numba as nb
import numpy as np
import numpy.typing as npt

Ids = npt.NDArray[np.int64]
Weigher = Callable[[Ids, Ids], npt.NDArray[np.int32]]

#: Weights enter the average within these bounds (bits), so that one absurd pair does not decide.
CLIP = 12.0

#: Components above this many records are first cut at a higher weight, bit by bit.
LARGEST = 400

#: Weight of a pair that is known to be two entities.
_NEVER = -1_000_000.0


def group(
    count: int, left: Ids, right: Ids, weights: npt.NDArray[np.int32], weigh: Weigher, apart: npt.NDArray[np.int32],
    threshold: int,
) -> npt.NDArray[np.uint32]:  # fmt: skip
    """uint32 [count]: for every record the smallest record of its group; a record alone is its own.

    Args:
        count: number of records.
        left, right: links as positions.
        weights: int32 match weights of the links, thousandths of a bit, all >= threshold.
        weigh: gives the match weights of any pairs.
        apart: int32 [count]; records with the same number (not -1) are known to differ.
        threshold: link threshold in thousandths, the level at which averages are cut.
    """
    labels = components(count, left, right)
    labels = _cut_large(count, labels, left, right, weights, threshold)
    inside = labels[left] == labels[right]
    left, right, weights = left[inside], right[inside], weights[inside]
    loose = _not_cliques(count, labels, left)
    labels = _split(labels, loose, weigh, apart, threshold)
    return _smallest(labels)


def components(count: int, left: Ids, right: Ids) -> Ids:
    """int64 [count]: connected component of each record, numbered arbitrarily."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    graph = coo_matrix((np.ones(len(left), np.int8), (left, right)), shape=(count, count))
    return np.asarray(connected_components(graph, directed=False)[1], np.int64)


def _cut_large(
    count: int, labels: Ids, left: Ids, right: Ids, weights: npt.NDArray[np.int32], threshold: int
) -> Ids:
    """Drop the weakest links of components over `LARGEST`, one bit more each time, until they fit."""
    cut = threshold
    while True:
        large = np.bincount(labels, minlength=1) > LARGEST
        if not large.any() or cut > threshold + 60_000:
            return labels
        cut += 1000
        kept = ~large[labels[left]] | (weights >= cut)
        labels = components(count, left[kept], right[kept])


def _not_cliques(count: int, labels: Ids, left: Ids) -> Ids:
    """Labels of components in which some pair is no link."""
    size = np.bincount(labels)
    links = np.bincount(labels[left], minlength=len(size))
    return np.flatnonzero((size > 2) & (links < size * (size - 1) // 2))


def _split(labels: Ids, loose: Ids, weigh: Weigher, apart: npt.NDArray[np.int32], threshold: int) -> Ids:
    """Average linkage inside each loose component, over the weights of all its pairs."""
    if not len(loose):
        return labels
    is_loose = np.zeros(int(labels.max()) + 1, np.bool_)
    is_loose[loose] = True
    members = np.flatnonzero(is_loose[labels])
    members = members[np.argsort(labels[members], kind="stable")]
    starts = np.flatnonzero(np.concatenate([[True], np.diff(labels[members]) != 0]))
    sizes = np.diff(np.concatenate([starts, [len(members)]]))
    left, right = _all_pairs(members, starts, sizes)
    weights = np.clip(weigh(left, right) / 1000.0 - threshold / 1000.0, -CLIP, CLIP)
    weights[(apart[left] >= 0) & (apart[left] == apart[right])] = _NEVER
    parts = _average_linkage(starts, sizes, weights)
    fresh = labels.copy()
    fresh[members] = labels.max() + 1 + members[parts]
    return fresh


def _all_pairs(members: Ids, starts: Ids, sizes: Ids) -> tuple[Ids, Ids]:
    """Every pair inside every component, components one after the other, row by row."""
    lefts, rights = _pairs_within(starts, sizes)
    return members[lefts], members[rights]


@nb.njit(cache=True)
def _pairs_within(starts, sizes):  # type: ignore[no-untyped-def]
    total = (sizes * (sizes - 1) // 2).sum()
    left, right = np.empty(total, np.int64), np.empty(total, np.int64)
    at = 0
    for c in range(len(starts)):
        for i in range(sizes[c]):
            for j in range(i + 1, sizes[c]):
                left[at] = starts[c] + i
                right[at] = starts[c] + j
                at += 1
    return left, right


@nb.njit(cache=True)
def _average_linkage(starts, sizes, weights):  # type: ignore[no-untyped-def]
    """For each member, the position of the first member of its part.

    Unweighted average linkage (UPGMA; Sokal and Michener 1958): merge the two parts with the
    highest average weight while it is at least 0. Ties go to the smaller positions.
    """
    part = np.empty(sizes.sum(), np.int64)
    at = 0
    for c in range(len(starts)):
        n = sizes[c]
        table = np.full((n, n), -1e18)
        for i in range(n):
            part[starts[c] + i] = starts[c] + i
            for j in range(i + 1, n):
                table[i, j] = table[j, i] = weights[at]
                at += 1
        mass = np.ones(n)
        alive = np.ones(n, np.bool_)
        while True:
            bi, bj, best = -1, -1, -1e-9
            for i in range(n):
                if alive[i]:
                    for j in range(i + 1, n):
                        if alive[j] and table[i, j] > best:
                            bi, bj, best = i, j, table[i, j]
            if bi < 0:
                break
            for k in range(n):
                if alive[k] and k != bi and k != bj:
                    mean = (table[bi, k] * mass[bi] + table[bj, k] * mass[bj]) / (mass[bi] + mass[bj])
                    table[bi, k] = table[k, bi] = mean
            mass[bi] += mass[bj]
            alive[bj] = False
            for k in range(n):
                if part[starts[c] + k] == starts[c] + bj:
                    part[starts[c] + k] = starts[c] + bi
    return part


def _smallest(labels: Ids) -> npt.NDArray[np.uint32]:
    """Each record's group named by the group's smallest record."""
    _, first, back = np.unique(labels, return_index=True, return_inverse=True)
    return first[back].astype(np.uint32)
