"""Acts in the store: added with what belongs to them in one transaction, never changed, read in their order."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from fraudmatch.caselog.acts import Act, CaseEvent, checked
from fraudmatch.errors import ConflictError, DecisionError
from fraudmatch.ledger.decisions import enter_case_act
from fraudmatch.ledger.entry import canonical
from fraudmatch.ledger.erased import erased_since
from fraudmatch.outcomes.events import Decision
from fraudmatch.outcomes.store import Store, record_in
from fraudmatch.store.access import driver_of
from fraudmatch.store.tables import CASE_EVENTS
from fraudmatch.store.words import stamp

if TYPE_CHECKING:
    from sqlalchemy import Connection


@dataclass(frozen=True)
class Telling:
    """A decision that belongs to an act.

    Attributes:
        supersedes: number of the newest event about the flag, as the person saw it; null = there was none.
    """

    decision: Decision
    supersedes: int | None


@dataclass(frozen=True)
class Addition:
    """An act to keep, with the decisions that belong to it; fields as the arguments of `CaseLog.add`."""

    act: Act
    key: str
    version: int | None
    tells: tuple[Telling, ...] = ()


class CaseLog:
    """The acts on the cases of a site.

    Args:
        store: of the site; decisions that belong to an act go there in the same transaction.
    """

    def __init__(self, store: Store) -> None:
        self.store = store

    def add(
        self, act: Act, *, key: str, version: int | None, recorded_at: dt.datetime, tells: Sequence[Telling] = ()
    ) -> CaseEvent:  # fmt: skip
        """Keep one act and the decisions that belong to it; told again under the same key, the act of the first time comes back.

        Args:
            act: of a kind with decisions, `events` of its detail is filled in here.
            key: names this act of telling; a new one for every act; at most 80 characters.
            version: of the case, as the person saw it; null = the person does not see the case, and what else was done
                about it does not matter. recorded_at: now, with a time zone.

        Raises:
            ConflictError: somebody was faster, on the case or on a flag; nothing was changed.
            DecisionError: the act or a decision cannot be kept, or the key was used for another one.
            StoreError: the store is damaged or busy, or could not confirm that it wrote.
        """
        (event,) = self.add_all([Addition(act, key, version, tuple(tells))], recorded_at=recorded_at)
        return event

    def add_all(self, additions: Iterable[Addition], *, recorded_at: dt.datetime) -> list[CaseEvent]:
        """Keep several acts in one transaction, all or none; errors as in `add`."""
        with self.store.writing() as connection:
            return [_added(connection, one, recorded_at) for one in additions]

    def events(self, *, beyond: int = 0) -> list[CaseEvent]:
        """Acts in their order, those beyond a number.

        Raises:
            StoreError: the store cannot be read.
        """
        with self.store.reading() as connection:
            return _events(connection, CASE_EVENTS.c.sequence > beyond)

    def erased_since(self, seq: int | None) -> tuple[int, bool]:
        """The number of the newest entry of the ledger, and whether one after `seq` erased words of an act or a decision;
        null = nothing is held yet.

        Raises:
            StoreError: the store cannot be read.
        """
        with self.store.reading() as connection:
            return erased_since(driver_of(connection), seq)

    def last_sequence(self) -> int:
        """The number of the newest act, 0 where there is none.

        Raises:
            StoreError: the store cannot be read.
        """
        with self.store.reading() as connection:
            return _last(connection)


def _added(connection: Connection, one: Addition, recorded_at: dt.datetime) -> CaseEvent:
    known = _events(connection, CASE_EVENTS.c.idempotency_key == one.key)
    if known:
        return _same(known[0], one.act, one.version)
    act, newest = one.act, _version(connection, one.act.case_key)
    if one.version is not None and newest != one.version:
        raise ConflictError(
            f"Case {act.case_key} was changed since: it is at version {newest}, not {one.version}.",
            remedy="Nothing was changed. Look at the case as it is now, then tell it again.",
        )
    told = [
        record_in(
            connection, telling.decision, key=f"{one.key}:{number}", recorded_at=recorded_at,
            supersedes=telling.supersedes,
        ).event.sequence
        for number, telling in enumerate(one.tells)
    ]  # fmt: skip
    if told:
        act = replace(act, detail={**act.detail, "events": told})
    sequence = _last(connection) + 1
    event = CaseEvent(sequence, newest + 1, one.key, stamp(recorded_at), checked(act))
    connection.execute(sa.insert(CASE_EVENTS), [_row(event)])
    enter_case_act(driver_of(connection), sequence, event.recorded_at)
    return event


def _same(event: CaseEvent, act: Act, version: int | None) -> CaseEvent:
    """The event that an act was kept as, told once more.

    Raises:
        DecisionError: the key was used for another act.
    """
    decided = {"events": event.act.detail["events"]} if "events" in event.act.detail else {}
    if version not in (None, event.version - 1) or event.act != replace(
        act, detail={**act.detail, **decided}
    ):
        raise DecisionError(
            f"The key of this act was used for another one, {event.sequence}.",
            remedy="Every act needs a key of its own; nothing was changed.",
        )
    return event


def _events(connection: Connection, *where: sa.ColumnElement[bool]) -> list[CaseEvent]:
    asked = sa.select(CASE_EVENTS).where(*where).order_by(CASE_EVENTS.c.sequence)
    return [_event(dict(row)) for row in connection.execute(asked).mappings()]


def _event(row: dict[str, Any]) -> CaseEvent:
    act = Act(
        row["case_key"], tuple(json.loads(row["flags"])), row["partner"], row["actor"], row["kind"],
        json.loads(row["detail"]), row["note"],
    )  # fmt: skip
    return CaseEvent(row["sequence"], row["version"], row["idempotency_key"], row["recorded_at"], act)


def _row(event: CaseEvent) -> dict[str, Any]:
    act = event.act
    return {
        "sequence": event.sequence, "idempotency_key": event.idempotency_key, "recorded_at": event.recorded_at,
        "case_key": act.case_key, "version": event.version, "partner": act.partner, "actor": act.actor,
        "kind": act.kind, "flags": json.dumps(list(act.flags), separators=(",", ":")),
        "detail": canonical(act.detail), "note": act.note,
    }  # fmt: skip


def _version(connection: Connection, case_key: str) -> int:
    newest = sa.func.coalesce(sa.func.max(CASE_EVENTS.c.version), 0)
    return int(connection.execute(sa.select(newest).where(CASE_EVENTS.c.case_key == case_key)).scalar_one())


def _last(connection: Connection) -> int:
    return int(
        connection.execute(sa.select(sa.func.coalesce(sa.func.max(CASE_EVENTS.c.sequence), 0))).scalar_one()
    )
