"""What is remarkable in a name field beside the name: marks of death, other names, odd signs.

Only looks; what the marks mean for the comparison is `names` and `text`. One search with RE2 over
the distinct values finds the few that are worth a second look, so a clean column costs next to nothing.
"""

from __future__ import annotations

import re
import unicodedata

import numpy as np
import pyarrow.compute as pc

from fraudmatch.normalise.confusables import mixes_scripts
from fraudmatch.normalise.distinct import TextColumns
from fraudmatch.normalise.faults import Fault
from fraudmatch.normalise.text import fold

NAME_FIELDS = ("forename", "middle_name", "surname", "full_name")

_BIDI = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
# Every mark below fits this, and few names do.
_WORTH_A_LOOK = (
    r"(?i)[^\x00-\x7F]|[0-9]|\b(dec'?d|deceased|n[eé]e|aka|formerly|executors?|exors?|occupiers?|void"
    r"|duplicate|do not use|personal representatives?|ltd|limited|plc|llp)\b|a/k/a|f/k/a"
)
_DEATH = re.compile(r"\b(DECD|DECEASED)\b")
_ALIAS = re.compile(r"\S.*\b(NEE|AKA|A K A|F K A|FORMERLY)\s+\S")
_VOID = re.compile(r"\b(DO NOT USE|DUPLICATE RECORD|DUPLICATE ACCOUNT|RECORD VOID)\b")
_NOBODY = re.compile(
    r"(THE )?((LEGAL )?(OWNER )?OCCUPIERS?|VOID( PROPERTY| DWELLING)?|(EXECUTORS?|EXORS?|PERSONAL REPRESENTATIVES?) OF\b.*)"
    r"|.* (LTD|LIMITED|PLC|LLP)"
)
_DIGIT_AND_LETTER = re.compile(r"[0-9].*[A-Z]|[A-Z].*[0-9]")  # digits alone are no name at all
_MOST_MARKS = 3  # combining marks on one letter; no living language stacks more


def _stacks_marks(text: str) -> bool:
    """Whether more than three combining marks stand on one letter."""
    run = 0
    for sign in unicodedata.normalize("NFD", text):
        run = run + 1 if unicodedata.combining(sign) else 0
        if run > _MOST_MARKS:
            return True
    return False


def _odd_signs(text: str) -> list[str]:
    """Reasons that lie in signs that are not ASCII."""
    found = []
    if mixes_scripts(text):
        found.append("MIXED_SCRIPT")
    bidi = _BIDI.search(text) is not None
    if bidi:
        found.append("BIDI_CONTROL")
    unseen = any(unicodedata.category(sign) == "Cf" and not _BIDI.match(sign) for sign in text)
    if unseen or _stacks_marks(text):
        found.append("INVISIBLE_CHARS")
    return found


def marks_in(text: str, *, of_person: bool) -> list[str]:
    """Reason codes for what is remarkable in one name field.

    Args:
        of_person: the data set names persons alone, so that a digit or "The Occupier" is remarkable.
    """
    found = [] if text.isascii() else _odd_signs(text)
    folded = fold(text)
    if _DEATH.search(folded):
        found.append("DECEASED_MARKER")
    if _ALIAS.search(folded):
        found.append("ALIAS_FOUND")
    if _VOID.search(folded):
        found.append("RECORD_MARKED_VOID")
    if of_person and _DIGIT_AND_LETTER.search(folded):
        found.append("NAME_HAS_DIGITS")
    if of_person and _NOBODY.fullmatch(folded):
        found.append("NON_PERSON")
    return found


def name_marks(raw: TextColumns, *, of_person: bool) -> list[Fault]:
    """The marks in the name columns of a data set.

    Args:
        raw: the columns NAME_FIELDS as received, of the first party or of the second; null gives none.
    """
    out = []
    for name in NAME_FIELDS:
        encoded = raw.encoded(name)
        if not len(encoded.dictionary):
            continue
        look = pc.match_substring_regex(encoded.dictionary, _WORTH_A_LOOK)
        worth = np.flatnonzero(look.to_numpy(zero_copy_only=False))
        values: dict[str, set[int]] = {}
        for at in worth.tolist():
            for reason in marks_in(encoded.values[at], of_person=of_person):
                values.setdefault(reason, set()).add(at)
        for reason in sorted(values):
            rows = np.flatnonzero(np.isin(encoded.codes, sorted(values[reason])))
            out.append(Fault(reason, raw.prefix + name, rows))
    return out
