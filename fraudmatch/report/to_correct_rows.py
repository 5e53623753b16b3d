"""Rows to correct as both files of them show them."""

from __future__ import annotations

from dataclasses import dataclass

from fraudmatch import corrections


@dataclass(frozen=True)
class Row:
    """One row to correct.

    Attributes:
        cells: under the headings; all blank where the record could not be cut into cells.
        at_fault: places of the cells that are wrong.
    """

    record: int
    wrong: str
    remedy: str
    cells: tuple[str, ...]
    at_fault: frozenset[int]
    line: str
    delivery: str


@dataclass(frozen=True)
class Rows:
    """The rows of one delivered file, under its headings."""

    file: str
    headings: tuple[str, ...]
    rows: tuple[Row, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """All headings: ours in front, the partner's, ours behind."""
        return (*corrections.IN_FRONT, *self.headings, *corrections.BEHIND)
