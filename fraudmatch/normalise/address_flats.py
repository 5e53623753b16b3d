"""Which part of a building an address names: flat, unit, floor, annexe, rear of."""

from __future__ import annotations

import re
from functools import cache

from fraudmatch.normalise.wordlists import table

_PART_NAME = re.compile(r"\d+[A-Z]?|[A-Z]\d{0,3}|\d+[-/]\d+")
_FLOOR_WORDS = ("FLOOR", "FLR", "FLOORS")
_AFTER_FLOOR = ("FLAT", "FRONT", "REAR", "LEFT", "RIGHT", "STUDIO", "FLT", "APARTMENT", "MAISONETTE")
_ANNEXES = ("ANNEXE", "ANNEX")
_BESIDE = {
    ("REAR", "OF"): "REAR",
    ("R", "O"): "REAR",
    ("R/O",): "REAR",
    ("ADJACENT", "TO"): "ADJ",
    ("ADJ", "TO"): "ADJ",
    ("ADJ",): "ADJ",
}


def _floor_at(tokens: list[str], at: int) -> tuple[str, int] | None:
    """(floor code, words taken) when a floor is named at that position."""
    floors, letters = table("streets", "floors"), table("streets", "floor_letters")
    several = tokens[at + 1 : at + 4]  # FIRST AND SECOND FLOORS
    if (
        tokens[at] in floors
        and len(several) == 3
        and several[0] in ("AND", "&")
        and several[2] in _FLOOR_WORDS
    ):
        last = floors.get(several[1])
        return (f"{floors[tokens[at]]}-{last}" if last else floors[tokens[at]]), 4
    for count in (2, 1):
        code = floors.get(" ".join(tokens[at : at + count]))
        taken = at + count
        if code and taken < len(tokens) and tokens[taken] in _FLOOR_WORDS:
            taken += 1
            while taken < len(tokens) and tokens[taken] in _AFTER_FLOOR:
                taken += 1
            return code, taken - at
    if tokens[at] in letters:
        follows = tokens[at + 1 : at + 2]
        if follows and follows[0] in _AFTER_FLOOR:
            return letters[tokens[at]], 2
        before_flat = at > 0 and tokens[at - 1] in _AFTER_FLOOR
        if (at == 0 and (not follows or follows[0][0].isdigit())) or before_flat:
            return letters[tokens[at]], 1
    return None


def _part_at(tokens: list[str], at: int) -> tuple[str, int] | None:
    """(name of the part, words taken) for FLAT 2, APT 4, UNIT B1, ROOM 6."""
    if tokens[at] not in table("streets", "flats"):
        return None
    follows = at + 1
    if follows < len(tokens) and tokens[follows] in ("NO", "NUMBER"):
        follows += 1
    if follows < len(tokens) and _PART_NAME.fullmatch(tokens[follows]):
        return tokens[follows], follows + 1 - at
    return None


def flat_off(tokens: list[str]) -> tuple[str | None, list[str]]:
    """The flat named in the words, and the words without it; a part's name beats its floor."""
    part = floor = None
    left: list[str] = []
    at = 0
    while at < len(tokens):
        if part is None and (found := _part_at(tokens, at)):
            part, at = found[0], at + found[1]
        elif floor is None and (found := _floor_at(tokens, at)):
            floor, at = found[0], at + found[1]
            if left and left[-1] in _AFTER_FLOOR:
                left.pop()
        else:
            left.append(tokens[at])
            at += 1
    return part or floor, left


def annexe_off(tokens: list[str]) -> tuple[str | None, list[str]]:
    """ANNEXE for "the annexe" or "annexe at 8 …", and the words after it: it is a dwelling of its own."""
    words_left = tokens[1:] if tokens[:1] == ["THE"] else tokens
    if not words_left or words_left[0] not in _ANNEXES:
        return None, tokens
    after = words_left[1:]
    if after[:1] in (["AT"], ["TO"], ["OF"]):
        after = after[1:]
    elif after and not after[0][0].isdigit():
        return None, tokens
    return "ANNEXE", after


def beside_off(tokens: list[str]) -> tuple[str | None, list[str]]:
    """REAR for "rear of", ADJ for "adjacent to", and the words after it."""
    for phrase, code in _BESIDE.items():
        if tuple(tokens[: len(phrase)]) == phrase and len(tokens) >= len(phrase):
            return code, tokens[len(phrase) :]
    return None, tokens


@cache
def part_words() -> frozenset[str]:
    """Words that can start a flat, a floor or "rear of"; without one none of them need be looked for."""
    floors = [word for phrase in table("streets", "floors") for word in phrase.split()]
    beside = [phrase[0] for phrase in _BESIDE]
    named = [*table("streets", "flats"), *table("streets", "floor_letters")]
    return frozenset([*named, *floors, *beside, *_ANNEXES])
