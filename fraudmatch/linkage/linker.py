"""One model over one table: plan, screen, compare, weigh, group."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from fraudmatch.errors import ModelError
from fraudmatch.linkage import block
from fraudmatch.linkage.compare import MISSING, levels_of, weigh
from fraudmatch.linkage.encode import Encoder, Packed, pack
from fraudmatch.linkage.group import group
from fraudmatch.linkage.model import MILLI, Model, probability
from fraudmatch.linkage.screen import screen
from fraudmatch.linkage.tables import Tables, compile_model
from fraudmatch.schemas import conform, links_schema

Ids = npt.NDArray[np.integer]


@dataclass
class Linker:
    """A model made ready for one table of records.

    Attributes:
        model: the model.
        packed: the rows pairs are judged on.
        tables: the model as arrays.
        apart: int32 [n]; records with the same number (not -1) are known to differ.
    """

    model: Model
    packed: Packed
    tables: Tables
    encoder: Encoder
    apart: npt.NDArray[np.int32]

    def levels_and_weights(self, left: Ids, right: Ids) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.int32]]:
        """Levels int8 and weights int32 (thousandths), both [pairs, comparisons], of any pairs."""
        levels = levels_of(self.packed, self.model, left, right)
        return levels, weigh(levels, self.packed, self.model, self.tables, left)

    def levels_and_totals(self, left: Ids, right: Ids) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.int32]]:
        """Levels as above, and match weights int32 [pairs], prior included, thousandths of a bit."""
        levels, weights = self.levels_and_weights(left, right)
        return levels, np.asarray(weights.sum(1) + self.model.prior_milli, np.int32)

    def totals(self, left: Ids, right: Ids) -> npt.NDArray[np.int32]:
        """Match weights alone."""
        return self.levels_and_totals(left, right)[1]


@dataclass(frozen=True)
class Linked:
    """What linking one table gave.

    Attributes:
        links: LINKS; ids are row numbers of the table.
        groups: uint32 [n]; the smallest row of each row's group.
        plan: what each blocking pass proposed and left out.
        compared: distinct candidate pairs that were looked at.
        kept: pairs that survived the screen.
        seconds: wall time by step; for people, never part of an output.
        linker: judges further pairs.
        keys: int64 [n, passes]; blocking keys, -1 = none.
    """

    links: pa.Table
    groups: npt.NDArray[np.uint32]
    plan: list[block.PassPlan]
    compared: int
    kept: int
    seconds: dict[str, float]
    linker: Linker
    keys: npt.NDArray[np.int64] = field(repr=False)


def prepare(records: pa.Table, model: Model, apart: npt.NDArray[np.int32] | None = None) -> Linker:
    """A linker for `records`.

    Raises:
        ModelError: the table lacks a column the model reads.
    """
    missing = [column for column in model.base_columns if column not in records.column_names]
    if missing:
        raise ModelError(
            f"Model {model.id} reads columns the records do not have: {', '.join(missing)}.",
            remedy="Use another model, or map the columns.",
        )
    encoder = Encoder(records)
    packed = pack(encoder, model)
    tables = compile_model(model)
    if apart is None:
        apart = np.full(len(encoder), -1, np.int32)
    return Linker(model, packed, tables, encoder, apart)


def link(
    records: pa.Table,
    model: Model,
    *,
    apart: npt.NDArray[np.int32] | None = None,
    side: npt.NDArray[np.int8] | None = None,
    threads: int | None = None,
    budget: int | None = None,
    progress: Callable[[str], None] | None = None,
) -> Linked:
    """Link the records of one table with each other, or its two sides across.

    Equal to scoring every candidate pair in full: the screen only drops pairs that cannot
    reach the threshold. Links are ordered by (left_id, right_id); the result does not depend
    on row order of equal content, nor on threads.

    Args:
        records: any table with the columns the model reads; null = not known.
        model: how to block, compare and weigh.
        apart: records with the same number (not -1) are known to be different entities.
        side: int8 0 or 1 per record, to link only across; None = all with all.
        threads: at most this many.
        budget: most candidate pairs before a BudgetError.
        progress: told what is being done; details begin with a blank.

    Raises:
        ModelError: a column is missing.
        BudgetError: too many candidate pairs.
    """
    say = progress or (lambda _: None)
    clock = _Clock()
    linker = prepare(records, model, apart)
    clock.lap("encode")
    keys, plans = block.plan(linker.encoder, model, side, budget)
    clock.lap("block")
    found: list[tuple[npt.NDArray[np.int64], npt.NDArray[np.int8], npt.NDArray[np.int32]]] = []
    compared = kept = 0
    for number, planned in enumerate(plans):
        say(f"  {model.id}: pass {number + 1} of {len(plans)}, {planned.pairs:,} pairs by {planned.key}")
        blocks = block.group(keys[:, number], side)
        clock.lap("sort")
        chunks = screen(blocks, linker.packed, linker.tables, keys, number, linker.apart, threads)
        for left, right, looked in chunks:
            compared += looked
            kept += len(left)
            clock.lap("screen")
            if len(left):
                found.append(_judged(linker, left, right))
            clock.lap("compare")
    pairs, levels, total = _sorted(found, len(model.comparison))
    links = links_table(model, pairs[:, 0], pairs[:, 1], levels, total)
    clock.lap("weigh")
    groups = group(
        len(linker.encoder),
        pairs[:, 0],
        pairs[:, 1],
        total,
        linker.totals,
        linker.apart,
        model.threshold_milli,
    )
    clock.lap("group")
    return Linked(links, groups, plans, compared, kept, clock.seconds, linker, keys)


def _judged(
    linker: Linker, left: npt.NDArray[np.int64], right: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int8], npt.NDArray[np.int32]]:
    """The survivors of a screened chunk that are links, smaller row first."""
    low, high = np.minimum(left, right), np.maximum(left, right)
    levels, total = linker.levels_and_totals(low, high)
    linked = total >= linker.model.threshold_milli
    return np.stack([low[linked], high[linked]], 1), levels[linked], total[linked]


def _sorted(
    found: list[tuple[npt.NDArray[np.int64], npt.NDArray[np.int8], npt.NDArray[np.int32]]], comparisons: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int8], npt.NDArray[np.int32]]:
    if not found:
        return np.zeros((0, 2), np.int64), np.zeros((0, comparisons), np.int8), np.zeros(0, np.int32)
    pairs, levels, total = (np.concatenate([part[k] for part in found]) for k in range(3))
    order = np.lexsort((pairs[:, 1], pairs[:, 0]))
    return pairs[order], levels[order], total[order]


def links_table(
    model: Model, left: Ids, right: Ids, levels: npt.NDArray[np.int8], total: npt.NDArray[np.int32]
) -> pa.Table:
    """LINKS of pairs in their order, from their levels and match weights (thousandths)."""
    bits = total / MILLI
    columns: dict[str, pa.Array] = {
        "left_id": pa.array(np.asarray(left, np.uint32)),
        "right_id": pa.array(np.asarray(right, np.uint32)),
        "model": pa.repeat(model.id, len(total)),
        "relation": pa.repeat(model.relation, len(total)),
        "match_weight": pa.array(bits.astype(np.float32)),
        "match_probability": pa.array(probability(bits).astype(np.float32)),
    }
    for position, name in enumerate(model.names):
        column = levels[:, position]
        columns[f"{name}_level"] = pa.array(column, mask=column == MISSING)
    return conform(pa.table(columns), links_schema(model.names), what=f"LINKS of {model.id}")


@dataclass
class _Clock:
    """Wall seconds by step, for the summary people read."""

    seconds: dict[str, float] = field(default_factory=dict)
    _last: float = field(default_factory=time.perf_counter)

    def lap(self, step: str) -> None:
        now = time.perf_counter()
        self.seconds[step] = self.seconds.get(step, 0.0) + now - self._last
        self._last = now
