"""The file of a site's store, through the driver alone: made where there is none, brought up, and transactions."""

from __future__ import annotations

import contextlib
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fraudmatch.errors import StoreError
from fraudmatch.store.connecting import connect, make_file
from fraudmatch.store.version import APPLICATION_ID, SCHEMA_VERSION, version_in
from fraudmatch.store.words import in_words

_SCHEMA = Path(__file__).parent / "schema.sql"


def ready(path: Path) -> None:
    """Make the file where there is none, and bring an older one to the schema of this program.

    Raises:
        StoreError: it is no store, or of a newer program. sqlite3.Error, OSError: it cannot be written.
    """
    make_file(path)
    with contextlib.closing(connect(path)) as connection:
        version = version_in(connection, path)
    if not version:
        _fill(path)
    elif version < SCHEMA_VERSION:
        from fraudmatch.store.migrating import bring_up

        bring_up(path)


@contextmanager
def transaction(path: Path, *, writes: bool = False) -> Iterator[sqlite3.Connection]:
    """A transaction over a file that is ready; what was written is kept when the block ends, else nothing.

    Raises:
        StoreError: it cannot be read or written, or is of another version than this program.
    """
    what = "could not confirm that it saved" if writes else "could not be read"
    with in_words(path, what), contextlib.closing(connect(path, read_only=not writes)) as connection:
        connection.execute("BEGIN IMMEDIATE" if writes else "BEGIN")
        try:
            if version_in(connection, path) != SCHEMA_VERSION:
                raise StoreError(f"{path} was changed by another program.", remedy="Start again.")
            yield connection
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise


def has_events(path: Path) -> bool:
    """Whether the file may hold a decision; True of one that cannot be read, so that somebody looks.

    It asks without the libraries that reading events takes, a third of a second.
    """
    try:
        with contextlib.closing(connect(path, read_only=True)) as connection:
            if not version_in(connection, path):
                return False
            return connection.execute("SELECT 1 FROM outcome_events LIMIT 1").fetchone() is not None
    except (sqlite3.Error, OSError, StoreError):
        return True


def _fill(path: Path) -> None:
    with contextlib.closing(connect(path)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        if version_in(connection, path):  # another process was faster
            connection.execute("ROLLBACK")
            return
        statement = ""
        for line in _SCHEMA.read_text(encoding="utf-8").splitlines(keepends=True):
            statement += line
            if sqlite3.complete_statement(statement):
                connection.execute(statement)
                statement = ""
        secret = ("digest", secrets.token_bytes(32))
        connection.execute("INSERT INTO store_secrets VALUES (?, ?)", secret)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        connection.execute("COMMIT")
