"""Which schema a file has, and whether it is a store at all."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from fraudmatch.errors import StoreError

#: The schema this program writes: the number of the newest migration.
SCHEMA_VERSION = 3

#: In the header of the SQLite file, so that another program's database is not taken for a store: "fmou".
APPLICATION_ID = 0x666D6F75


def version_in(connection: sqlite3.Connection, path: Path) -> int:
    """The schema of the file; 0 = it is empty.

    Raises:
        StoreError: it is another program's database, or of a newer program.
    """
    version, identity, things = (
        int(connection.execute(asked).fetchone()[0])
        for asked in ("PRAGMA user_version", "PRAGMA application_id", "SELECT count(*) FROM sqlite_master")
    )
    if (version or things) and identity != APPLICATION_ID:
        raise StoreError(
            f"{path} is a database of another program.",
            remedy="Move it away; the store of outcomes is made anew.",
        )
    if version > SCHEMA_VERSION:
        raise StoreError(
            f"{path} was written by a newer fraudmatch: it has schema {version}, this program knows {SCHEMA_VERSION}.",
            remedy="Use the newer program; nothing was changed.",
        )
    return version
