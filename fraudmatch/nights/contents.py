"""What records hold and with whom they are grouped, as numbers that are the same in two nights where nothing changed.

A record is known by its reference, for its id is another every night. Every column is encoded once over both nights, so
that equal values have equal codes; the codes of a record are spread over 64 bits and added up. Adding does not
ask for an order, so that several records of one reference, or the members of a group, come to one number too. Two
different contents come to the same number by a chance of one in 2^64.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch.nights.gather import NightRead
from fraudmatch.outcomes.basis import references

Numbers: TypeAlias = npt.NDArray[np.uint64]
Places: TypeAlias = npt.NDArray[np.int64]

#: What differs where a reference has more or fewer records than in the other night.
RECORDS_OF = "records_of_the_reference"

_RELATIONS = ("person_id", "property_id", "organisation_id", "account_id")


@dataclass(frozen=True)
class Contents:
    """One night by reference; a reference is a place that both nights share.

    Attributes:
        of_record: record_id -> place. records: of each reference in the night.
        content / grouping / around: what they hold, with which references they are grouped, and what all of the
            group hold; meaningless where there is none.
        dataset: place -> the partner's data set it is of. datasets: which of these have records in the night.
    """

    of_record: Places
    records: Places
    content: Numbers
    grouping: Numbers
    around: Numbers
    dataset: Places
    datasets: npt.NDArray[np.bool_]


def contents_of(one: NightRead, other: NightRead) -> tuple[Contents, Contents]:
    """Both nights, comparable place by place."""
    places, size = _joint(
        *(pa.chunked_array([references(each.records, _all_ids(each))]) for each in (one, other))
    )
    sets, kinds = _joint(*(_partner_and_dataset(each) for each in (one, other)))
    dataset = np.zeros(size, np.int64)
    for at, of in zip(places, sets, strict=True):
        dataset[at] = of
    held = _contents(one, other)
    return (
        _contents_of(one, places[0], size, held[0], dataset, _seen(sets[0], kinds)),
        _contents_of(other, places[1], size, held[1], dataset, _seen(sets[1], kinds)),
    )


def _contents_of(
    night: NightRead, places: Places, size: int, held: Numbers, dataset: Places, datasets: npt.NDArray[np.bool_]
) -> Contents:  # fmt: skip
    grouping, around = _grouped(night, _spread(places.astype(np.uint64)), held)
    content, grouped, others = (_added(places, _spread(each), size) for each in (held, grouping, around))
    return Contents(places, np.bincount(places, minlength=size), content, grouped, others, dataset, datasets)


def _all_ids(night: NightRead) -> pa.Array:
    return pa.array(np.arange(night.records.num_rows, dtype=np.uint32))


def _partner_and_dataset(night: NightRead) -> pa.ChunkedArray:
    joined = pc.binary_join_element_wise(night.records["partner"], night.records["dataset"], ":")
    return pa.chunked_array([joined]) if isinstance(joined, pa.Array) else joined


def _seen(codes: Places, size: int) -> npt.NDArray[np.bool_]:
    seen = np.zeros(size, np.bool_)
    seen[codes] = True
    return seen


def fields_differing(
    one: NightRead, other: NightRead, sides: tuple[Contents, Contents], places: Places
) -> dict[str, Places]:
    """Field -> which of the places hold something else of it in the other night.

    Where a reference has another number of records, that is the one field that differs.
    """
    counts = [side.records[places] for side in sides]
    found = {RECORDS_OF: places[counts[0] != counts[1]]}
    places = places[counts[0] == counts[1]]
    for name, _, ids, codes in _columns(one, other):
        sums = [
            _added(side.of_record[at], _spread(code.astype(np.uint64)), len(side.records))[places]
            for side, at, code in zip(sides, ids, codes, strict=True)
        ]
        differing = places[sums[0] != sums[1]]
        found[name] = np.union1d(found[name], differing) if name in found else differing
    return {name: differing for name, differing in found.items() if len(differing)}


def _contents(one: NightRead, other: NightRead) -> tuple[Numbers, Numbers]:
    """Per record of each night, what it holds in all columns that both nights have."""
    held = tuple(np.zeros(night.records.num_rows, np.uint64) for night in (one, other))
    for name, table, ids, codes in _columns(one, other):
        for sums, at, code in zip(held, ids, codes, strict=True):
            sums[at] += _spread(code.astype(np.uint64) + _seed(f"{table}.{name}"))
    return held[0], held[1]


def _columns(
    one: NightRead, other: NightRead
) -> Iterator[tuple[str, str, list[Places], tuple[Places, Places]]]:
    """Every column that both nights have: its name, its table's, and for each night the records that have it and its codes."""
    for table, tables in _tables(one, other):
        ids = [each["record_id"].to_numpy() for each in tables]
        for name in tables[0].column_names:
            if name != "record_id" and name in tables[1].column_names:
                yield name, table, ids, _joint(tables[0][name], tables[1][name])[0]


def _tables(one: NightRead, other: NightRead) -> Iterator[tuple[str, tuple[pa.Table, pa.Table]]]:
    """What both nights hold of records, each with the same table of the other."""
    yield "records", (one.records, other.records)
    for dataset in sorted(one.details.keys() & other.details.keys()):
        yield dataset, (one.details[dataset], other.details[dataset])


def _grouped(night: NightRead, reference: Numbers, held: Numbers) -> tuple[Numbers, Numbers]:
    """Per record, with which references it is grouped in each relation, and what these hold."""
    size = night.records.num_rows
    grouping, around = np.zeros(size, np.uint64), np.zeros(size, np.uint64)
    for relation in _RELATIONS if night.groups.num_rows == size else ():
        told = night.groups[relation]
        known = pc.is_valid(told).to_numpy()
        ids = pc.fill_null(told, 0).to_numpy().astype(np.int64)[known]
        for sums, each in ((grouping, reference), (around, _spread(held ^ reference))):
            sums[known] += _spread(_added(ids, each[known], size)[ids] + _seed(relation))
    return grouping, around


def _added(places: Places, numbers: Numbers, size: int) -> Numbers:
    """The sum of the numbers at each place, modulo 2^64."""
    sums = np.zeros(size, np.uint64)
    np.add.at(sums, places, numbers)
    return sums


def _joint(one: pa.ChunkedArray, other: pa.ChunkedArray) -> tuple[tuple[Places, Places], int]:
    """Codes of two columns, equal where their values are, null too; and how many codes there may be."""
    if one.type != other.type:
        one, other = one.cast(pa.string()), other.cast(pa.string())
    coded = pa.concat_arrays([one.combine_chunks(), other.combine_chunks()]).dictionary_encode()
    codes = pc.add(pc.fill_null(coded.indices.cast(pa.int64()), -1), 1).to_numpy(zero_copy_only=False)
    return (codes[: len(one)], codes[len(one) :]), len(coded.dictionary) + 1


def _seed(name: str) -> np.uint64:
    """Sets the codes of one column apart from those of all others."""
    return np.uint64(zlib.crc32(name.encode()) << 32)


def _spread(numbers: Numbers) -> Numbers:
    """SplitMix64: numbers that are near one another come to lie far apart, so that their sums tell them apart."""
    spread = numbers + np.uint64(0x9E3779B97F4A7C15)
    spread = (spread ^ (spread >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    spread = (spread ^ (spread >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return spread ^ (spread >> np.uint64(31))
