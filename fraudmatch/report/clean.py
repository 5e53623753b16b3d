"""Text columns made fit to print: words for codes, visible marks, no live formulas.

Threats T01 (formulas) and T05 (terminal) of the reliability notes; measured there: a control
character can spoil a whole workbook, and a string that starts with = becomes a formula.
"""

from __future__ import annotations

from collections.abc import Callable

import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch.corrections import FORMULA

#: What an XLSX cell holds, in UTF-16 units (Excel's published limit).
CELL_UNITS = 32_767

_BIDI = (*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C)
_MARKS: dict[int, str] = {
    **{code: chr(0x2400 + code) for code in range(0x20)},  # ␀ … ␟, the control pictures
    0x7F: "␡",
    **{code: f"⟦U+{code:04X}⟧" for code in _BIDI},
    **dict.fromkeys((*range(0x80, 0xA0), 0x2028, 0x2029, 0xFFFE, 0xFFFF), "\N{REPLACEMENT CHARACTER}"),
}
_CONTROLS = {code: mark for code, mark in _MARKS.items() if code < 0x20 and chr(code) not in "\n\t"}
# RE2 classes: what `_MARKS` replaces.
_UNPRINTABLE = (
    "[\\x{00}-\\x{1F}\\x{7F}-\\x{9F}\\x{061C}\\x{200E}\\x{200F}\\x{2028}-\\x{202E}"
    "\\x{2066}-\\x{2069}\\x{FFFE}\\x{FFFF}]"
)


def clean_text(text: str) -> str:
    """`text` with every control and direction-changing character replaced by a visible mark."""
    return text if text.isprintable() else text.translate(_MARKS)


class Lines(str):
    """A clean text of several lines, for a page that keeps them; what prints pages takes it as it is."""


def lines(text: str) -> Lines:
    """`text` with its line ends and tabs, and a visible mark for every other control or direction-changing character.

    For what people typed; values of records have one line, so that a line end in one is marked.
    """
    ended = text.replace("\r\n", "\n")
    return Lines("\n".join("\t".join(map(clean_text, line.split("\t"))) for line in ended.split("\n")))


def typed_lines(text: str) -> Lines:
    """What a person typed, to stand in the same form again: as it was, but that signs nobody can type are marks."""
    return Lines(text.replace("\r\n", "\n").translate(_CONTROLS))


def clean(texts: pa.Array | pa.ChunkedArray) -> pa.Array:
    """`clean_text` of every value of a string column; null stays null."""
    column = texts.combine_chunks() if isinstance(texts, pa.ChunkedArray) else texts
    dirty = pc.match_substring_regex(column, _UNPRINTABLE)
    if not pc.any(dirty, min_count=0).as_py():
        return column
    marked = [clean_text(value) for value in column.filter(dirty).to_pylist()]
    return pc.replace_with_mask(column, pc.fill_null(dirty, False), pa.array(marked, pa.string()))


def guard_text(text: str) -> str:
    """`text` for CSV: with a leading ' where a spreadsheet would read a formula."""
    return f"'{text}" if FORMULA.match(text) else text


def guard(texts: pa.Array) -> pa.Array:
    """`guard_text` of every value of a string column; null stays null."""
    return pa.array([None if text is None else guard_text(text) for text in texts.to_pylist()], texts.type)


def fit_cell(text: str) -> tuple[str, bool]:
    """`text` cut to what a cell holds, and whether it was cut; the cut is marked in the cell."""
    if 2 * len(text) <= CELL_UNITS:  # a character is one unit or two
        return text, False
    units = len(text.encode("utf-16-le")) // 2
    if units <= CELL_UNITS:
        return text, False
    mark = f" […cut here; {units:,} characters in all, whole in the CSV file]"
    room = CELL_UNITS - len(mark)
    return text.encode("utf-16-le")[: room * 2].decode("utf-16-le", errors="ignore") + mark, True


def relabel(codes: pa.Array, label: Callable[[str], str | None]) -> pa.Array:
    """Codes as words, looked up once per distinct code; null stays null."""
    encoded = codes.dictionary_encode()
    words = [label(code) for code in encoded.dictionary.to_pylist()]
    return pa.array(words, pa.string()).take(encoded.indices)
