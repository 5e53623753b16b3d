"""Tables of a mapping that say how lines are told apart, and how many may be set aside."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

#: A cell by its number from 1, or in fixed width its first character (from 1) and its width.
Place = Annotated[int, Field(ge=1)] | tuple[Annotated[int, Field(ge=1)], Annotated[int, Field(ge=1)]]


class Strict(BaseModel):
    """Frozen, and unknown keys are faults."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class TrailerForm(Strict):
    """The table [file.trailer]: a last line that gives totals.

    Attributes:
        mark: text of its first cell, or what a fixed-width line begins with.
        rows: its cell (from 1) with the number of rows; in fixed width first character and width.
        total: its cell with a total, of the field `of`.
        rows_besides: lines that the number counts besides the rows, such as header and trailer.
    """

    mark: Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
    rows: Place | None = None
    total: Place | None = None
    of: str | None = None
    rows_besides: Annotated[int, Field(ge=0, le=10)] = 0

    @model_validator(mode="after")
    def _together(self) -> TrailerForm:
        if (self.total is None) != (self.of is None):
            raise ValueError("total and of go together: where the total stands, and of which field it is")
        return self


class RecordTypes(Strict):
    """The table [file.record_types]: the first cell of every line tells what it is.

    Attributes:
        rows: types of lines that are rows.
        skip: types of lines that are none, such as headers of batches.
    """

    rows: Annotated[tuple[str, ...], Field(min_length=1)]
    skip: tuple[str, ...] = ()


class Quarantine(Strict):
    """The table [quarantine]: how many rows may be set aside before the whole file is looked at.

    Attributes:
        said_percent: above this share of the rows it is said.
        hold_percent: above this share the file is held.
        bytes_percent: the same for rows with bytes that are no text, which speak for a wrong encoding.
        least_rows: fewer rows than this never speak against a file.
    """

    said_percent: Annotated[float, Field(ge=0, le=100)] = 0.5
    hold_percent: Annotated[float, Field(ge=0, le=100)] = 5.0
    bytes_percent: Annotated[float, Field(ge=0, le=100)] = 0.5
    least_rows: Annotated[int, Field(ge=1)] = 10
