"""Gates: what holds a whole delivery until a person has looked at it.

Every gate is a function of the delivery, its profile and what was accepted last; it gives faults of the
file, with both figures in words. `gates_alone` look at a delivery by itself, `gates_before` beside the one
in use, `gates_others` beside those of other partners. The limits are those of the reliability brief, 3.1.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from fraudmatch.arrivals import Declared, FileFault
from fraudmatch.intake.store import Accepted


@dataclass(frozen=True)
class Delivered:
    """One delivery that could be read, all its parts together, as its gates see it.

    Attributes:
        counted: records received, those that were set aside included.
        profile: see `profile.profile_of`.
        made: the day the extract says it was made; null when it does not say.
        before: what was accepted last in its slot; null on the first night.
        again: whether these very bytes were accepted before.
        mended: whether rows that were set aside came back corrected.
        others: partner -> columns `source_ref` and `postcode` of its extracts of the same data set.
    """

    partner: str
    dataset: str
    received: pa.Table
    counted: int
    profile: dict[str, Any]
    made: dt.date | None
    declared: Declared
    before: Accepted | None
    again: bool
    night: dt.date
    others: Mapping[str, Sequence[Callable[[], pa.Table]]] = field(default_factory=dict)
    mended: bool = False


Gate = Callable[[Delivered], Iterator[FileFault]]


def faults_of(one: Delivered) -> list[FileFault]:
    """What every gate says of a delivery, in a fixed order."""
    from fraudmatch.intake import gates_alone, gates_before, gates_others

    gates = (*gates_alone.GATES, *gates_before.GATES, *gates_others.GATES)
    return [fault for gate in gates for fault in gate(one)]


def percent(share: float) -> str:
    """A share in words: 0.973 -> "97 %"; small ones with a decimal."""
    return f"{100 * share:.0f} %" if share >= 0.1 or share == 0 else f"{100 * share:.1f} %"
