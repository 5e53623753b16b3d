"""Whom the name columns of a data set name: one person, two, an organisation, or nobody usable.

Names mostly come in columns of their own; those are read column by column over distinct values.
Rows where that is not enough (two people in a column, a whole name or an organisation in the
surname column) and whole names in one field are read as a whole and laid over the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch.normalise import joint, names, organisations
from fraudmatch.normalise.distinct import Codes, Encoded, Mask, apply, flat, join, overlay, present
from fraudmatch.normalise.faults import Fault
from fraudmatch.normalise.name_marks import name_marks
from fraudmatch.normalise.name_order import holds_whole_name
from fraudmatch.normalise.text import one_blank

#: Columns of RECORDS that this module fills.
NAME_COLUMNS = (
    "name_as_written", "title", "forename", "middle_names", "surname", "name_suffix",
    "organisation_name", "organisation_core", "trading_name",
)  # fmt: skip

Columns = dict[str, pa.Array]


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


@dataclass
class Named:
    """Parties of all rows of a data set from one block of name columns.

    Attributes:
        columns: NAME_COLUMNS of the first party, one value per row.
        rows: rows whose text names a second party, rising.
        seconds: the second party of each of those rows.
        faults: what was found, with field names.
    """

    columns: Columns
    rows: Codes
    seconds: list[Party]
    faults: list[Fault] = field(default_factory=list)


def _person(name: names.PersonName, written: str | None) -> Party:
    return Party(written, name.title, name.forename, name.middle_names, name.surname, name.name_suffix)


def _organisation(text: str) -> Whole:
    read = organisations.read_organisation(text)
    party = Party(
        one_blank(text), organisation_name=read.name, organisation_core=read.core, trading_name=read.trading
    )
    if read.name is not None:
        return Whole(party)
    return Whole(party, reason=_why_unusable(text))


def _why_unusable(text: str) -> str:
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
    return Whole(_person(name, one_blank(text)), reason=None if name.usable else _why_unusable(text))


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
        return Whole(party, reason=None if usable else _why_unusable(surname or forename or ""))
    (title1, forename1, surname1), (title2, forename2, surname2) = pair
    first, second = (
        _from_parts(title1, forename1, middle, surname1),
        _from_parts(title2, forename2, None, surname2),
    )
    return Whole(first, second, _why_two(first, second))


def _spread(parts: Sequence[Party], encoded: Encoded) -> Columns:
    """Parties per distinct text as columns over the rows."""
    turned = list(zip(*parts, strict=True)) if parts else [()] * len(NAME_COLUMNS)
    return {name: encoded.spread(values) for name, values in zip(NAME_COLUMNS, turned, strict=True)}


def single_blanks(column: pa.Array) -> pa.Array:
    """Text with runs of white space as one blank; only rows that have such runs are touched."""
    found = pc.fill_null(pc.match_substring_regex(column, r"\s\s|[\t\n\r\f\v]"), False)
    rows = np.flatnonzero(found.to_numpy(zero_copy_only=False))
    return overlay(column, rows, [one_blank(text) for text in column.take(pa.array(rows)).to_pylist()])


def _by_column(raw: Columns) -> Columns:
    """NAME_COLUMNS from the columns title, forename, middle_name and surname, each on its own."""
    fore, sur = Encoded.of(raw["forename"]), Encoded.of(raw["surname"])
    fores, surs = fore.each(names.read_forenames), sur.each(names.read_surname)
    more = fore.spread([name.middle_names for name in fores])
    middle = apply(raw["middle_name"], names.middle_names)
    twice = pc.fill_null(pc.equal(more, middle), False)
    nulls = pa.nulls(len(more), pa.string())
    return {
        "name_as_written": single_blanks(
            join([raw[n] for n in ("title", "forename", "middle_name", "surname")], " ")
        ),
        "title": pc.coalesce(
            apply(raw["title"], names.title),
            fore.spread([n.title for n in fores]),
            sur.spread([n.title for n in surs]),
        ),
        "forename": fore.spread([name.forename for name in fores]),
        "middle_names": join([pc.if_else(twice, nulls, more), middle], " "),
        "surname": sur.spread([name.surname for name in surs]),
        "name_suffix": sur.spread([name.name_suffix for name in surs]),
        "organisation_name": nulls,
        "organisation_core": nulls,
        "trading_name": nulls,
    }


def _odd_rows(raw: Columns, parties: str) -> Codes:
    """Rows whose name columns must be read together."""

    def where(column: str, test: Callable[[str], bool]) -> Mask:
        encoded = Encoded.of(raw[column])
        return encoded.mask(encoded.each(test))

    def parts(text: str) -> bool:
        return joint.may_be_joint(text) and len(joint.sides_of(text)) > 1

    alone = ~present(raw["forename"]) & ~present(raw["middle_name"])
    either = parties != "person"
    odd_alone = where(
        "surname",
        lambda t: (
            "," in t or (" " in t and (either or holds_whole_name(t))) or organisations.names_organisation(t)
        ),
    )
    odd = where("title", parts) | where("forename", parts) | where("surname", parts) | (alone & odd_alone)
    return np.flatnonzero(odd)


def _tuples(raw: Columns, rows: Codes) -> list[tuple[str | None, str | None, str | None, str | None]]:
    wanted = [
        raw[name].take(pa.array(rows)).to_pylist() for name in ("title", "forename", "middle_name", "surname")
    ]
    return list(zip(*wanted, strict=True))


def _joined_field(raw_row: tuple[str | None, str | None, str | None, str | None]) -> str:
    """Which column of a row names two."""
    title, forename, _, surname = raw_row
    if forename and len(joint.sides_of(forename)) > 1:
        return "forename"
    return "title" if title and len(joint.sides_of(title)) > 1 and surname else "surname"


def _placeholder_faults(raw: Columns, prefix: str, but: Codes) -> list[Fault]:
    """Placeholders and unreadable text in forename and surname, apart from the rows `but`."""
    out = []
    for column in ("forename", "surname"):
        encoded = Encoded.of(raw[column])
        for reason, wrong in (
            ("NAME_PLACEHOLDER", encoded.each(organisations.is_placeholder)),
            (
                "NAME_UNREADABLE",
                [not names.letters(v) and not organisations.is_placeholder(v) for v in encoded.values],
            ),
        ):
            rows = np.setdiff1d(np.flatnonzero(encoded.mask(wrong)), but, assume_unique=True)
            out.append(Fault(reason, prefix + column, rows))
    return out


def _lay_over(named: Named, positions: Codes, wholes: Sequence[Whole]) -> None:
    """Put what was read as a whole over what was read by column."""
    for at, name in enumerate(NAME_COLUMNS):
        values = [whole.first[at] for whole in wholes]
        named.columns[name] = overlay(named.columns[name], positions, values)


def _add_seconds(named: Named, positions: Codes, wholes: Sequence[Whole]) -> None:
    """Add the second parties of `wholes`, which stand in the rows `positions`; rows stay rising."""
    found = [(row, whole.second) for row, whole in zip(positions, wholes, strict=True) if whole.second]
    both = sorted([*zip(named.rows, named.seconds, strict=True), *found], key=lambda pair: int(pair[0]))
    named.rows = np.array([row for row, _ in both], np.int64)
    named.seconds = [second for _, second in both]


def _read_odd_rows(named: Named, raw: Columns, parties: str, prefix: str, odd: Codes) -> None:
    """Read the rows `odd` each as a whole, once per combination of values."""
    seen: dict[tuple[str | None, ...], Whole] = {}
    tuples = _tuples(raw, odd)
    wholes = []
    for key in tuples:
        if key not in seen:
            seen[key] = read_odd(parties, *key)
        wholes.append(seen[key])
    _lay_over(named, odd, wholes)
    _add_seconds(named, odd, wholes)
    fields = [
        _joined_field(key) if whole.second is not None else "surname"
        for key, whole in zip(tuples, wholes, strict=True)
    ]
    kinds = [(whole.reason, name) for whole, name in zip(wholes, fields, strict=True)]
    for reason, name in sorted({kind for kind in kinds if kind[0]}, key=repr):
        rows = odd[[at for at, kind in enumerate(kinds) if kind == (reason, name)]]
        named.faults.append(Fault(str(reason), prefix + name, rows))


def _read_whole_names(named: Named, full: pa.Array, use: Mask, parties: str, prefix: str) -> None:
    """Names in one field, for the rows whose columns name nobody."""
    encoded = Encoded.of(pc.if_else(pa.array(use), full, pa.scalar(None, pa.string())))
    wholes = encoded.each(lambda text: read_whole(text, parties))
    spread = _spread([whole.first for whole in wholes], encoded)
    for name in NAME_COLUMNS:
        named.columns[name] = pc.if_else(pa.array(use), spread[name], named.columns[name])
    for reason in sorted({whole.reason for whole in wholes if whole.reason}):
        rows = np.flatnonzero(encoded.mask([whole.reason == reason for whole in wholes]))
        named.faults.append(Fault(reason, f"{prefix}full_name", rows))
    rows = np.flatnonzero(encoded.mask([whole.second is not None for whole in wholes]))
    _add_seconds(named, rows, [wholes[code] for code in encoded.codes[rows]])


def _with_marks(faults: list[Fault], marks: list[Fault]) -> list[Fault]:
    """Faults and marks; a field that a mark explains is not called a placeholder too."""
    explained: dict[str | None, Codes] = {}
    for mark in marks:
        if mark.reason in ("NON_PERSON", "RECORD_MARKED_VOID"):
            explained[mark.field] = np.union1d(explained.get(mark.field, mark.rows), mark.rows)
    kept = [
        fault._replace(rows=np.setdiff1d(fault.rows, explained[fault.field]))
        if fault.reason in ("NAME_PLACEHOLDER", "NON_PERSON") and fault.field in explained
        else fault
        for fault in faults
    ]
    return [*kept, *marks]


def read_names(table: pa.Table, parties: str, prefix: str = "") -> Named:
    """The parties that one block of name columns names.

    Args:
        table: RECEIVED.
        parties: what the data set names: person, organisation or either.
        prefix: "" for the first party's columns, "second_" for the second's.
    """
    columns = ("title", "forename", "middle_name", "surname", "full_name")
    raw = {name: flat(table[prefix + name]) for name in columns}
    named = Named(_by_column(raw), np.empty(0, np.int64), [])
    odd = _odd_rows(raw, parties)
    named.faults += _placeholder_faults(raw, prefix, odd)
    if len(odd):
        _read_odd_rows(named, raw, parties, prefix, odd)
    by_column = (present(named.columns[name]) for name in ("forename", "surname", "organisation_name"))
    use = present(raw["full_name"]) & ~np.logical_or.reduce(list(by_column))
    if use.any():
        _read_whole_names(named, raw["full_name"], use, parties, prefix)
    named.faults = _with_marks(named.faults, name_marks(raw, prefix, of_person=parties == "person"))
    return named
