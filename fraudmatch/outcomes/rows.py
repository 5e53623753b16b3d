"""Events as rows of the store's table, and back."""

from __future__ import annotations

from dataclasses import asdict, fields
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from fraudmatch.outcomes.events import Decision, Event
from fraudmatch.store.tables import EVENTS

if TYPE_CHECKING:
    from sqlalchemy import Connection

_TOLD = tuple(field.name for field in fields(Decision))


def newest_of(connection: Connection, flag_key: str) -> Event | None:
    """The newest event about a flag, None where there is none."""
    found = events_of(connection, EVENTS.c.flag_key == flag_key)
    return found[-1] if found else None


def last_of(connection: Connection) -> int:
    """The number of the newest event, 0 where there is none."""
    return int(
        connection.execute(sa.select(sa.func.coalesce(sa.func.max(EVENTS.c.sequence), 0))).scalar_one()
    )


def events_of(connection: Connection, *where: sa.ColumnElement[bool]) -> list[Event]:
    """Events in their order, all or those that meet every condition."""
    asked = sa.select(EVENTS).where(*where).order_by(EVENTS.c.sequence)
    return [
        Event(
            row["sequence"], row["idempotency_key"], row["recorded_at"], row["supersedes"],
            Decision(**{name: row[name] for name in _TOLD}),
        )
        for row in connection.execute(asked).mappings()
    ]  # fmt: skip


def row_of(event: Event) -> dict[str, Any]:
    """An event as a row of the table."""
    return asdict(event.decision) | {
        "sequence": event.sequence,
        "idempotency_key": event.idempotency_key,
        "recorded_at": event.recorded_at,
        "supersedes": event.supersedes,
    }
