"""Two people in one name field: "MR J & MRS A SMITH", "JOHN AND ANNE SMITH", "Smith J & A".

`split_joint` gives the two names as they would have been written apart, in the words and case of
the text, so that each can be read like any other name. Only two parties exist in a record: of
three or more names the first two are taken.
"""

from __future__ import annotations

import re
from functools import lru_cache

from fraudmatch.forenames import known_forenames
from fraudmatch.normalise.names import is_placeholder, letters, without_prefix
from fraudmatch.normalise.wordlists import common_surnames, table

_SEPARATOR = re.compile(r"\s*[&+/;]\s*|\s+(?:and|a'r)\s+", re.IGNORECASE)
_NOT_SEPARATORS = re.compile(r"\b[ctasdw]\s?/\s?[oak]\b|\bf/k/a\b|\ba/k/a\b", re.IGNORECASE)
_NO_NAME = re.compile(r"[<>{}$%=\\|]|\.\.")  # of a program or a path: its strokes part nobody
_MAY_BE_JOINT = re.compile(r"[&+/;]|\band\b", re.IGNORECASE)


def may_be_joint(text: str) -> bool:
    """Whether a text holds a sign or word that could part two names; a quick look before parsing."""
    return _MAY_BE_JOINT.search(text) is not None


def _is_title(word: str) -> bool:
    folded = letters(word)
    return len(folded) > 1 and (folded in table("names", "titles") or folded in ("MASTER", "LORD"))


def _apart(part: str) -> tuple[list[str], list[str]]:
    """Titles and the other words of one side, as written."""
    written = part.split()
    at = 0
    while at < len(written) and _is_title(written[at]):
        at += 1
    return written[:at], written[at:]


def _is_initial(word: str) -> bool:
    return len(letters(word).replace(" ", "")) <= 1


def _is_forename(word: str) -> bool:
    return _is_initial(word) or letters(word) in known_forenames()


@lru_cache(maxsize=100_000)
def sides_of(text: str) -> tuple[str, ...]:
    """The text cut at its separators, blanks left out; "C/O", "T/A" and "S/O" do not part names."""
    if is_placeholder(text) or _NO_NAME.search(text):  # N/A is no pair of people
        return (text,)
    plain = _NOT_SEPARATORS.sub(" ", text)
    return tuple(side.strip(" ,") for side in _SEPARATOR.split(plain) if side and letters(side))


def _with_titles(sides: tuple[str, ...]) -> list[tuple[list[str], list[str]]]:
    """Titles and words of each person; "MR", "MRS J", "A SMITH" become two persons, not three."""
    parted = [_apart(side) for side in sides]
    if len(parted) >= 2 and parted[0][0] and not parted[0][1]:
        first_titles, (second_titles, names) = parted[0][0], parted[1]
        rest = parted[2:]
        if rest:  # MR & MRS J & A SMITH
            return [(first_titles, names), (second_titles, rest[0][1])]
        return [(first_titles, names), (second_titles, [])]
    first, second = parted[:2]
    names = parted[-1][1]
    if len(parted) > 2 and len(second[1]) == 1 and len(names) > 1 and _is_forename(second[1][0]):
        second = (second[0], [*second[1], *_surname_of(names)])  # A, B & C Smith
    return [first, second]


def _surname_of(wordsleft: list[str]) -> list[str]:
    """The words of a full name without its first forename."""
    return [word for word in wordsleft[1:] if not _is_initial(word)] or wordsleft[-1:]


def _shared(first: list[str], second: list[str], titled: bool) -> tuple[list[str], list[str]]:
    """Both persons' words with a surname that only one side gives put on the other too."""
    if not second:  # MR & MRS J SMITH: the second is known by the surname alone
        surname = first[:1] if len(first) > 1 and all(map(_is_initial, first[1:])) else first[-1:]
        return first, surname
    turned = len(first) > 1 and not _is_initial(first[0]) and all(map(_is_initial, first[1:]))
    if turned and all(map(_is_initial, second)):  # Smith J & A
        return [*first[1:], first[0]], [*second, first[0]]
    if len(second) == 1 and len(first) > 1 and _is_forename(second[0]):  # John Smith & Anne
        return first, [*second, *_surname_of(first)]
    if len(first) == 1 and len(second) > 1:
        if titled and letters(first[0]) in common_surnames():
            return first, second  # Mr Jones & Ms B Patel
        return [*first, *_surname_of(second)], second  # J & A Smith, Mr Gavin & Ms B Smith
    if len(first) > 1 and all(map(_is_initial, first)) and len(second) > 1:  # J M & A Smith
        return [*first, *_surname_of(second)], second
    return first, second


def _by_comma(text: str) -> tuple[str, str] | None:
    """ "SMITH, JOHN & ANNE": the surname stands before the comma and serves both."""
    before, _, after = text.partition(",")
    if not letters(before) or may_be_joint(before):
        return None
    sides = sides_of(after)
    if len(sides) < 2 or "," in after:
        return None
    people = _with_titles(sides)
    surname = before.split()
    pairs = [" ".join([*titles, *names, *surname]) for titles, names in people]
    return pairs[0], pairs[1]


def split_joint(text: str) -> tuple[str, str] | None:
    """The two names in `text`, first person first, or None when it names one.

    Args:
        text: a whole name as written, known not to be an organisation's.
    """
    if not may_be_joint(text):
        return None
    if "," in text and (pair := _by_comma(text)):
        return pair
    sides = sides_of(_without_prefix_written(text))
    if len(sides) < 2:
        return None
    (first_titles, first), (second_titles, second) = _with_titles(sides)
    if not first:
        return None
    first, second = _shared(first, second, bool(first_titles))
    return " ".join([*first_titles, *first]), " ".join([*second_titles, *second])


def _without_prefix_written(text: str) -> str:
    """The text as written without "Executors of" and the like in front."""
    folded = letters(text)
    left = len(without_prefix(folded).split())
    gone = len(folded.split()) - left
    if not gone:
        return text
    written = text.replace("/", " ").split() if "/" in text[:4] else text.split()
    return " ".join(written[gone:])


Parts = tuple[str | None, str | None, str | None]


def split_columns(title: str | None, forename: str | None, surname: str | None) -> tuple[Parts, Parts] | None:
    """Two persons out of separate columns: titles "MR & MRS", forenames "JOHN & ANNE".

    Each column is cut at its separators; a column that names one value serves the first
    person, and the surname serves both. None when no column parts two.
    """
    titles, forenames, surnames = (sides_of(text) if text else () for text in (title, forename, surname))
    if max(len(titles), len(forenames), len(surnames)) < 2:
        return None
    if len(surnames) == 2 and not (sides := _apart(surnames[0]))[1]:
        return _couple(" ".join(sides[0]), surnames[1], titles, forenames)
    first = (_nth(titles, 0), _nth(forenames, 0), _nth(surnames, 0))
    return first, (_nth(titles, 1), _nth(forenames, 1), _nth(surnames, 1) or _nth(surnames, 0))


def _couple(
    first: str, second: str, titles: tuple[str, ...], forenames: tuple[str, ...]
) -> tuple[Parts, Parts]:
    """ "Mr & Mrs J Alder" beside a forename: one surname for both, the forename is the first's."""
    found, written = _apart(second)
    surname = " ".join([word for word in written if not _is_initial(word)] or written)
    return (
        (_nth(titles, 0) or first, _nth(forenames, 0), surname),
        (_nth(titles, 1) or " ".join(found) or None, _nth(forenames, 1), surname),
    )


def _nth(sides: tuple[str, ...], at: int) -> str | None:
    return sides[at] if at < len(sides) else None
