"""Addresses: flat, number, building, street, town out of lines joined by commas.

The postcode, the country and the county are left out; counties were abolished, moved and
misspelt so often that they part more records than they join. Nothing here is for display.
An address without commas is read by its number and its street-type word. Foreign addresses
come out as number, the rest as street, and the last segment as town.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch.normalise.address_flats import part_words
from fraudmatch.normalise.address_parts import (
    Segment,
    building_ends,
    names_building,
    place,
    read_segment,
    street_and_rest,
)
from fraudmatch.normalise.distinct import Codes, Encoded
from fraudmatch.normalise.postcodes import is_postcode
from fraudmatch.normalise.text import fold
from fraudmatch.normalise.wordlists import phrases, words

_LONGEST_PLACEHOLDER = 40
_PLAIN = re.compile(r"(?:FLAT (\d+[A-Z]?|[A-Z]),? )?(\d+)([A-Z])? ([A-Z][A-Z ]*), ([A-Z0-9][A-Z0-9 ,]*)")
_KEPT = ",-/&"
_NUMBERED = re.compile(r"(\d+)([A-Z]?)")  # a flat whose name may as well be a house number
# A house number 5-7 that a spreadsheet took for the fifth of July, or for May 2007.
_MONTHS = "(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)"
_SHEET_DATE = rf"(?i)^\s*([0-9]{{1,2}}-{_MONTHS}|{_MONTHS}-[0-9]{{2}})\b"
_DATE_BEFORE_WORDS = re.compile(_SHEET_DATE + r"[\s,]+(?=[^\W\d])")
_LONGEST = 500  # characters; no address of a home or a firm has more
_NOT_LINES = re.compile(r"[\n\r;|()\[\]]+")


class Address(NamedTuple):
    """One address in parts; null where none is seen."""

    flat: str | None = None
    number: str | None = None
    building: str | None = None
    street: str | None = None
    town: str | None = None


def dates_for_numbers(addresses: Encoded) -> Codes:
    """Rows, rising, whose address begins with a spreadsheet's date where its number was."""
    return _rows(addresses, pc.match_substring_regex(addresses.dictionary, _SHEET_DATE))


def too_long(addresses: Encoded) -> Codes:
    """Rows, rising, whose address has more than 500 characters: notes, or several addresses in one cell."""
    return _rows(addresses, pc.greater(pc.utf8_length(addresses.dictionary), _LONGEST))


def _rows(addresses: Encoded, found: pa.BooleanArray) -> Codes:
    """Rows, rising, whose distinct value was found; most columns have none."""
    return np.flatnonzero(addresses.mask(found.to_pylist())) if found.true_count else np.empty(0, np.int64)


@cache
def _tails() -> dict[str, tuple[tuple[str, ...], ...]]:
    """Counties and countries by their last word."""
    tails: dict[str, list[tuple[str, ...]]] = {}
    for phrase in (*phrases("streets", "counties"), *phrases("streets", "countries")):
        tails.setdefault(phrase[-1], []).append(phrase)
    return {last: tuple(found) for last, found in tails.items()}


def _postcode_words(tokens: list[str]) -> int:
    """How many words at the end are a postcode: 0, 1 or 2."""
    if len(tokens) > 1 and is_postcode(tokens[-2] + tokens[-1]):
        return 2
    return 1 if tokens and is_postcode(tokens[-1]) else 0


def _tail_words(tokens: list[str], first: bool) -> int:
    """How many words at the end are postcode, county or country.

    Args:
        first: the words are the only segment; then a county alone stays.
    """
    if count := _postcode_words(tokens):
        return count
    for phrase in _tails().get(tokens[-1], ()):
        whole = len(phrase) == len(tokens)
        if tuple(tokens[-len(phrase) :]) == phrase and not (whole and first):
            before = tokens[-len(phrase) - 1] if not whole else ""
            return 0 if before in ("NEW", "NORTH", "SOUTH", "OF") else len(phrase)
    return 0


@lru_cache(maxsize=200_000)
def _cut(segment: str, first: bool) -> str:
    """A segment without one postcode, county or country at its end; may be empty."""
    tokens = segment.split()
    count = _tail_words(["AND" if token == "&" else token for token in tokens], first)
    return " ".join(tokens[:-count]) if count else segment


def _without_tail(segments: list[str], alone: bool) -> list[str]:
    """Segments without postcode, county and country at the end."""
    while segments:
        left = _cut(segments[-1], alone and len(segments) == 1)
        if left == segments[-1]:
            break
        segments = [*segments[:-1], left] if left else segments[:-1]
    return segments


def _folded(text: str) -> str:
    """An address folded, its lines parted by commas, a spreadsheet's date in front left out."""
    text = _DATE_BEFORE_WORDS.sub("", text, count=1) if "-" in text[:8] else text
    return fold(_NOT_LINES.sub(",", text) if _NOT_LINES.search(text) else text, _KEPT)


def _segments(folded: str, *, alone: bool = True) -> list[str]:
    """Segments of a folded address, blanks, postcode, county and country left out.

    Args:
        folded: the address, or what stands behind its street.
        alone: it is the whole address, of which something must be left.
    """
    parts = (part.strip(" -/&") for part in folded.split(","))
    return _without_tail([part for part in parts if part], alone)


#: The rank of a number with a name that may be a building's as well as a street's.
_EITHER = 3


def _rank(segment: Segment) -> int:
    """How surely a segment is the one that holds the street; lower is surer, 9 is never."""
    numbered = segment.number is not None
    if segment.street:
        sure, unsure = (0, _EITHER) if numbered else (2, 5)
        return sure if segment.definite else unsure
    if numbered and segment.other:
        return 4 if names_building(segment.other) else 1
    return 9


def _main(segments: list[Segment]) -> int | None:
    """Position of the segment that holds the street; of "4 LINDEN COURT", "23 MARKET COURT" the later,
    for a house number stands behind the flat."""

    def rank(at: int) -> tuple[int, int]:
        surety = _rank(segments[at])
        return surety, -at if surety == _EITHER else at

    best = min(range(len(segments)), key=rank, default=None)
    return best if best is not None and _rank(segments[best]) < 9 else None


def _said_once(name: str) -> str:
    """A place without its repetition: LEEDS LEEDS is LEEDS."""
    words_ = name.split()
    half = len(words_) // 2
    return " ".join(words_[:half]) if half and words_[:half] * 2 == words_ else name


def _text(segment: Segment) -> str | None:
    """A segment that is not the main one as the name of a building or place."""
    parts = (segment.lead, segment.street, segment.rest, segment.other)
    return " ".join(part for part in parts if part) or None


def _building(before: list[Segment], main: Segment) -> str | None:
    """The building named before the street: the first that ends like one, else the first."""
    found = [name for name in (*map(_text, before), main.lead) if name]
    return _bare(next((name for name in found if names_building(name)), found[0] if found else None))


def _bare(name: str | None) -> str | None:
    """A building's name without THE in front, which is written or not."""
    return name.removeprefix("THE ") if name else None


def _written_number(segment: Segment) -> str | None:
    return None if segment.number is None else segment.number + (segment.letter or "")


def _parted(segment: Segment) -> Segment:
    """A whole address in one segment, without a number: the words before the street's own, which
    is one word and its type, are a building's or a business's (ROSE CAFE MILL LANE)."""
    if segment.number or not segment.street or not segment.definite:
        return segment
    tokens = segment.street.split()
    start = len(tokens) - 2
    while start > 0 and tokens[start - 1] in words("streets", "before_names"):
        start -= 1
    if start < 2:
        return segment
    lead = " ".join(([segment.lead] if segment.lead else []) + tokens[:start])
    return segment._replace(lead=lead, street=" ".join(tokens[start:]))


def _with_street(segments: list[Segment], at: int) -> Address:
    """The address when the street stands in segment `at`."""
    main, before, after = segments[at], segments[:at], segments[at + 1 :]
    flat = next((segment.flat for segment in (*before, main) if segment.flat), None)
    source = main
    for segment in before:
        if segment.number is None:
            continue
        if main.number is None and source is main and not _text(segment):
            source = segment  # "10", "HIGH STREET"
        elif flat is None:
            flat = _written_number(segment)  # "10 ROSE COURT", "HIGH STREET"
    number = source.number
    if source.letter and number:
        if flat is None:
            flat = source.letter
        else:
            number += source.letter
    towns = [name for name in map(_text, after) if name]
    town = towns[-1] if towns else main.rest and _said_once(main.rest)
    street = main.street or main.other
    building = _building(before, main)
    if not main.street and street and names_building(street):
        building, street = building or _bare(street), None
    if building is None and street and not main.definite:
        flat, number = _one_number(flat, number)
    return Address(flat, number, building, street, town)


def _one_number(flat: str | None, number: str | None) -> tuple[str | None, str | None]:
    """(Flat, number) of a building that has one number only: FLAT 4A ROSE COURT is 4A ROSE COURT."""
    found = _NUMBERED.fullmatch(flat) if flat and number is None else None
    return (found[2] or None, found[1]) if found else (flat, number)


@lru_cache(maxsize=200_000)
def _plain_street(text: str) -> str | None:
    """The street when the words after a number are a street name of definite type and no more."""
    if text[1:2] == " " or not part_words().isdisjoint(text.split()) or building_ends(text.split()):
        return None
    found, rest, definite = street_and_rest(text)
    return found if definite and rest is None else None


@lru_cache(maxsize=200_000)
def _town(tail: str) -> str | None:
    """The last place named in the segments behind the street; None when none is left."""
    segments = [read_segment(segment) for segment in _segments(tail, alone=False)]
    return next((name for name in map(_text, reversed(segments)) if name), None)


def _plain(folded: str) -> Address | None:
    """The commonest form at once: perhaps a flat, then number and street, then places. Else None.

    A short cut for speed; it gives what the long way gives (the tests hold it to that).
    """
    found = _PLAIN.fullmatch(folded)
    if found is None:
        return None
    flat, number, letter, words_after, tail = found.groups()
    name, town = _plain_street(words_after), _town(tail)
    if name is None or town is None:
        return None
    if letter and flat:
        number += letter
    return Address(flat or letter, number, None, name, town)


def _without_street(segments: list[Segment]) -> Address:
    """The address when no segment holds a street: a house name and a place, or a place."""
    flat = next((segment.flat for segment in segments if segment.flat), None)
    number = next((segment.number for segment in segments if segment.number), None)
    names = [name for name in map(_text, segments) if name]
    if len(names) == 1:
        alone = names[0]
        if names_building(alone) or flat:
            return Address(*_one_number(flat, number), building=_bare(alone))
        return Address(flat, number, town=alone)
    if names:
        flat, number = _one_number(flat, number)
    return Address(flat, number, _bare(names[0]) if names else None, None, names[-1] if names else None)


def read_address(text: str) -> Address:
    """Take an address apart.

    Args:
        text: lines joined by commas, with or without the postcode.

    Returns:
        flat ("FLAT 2" -> 2, "10B" -> B, floors as GF, 1F, TF, BF, "rear of" as REAR), number
        (ranges as 10-12), building, street with its type in one spelling, town; nulls for what
        is not seen, all null for "no fixed abode" and the like.
    """
    if len(text) <= _LONGEST_PLACEHOLDER and fold(text) in words("streets", "placeholders"):
        return Address()
    folded = _folded(text)
    return _plain(folded) or _read_any(folded)


def read_plain(text: str) -> Address | None:
    """The address when it has the commonest form (see `_plain`), else None.

    Street and town of such an address do not depend on its number.
    """
    return _plain(_folded(text))


def _read_any(folded: str) -> Address:
    """The long way, for an address of any form."""
    segments = [read_segment(segment) for segment in _segments(folded)]
    if not segments:
        return Address()
    at = _main(segments)
    if at is None:
        return _without_street(segments)
    return _with_street([_parted(segments[0])] if len(segments) == 1 else segments, at)


def street(text: str) -> str | None:
    """A street name with its type in one spelling ("ST JOHNS RD" -> "SAINT JOHNS ROAD"), or None."""
    tokens = fold(text)
    found, _, _ = street_and_rest(tokens)
    return found or place(tokens.split())
