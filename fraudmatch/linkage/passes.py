"""Run the blocking passes of a model over rows, wherever these are kept: in memory or spilled."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from fraudmatch.linkage import block
from fraudmatch.linkage.clock import Clock
from fraudmatch.linkage.encode import Codes
from fraudmatch.linkage.found import Found, Judge
from fraudmatch.linkage.kernel import Kernel, kernel_of
from fraudmatch.linkage.rows import layout
from fraudmatch.linkage.screen import Part, Screened, Workers, screen, unscreened

#: So many candidate pairs are compared in full sooner than a kernel is compiled to screen them.
FEW_PAIRS = 400_000


class Source(Protocol):
    """Rows ready to be linked.

    Attributes:
        judge: the model, its weights and texts.
    """

    @property
    def judge(self) -> Judge:
        """Says how two packed rows compare."""
        ...

    def __len__(self) -> int: ...

    def codes(self, expression: str) -> Codes:
        """The codes of a column expression."""
        ...

    def keyed(self, keys: list[block.Keys], plans: list[block.PassPlan]) -> None:
        """Give the rows the keys of every pass, and say what it will cost."""
        ...

    def parts(self, number: int, key: block.Keys, side: block.Sides | None) -> Iterator[Part]:
        """The blocks of a pass, in one or several parts; each is done with before the next is asked for."""
        ...


@dataclass(frozen=True)
class Candidates:
    """What the passes found.

    Attributes:
        left, right: int64 [links]; rows of each link, left < right, in order.
        levels: int8 [links, comparisons]. total: int32 [links]; thousandths of a bit, prior included.
        plan: what each pass proposed and left out.
        compared / kept: distinct pairs looked at, and those that survived the screen.
    """

    left: npt.NDArray[np.int64]
    right: npt.NDArray[np.int64]
    levels: npt.NDArray[np.int8]
    total: npt.NDArray[np.int32]
    plan: list[block.PassPlan]
    compared: int
    kept: int


def run_passes(
    source: Source,
    side: block.Sides | None,
    clock: Clock,
    *,
    threads: int | None,
    budget: int | None,
    progress: Callable[[str], None] | None,
) -> Candidates:
    """Every link of the source; for the arguments and errors see `linker.link`."""
    say = progress or (lambda _: None)
    model = source.judge.model
    keys, plans = block.plan(source, model, side, budget, threads)
    clock.lap("block")
    source.keyed(keys, plans)
    clock.lap("pack")
    few = sum(planned.pairs for planned in plans) <= FEW_PAIRS
    kernel = None if few else _compiled(source.judge)
    clock.lap("compile")
    with Workers(threads) as pool:
        found = Found(source.judge, pool, clock)
        begun: list[tuple[Part, Iterable[Screened]]] = []
        for number, planned in enumerate(plans):
            say(f"  {model.id}: pass {number + 1} of {len(plans)}, {planned.pairs:,} pairs by {planned.key}")
            for part in source.parts(number, keys.pop(0), side):
                clock.lap("sort")
                begun.append((part, screen(part, kernel, pool) if kernel else [unscreened(part)]))
                # While one part is screened the next is laid out; not where that reads it from disk.
                while len(begun) > (0 if part.numbers is not None else 1):
                    found.add(*begun.pop(0))
        for one in begun:
            found.add(*one)
        left, right, levels, total = found.links()
    return Candidates(left, right, levels, total, plans, found.compared, found.kept)


def _compiled(judge: Judge) -> Kernel:
    """The screen of a model, compiled by its first call unless an earlier run has."""
    kernel = kernel_of(judge.model, judge.tables)
    places, rows = np.zeros(0, np.int64), np.zeros(0, np.int32)
    kernel(np.zeros(0, layout(judge.model).dtype), places, places, places, 0, 0, 0, rows, rows)
    return kernel
