"""Properties: invented streets in real towns, houses and flats, postcodes and UPRNs.

A street belongs to one town and one outward postcode; about fourteen plots share an inward
part. A plot is a house with a number, a house with a name only, a house converted into two or
three lettered flats, or a block of numbered flats with a building name. UPRNs start with 99
and are no real ones.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from fraudmatch.sample.streams import Array, Streams, draw
from fraudmatch.sample.word_lists import plain_words, rows
from fraudmatch.sample.words import Words

DISTRICTS = ("cheltenham", "cotswold", "forest_of_dean", "tewkesbury", "west_oxfordshire")
DISTRICT_SHARES = (0.235, 0.18, 0.17, 0.185, 0.23)
COUNTY = 5
PARTNERS = (*DISTRICTS, "gloucestershire")

_HOUSE, _NAMED, _CONVERTED, _BLOCK = range(4)
_PLOT_SHARES = (0.885, 0.04, 0.055, 0.02)
_INWARD_LETTERS = "ABDEFGHJLNPQRSTUWXYZ"
_PREFIXES = ("", "Upper ", "Lower ", "Old ", "New ", "North ", "South ", "East ", "West ", "Little ")


@dataclass
class Places:
    """One entry per property; text columns are codes of `words`, -1 = the address has none.

    Attributes:
        district: position in DISTRICTS.
        number: house number; lettered: the flat is written behind it ("10B").
        uprn: Unique Property Reference Number, twelve digits.
    """

    words: Words
    district: Array
    flat: Array
    lettered: Array
    number: Array
    building: Array
    street: Array
    short_street: Array
    town: Array
    postcode: Array
    uprn: Array

    def __len__(self) -> int:
        return len(self.district)


def make_places(streams: Streams, count: int) -> Places:
    """`count` properties, spread over the districts by their shares of people."""
    words = Words()
    shares = np.asarray(DISTRICT_SHARES)
    wanted = np.maximum((shares * count).astype(np.int64), 1)
    wanted[0] += count - wanted.sum()
    parts = [_district(streams, words, number, int(size)) for number, size in enumerate(wanted)]
    columns = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    total = len(columns["district"])
    uprn = 990_010_000_000 + streams("uprn").permutation(total).astype(np.int64) * 7 + 3
    return Places(words=words, uprn=uprn, **columns)


def _district(streams: Streams, words: Words, district: int, count: int) -> dict[str, Array]:
    """Columns of `count` properties of one district."""
    rng = streams(f"places {DISTRICTS[district]}")
    plots = int(count / 1.15) + 40
    street_of = np.repeat(np.arange(plots), rng.integers(14, 44, plots))[:plots]
    first = np.searchsorted(street_of, street_of, side="left")
    kind = draw(rng, _PLOT_SHARES, plots)
    units = np.select(
        [kind == _CONVERTED, kind == _BLOCK], [rng.integers(2, 4, plots), rng.integers(6, 15, plots)], 1
    )
    streets = _streets(rng, words, district, int(street_of[-1]) + 1)
    position = np.arange(plots) - first
    plot = np.repeat(np.arange(plots), units)[:count]
    unit = plot_positions(plot)
    in_street = street_of[plot]
    postcode = _postcodes(streams, words, district, streets["outward"], street_of, position)
    return {
        "district": np.full(len(plot), district),
        "town": streets["town"][in_street],
        "street": streets["street"][in_street],
        "short_street": streets["short"][in_street],
        "postcode": postcode[plot],
        **_within_street(rng, words, kind[plot], plot, unit, position[plot] + 1),
    }


def plot_positions(groups: Array) -> Array:
    """0, 1, 2 … within each run of equal values of a sorted array."""
    return np.arange(len(groups)) - np.searchsorted(groups, groups, side="left")


def _streets(rng: np.random.Generator, words: Words, district: int, count: int) -> dict[str, Array]:
    """Names, towns and outward codes of the streets of a district; names differ within a town."""
    towns = [row for row in rows("towns.csv") if row["partner"] == DISTRICTS[district]]
    of_row = np.sort(draw(rng, [float(row["weight"]) for row in towns], count))
    in_town = [towns[i]["town"] for i in of_row.tolist()]
    supply = {town: _street_names(rng) for town in dict.fromkeys(in_town)}
    named = [next(supply[town]) for town in in_town]
    return {
        "town": words.codes(in_town),
        "outward": words.codes(towns[i]["outward"] for i in of_row.tolist()),
        "street": words.codes(full for full, _ in named),
        "short": words.codes(short for _, short in named),
    }


def _street_names(rng: np.random.Generator) -> Iterator[tuple[str, str]]:
    """Street names and their short forms, in an order in which frequent types come early.

    When all are used up they come again as Upper, Lower, Old … so that none repeats in a town.
    """
    types = rows("street_types.csv")
    first = plain_words("street_words.txt")
    weight = np.tile([float(row["weight"]) for row in types], len(first))
    order = np.argsort(rng.exponential(size=len(weight)) / weight, kind="stable").tolist()
    for prefix in _PREFIXES:
        for k in order:
            word, kind = prefix + first[k // len(types)], types[k % len(types)]
            yield f"{word} {kind['type']}", f"{word} {kind['short']}"


def _postcodes(
    streams: Streams, words: Words, district: int, outward: Array, street_of: Array, position: Array
) -> Array:
    """A postcode for each plot: a new inward part every fourteen plots of a street.

    Two districts that share an outward code take its inward parts from opposite ends.
    """
    _, serial = np.unique(street_of * 100 + position // 14, return_inverse=True)
    firsts = np.unique(serial, return_index=True)[1]
    out = outward[street_of[firsts]]
    codes = np.empty(len(firsts), dtype=np.int64)
    for code in np.unique(out).tolist():
        where = np.flatnonzero(out == code)
        order = streams(f"inward {words[code]}").permutation(4000)[:: -1 if district == 3 else 1]
        inward = order[np.arange(len(where)) % 4000].tolist()
        codes[where] = words.codes(f"{words[code]} {_inward(k)}" for k in inward)
    return codes[serial]


def _inward(number: int) -> str:
    letters = _INWARD_LETTERS
    return f"{number // 400}{letters[number // 20 % 20]}{letters[number % 20]}"


def _within_street(
    rng: np.random.Generator, words: Words, kind: Array, plot: Array, unit: Array, number: Array
) -> dict[str, Array]:
    """House numbers, flats and building names of the units of the plots."""
    plots = int(plot[-1]) + 1
    first = plain_words("street_words.txt")
    blocks = words.codes(f"{word} {rest}" for word in first for rest in ("House", "Court", "Lodge"))
    houses = words.codes(f"{word} {rest}" for word in first for rest in ("Cottage", "Barn", "View", "House"))
    block_name = blocks[rng.integers(0, len(blocks), plots)][plot]
    house_name = houses[rng.integers(0, len(houses), plots)][plot]
    numbers = words.codes(str(n) for n in range(1, int(number.max()) + 1))
    digits = words.codes(str(n) for n in range(1, 16))
    letters = words.codes("ABC")
    flat = np.full(len(kind), -1)
    flat[kind == _BLOCK] = digits[unit[kind == _BLOCK]]
    flat[kind == _CONVERTED] = letters[unit[kind == _CONVERTED]]
    return {
        "flat": flat,
        "lettered": kind == _CONVERTED,
        "number": np.where(kind == _NAMED, -1, numbers[number - 1]),
        "building": np.select([kind == _BLOCK, kind == _NAMED], [block_name, house_name], -1),
    }
