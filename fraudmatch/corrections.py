"""Rows that were set aside, on their way back to the partner that sent them and home again.

Such a file has the partner's own columns between columns of ours. Its name says by which mapping it is read
(`council_tax.to-correct.xlsx`), its rows say which record of which delivery they stand for.

In a CSV file a text that a spreadsheet would take for a formula has an apostrophe in front. It comes off again
exactly: a text that has such an apostrophe of its own gets a second one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

#: What our columns are called; no field, gate or sharing record looks at them.
RECORD = "fraudmatch: record"
WRONG = "fraudmatch: what is wrong"
REMEDY = "fraudmatch: what to do"
LINE = "fraudmatch: line as it came"
DELIVERY = "fraudmatch: delivery"
IN_FRONT, BEHIND = (RECORD, WRONG, REMEDY), (LINE, DELIVERY)
OURS = (*IN_FRONT, *BEHIND)

#: The sheet that holds the rows.
SHEET = "Rows to correct"
#: Characters of a delivery's SHA-256 that name it in such a file.
SHORT = 16

# People and programs number copies: "council_tax.to-correct (2).xlsx".
_NAME = re.compile(r"(?i)(?P<of>.+?)\.to-correct\b[^.]*\.(?P<kind>csv|xlsx)(?:\.age)?")
# Blanks a spreadsheet may skip before it looks for a formula, then what starts one.
FORMULA = re.compile(
    "[\x00-\x20\xa0\u2000-\u200f\u202f\u205f\u2060\u3000\ufeff]*"
    "[=+\\-@\uff1d\uff0b\uff0d\uff20\ufe62\ufe63\ufe66\ufe6b]|[\t\r]"
)


def named(slot: str, number: int, kind: str) -> str:
    """The name of a file of rows to correct; `number` counts the delivered files of a slot from 1."""
    return f"{slot}{f' {number}' if number > 1 else ''}.to-correct.{kind}"


def kind_of(file_name: str) -> str | None:
    """ "csv" or "xlsx" where the name is that of a file of corrected rows, else None."""
    found = _NAME.fullmatch(file_name)
    return found["kind"].lower() if found else None


def slot_of(file_name: str, slots: Iterable[str]) -> str | None:
    """The slot, of those there are, that a file of corrected rows belongs to; None for other files."""
    found = _NAME.fullmatch(file_name)
    if not found:
        return None
    known = {slot.casefold(): slot for slot in slots}
    whole = found["of"].casefold()
    return known.get(whole) or known.get(re.sub(r" \d+$", "", whole))


def guarded(text: str) -> str:
    """`text` as it stands in a CSV file."""
    return f"'{text}" if _needs_guard(text) else text


def unguarded(text: str) -> str:
    """What `guarded` was given."""
    return text[1:] if text.startswith("'") and _needs_guard(text[1:]) else text


def _needs_guard(text: str) -> bool:
    return bool(FORMULA.match(text.lstrip("'")))
