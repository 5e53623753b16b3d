"""The store of a site wherever it lies: each function asks the file or the server.

What is given and taken is the same of both: connections of the driver that take statements with ? for values.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from fraudmatch.errors import StoreError
from fraudmatch.place import Place, Server
from fraudmatch.store import connecting, damage, file, server
from fraudmatch.store.server import ServerConnection
from fraudmatch.store.words import in_words

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

#: What a transaction is used through.
Driver = sqlite3.Connection | ServerConnection


def exists(place: Place) -> bool:
    """Whether there is a store.

    Raises:
        StoreError: the server cannot be asked.
    """
    if isinstance(place, Path):
        return place.exists()
    with in_words(place, "cannot be reached"):
        return server.exists(place)


def ready(place: Place) -> None:
    """Make the store where there is none; a file of an older program is brought to the schema of this one.

    Raises:
        StoreError: it is no store, or of a newer program. Errors of the driver: it cannot be written.
    """
    if isinstance(place, Server):
        server.ready(place)
    else:
        file.ready(place)


def opened(place: Place) -> bool:
    """Whether there is a store, ready for a transaction; none is made where there is none.

    Raises:
        StoreError: it cannot be reached or opened, is no store, or of a newer program.
    """
    if not exists(place):
        return False
    with in_words(place, "cannot be opened"):
        ready(place)
    return True


def transaction(place: Place, *, writes: bool = False) -> AbstractContextManager[Driver]:
    """A transaction over a store that is ready; what was written is kept when the block ends, else nothing.

    Raises:
        StoreError: it cannot be read or written, or is of another version than this program.
    """
    if isinstance(place, Server):
        return _on_server(place, writes)
    return file.transaction(place, writes=writes)


@contextmanager
def _on_server(place: Server, writes: bool) -> Iterator[Driver]:
    what = "could not confirm that it saved" if writes else "could not be read"
    with in_words(place, what), server.transaction(place, writes=writes) as connection:
        yield connection


def has_events(place: Place) -> bool:
    """Whether the store may hold a decision; True of a file that cannot be read, so that somebody looks.

    Raises:
        StoreError: the server cannot be asked.
    """
    if isinstance(place, Path):
        return file.has_events(place)
    with in_words(place, "cannot be reached"):
        return server.has_events(place)


def engine_of(place: Place, *, read_only: bool = False) -> Engine:
    """An engine that keeps no connection open; see `connecting.writing`."""
    if isinstance(place, Server):
        return server.engine_of(place)
    return connecting.engine_of(place, read_only=read_only)


def damage_of(place: Place) -> str:
    """What is wrong with the store, in a few words; "" = nothing."""
    return server.damage_of(place) if isinstance(place, Server) else damage.damage_of(place)


def driver_of(connection: Connection) -> Driver:
    """The connection of the driver underneath, in the transaction that it is in."""
    inner = connection.connection.driver_connection
    return inner if isinstance(inner, sqlite3.Connection) else ServerConnection(inner)


def insist_on_version(connection: Connection, place: Place) -> None:
    """Refuse a store that a program of another version has changed since it was opened.

    Raises:
        StoreError: it was.
    """
    from fraudmatch.store.version import SCHEMA_VERSION, version_in

    inner = driver_of(connection)
    if isinstance(inner, ServerConnection):
        assert isinstance(place, Server)
        found = server.version_in(inner, place)
    else:
        assert isinstance(place, Path)
        found = version_in(inner, place)
    if found != SCHEMA_VERSION:
        raise StoreError(f"{place} was changed by another program.", remedy="Start again.")
