"""The order of the records, and with it their numbers.

A record's number must not depend on the order in which rows came. So records are sorted by
partner, data set, source_ref and party; where several share all four, by everything else they
say (details too), and only then by delivery and source row. Each data set is sorted alone and
the pieces of each partner are laid behind one another: nothing is sorted twice.

Extracts come sorted by partner and reference, so that mostly the order is seen and not made. Columns are laid out
one by one, and what they were laid out from is let go: RECORDS is never in memory twice.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch.columnwise import each_column
from fraudmatch.normalise.distinct import Codes, Encoded, Mask
from fraudmatch.normalise.layout import gathered
from fraudmatch.schemas import RECORDS, conform, details_schema, empty

if TYPE_CHECKING:
    from fraudmatch.normalise.assemble import DatasetRead

_FIRST = ("partner", "source_ref", "party")
_LAST = ("delivery", "source_row")


@dataclass(frozen=True)
class _Ordered:
    """A data set whose order is known.

    Attributes:
        order: positions of its records in their total order.
        partners: partner -> (first position, count) in that order.
    """

    read: DatasetRead
    order: Codes
    partners: dict[str, tuple[int, int]]


def _rank_of_references(partners: pa.Array, references: pa.Array) -> Codes:
    """Per row of RECEIVED a number that is equal and rises as partner and reference are and do."""
    if len(references) < 2:
        return np.zeros(len(references), np.int64)
    place = None
    if not _in_order(partners, references):
        keys = pa.table({"partner": partners, "source_ref": references})
        place = pc.sort_indices(keys, sort_keys=[("partner", "ascending"), ("source_ref", "ascending")])
        partners, references = partners.take(place), references.take(place)
    new = ~(_told(pc.equal, partners) & _told(pc.equal, references))
    ranks = np.concatenate([np.zeros(1, np.int64), np.cumsum(new, dtype=np.int64)])
    if place is None:
        return ranks
    spread = np.empty_like(ranks)
    spread[place.to_numpy()] = ranks
    return spread


def _told(compare: Callable[[pa.Array, pa.Array], pa.Array], column: pa.Array) -> Mask:
    """What a comparison says of each value but the first and the one before it."""
    told: Mask = compare(column[1:], column[:-1]).to_numpy(zero_copy_only=False)
    return told


def _in_order(partners: pa.Array, references: pa.Array) -> bool:
    later = _told(pc.greater, partners)
    same = _told(pc.equal, partners) & _told(pc.greater_equal, references)
    return bool((later | same).all())


def _order(read: DatasetRead) -> Codes:
    """Positions of a data set's records in their total order."""
    records = read.records
    ranks = _rank_of_references(records.shared["partner"], records.shared["source_ref"])
    keys = 2 * ranks[records.all_rows] + records.parties
    order = np.argsort(keys, kind="stable")
    same = keys[order[1:]] == keys[order[:-1]]
    if same.any():
        tied = np.flatnonzero(np.append(same, False) | np.insert(same, 0, False))
        run = np.asarray(np.cumsum(~np.insert(same, 0, False))[tied], np.int64)
        order[tied] = order[tied][_order_of_ties(read, order[tied], run)]
    return np.asarray(order, np.int64)


def _order_of_ties(read: DatasetRead, positions: Codes, run: Codes) -> Codes:
    """Order of records that share the first keys, run by run, by everything else they say."""
    details = read.details.take(pa.array(read.records.all_rows[positions]))
    said = [name for name in RECORDS.names if name not in ("record_id", *_FIRST, *_LAST)]
    columns = {"run": pa.array(run)}
    columns |= {f"r {name}": read.records.column(name, positions) for name in said}
    columns |= {f"d {name}": details[name] for name in details.column_names}
    columns |= {f"z {name}": read.records.column(name, positions) for name in _LAST}
    keys = [(name, "ascending") for name in columns]
    return np.asarray(pc.sort_indices(pa.table(columns), sort_keys=keys).to_numpy(), np.int64)


def _ordered(read: DatasetRead) -> _Ordered:
    """The data set with its order, and where in it the records of each partner are."""
    partner = Encoded.of(read.records.shared["partner"])
    counts = np.bincount(partner.codes[read.records.all_rows], minlength=len(partner.values))
    found = sorted(zip(partner.values, counts.tolist(), strict=True))
    starts = itertools.accumulate((count for _, count in found), initial=0)
    places = {name: (start, count) for (name, count), start in zip(found, starts, strict=False)}
    return _Ordered(read, _order(read), places)


def number_records(datasets: Sequence[DatasetRead]) -> tuple[pa.Table, dict[str, pa.Table]]:
    """RECORDS and DETAILS with dense record ids; of the data sets only faults and origins are left.

    Args:
        datasets: the data sets as read, by name.
    """
    ordered = [_ordered(read) for read in sorted(datasets, key=lambda read: read.name)]
    pieces: list[tuple[int, int, int]] = []
    ids: dict[str, list[Codes]] = {one.read.name: [] for one in ordered}
    start = 0
    for partner in sorted({partner for one in ordered for partner in one.partners}):
        for which, one in enumerate(ordered):
            at, count = one.partners.get(partner, (0, 0))
            pieces.append((which, at, count))
            ids[one.read.name].append(np.arange(start, start + count, dtype=np.int64))
            start += count
    details = {one.read.name: _details(one, ids[one.read.name]) for one in ordered}
    ids.clear()
    if not pieces:
        return empty(RECORDS), details
    columns = {"record_id": pa.array(np.arange(start), pa.uint32())}
    names = [name for name in RECORDS.names if name != "record_id"]
    columns |= zip(names, each_column(lambda name: _column(name, ordered, pieces), names), strict=True)
    return conform(pa.table(columns), RECORDS, what="records"), details


def _column(name: str, ordered: Sequence[_Ordered], pieces: Sequence[tuple[int, int, int]]) -> pa.Array:
    """A column of RECORDS, taken out of the data sets."""
    laid = [one.read.records.take_out(name, one.order) for one in ordered]
    # What a column came from was let go just now; Arrow keeps such memory for a while unless it is told not to.
    pa.default_memory_pool().release_unused()
    if len(pieces) == 1:
        return laid[0]
    return pa.concat_arrays([laid[which].slice(at, count) for which, at, count in pieces])


def _details(one: _Ordered, ids: Sequence[Codes]) -> pa.Table:
    """DETAILS of a data set: its details by record, in the order of record ids."""
    name, details = one.read.name, one.read.details
    rows = one.read.records.all_rows[one.order]
    numbers = np.concatenate([*ids, np.empty(0, np.int64)])
    columns = {"record_id": pa.array(numbers, pa.uint32())}
    laid = each_column(lambda column: gathered(details[column].chunk(0), rows), details.column_names)
    columns |= zip(details.column_names, laid, strict=True)
    return conform(pa.table(columns), details_schema(name), what=f"details of {name}")
