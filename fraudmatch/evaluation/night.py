"""A finished night as something to measure: each relation a linking, with the answer key as its truth."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch.evaluation.answer_key import KEY_OF, KEYS, entities
from fraudmatch.evaluation.judged import Judged, judge
from fraudmatch.evaluation.linking import Linking, Say
from fraudmatch.evaluation.truth import truth_of_entities
from fraudmatch.kept import Kept
from fraudmatch.linkage.size import sized
from fraudmatch.linkage.subjects import subjects_of
from fraudmatch.pairs.in_night import model_of_night

Ids = npt.NDArray[np.int64]


@dataclass(frozen=True)
class NightLinking:
    """One relation of a night.

    Attributes:
        linking: its rows are records that name a person, or distinct addresses or organisations, called
            by their first record.
        rows_of: int64 [records]; the row of each record, -1 = takes no part.
    """

    linking: Linking
    rows_of: Ids


def linking_of_night(kept: Kept, relation: str, where: Path, run_id: str | None = None) -> NightLinking:
    """What a model of the night read and made.

    Args:
        kept: the night read back. relation: person | property | organisation.
        where: the folder of the site. run_id: the run, if it was named.

    Raises:
        GateError: the night used another model.
    """
    records = kept.prepared.records
    model = model_of_night(kept, relation)
    judged = subjects_of(records, kept.prepared.details, kept.groups, relation)
    rows = judged.table.num_rows
    names = _names(records, judged.first)
    steps = {step["model"]: step["links"] for step in kept.run.manifest.get("linkage", [])}
    options = ("--relation", relation) if relation != "person" else ()
    linking = Linking(
        records=judged.table,
        model=sized(model, rows),
        names=names,
        called=names,
        identity=names,
        unit=np.arange(rows, dtype=np.int64),
        apart=judged.apart,
        side=None,
        written=None,
        where=str(where),
        options=(*options, *(("--run", run_id) if run_id else ())),
        links=steps.get(model.id),
        unseen=_unseen(kept, judged.rows_of, rows),
    )
    return NightLinking(linking, judged.rows_of)


def _unseen(kept: Kept, rows_of: Ids, rows: int) -> npt.NDArray[np.bool_] | None:
    """Rows that rest on a restricted record; None where no record is restricted."""
    if not kept.restricted.any():
        return None
    unseen = np.zeros(rows, np.bool_)
    at = rows_of[kept.restricted]
    unseen[at[at >= 0]] = True
    return unseen


def _names(records: pa.Table, rows: Ids) -> list[str]:
    """partner:data set:reference, with #2 for the second party of a joint row."""
    taken = records.select(["partner", "dataset", "source_ref", "party"]).take(pa.array(rows))
    names = pc.binary_join_element_wise(taken["partner"], taken["dataset"], taken["source_ref"], ":")
    second = pc.if_else(pc.equal(taken["party"], 2), "#2", "")
    named: list[str] = pc.binary_join_element_wise(names, second, "").to_pylist()
    return named


def judge_night(
    kept: Kept, key: Path, where: Path, run_id: str | None = None, floor: float | None = None, *,
    threads: int | None = None, say: Say | None = None,
) -> dict[str, Judged]:  # fmt: skip
    """Relation -> its pairs against the answer key, for every relation the key knows.

    Args:
        key: folder of the answer key. The rest as for `linking_of_night` and `judge`.
    """
    made = {}
    for relation, table in KEY_OF.items():
        path = key / f"{table}.parquet"
        if path.is_file():
            if say:
                say(f"compare · {relation}")
            night = linking_of_night(kept, relation, where, run_id)
            entity = entities(kept, path, KEYS[table][0])
            truth = truth_of_entities(night.linking, entity, night.rows_of)
            made[relation] = judge(night.linking, truth, floor, threads=threads, say=say)
    return made
