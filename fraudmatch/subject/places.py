"""Where else a person's rows are: faults found in them, rows that went back, raw files, earlier nights."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from fraudmatch.audit import read_manifest, run_ids
from fraudmatch.site import Site
from fraudmatch.subject.records import Origin
from fraudmatch.subject.tables import NightOnDisk, one_of


def faults_of(night: NightOnDisk, origins: Sequence[Origin]) -> list[dict[str, Any]]:
    """What was found wrong in rows the person's records came from; rows of REJECTS, which hold no value."""
    wanted = {(one.delivery, one.source_row): one.reference for one in origins}
    rows = night.rows("rejects", one_of("delivery", {key[0] for key in wanted}, pa.string())).to_pylist()
    columns = ("file", "source_row", "field", "reason", "disposition")
    return [
        {"record": wanted[row["delivery"], row["source_row"]]} | {name: row[name] for name in columns}
        for row in rows
        if (row["delivery"], row["source_row"]) in wanted
    ]


def sent_back(night: NightOnDisk, references: Collection[tuple[str, str, str]]) -> list[dict[str, Any]]:
    """Rows set aside that have one of the references in a cell; where they stand, never what is in them.

    Args:
        references: (partner, data set, reference); the data set is not looked at, a row set aside may be of any.
    """
    if not night.has("sent_back") or not references:
        return []
    known = {(partner, ref) for partner, _, ref in references}
    rows = night.rows(
        "sent_back", one_of("partner", {partner for partner, _ in known}, pa.string())
    ).to_pylist()
    return [
        {name: row[name] for name in ("partner", "slot", "file", "record")}
        for row in rows
        if any((row["partner"], cell) in known for cell in row["cells"] or ())
    ]


def raw_files(night: NightOnDisk, site: Site, origins: Sequence[Origin]) -> list[dict[str, Any]]:
    """The deliveries that records came in, by their digest, and whether the file still lies in deliveries/."""
    wanted = {one.delivery for one in origins}
    rows = night.rows("deliveries", one_of("delivery", wanted, pa.string())).to_pylist()
    return [
        {
            "partner": row["partner"], "file": row["file"], "sha256": row["delivery"], "state": row["state"],
            "records": sum(one.delivery == row["delivery"] for one in origins),
            "raw_file_is_there": (site.root / "deliveries" / row["partner"] / row["file"]).is_file(),
        }
        for row in rows
    ]  # fmt: skip


def nights_with(runs: Path, origins: Sequence[Origin]) -> list[dict[str, Any]]:
    """Published nights in which a reference of the person stands, with how many of its references."""
    where = one_of("source_ref", {one.source_ref for one in origins}, pa.string())
    known = {(one.partner, one.dataset, one.source_ref) for one in origins}
    told = []
    for run_id in run_ids(runs):
        path = runs / run_id / "tables" / "records.parquet"
        if not path.is_file():
            continue
        narrowed = where & pc.field("partner").isin(pa.array(sorted({one[0] for one in known}), pa.string()))
        rows = pq.read_table(path, columns=["partner", "dataset", "source_ref"], filters=narrowed).to_pylist()
        found = {(row["partner"], row["dataset"], row["source_ref"]) for row in rows} & known
        if found:
            manifest = read_manifest(runs / run_id) or {}
            told.append({"run": run_id, "as_at": manifest.get("as_at"), "references": len(found)})
    return told
