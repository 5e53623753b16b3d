"""A store copied whole to another place: from a file to a server, back, or into a backup."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

from fraudmatch.errors import StoreError
from fraudmatch.place import Place, Server
from fraudmatch.store import access
from fraudmatch.store.connecting import copy_file
from fraudmatch.store.words import in_words

#: Table -> the column that orders it.
_TABLES = {"outcome_events": "sequence", "ledger": "seq", "case_events": "sequence", "accounts": "username"}


def copy_store(place: Place, to: Place) -> tuple[int, int]:
    """Copy everything, and the secret of the store, to where there is none yet; how many decisions and entries.

    What arrived is read back and compared before it counts.

    Raises:
        StoreError: there is one already, it cannot be written, or what arrived is not what was sent.
    """
    with in_words(to, "cannot be made"):
        access.ready(to)
    with access.transaction(place) as source, access.transaction(to, writes=True) as target:
        sent = _content(source)
        if any(rows for _, rows in _content(target).values()):
            raise StoreError(f"{to} holds a store already.", remedy="Nothing was copied. Name another place.")
        ((secret,),) = source.execute("SELECT secret FROM store_secrets WHERE name = 'digest'").fetchall()
        target.execute("DELETE FROM store_secrets")
        target.execute("INSERT INTO store_secrets VALUES (?, ?)", ("digest", bytes(secret)))
        for table, (names, rows) in sent.items():
            if rows:
                marks = ", ".join("?" * len(names))
                target.executemany(f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})", rows)
        if _content(target) != sent:
            raise StoreError(f"{to} did not take the store as it is.", remedy="Nothing was copied.")
    return len(sent["outcome_events"][1]), len(sent["ledger"][1])


def copy_to_file(place: Place, path: Path) -> None:
    """A copy of the store as a file, as of its last transaction, while others may write to it.

    Raises:
        StoreError: it cannot be read. sqlite3.Error: the file cannot be written.
    """
    if isinstance(place, Server):
        path.unlink(missing_ok=True)
        copy_store(place, path)
    else:
        copy_file(place, path)


def _content(connection: access.Driver) -> dict[str, tuple[list[str], list[tuple[Any, ...]]]]:
    found = {}
    for table, order in _TABLES.items():
        names = sorted(_columns(connection, table))
        rows = connection.execute(f"SELECT {', '.join(names)} FROM {table} ORDER BY {order}").fetchall()
        found[table] = names, [tuple(row) for row in rows]
    return found


def _columns(connection: access.Driver, table: str) -> list[str]:
    description: Any = connection.execute(f"SELECT * FROM {table} LIMIT 0").description
    return [column[0] for column in description]


def set_aside(path: Path) -> Path:
    """Give a file that was copied to a server a name nobody looks under; its new path."""
    number = 1
    while (to := path.with_name(f"{path.name}.moved-{number}")).exists():
        number += 1
    path.rename(to)
    with contextlib.suppress(OSError):
        path.with_name(f"{path.name}-journal").unlink(missing_ok=True)
    return to
