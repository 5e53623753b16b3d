"""Connections to the SQLite file of the store; docs/decisions/0009 says why they are set as they are."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

#: How long a writer waits for another, seconds.
PATIENCE = 10

#: Pragma -> (what is set, what SQLite then answers). Of a read-only connection the journal is not set.
_SETTINGS = {
    "journal_mode": ("TRUNCATE", "truncate"),
    "synchronous": ("EXTRA", 3),
    "foreign_keys": ("ON", 1),
    "secure_delete": ("ON", 1),
    "recursive_triggers": ("ON", 1),
    "trusted_schema": ("OFF", 0),
}


def make_file(path: Path) -> None:
    """An empty file that only its owner may read, where there is none yet."""
    with contextlib.suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))


def engine_of(path: Path, *, read_only: bool = False) -> Engine:
    """An engine that keeps no connection open, so that the file can be moved between two uses."""
    import sqlalchemy as sa
    from sqlalchemy.pool import NullPool

    made = sa.create_engine(
        "sqlite://", creator=lambda: connect(path, read_only=read_only), poolclass=NullPool
    )

    # The driver would begin a transaction late, and none at all before a CREATE TABLE.
    @sa.event.listens_for(made, "begin")
    def _begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return made


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction that no other writer is in; committed when the block ends, else nothing is changed."""
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        yield connection


def connect(path: Path, *, read_only: bool = False) -> sqlite3.Connection:
    """A connection of the driver with the settings of the store; transactions are the caller's.

    A writer that was killed may leave half a transaction, which the next connection has to take back. One that
    only reads may not write even that: then another takes it back for it.

    Raises:
        sqlite3.Error: the file cannot be opened, or refuses a setting.
    """
    try:
        return _opened(path, read_only=read_only)
    except sqlite3.OperationalError as error:
        code = getattr(error, "sqlite_errorcode", 0)  # an error that is not SQLite's own has none
        if not (read_only and code & 0xFF == sqlite3.SQLITE_READONLY):
            raise
    _opened(path, read_only=False).close()
    return _opened(path, read_only=True)


def _opened(path: Path, *, read_only: bool) -> sqlite3.Connection:
    mode = "ro" if read_only else "rw"
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}", uri=True, timeout=PATIENCE, isolation_level=None
    )
    try:
        for name, (wanted, answered) in _SETTINGS.items():
            if read_only and name == "journal_mode":
                continue
            connection.execute(f"PRAGMA {name}={wanted}").close()
            if connection.execute(f"PRAGMA {name}").fetchone()[0] != answered:
                raise sqlite3.OperationalError(f"{name} cannot be set to {wanted}")
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()  # takes half a transaction back
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def copy_file(path: Path, to: Path) -> None:
    """A copy of the file as of its last transaction, while others may write to it.

    It goes through SQLite: to open and close the file past it would let go of its locks.

    Raises:
        sqlite3.Error: the file cannot be read.
    """
    to.unlink(missing_ok=True)
    make_file(to)
    with (
        contextlib.closing(connect(path, read_only=True)) as source,
        contextlib.closing(sqlite3.connect(to)) as target,
    ):
        source.backup(target)
