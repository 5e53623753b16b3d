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
from dataclasses import dataclass

#: How the scanner looks at quotes: window by window; rare is fewer than one in so many bytes.
_WINDOW, _RARE = 1 << 16, 256


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
    if quote:
        records, last = _count_quoted(content, start, delimiter, quote)
        closed = last is None or _closed(delimiter, quote).match(content, last) is not None
        return Counted(lines, records, start, not closed)
    return Counted(lines, _line_ends(content, start, len(content)), start)


def _count_quoted(content: bytes, start: int, delimiter: str, quote: str) -> tuple[int, int | None]:
    """How many records there are, and where the last begins when it holds a quote (None otherwise).

    Where quotes are rare only the records that hold one are looked at, and the lines between them are
    counted by their ends; where they are many every record is.
    """
    record, sign = _record(delimiter, quote), quote.encode()
    records, place, last = 0, start, None
    while place < len(content):
        end = min(place + _WINDOW, len(content))
        if content.count(sign, place, end) * _RARE > end - place:
            for found in record.finditer(content, place):
                records, last, place = records + 1, found.start(), found.end()
                if place >= end:
                    break
            continue
        while place < end:
            quoted = content.find(sign, place)
            if quoted < 0:
                return records + _line_ends(content, place, len(content)), None
            line = max(content.rfind(b"\n", place, quoted), content.rfind(b"\r", place, quoted)) + 1
            if line > place:
                records, place = records + _line_ends(content, place, line), line
            one = record.match(content, place)
            assert one is not None  # any text at all is a record
            records, last, place = records + 1, place, one.end()
    return records, last


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


def _line_ends(content: bytes, start: int, end: int) -> int:
    """Lines between two places, a last one without an end counted."""
    ends = content.count(b"\n", start, end) + content.count(b"\r", start, end)
    ends -= content.count(b"\r\n", start, end)
    unfinished = end > start and content[end - 1 : end] not in {b"\n", b"\r"}
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
