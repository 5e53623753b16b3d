"""The linkage core on any one or two files: extract → normalise → link, without rules.

Used by `fraudmatch link`. The files need a mapping like any partner's; `dataset = "person"` or
`"organisation"` serves a file that is no council data set.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from fraudmatch.errors import MappingError, Problem, RunError
from fraudmatch.extract import extract_file, load_mapping
from fraudmatch.linkage import Linked, Model, link
from fraudmatch.linkage.night import forename_root_column, known_apart, link_properties
from fraudmatch.normalise import forename_roots, normalise
from fraudmatch.schemas import sort_rejects

#: Date against which plausibility of dates is judged when none is given: none is in the future.
_ANY_DAY = dt.date(9999, 12, 31)


@dataclass(frozen=True)
class LinkedFiles:
    """What linking files gave.

    Attributes:
        records: RECORDS; partner is "left" or "right".
        linked: the linking; ids are rows of `records`.
        deliveries / rejects: what was received and what was wrong with it.
        two: whether two files were linked with each other (else one with itself).
    """

    records: pa.Table
    linked: Linked
    deliveries: pa.Table
    rejects: pa.Table
    two: bool


def link_files(
    paths: list[Path], mappings: list[Path], model: Model, *, threads: int | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> LinkedFiles:  # fmt: skip
    """Link one file with itself, or two with each other.

    Args:
        paths: one or two files. mappings: one for each, or one for both.
        model: a person, property or organisation model.

    Raises:
        MappingError: a mapping is wrong or does not fit.
        RunError: a file was refused; the message says why.
    """
    mappings = mappings * len(paths) if len(mappings) == 1 else mappings
    say("extract")
    received: dict[str, list[pa.Table]] = {}
    deliveries, rejects = [], []
    for partner, path, mapping_path in zip(("left", "right"), paths, mappings, strict=False):
        mapping = load_mapping(mapping_path)
        if mapping.council is not None:
            raise MappingError(
                f"{mapping_path} tells councils apart, which `link` has no use for.",
                problems=[Problem(mapping_path.name, "council", "Remove this table.")],
            )
        made = extract_file(path, mapping, partner=partner, partner_ids=[partner])
        received.setdefault(mapping.dataset, []).append(made.received)
        deliveries.append(made.delivery)
        rejects.append(made.rejects)
    delivered = pa.concat_tables(deliveries)
    _refuse_refused(delivered, pa.concat_tables(rejects))
    say("normalise")
    tables = {dataset: pa.concat_tables(parts) for dataset, parts in received.items()}
    normalised = normalise(tables, delivered, as_at=_ANY_DAY)
    two = len(paths) == 2
    linked = link_records(normalised.records, model, two=two, threads=threads, say=say)
    faults = sort_rejects(pa.concat_tables([*rejects, normalised.rejects]))
    return LinkedFiles(normalised.records, linked, delivered, faults, two)


def _refuse_refused(deliveries: pa.Table, rejects: pa.Table) -> None:
    refused = deliveries.filter(pc.not_equal(deliveries["state"], "loaded"))
    if refused.num_rows:
        fatal = rejects.filter(pc.and_(rejects["fatal"], pc.is_null(rejects["source_row"])))
        problems = [
            Problem(row["file"], row["column"] or "", f"{row['reason']} {row['detail'] or ''}".strip())
            for row in fatal.to_pylist()
        ]
        raise RunError(
            "A file could not be read by its mapping.",
            problems=problems,
            remedy="Correct the mapping or the file.",
        )


def link_records(
    records: pa.Table,
    model: Model,
    *,
    two: bool,
    threads: int | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> Linked:
    """Link RECORDS of one or two files by a model; the person model learns the properties first."""
    side = (
        (pc.equal(records["partner"], "right").to_numpy(zero_copy_only=False).astype(np.int8))
        if two
        else None
    )
    table = records
    if "property_id" in model.base_columns:
        say("link: properties")
        table = table.append_column("property_id", link_properties(records, threads=threads))
    if "forename_root" in model.base_columns:
        table = table.append_column(
            "forename_root", forename_root_column(records["forename"], forename_roots())
        )
    say(f"link: {model.id}")
    return link(table, model, apart=known_apart(records), side=side, threads=threads, progress=say)


# ---------------------------------------------------------------------------------------
# Writing and measuring
# ---------------------------------------------------------------------------------------


def write_linked(made: LinkedFiles, folder: Path) -> dict[str, Any]:
    """Write links, clusters, blocking keys and a summary; give the summary.

    links.parquet      left_ref, right_ref, match_weight, match_probability, levels
    clusters.parquet   source_ref, file (left | right), party, cluster_id
    blocking.parquet   source_ref, file, party and one key per blocking pass (-1 = none)
    rejects.parquet    what was wrong with the files
    summary.json       what this function returns
    """
    folder.mkdir(parents=True, exist_ok=True)
    refs, links = made.records["source_ref"].combine_chunks(), made.linked.links
    left, right = links["left_id"].combine_chunks(), links["right_id"].combine_chunks()
    table = links.drop_columns(["left_id", "right_id", "model", "relation"])
    table = table.add_column(0, "right_ref", refs.take(right)).add_column(0, "left_ref", refs.take(left))
    pq.write_table(table, folder / "links.parquet")
    who = made.records.select(["source_ref", "partner", "party"]).rename_columns(
        ["source_ref", "file", "party"]
    )
    pq.write_table(who.append_column("cluster_id", pa.array(made.linked.groups)), folder / "clusters.parquet")
    keys = who
    for number in range(made.linked.keys.shape[1]):
        keys = keys.append_column(f"key_{number + 1}", pa.array(made.linked.keys[:, number]))
    pq.write_table(keys, folder / "blocking.parquet")
    pq.write_table(made.rejects, folder / "rejects.parquet")
    summary = summary_of(made)
    (folder / "summary.json").write_text(
        json.dumps(summary, indent=2, sort_keys=True) + "\n", encoding="utf-8"
    )
    return summary


def summary_of(made: LinkedFiles) -> dict[str, Any]:
    """Counts of a linking, for JSON."""
    lefts = pc.sum(pc.equal(made.records["partner"], "left")).as_py() or 0
    rights = made.records.num_rows - lefts
    return {
        "model": made.linked.linker.model.id,
        "files": made.deliveries.drop_columns(["delivery"]).to_pylist(),
        "rejects": made.rejects.num_rows,
        "records": made.records.num_rows,
        "possible_pairs": lefts * rights if made.two else lefts * (lefts - 1) // 2,
        "candidate_pairs": made.linked.compared,
        "links": made.linked.links.num_rows,
        "clusters": len(np.unique(made.linked.groups)),
        "two_files": made.two,
        "passes": [asdict(one) for one in made.linked.plan],
    }
