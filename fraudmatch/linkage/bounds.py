"""The most a comparison could still yield: cheap bounds that are never below the truth.

Each bound is one small function with the inequality it rests on. Texts are summed up in a
64-bit signature: two bits for each letter A–Z (first and second occurrence), one for each
digit, one for everything else; what does not fit is counted as `spare`.

For two texts let c be the number of characters they share as bags. For each class of
characters min(a, b) <= min of the represented + min of the spare, therefore

    c <= popcount(signature_a & signature_b) + min(spare_a, spare_b)          (1)
"""

from __future__ import annotations

import numba as nb
import numpy as np

#: Code of a missing value.
NULL = -2147483648

_LETTERS = 26
_OTHER = 62


@nb.njit(cache=True)
def signatures(offsets, characters):  # type: ignore[no-untyped-def]
    """Signature, head, size and spare of texts laid end to end.

    Args:
        offsets: int64 [k + 1]; text t is characters[offsets[t]:offsets[t + 1]].
        characters: uint8.

    Returns:
        uint64 [k], uint32 [k] (first four characters), uint8 [k], uint8 [k].
    """
    count = len(offsets) - 1
    signature = np.zeros(count, np.uint64)
    head = np.zeros(count, np.uint32)
    size = np.zeros(count, np.uint8)
    spare = np.zeros(count, np.uint8)
    for t in range(count):
        bits = np.uint64(0)
        for place in range(offsets[t], offsets[t + 1]):
            ch = characters[place]
            if place - offsets[t] < 4:
                head[t] |= np.uint32(ch) << np.uint32(8 * (place - offsets[t]))
            if 65 <= ch <= 90:
                bit = ch - 65
                if bits >> np.uint64(bit) & np.uint64(1):
                    bit += _LETTERS
            elif 48 <= ch <= 57:
                bit = 2 * _LETTERS + ch - 48
            else:
                bit = _OTHER
            if bits >> np.uint64(bit) & np.uint64(1):
                spare[t] += 1
            bits |= np.uint64(1) << np.uint64(bit)
        signature[t] = bits
        size[t] = offsets[t + 1] - offsets[t]
    return signature, head, size, spare


@nb.njit(cache=True)
def popcount(bits):  # type: ignore[no-untyped-def]
    """Number of one-bits of a uint64 (the usual sum in parallel; Warren, Hacker's Delight §5-1)."""
    bits = bits - ((bits >> np.uint64(1)) & np.uint64(0x5555555555555555))
    bits = (bits & np.uint64(0x3333333333333333)) + ((bits >> np.uint64(2)) & np.uint64(0x3333333333333333))
    bits = (bits + (bits >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return np.int64((bits * np.uint64(0x0101010101010101)) >> np.uint64(56))


@nb.njit(cache=True)
def shared_characters(signature_a, spare_a, signature_b, spare_b):  # type: ignore[no-untyped-def]
    """Upper bound (1) of the characters two texts share."""
    return popcount(signature_a & signature_b) + min(np.int64(spare_a), np.int64(spare_b))


@nb.njit(cache=True)
def common_prefix(head_a, head_b):  # type: ignore[no-untyped-def]
    """Length of the common prefix, at most 4. Exact: unused bytes are zero in both."""
    differing = head_a ^ head_b
    if differing & np.uint32(0xFF):
        return 0
    if differing & np.uint32(0xFF00):
        return 1
    if differing & np.uint32(0xFF0000):
        return 2
    if differing & np.uint32(0xFF000000):
        return 3
    return 4


@nb.njit(cache=True)
def jaro_winkler_bound(shared, size_a, size_b, prefix):  # type: ignore[no-untyped-def]
    """Upper bound of Jaro–Winkler similarity.

    Jaro is (c'/a + c'/b + (c' - t)/c') / 3 with c' <= c matching characters and t >= 0
    transpositions, hence at most (c/a + c/b + 1) / 3. Winkler adds prefix/10 of what is
    missing to 1 (only above Jaro 0.7), which grows with Jaro.
    """
    if shared == 0:
        return 0.0
    jaro = (shared / size_a + shared / size_b + 1.0) / 3.0
    return jaro + 0.1 * prefix * (1.0 - jaro)


@nb.njit(cache=True)
def fewest_edits(shared, size_a, size_b):  # type: ignore[no-untyped-def]
    """Lower bound of the edit distance, swapped neighbours counting one: max(a, b) - c.

    Each of the max - c characters of the longer text that the other lacks costs an edit; a
    swap of neighbours (optimal string alignment; Damerau 1964) changes no bag of characters.
    """
    return max(np.int64(size_a), np.int64(size_b)) - shared


@nb.njit(cache=True)
def edits_allowed(edits, most, size_a, size_b):  # type: ignore[no-untyped-def]
    """Whether so many edits still count as a keying error: at most `most`, and fewer than half
    the characters of the longer text (any two initials are one edit apart). Exact; it can only
    turn from true to false as `edits` grows, so a lower bound of them bounds it.
    """
    return edits <= most and 2 * edits < max(np.int64(size_a), np.int64(size_b))


@nb.njit(cache=True)
def may_begin(shared, size_a, size_b, prefix, shortest):  # type: ignore[no-untyped-def]
    """Whether one text could begin with the whole of the other: then all characters of the
    shorter, at least `shortest`, are shared, and the first four agree."""
    shorter = min(np.int64(size_a), np.int64(size_b))
    return shorter >= shortest and shared >= shorter and prefix >= min(4, shorter)


@nb.njit(cache=True)
def digits_differing(a, b):  # type: ignore[no-untyped-def]
    """In how many of their eight decimal places two packed dates (yyyymmdd) differ. Exact."""
    differing = 0
    for _ in range(8):
        if a % 10 != b % 10:
            differing += 1
        a //= 10
        b //= 10
    return differing


@nb.njit(cache=True)
def parts_agreeing(a, b):  # type: ignore[no-untyped-def]
    """How many of year, month and day two packed dates share. Exact."""
    agreeing = 0
    if a // 10000 == b // 10000:
        agreeing += 1
    if a // 100 % 100 == b // 100 % 100:
        agreeing += 1
    if a % 100 == b % 100:
        agreeing += 1
    return agreeing


@nb.njit(cache=True)
def day_month_swapped(a, b):  # type: ignore[no-untyped-def]
    """Whether two packed dates share the year and have day and month exchanged. Exact."""
    return a // 10000 == b // 10000 and a // 100 % 100 == b % 100 and a % 100 == b // 100 % 100
