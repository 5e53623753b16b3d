"""Why a draft proposes a form of a file, and what speaks against it: counts in words, never a value."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator, Sequence

#: A cell that is a figure, an amount or a date of digits.
FIGURE = re.compile(r"^[\s£(+-]*[\d.,/:-]+[\s)-]*$")

Records = Sequence[Sequence[str]]


def of_encoding(content: bytes, name: str) -> Iterator[str]:
    """What the bytes say for the encoding `name`, and what else would read them."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        yield "for: a UTF-16 byte order mark begins the file"
        return
    if content.startswith(codecs.BOM_UTF8):
        yield "for: a UTF-8 byte order mark begins the file"
        return
    high = sum(1 for byte in content if byte > 127)
    if not high:
        yield "for: every byte is ASCII, which UTF-8, cp1252 and ISO 8859-1 read alike"
        yield "against: a file of another month may hold a first £ or é, and then they differ: ask the supplier"
    elif name == "utf-8":
        yield f"for: {counted(high, 'byte')} beyond ASCII, and all of them form valid UTF-8, as other text hardly ever does"
    else:
        place = _first_fault(content, "utf-8")
        line = content.count(b"\n", 0, place) + 1
        yield f"for: {counted(high, 'byte')} beyond ASCII; the one at byte {place:,} (line {line:,}) is not UTF-8"
        if name.startswith("cp") and name != "cp1252":
            yield f"for: letters beyond ASCII stand in words, and pound signs before figures, when it is read as {name}"
        if name == "iso-8859-1":
            yield "against: some bytes are no letters in cp1252 either; every file is valid ISO 8859-1, so that proves nothing"
        yield "against: other code pages read the same bytes as other letters: look at accented names and £ signs"


def _first_fault(content: bytes, name: str) -> int:
    try:
        content.decode(name)
    except UnicodeDecodeError as error:
        return error.start
    return 0


def of_delimiter(shares: dict[str, tuple[int, float]], chosen: str) -> Iterator[str]:
    """What the signs that could delimit cut the first records into.

    Args:
        shares: sign -> commonest number of cells, and the share of records that have it.
    """
    width, share = shares[chosen]
    if width < 2:
        yield "against: no sign cuts the records into cells of one number: is it one column, or fixed width?"
        return
    yield f"for: it cuts {_percent(share)} of the first records into {width} cells"
    if share < 1:
        yield f"against: {_percent(1 - share)} of them have another number of cells"
    for sign, (other, agree) in shares.items():
        if sign != chosen and other > 1 and agree >= 0.6:
            yield f"against: {_named(sign)} cuts {_percent(agree)} of them into {other}"


def of_quote(text: str, delimiter: str) -> Iterator[str]:
    """How often cells stand in quotes of either kind in a text."""
    double, single = (_quoted_cells(text, sign, delimiter) for sign in ('"', "'"))
    stray = text.count('"') - 2 * double
    if double:
        yield f"for: {counted(double, 'cell')} of those looked at in double quotes"
    else:
        yield "for: nothing; no cell stands in quotes, so that nothing of this file hangs on it"
    if stray > 0:
        yield f"against: {counted(stray, 'double quote')} inside cells (doubled ones counted as two)"
    if single > double:
        yield f"against: {counted(single, 'cell')} in single quotes"


def _quoted_cells(text: str, sign: str, delimiter: str) -> int:
    ends = re.escape(delimiter)
    return len(re.findall(rf"(?:^|(?<={ends})){sign}[^{sign}]*{sign}(?={ends}|\r|\n|\Z)", text, re.MULTILINE))


def of_header(records: Records, first: int, header: bool) -> Iterator[str]:
    """Why the row at `first` is or is not taken for the headings.

    Args:
        records: the first of the file; those behind `first` are compared with it.
    """
    if not records:
        return
    row = [cell.strip() for cell in records[first]]
    below = [cells for cells in records[first + 1 :] if len(cells) == len(row)]
    figures = sum(bool(FIGURE.match(cell)) for cell in row if cell)
    counts = [sum(bool(FIGURE.match(cell.strip())) for cell in cells) for cells in below]
    with_figures = sum(bool(count) for count in counts)
    if header:
        yield f"for: row {first + 1:,} holds words alone; {with_figures:,} of the {len(below):,} rows looked at below hold figures"
        if below and not with_figures:
            yield "against: no row below holds figures either, so that it may be a record like them"
    else:
        yield f"for: {counted(figures, 'figure')} in row {first + 1:,}, as in a record"
    blank = sum(not cell for cell in row)
    twice = len(row) - blank - len({cell.casefold() for cell in row if cell})
    if header and blank:
        yield f"against: {counted(blank, 'column')} without heading"
    if header and twice:
        yield f"against: {counted(twice, 'heading')} more than once there"


def counted(number: int, noun: str) -> str:
    """A number with its noun: "1 byte", "2 bytes"."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _percent(share: float) -> str:
    """A share in words; never 100 % when something is missing."""
    shown = f"{100 * share:.0f} %"
    return shown if share in (0.0, 1.0) or shown not in ("0 %", "100 %") else f"{100 * share:.1f} %"


def _named(sign: str) -> str:
    return {"\t": "a tab", "|": "a bar", ";": "a semicolon", ",": "a comma"}.get(sign, repr(sign))
