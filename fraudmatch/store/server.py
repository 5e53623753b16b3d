"""The store of a site on a PostgreSQL server: the same tables, held to the same laws by triggers of its own.

Needs the extra `[postgresql]`. A writer locks the tables against other writers at its beginning, as a file is locked,
so that numbers have no gaps and chains no forks; a reader sees one moment.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import secrets
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from fraudmatch.errors import StoreError
from fraudmatch.place import Server
from fraudmatch.store.connecting import PATIENCE
from fraudmatch.store.damage import missing
from fraudmatch.store.version import SCHEMA_VERSION

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

_NEVER = "are never changed or removed"
_EVENTS_NEXT = """
NEW.sequence <> (SELECT coalesce(max(sequence), 0) + 1 FROM outcome_events)
OR (NEW.supersedes IS NULL AND EXISTS (SELECT 1 FROM outcome_events WHERE flag_key = NEW.flag_key))
"""
_LEDGER_NEXT = f"""
NEW.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM ledger)
OR NEW.prev <> coalesce((SELECT hash FROM ledger ORDER BY seq DESC LIMIT 1), '{"0" * 64}')
"""
_CASES_NEXT = """
NEW.sequence <> (SELECT coalesce(max(sequence), 0) + 1 FROM case_events)
OR NEW.version <> (SELECT coalesce(max(version), 0) + 1 FROM case_events WHERE case_key = NEW.case_key)
"""
_LAWS = (
    ("outcome_events", "decisions", _EVENTS_NEXT, "events are added at the end, each once"),
    ("ledger", "entries of the ledger", _LEDGER_NEXT, "entries are added at the end, each chained to the one before"),
    ("case_events", "what was done about a case", _CASES_NEXT, "acts are added at the end, each once"),
)  # fmt: skip

#: Schema -> the tables it brought; version 2 was the first on a server.
_BROUGHT = {3: ("accounts", "case_events")}


class ServerConnection:
    """A connection of the driver that takes statements as the one of SQLite does, and gives what it gives."""

    def __init__(self, raw: Any) -> None:
        self._raw = raw

    def execute(self, statement: str, values: Sequence[Any] = ()) -> Rows:
        """Run a statement; ? stands for a value."""
        cursor = self._raw.cursor()
        cursor.execute(statement.replace("%", "%%").replace("?", "%s"), tuple(values))
        return Rows(cursor)

    def executemany(self, statement: str, rows: Iterable[Sequence[Any]]) -> None:
        """Run a statement once for each row."""
        for row in rows:
            self.execute(statement, row)

    def close(self) -> None:
        """Close it; what was not committed is undone."""
        with contextlib.suppress(Exception):  # it may be closed from the other side
            self._raw.close()


class Rows:
    """What a statement gave, as tuples; days as text."""

    def __init__(self, cursor: Any) -> None:
        self._cursor = cursor
        self.description = cursor.description

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        return map(_plain, self._cursor)

    def fetchone(self) -> tuple[Any, ...] | None:
        """The next row; None after the last."""
        row = self._cursor.fetchone()
        return _plain(row) if row is not None else None

    def fetchall(self) -> list[tuple[Any, ...]]:
        """All rows that are left."""
        return list(self)


def _plain(row: Sequence[Any]) -> tuple[Any, ...]:
    return tuple(value.isoformat() if isinstance(value, dt.date) else value for value in row)


def _connected(server: Server) -> Any:
    try:
        from pg8000 import dbapi
    except ImportError as error:
        raise StoreError(
            "The store of this site is on a PostgreSQL server, and the driver is not installed.",
            remedy="Install it with: pip install 'fraudmatch[postgresql]'",
        ) from error
    made = dbapi.connect(timeout=3 * PATIENCE, application_name="fraudmatch", **server.options())
    cursor = made.cursor()
    for setting in (
        f'search_path TO "{server.schema}"', "synchronous_commit TO on", "TimeZone TO 'UTC'",
        f"lock_timeout TO '{PATIENCE}s'", "idle_in_transaction_session_timeout TO '600s'",
    ):  # fmt: skip
        cursor.execute(f"SET {setting}")
    made.commit()
    return made


def engine_of(server: Server) -> Engine:
    """An engine that keeps no connection open; `writing` locks other writers out from the beginning."""
    import sqlalchemy as sa
    from sqlalchemy.pool import NullPool

    made = sa.create_engine("postgresql+pg8000://", creator=lambda: _connected(server), poolclass=NullPool)

    @sa.event.listens_for(made, "begin")
    def _begin(connection: Connection) -> None:
        for statement in _beginning(connection.get_execution_options().get("writes", False)):
            connection.exec_driver_sql(statement)

    return made


def _beginning(writes: bool) -> tuple[str, ...]:
    if writes:
        return ("LOCK TABLE outcome_events, ledger IN EXCLUSIVE MODE",)
    return ("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY",)


@contextmanager
def transaction(server: Server, *, writes: bool = False) -> Iterator[ServerConnection]:
    """A transaction; what was written is kept when the block ends, else nothing.

    Raises:
        StoreError: it is of another version than this program. Errors of the driver: it cannot be read or written.
    """
    raw = _connected(server)
    connection = ServerConnection(raw)
    try:
        for statement in _beginning(writes):
            connection.execute(statement)
        if version_in(connection, server) != SCHEMA_VERSION:
            raise StoreError(f"{server} is of another version than this program.", remedy="Use that program.")
        yield connection
        raw.commit()
    except BaseException:
        with contextlib.suppress(Exception):
            raw.rollback()
        raise
    finally:
        connection.close()


def exists(server: Server) -> bool:
    """Whether the site has its tables there. Errors of the driver: the server cannot be asked."""
    raw = _connected(server)
    with contextlib.closing(ServerConnection(raw)) as connection:
        return _has(connection, "outcome_events")


def has_events(server: Server) -> bool:
    """Whether there is a decision."""
    if not exists(server):
        return False
    with transaction(server) as connection:
        return connection.execute("SELECT 1 FROM outcome_events LIMIT 1").fetchone() is not None


def ready(server: Server) -> None:
    """Make the tables of the site where there are none; those of an older program are brought to the schema of this one.

    Raises:
        StoreError: the schema holds something else, or is of a newer program.
    """
    raw = _connected(server)
    with contextlib.closing(ServerConnection(raw)) as connection:
        number = int.from_bytes(hashlib.sha256(server.schema.encode()).digest()[:7], "big")
        connection.execute("SELECT pg_advisory_xact_lock(CAST(? AS bigint))", (number,))
        if _has(connection, "alembic_version"):
            version = version_in(connection, server)
            if version > SCHEMA_VERSION:
                raise StoreError(
                    f"{server} has schema {version}, this program knows {SCHEMA_VERSION}.",
                    remedy="Use the program of that version; nothing was changed.",
                )
            _bring_up(connection, version)
        else:
            _fill(connection, server)
        raw.commit()


def _bring_up(connection: ServerConnection, version: int) -> None:
    """Add what newer schemas brought, in the transaction of the connection; a change of columns needs more than this."""
    for schema in range(version + 1, SCHEMA_VERSION + 1):
        for statement in (*_tables(_BROUGHT[schema]), *_laws(_BROUGHT[schema])):
            connection.execute(statement)
        connection.execute("UPDATE alembic_version SET version_num = ?", (f"{schema:04}",))


def damage_of(server: Server) -> str:
    """What is wrong with the events and acts, in a few words; "" = nothing."""
    with transaction(server) as connection:
        return missing(lambda asked: connection.execute(asked).fetchone())


def version_in(connection: ServerConnection, server: Server) -> int:
    """The schema of the tables."""
    found = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    return int(found[0]) if found else 0


def _has(connection: ServerConnection, table: str) -> bool:
    asked = "SELECT count(*) FROM pg_tables WHERE schemaname = current_schema() AND tablename = ?"
    found = connection.execute(asked, (table,)).fetchone()
    return bool(found and found[0])


def _fill(connection: ServerConnection, server: Server) -> None:
    connection.execute(f'CREATE SCHEMA IF NOT EXISTS "{server.schema}"')
    found = connection.execute(
        "SELECT count(*) FROM pg_tables WHERE schemaname = ?", (server.schema,)
    ).fetchone()
    if found and found[0]:
        raise StoreError(
            f"{server} holds tables of another program.", remedy="Name another schema in site.toml."
        )
    connection.execute("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)")
    names = _table_names()
    for statement in (*_tables(names), *_laws(names)):
        connection.execute(statement)
    connection.execute("INSERT INTO store_secrets VALUES (?, ?)", ("digest", secrets.token_bytes(32)))
    connection.execute("INSERT INTO alembic_version VALUES (?)", (f"{SCHEMA_VERSION:04}",))


def _table_names() -> tuple[str, ...]:
    from fraudmatch.store.tables import METADATA

    return tuple(METADATA.tables)


def _tables(names: Collection[str]) -> Iterator[str]:
    from sqlalchemy.dialects import postgresql
    from sqlalchemy.schema import CreateIndex, CreateTable

    from fraudmatch.store.tables import METADATA

    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    for table in (table for table in METADATA.sorted_tables if table.name in names):
        yield str(CreateTable(table).compile(dialect=dialect))
        for index in sorted(table.indexes, key=lambda index: str(index.name)):
            yield str(CreateIndex(index).compile(dialect=dialect))


def _laws(names: Collection[str]) -> Iterator[str]:
    """What no program may do: change or remove a row, or add one elsewhere than at the end."""
    for table, what, wrong, words in (law for law in _LAWS if law[0] in names):
        yield (
            f"CREATE FUNCTION {table}_stays() RETURNS trigger LANGUAGE plpgsql AS $$ "
            f"BEGIN RAISE EXCEPTION '{what} {_NEVER}'; END $$"
        )
        yield (
            f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_stays()"
        )
        yield (
            f"CREATE FUNCTION {table}_ends() RETURNS trigger LANGUAGE plpgsql AS $$ "
            f"BEGIN IF {wrong} THEN RAISE EXCEPTION '{words}'; END IF; RETURN NEW; END $$"
        )
        yield (
            f"CREATE TRIGGER {table}_next_only BEFORE INSERT ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION {table}_ends()"
        )
