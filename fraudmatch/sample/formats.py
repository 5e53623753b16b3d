"""Figures as text: dates, money, numbers, each formatted once per distinct value or in bulk."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch.sample.streams import EPOCH, NULL, Array

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def blank_where(texts: pa.Array, blank: Array) -> pa.Array:
    """Null where `blank` is true."""
    return pc.if_else(pa.array(blank), pa.scalar(None, pa.string()), texts)


def written_day(day: dt.date, style: str) -> str:
    """One date in strptime directives; months in English whatever the locale."""
    parts = {"%d": f"{day.day:02d}", "%m": f"{day.month:02d}", "%Y": f"{day.year:04d}",
             "%b": _MONTHS[day.month - 1], "%y": f"{day.year % 100:02d}"}  # fmt: skip
    for directive, text in parts.items():
        style = style.replace(directive, text)
    return style


def dates(days: Array, style: str) -> pa.Array:
    """Days since 1970 as text; null stays null."""
    distinct, back = np.unique(days, return_inverse=True)
    texts = [None if d == NULL else written_day(EPOCH + dt.timedelta(d), style) for d in distinct.tolist()]
    return pa.array(texts, pa.string()).take(pa.array(back))


def parts_of_days(days: Array) -> tuple[Array, Array, Array]:
    """Year, month and day of the month of days since 1970."""
    stamp = np.where(days == NULL, 0, days).astype("datetime64[D]")
    year = stamp.astype("datetime64[Y]").astype(np.int64) + 1970
    month = stamp.astype("datetime64[M]").astype(np.int64) % 12 + 1
    day = (stamp - stamp.astype("datetime64[M]")).astype(np.int64) + 1
    return year, month, day


def date_texts(year: Array, month: Array, day: Array, style: str) -> pa.Array:
    """Text of dates given in parts, which need not be days of the calendar."""
    key = (year * 100 + month) * 100 + day
    distinct, back = np.unique(key, return_inverse=True)
    texts = []
    for value in distinct.tolist():
        y, m, d = value // 10_000, value // 100 % 100, value % 100
        text = style.replace("%d", f"{d:02d}").replace("%m", f"{m:02d}").replace("%Y", f"{y:04d}")
        texts.append(text.replace("%b", _MONTHS[m - 1]))
    return pa.array(texts, pa.string()).take(pa.array(back))


def padded(numbers: Array, width: int) -> pa.Array:
    """Whole numbers with leading zeros."""
    return pc.utf8_lpad(pa.array(numbers).cast(pa.string()), width, "0")


def money(pence: Array, style: str) -> pa.Array:
    """Pence as "pence" (1234), "pounds" (12.34) or "signs" (£1,234.50, negative in brackets)."""
    blank = pence == NULL
    safe = np.where(blank, 0, pence)
    if style == "pence":
        return blank_where(pa.array(safe).cast(pa.string()), blank)
    if style == "signs":
        texts = [f"£{p / 100:,.2f}" if p >= 0 else f"(£{-p / 100:,.2f})" for p in safe.tolist()]
        return blank_where(pa.array(texts, pa.string()), blank)
    sign = pa.array(np.where(safe < 0, 1, 0)).cast(pa.bool_())
    whole = pa.array(np.abs(safe) // 100).cast(pa.string())
    amount = pc.binary_join_element_wise(whole, padded(np.abs(safe) % 100, 2), ".")
    signed = pc.if_else(sign, pc.binary_join_element_wise("-", amount, ""), amount)
    return blank_where(signed, blank)


def numbers(values: Array) -> pa.Array:
    """Whole numbers as text."""
    blank = values == NULL
    return blank_where(pa.array(np.where(blank, 0, values)).cast(pa.string()), blank)


def joined(*parts: pa.Array, by: str = " ") -> pa.Array:
    """Texts joined element by element, nulls left out; null where all are.

    Two at a time: pyarrow's own way of skipping nulls loses rows that are null throughout.
    """
    made = parts[0]
    for part in parts[1:]:
        made = pc.coalesce(pc.binary_join_element_wise(made, part, by), made, part)
    return made
