"""The screen: which candidate pairs could still reach the threshold.

For each pair of a block the kernel of the model adds up, comparison by comparison, the most this
pair could weigh, and drops it as soon as the sum falls below the threshold. What it keeps is a
superset of the links, never less. Weights are whole thousandths, so the sums are exact in any
order and on any number of threads.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import pairwise

import numba as nb
import numpy as np
import numpy.typing as npt

from fraudmatch.linkage.block import Blocks
from fraudmatch.linkage.encode import Ints
from fraudmatch.linkage.kernel import Kernel

#: Pairs one task looks at, at most one block row more; small enough to share out evenly.
TASK_PAIRS = 1_000_000

#: Rows one task moves together, at most one block more.
TASK_ROWS = 200_000

#: Tasks under way for each thread; more would only hold memory.
AHEAD = 3

Screened = tuple[Ints, Ints, int]


@nb.njit(cache=True, nogil=True)
def _moved(words, order):  # type: ignore[no-untyped-def]
    made = np.empty((len(order), words.shape[1]), np.uint64)
    for place in range(len(order)):
        made[place] = words[order[place]]
    return made


def moved(rows: npt.NDArray[np.void], order: Ints) -> npt.NDArray[np.void]:
    """The rows in another order, side by side: what a block compares is then read in one go."""
    words = rows.view(np.uint64).reshape(len(rows), -1)
    made: npt.NDArray[np.void] = _moved(words, order).view(rows.dtype).reshape(len(order))
    return made


def screen(
    blocks: Blocks, rows: npt.NDArray[np.void], kernel: Kernel, earlier: int, threads: int | None = None
) -> Iterator[Screened]:
    """Yield (left, right, looked): kept pairs as row numbers, and how many pairs were looked at.

    The chunks and their order do not depend on `threads`.

    Args:
        blocks: the blocks of this pass.
        rows: packed rows of all records, with their keys. A pair that shares one of the first
            `earlier` keys was proposed before and is left out, as is one that shares `apart`.
        kernel: the screen of the model.
        earlier: number of passes before this one.
        threads: at most this many; all cores when None.
    """

    def run(task: tuple[int, int, int, int]) -> Screened:
        return _task(blocks, rows, kernel, earlier, *task)

    workers = threads or os.cpu_count() or 1
    with ThreadPoolExecutor(workers) as pool:
        waiting: deque[Future[Screened]] = deque()
        for task in tasks(blocks):
            if len(waiting) >= AHEAD * workers:
                yield waiting.popleft().result()
            waiting.append(pool.submit(run, task))
        while waiting:
            yield waiting.popleft().result()


def _task(
    blocks: Blocks, rows: npt.NDArray[np.void], kernel: Kernel, earlier: int, low: int, high: int, first: int, last: int
) -> Screened:  # fmt: skip
    """Screen block rows first..last of the blocks low..high."""
    begin, end = int(blocks.starts[low]), int(blocks.ends[high - 1])
    starts, ends = blocks.starts[low:high] - begin, blocks.ends[low:high] - begin
    middles = np.where(blocks.middles[low:high] >= 0, blocks.middles[low:high] - begin, -1)
    order = blocks.order[begin:end]
    near = moved(rows, order)
    room = max(1 << 14, int((ends - starts).max()))
    left, right = np.empty(room, np.int32), np.empty(room, np.int32)
    lefts, rights, looked = [], [], 0
    while first < last:
        kept, more, first = kernel(near, starts, middles, ends, first, last, earlier, left, right)
        looked += more
        lefts.append(order[left[:kept]])
        rights.append(order[right[:kept]])
    return np.concatenate(lefts), np.concatenate(rights), looked


def tasks(blocks: Blocks) -> list[tuple[int, int, int, int]]:
    """Blocks shared out: (first block, block after the last, first row, row after the last)."""
    made: list[tuple[int, int, int, int]] = []
    pairs = blocks.pairs()
    done = np.cumsum(pairs)
    low = 0
    while low < len(pairs):
        before = int(done[low - 1]) if low else 0
        enough = np.searchsorted(done, before + TASK_PAIRS, side="right")
        room = np.searchsorted(blocks.ends, blocks.starts[low] + TASK_ROWS, side="right")
        high = max(low + 1, int(min(enough, room)))
        rows = blocks.rows(low, high)
        steps = max(1, int(-(-int(pairs[low]) // TASK_PAIRS))) if high == low + 1 else 1
        edges = [rows * step // steps for step in range(steps + 1)]
        made += [(low, high, a, b) for a, b in pairwise(edges) if b > a]
        low = high
    return made
