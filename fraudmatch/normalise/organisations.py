"""Names of organisations, and telling an organisation from a person.

`organisation_name` is the name folded, "&" as AND, the legal form in one spelling.
`organisation_core` is what is left without the legal form, THE in front, UK behind, brackets
after the name, notes, and anything from "FORMERLY" on. What stands after T/A is the trading name.
"""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from fraudmatch.normalise.names import is_placeholder as is_person_placeholder
from fraudmatch.normalise.names import letters
from fraudmatch.normalise.text import ascii_of, fold
from fraudmatch.normalise.wordlists import known_forenames, phrases, table, words

_NOTE = re.compile(r"\*+[^*]*\*+|\*+.*$|\bDO NOT USE\b.*$|(?<=\S)\s+-?\s*USE \d{3,}\s*$", re.IGNORECASE)
_TRADING = re.compile(r"[\s(,/-]*(?:\bT\s?[/\\]\s?A\b|\bTRADING[ -]AS\b|\bT\.A\.)[\s:.,-]*", re.IGNORECASE)
_FORMER = re.compile(
    r"[^A-Za-z0-9]+(?:FORMERLY|FORMELY|PREVIOUSLY|F/K/A|FKA|NOW KNOWN AS|IN LIQUIDATION|IN ADMINISTRATION)\b.*$",
    re.IGNORECASE,
)
_BRACKETS_AT_END = re.compile(r"\s*[(\[][^()\[\]]*[)\]]?\s*$")


class OrganisationName(NamedTuple):
    """One organisation's name; null where the text says nothing."""

    name: str | None = None
    core: str | None = None
    trading: str | None = None


@cache
def _forms() -> tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]:
    """Legal forms as words -> words, the longest first."""
    pairs = ((tuple(k.split()), tuple(v.split())) for k, v in table("organisations", "forms").items())
    return tuple(sorted(pairs, key=lambda pair: (-len(pair[0]), pair[0])))


@cache
def _form_starts() -> frozenset[str]:
    return frozenset(written[0] for written, _ in _forms())


def _one_spelling(tokens: list[str]) -> list[str]:
    """Legal forms in one spelling, also where the width of a field cut LIMITED short."""
    out: list[str] = []
    at = 0
    while at < len(tokens):
        if at and tokens[at] in _form_starts():
            for written, kept in _forms():
                if tuple(tokens[at : at + len(written)]) == written:
                    out += kept
                    at += len(written)
                    break
            else:
                out.append(tokens[at])
                at += 1
        else:
            out.append(tokens[at])
            at += 1
    if len(out) > 1 and out[-1] in words("organisations", "cut_forms"):
        out[-1] = "LTD"
    return out


def _folded(text: str) -> list[str]:
    """Words of an organisation's name, & and + as AND, legal forms in one spelling."""
    spoken = ascii_of(text).replace("&", " AND ").replace("+", " AND ")
    previous: list[str] = []
    tokens = fold(spoken).split()
    while tokens != previous:
        previous, tokens = tokens, _one_spelling(tokens)
    return tokens


def _initials_joined(tokens: list[str]) -> list[str]:
    """Runs of single letters as one word: T R L -> TRL."""
    out: list[str] = []
    open_run = False
    for word in tokens:
        single = len(word) == 1 and word.isalpha()
        if single and open_run:
            out[-1] += word
        else:
            out.append(word)
        open_run = single
    return out


def _core(tokens: list[str]) -> list[str]:
    """Words without legal form, THE in front and UK behind; all of them when nothing would be left."""
    core = _initials_joined(tokens)
    less = words("organisations", "core_less")
    while len(core) > 1 and core[-1] in less:
        core = core[:-1]
    while len(core) > 1 and core[0] == "THE":
        core = core[1:]
    return core


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


def _read_once(text: str) -> tuple[str | None, str | None, str | None]:
    """(name, core, text of the trading name) in one pass."""
    if is_placeholder(text):
        return None, None, None
    plain = _FORMER.sub("", _NOTE.sub(" ", text)) or text
    parts = [part for part in _TRADING.split(plain) if fold(part)]
    if not parts:
        return None, None, None
    bare = parts[0]
    while (shorter := _BRACKETS_AT_END.sub("", bare)) != bare and fold(shorter):
        bare = shorter
    trading = parts[1] if len(parts) > 1 else None
    return " ".join(_folded(parts[0])) or None, " ".join(_core(_folded(bare))) or None, trading


def read_organisation(text: str) -> OrganisationName:
    """Name, core and trading name of an organisation.

    Notes between asterisks, "USE 51317" and what follows "FORMERLY" are left out. Brackets at
    the end (a branch, an abbreviation) stay in the name and leave the core.
    """
    name, core, trading = _read_once(text)
    return OrganisationName(_settled(name, 0), _settled(core, 1), core_of(trading) if trading else None)


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
    forms = [word for written, _ in _forms() for word in written]
    return frozenset([*strong, *forms, *words("organisations", "cut_forms"), "TA", "TRADING", "AS"])


def names_organisation(text: str) -> bool:
    """Whether a name field of a data set of persons holds an organisation: a legal form (LTD, PLC),
    COUNCIL, TRUST, ASSOCIATION, CARE HOME or another strong word, not alone, or a T/A.
    """
    if _vocabulary().isdisjoint(fold(text).split()):
        return False
    if _TRADING.search(text) and len(fold(text)) > 3:
        return True
    tokens = _folded(text)
    return len(tokens) > 1 and (_speaks(tokens, "strong") or tokens[-1] in ("LTD", "PLC", "LLP", "CO"))


def _titled(tokens: list[str]) -> bool:
    return len(tokens) > 1 and len(tokens[0]) > 1 and tokens[0] in table("names", "titles")


def _person_shape(tokens: list[str]) -> bool:
    """Initials and one long word in either order, or two to four words that start or end with a
    known forename (JOHN SMITH, SMITH JOHN).
    """
    if not 2 <= len(tokens) <= 4:
        return False
    long = [word for word in tokens if len(word) > 1]
    if len(long) == 1:
        return len(tokens[0]) > 1 or len(tokens[-1]) > 1
    return tokens[0] in known_forenames() or tokens[-1] in known_forenames()


def kind_of(text: str) -> str:
    """ "person" or "organisation" for a name field that may hold either.

    The rule, first that applies: a strong word, a legal form or T/A -> organisation; a title in
    front -> person; a digit or an organisation word (list) -> organisation; two names joined by
    &, + or AND -> organisation, for partnerships write themselves so; the shape of a person's
    name (a comma after one word, initials and one word, a known forename at either end of two to
    four words) -> person; everything else -> organisation.
    """
    if names_organisation(text):
        return "organisation"
    tokens = letters(text).split()
    if _titled(tokens):
        return "person"
    folded = _folded(text)
    if any(sign.isdigit() for sign in text) or _speaks(folded, "words") or "AND" in folded:
        return "organisation"
    if "," in text and len(letters(text.partition(",")[0]).split()) == 1 and len(tokens) <= 4:
        return "person"
    return "person" if _person_shape(tokens) else "organisation"
