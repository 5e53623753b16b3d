"""What a delivery says of itself: the day it was made, and which part of a whole it is."""

from __future__ import annotations

import datetime as dt
import re

import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch import schemas
from fraudmatch.arrivals import Declared
from fraudmatch.extract.grid import Grid
from fraudmatch.extract.headings import folded, positions
from fraudmatch.extract.mapping import DeliveryForm
from fraudmatch.extract.values.dates import TYPED_FORMATS, parse_dates

#: Cells of a date column that are looked at; a column that says the day says it in the first rows.
_CELLS = 100


#: Data sets in which a row that repeats another to the letter may be the very thing looked for
#: (a payment made twice), so that no row is set aside as a repetition.
REPEATS_ARE_EVIDENCE = frozenset({"payment", "creditor", "care_payment"})


def declared_of(dataset: str, form: DeliveryForm, file_name: str) -> Declared:
    """Part, number of parts, due date and what names a row of a file, as its mapping and its name say."""
    told = _in_name(form, file_name)
    part, parts = told.get("part"), told.get("parts")
    whole = int(parts) if parts else form.parts
    return Declared(
        int(part) if part else None, whole, form.due_days, form.several, one_row_of(dataset, form),
        dataset in REPEATS_ARE_EVIDENCE,
    )  # fmt: skip


def one_row_of(dataset: str, form: DeliveryForm) -> tuple[str, ...] | None:
    """Fields that name one row besides partner and reference; None where several rows may have one reference."""
    key = schemas.DATASETS[dataset].row_key
    usual = "allow" if key is None else "reject"
    return None if (form.same_reference or usual) == "allow" else (key or ())


def extracted_on(form: DeliveryForm, file_name: str, grid: Grid) -> dt.date | None:
    """The day the extract was made, from its name or its date column; null when neither can be read."""
    text = _in_name(form, file_name).get("date")
    if text is not None:
        return _day(pa.array([text]), (form.date_format,))
    places = positions(grid.headings).get(folded(form.date_column), []) if form.date_column else []
    if len(places) != 1:
        return None
    formats = (form.date_format, *(TYPED_FORMATS if grid.typed else ()))
    return _day(pc.utf8_trim_whitespace(grid.columns[places[0]].slice(0, _CELLS)), formats)


def _in_name(form: DeliveryForm, file_name: str) -> dict[str, str]:
    """What the placeholders of the declared name stand for in a file name; nothing when it does not fit.

    RE2 searches, whose time is in proportion to the name whatever a mapping declares.
    """
    if not form.name:
        return {}
    found = pc.extract_regex(pa.array([file_name]), _pattern(form.name))[0].as_py()
    return {name: text for name, text in (found or {}).items() if name != "whole"}


def _pattern(name: str) -> str:
    shapes = {
        "*": ".*?",
        "{date}": "(?P<date>.+?)",
        "{part}": r"(?P<part>\d{1,4})",
        "{parts}": r"(?P<parts>\d{1,4})",
    }
    pieces = re.split(r"(\*|{date}|{part}|{parts})", name)
    inner = "".join(shapes.get(piece) or re.escape(piece) for piece in pieces)
    return f"(?is)^(?P<whole>{inner})$"


def _day(texts: pa.Array, formats: tuple[str, ...]) -> dt.date | None:
    """The one day that texts tell, or None where they tell none, or several."""
    days = pc.unique(parse_dates(texts.drop_null(), formats)).drop_null().to_pylist()
    return days[0] if len(days) == 1 else None
