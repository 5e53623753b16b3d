"""The errors of a linking, worst first: links that are not true, and true pairs that are no links."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from fraudmatch.evaluation.judged import Judged
from fraudmatch.linkage.compare import MISSING
from fraudmatch.linkage.model import Model, probability
from fraudmatch.report.clean import clean, guard

#: What can be wrong with a pair.
FALSE_LINK, NO_LINK, NEVER_COMPARED = "false link", "missed: compared, no link", "missed: never compared"
KINDS = (FALSE_LINK, NO_LINK, NEVER_COMPARED)


@dataclass(frozen=True)
class Wrong:
    """A pair that is wrongly linked or wrongly not.

    Attributes:
        kind: `FALSE_LINK`, `NO_LINK` or `NEVER_COMPARED`.
        left_ref / right_ref: references. weight: bits. levels: comparison -> level in words.
        explain: the command that lays both records side by side.
    """

    kind: str
    left_ref: str
    right_ref: str
    weight: float
    probability: float
    levels: dict[str, str]
    explain: str


def wrong_pairs(judged: Judged, kind: str, most: int | None = None) -> list[Wrong]:
    """Errors of one kind, worst first.

    Of false links the heaviest are the worst: the model is surest. Of misses that were compared
    the lightest. Of misses never compared the heaviest: one pass more would have linked them.
    """
    linked = judged.linked
    chosen = {
        FALSE_LINK: linked & ~judged.true,
        NO_LINK: judged.met & ~linked & judged.true,
        NEVER_COMPARED: ~judged.met & judged.true,
    }[kind]
    rows = np.flatnonzero(chosen)
    sign = 1 if kind == NO_LINK else -1
    rows = rows[np.lexsort((judged.right[rows], judged.left[rows], sign * judged.weight[rows]))][:most]
    levels = judged.linker.levels_and_weights(judged.left[rows], judged.right[rows])[0]
    return [_wrong(judged, kind, row, levels[k]) for k, row in enumerate(rows.tolist())]


def _wrong(judged: Judged, kind: str, row: int, levels: npt.NDArray[np.int8]) -> Wrong:
    linking, weight = judged.linking, float(judged.weight[row])
    left, right = int(judged.left[row]), int(judged.right[row])
    return Wrong(
        kind, linking.names[left], linking.names[right], weight, float(probability(weight)),
        level_words(judged.model, levels), linking.explain(linking.called[left], linking.called[right]),
    )  # fmt: skip


def level_words(model: Model, levels: npt.NDArray[np.int8]) -> dict[str, str]:
    """Comparison -> the level a pair reaches in words; comparisons with a missing value left out."""
    return {
        comparison.name: comparison.levels[level].name
        for comparison, level in zip(model.comparison, levels.tolist(), strict=True)
        if level != MISSING
    }


def errors_table(judged: Judged) -> pa.Table:
    """All errors: kind, references, weight, probability and one column of level words per comparison."""
    rows = [one for kind in KINDS for one in wrong_pairs(judged, kind)]
    plain: dict[str, Any] = {
        "error": [one.kind for one in rows],
        "left_ref": [one.left_ref for one in rows],
        "right_ref": [one.right_ref for one in rows],
        "match_weight": pa.array([round(one.weight, 3) for one in rows], pa.float64()),
        "match_probability": pa.array([round(one.probability, 6) for one in rows], pa.float64()),
    }
    levels = {f"{name}_level": [one.levels.get(name) for one in rows] for name in judged.model.names}
    return pa.table({name: pa.array(column, None if name.startswith("match") else pa.string())
                     for name, column in (plain | levels).items()})  # fmt: skip


def write_errors(path: Path, judged: Judged) -> None:
    """All errors as CSV: references, weights and levels, and no values of records."""
    table = errors_table(judged)
    columns = [
        column.to_pylist()
        if name.startswith("match")
        else ["" if v is None else v for v in guard(clean(column)).to_pylist()]
        for name, column in zip(table.column_names, table.columns, strict=True)
    ]
    with path.open("w", encoding="utf-8-sig", newline="") as lines:
        rows = csv.writer(lines)
        rows.writerow(table.column_names)
        rows.writerows(zip(*columns, strict=True))
