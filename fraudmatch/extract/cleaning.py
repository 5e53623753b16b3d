"""Cells as they are looked at: without white space around them, and null where they say nothing."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

#: What spreadsheets print in a cell whose formula failed (Excel's error values).
CELL_ERRORS = ("#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!", "#SPILL!", "#CALC!",
               "#GETTING_DATA", "#BLOCKED!", "#CONNECT!", "#FIELD!", "#UNKNOWN!", "#BUSY!")  # fmt: skip

#: A column too narrow for its value, exported as it looked.
_HASHES = tuple("#" * count for count in range(3, 64))


def cleaned(cells: pa.Array, null_values: tuple[str, ...]) -> tuple[pa.Array, np.ndarray]:
    """Cells without outer white space; blank, declared null and error cells null; where the errors are.

    Most columns need nothing but nulls for their blank cells; they share the memory of `cells`.
    """
    bare = pc.utf8_trim_whitespace(cells)
    wrong = _errors(bare)
    declared = [text.strip() for text in null_values if text.strip()]
    if not cells.null_count and not wrong.true_count and not _any_of(bare, declared):
        untouched = _size(bare) == _size(cells) and not cells.offset
        return _blank_as_null(cells if untouched else bare), np.zeros(len(cells), bool)
    blank = pc.is_in(bare, value_set=pa.array(["", *declared], pa.string()))
    wrong = pc.and_(wrong, pc.invert(blank))
    kept = pc.if_else(pc.or_(blank, wrong), pa.scalar(None, pa.string()), bare)
    return kept, wrong.to_numpy(zero_copy_only=False)


def _errors(bare: pa.Array) -> pa.BooleanArray:
    """Cells that show a spreadsheet's error; null cells do not."""
    marked = pc.fill_null(pc.starts_with(bare, "#"), False)
    if not marked.true_count:
        return marked
    return pc.is_in(bare, value_set=pa.array([*CELL_ERRORS, *_HASHES]))


def _any_of(texts: pa.Array, words: list[str]) -> bool:
    return bool(words) and bool(pc.is_in(texts, value_set=pa.array(words, pa.string())).true_count)


def _size(texts: pa.Array) -> int:
    """Bytes of all texts together."""
    return int(pc.sum(pc.binary_length(texts)).as_py() or 0)


def _blank_as_null(texts: pa.Array) -> pa.Array:
    """Texts, none of them null, with null for "": the bytes stay where they are."""
    filled = pc.greater(pc.binary_length(texts), 0)
    _, offsets, signs = texts.buffers()
    blank = len(texts) - filled.true_count
    if not blank or texts.offset:
        return texts if not blank else pc.if_else(filled, texts, pa.scalar(None, pa.string()))
    return pa.Array.from_buffers(pa.string(), len(texts), [filled.buffers()[1], offsets, signs], blank)
