"""Plain text for the terminal: tables, wrapped paragraphs, bars. No colour, no control characters."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from fraudmatch.report.clean import clean_text

#: Characters on a line of explanations.
WIDTH = 100


def text_table(
    headings: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[int] = (), most: int = 60
) -> list[str]:
    """Columns padded to their widest cell, two blanks between, a rule under the headings.

    Args:
        right: positions of columns set to the right.
        most: characters of a cell at most; a longer one ends in "…".
    """
    cells = [[fitted(cell, most) for cell in row] for row in (headings, *rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(headings))]
    lines = [
        "  ".join(
            cell.rjust(width) if column in right else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in cells
    ]
    return [lines[0], "  ".join("─" * width for width in widths), *lines[1:]]


def fitted(text: str, most: int) -> str:
    """`text`, clean, in at most `most` characters; what is cut off is marked by "…"."""
    clean = clean_text(text)
    return clean if len(clean) <= most else clean[: most - 1] + "…"


def paragraph(text: str, indent: str = "  ", first: str | None = None) -> list[str]:
    """`text` in lines of `WIDTH`, indented; `first` stands before the first line."""
    return textwrap.wrap(
        clean_text(text),
        WIDTH,
        initial_indent=indent if first is None else first,
        subsequent_indent=indent,
        break_on_hyphens=False,
    )


def bar(amount: float, most: float, length: int = 24) -> str:
    """A bar of "+" or "-" signs, `length` long for `most`; at least one sign unless zero."""
    if amount == 0 or most <= 0:
        return ""
    signs = max(round(abs(amount) / most * length), 1)
    return ("+" if amount > 0 else "-") * min(signs, length)
