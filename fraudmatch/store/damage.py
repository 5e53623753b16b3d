"""Whether the file of a store can be trusted to hold what was put into it."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

from fraudmatch.store.connecting import connect
from fraudmatch.store.version import version_in

#: Tables to which rows are only ever added, numbered from one without a gap, and what their rows are called.
_NUMBERED = (("outcome_events", "events"), ("case_events", "acts"))


def damage_of(path: Path) -> str:
    """What is wrong with the file, in a few words; "" = nothing.

    Raises:
        StoreError: it is another program's, or of a newer one.
        sqlite3.OperationalError: it is busy, or its folder cannot be written: no fault of the file.
    """
    try:
        with contextlib.closing(connect(path)) as connection:
            if not version_in(connection, path):
                return ""
            (found,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
            if found != "ok":
                return " ".join(str(found).split())[:200]
            there = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
            return missing(lambda asked: connection.execute(asked).fetchone(), there)
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.OperationalError) and "malformed" not in str(error):
            raise
        return str(error)


def missing(first_row: Callable[[str], Any], tables: set[str] | None = None) -> str:
    """Which rows are gone from tables that only grow, in a few words; "" = none.

    Args:
        first_row: the first row that a query gives.
        tables: those there are, of a store that an older program wrote; null = all of them.
    """
    for table, what in _NUMBERED:
        if tables is None or table in tables:
            count, last = first_row(f"SELECT count(*), coalesce(max(sequence), 0) FROM {table}")
            if count != last:
                return f"{last - count} of its {last} {what} are missing"
    return ""
