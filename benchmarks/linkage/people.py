"""Synthetic people for the speed benchmark: one Parquet file that every contestant reads.

    python benchmarks/linkage/people.py 1000000 people.parquet
    python benchmarks/linkage/people.py 10000000 people.parquet --seed 7

Names are invented from syllables and as unevenly common as real ones (Zipf); postcodes and NI
numbers lie outside what is issued. One record in five repeats another person with errors: slips
of the keyboard, a wrong date, a move, a new surname, missing values.

Everything about a person is a hash (SplitMix64; Steele, Lea and Flood 2014) of the seed, the
attribute and the person's number. A duplicate is therefore made without looking its original up,
in chunks of any size, and the same seed gives the same table on every machine and numpy version.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

Ints = npt.NDArray[np.int64]
Hashes = npt.NDArray[np.uint64]

CHUNK = 250_000
#: One duplicate for every so many people: a fifth of the records.
PEOPLE_PER_DUPLICATE = 4
PEOPLE_PER_POSTCODE = 35
FIRST_DAY, DAYS = np.datetime64("1930-01-01"), 28_000

_FORE_SYLLABLES = (
    "al an be bri ca cor da del e el fen ga hal i is jo ka lan lo ma mi na ni o ol pe ra ri ro sa si ta tho "
    "u va vi wen ya ze"
)
_SUR_SYLLABLES = (
    "ash bar beck bourn bur cald cot crof dal den dray fal far fen gat gil hax hol kel kirk lang lin lock "
    "mar mel mor nor os pen pick quar rad rams rose sel shaw stan tarn thor twy ul wad wes wick wol yar"
)
_ROADS = ["ROAD", "STREET", "LANE", "CLOSE", "AVENUE", "DRIVE", "WAY", "COURT"]
_LETTERS = "ABDEFGHJLNPQRSTUWXYZ"
_KINDS = ("replace", "swap", "delete", "insert")


def words(syllables: str, count: int, stream: int) -> pa.Array:
    """`count` distinct invented words of two or three syllables, in an order that is a hash of theirs."""
    made = ["".join(parts) for size in (2, 3) for parts in product(syllables.split(), repeat=size)]
    distinct = np.array(list(dict.fromkeys(word.upper() for word in made)))
    rank = np.argsort(mixed(np.arange(len(distinct)), 0, stream), kind="stable")
    return pa.array(distinct[rank][:count])


def mixed(number: npt.NDArray[np.integer], seed: int, stream: int) -> Hashes:
    """SplitMix64 of each number, another sequence for every seed and stream."""
    state = number.astype(np.uint64) + np.uint64((seed * 1_000_003 + stream) * 0x9E3779B97F4A7C15 % 2**64)
    state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return state ^ (state >> np.uint64(31))


def zipf(count: int, power: float) -> npt.NDArray[np.float64]:
    """Cumulated chances of ranks 1..count that fall with rank ** -power (Zipf 1949)."""
    share = np.arange(1, count + 1) ** -power
    return np.cumsum(share) / share.sum()


@dataclass(frozen=True)
class World:
    """Draws attributes of numbered people and homes; a home bears the number of who lives there.

    Attributes:
        people: number of distinct people. seed: of everything.
        forenames / surnames / streets: vocabularies, the commonest first.
    """

    people: int
    seed: int
    forenames: pa.Array
    surnames: pa.Array
    streets: pa.Array
    forename_shares: npt.NDArray[np.float64]
    surname_shares: npt.NDArray[np.float64]

    def below(self, number: Ints, stream: int, limit: int) -> Ints:
        """A whole number in [0, limit) for each number."""
        return np.asarray(mixed(number, self.seed, stream) % np.uint64(limit), np.int64)

    def chance(self, number: Ints, stream: int) -> npt.NDArray[np.float64]:
        """A number in [0, 1) for each number."""
        return np.asarray((mixed(number, self.seed, stream) >> np.uint64(11)) * 2.0**-53)

    def postcode(self, home: Ints) -> Ints:
        """The postcode a home lies in."""
        return self.below(home, 3, max(1, self.people // PEOPLE_PER_POSTCODE))

    def surname(self, number: Ints, stream: int) -> Ints:
        """A surname code for each number."""
        return np.searchsorted(self.surname_shares, self.chance(number, stream))

    def forename(self, person: Ints) -> Ints:
        """A forename code for each person."""
        return np.searchsorted(self.forename_shares, self.chance(person, 4))


def world(records: int, seed: int) -> World:
    """The people behind so many records."""
    return World(
        people=records - records // (PEOPLE_PER_DUPLICATE + 1),
        seed=seed,
        forenames=words(_FORE_SYLLABLES, 8_000, 1),
        surnames=words(_SUR_SYLLABLES, 60_000, 2),
        streets=words(_SUR_SYLLABLES, 20_000, 3),
        forename_shares=zipf(8_000, 0.95),
        surname_shares=zipf(60_000, 0.85),
    )


def misspelt(values: pa.Array, hit: npt.NDArray[np.bool_], luck: Hashes, kinds: int) -> pa.Array:
    """`values` with one slip of the keyboard in the rows that are `hit`.

    Args:
        luck: a hash for each row. kinds: 2 for a wrong character or two swapped, so that the
            length stays; 4 for one left out or put in as well.
    """
    rows = np.flatnonzero(hit)
    if not len(rows):
        return values
    size = pc.binary_length(values.take(rows)).to_numpy()
    width = int(size.max()) + 1
    text = (
        np.array(values.take(rows).to_numpy(zero_copy_only=False), f"S{width}")
        .view(np.uint8)
        .reshape(-1, width)
    )
    kind, at = luck[rows] % np.uint64(kinds), (luck[rows] >> np.uint64(8)) % (size - 1).astype(np.uint64)
    kind, at, place = kind.astype(np.int64), at.astype(np.int64), np.arange(width)
    source = np.broadcast_to(place, text.shape).copy()
    source += (kind == _KINDS.index("delete"))[:, None] & (place >= at[:, None])
    source -= (kind == _KINDS.index("insert"))[:, None] & (place > at[:, None])
    swapped = np.flatnonzero(kind == _KINDS.index("swap"))
    source[swapped, at[swapped]] += 1
    source[swapped, at[swapped] + 1] -= 1
    made = np.take_along_axis(text, np.minimum(source, width - 1), 1)
    typed = np.flatnonzero((kind == _KINDS.index("replace")) | (kind == _KINDS.index("insert")))
    made[typed, at[typed]] = _typed(made[typed, at[typed]], luck[rows][typed] >> np.uint64(24))
    changed = pa.array(made.view(f"S{width}").ravel()).cast(pa.string())
    return pc.replace_with_mask(values, pa.array(hit), changed)


def _typed(meant: npt.NDArray[np.uint8], luck: Hashes) -> npt.NDArray[np.uint8]:
    """Another digit for a digit, another letter for anything else."""
    digit = (meant >= 48) & (meant <= 57)
    wrong_digit = 48 + (meant.astype(np.int64) - 48 + 1 + (luck % np.uint64(9)).astype(np.int64)) % 10
    letter = (meant.astype(np.int64) - 65) % 26
    wrong_letter = 65 + (letter + 1 + (luck % np.uint64(25)).astype(np.int64)) % 26
    return np.where(digit, wrong_digit, wrong_letter).astype(np.uint8)


def dates(days: Ints, wrong: npt.NDArray[np.bool_], luck: Hashes) -> pa.Array:
    """ISO dates; the wrong ones have day and month exchanged, another day, or another year.

    All are dates that exist: systems check that much.
    """
    day = FIRST_DAY + days
    month = day.astype("datetime64[M]")
    d = (day - month.astype("datetime64[D]")).astype(np.int64) + 1
    m = month.astype(np.int64) % 12 + 1
    year = month.astype("datetime64[Y]").astype(np.int64)
    how, step = luck % np.uint64(3), (luck >> np.uint64(8)).astype(np.int64) & 0xFFFF
    cross = wrong & (how == 0) & (d <= 12)
    m, d = np.where(cross, d, m), np.where(cross, m, d)
    day_off = wrong & ((how == 1) | ((how == 0) & ~cross))
    d = np.where(day_off, 1 + (np.minimum(d, 28) + step % 27) % 28, d)
    year_off = wrong & (how == 2)
    year = np.where(year_off, year + np.array([-10, -1, 1, 10])[step % 4], year)
    d = np.where(year_off, np.minimum(d, 28), d)
    made = (year * 12 + m - 1).astype("datetime64[M]").astype("datetime64[D]") + (d - 1)
    return pa.array(made).cast(pa.date32()).cast(pa.string())


def joined(*parts: object, between: str = "") -> pa.Array:
    """Texts and whole numbers side by side, one after the other."""
    texts = [pa.array(part).cast(pa.string()) if isinstance(part, np.ndarray) else part for part in parts]
    return pc.binary_join_element_wise(*texts, between)


def postcodes(number: Ints) -> pa.Array:
    """Seven or eight characters, in areas that begin with Q: there are none."""
    letters = pa.array(list(_LETTERS))
    unit, district = number % 4_000, number // 4_000
    outward = joined("Q", letters.take(district // 99 % 20), district % 99 + 1)
    return joined(outward, " ", unit % 10, letters.take(unit // 10 % 20), letters.take(unit // 200))


def ninos(person: Ints) -> pa.Array:
    """A number of its own for each person, with a prefix that begins with Q: there are none."""
    place = (person * 48_271 + 11) % 80_000_000
    digits = pc.utf8_lpad(pa.array(place // 80 % 1_000_000).cast(pa.string()), 6, "0")
    return joined(
        "Q", pa.array(list(_LETTERS)).take(place % 20), digits, pa.array(list("ABCD")).take(place // 20 % 4)
    )


def addresses(made: World, home: Ints) -> pa.Array:
    """House number, street of the postcode, kind of street."""
    street = made.below(made.postcode(home), 5, len(made.streets))
    road = pa.array(_ROADS).take(street % len(_ROADS))
    return joined(made.below(home, 6, 900) + 1, made.streets.take(street), road, between=" ")


def chunk(made: World, source: Ints) -> dict[str, pa.Array]:
    """The columns of the records numbered `source`: people first, then duplicates."""
    again = source >= made.people
    number = source - made.people
    pick = number * PEOPLE_PER_DUPLICATE + made.below(number, 7, PEOPLE_PER_DUPLICATE)
    person = np.where(again, np.minimum(pick, made.people - 1), source)
    surname = made.surname(person, 10)

    def struck(stream: int, share: float) -> npt.NDArray[np.bool_]:
        return again & (made.chance(source, stream) < share)

    home = np.where(struck(11, 0.15), made.below(source, 12, made.people), person)
    surname = np.where(struck(13, 0.05), made.surname(source, 14), surname)

    def luck(stream: int) -> Hashes:
        return mixed(source, made.seed, stream)

    days = made.below(person, 15, DAYS)
    columns = {
        "forename": misspelt(made.forenames.take(made.forename(person)), struck(16, 0.22), luck(17), 4),
        "surname": misspelt(made.surnames.take(surname), struck(18, 0.18), luck(19), 4),
        "dob": dates(days, struck(20, 0.10), luck(21)),
        "address": misspelt(addresses(made, home), struck(22, 0.30), luck(23), 4),
        "postcode": misspelt(postcodes(made.postcode(home)), struck(24, 0.08), luck(25), 2),
        "nino": misspelt(ninos(person), struck(26, 0.04), luck(27), 2),
    }
    lost = {"dob": struck(28, 0.03), "postcode": struck(29, 0.03), "nino": struck(30, 0.4)}
    lost["nino"] = lost["nino"] | (~again & (made.chance(source, 31) < 0.1))
    for name, rows in lost.items():
        columns[name] = pc.if_else(pa.array(rows), pa.scalar(None, pa.string()), columns[name])
    return {"entity": pa.array(person)} | columns


SCHEMA = pa.schema(
    [("record_id", pa.int64()), ("entity", pa.int64())]
    + [(name, pa.string()) for name in ("forename", "surname", "dob", "address", "postcode", "nino")]
)


def tables(records: int, seed: int = 1) -> Iterator[pa.Table]:
    """The records in chunks, shuffled; record_id counts the rows from 0."""
    made = world(records, seed)
    order = np.argsort(mixed(np.arange(records), seed, 0), kind="stable")
    for begin in range(0, records, CHUNK):
        source = order[begin : begin + CHUNK]
        columns = {"record_id": pa.array(np.arange(begin, begin + len(source)))} | chunk(made, source)
        yield pa.table(columns, schema=SCHEMA)


def write(path: Path, records: int, seed: int = 1) -> None:
    """Write the file; half-written files never bear its name."""
    part = path.with_suffix(".part")
    with pq.ParquetWriter(part, SCHEMA) as writer:
        for table in tables(records, seed):
            writer.write_table(table)
    part.replace(path)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("records", type=int)
    parser.add_argument("path", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    write(chosen.path, chosen.records, chosen.seed)


if __name__ == "__main__":
    main()
