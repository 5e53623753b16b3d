"""What people type into forms, read: each function gives the value, or puts what to mend beside the name of the field."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal, InvalidOperation
from typing import Any

from fraudmatch.caselog.acts import MOST_NOTE
from fraudmatch.outcomes.events import MOST_MINUTES
from fraudmatch.report.clean import typed_lines

#: Field -> what to mend.
Wrong = dict[str, str]


def as_typed(form: Any) -> dict[str, Any]:
    """What was typed, by field, to stand in the form again; of the flags all that were ticked."""
    return {name: typed_lines(form.get(name)) for name in form} | {"flags": form.getlist("flag")}


def words(form: Any, wrong: Wrong, field: str = "note", *, needed: str = "") -> str | None:
    """A text of many lines; null where nothing was typed, which is wrong where `needed` says what is asked for."""
    text: str = form.get(field, "").replace("\r\n", "\n").strip()
    if len(text) > MOST_NOTE:
        wrong[field] = f"Write at most {MOST_NOTE:,} characters."
    elif any(ord(sign) < 32 and sign not in "\n\t" for sign in text):
        wrong[field] = "It has control characters in it; type it anew."
    elif not text and needed:
        wrong[field] = needed
    return text or None


def minutes(form: Any, wrong: Wrong) -> int | None:
    """Whole minutes; null where nothing was typed."""
    text = form.get("minutes", "").strip()
    if not text:
        return None
    if text.isascii() and text.isdigit() and len(text) < 9 and int(text) <= MOST_MINUTES:
        return int(text)
    wrong["minutes"] = "Write whole minutes, for example 25."
    return None


def pence(form: Any, kind: str, wrong: Wrong) -> int | None:
    """Pounds as typed in pence; null where nothing was typed."""
    plain = form.get(kind, "").replace(",", "").replace("£", "").strip()
    if not plain:
        return None
    try:
        found = Decimal(plain) * 100
        if found.is_finite() and 0 <= found < 10**15 and found == found.to_integral_value():
            return int(found)
    except InvalidOperation:
        pass
    wrong[kind] = "Write pounds, for example 1,250.50."
    return None


def day(form: Any, field: str, wrong: Wrong) -> str | None:
    """A day as 2026-04-30; null where nothing was typed."""
    text: str = form.get(field, "").strip()
    try:
        if not text or (len(text) == 10 and dt.date.fromisoformat(text)):
            return text or None
    except ValueError:
        pass
    wrong[field] = "Write a day as 2026-04-30."
    return None
