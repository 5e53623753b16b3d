"""Decisions, and other acts about cases, in the ledger: an entry for each, in its transaction, and whether the two still agree."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from fraudmatch.ledger.chain import Keyed, append, head_of
from fraudmatch.ledger.entry import Act
from fraudmatch.ledger.people import login_name
from fraudmatch.ledger.verify import Fault
from fraudmatch.store.access import Driver


@dataclass(frozen=True)
class Kind:
    """What is kept as events with an entry each.

    Attributes:
        word: what one is called. table: where the events are; actions: whose entries stand for one each.
        erased: the action that erases words of one.
    """

    word: str
    table: str
    actions: tuple[str, ...]
    erased: str


DECISIONS = Kind("decision", "outcome_events", ("decision.recorded", "decision.stood"), "decision.erased")
CASE_ACTS = Kind("act", "case_events", ("case.worked",), "case.erased")


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


def enter_case_act(connection: Driver, sequence: int, recorded_at: str) -> None:
    """Enter an act about a case that was added in this transaction, by its number."""
    event = event_of(connection, sequence, CASE_ACTS)
    act = Act(
        "case.worked", event["actor"], event["case_key"], event["partner"], after=Keyed(connection).digest(event),
        detail={"event": sequence, "kind": event["kind"]},
    )  # fmt: skip
    append(connection, [act], recorded_at)


def first_disagreement(connection: Driver) -> Fault | None:
    """The first entry of a decision or act whose event is gone, altered or entered twice, or the first event without one."""
    found = (_disagreement(connection, kind) for kind in (DECISIONS, CASE_ACTS))
    return next((fault for fault in found if fault), None)


def _disagreement(connection: Driver, kind: Kind) -> Fault | None:
    keyed, what = Keyed(connection), kind.word
    events = {event["sequence"]: event for event in _events(connection, kind, "ORDER BY sequence")}
    asked = (
        "SELECT seq, detail, after_digest FROM ledger "
        f"WHERE action IN ({', '.join('?' * len(kind.actions))}) ORDER BY seq"
    )
    erased = _erased(connection, kind)
    entered: set[int] = set()
    for seq, detail, digest in connection.execute(asked, kind.actions):
        number = json.loads(detail).get("event")
        if number in entered:
            return Fault(seq, f"enters {what} {number} a second time")
        if number not in events:
            return Fault(seq, f"{what} {number} is not in the store any more")
        for later, before, after in erased.get(number, ()):
            if before != digest:
                return Fault(later, f"erases words of {what} {number}, which was another one then")
            digest = after
        if keyed.digest(events[number]) != digest:
            return Fault(seq, f"{what} {number} is not what was told: its digest does not fit")
        entered.add(number)
    missing = sorted(set(events) - entered)
    if missing:
        return Fault(head_of(connection).seq + 1, f"{what} {missing[0]} has no entry")
    return None


def _erased(connection: Driver, kind: Kind) -> dict[int, list[tuple[int, str, str]]]:
    """Number of an event -> (seq, digest before, digest after) of each entry that erased words of it, in order."""
    asked = "SELECT detail, seq, before_digest, after_digest FROM ledger WHERE action = ? ORDER BY seq"
    found: dict[int, list[tuple[int, str, str]]] = {}
    for detail, seq, before, after in connection.execute(asked, (kind.erased,)):
        found.setdefault(json.loads(detail).get("event"), []).append((seq, before, after))
    return found


def event_of(connection: Driver, sequence: int, kind: Kind = DECISIONS) -> dict[str, Any]:
    """An event as it is in the store, by its number."""
    (found,) = _events(connection, kind, "WHERE sequence = ?", sequence)
    return found


def _events(connection: Driver, kind: Kind, which: str, *values: int) -> Iterator[dict[str, Any]]:
    cursor = connection.execute(f"SELECT * FROM {kind.table} {which}", values)
    names = [column[0] for column in cursor.description]
    return (dict(zip(names, row, strict=True)) for row in cursor)
