"""A workbook that came back, read in a process of its own: it is as hostile as any other file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fraudmatch.containment import Crashed, Done, Limits, Overrun, Pool, Raised
from fraudmatch.errors import DecisionError
from fraudmatch.reasons import REASONS

_WHAT_TO_DO = "Nothing was taken. Send back the workbook fraudmatch made (exceptions.xlsx), saved as XLSX."


@dataclass(frozen=True)
class Row:
    """A row in which somebody wrote something.

    Attributes:
        row: as the spreadsheet numbers it. cells: heading -> text, blank ones left out.
    """

    sheet: str
    row: int
    cells: Mapping[str, str]


def read_book(path: Path, limits: Limits) -> list[Row]:
    """The rows of a workbook in which somebody wrote something, sheet by sheet.

    Raises:
        DecisionError: it cannot be read, or has no sheet of ours.
    """
    if path.stat().st_size > limits.file_mb * 1024**2:
        raise DecisionError(f"{path} is larger than {limits.file_mb:,} MB.", remedy=_WHAT_TO_DO)
    readers = Pool("fraudmatch.handed_in.in_worker:answer", 1)
    try:
        asked = {"path": str(path.absolute()), "expanded_mb": limits.expanded_mb}
        (ended,) = readers.ask_all([asked], limits)
    finally:
        readers.close()
    if not isinstance(ended, Done):
        raise DecisionError(f"{path} cannot be read: {_why(ended)}", remedy=_WHAT_TO_DO)
    return _rows(path, ended.reply)


def _why(ended: Overrun | Crashed | Raised) -> str:
    if isinstance(ended, Overrun):
        return f"it needs more {ended.limit} than a workbook of ours does."
    if isinstance(ended, Crashed):
        return f"the program that reads it ended ({ended.how})."
    meant = [REASONS[code].meaning for text in ended.said for code in text.split("; ") if code in REASONS]
    return " ".join(meant) or "it is no workbook, or damaged."


def _rows(path: Path, reply: Any) -> list[Row]:
    """The reply, believed only as far as it has the right shape."""
    try:
        rows = [
            Row(str(sheet), int(row), {str(heading): str(text) for heading, text in cells.items()})
            for sheet, row, cells in reply["rows"]
        ]
        sheets = int(reply["sheets"])
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise DecisionError(f"{path} cannot be read.", remedy=_WHAT_TO_DO) from error
    if not sheets:
        raise DecisionError(
            f"{path} has no sheet with the columns to fill in.",
            remedy="Send back the workbook fraudmatch made (exceptions.xlsx), its headings as they were.",
        )
    return rows
