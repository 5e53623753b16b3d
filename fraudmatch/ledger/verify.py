"""Verifying a chain of entries, and holding it to heads that somebody else kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from fraudmatch.ledger.entry import Head, hash_of

_PREV, _HASH = 10, 11


@dataclass(frozen=True)
class Fault:
    """The first thing wrong with a ledger.

    Attributes:
        seq: the first entry that is not what it was. what: in words.
    """

    seq: int
    what: str

    def __str__(self) -> str:
        return f"entry {self.seq:,}: {self.what}"


@dataclass(frozen=True)
class Verified:
    """What verifying found.

    Attributes:
        entries: how many were looked at up to the fault. head: the newest good one. fault: null = nothing is wrong.
        anchors: heads kept elsewhere that the ledger was held to.
    """

    entries: int
    head: Head
    fault: Fault | None
    anchors: int = 0


def verify(
    rows: Iterable[tuple[Any, ...]],
    anchors: Mapping[int, Iterable[str]] | None = None,
    after: Head | None = None,
) -> Verified:
    """Walk the rows in their order and stop at the first that cannot be right.

    Args:
        rows: fields as in FIELDS, by seq.
        anchors: seq -> beginnings of the hash that the entry had when somebody else was told it.
        after: the entry before the first row, which is taken as it is; none = from the beginning.
    """
    held = {seq: tuple(hashes) for seq, hashes in (anchors or {}).items()}
    begin = after or Head()
    seq, last, seen = begin.seq, begin.hash, 0
    relevant = sum(len(hashes) for at, hashes in held.items() if at > begin.seq or not after)
    for row in rows:
        what = _wrong(row, seq, last, held)
        if what:
            at = seq + 1 if what.startswith("is missing") else row[0]
            return Verified(seen, Head(seq, last), Fault(at, what), relevant)
        seq, last, seen = row[0], row[_HASH], seen + 1
    beyond = sorted(at for at in held if at > seq)
    fault = None
    if beyond:
        fault = Fault(
            seq + 1,
            f"is missing, with all behind it up to {beyond[-1]:,} at least: that one was told to others",
        )
    return Verified(seen, Head(seq, last), fault, relevant)


def _wrong(row: tuple[Any, ...], seq: int, last: str, held: Mapping[int, tuple[str, ...]]) -> str:
    """What is wrong with a row behind (seq, last); "" = nothing."""
    number = row[0]
    if not isinstance(number, int) or number <= seq:
        return "is not in its place"
    if number != seq + 1:
        return f"is missing; the next there is {number:,}"
    if row[_PREV] != last:
        return "does not follow the one before it: that one was taken away, put in or changed"
    try:
        right = hash_of(row, last)
    except (TypeError, ValueError):
        right = ""
    if row[_HASH] != right:
        return "is not what was entered: its hash does not fit"
    if number in held and not all(right.startswith(each.lower()) for each in held[number]):
        return "is not the one that was told to others: it, or one before it, was changed and hashed again"
    return ""
