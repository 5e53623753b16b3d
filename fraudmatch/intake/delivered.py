"""One delivery as its gates see it."""

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


def percent(share: float) -> str:
    """A share in words: 0.973 -> "97 %"; small ones with a decimal."""
    return f"{100 * share:.0f} %" if share >= 0.1 or share == 0 else f"{100 * share:.1f} %"
