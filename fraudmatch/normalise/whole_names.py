"""A name read as a whole: whom one field, or the name columns of one odd row, name."""

from __future__ import annotations

from typing import NamedTuple

from fraudmatch.normalise import joint, names, organisations
from fraudmatch.normalise.name_order import holds_whole_name
from fraudmatch.normalise.text import one_blank


class Party(NamedTuple):
    """One party as read from one text; null where it does not say. Fields as NAME_COLUMNS."""

    name_as_written: str | None = None
    title: str | None = None
    forename: str | None = None
    middle_names: str | None = None
    surname: str | None = None
    name_suffix: str | None = None
    organisation_name: str | None = None
    organisation_core: str | None = None
    trading_name: str | None = None


class Whole(NamedTuple):
    """What a whole name says: the first party, perhaps a second, perhaps a fault."""

    first: Party
    second: Party | None = None
    reason: str | None = None


def _person(name: names.PersonName, written: str | None) -> Party:
    return Party(written, name.title, name.forename, name.middle_names, name.surname, name.name_suffix)


def _organisation(text: str) -> Whole:
    read = organisations.read_organisation(text)
    party = Party(
        one_blank(text), organisation_name=read.name, organisation_core=read.core, trading_name=read.trading
    )
    if read.name is not None:
        return Whole(party)
    return Whole(party, reason=why_unusable(text))


def why_unusable(text: str) -> str:
    """The fault of a name field that names nobody."""
    return "NAME_PLACEHOLDER" if organisations.is_placeholder(text) else "NAME_UNREADABLE"


def _is_organisation(text: str, parties: str) -> bool:
    """Whether a name field holds an organisation, given what the data set names."""
    if parties == "either":
        return organisations.kind_of(text) == "organisation"
    return parties == "organisation" or organisations.names_organisation(text)


def _why_two(first: Party, second: Party) -> str:
    """JOINT_NAME for two people of one surname, as couples are written; else MULTIPLE_PERSONS."""
    return "JOINT_NAME" if first.surname == second.surname else "MULTIPLE_PERSONS"


def read_whole(text: str, parties: str) -> Whole:
    """A whole name in one field.

    Args:
        text: as written.
        parties: what the data set names: person, organisation or either.
    """
    if _is_organisation(text, parties):
        whole = _organisation(text)
        return whole._replace(reason="NON_PERSON") if parties == "person" and not whole.reason else whole
    plain = names.plain_name(text)
    if plain is not None:
        return Whole(_person(plain, one_blank(text)))
    if organisations.is_placeholder(text):
        return Whole(Party(one_blank(text)), reason="NAME_PLACEHOLDER")
    pair = joint.split_joint(text)
    if pair is not None:
        first, second = (_person(names.read_full_name(part), one_blank(part)) for part in pair)
        return Whole(first, second, _why_two(first, second))
    name = names.read_full_name(text)
    return Whole(_person(name, one_blank(text)), reason=None if name.usable else why_unusable(text))


def _written(*parts: str | None) -> str | None:
    return one_blank(" ".join(part for part in parts if part)) or None


def _from_parts(title: str | None, forename: str | None, middle: str | None, surname: str | None) -> Party:
    """One person out of columns, each read on its own."""
    fore = names.read_forenames(forename) if forename else names.PersonName()
    sur = names.read_surname(surname) if surname else names.PersonName()
    middles = [names.middle_names(middle) if middle else None, fore.middle_names]
    more = [name for name in dict.fromkeys(reversed(middles)) if name]
    found = (names.title(title) if title else None) or fore.title or sur.title
    name = names.PersonName(found, fore.forename, " ".join(more) or None, sur.surname, sur.name_suffix)
    return _person(name, _written(title, forename, middle, surname))


def read_odd(
    parties: str, title: str | None, forename: str | None, middle: str | None, surname: str | None
) -> Whole:
    """A row whose name columns do not hold what their headings say."""
    if surname and forename is None and middle is None:
        whole = read_whole(surname if title is None else f"{title} {surname}", parties)
        if whole.first.organisation_name is not None or whole.second is not None:
            return whole
        if "," in surname or holds_whole_name(surname):
            parsed = whole.first.forename is not None and whole.first.surname is not None
            return whole if whole.reason or not parsed else whole._replace(reason="NAME_PARSED")
    pair = joint.split_columns(title, forename, surname)
    if pair is None:
        party = _from_parts(title, forename, middle, surname)
        usable = party.surname is not None or party.forename is not None
        return Whole(party, reason=None if usable else why_unusable(surname or forename or ""))
    (title1, forename1, surname1), (title2, forename2, surname2) = pair
    first, second = (
        _from_parts(title1, forename1, middle, surname1),
        _from_parts(title2, forename2, None, surname2),
    )
    return Whole(first, second, _why_two(first, second))
