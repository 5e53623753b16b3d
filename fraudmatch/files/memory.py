"""`fraudmatch link --memory`: one Parquet file, larger than memory, linked with itself."""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from fraudmatch.errors import ConfigurationError, MappingError
from fraudmatch.files.tables import Say, links_by_ref, plain_text
from fraudmatch.linkage import LinkedFile, Model, link_file
from fraudmatch.linkage.commonplace import measured
from fraudmatch.linkage.size import link_sized

_UNITS = {"MB": 10**6, "GB": 10**9, "MIB": 2**20, "GIB": 2**30}

#: The interpreter, its libraries and one batch of rows take about this much.
LEAST_MEMORY = 500 * 10**6


def memory_of(text: str) -> int:
    """Bytes of "2GB", "800MB" or "1.5 GiB".

    Raises:
        ConfigurationError: it is no such text, or less than linking needs.
    """
    found = re.fullmatch(r"(\d+(?:\.\d+)?) *(MB|GB|MIB|GIB)", text.strip().upper())
    if not found:
        raise ConfigurationError(f"{text!r} is no amount of memory.", remedy="Write it like 2GB or 800MB.")
    memory = int(float(found[1]) * _UNITS[found[2]])
    if memory < LEAST_MEMORY:
        raise ConfigurationError(
            f"{text} is too little memory to link in.", remedy=f"Allow at least {LEAST_MEMORY // 10**6}MB."
        )
    return memory


def link_within(
    path: Path, model: Model, folder: Path, *, memory: int, ref: str | None = None, scratch: Path | None = None,
    threads: int | None = None, budget: int | None = None, say: Say = lambda _: None,
) -> dict[str, Any]:  # fmt: skip
    """Link a Parquet file that holds the model's columns, within a limit of memory; give the summary.

    Writes links.parquet, clusters.parquet and summary.json as `link.write_linked` does. The
    records are not copied, so `fraudmatch explain` cannot speak about this folder.

    Args:
        ref: the column that names a row; None = its number from 1.
        scratch: folder for temporary files.

    Raises:
        MappingError: it is no Parquet file, or has no column `ref`.
        ModelError: it lacks a column of the model.
        BudgetError: too many candidate pairs.
    """
    try:
        columns = pq.read_schema(path).names
    except (pa.ArrowException, OSError) as error:
        raise MappingError(
            f"{path} is no Parquet file.", remedy="Only Parquet files are linked within a limit of memory."
        ) from error
    if ref and ref not in columns:
        raise MappingError(f"{path} has no column {ref}.", remedy=f"It has {', '.join(columns)}.")
    fitted = measured(model, lambda name: plain_text(pq.read_table(path, columns=[name])[name]))
    linked = link_sized(
        lambda one: link_file(
            path, one, memory=memory, scratch=scratch, clean=plain_text, threads=threads, budget=budget, progress=say
        ),
        fitted, pq.read_metadata(path).num_rows, say=say,
    )  # fmt: skip
    return _written(linked, _refs(path, ref), model, path.name, folder)


def _refs(path: Path, ref: str | None) -> pa.Array:
    if ref is None:
        return pa.array(np.arange(1, pq.read_metadata(path).num_rows + 1)).cast(pa.string())
    column = pq.read_table(path, columns=[ref])[ref].cast(pa.string()).combine_chunks()
    return column if isinstance(column, pa.Array) else pa.concat_arrays(column.chunks)


def _written(linked: LinkedFile, refs: pa.Array, model: Model, name: str, folder: Path) -> dict[str, Any]:
    folder.mkdir(parents=True, exist_ok=True)
    pq.write_table(links_by_ref(linked.links, refs), folder / "links.parquet")
    ones = {
        "file": pa.repeat(pa.scalar("left"), len(refs)),
        "party": pa.repeat(pa.scalar(1, pa.int8()), len(refs)),
    }
    pq.write_table(
        pa.table({"source_ref": refs, **ones, "cluster_id": pa.array(linked.groups)}),
        folder / "clusters.parquet",
    )
    summary: dict[str, Any] = {
        "model": model.id, "files": [{"file": name}], "rejects": 0, "records": len(refs),
        "possible_pairs": len(refs) * (len(refs) - 1) // 2, "candidate_pairs": linked.compared,
        "links": linked.links.num_rows, "clusters": len(np.unique(linked.groups)), "two_files": False,
        "one_to_one": False, "decided": 0, "decisions_left_out": 0, "ties": 0,
        "ranges": linked.ranges, "passes": [asdict(one) for one in linked.plan],
    }  # fmt: skip
    (folder / "summary.json").write_text(
        json.dumps(summary, indent=2, sort_keys=True) + "\n", encoding="utf-8"
    )
    return summary
