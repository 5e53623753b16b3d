"""The mapping file as a model: what `docs/mapping.md` allows, and nothing else.

Only the form is held here. Whether a mapping makes sense for its data set is decided in
`load.py`, which also reads the file.
"""

from __future__ import annotations

import codecs
import re
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, StringConstraints, field_validator, model_validator

from fraudmatch.extract.globs import glob
from fraudmatch.extract.mapping_tables import Quarantine, RecordTypes, Strict, TrailerForm
from fraudmatch.extract.values.dates import format_fault

Heading = Annotated[str, StringConstraints(min_length=1)]
Mark = Literal["()", "-", "CR", "DR", "C", "D"]


def _one_or_many(value: Any) -> Any:
    """A single text where a list is meant."""
    return (value,) if isinstance(value, str) else value


def _check_marks(negative: tuple[str, ...], positive: tuple[str, ...]) -> None:
    both = sorted(set(negative) & set(positive))
    if both:
        raise ValueError(f"{', '.join(both)} cannot be a negative and a positive mark")


def _check_formats(formats: tuple[str, ...]) -> tuple[str, ...]:
    for text in formats:
        fault = format_fault(text)
        if fault:
            raise ValueError(fault)
    return formats


def _check_formats_of_field(formats: tuple[str, ...]) -> tuple[str, ...]:
    """A month may be meant; `load` knows whether the field is one."""
    faults = [fault for fault in (format_fault(text, of_month=True) for text in formats) if fault]
    if faults:
        raise ValueError(faults[0])
    return formats


class FileForm(Strict):
    """The table [file]: which files, and how their bytes become cells.

    Attributes:
        pattern: glob on the file name; `*` and `?` only.
        encoding: names of encodings, tried strictly in this order.
        header: whether the first row after `skip_rows` names the columns; null takes the
            usual answer of the format (yes, but no for fixed width).
        columns: names of the columns when there is no header, or for fixed width the
            first character (from 1) and the width of each.
        null_values: cells that mean blank.
        member: glob on the name of the file meant in a ZIP archive; null when it holds one alone.
        encryption: "password" is that of a workbook; keys never stand in a mapping.
        gaps: what becomes of a sheet whose table is cut by a blank row or column.
        escape: a sign that takes the meaning from the one behind it; "" for none.
        footers: globs of lines that are no rows and have another number of cells.
        record_length: of a fixed-width line; null lets lines be longer than their last column.
        negative_marks / positive_marks: what marks at an amount mean (`values.numbers.MARKS`); a mark in
            neither list is not understood.
    """

    pattern: Annotated[str, StringConstraints(min_length=1)]
    format: Literal["delimited", "fixed_width", "xlsx", "parquet"]
    compression: Literal["none", "gzip", "zip"] = "none"
    member: Annotated[str, StringConstraints(min_length=1)] | None = None
    encryption: Literal["none", "age", "password"] = "none"
    encoding: tuple[str, ...] = ("utf-8",)
    delimiter: str = ","
    quote: str = '"'
    header: bool | None = None
    skip_rows: Annotated[int, Field(ge=0, le=1000)] = 0
    sheet: str | None = None
    columns: tuple[Heading, ...] | dict[Heading, tuple[int, int]] = ()
    date_formats: tuple[str, ...] = ()
    money: Literal["pounds", "pence"] = "pounds"
    negative_marks: tuple[Mark, ...] = ()
    positive_marks: tuple[Mark, ...] = ()
    null_values: tuple[str, ...] = ()
    short_rows: Literal["reject", "fill"] = "reject"
    long_rows: Literal["reject", "empty"] = "reject"
    gaps: Literal["hold", "skip"] = "hold"
    escape: str = ""
    footers: tuple[Heading, ...] = ()
    record_length: Annotated[int, Field(ge=1)] | None = None
    record_types: RecordTypes | None = None
    trailer: TrailerForm | None = None

    _formats = field_validator("date_formats")(_check_formats)

    @property
    def has_header(self) -> bool:
        """Whether a row of the file names the columns."""
        return self.format not in {"fixed_width", "parquet"} if self.header is None else self.header

    @field_validator("pattern")
    @classmethod
    def _plain_name(cls, pattern: str) -> str:
        if "/" in pattern or "\\" in pattern:
            raise ValueError("a pattern is for the file name alone and holds no folder")
        return pattern

    @field_validator("encoding", mode="before")
    @classmethod
    def _encodings(cls, value: Any) -> Any:
        return _one_or_many(value)

    @field_validator("encoding")
    @classmethod
    def _known_encodings(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        if not names:
            raise ValueError("name at least one encoding, for example utf-8")
        for name in names:
            try:
                "".encode(codecs.lookup(name).name)
            except LookupError:
                raise ValueError(f"{name!r} is no text encoding; utf-8 and cp1252 are usual") from None
        return names

    @field_validator("delimiter")
    @classmethod
    def _delimiter(cls, text: str) -> str:
        return _one_character(text, "delimiter")

    @field_validator("quote")
    @classmethod
    def _quote(cls, text: str) -> str:
        return text and _one_character(text, "quote")

    @field_validator("escape")
    @classmethod
    def _escape(cls, text: str) -> str:
        return text and _one_character(text, "escape")

    @model_validator(mode="after")
    def _lines(self) -> FileForm:
        """What only files of lines have."""
        cell = self.trailer and [place for place in (self.trailer.rows, self.trailer.total) if place]
        if self.format not in {"delimited", "fixed_width"} and (
            self.trailer or self.record_types or self.footers
        ):
            raise ValueError("trailer, record_types and footers are for delimited and fixed_width files")
        if cell and any(isinstance(place, int) == (self.format == "fixed_width") for place in cell):
            raise ValueError(
                "a trailer's cells are numbers; in fixed_width they are [first character, width]"
            )
        if self.record_length and self.format != "fixed_width":
            raise ValueError("record_length is for fixed_width")
        if self.escape and (self.format != "delimited" or self.escape in {self.delimiter, self.quote}):
            raise ValueError("escape is for delimited files, and is neither their delimiter nor their quote")
        return self

    @model_validator(mode="after")
    def _belongs(self) -> FileForm:
        _check_marks(self.negative_marks, self.positive_marks)
        if self.format == "delimited" and self.delimiter == self.quote:
            raise ValueError("delimiter and quote are the same character")
        if self.format == "fixed_width":
            _check_widths(self.columns)
        elif isinstance(self.columns, dict):
            raise ValueError("columns with positions are for fixed_width; give a list of names")
        elif self.format != "parquet" and not self.has_header and not self.columns:
            raise ValueError("header = false needs the names of the columns in columns = [...]")
        if self.member is not None and self.compression != "zip":
            raise ValueError('member names a file of an archive and needs compression = "zip"')
        if self.encryption == "password" and self.format != "xlsx":
            raise ValueError('encryption = "password" is for xlsx; encrypt other files with age')
        if self.header is not None and self.format == "parquet":
            raise ValueError("a parquet file names its own columns; leave header out")
        return self


def _one_character(text: str, what: str) -> str:
    if len(text) != 1 or not text.isascii() or text in "\r\n\0":
        raise ValueError(f"{what} is one ASCII character and no line end")
    return text


def _check_widths(columns: tuple[str, ...] | dict[str, tuple[int, int]]) -> None:
    if not isinstance(columns, dict) or not columns:
        raise ValueError("fixed_width needs columns = { NAME = [first character, width], ... }")
    wrong = [name for name, (first, width) in columns.items() if first < 1 or width < 1]
    if wrong:
        raise ValueError(f"columns count from 1 and are at least 1 wide: {', '.join(wrong)}")


class Council(Strict):
    """The table [council]: whose record a row of a shared extract is."""

    column: Heading
    codes: Annotated[dict[str, str], Field(min_length=1)]


class DeliveryForm(Strict):
    """The table [delivery]: what a delivery says of itself, and what is expected of it.

    Attributes:
        name: the file name with {date}, {part} and {parts} in their places and * for the rest.
        date_format: how {date} is written, and the cells of `date_column`.
        date_column: a column that holds the day of the extract in every row; it need not be mapped.
        parts: how many files one delivery has, where their names do not say.
        several: all files that fit are one delivery (twelve months of payments); none is missed when it is absent.
        due_days: an extract older than this is held.
        may_be_empty: no rows is a lawful delivery.
        same_reference: whether several rows may have one reference; null takes the usual answer of
            the data set.
    """

    name: str | None = None
    date_format: str = "%Y%m%d"
    date_column: Heading | None = None
    parts: Annotated[int, Field(ge=2, le=1000)] | None = None
    due_days: Annotated[int, Field(ge=1, le=3660)] | None = None
    several: bool = False
    may_be_empty: bool = False
    same_reference: Literal["allow", "reject"] | None = None

    @field_validator("date_format")
    @classmethod
    def _readable(cls, text: str) -> str:
        return _check_formats((text,))[0]

    @model_validator(mode="after")
    def _belongs(self) -> DeliveryForm:
        named = re.findall(r"{(.*?)}", self.name or "")
        strange = sorted(set(named) - {"date", "part", "parts"})
        if strange or len(named) != len(set(named)):
            raise ValueError("a name may hold {date}, {part} and {parts}, each once")
        if "date" in named and self.date_column:
            raise ValueError("the date stands in the name or in a column, not in both")
        if self.several and ("part" in named or self.parts is not None):
            raise ValueError("several files have no numbered parts; leave several or the parts out")
        if ("part" in named) != ("parts" in named or self.parts is not None):
            raise ValueError("{part} needs {parts} in the name or parts = a number, and they need {part}")
        return self


class Ignore(Strict):
    """The table [ignore]: headings that are known and not wanted; "" is a blank heading.

    Attributes:
        forbidden: headings that must not come: a file that has one is refused.
    """

    columns: tuple[str, ...] = ()
    forbidden: tuple[Heading, ...] = ()


class FieldSource(Strict):
    """How one of our fields is filled: from a column, several, three date parts or a constant.

    Attributes:
        column: headings, the first present is taken; empty when another way is used.
        join: headings whose texts are put together with `with_` between, blanks left out.
        formats / money / codes / scale: how the text is read; null takes the file's way.
        scale: for whole numbers, what the figure is multiplied by (hours 37.5 -> 3750).
        negative_marks / positive_marks: as for the file, whose lists they replace.
        zero_values: words that mean 0, such as NIL.
        units: what may stand behind a figure and is left out, such as hrs.
        lost_zeros: a spreadsheet took the zeros off the front of account numbers or sort codes.
        required: a row in which the field is blank or not readable is set aside.
        optional: the headings may be absent from the file.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=False)

    column: tuple[Heading, ...] = ()
    join: tuple[Heading, ...] = ()
    with_: str = Field(default=" ", alias="with")
    day: Heading | None = None
    month: Heading | None = None
    year: Heading | None = None
    formats: tuple[str, ...] = ()
    codes: dict[str, str] = Field(default_factory=dict)
    constant: str | None = None
    money: Literal["pounds", "pence"] | None = None
    scale: Literal[1, 10, 100, 1000] = 1
    negative_marks: tuple[Mark, ...] = ()
    positive_marks: tuple[Mark, ...] = ()
    zero_values: tuple[Heading, ...] = ()
    units: tuple[Heading, ...] = ()
    lost_zeros: bool = False
    required: bool = False
    optional: bool = False

    _formats = field_validator("formats")(_check_formats_of_field)

    @model_validator(mode="before")
    @classmethod
    def _bare_heading(cls, value: Any) -> Any:
        return {"column": (value,)} if isinstance(value, str) else value

    @field_validator("column", mode="before")
    @classmethod
    def _single(cls, value: Any) -> Any:
        return _one_or_many(value)

    @model_validator(mode="after")
    def _one_way(self) -> FieldSource:
        _check_marks(self.negative_marks, self.positive_marks)
        if self.required and (self.optional or self.constant is not None):
            raise ValueError("a field that is required can be neither optional nor constant")
        parts = (self.day, self.month, self.year)
        if any(parts) and not all(parts):
            raise ValueError("day, month and year go together")
        ways = [bool(self.column), bool(self.join), all(parts), self.constant is not None]
        if sum(ways) != 1:
            raise ValueError("fill a field in one way: column, join, day with month and year, or constant")
        return self

    @property
    def date_parts(self) -> tuple[str, str, str] | None:
        """Headings of day, month and year, or None."""
        if self.day and self.month and self.year:
            return self.day, self.month, self.year
        return None

    @property
    def headings(self) -> tuple[str, ...]:
        """Every heading the field may read."""
        return self.column + self.join + (self.date_parts or ())


class Mapping(Strict):
    """One mapping file, read and checked.

    Attributes:
        path: the file it came from, for messages.
        fields: our field name -> how to fill it, in the order of the file.
    """

    path: Path
    dataset: str
    note: str = ""
    file: FileForm
    council: Council | None = None
    ignore: Ignore = Ignore()
    quarantine: Quarantine = Quarantine()
    delivery: DeliveryForm = DeliveryForm()
    fields: dict[str, FieldSource]

    @property
    def wanted(self) -> tuple[tuple[str, ...], ...]:
        """Headings the file must have, each with its alternatives."""
        sources = [source for source in self.fields.values() if not source.optional]
        council = [(self.council.column,)] if self.council else []
        alone = [(heading,) for one in sources for heading in (*one.join, *(one.date_parts or ()))]
        return (*(one.column for one in sources if one.column), *alone, *council)

    @property
    def slot(self) -> str:
        """Name of the mapping: deliveries read by it follow one another."""
        return self.path.stem

    def fits(self, file_name: str) -> bool:
        """Whether the pattern covers a file name; case does not count."""
        return glob(self.file.pattern).fullmatch(file_name) is not None
