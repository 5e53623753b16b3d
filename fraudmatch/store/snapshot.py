"""The schema that the migrations end at, as one script, from which a new file is made without loading them.

`python -m fraudmatch.store.snapshot` prints it; a test holds `schema.sql` to it.
"""

from __future__ import annotations

import contextlib
import tempfile
from pathlib import Path

from fraudmatch.store.connecting import connect, make_file

_ORDER = "CASE type WHEN 'table' THEN 1 WHEN 'index' THEN 2 ELSE 3 END, rowid"


def snapshot() -> str:
    """What makes every table, index and trigger, and says which migration that is."""
    from fraudmatch.store.migrating import bring_up

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "new.sqlite"
        make_file(path)
        bring_up(path)
        with contextlib.closing(connect(path)) as connection:
            return script_of(
                path, connection.execute("SELECT version_num FROM alembic_version").fetchone()[0]
            )


def script_of(path: Path, revision: str) -> str:
    """The schema of a file as a script."""
    with contextlib.closing(connect(path)) as connection:
        made = connection.execute(f"SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY {_ORDER}")
        statements = [row[0].replace("\t", "    ") for row in made]
    statements.append(f"INSERT INTO alembic_version VALUES ('{revision}')")
    return "".join("\n".join(line.rstrip() for line in one.splitlines()) + ";\n" for one in statements)


if __name__ == "__main__":
    print(snapshot(), end="")
