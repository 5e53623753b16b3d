"""One model over one table, where most rows stood in an earlier table too: only pairs that can differ are judged.

A pair is judged anew if one of its rows is fresh. A row is fresh if no earlier row reads the same, or if
something that is a matter of several rows has changed for it: the property it stands in, the rows it is known
to differ from, or the block it fell in once blocks over the limit had been cut finer or left out. Every other
pair of rows shares the same values and the same keys as before, so it is a link exactly if it was one.

What is equal between rows (a property, a block) may be numbered otherwise in each table. Two numberings say the
same of some rows if each number of the one goes with one number of the other; rows for which that fails are fresh.
Groups are made of all links, as ever: an average over a component may move by one record.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numba as nb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from fraudmatch.linkage import block
from fraudmatch.linkage.clock import Clock
from fraudmatch.linkage.compare import MISSING
from fraudmatch.linkage.encode import Codes, Encoder
from fraudmatch.linkage.found import Judge, links_table
from fraudmatch.linkage.grouping.group import group
from fraudmatch.linkage.linker import Linked, Linker, prepare
from fraudmatch.linkage.model import MILLI, Model
from fraudmatch.linkage.passes import Candidates, run_passes
from fraudmatch.linkage.screen import Part
from fraudmatch.linkage.subjects import distinct_rows

Rows = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.int32]


@dataclass(frozen=True)
class Earlier:
    """A table that was linked before by the very same model, its prior included.

    Attributes:
        records: the table. apart: int32 [rows], as `link` takes it; None = none are known to differ.
        links: LINKS it gave; ids are its row numbers.
    """

    records: pa.Table
    links: pa.Table
    apart: Numbers | None = None


@dataclass(frozen=True)
class LinkedAgain:
    """What linking gave.

    Attributes:
        linked: links and groups, equal to those of a full linking; `compared` and `kept` count what was judged anew.
        fresh: rows whose pairs were judged anew. taken_over: links that were.
    """

    linked: Linked
    fresh: int
    taken_over: int


def link_again(
    records: pa.Table,
    model: Model,
    earlier: Earlier,
    *,
    apart: Numbers | None = None,
    numbered: tuple[str, ...] = ("property_id",),
    threads: int | None = None,
    progress: Callable[[str], None] | None = None,
) -> LinkedAgain:
    """Links and groups of `records`, byte for byte those of `linker.link`; only pairs with a fresh row are judged.

    Args:
        records: any table with the columns the model reads, those of `earlier.records`.
        model: already sized; `earlier.links` must be what it gave.
        earlier: what was linked before.
        apart: records with the same number (not -1) are known to be different entities.
        numbered: columns of which only matters which rows share a value, not the value.
        threads: at most this many.
        progress: told what is being done.

    Raises:
        ModelError: a column is missing.
    """
    clock = Clock()
    linker = prepare(records, model, apart, threads)
    source = _Fresh(linker, records, earlier, numbered)
    clock.lap("encode")
    anew = run_passes(source, None, clock, threads=threads, budget=None, progress=progress)
    kept = _kept_links(earlier.links, model, source)
    found = _together(anew, kept)
    links = links_table(model, found.left, found.right, found.levels, found.total)
    clock.lap("weigh")
    groups = group(
        len(linker), found.left, found.right, found.total, linker.group_weights, linker.apart, model.threshold_milli
    )  # fmt: skip
    clock.lap("group")
    linked = Linked(links, groups, found.plan, found.compared, found.kept, clock.seconds, linker)
    return LinkedAgain(linked, int(source.fresh.sum()), len(kept[0]))


@dataclass
class _Fresh:
    """Rows of which only pairs with a fresh row are proposed; see `passes.Source`."""

    linker: Linker
    records: pa.Table
    earlier: Earlier
    numbered: tuple[str, ...]
    was: Rows = field(init=False)
    fresh: Flags = field(init=False)

    def __post_init__(self) -> None:
        plain = [name for name in self.linker.model.base_columns if name not in self.numbered]
        self.was = same_rows(self.records.select(plain), self.earlier.records.select(plain))
        self.fresh = self.was < 0
        before = self.earlier.apart
        apart = np.full(self.earlier.records.num_rows, -1, np.int32) if before is None else before
        self._refresh(self.linker.apart, apart)
        for name in self.numbered:
            if name in self.linker.model.base_columns:
                self._refresh(
                    Encoder(self.records).codes(name).codes, Encoder(self.earlier.records).codes(name).codes
                )

    def _refresh(self, now: Numbers, before: Numbers) -> None:
        """Make fresh what two numberings, of these rows and of the earlier, do not say the same of."""
        known = np.flatnonzero(self.was >= 0)
        self.fresh[known[renumbered_otherwise(now[known], before[self.was[known]])]] = True

    @property
    def judge(self) -> Judge:
        """Says how two packed rows compare."""
        return self.linker.judge

    def __len__(self) -> int:
        return len(self.linker)

    def codes(self, expression: str) -> Codes:
        """The codes of a column expression."""
        return self.linker.codes(expression)

    def keyed(self, keys: list[block.Keys], plans: list[block.PassPlan]) -> None:
        """Give the rows the keys of every pass; rows that fell in other blocks than before are fresh."""
        cut = self._perhaps_cut(plans)
        model = self.linker.model
        some = model.model_copy(update={"passes": [model.passes[number] for number in cut]})
        if cut:
            before, _ = block.plan(Encoder(self.earlier.records), some, None, None, self.linker.threads)
            for number, then in zip(cut, before, strict=True):
                self._refresh(keys[number], then)
        self.linker.keyed(keys, plans)

    def _perhaps_cut(self, plans: list[block.PassPlan]) -> list[int]:
        """Passes of which a block may have been cut finer or left out, now or before.

        A block of the earlier table holds rows that are not fresh, which share a block now too, and others. So
        it is at most as large as the largest block now and the largest block of those others together.
        """
        others = np.ones(self.earlier.records.num_rows, np.bool_)
        others[self.was[~self.fresh]] = False
        model = self.linker.model
        uncut = model.model_copy(update={"block_limit": np.iinfo(np.int64).max})
        gone = block.plan(Encoder(self.earlier.records.filter(pa.array(others))), uncut, None)[1]
        most = [_rows_of(now.largest) + _rows_of(then.largest) for now, then in zip(plans, gone, strict=True)]
        return [
            number
            for number, now in enumerate(plans)
            if now.refined
            or now.left_out_records
            or most[number] * (most[number] - 1) // 2 > model.block_limit
        ]

    def parts(self, number: int, key: block.Keys, side: block.Sides | None) -> Iterator[Part]:
        """Fresh rows with all others, then fresh rows with one another."""
        across = block.group(key, self.fresh.astype(np.int8))
        yield Part(self.linker.packed, across, number)
        yield Part(self.linker.packed, block.group(np.where(self.fresh, key, np.int32(-1))), number)


def _rows_of(pairs: int) -> int:
    """Rows of a block of so many pairs; 1 where there is none."""
    return (1 + math.isqrt(1 + 8 * pairs)) // 2


def same_rows(now: pa.Table, before: pa.Table) -> Rows:
    """int64 [rows of now]: an earlier row that reads the same, -1 = none; no earlier row twice, and ascending.

    Equal rows are taken in their order. Of rows that stand elsewhere among the others than before, as few as can be
    have none.
    """
    numbers = distinct_rows(pa.concat_tables([now, before]).combine_chunks())
    place = _times_met(numbers[: len(now)]), _times_met(numbers[len(now) :])
    deep = int(max((one.max(initial=0) for one in place), default=0)) + 1
    mine = numbers[: len(now)] * deep + place[0]
    theirs = numbers[len(now) :] * deep + place[1]
    order = np.argsort(theirs)
    was = np.full(len(now), -1, np.int64)
    if len(theirs):
        at = np.minimum(np.searchsorted(theirs[order], mine), len(theirs) - 1)
        equal = theirs[order][at] == mine
        was[equal] = order[at[equal]]
    known = np.flatnonzero(was >= 0)
    moved = known[~longest_ascending(was[known])]
    was[moved] = -1
    return was


@nb.njit(cache=True)
def longest_ascending(values):  # type: ignore[no-untyped-def]
    """bool: which of these distinct numbers make a longest ascending row of them (Schensted 1961; Fredman 1975)."""
    ends, before = np.empty(len(values), np.int64), np.empty(len(values), np.int64)
    length = 0
    for place in range(len(values)):
        low, high = 0, length  # the shortest row whose last number is above this one
        while low < high:
            middle = (low + high) // 2
            if values[ends[middle]] < values[place]:
                low = middle + 1
            else:
                high = middle
        before[place] = ends[low - 1] if low else -1
        ends[low] = place
        length = max(length, low + 1)
    chosen = np.zeros(len(values), np.bool_)
    place = ends[length - 1] if length else -1
    while place >= 0:
        chosen[place] = True
        place = before[place]
    return chosen


def _times_met(numbers: Rows) -> Rows:
    """int64: how many rows before each hold its number."""
    order = np.argsort(numbers, kind="stable")
    ranked = numbers[order]
    begins = np.flatnonzero(np.diff(ranked, prepend=-1))
    met = np.empty_like(numbers)
    met[order] = np.arange(len(numbers)) - np.repeat(begins, np.diff(begins, append=len(numbers)))
    return np.asarray(met, np.int64)


def renumbered_otherwise(now: Numbers, before: Numbers) -> Flags:
    """bool [rows]: rows whose number goes with several of the other numbering, or with none of it (-1).

    Of the rest, two rows share a number now exactly if they shared one before.
    """
    odd: Flags = np.not_equal(now < 0, before < 0)
    both = np.flatnonzero((now >= 0) & (before >= 0))
    if len(both):
        odd[both] = _several(now[both], before[both]) | _several(before[both], now[both])
    return odd


def _several(one: Numbers, other: Numbers) -> Flags:
    """bool [rows]: rows whose number of `one` goes with more than one number of `other`."""
    least = np.full(int(one.max()) + 1, np.iinfo(np.int32).max, np.int32)
    most = np.full(len(least), -1, np.int32)
    np.minimum.at(least, one, other)
    np.maximum.at(most, one, other)
    return np.asarray(np.not_equal(least, most)[one], np.bool_)


_Kept = tuple[Rows, Rows, npt.NDArray[np.int8], Numbers]


def _kept_links(links: pa.Table, model: Model, source: _Fresh) -> _Kept:
    """The earlier links between rows that are not fresh, by the rows they are now."""
    now = np.full(source.earlier.records.num_rows, -1, np.int64)
    still = np.flatnonzero(~source.fresh)
    now[source.was[still]] = still
    left, right = (now[links[side].to_numpy().astype(np.int64)] for side in ("left_id", "right_id"))
    at = np.flatnonzero((left >= 0) & (right >= 0))
    part = links.take(at)
    levels = np.full((len(at), len(model.names)), MISSING, np.int8)
    for position, name in enumerate(model.names):
        levels[:, position] = part[f"{name}_level"].fill_null(MISSING).to_numpy()
    total = np.rint(part["match_weight"].to_numpy().astype(np.float64) * MILLI).astype(np.int32)
    return left[at], right[at], levels, total


def _together(anew: Candidates, kept: _Kept) -> Candidates:
    """Links found anew and links taken over, in the order of (left, right)."""
    left, right = np.concatenate([anew.left, kept[0]]), np.concatenate([anew.right, kept[1]])
    order = np.lexsort((right, left))
    levels, total = np.concatenate([anew.levels, kept[2]]), np.concatenate([anew.total, kept[3]])
    return Candidates(
        left[order], right[order], levels[order], total[order], anew.plan, anew.compared, anew.kept
    )
