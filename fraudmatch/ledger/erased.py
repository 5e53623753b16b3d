"""Words erased from decisions that stay for their counts: the one change of an event there is, and it is entered.

Note, officer and references go; flag, rule, outcome, reason, days, minutes and amounts stay. The entry has the keyed digest
of the event before and after, so that the event is held to the ledger as before.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable

from fraudmatch.ledger.chain import Keyed, append
from fraudmatch.ledger.decisions import event_of
from fraudmatch.ledger.entry import Act
from fraudmatch.ledger.people import login_name
from fraudmatch.place import Place
from fraudmatch.store.access import Driver, opened, transaction
from fraudmatch.store.guard import guard_down, pack
from fraudmatch.store.words import stamp

ERASED = "decision.erased"
#: What is erased.
WORDS = ("note", "decided_by", "left_ref", "right_ref")
_SOME = f"({' OR '.join(f'{name} IS NOT NULL' for name in WORDS)})"


def with_words(place: Place) -> list[tuple[int, str, dt.date]]:
    """Number, partner and day of every decision that has words to erase, in order.

    Raises:
        StoreError: the store cannot be read.
    """
    if not opened(place):
        return []
    asked = f"SELECT sequence, partner, decided_on FROM outcome_events WHERE {_SOME} ORDER BY sequence"
    with transaction(place) as connection:
        found = connection.execute(asked).fetchall()
    return [(number, partner, dt.date.fromisoformat(day)) for number, partner, day in found]


def erase_words(place: Place, chosen: Collection[int], by: str | None = None) -> int:
    """Erase the words of decisions for good; how many had any. Done again, it changes nothing.

    Args:
        chosen: numbers of events. by: who; null = whoever is logged in.

    Raises:
        StoreError: nothing was erased.
    """
    if not chosen:
        return 0
    asked = f"SELECT sequence FROM outcome_events WHERE {_SOME} ORDER BY sequence"
    with transaction(place, writes=True) as connection:
        numbers = [number for (number,) in connection.execute(asked).fetchall() if number in chosen]
        if not numbers:
            return 0
        keyed = Keyed(connection)
        before = [keyed.digest(event_of(connection, number)) for number in numbers]
        _empty(connection, numbers)
        acts = []
        for number, digest in zip(numbers, before, strict=True):
            event = event_of(connection, number)
            acts.append(
                Act(
                    ERASED, by or login_name(), event["flag_key"], event["partner"], before=digest,
                    after=keyed.digest(event), detail={"event": number},
                )
            )  # fmt: skip
        append(connection, acts, stamp(dt.datetime.now(dt.UTC)))
    pack(place)
    return len(numbers)


def _empty(connection: Driver, numbers: Iterable[int]) -> None:
    empty = ", ".join(f"{name} = NULL" for name in WORDS)
    with guard_down(connection):
        for number in numbers:
            connection.execute(f"UPDATE outcome_events SET {empty} WHERE sequence = ?", (number,))
