"""Brings the file of the store to the schema of this program, in one transaction, or leaves it as it was.

A file that swaps places with a migrated copy would take with it what a writer in another process was
told is saved. So the migration runs in the file itself, in a transaction that shuts other writers out; the
events are counted and their content compared before it is committed; SQLite undoes it after a crash.
A copy of the file as it was stays beside it.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fraudmatch.errors import StoreError
from fraudmatch.store.connecting import copy_file, engine_of, writing
from fraudmatch.store.tables import ACCOUNTS, CASE_EVENTS, EVENTS, LEDGER
from fraudmatch.store.version import APPLICATION_ID, SCHEMA_VERSION, version_in

if TYPE_CHECKING:
    import sqlalchemy as sa
    from sqlalchemy import Connection

_HERE = Path(__file__).parent / "migrations"


def version_of(connection: Connection, path: Path) -> int:
    """The schema of the file; 0 = it is empty.

    Raises:
        StoreError: it is another program's database, or of a newer program.
    """
    return version_in(driver_of(connection), path)


def driver_of(connection: Connection) -> sqlite3.Connection:
    """The connection of the driver underneath, in the transaction that it is in."""
    inner = connection.connection.driver_connection
    assert isinstance(inner, sqlite3.Connection)
    return inner


def bring_up(path: Path, *, to: int = SCHEMA_VERSION, more: Sequence[Path] = ()) -> None:
    """Make the schema of an empty file, or migrate an older one; nothing when it is up to date.

    Args:
        to: the schema wanted; a test asks for one that is not released.
        more: further folders with migrations.

    Raises:
        StoreError: the migration would lose or alter an event; nothing was changed.
    """
    engine = engine_of(path)
    with writing(engine) as connection:
        before = version_of(connection, path)
        if before >= to:  # another process was faster
            return
        kept = _fingerprint(connection, before) if before else None
        if before:
            copy_file(path, path.with_name(f"{path.name}.schema-{before}"))
        _upgrade(connection, more)
        if kept is not None and kept != _fingerprint(connection, before):
            raise StoreError(
                f"{path}: the change of its schema from {before} to {to} would alter decisions; it was undone.",
                remedy="Use the older program, and report this as a fault of this one.",
            )
        connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.exec_driver_sql(f"PRAGMA user_version = {to}")


def _upgrade(connection: Connection, more: Sequence[Path]) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    places = [_HERE / "versions", *more]
    config.set_main_option("script_location", str(_HERE).replace("%", "%%"))
    config.set_main_option("path_separator", "newline")
    config.set_main_option("version_locations", "\n".join(str(each).replace("%", "%%") for each in places))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _fingerprint(connection: Connection, schema: int) -> list[tuple[int, str]]:
    """Of each table that a file of that schema has: how many rows, and a digest of all they say in columns known here."""
    tables = [
        (1, EVENTS, "sequence"),
        (2, LEDGER, "seq"),
        (3, CASE_EVENTS, "sequence"),
        (3, ACCOUNTS, "username"),
    ]
    return [_rows_of(connection, table, order) for since, table, order in tables if since <= schema]


def _rows_of(connection: Connection, table: sa.Table, order: str) -> tuple[int, str]:
    import sqlalchemy as sa

    names = [row[1] for row in connection.exec_driver_sql(f"PRAGMA table_info({table.name})")]
    columns = [column.name for column in table.c if column.name in names]
    asked: Any = sa.select(*(sa.literal_column(name) for name in columns)).select_from(sa.text(table.name))
    count, digest = 0, hashlib.sha256()
    for row in connection.execute(asked.order_by(sa.text(order))):
        digest.update(repr(tuple(row)).encode("utf-8"))
        count += 1
    return count, digest.hexdigest()
