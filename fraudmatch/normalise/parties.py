"""Whom the name columns of a data set name: one person, two, an organisation, or nobody usable.

Names mostly come in columns of their own; those are read column by column over distinct values.
Rows where that is not enough (two people in a column, a whole name or an organisation in the
surname column) and whole names in one field are read as a whole and laid over the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch.normalise import joint, names, organisations
from fraudmatch.normalise.distinct import (
    Codes,
    Encoded,
    Mask,
    TextColumns,
    first_said,
    join,
    overlay,
    present,
)
from fraudmatch.normalise.faults import Fault
from fraudmatch.normalise.layout import Columns
from fraudmatch.normalise.name_marks import name_marks
from fraudmatch.normalise.name_order import holds_whole_name
from fraudmatch.normalise.text import one_blank
from fraudmatch.normalise.whole_names import Party, Whole, read_odd, read_whole

#: Columns of RECORDS that this module fills.
NAME_COLUMNS = (
    "name_as_written", "title", "forename", "middle_names", "surname", "name_suffix",
    "organisation_name", "organisation_core", "trading_name",
)  # fmt: skip


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


def _spread(parts: Sequence[Party], encoded: Encoded) -> Columns:
    """Parties per distinct text as columns over the rows."""
    turned = list(zip(*parts, strict=True)) if parts else [()] * len(NAME_COLUMNS)
    return {name: encoded.spread(values) for name, values in zip(NAME_COLUMNS, turned, strict=True)}


def single_blanks(column: pa.Array) -> pa.Array:
    """Text with runs of white space as one blank; only rows that have such runs are touched."""
    found = pc.fill_null(pc.match_substring_regex(column, r"\s\s|[\t\n\r\f\v]"), False)
    rows = np.flatnonzero(found.to_numpy(zero_copy_only=False))
    return overlay(column, rows, [one_blank(text) for text in column.take(pa.array(rows)).to_pylist()])


def _by_column(raw: TextColumns) -> Columns:
    """NAME_COLUMNS from the columns title, forename, middle_name and surname, each on its own."""
    fore, sur = raw.encoded("forename"), raw.encoded("surname")
    fores, surs = fore.each(names.read_forenames), sur.each(names.read_surname)
    more = fore.spread([name.middle_names for name in fores])
    middle = raw.applied("middle_name", names.middle_names)
    twice = pc.fill_null(pc.equal(more, middle), False)
    nulls = pa.nulls(len(more), pa.string())
    return {
        "name_as_written": single_blanks(
            join([raw.plain(n) for n in ("title", "forename", "middle_name", "surname")], " ")
        ),
        "title": first_said(
            raw.applied("title", names.title),
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


def _odd_rows(raw: TextColumns, parties: str) -> Codes:
    """Rows whose name columns must be read together."""

    def where(column: str, test: Callable[[str], bool]) -> Mask:
        encoded = raw.encoded(column)
        return encoded.mask(encoded.each(test))

    def parts(text: str) -> bool:
        return joint.may_be_joint(text) and len(joint.sides_of(text)) > 1

    alone = ~present(raw.plain("forename")) & ~present(raw.plain("middle_name"))
    either = parties != "person"
    odd_alone = where(
        "surname",
        lambda t: (
            "," in t or (" " in t and (either or holds_whole_name(t))) or organisations.names_organisation(t)
        ),
    )
    odd = where("title", parts) | where("forename", parts) | where("surname", parts) | (alone & odd_alone)
    return np.flatnonzero(odd)


def _tuples(raw: TextColumns, rows: Codes) -> list[tuple[str | None, str | None, str | None, str | None]]:
    wanted = [
        raw.plain(name).take(pa.array(rows)).to_pylist()
        for name in ("title", "forename", "middle_name", "surname")
    ]
    return list(zip(*wanted, strict=True))


def _joined_field(raw_row: tuple[str | None, str | None, str | None, str | None]) -> str:
    """Which column of a row names two."""
    title, forename, _, surname = raw_row
    if forename and len(joint.sides_of(forename)) > 1:
        return "forename"
    return "title" if title and len(joint.sides_of(title)) > 1 and surname else "surname"


def _placeholder_faults(raw: TextColumns, prefix: str, but: Codes) -> list[Fault]:
    """Placeholders and unreadable text in forename and surname, apart from the rows `but`."""
    out = []
    for column in ("forename", "surname"):
        encoded = raw.encoded(column)
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


def _read_odd_rows(named: Named, raw: TextColumns, parties: str, prefix: str, odd: Codes) -> None:
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


def read_names(raw: TextColumns, parties: str) -> Named:
    """The parties that one block of name columns names.

    Args:
        raw: title, forename, middle_name, surname and full_name of RECEIVED, the second party's without their prefix.
        parties: what the data set names: person, organisation or either.
    """
    prefix = raw.prefix
    named = Named(_by_column(raw), np.empty(0, np.int64), [])
    odd = _odd_rows(raw, parties)
    named.faults += _placeholder_faults(raw, prefix, odd)
    if len(odd):
        _read_odd_rows(named, raw, parties, prefix, odd)
    by_column = (present(named.columns[name]) for name in ("forename", "surname", "organisation_name"))
    use = present(raw.plain("full_name")) & ~np.logical_or.reduce(list(by_column))
    if use.any():
        _read_whole_names(named, raw.plain("full_name"), use, parties, prefix)
    named.faults = _with_marks(named.faults, name_marks(raw, of_person=parties == "person"))
    return named
