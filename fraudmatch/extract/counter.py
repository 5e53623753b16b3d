"""How many records a file holds, counted without the parser.

This scanner knows quotes, the delimiter before a quote, and line ends, and shares no code
with the parser. It is the second opinion behind the conservation law: what it counts must
equal what was loaded, rejected and skipped.

Where a quoted cell is damaged the two must disagree. A parser that meets a quote without its
partner swallows the following lines up to the next quote or the end of the file. Here a cell
counts as quoted over several lines only when its closing quote stands before a delimiter or a
line end; otherwise its lines are counted one by one, and the difference shows.
"""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass


@dataclass(frozen=True)
class Counted:
    """What the scanner found.

    Attributes:
        lines: lines left aside before the first record.
        records: physical records after them, blank ones and the header included.
        start: byte at which the first record begins.
        open_end: whether the last record opens a quote and never closes it. Parser and scanner
            agree on the number of records then, so it has to be said.
    """

    lines: int
    records: int
    start: int
    open_end: bool = False


def count_records(content: bytes, *, delimiter: str = ",", quote: str = '"', skip_rows: int = 0) -> Counted:
    """Count the records of text in UTF-8 (or any encoding that keeps ASCII).

    CR LF, LF and CR each end a line; a last line without an end counts.

    Args:
        content: the whole file, decompressed.
        delimiter / quote: one ASCII character each; "" for no quotes.
        skip_rows: lines to leave aside first, whatever quotes they hold.
    """
    start, lines = skip_lines(content, skip_rows)
    if quote and content.find(quote.encode(), start) >= 0:
        last = deque(enumerate(_record(delimiter, quote).finditer(content, start), start=1), maxlen=1)
        records, found = last[0]
        return Counted(lines, records, start, not _closed(delimiter, quote).match(content, found.start()))
    return Counted(lines, _line_ends(content, start), start)


def skip_lines(content: bytes, wanted: int) -> tuple[int, int]:
    """Where the line after `wanted` lines begins, and how many lines were there to skip."""
    place = done = 0
    ends = re.compile(rb"\r\n?|\n")
    while done < wanted and place < len(content):
        found = ends.search(content, place)
        place = found.end() if found else len(content)
        done += 1
    return place, done


def first_damaged(content: bytes, *, delimiter: str, quote: str, start: int) -> int | None:
    """Number (from 1 at `start`) of the first record with a quote that is never closed, or None."""
    if not quote:
        return None
    closed = _closed(delimiter, quote)
    number, place = 1, start
    while place < len(content):
        found = closed.match(content, place)
        if found is None:
            return number
        number, place = number + 1, found.end()
    return None


def _line_ends(content: bytes, start: int) -> int:
    ends = content.count(b"\n", start) + content.count(b"\r", start) - content.count(b"\r\n", start)
    unfinished = len(content) > start and content[-1:] not in {b"\n", b"\r"}
    return ends + unfinished


def _record(delimiter: str, quote: str) -> re.Pattern[bytes]:
    """A record; a cell that opens a quote and never closes it counts as bare text."""
    return _record_of(b"|".join((*_quoted_forms(delimiter, quote), _bare(delimiter))), delimiter)


def _closed(delimiter: str, quote: str) -> re.Pattern[bytes]:
    """A record whose quotes are all closed."""
    return _record_of(b"|".join((*_quoted_forms(delimiter, quote), _unquoted(delimiter, quote))), delimiter)


def _record_of(cell: bytes, delimiter: str) -> re.Pattern[bytes]:
    separator = re.escape(delimiter.encode())
    return re.compile(rb"(?!\Z)(?:%s)(?:%s(?:%s))*+(?:\r\n?|\n|\Z)" % (cell, separator, cell))


def _quoted_forms(delimiter: str, quote: str) -> tuple[bytes, bytes]:
    """A cell quoted over any number of lines, and one with a stray quote within one line.

    Quantifiers are possessive, so that a long cell is walked over once.
    """
    d, q = re.escape(delimiter.encode()), re.escape(quote.encode())
    sound = rb"%s[^%s]*+(?:%s%s[^%s]*+)*+%s(?=[%s\r\n]|\Z)" % (q, q, q, q, q, q, d)
    stray = rb"%s[^%s\r\n]*+(?:%s%s[^%s\r\n]*+)*+%s" % (q, q, q, q, q, q)
    return sound, stray + _bare(delimiter)


def _bare(delimiter: str) -> bytes:
    return rb"[^%s\r\n]*+" % re.escape(delimiter.encode())


def _unquoted(delimiter: str, quote: str) -> bytes:
    return rb"(?!%s)%s" % (re.escape(quote.encode()), _bare(delimiter))
