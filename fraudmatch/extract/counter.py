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


def count_records(
    content: bytes, *, delimiter: str = ",", quote: str = '"', escape: str = "", skip_rows: int = 0
) -> Counted:
    """Count the records of text in UTF-8 (or any encoding that keeps ASCII).

    CR LF, LF and CR each end a line; a last line without an end counts.

    Args:
        content: the whole file, decompressed.
        delimiter / quote / escape: one ASCII character each; "" for no quotes, no escapes.
        skip_rows: lines to leave aside first, whatever quotes they hold.
    """
    start, lines = skip_lines(content, skip_rows)
    if quote and content.find(quote.encode(), start) >= 0:
        signs = (delimiter, quote, escape)
        last = deque(enumerate(_record(*signs).finditer(content, start), start=1), maxlen=1)
        records, found = last[0]
        return Counted(lines, records, start, not _closed(*signs).match(content, found.start()))
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


def _line_ends(content: bytes, start: int) -> int:
    ends = content.count(b"\n", start) + content.count(b"\r", start) - content.count(b"\r\n", start)
    unfinished = len(content) > start and content[-1:] not in {b"\n", b"\r"}
    return ends + unfinished


def _record(delimiter: str, quote: str, escape: str) -> re.Pattern[bytes]:
    """A record; a cell that opens a quote and never closes it counts as bare text."""
    forms = _quoted_forms(delimiter, quote, escape)
    return _record_of(b"|".join((*forms, _bare(delimiter, escape))), delimiter)


def _closed(delimiter: str, quote: str, escape: str) -> re.Pattern[bytes]:
    """A record whose quotes are all closed."""
    unquoted = rb"(?!%s)%s" % (re.escape(quote.encode()), _bare(delimiter, escape))
    return _record_of(b"|".join((*_quoted_forms(delimiter, quote, escape), unquoted)), delimiter)


def _record_of(cell: bytes, delimiter: str) -> re.Pattern[bytes]:
    separator = re.escape(delimiter.encode())
    return re.compile(rb"(?!\Z)(?:%s)(?:%s(?:%s))*+(?:\r\n?|\n|\Z)" % (cell, separator, cell))


def _quoted_forms(delimiter: str, quote: str, escape: str) -> tuple[bytes, bytes]:
    """A cell quoted over any number of lines, and one with a stray quote within one line.

    Quantifiers are possessive, so that a long cell is walked over once.
    """
    d, q = re.escape(delimiter.encode()), re.escape(quote.encode())
    sound = rb"%s%s%s(?=[%s\r\n]|\Z)" % (q, _inside(quote, escape, b""), q, d)
    stray = rb"%s%s%s" % (q, _inside(quote, escape, rb"\r\n"), q)
    return sound, stray + _bare(delimiter, escape)


def _inside(quote: str, escape: str, but: bytes) -> bytes:
    """What may stand between quotes: anything `but` those signs, quotes doubled or escaped."""
    q, e = re.escape(quote.encode()), re.escape(escape.encode())
    text = rb"[^%s%s%s]*+" % (q, e, but)
    pair = rb"(?:%s%s|%s[^\r\n])" % (q, q, e) if escape else rb"%s%s" % (q, q)
    return rb"%s(?:%s%s)*+" % (text, pair, text)


def _bare(delimiter: str, escape: str) -> bytes:
    d, e = re.escape(delimiter.encode()), re.escape(escape.encode())
    if not escape:
        return rb"[^%s\r\n]*+" % d
    return rb"(?:[^%s%s\r\n]|%s[^\r\n]?)*+" % (d, e, e)
