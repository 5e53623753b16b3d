"""Ledgers for the tests, and a verifier that is slow and plain; all names are invented."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from fraudmatch.ledger.entry import FIELDS, Act, Head, entry_of

ROWS = 200


def rows(count: int = ROWS) -> list[tuple[Any, ...]]:
    """A sound ledger of decisions, views and runs."""
    head, made = Head(), []
    kinds = ("decision.recorded", "record.viewed", "run.published", "settings.changed")
    for number in range(1, count + 1):
        act = Act(
            kinds[number % 4], f"Officer {number % 7}", f"{number:032x}", "northshire", "hub",
            "a" * 64, f"{number:064x}", {"event": number, "flags": number * 3},
        )  # fmt: skip
        entry = entry_of(act, head, f"2026-03-{1 + number % 28:02}T10:00:00Z")
        made.append(entry.row())
        head = Head(entry.seq, entry.hash)
    return made


def rehashed(all_rows: list[tuple[Any, ...]], first: int) -> list[tuple[Any, ...]]:
    """The rows with chain and hashes made good from the place `first` on, as a forger would."""
    made = list(all_rows[:first])
    for row in all_rows[first:]:
        prev = made[-1][11] if made else "0" * 64
        fields = dict(zip(FIELDS[:10], row, strict=False))
        text = json.dumps(fields, sort_keys=True, separators=(",", ":"))
        digest = hashlib.sha256(b"fraudmatch-ledger-v1" + bytes.fromhex(prev) + text.encode()).hexdigest()
        made.append((*row[:10], prev, digest))
    return made


def first_bad(all_rows: list[tuple[Any, ...]]) -> int | None:
    """The first entry that a reader with pencil and paper would object to; None = the chain is sound."""
    last = "0" * 64
    for place, row in enumerate(all_rows, 1):
        if row[0] != place:
            return place if isinstance(row[0], int) and row[0] > place else row[0]
        fields = dict(zip(FIELDS[:10], row, strict=False))
        text = json.dumps(fields, sort_keys=True, separators=(",", ":"))
        made = hashlib.sha256(b"fraudmatch-ledger-v1" + bytes.fromhex(last) + text.encode()).hexdigest()
        if row[10] != last or row[11] != made:
            return place
        last = made
    return None
