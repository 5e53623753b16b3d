"""Looking through the ledger: some entries of it, newest first."""

from __future__ import annotations

from dataclasses import dataclass

from fraudmatch.ledger.entry import FIELDS, Entry
from fraudmatch.store.access import Driver


@dataclass(frozen=True)
class Wanted:
    """Which entries are wanted; what is null does not count.

    Attributes:
        partner: of the entry. action: a key of ACTIONS. actor, object: the beginning of it, letter by letter.
        below: only entries with a lower number.
    """

    partner: str | None = None
    action: str | None = None
    actor: str | None = None
    object: str | None = None
    below: int | None = None


def some_entries(connection: Driver, wanted: Wanted, most: int) -> list[Entry]:
    """The newest entries that are wanted, newest first.

    Args:
        most: how many at most.
    """
    tests = {
        "partner = ?": wanted.partner, "action = ?": wanted.action, "substr(actor, 1, ?) = ?": wanted.actor,
        "substr(object, 1, ?) = ?": wanted.object, "seq < ?": wanted.below,
    }  # fmt: skip
    asked = {test: value for test, value in tests.items() if value is not None}
    values = [
        one
        for test, value in asked.items()
        for one in ([len(str(value)), value] if test.startswith("substr") else [value])
    ]
    where = f"WHERE {' AND '.join(asked)}" if asked else ""
    query = f"SELECT {', '.join(FIELDS)} FROM ledger {where} ORDER BY seq DESC LIMIT ?"
    return [Entry(*row) for row in connection.execute(query, [*values, most]).fetchall()]
