"""Adding to the ledger within a transaction of its file, and reading it."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from fraudmatch.ledger.entry import FIELDS, Act, Entry, Head, canonical, entry_of
from fraudmatch.store.access import Driver

_SELECT = f"SELECT {', '.join(FIELDS)} FROM ledger"
_INSERT = f"INSERT INTO ledger ({', '.join(FIELDS)}) VALUES ({', '.join('?' * len(FIELDS))})"


def head_of(connection: Driver) -> Head:
    """The newest entry; Head() where there is none."""
    found = connection.execute("SELECT seq, hash FROM ledger ORDER BY seq DESC LIMIT 1").fetchone()
    return Head(*found) if found else Head()


def append(connection: Driver, acts: Iterable[Act], recorded_at: str) -> Head:
    """Enter acts, in their order, in the transaction that the connection is in; the head after them.

    Raises:
        StoreError: an act cannot be entered. sqlite3.Error: the file refused it. Either way the caller
            undoes the transaction, and with it what was to be entered.
    """
    head, rows = head_of(connection), []
    for act in acts:
        entry = entry_of(act, head, recorded_at)
        rows.append(entry.row())
        head = Head(entry.seq, entry.hash)
    connection.executemany(_INSERT, rows)
    return head


def entries(connection: Driver, *, after: int = 0) -> Iterator[tuple[Any, ...]]:
    """Rows of the ledger in the order of seq, those after a seq; fields as in FIELDS."""
    return iter(connection.execute(f"{_SELECT} WHERE seq > ? ORDER BY seq", (after,)))


def newest(connection: Driver, action: str, of: str) -> Entry | None:
    """The newest entry of an action about an object."""
    return _one(connection, action, of, "DESC")


def oldest(connection: Driver, action: str, of: str) -> Entry | None:
    """The first entry of an action about an object."""
    return _one(connection, action, of, "ASC")


def _one(connection: Driver, action: str, of: str, order: str) -> Entry | None:
    asked = f"{_SELECT} WHERE action = ? AND object = ? ORDER BY seq {order} LIMIT 1"
    found = connection.execute(asked, (action, of)).fetchone()
    return Entry(*found) if found else None


class Keyed:
    """Digests of what the store holds, keyed with its own secret, so that no value can be guessed from one."""

    def __init__(self, connection: Driver) -> None:
        asked = "SELECT secret FROM store_secrets WHERE name = 'digest'"
        ((secret,),) = connection.execute(asked).fetchall()
        self._secret = bytes(secret)

    def secret_for(self, purpose: str) -> bytes:
        """32 bytes for another purpose, from which this secret cannot be told."""
        return hmac.new(self._secret, purpose.encode("ascii"), hashlib.sha256).digest()

    def digest(self, row: Mapping[str, Any]) -> str:
        """HMAC-SHA-256 of a row; columns that are null do not count, so that new ones change nothing."""
        told = canonical({name: value for name, value in row.items() if value is not None})
        return hmac.new(self._secret, told.encode("ascii"), hashlib.sha256).hexdigest()
