"""A small fuzzer of our own: random texts from a fixed seed, for a stated time, against one target.

    FRAUDMATCH_FUZZ_SECONDS=60 python -m pytest tests/fuzz      # longer; 2 seconds a target is usual
    FRAUDMATCH_FUZZ_SEED=7 python -m pytest tests/fuzz          # another seed; a failure prints its own

A target may raise the errors it documents and nothing else. What is tried is grown from samples: bytes are
changed, repeated, removed and put together again, with signs that mean something to parsers.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable, Sequence

SECONDS = float(os.environ.get("FRAUDMATCH_FUZZ_SECONDS", "2"))
SEED = int(os.environ.get("FRAUDMATCH_FUZZ_SEED", "20260331"))
#: So many tries however slow the machine is.
FEWEST = 20
#: A single try that takes longer hangs, however busy the machine is (seconds).
SLOWEST = 20.0

SIGNS = tuple(
    sign.encode("utf-8", "surrogatepass")
    for sign in (
        "\0", "\x01", "\x1a", "\x1b[31m", "\t", "\n", "\r", "\r\n", '"', '""', "'", ",", ";", "|", "\\", "\\\"", "#", "=",
        "+", "-", "@", "(", ")", "[", "]", "{", "}", "<", ">", "&", "%", "£", "Ł", "é", "Ã©", "ß", "İ", "ı", "ﬁ", "Ａ",
        "\u200b", "\u202e", "\ufeff", "\ufffd", "\ud83d", "😀", "e\u0301", "0", "9", "00", "31/02/2026", "1e9", "-0", ".", "..",
        "/", "NULL", "nan", "T/A", "&", " and ", "Mr", "O'", "Flat", "10\u00bd", "١", "９",
    )
)  # fmt: skip
ODD = (b"\xff", b"\xfe", b"\xe9", b"\x81", b"\xc3", b"\xed\xa0\x80", b"\xef\xbb\xbf")


def mutations(samples: Sequence[bytes], chance: random.Random) -> bytes:
    """One sample after a few random changes."""
    text = bytearray(chance.choice(samples))
    for _ in range(chance.choice((0, 1, 1, 2, 3, 5, 8, 20))):
        place = chance.randrange(len(text) + 1)
        kind = chance.randrange(6)
        if kind <= 1:
            text[place:place] = chance.choice(SIGNS if chance.random() < 0.9 else ODD)
        elif kind == 2:
            del text[place : place + chance.choice((1, 1, 2, 10, 100))]
        elif kind == 3 and text:
            text[place:place] = text[: chance.randrange(len(text)) + 1][
                -chance.choice((1, 5, 50)) :
            ] * chance.choice((1, 2, 30))
        elif kind == 4:
            text[place : place + 1] = bytes([chance.randrange(256)])
        else:
            other = chance.choice(samples)
            text[place:] = other[chance.randrange(len(other) + 1) :]
    return bytes(text[:20_000])


def fuzz(
    target: Callable[[bytes], object], samples: Sequence[bytes], *, allowed: tuple[type[Exception], ...] = ()
) -> int:
    """Try the target until the time is over; how many tries it took.

    Raises:
        AssertionError: it raised something else, or hung; with seed, number and text of the try.
    """
    chance = random.Random(SEED)
    begun, tries = time.monotonic(), 0
    while time.monotonic() - begun < SECONDS or tries < max(FEWEST, len(samples)):
        text = samples[tries] if tries < len(samples) else mutations(samples, chance)
        tries += 1
        started = time.monotonic()
        try:
            target(text)
        except allowed:
            pass
        except Exception as error:
            raise AssertionError(f"seed {SEED}, try {tries}: {error!r} on {text!r}") from error
        taken = time.monotonic() - started
        assert taken < SLOWEST, f"seed {SEED}, try {tries}: {taken:.1f} s on {text!r}"
    return tries
