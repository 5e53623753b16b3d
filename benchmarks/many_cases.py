"""A site with many cases out of one with fewer: `python benchmarks/many_cases.py SITE TIMES`.

The records that flags rest on are written again TIMES times under other references, with their groups, flags, evidence and
cases under other keys, and the newest run of SITE is published anew with these tables. Nothing is matched again: it is a
night as large as one would be, for measuring what reads nights. SITE is changed: give a copy.
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from fraudmatch.audit import open_run, sha256_of


def keyed(column: pa.ChunkedArray, number: int, digits: int) -> pa.Array:
    """Other keys for a copy; the key of a case stays the beginning of that of its leading flag."""
    made = {
        key: hashlib.blake2b(f"{number}{key}".encode(), digest_size=8).hexdigest()
        for key in {value[:16] for value in column.to_pylist()}
    }
    return pa.array([made[key[:16]] + key[16:digits] for key in column.to_pylist()])


def again(name: str, table: pa.Table, ids: np.ndarray, new: np.ndarray, number: int) -> pa.Table:
    """A copy of a table for the records `ids`, which are `new` now; of tables of flags all rows."""
    if "record_id" in table.column_names and "flag_key" not in table.column_names:
        table = table.filter(pc.is_in(table["record_id"], value_set=pa.array(ids, pa.uint32())))
    for column in ("record_id", "left_id", "right_id"):
        if column in table.column_names:
            place = pc.index_in(table[column], value_set=pa.array(ids, pa.uint32()))
            value = pa.array(new, pa.uint32()).take(place.combine_chunks())
            table = table.set_column(table.column_names.index(column), table.schema.field(column), value)
    for column, digits in (("flag_key", 32), ("leading_flag_key", 32), ("case_key", 16)):
        if column in table.column_names:
            field = table.schema.field(column)
            table = table.set_column(
                table.column_names.index(column), field, keyed(table[column], number, digits)
            )
    if name == "records":
        refs = pc.binary_join_element_wise(table["source_ref"], pa.scalar(f"-{number}"), "")
        table = table.set_column(
            table.column_names.index("source_ref"), table.schema.field("source_ref"), refs
        )
    return table


def main(site: Path, times: int) -> None:
    run = open_run(site / "runs")
    tables = {name: run.read(name) for name in run.names()}
    flags, members = tables["flags"], tables["members"]
    used = pa.concat_arrays(
        [column.combine_chunks() for column in (flags["left_id"], flags["right_id"], members["record_id"])]
    )
    ids = np.unique(used.drop_null().to_numpy())
    size, parts = tables["records"].num_rows, {name: [table] for name, table in tables.items()}
    copied = [
        name
        for name in tables
        if name in ("records", "origins", "groups", "flags", "members", "evidence", "cases", "case_flags")
        or name.startswith("details_")
    ]
    for number in range(1, times + 1):
        new = size + np.arange(len(ids))
        size += len(ids)
        for name in copied:
            parts[name].append(again(name, tables[name], ids, new, number))
    for name in copied:
        table = pa.concat_tables(parts[name]).combine_chunks()
        if name == "cases":
            table = table.sort_by(
                [("priority", "descending"), ("chance_real", "descending"), ("case_key", "ascending")]
            )
            rank = pa.array(range(1, len(table) + 1), pa.int32())
            table = table.set_column(table.column_names.index("rank"), table.schema.field("rank"), rank)
        if name in ("evidence", "members"):
            order = [("flag_key", "ascending")] + [
                (c, "ascending") for c in ("model", "position", "record_id") if c in table.column_names
            ]
            table = table.sort_by(order)
        if name == "flags":
            table = table.sort_by([("priority", "descending"), ("flag_key", "ascending")])
        pq.write_table(table, run.tables / f"{name}.parquet")
    manifest = dict(run.manifest)
    for name in manifest["artefacts"]:
        if name.startswith("tables/"):
            manifest["artefacts"][name] = sha256_of(run.folder / name)
    (run.folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    print(f"{site}: {len(tables['cases']) * (times + 1):,} cases, {size:,} records")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
