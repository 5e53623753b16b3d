"""Links become groups: connected components, split where the average speaks against them.

Components alone chain (A~B, B~C, though A and C contradict); average linkage over the weights of
all pairs inside a component undoes that. Pairs known or decided to differ never share a group,
pairs decided to be the same always do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt

from fraudmatch.linkage.grouping.average import (
    ALWAYS,
    CLIP,
    NEVER,
    join_parts,
    lay_tables,
    place_of_pair,
    unknown_pairs,
)
from fraudmatch.linkage.grouping.components import Loose, find_loose, smallest_rows
from fraudmatch.linkage.grouping.decided import Settled, settle

Ids = npt.NDArray[np.int64]
Rows = npt.NDArray[np.int32]
Weights = npt.NDArray[np.int32]
Weigher = Callable[[Ids, Ids], Weights]

#: Components above this many records are first cut at a higher weight, bit by bit (thousandths).
LARGEST, STEP = 400, 1000

#: A component above this many records that not even its strongest links divide is not weighed.
TOO_LARGE = 2000

#: Pairs that are weighed at a time; bounds the memory.
_PAIRS = 2_000_000


def group(
    count: int, left: Ids, right: Ids, weights: Weights, weigh: Weigher, apart: Rows, threshold: int, *,
    together: Ids | None = None, parted: Ids | None = None,
) -> npt.NDArray[np.uint32]:  # fmt: skip
    """uint32 [count]: for every record the smallest record of its group; a record alone is its own.

    Does not depend on the order of links or decisions. Where two means are equal, rows that come
    first are joined first.

    Args:
        count: number of records.
        left, right: links as rows.
        weights: int32 match weights of the links, thousandths of a bit, all >= threshold.
        weigh: gives the weights of any pairs, smaller row first; for links, those in `weights`.
            `weigh_for_groups` makes them.
        apart: int32 [count]; records with the same number (not -1) are known to differ.
        threshold: link threshold in thousandths, the level at which means are cut.
        together, parted: int64 [k, 2]; pairs of rows decided to be the same, and to differ.
            Decisions that contradict others are left out as `decided.settle` says, which lists them.

    Raises:
        ValueError: a decided pair names a row that does not exist.
    """
    left, right = np.ascontiguousarray(left, np.int64), np.ascontiguousarray(right, np.int64)
    above = np.asarray(weights, np.int32) - np.int32(threshold)
    settled = settle(together, parted, apart)
    named = smallest_rows(count, left, right, apart, settled.together)
    loose = find_loose(named, left, right, apart, settled.parted)
    if (loose.sizes > LARGEST).any():
        _cut_large(named, loose, left, right, above, apart, settled)
        loose = find_loose(named, left, right, apart, settled.parted)
    for first, last in _batches(loose.sizes):
        _split(named, loose, first, last, left, right, above, weigh, threshold, apart, settled)
    return named.view(np.uint32)


def weigh_for_groups(weights: Weights, prior: int, threshold: int, leeway: int = 0) -> Weights:
    """int32 [pairs]: the weights by which groups are judged: of a pair that is no link, what differs.

    Two records of one person that were each filled in by halves have little in common: their match
    weight is low for want of evidence, not for evidence against, and counted in full it would pull
    apart what a third record holds together. And what father and son agree on, home and name, is what
    brought them into one component; counted again, it would make up for their dates of birth as soon
    as a third record could be either. So a pair below the threshold counts for what contradicts, from
    just below the threshold on (two parts that are merely silent about each other stay two). A link
    counts with its match weight.

    Args:
        weights: int32 [pairs, comparisons]; thousandths of a bit.
        prior, threshold: of the model, thousandths.
        leeway: thousandths a pair may contradict unheeded. Where records recur, the prior was raised by as
            much for links, and a slip in one of ten records contradicts nine others.
    """
    total = weights.sum(1) + prior
    against = np.minimum(np.minimum(weights, 0).sum(1) + leeway, 0)
    return np.asarray(np.where(total >= threshold, total, threshold - 1 + against), np.int32)


def _batches(sizes: Ids) -> Iterator[tuple[int, int]]:
    """Runs of components that hold about `_PAIRS` pairs; those too large to weigh are left out."""
    first, pairs = 0, 0
    for number, size in enumerate(sizes.tolist()):
        if size > TOO_LARGE:
            if first < number:
                yield first, number
            first, pairs = number + 1, 0
            continue
        pairs += size * (size - 1) // 2
        if pairs > _PAIRS:
            yield first, number + 1
            first, pairs = number + 1, 0
    if first < len(sizes):
        yield first, len(sizes)


def _split(
    named: Rows, loose: Loose, first: int, last: int, left: Ids, right: Ids, above: Weights, weigh: Weigher,
    threshold: int, apart: Rows, settled: Settled,
) -> None:  # fmt: skip
    """Name the parts of the components first … last - 1."""
    starts = loose.starts[first : last + 1]
    members = loose.members[starts[0] : starts[-1]]
    starts = starts - starts[0]
    links = loose.links[loose.link_starts[first] : loose.link_starts[last]]
    table, pair_starts = lay_tables(
        members, starts, apart, links, left, right, above, loose.slot, loose.place
    )
    for pairs, value in ((settled.parted, NEVER), (settled.together, ALWAYS)):
        table[_places(pairs, loose, first, last, pair_starts)] = value
    where, unknown_left, unknown_right = unknown_pairs(table, members, starts)
    if len(where):
        table[where] = np.clip(weigh(unknown_left, unknown_right) - np.int32(threshold), -CLIP, CLIP)
    named[members] = members[join_parts(table, starts)]


def _places(pairs: Ids, loose: Loose, first: int, last: int, pair_starts: Ids) -> Ids:
    """Where decided pairs (smaller row first) stand in the tables of the components first … last - 1."""
    slot = loose.slot[pairs]
    inside = (slot[:, 0] == slot[:, 1]) & (slot[:, 0] > first) & (slot[:, 0] <= last)
    component = slot[inside, 0].astype(np.int64) - 1
    place = loose.place[pairs[inside]].astype(np.int64)
    sizes = loose.sizes[component]
    at: Ids = place_of_pair.py_func(place[:, 0], place[:, 1], sizes)  # type: ignore[no-untyped-call]
    return np.asarray(pair_starts[component - first] + at, np.int64)


def _cut_large(
    named: Rows, loose: Loose, left: Ids, right: Ids, above: Weights, apart: Rows, settled: Settled
) -> None:
    """Drop the weakest links of loose components over `LARGEST`, one bit more each time, until they fit.

    Decided pairs hold throughout. What is still over `TOO_LARGE` at its strongest links stays one
    group if nothing in it is known or decided to differ; else only decided pairs stay together.
    """
    big = np.flatnonzero(loose.sizes > LARGEST)
    rows = np.sort(np.concatenate([loose.members[loose.starts[c] : loose.starts[c + 1]] for c in big]))
    links = np.concatenate([loose.links[loose.link_starts[c] : loose.link_starts[c + 1]] for c in big])
    left, right, above = np.searchsorted(rows, left[links]), np.searchsorted(rows, right[links]), above[links]
    apart = apart[rows]
    together, parted = (_within(pairs, rows) for pairs in (settled.together, settled.parted))
    cut = 0
    while True:
        local = smallest_rows(len(rows), left, right, apart, together)
        parts = find_loose(local, left, right, apart, parted)
        cut += STEP
        divisible = _divisible(parts, left, right, above, cut)[parts.slot]
        if not divisible.any():
            break
        kept = (above >= cut) | ~divisible[left]
        left, right, above = left[kept], right[kept], above[kept]
    alone = _contradicting(parts, apart, parted)
    if alone.any():
        nothing = np.zeros(0, np.int64)
        local[alone] = smallest_rows(len(rows), nothing, nothing, apart, together)[alone]
    named[rows] = rows[local]


def _divisible(parts: Loose, left: Ids, right: Ids, above: Weights, cut: int) -> npt.NDArray[np.bool_]:
    """By slot: components over `LARGEST` that have links of at least `cut`."""
    strongest = np.full(len(parts.sizes) + 1, -1, np.int64)
    inside = parts.slot[left] == parts.slot[right]
    np.maximum.at(strongest, parts.slot[left[inside]], above[inside])
    large = np.concatenate([[False], parts.sizes > LARGEST])
    return np.asarray(large & (strongest >= cut))


def _contradicting(parts: Loose, apart: Rows, parted: Ids) -> npt.NDArray[np.bool_]:
    """Rows of components over `TOO_LARGE` in which two records are known or decided to differ."""
    large = np.concatenate([[False], parts.sizes > TOO_LARGE])
    bad = np.zeros(len(large), np.bool_)
    labelled = np.flatnonzero((apart >= 0) & large[parts.slot])
    pairs, times = np.unique(np.stack([parts.slot[labelled], apart[labelled]], 1), axis=0, return_counts=True)
    bad[pairs[times > 1, 0]] = True
    slot = parts.slot[parted]
    bad[slot[slot[:, 0] == slot[:, 1], 0]] = True
    return np.asarray((bad & large)[parts.slot])


def _within(pairs: Ids, rows: Rows) -> Ids:
    """Pairs both of whose rows are among `rows` (ascending), as places in it."""
    places = np.minimum(np.searchsorted(rows, pairs), len(rows) - 1)
    return np.asarray(places[(rows[places] == pairs).all(1)], np.int64)


def load_grouping() -> None:
    """Have numba load what `group` needs, by three records, one of them linked with both others."""
    left, right = np.array([0, 1], np.int64), np.array([1, 2], np.int64)
    weights, apart = np.zeros(2, np.int32), np.full(3, -1, np.int32)
    group(3, left, right, weights, lambda a, _: np.zeros(len(a), np.int32), apart, 0)
