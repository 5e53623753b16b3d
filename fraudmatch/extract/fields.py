"""From the cells of a file to our fields: text cleaned, everything else read as declared."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch import schemas
from fraudmatch.extract.faults import FaultList
from fraudmatch.extract.grid import Fault, Grid
from fraudmatch.extract.headings import printed
from fraudmatch.extract.mapping import FieldSource, Mapping
from fraudmatch.extract.values.dates import TYPED_FORMATS, parse_dates
from fraudmatch.extract.values.numbers import parse_amounts, parse_whole
from fraudmatch.extract.values.order import order_suspected
from fraudmatch.extract.values.words import parse_flags, spelt_as_ours, translate

#: What spreadsheets print in a cell whose formula failed (Excel's error values).
CELL_ERRORS = ("#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!", "#SPILL!", "#CALC!",
               "#GETTING_DATA", "#BLOCKED!", "#CONNECT!", "#FIELD!", "#UNKNOWN!", "#BUSY!")  # fmt: skip

_REASON_OF_KIND = {"date": "DATE_INVALID", "pence": "NUMBER_INVALID", "integer": "NUMBER_INVALID",
                   "flag": "CODE_UNKNOWN", "code": "CODE_UNKNOWN"}  # fmt: skip

#: Fields whose two-digit years are never after the as-at date.
_BIRTHS = frozenset({"date_of_birth", "second_date_of_birth"})

Parser = Callable[[pa.Array], pa.Array]


@dataclass(frozen=True)
class Cells:
    """The cleaned cells of a file: stripped, blank and error cells null.

    Attributes:
        errors: column -> rows (bool) whose cell shows a spreadsheet error.
    """

    grid: Grid
    columns: dict[int, pa.Array]
    errors: dict[int, np.ndarray]

    @classmethod
    def of(cls, grid: Grid, wanted: set[int], null_values: tuple[str, ...]) -> Cells:
        """Clean the columns that are wanted."""
        columns, errors = {}, {}
        for place in sorted(wanted):
            columns[place], errors[place] = _clean(grid.columns[place], null_values)
        return cls(grid, columns, {place: rows for place, rows in errors.items() if rows.any()})

    def heading(self, places: tuple[int, ...]) -> str:
        """The headings of the columns a field reads, as the partner knows them."""
        return " + ".join(printed(self.grid.headings, place) for place in places)


def _clean(cells: pa.Array, null_values: tuple[str, ...]) -> tuple[pa.Array, np.ndarray]:
    """Cells without outer white space; blank, declared null and error cells null; where the errors are."""
    bare = pc.utf8_trim_whitespace(cells)
    blank = pc.is_in(bare, value_set=pa.array(["", *(text.strip() for text in null_values)], pa.string()))
    wrong = pc.and_(pc.is_in(bare, value_set=pa.array(CELL_ERRORS)), pc.invert(blank))
    absent = pc.or_(blank, wrong)
    kept = pc.if_else(absent, pa.scalar(None, pa.string()), bare)
    return kept, wrong.fill_null(False).to_numpy(zero_copy_only=False)


def blank_rows(grid: Grid, among: np.ndarray) -> np.ndarray:
    """Which of the rows `among` (bool) hold nothing in any column."""
    candidates = np.flatnonzero(among)
    for column in grid.columns:
        if not len(candidates):
            break
        texts = pc.utf8_trim_whitespace(column.take(pa.array(candidates)))
        candidates = candidates[pc.equal(texts, "").fill_null(True).to_numpy(zero_copy_only=False)]
    blank = np.zeros(grid.rows, bool)
    blank[candidates] = True
    return blank


@dataclass(frozen=True)
class FieldReader:
    """Reads the fields of one file and notes what it could not read.

    Attributes:
        as_at: the day two-digit years are read against; null takes a fixed one.
        alive: rows (bool) that are records; faults of blank rows are not noted.
    """

    mapping: Mapping
    cells: Cells
    faults: FaultList
    alive: np.ndarray
    as_at: dt.date | None

    def read(self, field: schemas.Field, places: tuple[int, ...]) -> pa.Array:
        """The column of a field, one value per row; null = blank or not readable."""
        source = self.mapping.fields.get(field.name)
        if source is None or (source.constant is None and not places):
            return pa.nulls(self.cells.grid.rows, field.type)
        if source.constant is not None:
            return pa.repeat(_constant(field, source.constant), self.cells.grid.rows)
        self._note_cell_errors(field, places)
        texts = self._texts(source, places)
        if field.kind == "text":
            return texts
        return self._parsed(field, source, places, texts)

    def _texts(self, source: FieldSource, places: tuple[int, ...]) -> pa.Array:
        """The text a field is read from: a cell, cells joined, or day/month/year."""
        columns = [self.cells.columns[place] for place in places]
        if source.date_parts:
            return _three_parts(columns)
        if source.join:
            return functools.reduce(lambda left, right: _with_between(left, right, source.with_), columns)
        return columns[0]

    def _parsed(
        self, field: schemas.Field, source: FieldSource, places: tuple[int, ...], texts: pa.Array
    ) -> pa.Array:
        formats = source.formats or self.mapping.file.date_formats
        if source.date_parts:
            formats = ("%d/%m/%Y", "%d/%m/%y", "%d/%b/%Y", "%d/%B/%Y", "%d/%b/%y")
        elif self.cells.grid.typed:
            formats = (*formats, *TYPED_FORMATS)
        values = per_distinct(texts, self._parser(field, source, formats))
        if "" in source.codes:
            errors = self._errors(places)
            blank = pa.array(~errors & ~texts.is_valid().to_numpy(zero_copy_only=False))
            values = pc.if_else(blank, _constant(field, source.codes[""]), values)
        unread = pc.and_(texts.is_valid(), values.is_null()).to_numpy(zero_copy_only=False)
        detail = f"declared: {', '.join(formats)}" if field.kind == "date" else None
        reason = "CODE_UNKNOWN" if source.codes else _REASON_OF_KIND[field.kind]
        self._note(reason, unread, field, places, detail)
        if field.kind == "date" and unread.any():
            turned = order_suspected(texts, unread, formats)
            if turned:
                column = self.cells.heading(places)
                fault = Fault("DATE_ORDER_SUSPECTED", column=column, detail=turned, field=field.name)
                self.faults.add([fault])
        return values

    def _parser(self, field: schemas.Field, source: FieldSource, formats: tuple[str, ...]) -> Parser:
        if field.kind == "date":
            return lambda texts: parse_dates(texts, formats, birth=field.name in _BIRTHS, as_at=self.as_at)
        if field.kind == "pence":
            return lambda texts: parse_amounts(texts, source.money or self.mapping.file.money)
        if field.kind == "integer":
            return lambda texts: parse_whole(texts, source.scale)
        if field.kind == "flag":
            return _flags_by(source.codes) if source.codes else parse_flags
        return lambda texts: translate(texts, source.codes or spelt_as_ours(field.codes))

    def _errors(self, places: tuple[int, ...]) -> np.ndarray:
        """Rows where one of the columns shows a spreadsheet error."""
        rows = np.zeros(self.cells.grid.rows, bool)
        for place in places:
            if place in self.cells.errors:
                rows |= self.cells.errors[place]
        return rows

    def _note_cell_errors(self, field: schemas.Field, places: tuple[int, ...]) -> None:
        for place in places:
            if place in self.cells.errors:
                self._note("CELL_ERROR", self.cells.errors[place], field, (place,), None)

    def _note(
        self, reason: str, rows: np.ndarray, field: schemas.Field, places: tuple[int, ...], detail: str | None
    ) -> None:
        source_rows = self.cells.grid.source_rows[rows & self.alive]
        column = self.cells.heading(places)
        self.faults.add_rows(reason, source_rows, field=field.name, column=column, detail=detail)


def per_distinct(texts: pa.Array, parse: Parser) -> pa.Array:
    """`parse` applied to the distinct texts of a column and spread over its rows; null stays null."""
    encoded = texts.dictionary_encode()
    return parse(encoded.dictionary).take(encoded.indices)


def _flags_by(codes: dict[str, str]) -> Parser:
    return lambda texts: pc.equal(translate(texts, codes), "true")


def _with_between(left: pa.Array, right: pa.Array, between: str) -> pa.Array:
    """Two texts with something between; one alone where the other is blank.

    pyarrow's own null_handling="skip" is not used: it drops rows in which every text is null.
    """
    return pc.coalesce(pc.binary_join_element_wise(left, right, between), left, right)


def _three_parts(columns: list[pa.Array]) -> pa.Array:
    """Day, month and year as d/m/y; null when all three are blank, so that a part alone is a fault."""
    nothing = pc.and_(pc.and_(columns[0].is_null(), columns[1].is_null()), columns[2].is_null())
    joined = pc.binary_join_element_wise(*(pc.fill_null(column, "") for column in columns), "/")
    return pc.if_else(nothing, pa.scalar(None, pa.string()), joined)


def _constant(field: schemas.Field, text: str) -> pa.Scalar:
    """A constant or a word of a code list as a value of the field; `load.py` has checked it."""
    if field.kind == "date":
        return pa.scalar(dt.date.fromisoformat(text), field.type)
    if field.kind in {"pence", "integer"}:
        return pa.scalar(int(text), field.type)
    return pa.scalar(text == "true" if field.kind == "flag" else text.strip(), field.type)
