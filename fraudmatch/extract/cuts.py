"""A text file on its way to the parser: what the parser must not meet is found in the bytes and cut out.

Nothing here costs more than a search of the bytes as long as nothing is found.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from fraudmatch.extract.counter import Counted, count_records
from fraudmatch.extract.encodings import MARK, bytes_marked
from fraudmatch.extract.grid import Fault
from fraudmatch.extract.mapping import FileForm
from fraudmatch.extract.records import Records, find_records

#: Limits of one record; more is a fault of the file, never of a person.
MOST_LINES, MOST_BYTES, MOST_CHARACTERS = 50, 1 << 20, 10_000

#: Bytes looked at in one go.
_BLOCK = 1 << 22
_BOM = b"\xef\xbb\xbf"
#: UTF-8 of two bytes that was read as Windows-1252 and written as UTF-8 again; Â£ is left to amounts.
_TWICE = re.compile(
    rb"\xc3[\x82\x83](?!\xc2\xa3)(?:\xc2[\x80-\xbf]|\xe2\x80[\x93-\xba]|\xe2\x82\xac|\xe2\x84\xa2|\xc5[\x92-\xbe]"
    rb"|\xc6\x92|\xcb[\x86\x9c])"
)
#: A row with one of these is damaged: NUL, and the end mark of old systems.
_FATAL = re.compile(rb"[\x00\x1a]")
_HARMLESS = bytes([*range(1, 9), 11, 12, *range(14, 26), *range(27, 32), 127])
_HARMLESS_ONE = re.compile(b"[%s]" % re.escape(_HARMLESS))
_END_MARK = re.compile(rb"\x1a[\x1a\r\n]*\Z")


@dataclass(frozen=True)
class Text:
    """A text in UTF-8, freed of signs that are no part of it.

    Attributes:
        content: see above; bytes that are no text are still marked (`encodings.py`).
        counted: its records by the independent count.
        notes: what was left out.
    """

    content: bytes
    form: FileForm
    counted: Counted
    notes: tuple[Fault, ...] = field(default=())

    @cached_property
    def records(self) -> Records:
        """Where its records stand; found on first use."""
        quote = self.form.quote if self.form.format == "delimited" else ""
        return find_records(
            self.content, start=self.counted.start, delimiter=self.form.delimiter, quote=quote,
            escape=self.form.escape,
        )  # fmt: skip

    def number(self, place: int) -> int:
        """The number people know a record by."""
        return int(place) + 1 + self.counted.lines

    def texts(self, source_rows: np.ndarray) -> list[str]:
        """Records as written; see `grid.RawRecords`."""
        places = source_rows - 1 - self.counted.lines
        return [
            MARK.sub(b"\xef\xbf\xbd", self.records.raw(place)).decode("utf-8", "replace") for place in places
        ]

    def lengths(self, source_rows: np.ndarray) -> np.ndarray:
        """Bytes of records; see `grid.RawRecords`."""
        lengths: np.ndarray = self.records.lengths[source_rows - 1 - self.counted.lines]
        return lengths

    @property
    def ends_within_a_line(self) -> bool:
        """Whether the last line has no end."""
        return self.content[-1:] not in {b"\n", b"\r"}

    def without(self, places: np.ndarray) -> bytes:
        """The text from its first record on, some records left out."""
        if not len(places):
            return self.content[self.counted.start :] if self.counted.start else self.content
        starts, ends = self.records.starts[places], self.records.ends[places]
        whole = memoryview(self.content)
        froms, tos = [self.counted.start, *ends], [*starts, len(self.content)]
        return b"".join(whole[one:other] for one, other in zip(froms, tos, strict=True))


def text_of(content: bytes, form: FileForm) -> Text:
    """The text without its end mark (Ctrl-Z), byte order marks at joins and harmless control characters."""
    content = without_end_mark(content)
    notes: list[Fault] = []
    for found, left_out in ((_joins, _without_joins), (_controls, _without_controls)):
        faults = list(found(content, form))
        if faults:
            notes += faults
            content = left_out(content)
    return Text(content, form, _counted(content, form), tuple(notes))


def without_end_mark(content: bytes) -> bytes:
    """The text without the Ctrl-Z that old systems end it with."""
    ended = _END_MARK.search(content, max(len(content) - 64, 0))
    return content[: ended.start()] if ended else content


def _counted(content: bytes, form: FileForm) -> Counted:
    quote = form.quote if form.format == "delimited" else ""
    return count_records(
        content, delimiter=form.delimiter, quote=quote, escape=form.escape, skip_rows=form.skip_rows
    )


def _joins(content: bytes, form: FileForm) -> Iterator[Fault]:
    """Byte order marks at the beginning of later lines: files were joined."""
    if content.isascii() or _BOM not in content:
        return
    text = Text(content, form, _counted(content, form))
    found = re.compile(rb"(?<=[\r\n])" + _BOM).finditer(content)
    places = np.unique(text.records.of(np.array([each.start() for each in found], np.int64)))
    if len(places):
        yield noted("CONCATENATED_FILES", places + 1 + text.counted.lines)


def _without_joins(content: bytes) -> bytes:
    return re.sub(rb"(?<=[\r\n])" + _BOM, b"", content)


def _controls(content: bytes, form: FileForm) -> Iterator[Fault]:
    """Records with control characters that do no harm when left out."""
    if not _has_controls(content):
        return
    text = Text(content, form, _counted(content, form))
    places = np.array(
        [each.start() for each in _HARMLESS_ONE.finditer(content, text.counted.start)], np.int64
    )
    which = text.records.of(places)
    for place, begin in zip(*np.unique(which, return_index=True), strict=True):
        signs = sorted(
            {content[each] for each in places[begin : begin + 5][which[begin : begin + 5] == place]}
        )
        shown = ", ".join(f"0x{sign:02X}" for sign in signs)
        yield Fault("CONTROL_CHARS_STRIPPED", text.number(place), detail=shown)


def _has_controls(content: bytes) -> bool:
    """Whether there is a control character that is neither a tab nor a line end."""
    others = sum(_controls_in(content, base) for base in range(0, len(content), _BLOCK))
    return bool(others) or b"\x7f" in content


def _controls_in(content: bytes, base: int) -> int:
    """How many bytes of a block are such."""
    block = np.frombuffer(content, np.uint8, min(_BLOCK, len(content) - base), base)
    usual = sum(int(np.count_nonzero(block == sign)) for sign in b"\t\n\r")
    return int(np.count_nonzero(block < 32)) - usual


def _without_controls(content: bytes) -> bytes:
    return content.translate(None, _HARMLESS)


@dataclass(frozen=True)
class Cut:
    """Records that are kept from the parser.

    Attributes:
        faults: place of the record (from 0) -> why.
    """

    faults: dict[int, Fault]

    @property
    def places(self) -> np.ndarray:
        """In file order."""
        return np.array(sorted(self.faults), np.int64)


def cuts_of(text: Text, *, damaged: bool) -> Cut:
    """Records with bytes that are no text, NUL or Ctrl-Z, of too many lines; with open quotes when asked for."""
    faults: dict[int, Fault] = {}
    for place in _places(text, MARK) if b"\xed" in text.content else ():
        detail = bytes_marked(text.records.raw(place))
        faults[place] = Fault("BAD_BYTES", text.number(place), detail=detail)
    for place in _places(text, _FATAL) if b"\0" in text.content or b"\x1a" in text.content else ():
        signs = sorted(set(_FATAL.findall(text.records.raw(place))))
        detail = ", ".join(f"0x{sign[0]:02X}" for sign in signs)
        faults.setdefault(place, Fault("CONTROL_CHARS", text.number(place), detail=detail))
    for place in _of_many_lines(text):
        detail = f"{text.records.lines[place]:,} lines; at most {MOST_LINES}"
        faults.setdefault(place, Fault("RECORD_TOO_LONG", text.number(place), detail=detail))
    for place in np.flatnonzero(text.records.damaged).tolist() if damaged else ():
        faults.setdefault(place, _open_quote(text, place))
    return Cut(faults)


def doubly_decoded(text: Text) -> list[Fault]:
    """Records with letters that were decoded twice; normalise puts them right for comparison."""
    content = text.content
    if content.isascii() or (b"\xc3\x83" not in content and b"\xc3\x82" not in content):
        return []
    return [Fault("MOJIBAKE_REPAIRED", text.number(place)) for place in _places(text, _TWICE)]


def _places(text: Text, sign: re.Pattern[bytes]) -> list[int]:
    """Records that hold a sign."""
    found = np.array([each.start() for each in sign.finditer(text.content, text.counted.start)], np.int64)
    return [int(place) for place in np.unique(text.records.of(found))]


def _of_many_lines(text: Text) -> list[int]:
    """Records of more than 50 lines; only quotes can hold so many together."""
    content, counted = text.content, text.counted
    if text.form.format != "delimited" or not text.form.quote or content.find(text.form.quote.encode()) < 0:
        return []
    if counted.line_ends - counted.records < MOST_LINES - 1:
        return []
    return [int(place) for place in np.flatnonzero(text.records.lines > MOST_LINES)]


def _open_quote(text: Text, place: int) -> Fault:
    number = text.number(place)
    raw = text.records.raw(place)
    if not text.form.escape and f"\\{text.form.quote}".encode() in raw:
        return Fault("ESCAPE_UNDECLARED", number, detail="a backslash stands before a quote")
    if place == len(text.records.starts) - 1 and text.ends_within_a_line:
        return Fault("LAST_ROW_INCOMPLETE", number, detail="it ends within a quoted cell")
    return Fault("UNCLOSED_QUOTE", number, detail=f"opened in record {number:,}")


def noted(reason: str, numbers: np.ndarray) -> Fault:
    """One note for all lines of a kind: how many, and the first of them."""
    shown = ", ".join(f"{number:,}" for number in numbers[:5])
    more = f" and {len(numbers) - 5:,} more" if len(numbers) > 5 else ""
    word = "record" if len(numbers) == 1 else "records"
    detail = f"{len(numbers):,} {word}: {shown}{more}" if len(numbers) > 1 else f"record {shown}"
    return Fault(reason, int(numbers[0]), detail=detail)


#: Faults that speak of one row; where the record is none, they say nothing.
_OF_A_ROW = frozenset({"CONTROL_CHARS_STRIPPED", "STRAY_QUOTE", "NO_FINAL_NEWLINE", "MOJIBAKE_REPAIRED"})


def notes_of_rows(notes: list[Fault], numbers: np.ndarray) -> tuple[Fault, ...]:
    """Notes without those on single records that are not among the rows of some numbers."""
    asked = np.array([note.source_row for note in notes if note.reason in _OF_A_ROW], np.int64)
    there = set(asked[np.isin(asked, numbers)].tolist())
    return tuple(note for note in notes if note.reason not in _OF_A_ROW or note.source_row in there)
