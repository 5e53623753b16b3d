"""Names in which a letter was lost before the file came here: "Ll?r" for Llŷr. Only what is left of them is compared.

A word with a lost letter is another word than it was. Two such words that look alike may have been different, and
one that looks like a whole name may have been another: of a forename the initial is left, of a surname nothing.
The sign is a question mark between two letters or U+FFFD, as extract reports it (LOST_CHARS).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fraudmatch.normalise.names import PersonName

#: For Arrow (RE2) and for Python: the same signs.
LOST = r"\pL\?\pL|\x{FFFD}"
_LOST = re.compile(r"(?<=[^\W\d_])\?(?=[^\W\d_])|\ufffd")
#: Stands for a lost letter while a name is taken apart; no name holds it, and it passes every step unchanged.
_STAND_IN = "QZQ"


def of_what_is_left(read: Callable[[str], PersonName]) -> Callable[[str], PersonName]:
    """A reading function of names that gives of words with lost letters only what is left."""

    @wraps(read)
    def reading(text: str) -> PersonName:
        marked = with_stand_ins(text)
        if marked is text:
            return read(text)
        name = read(marked)
        return name._replace(
            forename=initials_left(name.forename),
            middle_names=initials_left(name.middle_names),
            surname=_whole_words(name.surname),
        )

    return reading


def with_stand_ins(text: str) -> str:
    """The text with lost letters as letters, so that it is taken apart in the right places; itself when none is lost."""
    if "?" not in text and "\ufffd" not in text:
        return text
    return _LOST.sub(_STAND_IN, text) if _LOST.search(text) else text


def initials_left(words: str | None) -> str | None:
    """Folded words, those with a lost letter cut to their initial; null where nothing is left."""
    if words is None or _STAND_IN not in words:
        return words
    kept = [word.partition(_STAND_IN)[0][:1] if _STAND_IN in word else word for word in words.split()]
    return " ".join(word for word in kept if word) or None


def _whole_words(words: str | None) -> str | None:
    """Folded words without those that lost a letter; null where none is left."""
    if words is None or _STAND_IN not in words:
        return words
    return " ".join(word for word in words.split() if _STAND_IN not in word) or None
