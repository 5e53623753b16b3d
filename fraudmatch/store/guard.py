"""The guard that keeps events from being changed, taken down within one transaction for the one change there is."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from fraudmatch.place import Place, Server
from fraudmatch.store.access import Driver
from fraudmatch.store.connecting import connect
from fraudmatch.store.words import in_words

_IN_A_FILE, _ON_A_SERVER = "{table}_no_UPDATE", "{table}_no_change"


@contextmanager
def guard_down(connection: Driver, table: str = "outcome_events") -> Iterator[None]:
    """Let events of a table be changed while the block runs; nobody else can, since this transaction is the only writer.

    Is the transaction undone, so is this: the guard stands as it stood.
    """
    if isinstance(connection, sqlite3.Connection):
        asked = "SELECT sql FROM sqlite_master WHERE name = ?"
        name = _IN_A_FILE.format(table=table)
        ((guard,),) = connection.execute(asked, (name,)).fetchall()
        connection.execute(f"DROP TRIGGER {name}")
        yield
        connection.execute(guard)
    else:
        name = _ON_A_SERVER.format(table=table)
        connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER {name}")
        yield
        connection.execute(f"ALTER TABLE {table} ENABLE TRIGGER {name}")


def pack(place: Place) -> None:
    """Write a file anew without what was erased in it, which is zeroed already; a server does so in its own time.

    Raises:
        StoreError: the file cannot be written.
    """
    if isinstance(place, Server):
        return
    with in_words(place, "could not be packed"), contextlib.closing(connect(place)) as connection:
        connection.execute("VACUUM")
