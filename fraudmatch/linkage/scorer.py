"""Judging given pairs of record ids in full: weights for rules, evidence for people."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from fraudmatch.linkage.compare import MISSING
from fraudmatch.linkage.found import links_table
from fraudmatch.linkage.linker import Linker
from fraudmatch.linkage.model import MILLI, Comparison, Model
from fraudmatch.schemas import EVIDENCE, conform

Ids = npt.NDArray[np.uint32]


@dataclass(frozen=True)
class Scorer:
    """A model ready to judge any pairs of record ids.

    A record the model does not know (an organisation, to the person model) gives no evidence:
    such a pair weighs the prior and all its levels are null.

    Attributes:
        linker: the model over its own rows.
        rows_of: int64 [records]; the linker's row of each record, -1 = none.
    """

    linker: Linker
    rows_of: npt.NDArray[np.int64]

    def __call__(self, left_ids: Ids, right_ids: Ids) -> pa.Table:
        """LINKS of exactly these pairs, in this order, whatever they weigh."""
        left, right, known = self._rows(left_ids, right_ids)
        model = self.linker.model
        levels = np.full((len(left), len(model.comparison)), MISSING, np.int8)
        total = np.full(len(left), model.prior_milli, np.int32)
        levels[known], total[known] = self.linker.levels_and_totals(left[known], right[known])
        return links_table(model, left_ids, right_ids, levels, total)

    def evidence(self, flag_keys: list[str], left_ids: Ids, right_ids: Ids) -> pa.Table:
        """EVIDENCE: what the model saw in each pair; pairs it cannot judge have no rows."""
        model = self.linker.model
        left, right, known = self._rows(left_ids, right_ids)
        levels, weights = self.linker.levels_and_weights(left[known], right[known])
        keys = np.array(flag_keys, dtype=object)[known]
        parts = [
            _evidence_of(model, position, keys, levels[:, position], weights[:, position])
            for position in range(len(model.comparison))
        ]
        table = pa.concat_tables([conform(part, EVIDENCE, what="EVIDENCE") for part in parts])
        return table.sort_by([("flag_key", "ascending"), ("model", "ascending"), ("position", "ascending")])

    def _rows(self, left_ids: Ids, right_ids: Ids) -> tuple[npt.NDArray[np.int64], ...]:
        left, right = self.rows_of[left_ids.astype(np.int64)], self.rows_of[right_ids.astype(np.int64)]
        return left, right, np.flatnonzero((left >= 0) & (right >= 0))


def _evidence_of(
    model: Model,
    position: int,
    keys: npt.NDArray[np.object_],
    level: npt.NDArray[np.int8],
    weight: npt.NDArray[np.int32],
) -> pa.Table:
    """The rows of one comparison; a crosswise comparison that found nothing has nothing to tell."""
    comparison = model.comparison[position]
    names = np.array([one.name for one in comparison.levels] + ["missing"], dtype=object)
    words = np.array(
        [agreement(comparison, k) for k in range(len(comparison.levels))] + ["missing"], dtype=object
    )
    telling = np.ones(len(level), np.bool_)
    if is_crosswise(comparison):
        telling = (level != MISSING) & (level < len(comparison.levels) - 1)
    at = np.where(level == MISSING, len(comparison.levels), level)[telling]
    n = int(telling.sum())
    return pa.table(
        {
            "flag_key": pa.array(keys[telling].tolist(), pa.string()),
            "model": pa.array([model.id] * n, pa.string()),
            "position": pa.array([position] * n, pa.int16()),
            "comparison": pa.array([comparison.name] * n, pa.string()),
            "level": pa.array(names[at].tolist(), pa.string()),
            "agreement": pa.array(words[at].tolist(), pa.string()),
            "weight": pa.array((weight[telling] / MILLI).astype(np.float32)),
        }
    )


def is_crosswise(comparison: Comparison) -> bool:
    """Whether it compares one field with another, so that no agreement means nothing."""
    return comparison.levels[0].test in ("both", "either")


def agreement(comparison: Comparison, level: int) -> str:
    """The word for a level: agrees (the first), differs (the last), close (between)."""
    if level == 0:
        return "agrees"
    return "differs" if level == len(comparison.levels) - 1 else "close"
