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
    keys, group = _groups(now)
    encoded = _flat(old["cluster_id"]).dictionary_encode()
    old_ids, old_code = encoded.dictionary, encoded.indices.to_numpy().astype(np.int64)
    pairs = _Overlaps.of(_looked_up(keys, _flat(old["key"]), old_code), group, len(old_ids))
    carried = pairs.carry(old_ids, _Smallest.of(keys, group, pairs.contested_groups()))
    names = _names(carried, _Smallest.of(keys, group, carried < 0), keys, old_ids, kind)
    ids = pa.table([keys, names.take(pa.array(group))], schema=CLUSTER_IDS)
    return StableIds(ids, _changes(pairs, names, old_ids, old_code, group))


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


def _groups(now: pa.Table) -> tuple[pa.Array, Ids]:
    """Keys, and the group of each row as a number from 0; the numbers mean nothing."""
    missing = [name for name in ("key", "group") if name not in now.column_names]
    if missing:
        raise SchemaError(f"groups of tonight: missing columns {missing}.")
    for name in ("key", "group"):
        if now[name].null_count:
            raise SchemaError(f"groups of tonight: column {name} holds nulls.")
    keys = _flat(now["key"].cast(pa.string()))
    return keys, _flat(now["group"]).dictionary_encode().indices.to_numpy().astype(np.int64)


def _looked_up(keys: pa.Array, old_keys: pa.Array, old_code: Ids) -> Ids:
    """int64 [rows]: number of the previous id of each key; -1 = it had none."""
    both = _flat(pa.concat_arrays([old_keys, keys]).dictionary_encode())
    codes = both.indices.to_numpy().astype(np.int64)
    before, tonight = codes[: len(old_keys)], codes[len(old_keys) :]
    for found, what in ((before, "previous ids"), (tonight, "groups of tonight")):
        _refuse_repeats(found, len(both.dictionary), what)
    id_of = np.full(len(both.dictionary), -1, np.int64)
    id_of[before] = old_code
    return np.asarray(id_of[tonight])


def _flat(column: pa.ChunkedArray | pa.Array) -> pa.Array:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def _refuse_repeats(codes: Ids, distinct: int, what: str) -> None:
    repeated = len(codes) - int(np.count_nonzero(np.bincount(codes, minlength=distinct)))
    if repeated:
        raise SchemaError(
            f"{what}: {repeated:,} keys name a record a second time.",
            remedy="Make keys with `source_keys`, which numbers repeats.",
        )


# ---------------------------------------------------------------------------------------
# Carrying ids on
# ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Smallest:
    """Smallest keys of some groups, by which they are ordered and named; only of those that need it.

    Attributes:
        row: int64 [groups]; row of the smallest key, -1 = not asked for.
        rank: int64 [groups]; place of the group in the order of smallest keys, -1 likewise.
    """

    row: Ids
    rank: Ids

    @classmethod
    def of(cls, keys: pa.Array, group: Ids, wanted: npt.NDArray[np.bool_]) -> _Smallest:
        rows = np.flatnonzero(wanted[group])
        rows = rows[pc.sort_indices(keys.take(pa.array(rows))).to_numpy().astype(np.int64)]
        found, first = np.unique(group[rows], return_index=True)
        row, rank = np.full(len(wanted), -1, np.int64), np.full(len(wanted), -1, np.int64)
        row[found] = rows[first]
        rank[found] = first
        return cls(row, rank)


@dataclass(frozen=True)
class _Overlaps:
    """Previous ids and groups that have records in common: int64 arrays, each pair once.

    Attributes:
        olds, news: how many ids and groups there are, with or without records in common.
    """

    old: Ids
    new: Ids
    members: Ids
    olds: int
    news: int

    @classmethod
    def of(cls, was: Ids, group: Ids, olds: int) -> _Overlaps:
        known, news = was >= 0, int(group.max(initial=-1)) + 1
        pairs, members = np.unique(was[known] * news + group[known], return_counts=True)
        return cls(pairs // max(news, 1), pairs % max(news, 1), members, olds, news)

    def split(self) -> npt.NDArray[np.bool_]:
        """Pairs whose id has records in several groups."""
        return np.asarray(np.bincount(self.old, minlength=self.olds)[self.old] > 1)

    def merged(self) -> npt.NDArray[np.bool_]:
        """Pairs whose group has records of several ids."""
        return np.asarray(np.bincount(self.new, minlength=self.news)[self.new] > 1)

    def contested_groups(self) -> npt.NDArray[np.bool_]:
        """bool [groups]; groups that do not simply carry on one id."""
        contested = np.zeros(self.news, np.bool_)
        contested[self.new[self.split() | self.merged()]] = True
        return contested

    def carry(self, old_ids: pa.Array, smallest: _Smallest) -> Ids:
        """int64 [groups]: the previous id each group carries on, -1 = none."""
        carried = np.full(self.news, -1, np.int64)
        contested = self.split() | self.merged()
        carried[self.new[~contested]] = self.old[~contested]
        old, new, members = self.old[contested], self.new[contested], self.members[contested]
        by_name = np.argsort(pc.sort_indices(old_ids.take(pa.array(np.unique(old)))).to_numpy())
        name_rank = by_name[np.searchsorted(np.unique(old), old)]
        taken: set[int] = set()
        for k in np.lexsort((smallest.rank[new], name_rank, -members)).tolist():
            if int(old[k]) not in taken and carried[new[k]] < 0:
                carried[new[k]] = old[k]
                taken.add(int(old[k]))
        return carried


def _names(carried: Ids, smallest: _Smallest, keys: pa.Array, old_ids: pa.Array, kind: str) -> pa.Array:
    """The id of each group."""
    fresh = np.flatnonzero(carried < 0)
    taken = set(old_ids.to_pylist()) if len(fresh) else set()
    made = []
    for key in keys.take(pa.array(smallest.row[fresh])).to_pylist():
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


def _changes(pairs: _Overlaps, names: pa.Array, old_ids: pa.Array, old_code: Ids, group: Ids) -> pa.Table:
    """CLUSTER_CHANGES."""
    split, merged = pairs.split(), pairs.merged()
    born = np.flatnonzero(np.bincount(pairs.new, minlength=pairs.news) == 0)
    ended = np.flatnonzero(np.bincount(pairs.old, minlength=pairs.olds) == 0)
    parts = [
        ("split", pairs.old[split], pairs.new[split], pairs.members[split]),
        ("merge", pairs.old[merged], pairs.new[merged], pairs.members[merged]),
        ("birth", None, born, np.bincount(group, minlength=pairs.news)[born]),
        ("ending", ended, None, np.bincount(old_code, minlength=pairs.olds)[ended]),
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
