"""Decisions in the ledger: an entry for each event, in its transaction, and whether the two still agree."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from fraudmatch.ledger.chain import Keyed, append, head_of
from fraudmatch.ledger.entry import Act
from fraudmatch.ledger.people import login_name
from fraudmatch.ledger.verify import Fault
from fraudmatch.store.access import Driver

#: Actions whose entries stand for an event each.
OF_EVENTS = ("decision.recorded", "decision.stood")


def enter_decisions(connection: Driver, sequences: Sequence[int], by: str | None, recorded_at: str) -> None:
    """Enter events that were added in this transaction, by their numbers.

    What is hashed is read back from the file, as it will be when it is verified.

    Args:
        by: who told them; null = whoever is logged in.
    """
    keyed, acts = Keyed(connection), []
    for sequence in sequences:
        event = event_of(connection, sequence)
        before = event["supersedes"]
        acts.append(
            Act(
                "decision.recorded",
                by or login_name(),
                event["flag_key"],
                event["partner"],
                before=keyed.digest(event_of(connection, before)) if before is not None else None,
                after=keyed.digest(event),
                detail={"event": sequence},
            )
        )
    append(connection, acts, recorded_at)


def first_disagreement(connection: Driver) -> Fault | None:
    """The first entry of a decision whose event is gone, altered or entered twice, or the first event without one."""
    keyed = Keyed(connection)
    events = {event["sequence"]: event for event in _events(connection, "ORDER BY sequence")}
    asked = (
        "SELECT seq, detail, after_digest FROM ledger "
        f"WHERE action IN ({', '.join('?' * len(OF_EVENTS))}) ORDER BY seq"
    )
    erased = _erased(connection)
    entered: set[int] = set()
    for seq, detail, digest in connection.execute(asked, OF_EVENTS):
        number = json.loads(detail).get("event")
        if number in entered:
            return Fault(seq, f"enters decision {number} a second time")
        if number not in events:
            return Fault(seq, f"decision {number} is not in the store any more")
        for later, before, after in erased.get(number, ()):
            if before != digest:
                return Fault(later, f"erases words of decision {number}, which was another one then")
            digest = after
        if keyed.digest(events[number]) != digest:
            return Fault(seq, f"decision {number} is not what was told: its digest does not fit")
        entered.add(number)
    missing = sorted(set(events) - entered)
    if missing:
        return Fault(head_of(connection).seq + 1, f"decision {missing[0]} has no entry")
    return None


def _erased(connection: Driver) -> dict[int, list[tuple[int, str, str]]]:
    """Number of an event -> (seq, digest before, digest after) of each entry that erased words of it, in order."""
    asked = "SELECT detail, seq, before_digest, after_digest FROM ledger WHERE action = 'decision.erased' ORDER BY seq"
    found: dict[int, list[tuple[int, str, str]]] = {}
    for detail, seq, before, after in connection.execute(asked):
        found.setdefault(json.loads(detail).get("event"), []).append((seq, before, after))
    return found


def event_of(connection: Driver, sequence: int) -> dict[str, Any]:
    """An event as it is in the store, by its number."""
    (found,) = _events(connection, "WHERE sequence = ?", sequence)
    return found


def _events(connection: Driver, which: str, *values: int) -> Iterator[dict[str, Any]]:
    cursor = connection.execute(f"SELECT * FROM outcome_events {which}", values)
    names = [column[0] for column in cursor.description]
    return (dict(zip(names, row, strict=True)) for row in cursor)
