"""The linkage core on any one or two files: extract → normalise → link, without rules.

Used by `fraudmatch link`. The files need a mapping like any partner's; `dataset = "person"` or
`"organisation"` serves a file that is no council data set. A Parquet file that already holds the
columns of the model needs none and is linked as it is.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from fraudmatch.errors import MappingError, Problem, RunError
from fraudmatch.extract import ExtractedFile, extract_file, load_mapping
from fraudmatch.files.decisions import (
    Decisions,
    assigned,
    count_ties,
    no_decisions,
    no_ties,
    read_decisions,
    tied_refs,
    without_parted,
)
from fraudmatch.files.folder import keep
from fraudmatch.files.tables import (
    SIDES,
    Readied,
    Say,
    as_they_are,
    link_ready,
    links_by_ref,
    model_table,
    side_of,
)
from fraudmatch.linkage import Linked, Model
from fraudmatch.linkage.subjects import known_apart
from fraudmatch.normalise import normalise
from fraudmatch.schemas import is_fatal, sort_rejects

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
        readied: the records as the model read them.
        decisions: what a person had decided.
        ties: TIES; links that compete on equal terms in the best assignment.
        single: whether each record has one link at most.
    """

    records: pa.Table
    linked: Linked
    deliveries: pa.Table
    rejects: pa.Table
    two: bool
    readied: Readied
    decisions: Decisions
    ties: pa.Table
    single: bool


def link_files(
    paths: list[Path], mappings: list[Path], model: Model, *, threads: int | None = None,
    budget: int | None = None, ref: str | None = None, decided: Path | None = None, single: bool = False,
    say: Say = lambda _: None,
) -> LinkedFiles:  # fmt: skip
    """Link one file with itself, or two with each other.

    Args:
        paths: one or two files.
        mappings: one for each, or one for both; none for Parquet files that hold the model's columns.
        model: a person, property or organisation model; any model for files linked as they are.
        budget: most candidate pairs before a BudgetError.
        ref: for files linked as they are, the column that names a row; None = its number from 1.
        decided: a CSV file of decided pairs (`decisions.read_decisions`).
        single: two files hold every entity once: each record has one link at most.

    Raises:
        MappingError: a mapping is wrong or does not fit.
        ConfigurationError: decided pairs do not fit the files, or one file is linked one to one.
        RunError: a file was refused; the message says why.
        BudgetError: too many candidate pairs.
    """
    ready = ready_files(paths, mappings, model, threads=threads, ref=ref, say=say)
    decisions = read_decisions(decided, ready) if decided else no_decisions()
    linked = link_ready(
        ready, model, threads=threads, budget=budget, together=decisions.together, parted=decisions.parted, say=say
    )  # fmt: skip
    linked, ties = without_parted(linked, decisions), no_ties()
    if single:
        linked, ties = assigned(linked, ready, decisions)
    return LinkedFiles(
        ready.records,
        linked,
        ready.deliveries,
        ready.rejects,
        len(paths) == 2,
        ready,
        decisions,
        ties,
        single,
    )


def ready_files(
    paths: list[Path], mappings: list[Path], model: Model, *, threads: int | None = None,
    ref: str | None = None, say: Say = lambda _: None,
) -> Readied:  # fmt: skip
    """Read files as `link_files` does, up to what the model reads; nothing is linked by it yet.

    Raises:
        MappingError, RunError: as `link_files`.
    """
    if not mappings:
        say("read")
        return as_they_are([_parquet(path) for path in paths], model, ref=ref, names=[p.name for p in paths])
    mappings = mappings * len(paths) if len(mappings) == 1 else mappings
    say("extract")
    made = [
        _extracted(partner, path, mapping)
        for partner, path, mapping in zip(SIDES, paths, mappings, strict=False)
    ]
    return ready_extracted(made, model, threads=threads, say=say)


def _parquet(path: Path) -> pa.Table:
    try:
        return pq.read_table(path)
    except (pa.ArrowException, OSError) as error:
        raise MappingError(
            f"{path} is no Parquet file, so it needs a mapping.",
            remedy=f"Draft one with: fraudmatch mapping draft {path}",
        ) from error


def _extracted(partner: str, path: Path, mapping_path: Path) -> ExtractedFile:
    mapping = load_mapping(mapping_path)
    if mapping.council is not None:
        raise MappingError(
            f"{mapping_path} tells councils apart, which `link` has no use for.",
            problems=[Problem(mapping_path.name, "council", "Remove this table.")],
        )
    return extract_file(path, mapping, partner=partner, partner_ids=[partner])


def ready_extracted(
    made: Sequence[ExtractedFile], model: Model, *, threads: int | None = None, say: Say = lambda _: None
) -> Readied:
    """Normalise what was extracted from one or two files (partner "left", then "right").

    Raises:
        RunError: a file was refused.
    """
    received: dict[str, list[pa.Table]] = {}
    for one in made:
        received.setdefault(str(one.dataset), []).append(one.received)
    delivered = pa.concat_tables([one.delivery for one in made])
    rejects = pa.concat_tables([one.rejects for one in made])
    _refuse_refused(delivered, rejects)
    say("normalise")
    tables = {dataset: pa.concat_tables(parts) for dataset, parts in received.items()}
    normalised = normalise(tables, delivered, as_at=_ANY_DAY)
    records = normalised.records
    return Readied(
        records=records,
        table=model_table(records, model, threads=threads, say=say),
        apart=known_apart(records),
        side=side_of(records) if len(made) == 2 else None,
        deliveries=delivered,
        rejects=sort_rejects(pa.concat_tables([rejects, normalised.rejects])),
    )


def _refuse_refused(deliveries: pa.Table, rejects: pa.Table) -> None:
    refused = deliveries.filter(pc.not_equal(deliveries["state"], "loaded"))
    if refused.num_rows:
        fatal = rejects.filter(pc.and_(is_fatal(rejects), pc.is_null(rejects["source_row"])))
        problems = [
            Problem(row["file"], row["column"] or "", f"{row['reason']} {row['detail'] or ''}".strip())
            for row in fatal.to_pylist()
        ]
        raise RunError(
            "A file could not be read by its mapping.",
            problems=problems,
            remedy="Correct the mapping or the file.",
        )


# ---------------------------------------------------------------------------------------
# Writing and measuring
# ---------------------------------------------------------------------------------------


def write_linked(made: LinkedFiles, folder: Path) -> dict[str, Any]:
    """Write links, clusters, blocking keys, records and a summary; give the summary.

    links.parquet      left_ref, right_ref, match_weight, match_probability, levels; left_id and
                       right_id are rows of the records
    clusters.parquet   source_ref, file (left | right), party, cluster_id
    blocking.parquet   source_ref, file, party and one key per blocking pass (-1 = none)
    rejects.parquet    what was wrong with the files
    decided.parquet    decided pairs that held: left_id, right_id, same
    ties.parquet       links that compete on equal terms, where each record has one at most
    records.parquet    the records as they were linked
    model.toml         the model, so that `fraudmatch explain` can judge any pair again
    summary.json       what this function returns
    """
    folder.mkdir(parents=True, exist_ok=True)
    refs = made.records["source_ref"].combine_chunks()
    pq.write_table(links_by_ref(made.linked.links, refs), folder / "links.parquet")
    who = made.records.select(["source_ref", "partner", "party"]).rename_columns(
        ["source_ref", "file", "party"]
    )
    pq.write_table(who.append_column("cluster_id", pa.array(made.linked.groups)), folder / "clusters.parquet")
    keys = who
    for number in range(made.linked.keys.shape[1]):
        keys = keys.append_column(f"key_{number + 1}", pa.array(made.linked.keys[:, number]))
    pq.write_table(keys, folder / "blocking.parquet")
    pq.write_table(made.rejects, folder / "rejects.parquet")
    pairs = sorted(made.decisions.as_dict().items())
    kept = {"left_id": [a for (a, _), _ in pairs], "right_id": [b for (_, b), _ in pairs]}
    held = pa.table({**{name: pa.array(rows, pa.uint32()) for name, rows in kept.items()},
                     "same": pa.array([same for _, same in pairs], pa.bool_())})  # fmt: skip
    pq.write_table(held, folder / "decided.parquet")
    pq.write_table(tied_refs(made.ties, made.records), folder / "ties.parquet")
    keep(folder, made.linked)
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
        "prior": made.linked.linker.model.prior,
        "files": made.deliveries.drop_columns(["delivery"]).to_pylist(),
        "rejects": made.rejects.num_rows,
        "records": made.records.num_rows,
        "possible_pairs": lefts * rights if made.two else lefts * (lefts - 1) // 2,
        "candidate_pairs": made.linked.compared,
        "links": made.linked.links.num_rows,
        "clusters": len(np.unique(made.linked.groups)),
        "two_files": made.two,
        "one_to_one": made.single,
        "decided": len(made.decisions.as_dict()),
        "decisions_left_out": made.decisions.dropped.num_rows,
        "ties": count_ties(made.ties),
        "passes": [asdict(one) for one in made.linked.plan],
    }
