"""The order of the records, and with it their numbers.

A record's number must not depend on the order in which rows came. So records are sorted by
partner, data set, source_ref and party; where several share all four, by everything else they
say (details too), and only then by delivery and source row. Each data set is sorted alone and
the pieces of each partner are laid behind one another: nothing is sorted twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch.normalise.distinct import Codes
from fraudmatch.schemas import RECORDS, conform, details_schema, empty

if TYPE_CHECKING:
    from fraudmatch.normalise.assemble import DatasetRead

_FIRST = ("partner", "source_ref", "party")
_LAST = ("delivery", "source_row")


def _same_as_before(records: pa.Table, order: Codes) -> pa.Array:
    """Per sorted record but the first: whether it shares the first keys with the one before."""
    same = None
    for name in _FIRST:
        column = records[name].take(pa.array(order)).combine_chunks()
        equal = pc.equal(column[1:], column[:-1])
        same = equal if same is None else pc.and_(same, equal)
    return same


def _order(read: DatasetRead) -> Codes:
    """Positions of a data set's records in their total order."""
    records = read.records
    first = pc.sort_indices(records.select(_FIRST), sort_keys=[(name, "ascending") for name in _FIRST])
    order = np.asarray(first.to_numpy(), np.int64)
    if len(order) < 2:
        return order
    same = np.asarray(_same_as_before(records, order).to_numpy(zero_copy_only=False), np.bool_)
    tied = np.flatnonzero(np.append(same, False) | np.insert(same, 0, False))
    if len(tied):
        run = np.asarray(np.cumsum(~np.insert(same, 0, False))[tied], np.int64)
        order[tied] = order[tied][_order_of_ties(read, order[tied], run)]
    return order


def _order_of_ties(read: DatasetRead, positions: Codes, run: Codes) -> Codes:
    """Order of records that share the first keys, run by run, by everything else they say."""
    taken = read.records.take(pa.array(positions))
    details = read.details.take(pa.array(read.rows[positions]))
    columns = {"run": pa.array(run)}
    columns |= {f"r {name}": taken[name] for name in taken.column_names if name not in (*_FIRST, *_LAST)}
    columns |= {f"d {name}": details[name] for name in details.column_names}
    columns |= {f"z {name}": taken[name] for name in _LAST}
    keys = [(name, "ascending") for name in columns]
    return np.asarray(pc.sort_indices(pa.table(columns), sort_keys=keys).to_numpy(), np.int64)


def _by_partner(records: pa.Table) -> dict[str, tuple[int, int]]:
    """Partner -> (first position, count) in records sorted by partner."""
    counted = {entry["values"]: entry["counts"] for entry in pc.value_counts(records["partner"]).to_pylist()}
    out, start = {}, 0
    for partner in sorted(counted):
        out[partner] = (start, counted[partner])
        start += counted[partner]
    return out


def number_records(datasets: Sequence[DatasetRead]) -> tuple[pa.Table, dict[str, pa.Table]]:
    """RECORDS and DETAILS with dense record ids.

    Args:
        datasets: the data sets as read, by name.
    """
    orders = {read.name: _order(read) for read in datasets}
    sorted_ = {read.name: read.records.take(pa.array(orders[read.name])) for read in datasets}
    places = {name: _by_partner(table) for name, table in sorted_.items()}
    pieces: list[pa.Table] = []
    ids: dict[str, list[Codes]] = {read.name: [] for read in datasets}
    start = 0
    for partner in sorted({partner for found in places.values() for partner in found}):
        for name in sorted(places):
            at, count = places[name].get(partner, (0, 0))
            pieces.append(sorted_[name].slice(at, count))
            ids[name].append(np.arange(start, start + count, dtype=np.int64))
            start += count
    if not pieces:
        return empty(RECORDS), {read.name: empty(details_schema(read.name)) for read in datasets}
    records = pa.concat_tables(pieces)
    records = records.append_column("record_id", pa.array(np.arange(start), pa.uint32()))
    details = {read.name: _details(read, orders[read.name], ids[read.name]) for read in datasets}
    return conform(records, RECORDS, what="records"), details


def _details(read: DatasetRead, order: Codes, ids: Sequence[Codes]) -> pa.Table:
    """DETAILS of a data set: its details by record, in the order of record ids."""
    details = read.details.take(pa.array(read.rows[order]))
    numbers = np.concatenate([*ids, np.empty(0, np.int64)])
    columns = {name: details[name] for name in details.column_names}
    table = pa.table(columns | {"record_id": pa.array(numbers, pa.uint32())})
    return conform(table, details_schema(read.name), what=f"details of {read.name}")
