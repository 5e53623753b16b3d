"""Partner workbooks on their way back: what officers wrote into them, taken into the store of outcomes row by row."""

from __future__ import annotations

from fraudmatch.handed_in.book import Row, read_book
from fraudmatch.handed_in.take import STATES, TAKEN, Result, take_in

__all__ = ["STATES", "TAKEN", "Result", "Row", "read_book", "take_in"]
