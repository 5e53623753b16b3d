"""What the screen knows of a text without reading it: a few numbers that bound every similarity.

A text is summed up in a 64-bit signature: two bits for each letter A–Z (first and second
occurrence), one for each digit, one for everything else; what does not fit is counted as `spare`.

For two texts let c be the number of characters they share as bags. For each class of
characters min(a, b) <= min of the represented + min of the spare, therefore

    c <= popcount(signature_a & signature_b) + min(spare_a, spare_b)          (1)

Characters outside ASCII are counted by their UTF-8 bytes, which can only make (1) larger.
"""

from __future__ import annotations

from typing import Any

import numba as nb
import numpy as np
from numba.core import types
from numba.extending import intrinsic

#: Texts are compared up to this many characters, so that one absurd value costs no time.
LONGEST = 120

_LETTERS = 26
_OTHER = 62


def _population(typingctx: Any, bits: Any) -> Any:
    """Number of one-bits of a uint64, by the processor's own instruction."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.ctpop(arguments[0])

    return types.uint64(types.uint64), generate


popcount: Any = intrinsic(_population)


@nb.njit(cache=True)
def _word_bit(word):  # type: ignore[no-untyped-def]
    """One of 64 bits for a word's hash; none for no word."""
    return np.uint64(1) << (word >> np.uint64(58)) if word else np.uint64(0)


@nb.njit(cache=True, nogil=True)
def text_facts(offsets, octets):  # type: ignore[no-untyped-def]
    """Facts of texts laid end to end in UTF-8, of each at most `LONGEST` characters.

    Args:
        offsets: int64 [k + 1]; text t is octets[offsets[t]:offsets[t + 1]].
        octets: uint8.

    Returns:
        signature uint64 [k]; sketch uint64 [k] (one hashed bit for each word); head uint32 [k]
        (first four bytes, the first in the lowest byte); first int32 [k] (the first character's bytes);
        size uint8 [k] (characters); spare uint8 [k] (at most 255).
    """
    count = len(offsets) - 1
    signature = np.zeros(count, np.uint64)
    sketch = np.zeros(count, np.uint64)
    head = np.zeros(count, np.uint32)
    first = np.zeros(count, np.int32)
    size = np.zeros(count, np.uint8)
    spare = np.zeros(count, np.uint8)
    for t in range(count):
        bits = np.uint64(0)
        word = np.uint64(0)
        characters = extra = 0
        for place in range(offsets[t], offsets[t + 1]):
            octet = octets[place]
            if octet & 0xC0 != 0x80:
                characters += 1
                if characters > LONGEST:
                    characters = LONGEST
                    break
            if characters == 1:
                first[t] = (first[t] << np.int32(8)) | np.int32(octet)
            if place - offsets[t] < 4:
                head[t] |= np.uint32(octet) << np.uint32(8 * (place - offsets[t]))
            if octet == 32:
                sketch[t] |= _word_bit(word)
                word = np.uint64(0)
            else:
                word = (word + np.uint64(octet) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
            if 65 <= octet <= 90:
                bit = octet - 65
                if bits >> np.uint64(bit) & np.uint64(1):
                    bit += _LETTERS
            elif 48 <= octet <= 57:
                bit = 2 * _LETTERS + octet - 48
            else:
                bit = _OTHER
            if bits >> np.uint64(bit) & np.uint64(1):
                extra += 1
            bits |= np.uint64(1) << np.uint64(bit)
        sketch[t] |= _word_bit(word)
        signature[t] = bits
        size[t] = characters
        spare[t] = min(extra, 255)
    return signature, sketch, head, first, size, spare


@nb.njit(cache=True)
def shared_characters(signature_a, spare_a, signature_b, spare_b):  # type: ignore[no-untyped-def]
    """Upper bound (1) of the characters two texts share."""
    return np.int64(popcount(signature_a & signature_b)) + min(np.int64(spare_a), np.int64(spare_b))


@nb.njit(cache=True)
def common_prefix(head_a, head_b):  # type: ignore[no-untyped-def]
    """Length of the common prefix, at most 4: exact for ASCII, else never too small."""
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
