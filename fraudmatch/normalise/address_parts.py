"""One segment of an address (what stands between two commas): flat, number, street, the rest."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import NamedTuple

from fraudmatch.normalise.address_flats import annexe_off, beside_off, flat_off, part_words
from fraudmatch.normalise.wordlists import table, words

_RANGE = re.compile(r"\b(\d+[A-Z]?) ?(?:-|&|AND|TO) ?(\d+[A-Z]?)(?![0-9A-Z/])")
_NUMBER = re.compile(r"(\d+)([A-Z])?")
_NUMBERS = re.compile(r"\d+[A-Z]?-\d+[A-Z]?")
_SLASHED = re.compile(r"(\d+[A-Z]?|[A-Z])/(\d+)([A-Z])?")


class Segment(NamedTuple):
    """What one segment says; null where it does not.

    Attributes:
        flat: part of the building; a floor as GF, 1F, TF, BF; REAR for "rear of".
        number: house number or range, digits first.
        letter: letter behind the number, a flat or part of the number.
        lead: words before the number, a building or business.
        street: words up to the street type, its type in one spelling.
        definite: the street type is no word that also ends building names.
        rest: words after the street type.
        other: the words when no street type is among them.
    """

    flat: str | None = None
    number: str | None = None
    letter: str | None = None
    lead: str | None = None
    street: str | None = None
    definite: bool = False
    rest: str | None = None
    other: str | None = None


@cache
def _types() -> dict[str, str]:
    return table("streets", "types")


@cache
def _last_words() -> dict[str, str]:
    return {**table("streets", "types"), **table("streets", "buildings")}


def names_building(text: str) -> bool:
    """Whether the words end like a building's name: HOUSE, COTTAGE, MILL, COURT …"""
    last = text.rsplit(" ", 1)[-1]
    return last in table("streets", "buildings").values() or last in words("streets", "either")


def is_saint(tokens: Sequence[str], at: int) -> bool:
    """Whether ST at that position is SAINT: in front, or before a saint's name."""
    return tokens[at] == "ST" and (
        at == 0 or (at + 1 < len(tokens) and tokens[at + 1] in words("streets", "saints"))
    )


def _is_type(tokens: Sequence[str], at: int) -> bool:
    return at > 0 and tokens[at] in _types() and not is_saint(tokens, at)


def place(tokens: Sequence[str]) -> str | None:
    """Words of a building or town as text: ST as SAINT in front, its last word in one spelling,
    the AT of "UNIT 9 AT" off.
    """
    while tokens and "AT" in (tokens[0], tokens[-1]):
        tokens = tokens[1:] if tokens[0] == "AT" else tokens[:-1]
    out = ["SAINT" if is_saint(tokens, at) else word for at, word in enumerate(tokens)]
    if len(out) > 1:
        out[-1] = _last_words().get(out[-1], out[-1])
    return " ".join(out) or None


def _street_end(tokens: Sequence[str]) -> int | None:
    """Position of the word that ends the street name, or None when no street type is there."""
    if tokens[0] in words("streets", "types_first") and len(tokens) > 1:
        return len(tokens) - 1
    end = next((at for at in range(1, len(tokens)) if _is_type(tokens, at)), None)
    if end is None:
        return None
    while (
        end + 1 < len(tokens)
        and _types()[tokens[end]] in words("streets", "soft")
        and _is_type(tokens, end + 1)
    ):
        end += 1
    return end


def _street(tokens: Sequence[str], end: int) -> str:
    """Words up to `end` as text, ST in front as SAINT, the street type in one spelling."""
    out = ["SAINT" if is_saint(tokens, at) else word for at, word in enumerate(tokens[: end + 1])]
    if len(out) > 1:
        out[-1] = _types().get(out[-1], out[-1])
    return " ".join(out)


def _one_word_street(tokens: Sequence[str]) -> bool:
    """Whether the first word is a street by itself, as KINGSWAY is, and no building's name."""
    first = tokens[0]
    return first.endswith("WAY") and len(first) > 6 and not names_building(" ".join(tokens))


@lru_cache(maxsize=500_000)
def street_and_rest(text: str) -> tuple[str | None, str | None, bool]:
    """(street, words after it, whether its type is definite); street is None without a type."""
    tokens = text.split()
    end = _street_end(tokens) if tokens else None
    if end is None and tokens and _one_word_street(tokens):
        end = 0
    if end is None:
        return None, None, False
    street = _street(tokens, end)
    grounds = end > 0 and tokens[end - 1] in words("streets", "before_grounds")
    definite = not grounds and street.rsplit(" ", 1)[-1] not in words("streets", "either")
    after = end + 1
    if after < len(tokens) and tokens[after] in words("streets", "directions"):
        street, after = f"{street} {tokens[after]}", after + 1
    return street, place(tokens[after:]), definite


def _is_range(first: int, second: int) -> bool:
    """Whether a/b means the houses a to b: both on one side of a street and close together."""
    gap = second - first
    return gap == 2 or (first >= 20 and 0 < gap <= 20 and gap % 2 == 0)


def _number_of(word: str) -> tuple[str | None, str, str | None] | None:
    """(flat, number, letter) when the word is a house number: 10, 10B, 10-12, 2/10."""
    if found := _NUMBER.fullmatch(word):
        return None, found[1], found[2]
    if _NUMBERS.fullmatch(word):
        return None, word, None
    if found := _SLASHED.fullmatch(word):
        part, number, letter = found.groups()
        if part.isdigit() and letter is None and _is_range(int(part), int(number)):
            return None, f"{part}-{number}", None
        return part, number, letter
    return None


def _spoken(tokens: list[str]) -> list[str]:
    """Words without the signs that only numbers may hold."""
    text = " ".join(tokens)
    if "-" not in text and "/" not in text and "&" not in text:
        return tokens
    return text.replace("&", " AND ").replace("-", " ").replace("/", " ").split()


def _numbered(tokens: list[str]) -> tuple[list[str], tuple[str | None, str, str | None] | None, list[str]]:
    """Words before the house number, the number, the words after it."""
    if tokens and tokens[0] in ("NO", "NUMBER") and len(tokens) > 1 and _number_of(tokens[1]):
        tokens = tokens[1:]
    for at, word in enumerate(tokens):
        number = _number_of(word) if word[0].isdigit() or "/" in word else None
        if number is None or (at and _street_end(["", *_spoken(tokens[at + 1 :])]) is None):
            continue
        after = tokens[at + 1 :]
        if len(after) > 1 and len(after[0]) == 1 and number[2] is None and after[0] in "ABCDFGHJKLM":
            number, after = (number[0], number[1], after[0]), after[1:]
        return _spoken(tokens[:at]), number, _spoken(after)
    return [], None, _spoken(tokens)


def building_ends(tokens: list[str]) -> int:
    """How many words in front are a building's name with a street behind it; 0 for none."""
    for at in range(1, len(tokens) - 2):
        if _ends_building(tokens, at):
            while at < len(tokens) - 3 and _ends_building(tokens, at + 1):  # OLD FARM COTTAGE
                at += 1
            return at + 1
    return 0


def _ends_building(tokens: list[str], at: int) -> bool:
    word = _last_words().get(tokens[at], tokens[at])
    return names_building(word) and _street_end(tokens[at + 1 :]) is not None


@lru_cache(maxsize=200_000)
def _words_after(text: str) -> tuple[str | None, str | None, str | None, bool, str | None]:
    """(building in front, street, rest, definite, other) of the words after the number."""
    tokens = text.split()
    cut = building_ends(tokens)
    street, rest, definite = street_and_rest(" ".join(tokens[cut:]))
    return place(tokens[:cut]), street, rest, definite, None if street else place(tokens[cut:])


@lru_cache(maxsize=200_000)
def read_segment(text: str) -> Segment:
    """Take one folded segment apart; letters, digits and the signs - / & may be in it."""
    flat, beside, tokens = None, None, _RANGE.sub(r"\1-\2", text).split()
    if not part_words().isdisjoint(tokens):
        flat, tokens = flat_off(tokens)
        beside, tokens = beside_off(tokens)
        if flat is None:
            flat, tokens = annexe_off(tokens)
    lead_words, number, after = _numbered(tokens)
    lead = place(lead_words)
    part, digits, letter = number or (None, None, None)
    building, street, rest, definite, other = _words_after(" ".join(after))
    if building and not lead:
        lead = building
        if digits and not flat and not part:
            part, digits, letter = digits + (letter or ""), None, None
    elif building:
        street, rest, definite = street_and_rest(" ".join(after))
        other = None if street else place(after)
    if digits is None and rest and names_building(rest):  # BRICK LANE MILLS, THORN HILL FARM
        street, rest, definite, other = None, None, False, place(after)
    if flat and flat.isdigit() and digits is None and definite and not lead:
        flat, digits = None, flat  # FLAT 74 HIGH STREET: the flat at number 74
    return Segment(flat or part or beside, digits, letter, lead, street, definite, rest, other)
