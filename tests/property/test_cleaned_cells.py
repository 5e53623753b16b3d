"""Cells cleaned column by column are what each alone comes to, and sharing memory shows nowhere."""

from __future__ import annotations

import pyarrow as pa
from hypothesis import example, given
from hypothesis import strategies as st

from fraudmatch.extract.cleaning import CELL_ERRORS, cleaned

_CELLS = st.sampled_from(
    ["", " ", "a", " a", "b\u00a0", "NULL", " NULL ", "#", "##", "###", "#N/A", " #REF!", "\t", "é"]
)


def _alone(cell: str | None, null_values: tuple[str, ...]) -> tuple[str | None, bool]:
    bare = cell if cell is None else cell.strip()
    if bare is None or bare == "" or bare in {text.strip() for text in null_values}:
        return None, False
    wrong = bare in CELL_ERRORS or (len(bare) > 2 and set(bare) == {"#"})
    return (None if wrong else bare), wrong


@given(
    st.lists(st.none() | _CELLS, max_size=12),
    st.sampled_from([(), ("NULL",), ("", " x"), ("#N/A",)]),
    st.integers(0, 2),
)
@example(["a", "", "b"], (), 0)
@example(["a", "", "b"], (), 1)
def test_a_column_is_cleaned_as_its_cells_are(
    cells: list[str | None], null_values: tuple[str, ...], offset: int
) -> None:
    column = pa.array(cells, pa.string()).slice(offset)
    kept, wrong = cleaned(column, null_values)
    kept.validate(full=True)
    expected = [_alone(cell, null_values) for cell in cells[offset:]]
    assert kept.to_pylist() == [text for text, _ in expected]
    assert wrong.tolist() == [error for _, error in expected]
    assert kept.null_count == sum(text is None for text, _ in expected)
