"""Words erased from decisions and acts that stay for their counts: the one change of them there is, and it is entered.

Note, officer and references go; flag, rule, outcome, reason, days, minutes and amounts stay, of an act its kind and
its case. The entry has the keyed digest of the event before and after, so that the event is held to the ledger as before.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from fraudmatch.ledger.chain import Keyed, append, head_of
from fraudmatch.ledger.decisions import CASE_ACTS, DECISIONS, Kind, event_of
from fraudmatch.ledger.entry import Act, canonical
from fraudmatch.ledger.people import login_name
from fraudmatch.place import Place
from fraudmatch.store.access import Driver, opened, transaction
from fraudmatch.store.guard import guard_down, pack
from fraudmatch.store.words import stamp

#: Stands where a name stood that had to stand somewhere.
NOBODY = "erased"


@dataclass(frozen=True)
class Words:
    """What the words of one kind of event are.

    Attributes:
        kind: of event. about: column that says what it is about. day: SQL of the day its time counts from.
        empty: column -> SQL of what stands there once it is erased.
    """

    kind: Kind
    about: str
    day: str
    empty: dict[str, str]

    @property
    def some(self) -> str:
        """SQL: there is something to erase."""
        there = (
            f"{name} IS NOT NULL" if to == "NULL" else f"{name} <> {to}" for name, to in self.empty.items()
        )
        return f"({' OR '.join(there)})"


OF_DECISIONS = Words(
    DECISIONS, "flag_key", "decided_on",
    dict.fromkeys(("note", "decided_by", "left_ref", "right_ref"), "NULL"),
)  # fmt: skip
OF_ACTS = Words(CASE_ACTS, "case_key", "substr(recorded_at, 1, 10)", {"note": "NULL", "actor": f"'{NOBODY}'"})


def with_words(place: Place, words: Words = OF_DECISIONS) -> list[tuple[int, str, dt.date]]:
    """Number, partner and day of every event that has words to erase, in order.

    Raises:
        StoreError: the store cannot be read.
    """
    if not opened(place):
        return []
    asked = (
        f"SELECT sequence, partner, {words.day} FROM {words.kind.table} WHERE {words.some} ORDER BY sequence"
    )
    with transaction(place) as connection:
        found = connection.execute(asked).fetchall()
    return [(number, partner, dt.date.fromisoformat(day)) for number, partner, day in found]


def erase_words(
    place: Place, chosen: Collection[int], by: str | None = None, words: Words = OF_DECISIONS
) -> int:
    """Erase the words of events for good; how many had any. Done again, it changes nothing.

    Args:
        chosen: numbers of events. by: who; null = whoever is logged in.

    Raises:
        StoreError: nothing was erased.
    """
    if not chosen:
        return 0
    kind = words.kind
    asked = f"SELECT sequence FROM {kind.table} WHERE {words.some} ORDER BY sequence"
    with transaction(place, writes=True) as connection:
        numbers = [number for (number,) in connection.execute(asked).fetchall() if number in chosen]
        if not numbers:
            return 0
        keyed = Keyed(connection)
        before = [keyed.digest(event_of(connection, number, kind)) for number in numbers]
        _empty(connection, numbers, words)
        acts = []
        for number, digest in zip(numbers, before, strict=True):
            event = event_of(connection, number, kind)
            acts.append(
                Act(
                    kind.erased, by or login_name(), event[words.about], event["partner"], before=digest,
                    after=keyed.digest(event), detail={"event": number},
                )
            )  # fmt: skip
        append(connection, acts, stamp(dt.datetime.now(dt.UTC)))
    pack(place)
    return len(numbers)


def erased_since(connection: Driver, seq: int | None) -> tuple[int, bool]:
    """The number of the newest entry of the ledger, and whether one after `seq` erased words of an event.

    Who holds events in memory asks it, and forgets the words with the store.

    Args:
        seq: null = nothing is held yet.
    """
    if seq is None:
        return head_of(connection).seq, False
    rows = connection.execute("SELECT seq, action FROM ledger WHERE seq > ? ORDER BY seq", (seq,)).fetchall()
    actions = {kind.erased for kind in (DECISIONS, CASE_ACTS)}
    return (rows[-1][0] if rows else seq), any(action in actions for _, action in rows)


def _empty(connection: Driver, numbers: Iterable[int], words: Words) -> None:
    table, empty = words.kind.table, ", ".join(f"{name} = {to}" for name, to in words.empty.items())
    with guard_down(connection, table):
        for number in numbers:
            connection.execute(f"UPDATE {table} SET {empty} WHERE sequence = ?", (number,))
            if words.kind is CASE_ACTS:
                _unname(connection, number)


def _unname(connection: Driver, number: int) -> None:
    """Take the name of a colleague out of the detail of an act: to whom a case was given."""
    event = event_of(connection, number, CASE_ACTS)
    detail = json.loads(event["detail"])
    if event["kind"] == "assigned" and detail["to"] is not None:
        told = canonical(detail | {"to": NOBODY})
        connection.execute("UPDATE case_events SET detail = ? WHERE sequence = ?", (told, number))
