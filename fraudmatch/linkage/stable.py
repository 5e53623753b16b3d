"""Ids of groups that last from one night to the next.

A group has no name of its own: it is named tonight by its smallest row, which another night is
another record. What lasts are the keys of the source records. So an id of the night before is
carried on by the group that holds most of the id's records, and every record that changed its id
is accounted for by a split, a merge, a birth or an ending.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch.errors import SchemaError
from fraudmatch.schemas import conform

Ids = npt.NDArray[np.int64]

#: The id of every record that is in a group; tonight's table is tomorrow's `previous`.
#: `key` names a record in its source and occurs once. Order: as the rows were given.
CLUSTER_IDS = pa.schema(
    [
        pa.field("key", pa.string(), nullable=False),
        pa.field("cluster_id", pa.string(), nullable=False),
    ]
)

#: What became of ids; `members` counts records.
#:   split   records of `previous_id` are in several groups tonight; one row for each, `cluster_id`
#:           its id, which is the previous one for the group that carries it on
#:   merge   `cluster_id` holds records of several previous ids; one row for each
#:   birth   no record of `cluster_id` had an id; previous_id is null
#:   ending  no record of `previous_id` is there tonight; cluster_id is null
#: Order: change, previous_id, cluster_id.
CLUSTER_CHANGES = pa.schema(
    [
        pa.field("change", pa.string(), nullable=False),
        pa.field("previous_id", pa.string()),
        pa.field("cluster_id", pa.string()),
        pa.field("members", pa.int64(), nullable=False),
    ]
)


@dataclass(frozen=True)
class StableIds:
    """Tonight's ids and what changed.

    Attributes:
        ids: CLUSTER_IDS, one row for each row of `now`, in its order.
        changes: CLUSTER_CHANGES.
    """

    ids: pa.Table
    changes: pa.Table


def stable_ids(previous: pa.Table | None, now: pa.Table, *, kind: str = "") -> StableIds:
    """Give tonight's groups the ids of the night before where most of the records are the same.

    Ids and groups are paired from the greatest number of records in common downwards; of equal
    numbers the lexicographically smaller id goes first, then the group with the smaller key. Every
    id is carried by at most one group and a group carries one. A group that carries none gets a new
    id, made from its smallest key; it never takes one of `previous`, even one that ended.

    Args:
        previous: CLUSTER_IDS of the night before; None = there was none.
        now: columns `key` (string, each once) and `group` (any type; equal = one group). What groups
            are called and how rows are ordered changes nothing. A record that takes no part is left
            out by the caller.
        kind: what the groups are of ("person"); begins each new id, so that ids of persons and of
            properties differ.

    Raises:
        SchemaError: a table lacks a column, holds a null, or names a record twice.
    """
    old = conform(
        CLUSTER_IDS.empty_table() if previous is None else previous, CLUSTER_IDS, what="previous ids"
    )
    _refuse_repeats(old["key"], "previous ids")
    keys, group, smallest = _groups(now)
    old_ids, old_code = _old_codes(old["cluster_id"])
    was = _looked_up(keys, old["key"], old_code)
    pairs = _Overlaps.of(was, group)
    carried = pairs.carry(len(old_ids), len(smallest))
    names = _names(carried, smallest, keys, old_ids, kind)
    ids = pa.table([keys, names.take(pa.array(group))], schema=CLUSTER_IDS)
    return StableIds(ids, _changes(pairs, carried, names, old_ids, old_code, group))


def source_keys(records: pa.Table) -> pa.Array:
    """Key of every record: partner/dataset/party/source_ref, with #2, #3 … where one occurs again.

    Only the last part may hold a stroke, so no two records share a key by chance. Repeats are
    numbered in the order of RECORDS, which is that of their content.
    """
    columns = [
        records[name].cast(pa.string()).combine_chunks()
        for name in ("partner", "dataset", "party", "source_ref")
    ]
    keys = pc.binary_join_element_wise(*columns, "/")
    codes = keys.dictionary_encode().indices.to_numpy().astype(np.int64)
    order = np.argsort(codes, kind="stable")
    begins = np.r_[True, np.diff(codes[order]) != 0][: len(order)]
    repeat = np.empty(len(codes), np.int64)
    repeat[order] = np.arange(len(order)) - np.maximum.accumulate(np.where(begins, np.arange(len(order)), 0))
    again = pa.array(repeat > 0)
    suffix = pc.binary_join_element_wise(keys, pa.array(repeat + 1).cast(pa.string()), "#")
    return pc.if_else(again, suffix, keys)


# ---------------------------------------------------------------------------------------
# Reading
# ---------------------------------------------------------------------------------------


def _groups(now: pa.Table) -> tuple[pa.Array, Ids, Ids]:
    """Keys, the group of each row as a number, and the row of the smallest key of each group.

    Groups are numbered by their smallest key, so that nothing after this knows rows or names.
    """
    missing = [name for name in ("key", "group") if name not in now.column_names]
    if missing:
        raise SchemaError(f"groups of tonight: missing columns {missing}.")
    for name in ("key", "group"):
        if now[name].null_count:
            raise SchemaError(f"groups of tonight: column {name} holds nulls.")
    keys = _flat(now["key"].cast(pa.string()))
    _refuse_repeats(keys, "groups of tonight")
    order = pc.sort_indices(keys).to_numpy().astype(np.int64)
    codes = _flat(now["group"]).dictionary_encode().indices.to_numpy().astype(np.int64)
    _, first, group = np.unique(codes[order], return_index=True, return_inverse=True)
    rank = np.argsort(np.argsort(first))
    numbered = np.empty(len(codes), np.int64)
    numbered[order] = rank[group]
    return keys, numbered, order[np.sort(first)]


def _old_codes(column: pa.ChunkedArray) -> tuple[pa.Array, Ids]:
    """Previous ids in lexicographic order, and the place of each row's id among them."""
    encoded = _flat(column).dictionary_encode()
    order = pc.sort_indices(encoded.dictionary).to_numpy().astype(np.int64)
    place = np.argsort(order)
    return encoded.dictionary.take(pa.array(order)), place[encoded.indices.to_numpy().astype(np.int64)]


def _looked_up(keys: pa.Array, old_keys: pa.ChunkedArray, old_code: Ids) -> Ids:
    """int64 [rows]: the previous id of each key as a place; -1 = it had none."""
    row = pc.fill_null(pc.index_in(keys, value_set=_flat(old_keys)), -1).to_numpy().astype(np.int64)
    return np.where(row >= 0, np.append(old_code, -1)[row], -1)


def _flat(column: pa.ChunkedArray | pa.Array) -> pa.Array:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def _refuse_repeats(keys: pa.ChunkedArray | pa.Array, what: str) -> None:
    repeated = len(keys) - pc.count_distinct(keys).as_py()
    if repeated:
        raise SchemaError(
            f"{what}: {repeated:,} keys name a record a second time.",
            remedy="Make keys with `source_keys`, which numbers repeats.",
        )


# ---------------------------------------------------------------------------------------
# Carrying ids on
# ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Overlaps:
    """Previous ids and groups that have records in common: int64 arrays, sorted by (old, new)."""

    old: Ids
    new: Ids
    members: Ids

    @classmethod
    def of(cls, was: Ids, group: Ids) -> _Overlaps:
        known = was >= 0
        width = int(group.max(initial=0)) + 1
        pairs, members = np.unique(was[known] * width + group[known], return_counts=True)
        return cls(pairs // width, pairs % width, members)

    def carry(self, olds: int, news: int) -> Ids:
        """int64 [groups]: the previous id each group carries on, -1 = none."""
        carried = np.full(news, -1, np.int64)
        alone = (np.bincount(self.old, minlength=olds)[self.old] == 1) & (
            np.bincount(self.new, minlength=news)[self.new] == 1
        )
        carried[self.new[alone]] = self.old[alone]
        taken: set[int] = set()
        contested = np.flatnonzero(~alone)
        order = np.lexsort((self.new[contested], self.old[contested], -self.members[contested]))
        for overlap in contested[order].tolist():
            old, new = int(self.old[overlap]), int(self.new[overlap])
            if old not in taken and carried[new] < 0:
                carried[new] = old
                taken.add(old)
        return carried


def _names(carried: Ids, smallest: Ids, keys: pa.Array, old_ids: pa.Array, kind: str) -> pa.Array:
    """The id of each group."""
    fresh = np.flatnonzero(carried < 0)
    taken = set(old_ids.to_pylist())
    made = []
    for key in keys.take(pa.array(smallest[fresh])).to_pylist():
        attempt = 0
        while (name := _new_id(kind, key, attempt)) in taken:
            attempt += 1
        taken.add(name)
        made.append(name)
    place = carried.copy()
    place[fresh] = len(old_ids) + np.arange(len(fresh))
    return pa.concat_arrays([old_ids, pa.array(made, pa.string())]).take(pa.array(place))


def _new_id(kind: str, key: str, attempt: int) -> str:
    """80 bits of a digest of the key; a later attempt where a group split off keeps the smallest key."""
    digest = hashlib.blake2b(f"{kind}\x1f{attempt}\x1f{key}".encode(), digest_size=10).hexdigest()
    return f"{kind}-{digest}" if kind else digest


# ---------------------------------------------------------------------------------------
# What changed
# ---------------------------------------------------------------------------------------


def _changes(
    pairs: _Overlaps, carried: Ids, names: pa.Array, old_ids: pa.Array, old_code: Ids, group: Ids
) -> pa.Table:
    """CLUSTER_CHANGES."""
    olds, news = len(old_ids), len(carried)
    split = np.bincount(pairs.old, minlength=olds)[pairs.old] > 1
    merged = np.bincount(pairs.new, minlength=news)[pairs.new] > 1
    born = np.flatnonzero(np.bincount(pairs.new, minlength=news) == 0)
    ended = np.flatnonzero(np.bincount(pairs.old, minlength=olds) == 0)
    parts = [
        ("split", pairs.old[split], pairs.new[split], pairs.members[split]),
        ("merge", pairs.old[merged], pairs.new[merged], pairs.members[merged]),
        ("birth", None, born, np.bincount(group, minlength=news)[born]),
        ("ending", ended, None, np.bincount(old_code, minlength=olds)[ended]),
    ]
    tables = []
    for change, old, new, members in parts:
        columns = [
            pa.repeat(change, len(members)),
            pa.nulls(len(members), pa.string()) if old is None else old_ids.take(pa.array(old)),
            pa.nulls(len(members), pa.string()) if new is None else names.take(pa.array(new)),
            pa.array(members, pa.int64()),
        ]
        tables.append(pa.table(columns, schema=CLUSTER_CHANGES))
    by = [(name, "ascending") for name in ("change", "previous_id", "cluster_id")]
    made = pa.concat_tables(tables)
    return made.take(pc.sort_indices(made, sort_keys=by)).combine_chunks()
