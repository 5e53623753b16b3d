"""Gates: what holds a whole delivery until a person has looked at it.

Every gate is a function of the delivery, its profile and what was accepted last; it gives faults of the
file, with both figures in words. The limits are those of the reliability brief, 3.1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from fraudmatch.arrivals import ExtractedFile
from fraudmatch.intake.store import Accepted

#: A delivery of fewer or more rows than these shares of the one accepted last is held.
FEWEST, MOST = 0.8, 2.0


@dataclass(frozen=True)
class Delivered:
    """One delivery that could be read, as its gates see it.

    Attributes:
        profile: see `profile.profile_of`.
        before: what was accepted last in its slot; null on the first night.
    """

    file: ExtractedFile
    profile: dict[str, Any]
    before: Accepted | None


@dataclass(frozen=True)
class FileFault:
    """A fault of a whole file: a reason of the catalogue, and what was found, in words without values."""

    reason: str
    detail: str


Gate = Callable[[Delivered], Iterator[FileFault]]


def volume(one: Delivered) -> Iterator[FileFault]:
    """Far fewer or far more rows than were accepted last."""
    if one.before is None:
        return
    rows, usual = one.profile["rows"], one.before.profile["rows"]
    detail = f"{rows:,} rows, where {usual:,} were accepted on {one.before.as_at}"
    if rows < FEWEST * usual:
        yield FileFault("VOLUME_LOW", detail)
    elif rows > MOST * usual:
        yield FileFault("VOLUME_HIGH", detail)


#: In the order in which they are reported.
GATES: tuple[Gate, ...] = (volume,)


def faults_of(one: Delivered) -> list[FileFault]:
    """What every gate says of a delivery."""
    return [fault for gate in GATES for fault in gate(one)]
