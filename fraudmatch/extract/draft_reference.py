"""Which column may be the reference of a row, for a draft: said with its grounds, and left open when they are weak."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fraudmatch.extract.evidence import Evidence
from fraudmatch.extract.sniff_evidence import counted

#: Words of headings that name a reference, besides those of the list of synonyms.
_REFERENCE_WORDS = frozenset(
    ("ref", "refs", "reference", "no", "nr", "num", "number", "id", "identifier", "uid", "urn", "key", "code", "account")
)  # fmt: skip
#: Words of headings of what is counted or measured, whatever stands beside them.
_OTHER_WORDS = frozenset(
    ("amount", "value", "total", "date", "name", "address", "postcode", "vat", "phone", "email")
)
#: Headings that a draft itself gives to columns that have none.
_UNNAMED = re.compile(r"COLUMN_\d+")
#: A reference: letters and digits, joined by strokes, full stops or hyphens, and no blank.
_CODE = re.compile(r"[A9/_.-]*9[A9/_.-]*")
_AMOUNT = re.compile(r"[-(£]*9[9,]*\.9{1,2}\)?")
#: Fields that may name a row where nothing else does.
_REFERENCES = (
    "property_ref",
    "company_number",
    "charity_number",
    "badge_number",
    "permit_number",
    "award_ref",
)
#: Fewer rows than this prove nothing: names are all different in ten rows too.
FEW_ROWS = 20


@dataclass(frozen=True)
class LikelyReference:
    """What a draft says of the reference of rows.

    Attributes:
        place: the column proposed (from 0); null when a person has to choose.
        lines: sentences on the grounds, for comments.
    """

    place: int | None
    lines: tuple[str, ...]


def likely_reference(
    columns: Sequence[Evidence], headings: Sequence[str], rows: int, fields: Mapping[str, Sequence[int]]
) -> LikelyReference:
    """A column that is filled in every row, never twice the same, and named or made like a reference.

    Args:
        fields: our field -> the columns (from 0) it is read from; of those only fields that are references may
            name the row as well.
    """
    unique = [place for place, column in enumerate(columns) if rows > 1 and column.distinct == rows]
    for field in _REFERENCES:
        if field in fields and fields[field][0] in unique:
            return _proposed(fields[field][0], rows, f"read as {field}")
    used = {place for places in fields.values() for place in places}
    doubts: list[str] = []
    for place in (place for place in unique if place not in used):
        against = _against(columns[place], headings[place])
        if against is None:
            return _proposed(place, rows, _for(headings[place]))
        doubts.append(
            f"{headings[place].strip() or 'a column without heading'}: differs in every row, but {against}"
        )
    return LikelyReference(
        None, tuple(doubts) or ("no column is filled in every row and never twice the same",)
    )


def _proposed(place: int, rows: int, ground: str) -> LikelyReference:
    lines = [f"for: filled in all {rows:,} rows, never twice the same, and {ground}"]
    if rows < FEW_ROWS:
        lines.append(f"against: {rows:,} rows are few, and other columns may differ in all of them too")
    return LikelyReference(place, tuple(lines))


def of_named(column: Evidence, rows: int) -> list[str]:
    """What speaks for and against a column whose heading names the reference."""
    told = [f"for: its heading, and {column.distinct:,} different values in {column.cells:,} filled rows"]
    if column.cells < rows:
        told.append(f"against: {counted(rows - column.cells, 'blank row')}, which would be set aside")
    if column.cells > column.distinct:
        repeated = counted(column.cells - column.distinct, "row")
        told.append(
            f"against: {repeated} with the reference of another; join columns if a row needs more to be named"
        )
    return told


def _for(heading: str) -> str:
    return "made like a reference" if _UNNAMED.fullmatch(heading) else "named like a reference"


def _against(column: Evidence, heading: str) -> str | None:
    """Why a column that differs in every row is no sure reference; null where nothing speaks against it."""
    shape = column.shape or ""
    named = set(re.findall(r"[a-z]+", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", heading).casefold()))
    if column.formats:
        return "it holds dates"
    if _AMOUNT.fullmatch(shape):
        return "it holds amounts"
    if named & _OTHER_WORDS:
        return "its heading names something else"
    if not _CODE.fullmatch(shape):
        return f"most cells are like {shape}, which is not the form of a reference"
    if not named & _REFERENCE_WORDS and not _UNNAMED.fullmatch(heading):
        return "its heading does not say that it is a reference"
    return None
