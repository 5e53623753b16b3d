"""How a register writes an address: flats, short streets, counties, slips, postcodes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch.sample import misspell
from fraudmatch.sample.formats import joined
from fraudmatch.sample.places import Places
from fraudmatch.sample.streams import Array, chance

_FLAT_STYLES = ("first", "slash", "letter")
_COUNTIES = ("Gloucestershire",) * 4 + ("Oxfordshire",)


def address_parts(
    places: Places, rng: np.random.Generator, homes: Array, style: dict[str, Any]
) -> list[pa.Array]:
    """Four texts per address: flat and building (may be null), number and street, town, county (may be null).

    One address in ten is written with the flat in another partner's way.
    """
    words, at, some = places.words, np.maximum(homes, 0), homes >= 0

    def of(column: Array) -> Array:
        return np.where(some, column[at], -1)

    short = chance(rng, style["short_streets"], len(homes))
    street = misspell.mistype(
        words, np.where(short, of(places.short_street), of(places.street)), rng, misspell.STREET
    )
    own = _FLAT_STYLES.index(style["flats"])
    manner = np.where(chance(rng, 0.1, len(homes)), rng.integers(0, 3, len(homes)), own)
    lettered = places.lettered[at] & some
    flat, building, number = (
        words.text(of(places.flat)),
        words.text(of(places.building)),
        words.text(of(places.number)),
    )
    sub, front = _flats(flat, building, number, manner, lettered)
    main = joined(front, words.text(street))
    county = np.where(some & chance(rng, 0.35, len(homes)), words.codes(_COUNTIES)[places.district[at]], -1)
    parts = [sub, main, words.text(of(places.town)), words.text(county)]
    return [pc.utf8_upper(part) for part in parts] if style["case"] == "upper" else parts


def _flats(
    flat: pa.Array, building: pa.Array, number: pa.Array, manner: Array, lettered: Array
) -> tuple[pa.Array, pa.Array]:
    """What stands before the street line, and what the street line begins with."""
    nothing = pa.nulls(len(flat), pa.string())
    first_sub = pc.coalesce(joined(_prefix("Flat ", flat), building, by=", "), building)
    letter_sub = pc.if_else(pa.array(lettered), nothing, pc.coalesce(joined(flat, building), building))
    slashed = pc.coalesce(pc.binary_join_element_wise(flat, number, "/"), number)
    behind = pc.if_else(pa.array(lettered), pc.binary_join_element_wise(number, flat, ""), number)
    plain_building = pc.if_else(flat.is_valid(), nothing, building)
    subs = pc.choose(pa.array(manner), first_sub, plain_building, letter_sub)
    return subs, pc.choose(pa.array(manner), number, slashed, behind)


def _prefix(text: str, values: pa.Array) -> pa.Array:
    return pc.binary_join_element_wise(text, values, "")


def address_lines(parts: list[pa.Array], count: int) -> list[pa.Array]:
    """The parts moved up so that the first line is never blank; joined into one line when count is 1."""
    if count == 1:
        return [joined(*parts, by=", ")]
    without = pc.is_null(parts[0])
    lines = [
        pc.if_else(without, after, part)
        for part, after in zip(parts, [*parts[1:], _none(parts[0])], strict=True)
    ]
    return lines[:count]


def _none(like: pa.Array) -> pa.Array:
    return pa.nulls(len(like), pa.string())


def postcodes(places: Places, rng: np.random.Generator, homes: Array) -> pa.Array:
    """Postcodes as typed: 1 % wrong in one place, some without the blank or in lower case, a few missing."""
    codes = np.where(homes >= 0, places.postcode[np.maximum(homes, 0)], -1)
    words = places.words
    hit = np.flatnonzero(chance(rng, misspell.POSTCODE, len(codes)) & (codes >= 0))
    where = rng.random(len(hit)).tolist()
    codes[hit] = words.codes(
        misspell.wrong_postcode(words[c], u) for c, u in zip(codes[hit].tolist(), where, strict=True)
    )
    codes[chance(rng, 0.006, len(codes))] = -1
    style = rng.random(len(codes))
    codes = np.where(style < 0.04, words.change(codes, lambda code: code.replace(" ", "")), codes)
    codes = np.where(style > 0.995, words.change(codes, str.lower), codes)
    return words.text(codes)
