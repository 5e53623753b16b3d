"""Names of organisations, and telling an organisation from a person.

`organisation_name` is the name folded, "&" as AND, the legal form in one spelling.
`organisation_core` is what is left without brackets after the name, notes, "c/o …", anything from
"FORMERLY" on, and what `organisation_words` leaves out. The trading name is another name it goes
by: what stands after T/A, or a firm's name in brackets or behind a stroke, or its former name.
"""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from fraudmatch.forenames import known_forenames
from fraudmatch.normalise.names import is_placeholder as is_person_placeholder
from fraudmatch.normalise.names import letters
from fraudmatch.normalise.organisation_words import core_words, folded_words, form_words
from fraudmatch.normalise.text import fold
from fraudmatch.normalise.wordlists import phrases, table, words

_NOTE = re.compile(r"\*+[^*]+\*+|\*+.*$|\bDO NOT USE\b.*$|(?<=\S)\s+-?\s*USE \d{3,}\s*$", re.IGNORECASE)
_TRADING = re.compile(
    r"[\s(,/-]*(?:\bT\s?[/\\]\s?A\b|\bTRADING[ -]AS\b|\bT\.A\.|(?<=[,(])\s*\bTA\b|(?<=\bLTD)\s+TA\b)[\s:.,-]*",
    re.IGNORECASE,
)
_FORMER = re.compile(
    r"(?:[^A-Za-z0-9]+(?:FORMERLY|FORMELY|FORMALLY|PREVIOUSLY|F/K/A|FKA|NOW KNOWN AS)|[(/,-]\s*(?:NOW|PREV|WAS))"
    r"(?:\s+(?:KNOWN AS|TRADING AS|CALLED))?(?![A-Za-z0-9])[\s:.,-]*(?P<name>.*)$",
    re.IGNORECASE,
)
_ENDED = re.compile(r"[^A-Za-z0-9]+IN (?:LIQUIDATION|ADMINISTRATION|RECEIVERSHIP)\b.*$", re.IGNORECASE)
_CARE_OF = re.compile(r"(?<=\w)\W+C\s?/\s?O\b.*$", re.IGNORECASE)
_BRACKETS_AT_END = re.compile(r"\s*[(\[](?P<inside>[^()\[\]]*)[)\]]?\s*$")
_STROKE = re.compile(r"(?P<first>.*\w{3}.*?)\s*/\s*(?P<second>[^/]*\w{3}[^/]*)", re.DOTALL)


#: Legal forms that end a firm's name.
_FIRM_FORMS = frozenset({"LTD", "PLC", "LLP", "CIC", "CIO", "INC"})


class OrganisationName(NamedTuple):
    """One organisation's name; null where the text says nothing."""

    name: str | None = None
    core: str | None = None
    trading: str | None = None


def core_of(text: str) -> str | None:
    """The core of an organisation's or a trading name, or None when it says nothing."""
    return read_organisation(text).core


def is_placeholder(text: str) -> bool:
    """Whether the name is redacted or stands for "not known"."""
    return fold(text) in words("organisations", "placeholders") or is_person_placeholder(text)


def _settled(text: str | None, part: int) -> str | None:
    """A name (part 0) or core (1) read again until nothing changes, for what is left may be a note
    or a placeholder in turn.
    """
    while text is not None:
        again = _read_once(text)[part]
        if again == text:
            break
        text = again
    return text


def _has_form(text: str) -> bool:
    """Whether the words are a firm's name: they end in a legal form and are more than that."""
    tokens = folded_words(text)
    return len(tokens) > 1 and tokens[-1] in _FIRM_FORMS


def _without_asides(text: str) -> tuple[str, str | None]:
    """(the name without "c/o …", "formerly …" and notes, the former name if one is told)."""
    plain = _CARE_OF.sub("", _ENDED.sub("", _NOTE.sub(" ", text)))
    if fold(plain) and (found := _FORMER.search(plain)):
        return plain[: found.start()] or text, found["name"].strip(" )]") or None
    return plain if fold(plain) else text, None


def _first_of_two(text: str) -> tuple[str, str | None]:
    """(the first name, the second) of FIRST/SECOND where one of them ends in a legal form."""
    found = _STROKE.fullmatch(text)
    if found is None or not (_has_form(found["first"]) or _has_form(found["second"])):
        return text, None
    return found["first"], found["second"] if _has_form(found["second"]) else None


def _brackets_off(text: str) -> tuple[str, str | None]:
    """(the name without brackets at its end, what is in them if it is a firm's name)."""
    other = None
    while found := _BRACKETS_AT_END.search(text):
        if not fold(text[: found.start()]):
            break
        other = found["inside"] if other is None and _has_form(found["inside"]) else other
        text = text[: found.start()]
    return text, other


def _read_once(text: str) -> tuple[str | None, str | None, str | None]:
    """(name, core, text of another name) in one pass."""
    if is_placeholder(text):
        return None, None, None
    plain, former = _without_asides(text)
    parts = [part for part in _TRADING.split(plain) if fold(part)]
    if not parts:
        return None, None, None
    trading = parts[1] if len(parts) > 1 else None
    bare, second = _first_of_two(parts[0])
    bare, bracketed = _brackets_off(bare)
    name, core = " ".join(folded_words(parts[0])), " ".join(core_words(folded_words(bare)))
    return name or None, core or None, trading or second or bracketed or former


def read_organisation(text: str) -> OrganisationName:
    """Name, core and trading name of an organisation.

    Notes between asterisks, "USE 51317", "c/o …" and what follows "FORMERLY" are left out. Brackets
    at the end (a branch, an abbreviation) stay in the name and leave the core.
    """
    name, core, other = _read_once(text)
    core = _settled(core, 1)
    trading = core_of(other) if other else None
    return OrganisationName(_settled(name, 0), core, trading if trading != core else None)


def organisation_name(text: str) -> str | None:
    """The name of an organisation, folded, its legal form in one spelling; or None."""
    return read_organisation(text).name


def _has(tokens: list[str], wanted: tuple[tuple[str, ...], ...]) -> bool:
    starts = {phrase[0] for phrase in wanted}
    return any(
        token in starts and any(tuple(tokens[at : at + len(p)]) == p for p in wanted)
        for at, token in enumerate(tokens)
    )


@cache
def _single(key: str) -> frozenset[str]:
    return frozenset(p[0] for p in phrases("organisations", key) if len(p) == 1)


@cache
def _several(key: str) -> tuple[tuple[str, ...], ...]:
    return tuple(p for p in phrases("organisations", key) if len(p) > 1)


def _speaks(tokens: list[str], key: str) -> bool:
    """Whether a word or phrase of the list stands among the words."""
    return not _single(key).isdisjoint(tokens) or _has(tokens, _several(key))


@cache
def _vocabulary() -> frozenset[str]:
    """Every word that can make a name an organisation's; without one the rest need not be tried."""
    strong = [word for phrase in phrases("organisations", "strong") for word in phrase]
    return frozenset([*strong, *form_words(), *words("organisations", "cut_forms"), "TA", "TRADING", "AS"])


def _trades_as(text: str) -> bool:
    """Whether T A without a stroke is "trading as" and not initials.

    It is with a whole name in front (J SMITH T A CAFE SOL) or two words of a firm's name behind
    (SMITH T A OAK JOINERY); T A SMITH, SMITH T A, MRS T A SMITH, J SMITH & T A SMITH and
    MARY ANN T A SMITH are persons.
    """
    tokens = text.upper().replace(".", " ").split()
    at = next((at for at in range(1, len(tokens) - 2) if tokens[at : at + 2] == ["T", "A"]), 0)
    titles = table("names", "titles")
    last = tokens[at - 1] if at else ""
    if len(last) < 2 or last in titles or last in ("AND", "OR") or last[-1] in ",;/":
        return False
    before = [word for word in tokens[:at] if word not in titles]
    behind = [word for word in tokens[at + 2 :] if len(word) > 1 and word not in titles]
    if len(behind) == 1:
        return len(before) > 1 and not all(word in known_forenames() for word in before)
    return bool(behind)


def names_organisation(text: str) -> bool:
    """Whether a name field of a data set of persons holds an organisation: a legal form (LTD, PLC),
    COUNCIL, TRUST, ASSOCIATION, CARE HOME or another strong word, not alone, or a T/A.
    """
    folded = fold(text).split()
    if "T" in folded and _trades_as(text):
        return True
    if _vocabulary().isdisjoint(folded):
        return False
    if _TRADING.search(text) and len(fold(text)) > 3:
        return True
    tokens = folded_words(text)
    return len(tokens) > 1 and (_speaks(tokens, "strong") or tokens[-1] in ("LTD", "PLC", "LLP", "CO"))


def _titled(tokens: list[str]) -> bool:
    return len(tokens) > 1 and len(tokens[0]) > 1 and tokens[0] in table("names", "titles")


def _person_shape(tokens: list[str]) -> bool:
    """Initials and one long word in either order, two to four words that start or end with a
    known forename (JOHN SMITH, SMITH JOHN), or three with one in the middle (UMA ANNE SMITH).
    """
    if not 2 <= len(tokens) <= 4:
        return False
    long = [word for word in tokens if len(word) > 1]
    if len(long) == 1:
        return len(tokens[0]) > 1 or len(tokens[-1]) > 1
    if tokens[0] in known_forenames() or tokens[-1] in known_forenames():
        return True
    return len(long) == 3 == len(tokens) and tokens[1] in known_forenames() and tokens[0] != "THE"


def _is_turned_person(text: str) -> bool:
    """Whether one word, a comma and nothing but known forenames and initials stand there: HALL, JULIE."""
    before, comma, after = text.partition(",")
    given = letters(after).split()
    return (
        bool(comma)
        and len(letters(before).split()) == 1
        and 1 <= len(given) <= 3
        and given[0] in known_forenames()
        and all(len(word) == 1 or word in known_forenames() for word in given)
    )


def kind_of(text: str) -> str:
    """ "person" or "organisation" for a name field that may hold either.

    The rule, first that applies: a strong word, a legal form or T/A -> organisation; a title in
    front, or one word and forenames behind a comma -> person; a digit or an organisation word (list) -> organisation; two names joined by
    &, + or AND -> organisation, for partnerships write themselves so; the shape of a person's
    name (a comma after one word, initials and one word, a known forename at either end of two to
    four words or amid three) -> person; everything else -> organisation.
    """
    if names_organisation(text):
        return "organisation"
    tokens = letters(text).split()
    if _titled(tokens) or _is_turned_person(text):
        return "person"
    folded = folded_words(text)
    if any(sign.isdigit() for sign in text) or _speaks(folded, "words") or "AND" in folded:
        return "organisation"
    if "," in text and len(letters(text.partition(",")[0]).split()) == 1 and len(tokens) <= 4:
        return "person"
    return "person" if _person_shape(tokens) else "organisation"
