"""An entry of the ledger, its canonical form and its hash; what an act is before it is entered.

The hash of an entry is SHA-256("fraudmatch-ledger-v1" || hash of the entry before || canonical JSON of all
its other fields), 32 zero bytes standing before the first. Whoever has the rows can work it out again with
any language: keys sorted, no blanks, ASCII with \\u escapes, null where nothing was said.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from fraudmatch.errors import StoreError

#: What stands before the first entry.
GENESIS = "0" * 64
_SCHEME = b"fraudmatch-ledger-v1"
_LONGEST = {"actor": 100, "role": 40, "partner": 31, "action": 40, "object": 300}

#: Fields in the order of the table; the hash covers all but the last two.
FIELDS = (
    "seq", "recorded_at", "actor", "role", "partner", "action", "object", "before_digest", "after_digest",
    "detail", "prev", "hash",
)  # fmt: skip

_ENCODE = json.JSONEncoder(separators=(",", ":"), ensure_ascii=True).encode


@dataclass(frozen=True)
class Act:
    """What somebody did, as it is to be entered; null where it does not apply.

    Attributes:
        action: a key of ACTIONS. actor: who; the person a command names with --by, else the login name.
        object: what it was done to, by its id: a run, a flag key, a file of the site by its path from there.
        before / after: hex digests of the object; keyed ones (`Keyed`) wherever a value could be guessed.
        detail: ids, counts and digests, never a name of anybody in the records, an address or the text of a note.
    """

    action: str
    actor: str
    object: str | None = None
    partner: str | None = None
    role: str | None = None
    before: str | None = None
    after: str | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Entry:
    """A row of the ledger; fields as in FIELDS.

    Attributes:
        seq: from 1, without gaps; the order. recorded_at: UTC; never orders anything.
        detail: canonical JSON. prev / hash: 64 hexadecimal digits.
    """

    seq: int
    recorded_at: str
    actor: str
    role: str | None
    partner: str | None
    action: str
    object: str | None
    before_digest: str | None
    after_digest: str | None
    detail: str
    prev: str
    hash: str

    def row(self) -> tuple[Any, ...]:
        """The fields in the order of the table."""
        return tuple(getattr(self, name) for name in FIELDS)


@dataclass(frozen=True)
class Head:
    """The newest entry: whoever kept a copy of it can tell whether an older one was changed since.

    Attributes:
        seq: 0 before the first entry. hash: 64 hexadecimal digits.
    """

    seq: int = 0
    hash: str = GENESIS

    def __str__(self) -> str:
        return f"{self.seq}:{self.hash[:16]}"


def canonical(told: Mapping[str, Any]) -> str:
    """JSON with sorted keys, no blanks and ASCII alone: the same content gives the same text."""
    return json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def hash_of(row: tuple[Any, ...], prev: str) -> str:
    """The hash that an entry must have after the hash `prev`; the last two fields of the row do not count.

    Raises:
        ValueError: prev is no hash.
    """
    seq, recorded_at, actor, role, partner, action, of, before, after, detail = row[:10]
    text = _ENCODE(
        {  # sorted: this is canonical()
            "action": action,
            "actor": actor,
            "after_digest": after,
            "before_digest": before,
            "detail": detail,
            "object": of,
            "partner": partner,
            "recorded_at": recorded_at,
            "role": role,
            "seq": seq,
        }
    )
    return hashlib.sha256(_SCHEME + bytes.fromhex(prev) + text.encode("ascii")).hexdigest()


def entry_of(act: Act, after: Head, recorded_at: str) -> Entry:
    """The entry of an act behind a head.

    Raises:
        StoreError: a field is longer than the ledger takes.
    """
    too_long = [name for name, most in _LONGEST.items() if len(getattr(act, name) or "") > most]
    if too_long:
        raise StoreError(
            f"An act of kind {act.action} cannot be entered in the ledger: {', '.join(too_long)} is too long.",
            remedy="Nothing was done. Say it in fewer characters.",
        )
    row = (
        after.seq + 1, recorded_at, act.actor, act.role, act.partner, act.action, act.object, act.before,
        act.after, canonical(act.detail), after.hash,
    )  # fmt: skip
    return Entry(*row, hash=hash_of(row, after.hash))
