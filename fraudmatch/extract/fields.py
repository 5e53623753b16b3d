"""From the cells of a file to our fields: text cleaned, everything else read as declared."""

from __future__ import annotations

import datetime as dt
import functools
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch import schemas
from fraudmatch.arrivals import DateOrder
from fraudmatch.columnwise import each_column
from fraudmatch.extract.cleaning import cleaned
from fraudmatch.extract.faults import FaultList
from fraudmatch.extract.grid import Fault, Grid
from fraudmatch.extract.headings import printed
from fraudmatch.extract.mapping import FieldSource, Mapping
from fraudmatch.extract.parsers import formats_of, parser_of, text_parser_of
from fraudmatch.extract.values import day_order
from fraudmatch.extract.values.order import order_suspected
from fraudmatch.extract.values.parsed import Mask, Parsed, Remark
from fraudmatch.reasons import FATAL, REASONS, Disposition

#: Ends of the names of fields that hold names of people, and what stands there where a letter was lost.
_NAMES = ("surname", "forename", "middle_name", "full_name")
_LOST = r"\pL\?\pL|\x{FFFD}"


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
        places = sorted(wanted)
        both = each_column(lambda place: cleaned(grid.columns[place], null_values), places)
        columns = {place: cells for place, (cells, _) in zip(places, both, strict=True)}
        errors = {place: rows for place, (_, rows) in zip(places, both, strict=True) if rows.any()}
        return cls(grid, columns, errors)

    def heading(self, places: tuple[int, ...]) -> str:
        """The headings of the columns a field reads, as the partner knows them."""
        return " + ".join(printed(self.grid.headings, place) for place in places)


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
        fatal: rows (bool) that are set aside; filled as fields are read.
        holds: faults of columns for which the whole file waits.
        orders: what date columns say of the order of day and month, where it is in doubt.
    """

    mapping: Mapping
    cells: Cells
    faults: FaultList
    alive: np.ndarray
    fatal: np.ndarray
    as_at: dt.date | None
    orders: list[DateOrder] = field(default_factory=list)
    holds: list[Fault] = field(default_factory=list)

    def read(self, known: schemas.Field, places: tuple[int, ...]) -> pa.Array:
        """The column of a field, one value per row; null = blank or not readable."""
        source = self.mapping.fields.get(known.name)
        if source is None or (source.constant is None and not places):
            return pa.nulls(self.cells.grid.rows, known.type)
        if source.constant is not None:
            return pa.repeat(_constant(known, source.constant), self.cells.grid.rows)
        self._note_cell_errors(known, places)
        texts = self._texts(source, places)
        if known.kind == "text":
            values = self._text(known, source, places, texts)
        else:
            values = self._parsed(known, source, places, texts)
        if source.required and not known.key:
            self._note(Remark("KEY_MISSING"), texts.is_null().to_numpy(zero_copy_only=False), known, places)
        return values

    def _texts(self, source: FieldSource, places: tuple[int, ...]) -> pa.Array:
        """The text a field is read from: a cell, cells joined, or day/month/year."""
        columns = [self.cells.columns[place] for place in places]
        if source.date_parts:
            return _three_parts(columns)
        if source.join:
            return functools.reduce(lambda left, right: _with_between(left, right, source.with_), columns)
        return columns[0]

    def _text(
        self, known: schemas.Field, source: FieldSource, places: tuple[int, ...], texts: pa.Array
    ) -> pa.Array:
        """A text, as it stands unless a spreadsheet left its marks on it."""
        if known.name.endswith(_NAMES):
            lost = pc.match_substring_regex(texts, _LOST).fill_null(False)
            self._note(Remark("LOST_CHARS"), lost.to_numpy(zero_copy_only=False), known, places)
        parse = text_parser_of(known, source, texts)
        if parse is None:
            return texts
        encoded = texts.dictionary_encode()
        parsed = parse(encoded.dictionary).spread(encoded.indices)
        self._note_all(parsed, known, source, places)
        return parsed.values

    def _parsed(
        self, known: schemas.Field, source: FieldSource, places: tuple[int, ...], texts: pa.Array
    ) -> pa.Array:
        typed = self.cells.grid.typed
        encoded = texts.dictionary_encode()
        distinct = parser_of(known, source, self.mapping.file, self.as_at, typed=typed)(encoded.dictionary)
        if known.kind == "date" and distinct.values.null_count:
            formats = formats_of(source, self.mapping.file, typed=typed)
            self._hold_other_order(texts, distinct.spread(encoded.indices), formats, known, places)
            distinct = self._in_one_order(distinct, encoded, formats, known, places)
        parsed = distinct.spread(encoded.indices)
        self._note_all(parsed, known, source, places)
        if "" not in source.codes:
            return parsed.values
        blank = pa.array(~self._errors(places) & ~texts.is_valid().to_numpy(zero_copy_only=False))
        return pc.if_else(blank, _constant(known, source.codes[""]), parsed.values)

    def _hold_other_order(
        self,
        texts: pa.Array,
        parsed: Parsed,
        formats: tuple[str, ...],
        known: schemas.Field,
        places: tuple[int, ...],
    ) -> None:
        """Hold the file where most dates of a column fit the order that is not declared."""
        unread = pc.and_(texts.is_valid(), parsed.values.is_null()).to_numpy(zero_copy_only=False)
        turned = order_suspected(texts, unread, formats)
        if turned:
            column = self.cells.heading(places)
            self.holds.append(Fault("DATE_ORDER_SUSPECTED", column=column, detail=turned, field=known.name))

    def _in_one_order(
        self,
        parsed: Parsed,
        encoded: pa.DictionaryArray,
        formats: tuple[str, ...],
        known: schemas.Field,
        places: tuple[int, ...],
    ) -> Parsed:
        """Dates that could be read either way are not known where both orders stand in the column."""
        texts = encoded.dictionary
        impossible = day_order.impossible(texts, formats, parsed.values)
        if not impossible.any():
            return parsed
        indices = encoded.indices.drop_null().to_numpy(zero_copy_only=False)
        times = np.bincount(indices, minlength=len(texts))
        wrong, filled = int(times[impossible].sum()), int(times.sum())
        if wrong < max(day_order.MIXED_ROWS, day_order.MIXED_SHARE * filled):
            return parsed
        either = day_order.either(texts, formats, parsed.values)
        column = self.cells.heading(places)
        self.orders.append(DateOrder(known.name, column, filled, wrong, int(times[either].sum())))
        values = pc.if_else(pa.array(either), pa.scalar(None, pa.date32()), parsed.values)
        detail = f"{wrong:,} of {filled:,} dates of the column are impossible in the declared order"
        return Parsed(values, (*parsed.remarks, (Remark("DATE_AMBIGUOUS", detail), either)))

    def _errors(self, places: tuple[int, ...]) -> np.ndarray:
        """Rows where one of the columns shows a spreadsheet error."""
        rows = np.zeros(self.cells.grid.rows, bool)
        for place in places:
            if place in self.cells.errors:
                rows |= self.cells.errors[place]
        return rows

    def _note_cell_errors(self, known: schemas.Field, places: tuple[int, ...]) -> None:
        for place in places:
            if place in self.cells.errors:
                self._note(Remark("CELL_ERROR"), self.cells.errors[place], known, (place,))

    def _note_all(
        self, parsed: Parsed, known: schemas.Field, source: FieldSource, places: tuple[int, ...]
    ) -> None:
        """Note what was said of the texts; a value that is required and was not read sets its row aside."""
        for remark, rows in parsed.remarks:
            usual = remark.disposition or REASONS[remark.reason].disposition
            if source.required and usual == Disposition.FLAG:
                lost = rows & parsed.values.is_null().to_numpy(zero_copy_only=False)
                self._note(remark._replace(disposition=Disposition.QUARANTINE), lost, known, places)
                rows = rows & ~lost
            self._note(remark, rows, known, places)

    def _note(self, remark: Remark, rows: Mask, known: schemas.Field, places: tuple[int, ...]) -> None:
        rows = rows & self.alive
        done = remark.disposition or REASONS[remark.reason].disposition
        self.faults.add_rows(
            remark.reason,
            self.cells.grid.source_rows[rows],
            field=known.name,
            column=self.cells.heading(places),
            detail=remark.detail,
            disposition=done,
        )
        if done in FATAL:
            np.logical_or(self.fatal, rows, out=self.fatal)


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


def _constant(known: schemas.Field, text: str) -> pa.Scalar:
    """A constant or a word of a code list as a value of the field; `load.py` has checked it."""
    if known.kind == "date":
        return pa.scalar(dt.date.fromisoformat(text), known.type)
    if known.kind in {"pence", "integer"}:
        return pa.scalar(int(text), known.type)
    return pa.scalar(text == "true" if known.kind == "flag" else text.strip(), known.type)
