"""The mapping file as a model: what `docs/mapping.md` allows, and nothing else.

Only the form is held here. Whether a mapping makes sense for its data set is decided in
`load.py`, which also reads the file.
"""

from __future__ import annotations

import codecs
import re
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator, model_validator

from fraudmatch.extract.values.dates import format_fault

Heading = Annotated[str, StringConstraints(min_length=1)]


class _Strict(BaseModel):
    """Frozen, and unknown keys are faults."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def _one_or_many(value: Any) -> Any:
    """A single text where a list is meant."""
    return (value,) if isinstance(value, str) else value


def _check_formats(formats: tuple[str, ...]) -> tuple[str, ...]:
    for text in formats:
        fault = format_fault(text)
        if fault:
            raise ValueError(fault)
    return formats


class FileForm(_Strict):
    """The table [file]: which files, and how their bytes become cells.

    Attributes:
        pattern: glob on the file name; `*` and `?` only.
        encoding: names of encodings, tried strictly in this order.
        header: whether the first row after `skip_rows` names the columns; null takes the
            usual answer of the format (yes, but no for fixed width).
        columns: names of the columns when there is no header, or for fixed width the
            first character (from 1) and the width of each.
        null_values: cells that mean blank.
    """

    pattern: Annotated[str, StringConstraints(min_length=1)]
    format: Literal["delimited", "fixed_width", "xlsx", "parquet"]
    compression: Literal["none", "gzip"] = "none"
    encoding: tuple[str, ...] = ("utf-8",)
    delimiter: str = ","
    quote: str = '"'
    header: bool | None = None
    skip_rows: Annotated[int, Field(ge=0, le=1000)] = 0
    sheet: str | None = None
    columns: tuple[Heading, ...] | dict[Heading, tuple[int, int]] = ()
    date_formats: tuple[str, ...] = ()
    money: Literal["pounds", "pence"] = "pounds"
    null_values: tuple[str, ...] = ()
    short_rows: Literal["reject", "fill"] = "reject"
    long_rows: Literal["reject", "empty"] = "reject"

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

    @model_validator(mode="after")
    def _belongs(self) -> FileForm:
        if self.format == "delimited" and self.delimiter == self.quote:
            raise ValueError("delimiter and quote are the same character")
        if self.format == "fixed_width":
            _check_widths(self.columns)
        elif isinstance(self.columns, dict):
            raise ValueError("columns with positions are for fixed_width; give a list of names")
        elif self.format != "parquet" and not self.has_header and not self.columns:
            raise ValueError("header = false needs the names of the columns in columns = [...]")
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


class Council(_Strict):
    """The table [council]: whose record a row of a shared extract is."""

    column: Heading
    codes: Annotated[dict[str, str], Field(min_length=1)]


class DeliveryForm(_Strict):
    """The table [delivery]: what a delivery says of itself, and what is expected of it.

    Attributes:
        name: the file name with {date}, {part} and {parts} in their places and * for the rest.
        date_format: how {date} is written, and the cells of `date_column`.
        date_column: a column that holds the day of the extract in every row; it need not be mapped.
        parts: how many files one delivery has, where their names do not say.
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
        if ("part" in named) != ("parts" in named or self.parts is not None):
            raise ValueError("{part} needs {parts} in the name or parts = a number, and they need {part}")
        return self


class Ignore(_Strict):
    """The table [ignore]: headings that are known and not wanted; "" is a blank heading."""

    columns: tuple[str, ...] = ()


class FieldSource(_Strict):
    """How one of our fields is filled: from a column, several, three date parts or a constant.

    Attributes:
        column: headings, the first present is taken; empty when another way is used.
        join: headings whose texts are put together with `with_` between, blanks left out.
        formats / money / codes / scale: how the text is read; null takes the file's way.
        scale: for whole numbers, what the figure is multiplied by (hours 37.5 -> 3750).
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
    optional: bool = False

    _formats = field_validator("formats")(_check_formats)

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


class Mapping(_Strict):
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
    delivery: DeliveryForm = DeliveryForm()
    fields: dict[str, FieldSource]

    @property
    def slot(self) -> str:
        """Name of the mapping: deliveries read by it follow one another."""
        return self.path.stem

    def fits(self, file_name: str) -> bool:
        """Whether the pattern covers a file name; case does not count."""
        return _glob(self.file.pattern).fullmatch(file_name) is not None


def _glob(pattern: str) -> re.Pattern[str]:
    parts = [{"*": ".*", "?": "."}.get(sign, re.escape(sign)) for sign in pattern]
    return re.compile("".join(parts), re.IGNORECASE | re.DOTALL)
