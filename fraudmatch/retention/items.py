"""What is to go, what stays, and how months are counted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

#: Kinds of things, in the order they are removed.
KINDS = ("decision", "act", "delivery", "copy", "sent_back", "accepted", "agreement", "night")

#: Those of them that are in the store and no file.
IN_STORE = ("decision", "act")


@dataclass(frozen=True, order=True)
class Item:
    """Something that is to go.

    Attributes:
        kind: one of KINDS. A copy is what a night kept of a delivery, or of what had been accepted;
            of a decision, or of an act about a case, the words go; an agreement is a mapping or a sharing record of a partner that left.
        path: from the site folder. sha256: of the file; of a night, of its manifest; of a decision or act "".
        content: SHA-256 of the delivery it is, or is a copy of; that of the file for other things.
        since: the day its time began. due: the day it was over.
        term: which months, of what. partner / data_set: whose; null = of many. night: the run it lies in.
    """

    kind: str
    path: str
    sha256: str
    content: str
    since: str
    due: str
    term: str
    partner: str | None = None
    data_set: str | None = None
    night: str | None = None


@dataclass(frozen=True, order=True)
class Stays:
    """Something that is past its time and stays, or whose time is not known.

    Attributes:
        kind / content / partner / data_set / night: as of an Item. why: in words; names holds by their number.
    """

    kind: str
    content: str
    why: str
    partner: str | None = None
    data_set: str | None = None
    night: str | None = None


@dataclass(frozen=True)
class Due:
    """What is to go on a day, and what stays.

    Attributes:
        seen: SHA-256 of each delivery that is there -> the night that read it first.
    """

    on: dt.date
    items: tuple[Item, ...]
    stays: tuple[Stays, ...]
    seen: Mapping[str, dt.date] = field(default_factory=dict)


def held_words(numbers: list[int]) -> str:
    """That something is held, and by which holds."""
    return f"held: {', '.join(f'hold {number}' for number in numbers)} of holds.toml"
