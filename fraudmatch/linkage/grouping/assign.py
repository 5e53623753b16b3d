"""One-to-one links between two files that each hold every entity once.

The best assignment is the set of links with the greatest total weight above the threshold in which
no record has two; of equal totals the one with more links. It is found exactly, in whole
thousandths, by shortest augmenting paths with prices (the Hungarian method of Kuhn 1955 in the
form of Edmonds and Karp 1972), which looks only at links and so never lays out a table.
"""

from __future__ import annotations

from dataclasses import dataclass
from heapq import heappop, heappush

import numba as nb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

Ids = npt.NDArray[np.int64]
Weights = npt.NDArray[np.int32]

#: Links that compete on equal terms: the assignment would be as good with others of the same `tie`
#: kept. `match_weight` in bits. Order: tie, left_id, right_id.
TIES = pa.schema(
    [
        pa.field("tie", pa.int32(), nullable=False),
        pa.field("left_id", pa.uint32(), nullable=False),
        pa.field("right_id", pa.uint32(), nullable=False),
        pa.field("match_weight", pa.float32(), nullable=False),
        pa.field("kept", pa.bool_(), nullable=False),
    ]
)

#: What a decided pair counts for: more than all links of a component of 100,000 records together.
_DECIDED = np.int64(1) << 36

_NONE = -1
_FAR = np.int64(1) << 62


@dataclass(frozen=True)
class Assigned:
    """Which links a one-to-one assignment keeps.

    Attributes:
        kept: bool [links].
        tie: int32 [links]; links with the same number (not -1) compete on equal terms: each is in
            some best assignment and missing from another.
    """

    kept: npt.NDArray[np.bool_]
    tie: npt.NDArray[np.int32]

    def ties(self, left: Ids, right: Ids, weights: Weights) -> pa.Table:
        """TIES; the arguments are those of `one_to_one`."""
        tied = np.flatnonzero(self.tie >= 0)
        tied = tied[np.lexsort((right[tied], left[tied], self.tie[tied]))]
        columns = [
            self.tie[tied],
            left[tied].astype(np.uint32),
            right[tied].astype(np.uint32),
            (weights[tied] / 1000.0).astype(np.float32),
            self.kept[tied],
        ]
        return pa.table([pa.array(column) for column in columns], schema=TIES)


def one_to_one(
    left: Ids, right: Ids, weights: Weights, threshold: int, *,
    together: Ids | None = None, parted: Ids | None = None,
) -> Assigned:  # fmt: skip
    """The best links in which each record of either file has at most one.

    Which of several equally good assignments is kept depends on nothing but the rows; `tie` names
    the links in which they differ, for a person to decide.

    Args:
        left, right: links as rows of the first and of the second file (two numberings or one), each
            pair once.
        weights: int32 match weights, thousandths of a bit, all >= threshold.
        threshold: link threshold in thousandths.
        together: int64 [k, 2]; (left, right) decided to be the same: kept before any other link.
            Two about one record cannot both hold, and the heavier link is kept. Pairs that are no
            links are passed over.
        parted: int64 [k, 2]; (left, right) decided to differ: never kept.

    Raises:
        ValueError: a weight is below the threshold.
    """
    if len(weights) and int(np.min(weights)) < threshold:
        raise ValueError("A link weighs less than the threshold.")
    left, right = np.asarray(left, np.int64), np.asarray(right, np.int64)
    gain = np.asarray(weights, np.int64) - threshold
    gain[_among(left, right, together)] += _DECIDED
    taking_part = np.flatnonzero(~_among(left, right, parted))
    taking_part = taking_part[np.lexsort((right[taking_part], left[taking_part]))]
    kept, tie = np.zeros(len(left), np.bool_), np.full(len(left), _NONE, np.int32)
    if len(taking_part):
        kept[taking_part], tie[taking_part] = _assign(
            left[taking_part], right[taking_part], gain[taking_part]
        )
    return Assigned(kept, tie)


def _among(left: Ids, right: Ids, pairs: Ids | None) -> npt.NDArray[np.bool_]:
    if pairs is None or not len(pairs):
        return np.zeros(len(left), np.bool_)
    width = int(max(right.max(initial=0), pairs[:, 1].max())) + 1
    return np.isin(left * width + right, pairs[:, 0] * width + pairs[:, 1])


def _assign(left: Ids, right: Ids, gain: Ids) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.int32]]:
    """Kept and tie of links that are sorted by (left, right)."""
    lefts, source = np.unique(left, return_inverse=True)
    rights, target = np.unique(right, return_inverse=True)
    starts = np.searchsorted(source, np.arange(len(lefts) + 1)).astype(np.int64)
    # More links go before fewer only where the weights are equal: weights are scaled up to make room.
    scaled = gain * (min(len(lefts), len(rights)) + 1) + 1
    mate, left_price, right_price = _best(starts, target, scaled, len(rights))
    kept = mate[source] == target
    tight = left_price[source] + right_price[target] == scaled
    return kept, _tied(source, target, tight, kept, left_price, right_price)


@nb.njit(cache=True)
def _best(starts, target, gain, rights):  # type: ignore[no-untyped-def]
    """Give record after record of the left a link, each along the path that costs least.

    Prices hold throughout: for every link left price + right price >= gain, with equality where it
    is kept; no price is below 0; a record of the right without a link has price 0, and in the end
    so has every record of the left without one. By duality such an assignment is the best.

    Args:
        starts: int64 [lefts + 1]; where the links of each left begin. target, gain: of each link.

    Returns:
        (right of each left or -1, price of each left, price of each right).
    """
    lefts = len(starts) - 1
    mate, back = np.full(lefts, -1), np.full(rights, -1)
    left_price, right_price = np.zeros(lefts, np.int64), np.zeros(rights, np.int64)
    for i in range(lefts):
        for k in range(starts[i], starts[i + 1]):
            left_price[i] = max(left_price[i], gain[k])
    cost, origin = np.full(rights, _FAR), np.full(rights, -1)
    for free in range(lefts):
        found = _cheapest_path(free, starts, target, gain, left_price, right_price, back, cost, origin)
        least, last_left, last_right, reached, settled = found
        left_price[free] -= least
        for j in settled:
            if cost[j] < least:
                right_price[j] += least - cost[j]
                left_price[back[j]] -= least - cost[j]
        j = last_right
        if j < 0 and last_left != free:
            j, mate[last_left] = mate[last_left], -1
        while j >= 0:  # from the end of the path back to its start
            i = origin[j]
            back[j] = i
            mate[i], j = j, mate[i]
            if i == free:
                break
        for j in reached:
            cost[j], origin[j] = _FAR, -1
    return mate, left_price, right_price


@nb.njit(cache=True)
def _cheapest_path(free, starts, target, gain, left_price, right_price, back, cost, origin):  # type: ignore[no-untyped-def]
    """Where the cheapest exchange that begins with `free` ends (Dijkstra 1959, over reduced costs).

    It ends at a right without a link, or at a left that is left without one, which costs its price.

    Returns:
        (cost, that left, that right or -1, rights whose `cost` and `origin` were filled, rights passed).
    """
    reached, settled = [nb.int64(0) for _ in range(0)], [nb.int64(0) for _ in range(0)]
    queue = [(nb.int64(0), nb.int64(0)) for _ in range(0)]
    i, here = np.int64(free), np.int64(0)
    least, last_left = left_price[free], np.int64(free)
    while True:
        for k in range(starts[i], starts[i + 1]):
            j = target[k]
            through = here + left_price[i] + right_price[j] - gain[k]
            if through < cost[j]:
                if origin[j] < 0:
                    reached.append(j)
                cost[j], origin[j] = through, i
                heappush(queue, (through, j))
        while len(queue) and queue[0][0] > cost[queue[0][1]]:
            heappop(queue)
        if not len(queue) or queue[0][0] >= least:
            return least, last_left, np.int64(-1), reached, settled
        here, j = heappop(queue)
        if back[j] < 0:
            return here, last_left, j, reached, settled
        settled.append(j)
        i = back[j]
        if here + left_price[i] < least:
            least, last_left = here + left_price[i], i


def _tied(
    source: Ids, target: Ids, tight: npt.NDArray[np.bool_], kept: npt.NDArray[np.bool_],
    left_price: Ids, right_price: Ids,
) -> npt.NDArray[np.int32]:  # fmt: skip
    """Number of the tie of each link, from 0 in the order of links; -1 = none.

    Best assignments differ by exchanges along paths of tight links, alternately taken up and given
    up, that close or that end at records which cost nothing to leave without a link (price 0). Drawn
    as arrows, given up from right to left and taken up from left to right, with one further node for
    "no link", each exchange is a cycle; so a link is in dispute if both its ends are in one strong
    component.
    """
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    lefts, rights = len(left_price), len(right_price)
    nobody = lefts + rights
    taken_left, taken_right = np.zeros(lefts, np.bool_), np.zeros(rights, np.bool_)
    taken_left[source[kept]], taken_right[target[kept]] = True, True
    left_free, right_free = np.flatnonzero(left_price == 0), np.flatnonzero(right_price == 0)
    up, down = tight & ~kept, kept
    arrows: list[tuple[npt.ArrayLike, npt.ArrayLike]] = [
        (source[up], lefts + target[up]),
        (lefts + target[down], source[down]),
        (left_free[taken_left[left_free]], nobody),
        (nobody, left_free[~taken_left[left_free]]),
        (nobody, lefts + right_free[taken_right[right_free]]),
        (lefts + right_free[~taken_right[right_free]], nobody),
    ]
    tails, heads = np.concatenate([np.stack(np.broadcast_arrays(*ends)) for ends in arrows], axis=1)
    graph = coo_matrix((np.ones(len(tails), np.int8), (tails, heads)), shape=(nobody + 1, nobody + 1))
    _, strong = connected_components(graph, directed=True, connection="strong")
    disputed = np.flatnonzero((up | down) & (strong[source] == strong[lefts + target]))
    # Exchanges that end at "no link" share that node; those of separate components are separate ties.
    contest = coo_matrix(
        (np.ones(len(disputed), np.int8), (source[disputed], lefts + target[disputed])),
        shape=(nobody, nobody),
    )
    part = connected_components(contest, directed=False)[1][source[disputed]]
    _, first, number = np.unique(part, return_index=True, return_inverse=True)
    tie = np.full(len(source), _NONE, np.int32)
    tie[disputed] = np.argsort(np.argsort(first))[number]
    return tie
