"""How a heading in a mapping finds the column of a file."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence

_BLANKS = re.compile(r"\s+")
#: Signs without width: soft hyphen, zero-width blanks and joiners, direction marks, byte order mark.
_INVISIBLE = re.compile(r"[\u00ad\u200b-\u200f\u2060\ufeff]")


def folded(heading: str) -> str:
    """A heading for comparison: no outer blanks, runs of blanks of any kind as one, no signs without width,
    case ignored.
    """
    return _BLANKS.sub(" ", _INVISIBLE.sub("", heading)).strip().casefold()


def positions(headings: Sequence[str]) -> dict[str, list[int]]:
    """Folded heading -> the columns (from 0) that carry it, in file order."""
    found: dict[str, list[int]] = {}
    for place, heading in enumerate(headings):
        found.setdefault(folded(heading), []).append(place)
    return found


def nearest(wanted: str, choices: Iterable[str]) -> str | None:
    """The choice spelt most like `wanted`, or None when nothing is close.

    Closeness is difflib's ratio (Ratcliff and Obershelp) of the folded texts, at least 0.6.
    """
    by_folded = {folded(choice): choice for choice in sorted(choices, reverse=True) if choice.strip()}
    close = difflib.get_close_matches(folded(wanted), sorted(by_folded), n=1, cutoff=0.6)
    return by_folded[close[0]] if close else None


def did_you_mean(wanted: str, choices: Iterable[str]) -> str:
    """A sentence naming the nearest choice, or the empty string."""
    choice = nearest(wanted, choices)
    return f"Did you mean {choice!r}?" if choice is not None else ""


def printed(headings: Sequence[str], place: int) -> str:
    """A heading as people know it; a blank one is named by its position from 1."""
    return headings[place].strip() or f"(column {place + 1})"
