"""Frames of a notebook taken in: any table as Arrow, and which of its columns is which field.

Columns are recognised by name, as `fraudmatch mapping draft` recognises them, and shown in the
result for a person to confirm. How dates are written is declared, never guessed.
"""

from __future__ import annotations

from collections.abc import Mapping as Keyed
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch.datasets import DATASETS
from fraudmatch.errors import ConfigurationError, MappingError, Problem
from fraudmatch.extract import ExtractedFile, Mapping, extract_table
from fraudmatch.extract.evidence import evidence
from fraudmatch.extract.fields import Cells
from fraudmatch.extract.headings import did_you_mean
from fraudmatch.extract.parquet import grid_of
from fraudmatch.extract.recognise import recognise
from fraudmatch.extract.values.dates import format_fault

Columns = Keyed[str, str | Sequence[str]]

_ISO = "%Y-%m-%d"


@dataclass(frozen=True)
class Frame:
    """One table of a notebook.

    Attributes:
        name: "left" or "right".
        table: its columns.
        index: the pandas index; None where the frame has none and rows go by number from 0.
    """

    name: str
    table: pa.Table
    index: Any = None

    def label(self, row: int) -> Any:
        """What the reader calls a row."""
        return row if self.index is None else self.index[row]

    def row(self, label: Any) -> int:
        """The row a label names, from 0.

        Raises:
            ConfigurationError: it names none, or several.
        """
        if self.index is None:
            whole = isinstance(label, int | np.integer) and 0 <= label < self.table.num_rows
            rows = [int(label)] if whole else []
        else:
            rows = self.index.get_indexer_for([label]).tolist()
            rows = [row for row in rows if row >= 0]
        if len(rows) == 1:
            return int(rows[0])
        raise ConfigurationError(
            f"{len(rows) or 'No'} rows of {self.name} are called {label!r}.",
            remedy="Make the index unique." if rows else "Use a label of the index, or a row number from 0.",
        )


@dataclass(frozen=True)
class Recognised:
    """What became of the columns of a frame.

    Attributes:
        frame: its name.
        fields: our field -> its columns.
        ignored: columns that were not used.
    """

    frame: str
    fields: Keyed[str, tuple[str, ...]]
    ignored: tuple[str, ...]


def frame_of(given: Any, name: str) -> Frame:
    """A pandas frame, an Arrow table or record batch, or anything with `__arrow_c_stream__`.

    Raises:
        MappingError: it is none of these, has columns of one name, or pandas holds values of
            several kinds in one column.
    """
    if type(given).__module__.split(".")[0] == "pandas":
        frame = _from_pandas(given, name)
    elif isinstance(given, pa.Table):
        frame = Frame(name, given)
    elif isinstance(given, pa.RecordBatch):
        frame = Frame(name, pa.Table.from_batches([given]))
    elif hasattr(given, "__arrow_c_stream__"):
        frame = Frame(name, pa.table(given))
    else:
        raise MappingError(
            f"{name} is a {type(given).__name__}, which is no table.",
            remedy="Give a pandas frame, an Arrow table, or anything with __arrow_c_stream__ (polars, DuckDB).",
        )
    names = frame.table.column_names
    twice = sorted({column for column in names if names.count(column) > 1})
    if twice:
        raise MappingError(f"{name} has several columns called {', '.join(twice)}.", remedy="Rename them.")
    return frame


def _from_pandas(given: Any, name: str) -> Frame:
    if not hasattr(given, "columns"):
        raise MappingError(f"{name} is a pandas {type(given).__name__}.", remedy="Give a DataFrame.")
    plain = given.rename(columns=str)
    faults, columns = [], {}
    for position, column in enumerate(plain.columns):
        try:
            columns[column] = pa.array(plain.iloc[:, position], from_pandas=True)
        except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError):
            faults.append(Problem(name, column, "holds values of several kinds.", "Use .astype('string')."))
    if faults:
        raise MappingError(f"Columns of {name} cannot be read.", problems=faults)
    if len(columns) < len(plain.columns):
        raise MappingError(f"{name} has several columns of one name.", remedy="Rename them.")
    return Frame(name, pa.table(columns), given.index)


def extract_frame(
    frame: Frame, dataset: str, columns: Columns, date_format: str | Sequence[str] | None
) -> tuple[ExtractedFile, Recognised]:
    """The frame through the real reading of fields, with what was recognised.

    Args:
        dataset: "person" or "organisation".
        columns: our field -> column, or columns to join; goes before what is recognised.
        date_format: how text dates are written, as for strptime; None = ISO. Typed dates pass.

    Raises:
        MappingError: an unknown field or column, nothing recognised, or a column of dates of which
            not one can be read. All faults are named.
    """
    found = _fields(frame, dataset, columns)
    formats = (date_format,) if isinstance(date_format, str) else tuple(date_format or (_ISO,))
    faults = [Problem("date_format", text, fault) for text in formats if (fault := format_fault(text))]
    if faults:
        raise MappingError("A date format cannot be used.", problems=faults)
    row = _free_name(frame.table.column_names)
    count = frame.table.num_rows
    numbers = pc.utf8_lpad(pa.array(range(1, count + 1)).cast(pa.string()), 12, padding="0")
    used = list(dict.fromkeys(name for names in found.values() for name in names))
    table = frame.table.select(used).append_column(row, numbers)
    made = extract_table(
        table, _mapping(frame.name, dataset, found, formats, row), partner=frame.name, name=frame.name
    )
    if not made.refused:
        _refuse_unread_dates(frame, made, dataset, found, formats)
    ignored = tuple(name for name in frame.table.column_names if name not in used)
    return made, Recognised(frame.name, found, ignored)


def _free_name(names: Sequence[str]) -> str:
    row = "row"
    while row.casefold() in {name.strip().casefold() for name in names}:
        row = f"_{row}"
    return row


def _fields(frame: Frame, dataset: str, columns: Columns) -> dict[str, tuple[str, ...]]:
    """Our field -> columns: those given, then those recognised among the rest."""
    names = frame.table.column_names
    known = [field.name for field in DATASETS[dataset].fields if field.name != "source_ref"]
    given = {field: (each,) if isinstance(each, str) else tuple(each) for field, each in columns.items()}
    faults = [
        Problem("columns", field, "there is no such field.", did_you_mean(field, known))
        for field in given
        if field not in known
    ]
    faults += [
        Problem("columns", field, f"{frame.name} has no column {name!r}.", did_you_mean(name, names))
        for field, each in given.items()
        for name in each
        if name not in names
    ]
    if faults:
        raise MappingError(f"The columns named for {frame.name} do not fit.", problems=faults)
    taken = {name for each in given.values() for name in each}
    rest = [name for name in names if name not in taken]
    found = {
        field: tuple(rest[place] for place in places)
        for field, places in recognise(rest, dataset).items()
        if field in known and field not in given
    }
    made = {field: (given | found)[field] for field in known if field in given or field in found}
    if not made:
        raise MappingError(
            f"None of the columns of {frame.name} is recognised: {', '.join(names) or 'there are none'}.",
            remedy='Name them, for example columns={"surname": "last_name", "date_of_birth": "dob"}.',
        )
    return made


def _mapping(
    name: str, dataset: str, found: Keyed[str, tuple[str, ...]], formats: tuple[str, ...], row: str
) -> Mapping:
    sources: dict[str, Any] = {"source_ref": row}
    for field, columns in found.items():
        sources[field] = (
            columns[0]
            if len(columns) == 1
            else {"join": columns, "with": ", " if "address" in field else " "}
        )
    form = {"pattern": "*", "format": "parquet", "date_formats": formats}
    return Mapping.model_validate({"path": Path(name), "dataset": dataset, "file": form, "fields": sources})


def _refuse_unread_dates(
    frame: Frame,
    made: ExtractedFile,
    dataset: str,
    found: Keyed[str, tuple[str, ...]],
    formats: tuple[str, ...],
) -> None:
    """A column of dates none of which could be read was declared wrongly; say how it looks."""
    faults = []
    for field in DATASETS[dataset].fields:
        if field.kind == "date" and field.name in found:
            column = found[field.name][0]
            written = frame.table[column]
            if written.null_count < len(written) and made.received[field.name].null_count == len(written):
                cells = Cells.of(grid_of(frame.table.select([column]), counted=len(written)), {0}, ())
                like = evidence(cells, 0).formats
                hint = f"It looks like date_format={like[0]!r}." if like else "Say how: date_format=…"
                what = f"no value is a date written {' or '.join(formats)}."
                faults.append(Problem(frame.name, column, what, hint))
    if faults:
        raise MappingError("Dates cannot be read.", problems=faults)
