"""One model over one table: plan, screen, compare, weigh, group."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from fraudmatch.errors import ModelError
from fraudmatch.linkage import block
from fraudmatch.linkage.clock import Clock
from fraudmatch.linkage.encode import Codes, Encoder, ParquetColumns
from fraudmatch.linkage.found import Judge, links_table
from fraudmatch.linkage.grouping.group import group, load_grouping, weigh_for_groups
from fraudmatch.linkage.keys import joined
from fraudmatch.linkage.model import Model
from fraudmatch.linkage.passes import run_passes
from fraudmatch.linkage.rows import Column, fill, moved, pack, texts_of
from fraudmatch.linkage.screen import Part
from fraudmatch.linkage.tables import Tables, compile_model

Ids = npt.NDArray[np.integer]


@dataclass
class Linker:
    """A model made ready for one table of records.

    Attributes:
        model: the model.
        tables: the model's weights.
        encoder: the columns as integers.
        texts: per comparison that looks at texts, the distinct values by code, cut to `LONGEST`.
        apart: int32 [n]; records with the same number (not -1) are known to differ.
        threads: at most this many; None = all cores.
    """

    model: Model
    tables: Tables
    encoder: Encoder
    texts: dict[str, pa.Array]
    apart: npt.NDArray[np.int32]
    threads: int | None = None

    def __len__(self) -> int:
        return len(self.encoder)

    @cached_property
    def packed(self) -> npt.NDArray[np.void]:
        """The rows pairs are judged on, made when they are first asked for."""
        return self._pack({})

    def _pack(self, keys: dict[str, Column]) -> npt.NDArray[np.void]:
        return pack(self.encoder, self.model, {"apart": Column(self.apart), **keys}, self.threads)

    @property
    def judge(self) -> Judge:
        """Says how two packed rows compare."""
        return Judge(self.model, self.tables, self.texts)

    def codes(self, expression: str) -> Codes:
        """The codes of a column expression."""
        return self.encoder.codes(expression)

    def keyed(self, keys: list[block.Keys], plans: list[block.PassPlan]) -> None:
        """Give the rows the keys of every pass."""
        columns = {f"key_{number}": Column(key) for number, key in enumerate(keys)}
        if "packed" in vars(self):
            fill(self.packed, columns, self.threads)
        else:
            self.packed = self._pack(columns)

    def parts(self, number: int, key: block.Keys, side: block.Sides | None) -> Iterator[Part]:
        """The blocks of a pass: in one part, since all rows are in memory."""
        yield Part(self.packed, block.group(key, side), number)

    def rows(self, numbers: Ids) -> npt.NDArray[np.void]:
        """Packed rows of records, in that order."""
        return moved(self.packed, numbers)

    def levels_and_weights(self, left: Ids, right: Ids) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.int32]]:
        """Levels int8 and weights int32 (thousandths), both [pairs, comparisons], of any pairs."""
        return self.judge(self.rows(left), self.rows(right))

    def levels_and_totals(self, left: Ids, right: Ids) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.int32]]:
        """Levels as above, and match weights int32 [pairs], prior included, thousandths of a bit."""
        levels, weights = self.levels_and_weights(left, right)
        return levels, np.asarray(weights.sum(1) + self.model.prior_milli, np.int32)

    def totals(self, left: Ids, right: Ids) -> npt.NDArray[np.int32]:
        """Match weights alone."""
        return self.levels_and_totals(left, right)[1]

    def group_weights(self, left: Ids, right: Ids) -> npt.NDArray[np.int32]:
        """The weights groups are judged by; see `group.weigh_for_groups`."""
        weights = self.levels_and_weights(left, right)[1]
        return weigh_for_groups(
            weights, self.model.prior_milli, self.model.threshold_milli, self.model.leeway_milli
        )


@dataclass(frozen=True)
class Linked:
    """What linking one table gave.

    Attributes:
        links: LINKS; ids are row numbers of the table.
        groups: uint32 [n]; the smallest row of each row's group.
        plan: what each blocking pass proposed and left out.
        compared: distinct candidate pairs that were looked at.
        kept: pairs that survived the screen; all of them in a job too small to be screened.
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
        rows = self.linker.packed
        return np.stack([rows[f"key_{p}"] for p in range(len(self.linker.model.passes))], 1)


def prepare(
    records: pa.Table | ParquetColumns,
    model: Model,
    apart: npt.NDArray[np.int32] | None = None,
    threads: int | None = None,
) -> Linker:
    """A linker for `records`; its rows have no blocking keys yet.

    Raises:
        ModelError: the table lacks a column the model reads.
    """
    refuse_missing(model, records.column_names)
    encoder = Encoder(records)
    encoder.read(model.columns, threads, _load)
    texts = {c.name: values for c in model.comparison if (values := texts_of(encoder, c)) is not None}
    known = np.full(len(encoder), -1, np.int32) if apart is None else np.ascontiguousarray(apart, np.int32)
    return Linker(model, compile_model(model), encoder, texts, known, threads)


def _load() -> None:
    """Have numba load from its cache what every linking needs: there is time for it beside the last column."""
    key = np.zeros(2, np.int32)
    both, count = joined([Codes(key, 1)] * 2)
    block.pair_counts(both, count, None)
    block.group(both)
    moved(np.zeros(1, np.dtype([("word", np.uint64)])), key)
    load_grouping()


def refuse_missing(model: Model, columns: list[str]) -> None:
    """Refuse records that lack a column the model reads.

    Raises:
        ModelError: names the columns.
    """
    missing = [column for column in model.base_columns if column not in columns]
    if missing:
        raise ModelError(
            f"Model {model.id} reads columns the records do not have: {', '.join(missing)}.",
            remedy="Use another model, or map the columns.",
        )


def link(
    records: pa.Table | ParquetColumns,
    model: Model,
    *,
    apart: npt.NDArray[np.int32] | None = None,
    side: npt.NDArray[np.int8] | None = None,
    threads: int | None = None,
    budget: int | None = None,
    together: npt.NDArray[np.int64] | None = None,
    parted: npt.NDArray[np.int64] | None = None,
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
        together, parted: int64 [k, 2]; pairs of rows decided to be the same, and to differ. Groups
            follow them; links are what the model finds.
        progress: told what is being done; details begin with a blank.

    Raises:
        ModelError: a column is missing.
        BudgetError: too many candidate pairs.
    """
    clock = Clock()
    linker = prepare(records, model, apart, threads)
    clock.lap("encode")
    found = run_passes(linker, side, clock, threads=threads, budget=budget, progress=progress)
    links = links_table(model, found.left, found.right, found.levels, found.total)
    clock.lap("weigh")
    groups = group(
        len(linker), found.left, found.right, found.total, linker.group_weights, linker.apart, model.threshold_milli,
        together=together, parted=parted,
    )  # fmt: skip
    clock.lap("group")
    return Linked(links, groups, found.plan, found.compared, found.kept, clock.seconds, linker)
