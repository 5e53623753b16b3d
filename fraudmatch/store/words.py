"""What the store says: moments as it writes them, and errors of the driver in words."""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from fraudmatch.errors import StoreError
from fraudmatch.place import Place
from fraudmatch.store.connecting import PATIENCE

_SIGNS_OF_DAMAGE = ("malformed", "not a database")


def stamp(moment: dt.datetime) -> str:
    """A moment as the store writes it, in UTC and whole seconds.

    Raises:
        ValueError: it has no time zone.
    """
    if moment.tzinfo is None:
        raise ValueError("a moment without a time zone is no moment")
    return moment.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@contextmanager
def in_words(place: Place, what: str) -> Iterator[None]:
    """Errors of the driver and of the file system as a StoreError."""
    try:
        yield
    except Exception as error:
        cause = getattr(error, "orig", None) or error  # what SQLAlchemy wraps, without loading SQLAlchemy
        if not isinstance(cause, sqlite3.Error | OSError) and not _of_server(cause):
            raise
        remedy = "Nothing is lost by telling it again: what was saved is not saved twice."
        if isinstance(cause, sqlite3.DatabaseError) and any(sign in str(cause) for sign in _SIGNS_OF_DAMAGE):
            remedy = "Keep the file as it is, and put back the newest copy of it: fraudmatch restore."
        if "locked" in str(cause) or "lock timeout" in str(cause):
            remedy = f"Another program wrote to it for more than {PATIENCE} seconds. {remedy}"
        raise StoreError(f"{place} {what}: {_said(cause)}.", remedy=remedy) from error


def _of_server(error: BaseException) -> bool:
    """Whether the driver of the server raised it; it is not loaded to ask."""
    return type(error).__module__.partition(".")[0] == "pg8000"


def _said(error: BaseException) -> str:
    """What an error says; of a server's answer the message alone."""
    told = error.args[0] if error.args else error
    return str(told.get("M", told)) if isinstance(told, dict) else str(error)
