"""What a sharing record lets through: the whole file or nothing of it, and of a file the fields agreed."""

from __future__ import annotations

import datetime as dt
import fnmatch
from dataclasses import replace

import pyarrow as pa

from fraudmatch import schemas
from fraudmatch.arrivals import ExtractedFile, FileFault
from fraudmatch.intake.register import Agreed, Register
from fraudmatch.reasons import Disposition


def as_agreed(file: ExtractedFile, register: Register, night: dt.date) -> ExtractedFile:
    """The file as far as its partner's sharing record lets it in.

    Refused where there is no record in force or a forbidden column; else without the fields that are not
    agreed, each of them counted. A partner that keeps no record passes, unless the site asks for one.
    """
    row = file.row
    partner, dataset = row["partner"], file.dataset
    if dataset is None or file.refused or not register.asks(partner):
        return file
    agreed = register.of(partner, dataset)
    wrong = refusals(agreed, night) + forbidden(agreed, file.headings)
    if wrong or agreed is None:
        return file.set_aside("refused", wrong)
    file = file.with_faults(review_due(agreed, night))
    return _fields_agreed(file, agreed)


def refusals(agreed: Agreed | None, night: dt.date) -> list[FileFault]:
    """Why nothing of a data set may be loaded on the night."""
    if agreed is None:
        return [FileFault("SHARING_NOT_AGREED", "sharing.toml has no table for this data set")]
    if agreed.start is None or agreed.end is None or agreed.blank():
        return [FileFault("SHARING_NOT_AGREED", f"sharing.toml leaves blank: {', '.join(agreed.blank())}")]
    if night < agreed.start:
        return [FileFault("SHARING_NOT_AGREED", f"the agreement begins on {agreed.start.isoformat()}")]
    if night > agreed.end:
        return [FileFault("SHARING_ENDED", f"the agreement ended on {agreed.end.isoformat()}")]
    return []


def forbidden(agreed: Agreed | None, headings: tuple[str, ...]) -> list[FileFault]:
    """Columns that must not have been sent, by their headings."""
    patterns = [" ".join(text.split()).casefold() for text in agreed.forbidden_columns] if agreed else []
    found = [
        heading.strip()
        for heading in headings
        if any(fnmatch.fnmatchcase(" ".join(heading.split()).casefold(), pattern) for pattern in patterns)
    ]
    return [FileFault("COLUMN_NOT_AGREED", f"column {heading!r}") for heading in found]


def too_old(agreed: Agreed | None, made: dt.date, night: dt.date) -> bool:
    """Whether an extract is past the months it may be used."""
    if agreed is None or agreed.retention_months is None:
        return False
    months = (night.year - made.year) * 12 + night.month - made.month - (night.day < made.day)
    return months >= agreed.retention_months


def review_due(agreed: Agreed, night: dt.date) -> list[FileFault]:
    """That the record was to be looked at again before the night."""
    if agreed.review is None or night <= agreed.review:
        return []
    return [FileFault("SHARING_REVIEW_DUE", f"review was due on {agreed.review.isoformat()}")]


def _fields_agreed(file: ExtractedFile, agreed: Agreed) -> ExtractedFile:
    """The file without the fields that are not agreed; each is told once, with its number of values."""
    received, told = file.received, []
    row = file.row
    origin = {name: row[name] for name in ("partner", "dataset", "file", "delivery")}
    for field in schemas.DATASETS[str(file.dataset)].fields:
        column = received[field.name]
        filled = len(column) - column.null_count
        if field.name in agreed.fields or not filled:
            continue
        place = received.schema.get_field_index(field.name)
        received = received.set_column(place, received.schema.field(place), pa.nulls(len(column), field.type))
        told.append(
            origin
            | {"field": field.name, "reason": "FIELD_NOT_AGREED", "disposition": str(Disposition.FLAG)}
            | {"detail": f"{filled:,} values were left at the door"}
        )
    if not told:
        return file
    rejects = pa.concat_tables([file.rejects, schemas.rejects_table(told)])
    return replace(file, received=received, rejects=rejects)
