"""Several columns become one key: rows have the same number where all their values are the same.

Keys are numbered by sorting, in time that grows with the rows (counting sort, Seward 1954). Most keys
of a narrow pass belong to one row, and these need not be sorted: they are told first, by a bit that
no other row has set.
"""

from __future__ import annotations

import numba as nb
import numpy as np

from fraudmatch.linkage.encode import Codes, Ints


def joined(parts: list[Codes]) -> tuple[Ints, int]:
    """Several columns as one key from 0 (-1 where any is null), and a number above every key.

    Only rows that may share their key are sorted; the others are numbered after them.
    """
    key, count = np.maximum(parts[0].codes, -1), parts[0].count
    if len(parts) == 1:
        return key, count
    mixed = np.ones(len(key), np.uint32)
    for part in parts:
        _mix(mixed, part.codes)
    rows = _perhaps_shared(mixed)
    for part in parts[1:]:
        key, count = _joined(key, count, part.codes, part.count, rows)
    return key, _number_others(key, count, mixed)


@nb.njit(cache=True, nogil=True)
def _mix(mixed, codes):  # type: ignore[no-untyped-def]
    """Mix one more column into an odd number of 32 bits for each row; 0 where one is null."""
    for row in range(len(mixed)):
        if codes[row] < 0:
            mixed[row] = 0
        elif mixed[row]:
            more = (np.uint64(mixed[row]) + np.uint64(codes[row])) * np.uint64(0x9E3779B97F4A7C15)
            mixed[row] = np.uint32(more >> np.uint64(32)) | np.uint32(1)


@nb.njit(cache=True, nogil=True)
def _perhaps_shared(mixed):  # type: ignore[no-untyped-def]
    """int32, ascending: rows whose mixed columns another row may have too (Bloom 1970, with one hash).

    There are eight bits for a row, so that of the rows alone with their key one in eight is taken for
    one that is not.
    """
    octets = 1 << 13
    while octets < len(mixed):
        octets *= 2
    once, again = np.zeros(octets, np.uint8), np.zeros(octets, np.uint8)
    mask = np.uint64(octets - 1)
    for row in range(len(mixed)):
        if mixed[row]:
            place, bit = np.uint64(mixed[row]) >> np.uint64(4) & mask, np.uint8(1 << (mixed[row] >> 1 & 7))
            again[place] |= once[place] & bit
            once[place] |= bit
    rows = np.empty(len(mixed), np.int32)
    found = 0
    for row in range(len(mixed)):
        if mixed[row]:
            place, bit = np.uint64(mixed[row]) >> np.uint64(4) & mask, np.uint8(1 << (mixed[row] >> 1 & 7))
            rows[found] = row
            found += (again[place] & bit) != 0
    return rows[:found].copy()


@nb.njit(cache=True, nogil=True)
def _number_others(key, count, mixed):  # type: ignore[no-untyped-def]
    """Number the rows that have a key but were not sorted from `count` on; give the number after them."""
    for row in range(len(key)):
        if key[row] < 0 and mixed[row]:
            key[row] = count
            count += 1
    return count


@nb.njit(cache=True, nogil=True)
def _sort_by_count(key, count, before):  # type: ignore[no-untyped-def]
    """The rows of `before` sorted by key, those without one left off; equal keys stay as they stand."""
    places = np.zeros(count + 1, np.int32)
    for row in before:
        if key[row] >= 0:
            places[key[row] + 1] += 1
    for k in range(count):
        places[k + 1] += places[k]
    order = np.empty(places[count], np.int32)
    for row in before:
        if key[row] >= 0:
            order[places[key[row]]] = row
            places[key[row]] += 1
    return order


@nb.njit(cache=True, nogil=True)
def _joined(first, first_count, second, second_count, rows):  # type: ignore[no-untyped-def]
    """Key -1 for all but `rows`; of these the number of (first, second), in their order; and the number of keys."""
    order = _sort_by_count(first, first_count, _sort_by_count(second, second_count, rows))
    key = np.full(len(first), -1, np.int32)
    run = -1
    for place in range(len(order)):
        row, last = order[place], order[max(place, 1) - 1]
        if place == 0 or first[row] != first[last] or second[row] != second[last]:
            run += 1
        key[row] = run
    return key, run + 1
