"""Which parser reads a field: by its kind, its name, and what the mapping declares of it."""

from __future__ import annotations

import datetime as dt

import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch import schemas
from fraudmatch.extract.mapping import FieldSource, FileForm
from fraudmatch.extract.values.dates import TYPED_FORMATS, read_dates
from fraudmatch.extract.values.numbers import Marks, read_amounts, read_whole
from fraudmatch.extract.values.parsed import Parsed, Parser
from fraudmatch.extract.values.spreadsheets import may_be_marked, plain_identifiers, without_marks
from fraudmatch.extract.values.words import read_codes, read_flags, spelt_as_ours

#: Fields whose two-digit years are never after the as-at date.
BIRTHS = frozenset({"date_of_birth", "second_date_of_birth"})

#: Text fields that hold a number, so that ".0" behind it comes from a float.
NUMBERS = frozenset({
    "uprn", "phone", "sort_code", "account", "company_number", "charity_number", "vat_number", "source_ref",
    "creditor_ref", "property_ref", "council_tax_ref", "badge_number", "permit_number",
})  # fmt: skip

#: Text fields that spreadsheets spoil as they spoil numbers.
IDENTIFIERS = NUMBERS | {"nino", "second_nino", "invoice_ref", "order_number", "post_number", "site_id"}

#: Formats of a date whose day, month and year stand in three columns, joined by "/".
_OF_PARTS = ("%d/%m/%Y", "%d/%m/%y", "%d/%b/%Y", "%d/%B/%Y", "%d/%b/%y")


def formats_of(source: FieldSource, form: FileForm, *, typed: bool) -> tuple[str, ...]:
    """The date formats of a field: its own or the file's, and those of typed cells."""
    if source.date_parts:
        return _OF_PARTS
    formats = source.formats or form.date_formats
    return (*formats, *TYPED_FORMATS) if typed else formats


def parser_of(
    field: schemas.Field, source: FieldSource, form: FileForm, as_at: dt.date | None, *, typed: bool
) -> Parser:
    """What reads the distinct texts of a field that is not free text."""
    if field.kind == "date":
        formats = formats_of(source, form, typed=typed)
        birth = field.name in BIRTHS
        return lambda texts: _unmarked(
            texts, lambda bare: read_dates(bare, formats, birth=birth, as_at=as_at)
        )
    if field.kind == "pence":
        money, marks = source.money or form.money, _marks(source, form)
        return lambda texts: _unmarked(texts, lambda bare: read_amounts(bare, money, marks))
    if field.kind == "integer":
        marks = _marks(source, form)
        return lambda texts: _unmarked(texts, lambda bare: read_whole(bare, source.scale, marks))
    if field.kind == "flag":
        return lambda texts: read_flags(texts, source.codes)
    return lambda texts: read_codes(texts, source.codes or spelt_as_ours(field.codes))


def text_parser_of(field: schemas.Field, source: FieldSource, texts: pa.Array) -> Parser | None:
    """What reads the texts of a text field; None where they are taken as they stand.

    Looks at the bytes of the whole column first, because nearly all columns are clean.
    """
    if field.name not in IDENTIFIERS:
        return without_marks if '="' in _first_signs(texts) else None
    longest = pc.max(pc.binary_length(texts)).as_py() or 0
    plain = longest < 16 and field.name != "sort_code" and not source.lost_zeros
    if plain and not may_be_marked(texts):
        return None
    return lambda distinct: plain_identifiers(
        distinct,
        number=field.name in NUMBERS and not source.join,
        kind=field.name,
        lost_zeros=source.lost_zeros,
        key=field.key,
    )


def _first_signs(texts: pa.Array) -> str:
    """`="` where any text begins so, else nothing."""
    return '="' if pc.any(pc.starts_with(texts, '="')).as_py() else ""


def _unmarked(texts: pa.Array, parse: Parser) -> Parsed:
    """A parser behind the taking off of a spreadsheet's marks; what is left blank is not known."""
    if not may_be_marked(texts):
        return parse(texts)
    bare = without_marks(texts)
    read = parse(bare.values)
    return Parsed(read.values, (*bare.remarks, *read.remarks))


def _marks(source: FieldSource, form: FileForm) -> Marks:
    """What the mapping declares of figures; a field's own marks replace those of the file."""
    own = bool(source.negative_marks or source.positive_marks)
    return Marks(
        source.negative_marks if own else form.negative_marks,
        source.positive_marks if own else form.positive_marks,
        tuple(word.strip().upper() for word in source.zero_values),
        tuple(unit.strip().upper() for unit in source.units),
    )
