"""Whether the file of a store can be trusted to hold what was put into it."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

from fraudmatch.store.connecting import connect
from fraudmatch.store.version import version_in


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
            count, last = connection.execute(
                "SELECT count(*), coalesce(max(sequence), 0) FROM outcome_events"
            ).fetchone()
            return f"{last - count} of its {last} events are missing" if count != last else ""
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.OperationalError) and "malformed" not in str(error):
            raise
        return str(error)
