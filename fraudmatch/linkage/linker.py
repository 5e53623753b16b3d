"""One model over one table: plan, screen, compare, weigh, group."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from fraudmatch.errors import ModelError
from fraudmatch.linkage import block
from fraudmatch.linkage.compare import MISSING, levels_of, weigh
from fraudmatch.linkage.encode import Encoder, Ints
from fraudmatch.linkage.group import group
from fraudmatch.linkage.kernel import kernel_source, load_kernel
from fraudmatch.linkage.model import MILLI, Model, probability
from fraudmatch.linkage.rows import Packed, pack
from fraudmatch.linkage.screen import Screened, screen
from fraudmatch.linkage.tables import Tables, compile_model
from fraudmatch.schemas import conform, links_schema

Ids = npt.NDArray[np.integer]

#: Survivors of the screen are compared so many at a time.
JUDGED = 250_000


@dataclass
class Linker:
    """A model made ready for one table of records.

    Attributes:
        model: the model.
        packed: the rows pairs are judged on.
        tables: the model's weights.
        encoder: the columns as integers.
    """

    model: Model
    packed: Packed
    tables: Tables
    encoder: Encoder

    @property
    def apart(self) -> npt.NDArray[np.int32]:
        """int32 [n]; records with the same number (not -1) are known to differ."""
        apart: npt.NDArray[np.int32] = self.packed.rows["apart"]
        return apart

    def levels_and_weights(self, left: Ids, right: Ids) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.int32]]:
        """Levels int8 and weights int32 (thousandths), both [pairs, comparisons], of any pairs."""
        levels = levels_of(self.packed, self.model, left, right)
        return levels, weigh(levels, self.packed, self.tables, left)

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
    """

    links: pa.Table
    groups: npt.NDArray[np.uint32]
    plan: list[block.PassPlan]
    compared: int
    kept: int
    seconds: dict[str, float]
    linker: Linker

    @property
    def keys(self) -> npt.NDArray[np.int32]:
        """int32 [n, passes]: blocking keys, -1 = none."""
        rows = self.linker.packed.rows
        return np.stack([rows[f"key_{p}"] for p in range(len(self.linker.model.passes))], 1)


def prepare(
    records: pa.Table, model: Model, apart: npt.NDArray[np.int32] | None = None, threads: int | None = None
) -> Linker:
    """A linker for `records`; its rows have no blocking keys yet.

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
    encoder.read(model.columns, threads)
    packed = pack(encoder, model)
    if apart is not None:
        packed.rows["apart"] = apart
    return Linker(model, packed, compile_model(model), encoder)


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
    clock = Clock()
    linker = prepare(records, model, apart, threads)
    clock.lap("encode")
    keys, plans = block.plan(linker.encoder, model, side, budget)
    for number, key in enumerate(keys):
        linker.packed.rows[f"key_{number}"] = key
    clock.lap("block")
    made = _Found(linker, clock)
    for number, planned in enumerate(plans):
        say(f"  {model.id}: pass {number + 1} of {len(plans)}, {planned.pairs:,} pairs by {planned.key}")
        blocks = block.group(keys[number], side)
        clock.lap("sort")
        made.add(screened(linker, blocks, number, clock, threads))
    links, left, right, total = made.links()
    clock.lap("weigh")
    groups = group(
        len(linker.encoder), left, right, total, linker.totals, linker.apart, model.threshold_milli
    )
    clock.lap("group")
    return Linked(links, groups, plans, made.compared, made.kept, clock.seconds, linker)


def screened(
    linker: Linker, blocks: block.Blocks, earlier: int, clock: Clock, threads: int | None
) -> Iterator[Screened]:
    """The pairs of some blocks that the screen keeps."""
    kernel = load_kernel(kernel_source(linker.model))
    nothing = np.zeros(0, np.int64)
    kernel(linker.packed.rows[:0], nothing, nothing, nothing, 0, 0, 0, *[np.zeros(0, np.int32)] * 2)
    clock.lap("compile")
    return screen(blocks, linker.packed.rows, kernel, earlier, threads)


class _Found:
    """Links found so far; survivors of the screen are collected and judged many at a time."""

    def __init__(self, linker: Linker, clock: Clock) -> None:
        self.compared = self.kept = 0
        self._linker, self._clock = linker, clock
        self._parts: list[tuple[Ints, Ints, npt.NDArray[np.int8], npt.NDArray[np.int32]]] = []

    def add(self, chunks: Iterable[Screened]) -> None:
        waiting: list[tuple[Ints, Ints]] = []
        for left, right, looked in chunks:
            self.compared += looked
            self.kept += len(left)
            waiting.append((np.minimum(left, right), np.maximum(left, right)))
            if sum(len(one) for one, _ in waiting) >= JUDGED:
                self._judge(waiting)
                waiting = []
        self._judge(waiting)

    def _judge(self, waiting: list[tuple[Ints, Ints]]) -> None:
        self._clock.lap("screen")
        if not waiting:
            return
        left, right = (np.concatenate([part[k] for part in waiting]) for k in range(2))
        levels, total = self._linker.levels_and_totals(left, right)
        linked = total >= self._linker.model.threshold_milli
        self._parts.append((left[linked], right[linked], levels[linked], total[linked]))
        self._clock.lap("compare")

    def links(self) -> tuple[pa.Table, npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.int32]]:
        """LINKS in order of (left, right); their rows and weights."""
        model = self._linker.model
        nothing = np.zeros(0, np.int32)
        parts = self._parts or [(nothing, nothing, np.zeros((0, len(model.comparison)), np.int8), nothing)]
        left, right, levels, total = (np.concatenate([part[k] for part in parts]) for k in range(4))
        order = np.argsort(left.astype(np.int64) << 32 | right, kind="stable")
        left, right, total = left[order].astype(np.int64), right[order].astype(np.int64), total[order]
        return links_table(model, left, right, levels[order], total), left, right, total


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
class Clock:
    """Wall seconds by step, for the summary people read."""

    seconds: dict[str, float] = field(default_factory=dict)
    _last: float = field(default_factory=time.perf_counter)

    def lap(self, step: str) -> None:
        """Count the time since the last call as this step's."""
        now = time.perf_counter()
        self.seconds[step] = self.seconds.get(step, 0.0) + now - self._last
        self._last = now
