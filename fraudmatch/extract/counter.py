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

import numpy as np

#: How the scanner looks at quotes: window by window; rare is fewer than one in so many bytes.
_WINDOW, _RARE = 1 << 16, 256
#: From so many bytes on line ends are counted by whole arrays, so many at a time.
_LARGE = 1 << 18


@dataclass(frozen=True)
class Counted:
    """What the scanner found.

    Attributes:
        lines: lines left aside before the first record.
        records: physical records after them, blank ones and the header included.
        start: byte at which the first record begins.
        open_end: whether the last record opens a quote and never closes it. Parser and scanner
            agree on the number of records then, so it has to be said.
        line_ends: lines of all records together.
    """

    lines: int
    records: int
    start: int
    open_end: bool = False
    line_ends: int = 0


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
    ends = _line_ends(content, start, len(content))
    if quote:
        more, last = _count_quoted(content, start, (delimiter, quote, escape))
        closed = last is None or _closed(delimiter, quote, escape).match(content, last) is not None
        return Counted(lines, ends + more, start, not closed, ends)
    return Counted(lines, ends, start, line_ends=ends)


def _count_quoted(content: bytes, start: int, signs: tuple[str, str, str]) -> tuple[int, int | None]:
    """How many more records there are than lines (0 or less), and where the last begins when it holds a quote.

    Where quotes are rare only the records that hold one are looked at; the lines between them are records.
    Where they are many every record is looked at.
    """
    record, sign = _record(*signs), signs[1].encode()
    more, place, last = 0, start, None
    while place < len(content):
        end = min(place + _WINDOW, len(content))
        if content.count(sign, place, end) * _RARE > end - place:
            begin = place
            for found in record.finditer(content, place):
                more, last, place = more + 1, found.start(), found.end()
                if place >= end:
                    break
            more -= _line_ends(content, begin, place)
            continue
        while place < end:
            quoted = content.find(sign, place)
            if quoted < 0:
                return more, None
            line = max(content.rfind(b"\n", place, quoted), content.rfind(b"\r", place, quoted)) + 1
            last = max(place, line)
            one = record.match(content, last)
            assert one is not None  # any text at all is a record
            place = one.end()
            more += 1 - _line_ends(content, last, place)
    return more, last


def skip_lines(content: bytes, wanted: int) -> tuple[int, int]:
    """Where the line after `wanted` lines begins, and how many lines were there to skip."""
    place = done = 0
    ends = re.compile(rb"\r\n?|\n")
    while done < wanted and place < len(content):
        found = ends.search(content, place)
        place = found.end() if found else len(content)
        done += 1
    return place, done


def _line_ends(content: bytes, start: int, end: int) -> int:
    """Lines between two places, a last one without an end counted; no place stands within CR LF."""
    if end - start < _LARGE:
        ends = content.count(b"\n", start, end) + content.count(b"\r", start, end)
        ends -= content.count(b"\r\n", start, end)
    else:
        ends = sum(_ends_in_block(content, at, min(at + _LARGE, end)) for at in range(start, end, _LARGE))
    unfinished = end > start and content[end - 1 : end] not in {b"\n", b"\r"}
    return ends + unfinished


def _ends_in_block(content: bytes, start: int, end: int) -> int:
    """The same of a part of a text, without a last line; an LF that ends the CR before it is that one's end."""
    block = np.frombuffer(content, np.uint8, end - start, start)
    feeds, returns = block == 10, block == 13
    both = int(np.count_nonzero(feeds[1:] & returns[:-1]))
    both += start > 0 and content[start - 1 : start + 1] == b"\r\n"
    return int(np.count_nonzero(feeds)) + int(np.count_nonzero(returns)) - both


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
