"""Errors of typing, scanning and keying, at stated rates.

Rates are per field and row. They are design choices near those councils report for files that
have not been cleaned; the answer key's README prints them. Wrong letters come from the keys
beside the right one, scanning errors from shapes that scanners confuse.
"""

from __future__ import annotations

import numpy as np

from fraudmatch.sample.streams import Array, chance
from fraudmatch.sample.words import Words

#: Each of forename and surname; both together make 2 % of names.
TYPING = 0.01
SCANNING = 0.0015
STREET = 0.007
DAY_MONTH = 0.005
DIGIT = 0.005
POSTCODE = 0.01
#: Field faults that a loader must catch, on rows outside the answer key's cases.
DATE_INVALID = 0.001
CODE_UNKNOWN = 0.0008
BAD_NINO = 0.0015
TEMPORARY_NINO = 0.001
PLACEHOLDER_BIRTH = 0.002
BAD_POSTCODE = 0.001
#: Rows a loader must refuse (they are added to the true ones): cells missing, repeated, no reference.
SPOILT_ROWS = 0.0003

_KEYBOARD = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_SHAPES = (
    ("rn", "m"), ("m", "rn"), ("cl", "d"), ("l", "1"), ("o", "0"), ("i", "l"), ("e", "c"), ("h", "b"), ("w", "vv"),
    ("S", "5"), ("O", "0"), ("B", "8"), ("I", "l"), ("G", "6"),
)  # fmt: skip


def _neighbours() -> dict[str, str]:
    beside: dict[str, str] = {}
    for line, row in enumerate(_KEYBOARD):
        for place, key in enumerate(row):
            around = row[max(place - 1, 0) : place] + row[place + 1 : place + 2]
            for other in _KEYBOARD[max(line - 1, 0) : line] + _KEYBOARD[line + 1 : line + 2]:
                around += other[max(place - 1, 0) : place + 1]
            beside[key] = around
    return beside


_BESIDE = _neighbours()


def mistype(words: Words, codes: Array, rng: np.random.Generator, rate: float = TYPING) -> Array:
    """Some words with one slip of the fingers: a letter left out, doubled, swapped, missed or added."""
    hit = np.flatnonzero(chance(rng, rate, len(codes)) & (codes >= 0))
    wrong = codes.copy()
    draws = rng.random((len(hit), 3)).tolist()
    wrong[hit] = words.codes(_slip(words[c], *u) for c, u in zip(codes[hit].tolist(), draws, strict=True))
    return wrong


def _slip(word: str, what: float, where: float, which: float) -> str:
    if len(word) < 3:
        return word
    place = 1 + int(where * (len(word) - 1))
    letter = word[place].lower()
    kind = int(what * 5)
    if kind == 0:
        return word[:place] + word[place + 1 :]
    if kind == 1:
        return word[:place] + word[place] + word[place:]
    if kind == 2 and place + 1 < len(word):
        return word[:place] + word[place + 1] + word[place] + word[place + 2 :]
    near = _BESIDE.get(letter, "e")
    other = near[int(which * len(near))]
    return word[:place] + other + word[place + (kind != 4) :]


def misread(words: Words, codes: Array, rng: np.random.Generator, rate: float = SCANNING) -> Array:
    """Some words as a scanner reads them: one shape taken for another."""
    hit = np.flatnonzero(chance(rng, rate, len(codes)) & (codes >= 0))
    wrong = codes.copy()
    starts = rng.integers(0, len(_SHAPES), len(hit)).tolist()
    wrong[hit] = words.codes(_scan(words[c], s) for c, s in zip(codes[hit].tolist(), starts, strict=True))
    return wrong


def _scan(word: str, start: int) -> str:
    for step in range(len(_SHAPES)):
        shape, seen = _SHAPES[(start + step) % len(_SHAPES)]
        if shape in word[1:]:
            return word[0] + word[1:].replace(shape, seen, 1)
    return word


def wrong_birthdays(
    rng: np.random.Generator, year: Array, month: Array, day: Array
) -> tuple[Array, Array, Array]:
    """Dates of birth with day and month changed over, or one figure of the day or year off."""
    swap = chance(rng, DAY_MONTH, len(day)) & (day <= 12)
    day, month = np.where(swap, month, day), np.where(swap, day, month)
    off = chance(rng, DIGIT, len(day)) & ~swap
    in_year = rng.random(len(day)) < 0.5
    year = np.where(off & in_year, np.where(year % 10 < 9, year + 1, year - 1), year)
    day = np.where(off & ~in_year, np.where(day > 10, day - 1, day + 1), day)
    return year, month, day


def wrong_postcode(code: str, where: float) -> str:
    """A postcode of the right shape with one letter or figure of its second half wrong."""
    head, _, tail = code.partition(" ")
    place = int(where * 3)
    letters = "ABDEFGHJLNPQRSTUWXYZ"
    old = tail[place]
    new = (
        str((int(old) + 1) % 10)
        if place == 0
        else letters[(letters.find(old) + 1 + int(where * 60) % 5) % 20]
    )
    return f"{head} {tail[:place]}{new}{tail[place + 1 :]}"
