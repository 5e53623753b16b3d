"""The store of outcomes of a site: `outcomes.sqlite`, to which events are added and nothing else happens.

An event counts as kept once its transaction is committed, and only then is the caller told. An error on
the way is no proof that it was not kept: telling the same again under the same key gives the
event that was kept, or keeps it now.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import sqlalchemy as sa

from fraudmatch.errors import ConflictError, DecisionError, StoreError
from fraudmatch.ledger.chain import Keyed
from fraudmatch.ledger.decisions import enter_decisions
from fraudmatch.outcomes.events import REOPENED, Decision, Event, checked, key_of
from fraudmatch.outcomes.rows import events_of, last_of, newest_of, row_of
from fraudmatch.place import Place
from fraudmatch.schemas import DECIDED, OUTCOMES, conform
from fraudmatch.store.access import damage_of, driver_of, engine_of, insist_on_version, ready
from fraudmatch.store.connecting import make_file, writing
from fraudmatch.store.moving import copy_to_file
from fraudmatch.store.tables import EVENTS
from fraudmatch.store.words import in_words, stamp

if TYPE_CHECKING:
    from sqlalchemy import Connection


@dataclass(frozen=True)
class Recorded:
    """What became of a decision that was told.

    Attributes:
        event: as it is kept. added: False when it was told before under the same key.
    """

    event: Event
    added: bool


@dataclass(frozen=True)
class Taken:
    """What became of rows of a file.

    Attributes:
        added: rows that are events now. older: rows left out since the store has a decision of a later day.
    """

    added: int = 0
    older: int = 0


class Store:
    """The store of one site.

    Attributes:
        path: the file, or where it is on a server. damage: what is wrong with it; "" = nothing. A damaged store can be read as far
            as it goes, and takes nothing.
    """

    def __init__(self, path: Place, damage: str = "") -> None:
        self.path, self.damage = path, damage
        self._engine = engine_of(path, read_only=bool(damage))

    def record(
        self, decision: Decision, *, key: str, recorded_at: dt.datetime, supersedes: int | None
    ) -> Recorded:
        """Keep one decision; told again under the same key, the event of the first time comes back.

        What counts as the same is what the person said; what the program knew of the flag may be newer.

        Args:
            key: names this act of telling; a new one for every act.
            recorded_at: now, with a time zone; the store has no clock.
            supersedes: sequence of the newest event about the flag, as the person saw it; None = there was none.

        Raises:
            ConflictError: the newest event is another one; nothing was changed.
            DecisionError: the decision cannot be kept, or the key was used for another one.
            StoreError: the store is damaged or busy, or could not confirm that it wrote.
        """
        with self.writing() as connection:
            return record_in(connection, decision, key=key, recorded_at=recorded_at, supersedes=supersedes)

    def take(self, decisions: Iterable[Decision], *, kind: str, recorded_at: dt.datetime) -> Taken:
        """Keep the rows of a file that are not kept yet, in one transaction, in the order given.

        A row is an act of telling of its own: one that came before adds nothing, whatever was decided
        since. Nor does a row that says what an event about its flag says, or one older than the newest.

        Raises:
            DecisionError: a row cannot be kept. StoreError: as in `record`; nothing was changed.
        """
        keys = {key_of(checked(decision), kind): decision for decision in decisions}
        with self.reading() as connection:
            fresh = _unknown(connection, keys, kind)
        if not fresh:
            return Taken()
        with self.writing() as connection:
            fresh = _unknown(connection, keys, kind)
            rows, older = _following(connection, fresh, stamp(recorded_at))
            if rows:
                connection.execute(sa.insert(EVENTS), rows)
                told = [row["sequence"] for row in rows]
                enter_decisions(driver_of(connection), told, None, stamp(recorded_at))
        return Taken(len(rows), older)

    def not_taken(self, decisions: Iterable[Decision], *, kind: str) -> list[Decision]:
        """Those of the rows of a file that `take` would look at: no act of telling of theirs is kept."""
        keys = {key_of(checked(decision), kind): decision for decision in decisions}
        with self.reading() as connection:
            return list(_unknown(connection, keys, kind).values())

    def secret(self) -> bytes:
        """The secret that digests of a basis are keyed with: 32 bytes of this store's own."""
        with self.reading() as connection:
            return Keyed(driver_of(connection)).secret_for("basis")

    def events(self) -> list[Event]:
        """All events, in their order."""
        with self.reading() as connection:
            return events_of(connection)

    def events_beyond(self, sequence: int) -> list[Event]:
        """The events after one, in their order."""
        with self.reading() as connection:
            return events_of(connection, EVENTS.c.sequence > sequence)

    def newest(self, flag_key: str) -> Event | None:
        """The event in force about a flag, None where there is none."""
        with self.reading() as connection:
            return newest_of(connection, flag_key)

    def last_sequence(self) -> int:
        """The number of the newest event, 0 where there is none."""
        with self.reading() as connection:
            return last_of(connection)

    def copy_to(self, path: Path) -> None:
        """A copy of the store as of its last transaction, while others may write to it.

        Raises:
            StoreError: it cannot be read.
        """
        with in_words(self.path, "could not be copied"):
            copy_to_file(self.path, path)

    def in_force(self, as_at: dt.date, *, up_to: int | None = None) -> pa.Table:
        """OUTCOMES on a date: of each flag the newest event that was decided by then, unless it reopened the flag.

        Args:
            up_to: events after this one are as if they had not been told; None = all count.
        """
        return self._newest_by(as_at, up_to, OUTCOMES, "OUTCOMES", EVENTS.c.outcome != REOPENED)

    def decided(self, as_at: dt.date, *, up_to: int | None = None) -> pa.Table:
        """DECIDED on a date: of the same flags as `in_force`, and of those that were reopened."""
        return self._newest_by(as_at, up_to, DECIDED, "DECIDED")

    def _newest_by(
        self, as_at: dt.date, up_to: int | None, schema: pa.Schema, what: str, *where: sa.ColumnElement[bool]
    ) -> pa.Table:
        by_then = sa.select(sa.func.max(EVENTS.c.sequence)).where(EVENTS.c.decided_on <= as_at)
        if up_to is not None:
            by_then = by_then.where(EVENTS.c.sequence <= up_to)
        asked = (
            sa.select(*(EVENTS.c[name] for name in schema.names))
            .where(EVENTS.c.sequence.in_(by_then.group_by(EVENTS.c.flag_key)), *where)
            .order_by(EVENTS.c.flag_key)
        )
        with self.reading() as connection:
            rows = connection.execute(asked).all()
        columns: Iterable[Any] = zip(*rows, strict=True) if rows else [()] * len(schema)
        arrays = [pa.array(column, of.type) for column, of in zip(columns, schema, strict=True)]
        return conform(pa.Table.from_arrays(arrays, schema=schema), schema, what=what)

    def decided_after(self, as_at: dt.date) -> int:
        """How many events are dated after a night, and do not count in it."""
        with self.reading() as connection:
            asked = sa.select(sa.func.count()).select_from(EVENTS).where(EVENTS.c.decided_on > as_at)
            return int(connection.execute(asked).scalar_one())

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that sees one moment of the store.

        Raises:
            StoreError: it cannot be read.
        """
        with in_words(self.path, "could not be read"), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that no other writer is in; kept when the block ends, else nothing is.

        Raises:
            StoreError: the store is damaged or busy, or could not confirm that it wrote.
        """
        if self.damage:
            raise StoreError(
                f"{self.path} is damaged ({self.damage}) and takes no decisions. What can be read of it still can be.",
                remedy="Keep it as it is, put back the newest copy of it, and add what the copy lacks with: "
                "fraudmatch outcomes list SITE --all",
            )
        with (
            in_words(self.path, "could not confirm that it saved the decision"),
            writing(self._engine) as connection,
        ):
            # A program of another version may have changed the file since it was opened.
            insist_on_version(connection, self.path)
            yield connection


def record_in(
    connection: Connection, decision: Decision, *, key: str, recorded_at: dt.datetime, supersedes: int | None
) -> Recorded:
    """Keep one decision in a transaction of `Store.writing`; arguments and errors as in `Store.record`."""
    checked(decision)
    known = events_of(connection, EVENTS.c.idempotency_key == key)
    if known:
        if (known[0].decision.told(), known[0].supersedes) != (decision.told(), supersedes):
            raise DecisionError(
                f"The key of this decision was used for another one, event {known[0].sequence}.",
                remedy="Every decision needs a key of its own; nothing was changed.",
            )
        return Recorded(known[0], added=False)
    newest = newest_of(connection, decision.flag_key)
    if (newest.sequence if newest else None) != supersedes:
        raise ConflictError(
            f"Flag {decision.flag_key} has been decided: {newest}."
            if newest
            else f"Flag {decision.flag_key} has no event {supersedes}.",
            remedy=(
                f"Nothing was changed. To replace that decision, tell yours again with --supersedes {newest.sequence}."
                if newest
                else "Nothing was changed. Tell it again without --supersedes."
            ),
        )
    event = Event(last_of(connection) + 1, key, stamp(recorded_at), supersedes, decision)
    connection.execute(sa.insert(EVENTS), [row_of(event)])
    enter_decisions(driver_of(connection), [event.sequence], decision.decided_by, event.recorded_at)
    return Recorded(event, added=True)


def open_store(path: Place) -> Store:
    """Open the store of a site, made where there is none; a damaged one opens for reading only.

    Raises:
        StoreError: the file is no store, of a newer program, busy, or cannot be read at all.
    """
    with in_words(path, "cannot be opened"):
        if isinstance(path, Path):
            make_file(path)
            damage = damage_of(path)
            if not damage:
                ready(path)
        else:
            ready(path)
            damage = damage_of(path)
    return Store(path, damage)


def _unknown(connection: Connection, keys: Mapping[str, Decision], kind: str) -> dict[str, Decision]:
    asked = sa.select(EVENTS.c.idempotency_key).where(EVENTS.c.idempotency_key.startswith(f"{kind}:"))
    known = set(connection.execute(asked).scalars())
    return {key: decision for key, decision in keys.items() if key not in known}


def _following(
    connection: Connection, fresh: Mapping[str, Decision], recorded_at: str
) -> tuple[list[dict[str, Any]], int]:
    """Rows of the table for new decisions, each superseding the one before it about its flag; how many are too old."""
    sequence, older, rows = last_of(connection), 0, []
    newest = {
        row.flag_key: (row.sequence, row.decided_on)
        for row in connection.execute(
            sa.select(EVENTS.c.flag_key, EVENTS.c.sequence, EVENTS.c.decided_on).order_by(EVENTS.c.sequence)
        )
    }
    stored = set(newest)
    for key, decision in fresh.items():
        before, day = newest.get(decision.flag_key, (None, None))
        if day is not None and decision.flag_key in stored:
            said = events_of(connection, EVENTS.c.flag_key == decision.flag_key)
            if decision.told() in [event.decision.told() for event in said]:
                continue
        if day is not None and decision.decided_on < day:
            older += 1
            continue
        sequence += 1
        rows.append(row_of(Event(sequence, key, recorded_at, before, decision)))
        newest[decision.flag_key] = (sequence, decision.decided_on)
    return rows, older
