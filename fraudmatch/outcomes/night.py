"""The outcomes that count in a night: what the store holds, and the rows of `outcomes.csv` it takes in first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from fraudmatch.errors import StoreError
from fraudmatch.outcomes.csvfile import read_outcomes
from fraudmatch.place import Place
from fraudmatch.schemas import DECIDED, OUTCOMES, empty
from fraudmatch.store.access import exists, has_events

if TYPE_CHECKING:
    from fraudmatch.outcomes.csvfile import OutcomesRead
    from fraudmatch.outcomes.events import Decision
    from fraudmatch.outcomes.store import Store

#: Decisions told from elsewhere, and the secret of the store -> the same with what a night knows of their flags.
Seen = Callable[["Iterable[Decision]", Callable[[], bytes]], "list[Decision]"]

#: Where a row of the file was told, in its idempotency key.
_FROM_FILE = "file"


@dataclass(frozen=True)
class NightOutcomes:
    """OUTCOMES of a night, and what is to be said about them.

    Attributes:
        table: OUTCOMES in force on the date of the night.
        faults: one a line; what was wrong with rows of the file, or with the store.
        replaced: rows of the file that a decision of a later day took the place of.
        later: events dated after the night, which do not count in it.
        last_sequence: the newest event of the store when it was read; with it the night can be told again.
        decided: DECIDED, of the same flags as the table and of those that were reopened. secret: of the store, see `basis`; b"" = there is none.
    """

    table: pa.Table
    faults: tuple[str, ...] = ()
    replaced: int = 0
    later: int = 0
    last_sequence: int = 0
    decided: pa.Table = field(default_factory=lambda: empty(DECIDED))
    secret: bytes = b""


def outcomes_of_night(
    file: Path, store_file: Place, as_at: dt.date, *, recorded_at: dt.datetime,
    seen: Seen = lambda told, _: list(told),
) -> NightOutcomes:  # fmt: skip
    """Take what is new in the file into the store, and read what is in force on the night's date.

    No store is made, and nothing that it needs is loaded, where there is neither a row nor an event.

    Args:
        file: `outcomes.csv` of the site; may not exist. store_file: `outcomes.sqlite`; may not exist.
        recorded_at: now, for events that are added; nothing of it is in the result.
        seen: adds to rows of the file what a night knows of their flags; asked about new ones only.

    Raises:
        RunError: the file cannot be read as text, or lacks a column that every outcome needs.
        StoreError: the store cannot be read.
    """
    read = read_outcomes(file)
    faults = tuple(str(fault) for fault in read.faults)
    if not read.decisions and not (exists(store_file) and has_events(store_file)):
        return NightOutcomes(OUTCOMES.empty_table(), faults)
    from fraudmatch.outcomes.store import open_store

    store = open_store(store_file)
    if store.damage:
        faults, older = (_damaged(store, read), *faults), 0
    else:
        fresh = store.not_taken(read.decisions, kind=_FROM_FILE)
        told = seen(fresh, store.secret) if fresh else []
        older = store.take(told, kind=_FROM_FILE, recorded_at=recorded_at).older
    return NightOutcomes(
        store.in_force(as_at),
        faults,
        read.replaced + older,
        store.decided_after(as_at),
        store.last_sequence(),
        *_known_of(store, as_at),
    )


def outcomes_as_then(store_file: Place, as_at: dt.date, last_sequence: int) -> NightOutcomes:
    """What counted in an earlier night, from what the store holds today: events are never changed.

    Args:
        last_sequence: the newest event of then, as the night told it; later ones are left out.

    Raises:
        StoreError: the store is damaged, cannot be read, or lacks events of then.
    """
    if not last_sequence:
        return NightOutcomes(OUTCOMES.empty_table())
    from fraudmatch.outcomes.store import open_store

    store = open_store(store_file) if exists(store_file) else None
    if store is None or store.damage or store.last_sequence() < last_sequence:
        what = "is not there" if store is None else store.damage or f"ends before decision {last_sequence:,}"
        raise StoreError(
            f"{store_file}: {what}.", remedy="Put back the newest copy of it: fraudmatch restore."
        )
    return NightOutcomes(
        store.in_force(as_at, up_to=last_sequence), last_sequence=last_sequence,
        decided=store.decided(as_at, up_to=last_sequence), secret=store.secret(),
    )  # fmt: skip


def _known_of(store: Store, as_at: dt.date) -> tuple[pa.Table, bytes]:
    """DECIDED and the secret; b"" where a damaged store cannot tell it, so that no basis is compared."""
    decided = store.decided(as_at)
    try:
        return decided, store.secret()
    except StoreError:
        if not store.damage:
            raise
        return decided, b""


def _damaged(store: Store, read: OutcomesRead) -> str:
    left_out = (
        f"; what is new in {len(read.decisions):,} rows of the file does not count" if read.decisions else ""
    )
    return f"{store.path.name} is damaged ({store.damage}); only what can be read of it counts{left_out}"
