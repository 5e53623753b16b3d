"""Rows a loader must refuse, added to those that are true: a row twice, no reference, a broken line."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch.sample import misspell
from fraudmatch.sample.render import Column
from fraudmatch.sample.streams import NULL

#: Extracts smaller than this get no spoilt row.
SMALLEST = 400


def spoil(columns: list[Column], rng: np.random.Generator, *, repeat: bool) -> list[Column]:
    """The columns with a repeated row (if `repeat`) and a row without reference for every few thousand.

    Payments are not repeated: two equal payment rows are an inconsistency and no fault of the file.
    """
    rows = len(columns[0].text)
    if rows < SMALLEST:
        return columns
    count = max(int(rows * misspell.SPOILT_ROWS), 1)
    again = rng.integers(0, rows, count if repeat else 0)
    nameless = rng.integers(0, rows, count)
    order = np.concatenate([np.arange(rows), again, nameless])
    blank = np.arange(len(order)) >= rows + len(again)
    return [_take(column, order, blank if place == 0 else None) for place, column in enumerate(columns)]


def _take(column: Column, order: np.ndarray, blank: np.ndarray | None) -> Column:
    text = column.text.take(pa.array(order))
    if blank is not None:
        text = pc.if_else(pa.array(blank), pa.scalar(None, pa.string()), text)
    days = None if column.days is None else column.days[order]
    return Column(
        column.heading,
        text,
        days if blank is None else np.where(blank, NULL, days) if days is not None else None,
    )


def broken_line(columns: list[Column], form: dict[str, Any]) -> str:
    """The first row breaking off behind its reference; nothing in small files and where lines cannot break."""
    if len(columns[0].text) < SMALLEST or form["format"] not in ("delimited", "fixed_width"):
        return ""
    end = form["delimiter"] if form["format"] == "delimited" else " "
    return f"{columns[0].text[0].as_py() or 0}{end}"
