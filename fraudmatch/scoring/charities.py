"""Whether the charity number of a ratepayer is on the register of charities."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch.scoring.keys import codes, truth
from fraudmatch.scoring.views import SideView

#: How the numbers of each register begin: England and Wales have digits only.
_PREFIXES = ("SC", "NIC")


def _register_of(numbers: pa.Array) -> np.ndarray:
    """Which register a number belongs to by its form: 0 England and Wales, 1 Scotland, 2 Northern Ireland; -1 null."""
    found = np.where(np.asarray(pc.is_valid(numbers)), 0, -1)
    for place, prefix in enumerate(_PREFIXES, start=1):
        found[truth(pc.starts_with(numbers, prefix))] = place
    return found


class _Entries:
    """The register beside the records of a side: one code for each number over both."""

    def __init__(self, side: SideView) -> None:
        register = side.night.side("charity_register")
        numbers = side.column("charity_number"), register.column("charity_number")
        both = codes(pa.concat_arrays(numbers))
        self.own, self.entered = both[: len(side)], both[len(side) :]
        self.width = int(both.max(initial=0)) + 1
        self.register, self.running = register, truth(register.column("running"))
        sent = np.unique(_register_of(numbers[1]))
        self.covered = np.isin(_register_of(numbers[0]), sent[sent >= 0]) & (self.own >= 0)
        current = np.zeros(self.width, dtype=bool)
        current[self.entered[self.running & (self.entered >= 0)]] = True
        self.current = current[np.maximum(self.own, 0)] & (self.own >= 0)


def on_charity_register(side: SideView) -> pa.Array:
    """An entry with the number is on the register at the as-at date.

    Null without a number, and when no register that holds numbers of its form was sent.
    """
    entries = _Entries(side)
    return pa.array(entries.current, mask=~entries.covered)


def charity_removed(side: SideView) -> pa.Array:
    """Day of removal of the last entry with the number; null while one is on the register, or when none was."""
    entries = _Entries(side)
    removed = entries.register.column("removed_date").cast(pa.int32())
    day = np.asarray(pc.fill_null(removed, -1).to_numpy(zero_copy_only=False), dtype=np.int64)
    last = np.full(entries.width, -1, dtype=np.int64)
    known = (entries.entered >= 0) & ~entries.running
    np.maximum.at(last, entries.entered[known], day[known])
    found = last[np.maximum(entries.own, 0)]
    unknown = (entries.own < 0) | entries.current | (found < 0)
    return pa.array(found.astype(np.int32), mask=unknown).cast(pa.date32())


def charity_continues(side: SideView) -> pa.Array:
    """Another number is on the register under the ratepayer's name or that of its removed charity; never null.

    A charity that takes another legal form is removed and registered anew, mostly under its old name.
    """
    entries = _Entries(side)
    name = codes(
        pa.concat_arrays([side.column("organisation_core"), entries.register.column("organisation_core")])
    )
    own, entered = name[: len(side)], name[len(side) :]
    width = int(name.max(initial=0)) + 1
    there = entries.running & (entered >= 0)
    continued = np.zeros(width, dtype=bool)
    continued[entered[there]] = True
    ours = np.where(own >= 0, continued[np.maximum(own, 0)], False)
    renewed = np.zeros(entries.width, dtype=bool)
    ended = ~entries.running & (entered >= 0) & (entries.entered >= 0)
    renewed[entries.entered[ended]] |= continued[entered[ended]]
    theirs = renewed[np.maximum(entries.own, 0)] & (entries.own >= 0)
    return pa.array((ours | theirs) & ~entries.current)
