"""Survivors of the screen become links: compared and weighed in full, many at a time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from fraudmatch.linkage import arrays
from fraudmatch.linkage.clock import Clock
from fraudmatch.linkage.compare import MISSING, levels_of, weigh
from fraudmatch.linkage.encode import Ints
from fraudmatch.linkage.model import MILLI, Model, probability
from fraudmatch.linkage.rows import moved
from fraudmatch.linkage.screen import Part, Screened, Workers
from fraudmatch.linkage.tables import Tables
from fraudmatch.schemas import conform, links_schema

Ids = npt.NDArray[np.integer]
Levels = npt.NDArray[np.int8]
Weights = npt.NDArray[np.int32]

#: Survivors of the screen are judged so many at a time.
JUDGED = 25_000

_Judged = tuple[Ints, Ints, Levels, Weights]


@dataclass(frozen=True)
class Judge:
    """A model that says how two packed rows compare.

    Attributes:
        texts: per comparison that looks at texts, the distinct values by code.
    """

    model: Model
    tables: Tables
    texts: Mapping[str, pa.Array]

    def __call__(self, x: npt.NDArray[np.void], y: npt.NDArray[np.void]) -> tuple[Levels, Weights]:
        """Levels int8 and weights int32 (thousandths), both [pairs, comparisons], of paired rows."""
        levels = levels_of(x, y, self.texts, self.model)
        return levels, weigh(levels, x, self.tables)


class Found:
    """Links found so far; survivors of the screen are collected and judged many at a time.

    They are judged on the threads that screen, so that these never wait for each other.
    """

    def __init__(self, judge: Judge, pool: Workers, clock: Clock) -> None:
        self.compared = self.kept = 0
        self._judge, self._pool, self._clock = judge, pool, clock
        self._parts: list[Future[_Judged]] = []

    def add(self, part: Part, chunks: Iterable[Screened]) -> None:
        """Take what the screen kept of a part; done when all of it is judged or waits its turn."""
        waiting: list[Screened] = []
        for chunk in chunks:
            self.compared += chunk[2]
            self.kept += len(chunk[0])
            waiting.append(chunk)
            if sum(len(one[0]) for one in waiting) >= JUDGED:
                self._parts.append(self._pool.submit(self._judged, part, waiting))
                waiting = []
        self._parts.append(self._pool.submit(self._judged, part, waiting))
        self._clock.lap("screen")

    def wait(self) -> None:
        """Wait until all that was added is judged, so that its part can be forgotten."""
        for part in self._parts:
            part.result()
        self._clock.lap("compare")

    def _judged(self, part: Part, waiting: list[Screened]) -> _Judged:
        """Which survivors are links, smaller row first, with levels and weights."""
        nothing = np.zeros(0, np.int32)
        one, two = (np.concatenate([nothing, *(chunk[k] for chunk in waiting)]) for k in range(2))
        left, right = np.minimum(one, two), np.maximum(one, two)
        levels, weights = self._judge(moved(part.rows, left), moved(part.rows, right))
        total = np.asarray(weights.sum(1) + self._judge.model.prior_milli, np.int32)
        linked = total >= self._judge.model.threshold_milli
        left, right = left[linked], right[linked]
        if part.numbers is not None:
            left, right = part.numbers[left], part.numbers[right]
        return left, right, levels[linked], total[linked]

    def links(self) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], Levels, Weights]:
        """Rows, levels and weights of all links in order of (left, right)."""
        self.wait()
        judged = [part.result() for part in self._parts]
        left, right, levels, total = (np.concatenate([part[k] for part in judged]) for k in range(4))
        order = np.argsort(left.astype(np.int64) << 32 | right, kind="stable")
        return left[order].astype(np.int64), right[order].astype(np.int64), levels[order], total[order]


def links_table(
    model: Model, left: Ids, right: Ids, levels: npt.NDArray[np.int8], total: npt.NDArray[np.int32]
) -> pa.Table:
    """LINKS of pairs in their order, from their levels and match weights (thousandths)."""
    bits = total / MILLI
    columns: dict[str, pa.Array] = {
        "left_id": arrays.to_arrow(np.asarray(left, np.uint32)),
        "right_id": arrays.to_arrow(np.asarray(right, np.uint32)),
        "model": arrays.repeated(model.id, len(total)),
        "relation": arrays.repeated(model.relation, len(total)),
        "match_weight": arrays.to_arrow(bits.astype(np.float32)),
        "match_probability": arrays.to_arrow(probability(bits).astype(np.float32)),
    }
    for position, name in enumerate(model.names):
        column = np.ascontiguousarray(levels[:, position])
        columns[f"{name}_level"] = arrays.to_arrow(column, missing=column == MISSING)
    return conform(pa.table(columns), links_schema(model.names), what=f"LINKS of {model.id}")
