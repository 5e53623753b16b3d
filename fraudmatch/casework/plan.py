"""What a number of officer minutes is best spent on, and what that leaves.

Cases are taken in the order of their rank; one that no longer fits is passed over for later ones that
do. This is the greedy rule for the knapsack problem: by priority (expected value for a minute) it
misses the best choice by less than the value of a single case, because minutes of a case are few beside a plan's.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc


@dataclass(frozen=True)
class Plan:
    """Cases for `minutes`.

    Attributes:
        minutes: what was given. owner: whose cases only; None = all.
        taken / left: CASES, in their order.
    """

    minutes: int
    owner: str | None
    taken: pa.Table
    left: pa.Table


def plan(cases: pa.Table, minutes: int, owner: str | None = None) -> Plan:
    """The best of CASES for `minutes`, of one owner or of all.

    Args:
        minutes: officer time, at least 1.
    """
    if owner is not None:
        cases = cases.filter(pc.equal(cases["owner"], owner))
    taken = np.zeros(cases.num_rows, dtype=bool)
    room = minutes
    for place, needed in enumerate(cases["minutes"].to_pylist()):
        if needed <= room:
            taken[place] = True
            room -= needed
    return Plan(minutes, owner, cases.filter(pa.array(taken)), cases.filter(pa.array(~taken)))
