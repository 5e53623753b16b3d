"""Names of the peerage and baronetage, reduced to the name their bearer was born with.

"John Maitland, 1st Duke of Lauderdale" is JOHN MAITLAND; "Sir William Hope, 14th Baronet" is
William Hope. Where only the title names a surname ("William, 2nd Earl Salisbury"), that word
stands in for it, as it does in life.
"""

from __future__ import annotations

import re

from fraudmatch.normalise.text import ascii_of
from fraudmatch.normalise.wordlists import words

#: 1st, 2nd, 3rd, 14TH: nobody's name.
_ORDINAL = re.compile(r"(?<![A-Za-z0-9])\d{1,2}(?:ST|ND|RD|TH)(?![A-Za-z0-9])", re.IGNORECASE)
_WORD = re.compile(r"[^\s,]+|,")


def without_ordinals(text: str) -> str:
    """The text with 1st, 2nd, 14th … as blanks."""
    return _ORDINAL.sub(" ", text) if any(sign.isdigit() for sign in text) else text


def without_peerage(text: str) -> str:
    """A whole name without a title of the peerage behind it; any other text as it is.

    A title begins at an ordinal, at a rank after a comma, or at a rank that is nobody's
    forename (VISCOUNT, COUNTESS …) after the first word. With two words or more before it,
    these are the name; else the words of the title that are no ranks complete it.
    """
    parts: list[str] = _WORD.findall(ascii_of(text).upper())
    start = _title_start(parts)
    if start is None:
        return text
    before = [part for part in parts[:start] if part != ","]
    names = [part for part in before if _bare(part) not in _styles()]
    if len(names) > 1:
        return " ".join(before)
    rest = [part for part in parts[start:] if part != "," and not _says_rank(part)]
    return " ".join([*before, *rest]) or text


def _title_start(parts: list[str]) -> int | None:
    for at, part in enumerate(parts):
        if _ORDINAL.fullmatch(part):
            return at
        after_comma = at > 0 and parts[at - 1] == ","
        if after_comma and _bare(part) in words("names", "ranks") | words("names", "pure_ranks"):
            return at
        if at > 0 and _bare(part) in words("names", "pure_ranks"):
            return at
    return None


def _bare(part: str) -> str:
    return part.strip(".()'\"")


def _styles() -> frozenset[str]:
    """Words before a name that do not make one: SIR, LORD …"""
    return words("names", "styles")


def _says_rank(part: str) -> bool:
    ranks = words("names", "ranks") | words("names", "pure_ranks")
    return bool(_ORDINAL.fullmatch(part)) or _bare(part) in ranks | {"OF", "THE", "AND"}
