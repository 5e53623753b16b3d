"""Why two records of a folder that `fraudmatch link` wrote were linked, not linked, or never compared.

Only the rows of the two groups are read, so that a pair of a large linking is explained in a moment.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from fraudmatch.errors import RunError
from fraudmatch.files.folder import MODEL_FILE, RECORDS_FILE, sides
from fraudmatch.linkage import load_model
from fraudmatch.linkage.explaining.explain import Explanation, LinkedRecords, explain_pair
from fraudmatch.linkage.subjects import known_apart
from fraudmatch.pairs.records import in_words, notes_of, only_row, split_party
from fraudmatch.pairs.text import Sides

Rows = npt.NDArray[np.int64]

#: Most references that are searched for one like a misspelt one.
_SEARCHED = 200_000


def is_link_folder(folder: Path) -> bool:
    """Whether `fraudmatch link` wrote this folder."""
    return (folder / MODEL_FILE).is_file() and (folder / "links.parquet").is_file()


@dataclass(frozen=True)
class _Names:
    """What every record of a folder is called: columns source_ref, file, party, in row order."""

    folder: Path
    table: pa.Table
    two: bool

    def row(self, text: str, side: str) -> int:
        """The row of "REF", "left:REF", "right:REF", each with "#2" for a second party."""
        file, sign, rest = text.partition(":")
        given = bool(sign) and file in ("left", "right") and self.two
        wanted, party = split_party(rest if given else text)
        file = file if given else (side if self.two else "left")
        mine = pc.and_(pc.equal(self.table["file"], file), pc.equal(self.table["source_ref"], wanted))
        where = np.flatnonzero(pc.fill_null(mine, False).to_numpy(zero_copy_only=False))
        parties = self.table["party"].take(pa.array(where)).to_numpy()
        fitting = where[parties == (party or 1)]
        refs = self.table.filter(pc.equal(self.table["file"], file))["source_ref"]
        what = f"the {file} file of {self.folder}" if self.two else str(self.folder)
        return only_row(fitting, wanted, refs.slice(0, _SEARCHED).drop_null().to_pylist(), what)


def explain_in_folder(folder: Path, left: str, right: str) -> tuple[Explanation, Sides]:
    """Explain two records by their references.

    Args:
        folder: as `fraudmatch link --out` wrote it.
        left, right: references; of two files left is looked for in the first and right in the second,
            unless they begin with "left:" or "right:".

    Raises:
        RunError: the folder lacks a file.
        ConfigurationError: a reference names no record, or several.
    """
    summary = _summary(folder)
    names = pq.read_table(folder / "clusters.parquet")
    known = _Names(folder, names, bool(summary["two_files"]))
    pair = known.row(left, "left"), known.row(right, "right")
    groups = names["cluster_id"].to_numpy().astype(np.int64)
    rows = np.flatnonzero(np.isin(groups, groups[list(pair)]))
    linked = replace(_part(folder, rows, groups[rows], known.two), single=bool(summary.get("one_to_one")))
    one, other = (int(np.searchsorted(rows, row)) for row in pair)
    notes = notes_of(linked.records, pq.read_table(folder / "rejects.parquet"), [one, other])
    made = explain_pair(replace(linked, notes=notes), one, other)
    called = [
        f"{file} {ref}" if known.two else str(ref)
        for file, ref in zip(
            *(names[c].take(pa.array(rows)).to_pylist() for c in ("file", "source_ref")), strict=True
        )
    ]
    called_so = Sides(
        in_words(linked.records, one, called[one]),
        in_words(linked.records, other, called[other]),
        dict(enumerate(called)),
    )
    return made, called_so


def _summary(folder: Path) -> dict[str, object]:
    wanted = (
        "summary.json",
        "clusters.parquet",
        "blocking.parquet",
        "rejects.parquet",
        RECORDS_FILE,
        MODEL_FILE,
    )
    absent = [name for name in wanted if not (folder / name).is_file()]
    if absent:
        raise RunError(
            f"{folder} has no {', '.join(absent)}.",
            remedy="Give the folder that `fraudmatch link --out` wrote; link again if it is an old one.",
        )
    found: dict[str, object] = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    return found


def _part(folder: Path, rows: Rows, groups: Rows, two: bool) -> LinkedRecords:
    """Some rows of the folder as a small linking of their own."""
    records = rows_of(folder / RECORDS_FILE, rows)
    keys = rows_of(folder / "blocking.parquet", rows)
    passes = [name for name in keys.column_names if name.startswith("key_")]
    links = pq.read_table(folder / "links.parquet", columns=["left_id", "right_id"])
    inside = pc.and_(
        pc.is_in(links["left_id"].cast(pa.int64()), pa.array(rows)),
        pc.is_in(links["right_id"].cast(pa.int64()), pa.array(rows)),
    )
    links = links.filter(inside)
    left, right = (np.searchsorted(rows, links[name].to_numpy()) for name in ("left_id", "right_id"))
    return LinkedRecords(
        model=load_model(folder / MODEL_FILE),
        records=records,
        keys=np.stack([keys[name].to_numpy() for name in passes], 1),
        groups=groups,
        left=left,
        right=right,
        side=sides(records) if two else None,
        apart=known_apart(records),
        decided=_decided(folder, rows),
    )


def _decided(folder: Path, rows: Rows) -> dict[tuple[int, int], bool]:
    """Decided pairs among some rows."""
    path = folder / "decided.parquet"
    table = pq.read_table(path).to_pylist() if path.is_file() else []
    place = {int(row): k for k, row in enumerate(rows)}
    return {
        (place[row["left_id"]], place[row["right_id"]]): row["same"]
        for row in table
        if row["left_id"] in place and row["right_id"] in place
    }


def rows_of(path: Path, rows: Rows) -> pa.Table:
    """Some rows (ascending) of a Parquet file, read a batch at a time."""
    file = pq.ParquetFile(path)
    parts, begun = [file.schema_arrow.empty_table()], 0
    for batch in file.iter_batches():
        first, last = np.searchsorted(rows, [begun, begun + batch.num_rows])
        if first < last:
            parts.append(pa.Table.from_batches([batch.take(pa.array(rows[first:last] - begun))]))
        begun += batch.num_rows
    return pa.concat_tables(parts, promote_options="permissive").combine_chunks()
