"""Where the records of a delimited text begin and end in its bytes: needed only where something is wrong.

The reader asks here when a record has to be found in the bytes: to set it aside before the parser meets it,
or to give it back as it was written. It shares no code with the independent count (`counter.py`).

Most lines of a file hold no quotes, or quotes that open behind a delimiter and close before one; these are
told apart by whole arrays. The others are walked over cell by cell.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

import numpy as np

#: Bytes looked at in one go.
_BLOCK = 1 << 24


@dataclass(frozen=True)
class Records:
    """The records of a text, in file order.

    Attributes:
        content: the text in UTF-8.
        starts / ends: byte positions; an end is behind the line end.
        lines: physical lines of each.
        damaged: a cell opens a quote and never closes it; such a record ends with its line.
        stray: a quote stands where none can, and the cell ends all the same.
    """

    content: bytes
    starts: np.ndarray
    ends: np.ndarray
    lines: np.ndarray
    damaged: np.ndarray
    stray: np.ndarray

    def of(self, positions: np.ndarray) -> np.ndarray:
        """The record (from 0) that holds each byte position."""
        places: np.ndarray = np.asarray(np.searchsorted(self.ends, positions, side="right"))
        return places

    def raw(self, place: int) -> bytes:
        """A record as written, without its line end."""
        return self.content[self.starts[place] : self.ends[place]].rstrip(b"\r\n")

    @cached_property
    def lengths(self) -> np.ndarray:
        """Bytes of each record, its line end left out."""
        buffer = np.frombuffer(self.content, np.uint8)
        stops = self.ends.copy()
        for _ in range(2):  # CR LF
            inside = stops > self.starts
            last = buffer[np.maximum(stops - 1, 0)] if len(buffer) else stops
            stops -= inside & ((last == 10) | (last == 13))
        lengths: np.ndarray = stops - self.starts
        return lengths


def find_records(
    content: bytes, *, start: int = 0, delimiter: str = ",", quote: str = '"', escape: str = ""
) -> Records:
    """The records of `content` from byte `start` on.

    Args:
        content: text in UTF-8.
        start: where the first record begins.
        delimiter / quote / escape: one ASCII character each; "" for no quotes, no escapes.
    """
    line_ends = _line_ends(content, start)
    line_starts = np.concatenate([[start], line_ends[:-1]]).astype(np.int64) if len(line_ends) else line_ends
    damaged, stray = np.zeros(len(line_ends), bool), np.zeros(len(line_ends), bool)
    if not quote or content.find(quote.encode(), start) < 0:
        return Records(content, line_starts, line_ends, np.ones(len(line_ends), np.int64), damaged, stray)
    walker = _Walker(content, delimiter.encode(), quote.encode(), escape.encode())
    first = np.ones(len(line_ends), bool)
    free = 0
    for line in _uneven(content, line_starts, line_ends, delimiter, quote, escape):
        if line < free:
            continue
        end, damaged[line], stray[line] = walker.record(int(line_starts[line]))
        free = int(np.searchsorted(line_ends, end, side="left")) + 1
        first[line + 1 : free] = False
    begins = np.flatnonzero(first)
    lasts = np.concatenate([begins[1:] - 1, [len(line_ends) - 1]])
    return Records(
        content, line_starts[begins], line_ends[lasts], lasts - begins + 1, damaged[begins], stray[begins]
    )


def _line_ends(content: bytes, start: int) -> np.ndarray:
    """Positions behind every line end, and behind a last line without one."""
    parts = []
    for base in range(start, len(content), _BLOCK):
        block = np.frombuffer(content, np.uint8, min(_BLOCK, len(content) - base), base)
        ends = np.flatnonzero((block == 10) | (block == 13)) + base
        parts.append(ends)
    ends = np.concatenate(parts) if parts else np.zeros(0, np.int64)
    if len(ends) and content.find(b"\r", start) >= 0:
        buffer = np.frombuffer(content, np.uint8)
        following = buffer[np.minimum(ends + 1, len(buffer) - 1)]
        ends = ends[~((buffer[ends] == 13) & (following == 10) & (ends + 1 < len(buffer)))]
    ends = ends.astype(np.int64) + 1
    if len(content) > start and (not len(ends) or ends[-1] < len(content)):
        ends = np.concatenate([ends, [len(content)]])
    return ends


def _uneven(
    content: bytes, starts: np.ndarray, ends: np.ndarray, delimiter: str, quote: str, escape: str
) -> np.ndarray:
    """Lines whose quotes do not simply open behind a delimiter and close before one."""
    buffer = np.frombuffer(content, np.uint8)
    edges = np.array([ord(delimiter), 10, 13], np.uint8)
    uneven = np.zeros(len(ends), bool)
    first = 0
    while first < len(ends):
        last = max(int(np.searchsorted(ends, starts[first] + _BLOCK, side="right")), first + 1)
        low, high = int(starts[first]), int(ends[last - 1])
        block = buffer[low:high]
        quotes = np.flatnonzero(block == ord(quote)) + low
        line = np.searchsorted(ends[first:last], quotes, side="right")
        counts = np.bincount(line, minlength=last - first)
        rank = np.arange(len(quotes)) - (np.cumsum(counts) - counts)[line]
        opens = (quotes == starts[first:last][line]) | np.isin(buffer[quotes - 1], edges)
        closes = (quotes + 1 == len(buffer)) | np.isin(buffer[np.minimum(quotes + 1, len(buffer) - 1)], edges)
        wrong = line[np.where(rank % 2 == 0, ~opens, ~closes)]
        uneven[first:last] |= counts % 2 == 1
        uneven[first + wrong] = True
        if escape:
            signs = np.flatnonzero(block == ord(escape)) + low
            uneven[first + np.searchsorted(ends[first:last], signs, side="right")] = True
        first = last
    return np.flatnonzero(uneven)


class _Walker:
    """Walks over one record cell by cell."""

    def __init__(self, content: bytes, delimiter: bytes, quote: bytes, escape: bytes) -> None:
        d, q, e = re.escape(delimiter), re.escape(quote), re.escape(escape)
        pair = rb"|%s[^\r\n]" % e if escape else b""
        inside = rb"(?:[^%s%s]++%s|%s%s)*+" % (q, e, pair, q, q)
        within = rb"(?:[^%s%s\r\n]++%s|%s%s)*+" % (q, e, pair, q, q)
        self._content, self._delimiter, self._quote = content, delimiter, quote
        self._sound = re.compile(rb"%s%s%s(?=[%s\r\n]|\Z)" % (q, inside, q, d))
        self._closed = re.compile(rb"%s%s%s" % (q, within, q))
        self._bare = re.compile(rb"(?:[^%s%s\r\n]++%s%s)*+" % (d, e, pair, rb"|%s" % e if escape else b""))
        self._end = re.compile(rb"\r\n?|\n|\Z")

    def record(self, place: int) -> tuple[int, bool, bool]:
        """Where the record ends, whether a quote is left open, whether one is stray."""
        damaged = stray = False
        while True:
            place, open_quote, stray_quote = self._cell(place)
            damaged, stray = damaged or open_quote, stray or stray_quote
            if not self._content.startswith(self._delimiter, place):
                end = self._end.match(self._content, place)
                return (end.end() if end else len(self._content)), damaged, stray
            place += 1

    def _cell(self, place: int) -> tuple[int, bool, bool]:
        """The same for one cell; it ends before a delimiter or a line end."""
        if not self._content.startswith(self._quote, place):
            bare = self._rest(place)
            return bare, False, self._content.find(self._quote, place, bare) >= 0
        sound = self._sound.match(self._content, place)
        if sound is not None:
            return sound.end(), False, False
        closed = self._closed.match(self._content, place)
        return self._rest(closed.end() if closed else place), closed is None, closed is not None

    def _rest(self, place: int) -> int:
        bare = self._bare.match(self._content, place)
        return bare.end() if bare else place
