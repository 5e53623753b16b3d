"""Typed cells (spreadsheets, Parquet) as text, the same on every machine."""

from __future__ import annotations

import datetime as dt
import math


def text_of_number(number: float | None) -> str | None:
    """A float as its shortest exact digits, never in scientific notation, whole ones without ".0".

    NaN and infinity are no numbers a person wrote and become null.
    """
    if number is None or not math.isfinite(number):
        return None
    if number == int(number):
        return str(int(number))
    text = repr(number)
    return text if "e" not in text else f"{number:.17f}".rstrip("0")


def text_of_cell(value: object) -> str | None:
    """What a spreadsheet cell holds, as text; dates in ISO form, midnight left out."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return text_of_number(value)
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(" ", "seconds")
    return value.isoformat() if isinstance(value, dt.date | dt.time) else str(value)
