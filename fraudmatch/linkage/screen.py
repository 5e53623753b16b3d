"""The screen: which candidate pairs could still reach the threshold.

For each pair of a block the kernel starts from the best any pair could weigh and replaces,
comparison by comparison, that best by the most this pair could get; it drops the pair as soon
as the sum falls below the threshold. What it keeps is a superset of the links, never less:
every replacement is an upper bound (see `bounds`). Weights are whole thousandths, so the sums
are exact in any order and on any number of threads.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import numba as nb
import numpy as np
import numpy.typing as npt

from fraudmatch.linkage.block import Blocks
from fraudmatch.linkage.bounds import (
    NULL,
    common_prefix,
    day_month_swapped,
    digits_differing,
    edits_allowed,
    fewest_edits,
    jaro_winkler_bound,
    may_begin,
    parts_agreeing,
    shared_characters,
)
from fraudmatch.linkage.encode import Packed
from fraudmatch.linkage.tables import TEST_NUMBER, Tables

_EXACT = TEST_NUMBER["exact"]
_ALIKE = TEST_NUMBER["alike"]
_INITIAL = TEST_NUMBER["initial"]
_JARO_WINKLER = TEST_NUMBER["jaro_winkler"]
_LEVENSHTEIN = TEST_NUMBER["levenshtein"]
_EDITS = TEST_NUMBER["edits"]
_BEGINS = TEST_NUMBER["begins"]
_SWAPPED = TEST_NUMBER["swapped"]
_ONE_DIGIT = TEST_NUMBER["one_digit"]
_TWO_PARTS = TEST_NUMBER["two_parts"]
_SAME_YEAR = TEST_NUMBER["same_year"]
_WITHIN = TEST_NUMBER["within"]
_SAME = TEST_NUMBER["same"]
_BOTH = TEST_NUMBER["both"]
_EITHER = TEST_NUMBER["either"]

_NO, _YES, _PERHAPS = 0, 1, 2

#: Pairs one task looks at, at most one block row more; small enough to share out evenly.
TASK_PAIRS = 250_000

#: From so many pairs a record on, its row is worth moving next to those of its block.
GATHER_FROM = 8


@nb.njit(cache=True, inline="always")
def _verdict(test, number, first, last, i, j, codes, text, signature, head, size, spare):  # type: ignore[no-untyped-def]
    """Whether the pair (i, j) passes a level's test: no, yes, or perhaps (texts must be compared)."""
    a, b = codes[i, first], codes[j, first]
    if test == _EXACT or test == _ALIKE or test == _SAME:
        return _YES if a == b and a != NULL else _NO
    if test == _JARO_WINKLER or test == _LEVENSHTEIN or test == _EDITS or test == _BEGINS:
        if a == b:
            return _YES
        shared = shared_characters(signature[i, text], spare[i, text], signature[j, text], spare[j, text])
        la, lb = np.int64(size[i, text]), np.int64(size[j, text])
        if test == _JARO_WINKLER:
            prefix = common_prefix(head[i, text], head[j, text])
            reach = jaro_winkler_bound(shared, la, lb, prefix) + 1e-6 >= number
        elif test == _LEVENSHTEIN:
            reach = shared + 1e-6 >= number * max(la, lb)
        elif test == _BEGINS:
            prefix = common_prefix(head[i, text], head[j, text])
            reach = may_begin(shared, la, lb, prefix, number)
        else:
            reach = edits_allowed(fewest_edits(shared, la, lb), number, la, lb)
        return _PERHAPS if reach else _NO
    if test == _INITIAL:
        one = size[i, text] == 1 or size[j, text] == 1
        return _YES if one and (head[i, text] ^ head[j, text]) & np.uint32(0xFF) == 0 else _NO
    if test == _SWAPPED:
        return _YES if day_month_swapped(a, b) else _NO
    if test == _ONE_DIGIT:
        return _YES if digits_differing(a, b) == 1 else _NO
    if test == _TWO_PARTS:
        return _YES if parts_agreeing(a, b) == 2 else _NO
    if test == _SAME_YEAR:
        return _YES if a // 10000 == b // 10000 else _NO
    if test == _WITHIN:
        return _YES if abs(np.int64(a) - np.int64(b)) <= number else _NO
    if test == _BOTH or test == _EITHER:
        c, d = codes[i, last], codes[j, last]
        across = (1 if a == d and a != NULL else 0) + (1 if c == b and c != NULL else 0)
        if a == b:
            return _NO
        return _YES if across == 2 or (across == 1 and test == _EITHER) else _NO
    return _YES


@nb.njit(cache=True, inline="always")
def _missing(c, i, j, codes, tests, widest):  # type: ignore[no-untyped-def]
    """Whether comparison c has nothing to compare on the pair (i, j)."""
    first, last = widest[c, 0], widest[c, 1]
    if tests[c, 0] == _BOTH or tests[c, 0] == _EITHER:
        across = codes[i, first] != NULL and codes[j, last] != NULL
        return not across and (codes[i, last] == NULL or codes[j, first] == NULL)
    for slot in range(first, last + 1):
        if codes[i, slot] != NULL and codes[j, slot] != NULL:
            return False
    return True


@nb.njit(cache=True, inline="always")
def _met(i, j, earlier, keys):  # type: ignore[no-untyped-def]
    """Whether one of the earlier passes has proposed the pair."""
    for q in range(earlier):
        if keys[i, q] >= 0 and keys[i, q] == keys[j, q]:
            return True
    return False


@nb.njit(cache=True, inline="always")
def _variant(c, state, variants, needs):  # type: ignore[no-untyped-def]
    """The first `given` of comparison c whose bits all stand in the state, else 0."""
    for v in range(1, variants[c]):
        if state & needs[c, v] == needs[c, v]:
            return v
    return 0


# The helpers above are pasted into the kernel by the compiler: handing arrays to a function for
# every pair costs more than comparing them.
@nb.njit(cache=True, nogil=True)
def _screen(  # type: ignore[no-untyped-def]
    starts, middles, ends, first_row, last_row, at, earlier, keys, apart,
    codes, signature, head, size, spare, common,
    tests, numbers, slots, widest, text, weighed, levels, weights, variants, needs, sets, best,
    prior, threshold, left, right,
):  # fmt: skip
    """Screen the pairs of the block rows first_row..last_row; rows run through all blocks.

    `at` gives the packed row of each position. Writes kept pairs (positions) to `left` and
    `right`; returns how many, how many pairs it looked at, and the row to go on with when the
    room ran out (last_row when done).
    """
    kept = looked = row = 0
    count = len(tests)
    most = prior + best.sum()
    for b in range(len(starts)):
        stop = middles[b] if middles[b] >= 0 else ends[b]
        rows = stop - starts[b]
        if row + rows <= first_row:
            row += rows
            continue
        for p in range(starts[b] + max(0, first_row - row), stop):
            here = row + p - starts[b]
            if here >= last_row:
                return kept, looked, last_row
            if kept + ends[b] - starts[b] > len(left):
                return kept, looked, here
            i = at[p]
            for q in range(middles[b] if middles[b] >= 0 else p + 1, ends[b]):
                j = at[q]
                if (apart[i] >= 0 and apart[i] == apart[j]) or _met(i, j, earlier, keys):
                    continue
                looked += 1
                total = most
                state = np.uint64(0)
                for c in range(count):
                    total -= best[c]
                    if not _missing(c, i, j, codes, tests, widest):
                        variant = _variant(c, state, variants, needs)
                        gain = -(1 << 30)
                        for l in range(levels[c]):
                            verdict = _verdict(
                                tests[c, l], numbers[c, l], slots[c, l, 0], slots[c, l, 1], i, j,
                                codes, text[c], signature, head, size, spare,
                            )  # fmt: skip
                            if verdict == _NO:
                                continue
                            value = weights[c, variant, l]
                            if l == 0 and weighed[c] >= 0:
                                value = min(value, common[i, weighed[c]])
                            gain = max(gain, value)
                            if verdict == _YES:
                                state |= sets[c, l]
                                break
                        total += gain
                    if total < threshold:
                        break
                if total >= threshold:
                    left[kept] = p
                    right[kept] = q
                    kept += 1
        row += rows
    return kept, looked, last_row


def screen(
    blocks: Blocks,
    packed: Packed,
    tables: Tables,
    keys: npt.NDArray[np.int64],
    earlier: int,
    apart: npt.NDArray[np.int32],
    threads: int | None = None,
) -> Iterator[tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], int]]:
    """Yield (left, right, looked): kept pairs as row numbers of `packed`, and pairs looked at.

    The chunks and their order do not depend on `threads`.

    Args:
        blocks: the blocks of this pass.
        packed: rows of all records.
        keys: int64 [n, passes]; -1 = null. A pair that shares one of the first `earlier` keys
            was proposed before and is left out.
        earlier: number of passes before this one.
        apart: int32 [n]; records with the same number (not -1) are known to differ.
        threads: at most this many; all cores when None.
    """
    order = at = blocks.order
    if int(blocks.pairs().sum()) >= GATHER_FROM * len(order):
        # Many pairs for each record: lay the rows of a block side by side in memory.
        packed, keys, apart = packed.take(order), keys.take(order, 0), apart.take(order)
        at = np.arange(len(order))
    arrays = (
        packed.codes, packed.signature, packed.head, packed.size, packed.spare, packed.common,
        tables.tests, tables.numbers, tables.slots, tables.widest, tables.text, tables.weighed,
        tables.levels, tables.weights, tables.variants, tables.needs, tables.sets, tables.best,
        tables.prior, tables.threshold,
    )  # fmt: skip

    def run(task: tuple[int, int, int, int]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], int]:
        low, high, first, last = task
        kept_left, kept_right, looked = [], [], 0
        span = slice(low, high)
        room = max(1 << 16, int((blocks.ends[span] - blocks.starts[span]).max()))
        left, right = np.empty(room, np.int64), np.empty(room, np.int64)
        while first < last:
            kept, more, first = _screen(
                blocks.starts[span], blocks.middles[span], blocks.ends[span], first, last, at, earlier, keys, apart, *arrays, left, right,
            )  # fmt: skip
            looked += more
            kept_left.append(order[left[:kept]])
            kept_right.append(order[right[:kept]])
        return np.concatenate(kept_left), np.concatenate(kept_right), looked

    with ThreadPoolExecutor(threads or os.cpu_count() or 1) as pool:
        yield from pool.map(run, tasks(blocks))


def tasks(blocks: Blocks) -> list[tuple[int, int, int, int]]:
    """Blocks shared out: (first block, block after the last, first row, row after the last)."""
    made: list[tuple[int, int, int, int]] = []
    pairs = blocks.pairs()
    done = np.cumsum(pairs)
    low = 0
    while low < len(pairs):
        before = int(done[low - 1]) if low else 0
        high = max(low + 1, int(np.searchsorted(done, before + TASK_PAIRS, side="right")))
        rows = blocks.rows(low, high)
        steps = max(1, int(-(-int(pairs[low]) // TASK_PAIRS))) if high == low + 1 else 1
        edges = [rows * step // steps for step in range(steps + 1)]
        made += [(low, high, a, b) for a, b in pairwise(edges) if b > a]
        low = high
    return made
