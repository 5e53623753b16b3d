"""Who the parties of each row are: names, sex, date of birth and numbers of the first and of the second."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from fraudmatch.normalise import identifiers, names, organisations, plain_forms
from fraudmatch.normalise.columns import ColumnReader
from fraudmatch.normalise.distinct import (
    Codes,
    Encoded,
    Mask,
    Read,
    TextColumns,
    apply,
    faults_of,
    first_said,
    overlay,
    present,
)
from fraudmatch.normalise.faults import Fault
from fraudmatch.normalise.layout import Columns, gathered
from fraudmatch.normalise.name_order import turned_deliveries
from fraudmatch.normalise.organisations import OrganisationName
from fraudmatch.normalise.parties import NAME_COLUMNS, Named, read_names, single_blanks
from fraudmatch.normalise.text import Reading


def party_columns(reader: ColumnReader) -> tuple[Columns, Columns, Codes]:
    """Columns of first parties (one per row), of second ones, and the rows of the second ones."""
    kind = reader.dataset.parties
    raw = TextColumns(reader.table)
    named = read_names(raw, kind)
    reader.faults += named.faults
    turned = turned_deliveries(raw.encoded("forename"), raw.encoded("surname"), reader.files)
    reader.faults.append(Fault("NAME_ORDER_SUSPECTED", None, turned, whole_file=True))
    first = _first_party(reader, named)
    second, rows = _second_party(reader, named)
    _note_missing_names(reader, first["party_kind"])
    return first, second, rows


def _party_kind(columns: Columns) -> pa.Array:
    organisation = present(columns["organisation_name"]) | present(columns["trading_name"])
    person = present(columns["forename"]) | present(columns["surname"])
    codes = np.where(organisation, 1, np.where(person, 0, 2))
    return pa.array(["person", "organisation", None], pa.string()).take(pa.array(codes))


def _first_party(reader: ColumnReader, named: Named) -> Columns:
    """All columns of the first party of each row."""
    lenient = reader.lenient
    columns = _with_organisation(reader, named.columns)
    columns["party_kind"] = _party_kind(columns)
    of_title = apply(columns["title"], names.sex_of_title)
    columns["sex"] = first_said(apply(reader.raw("sex"), names.sex), of_title)
    columns["date_of_birth"] = reader.birth("date_of_birth")
    columns["nino"] = reader.text(
        "nino", lambda text: identifiers.read_nino(text, lenient=lenient), plain_forms.NINO
    )
    columns["company_number"] = reader.text(
        "company_number", lambda text: identifiers.read_company_number(text, lenient=lenient)
    )
    columns["charity_number"] = reader.text(
        "charity_number", lambda text: identifiers.read_charity_number(text, lenient=lenient)
    )
    columns["vat_number"] = reader.text("vat_number", identifiers.read_vat_number)
    return columns


def _organisation_reading(text: str, read: OrganisationName) -> Reading:
    """The text itself when it names an organisation, else the fault."""
    if read.name is not None:
        return text, None
    return None, "NAME_PLACEHOLDER" if organisations.is_placeholder(text) else "NAME_UNREADABLE"


def _organisations(reader: ColumnReader, column: str) -> tuple[pa.Array, dict[str, pa.Array]]:
    """What of a column names an organisation, as written; and its name, core and trading name. Each text is read once."""
    encoded = Encoded.of(reader.raw(column))
    read = encoded.each(organisations.read_organisation)
    told = [_organisation_reading(text, one) for text, one in zip(encoded.values, read, strict=True)]
    faults = faults_of(encoded, [reason for _, reason in told])
    usable = reader.note(column, Read(encoded.spread([text for text, _ in told]), faults))
    named = [one if one.name is not None else None for one in read]
    parts = {
        part: encoded.spread([getattr(one, part) if one else None for one in named])
        for part in ("name", "core", "trading")
    }
    return usable, parts


def _with_organisation(reader: ColumnReader, columns: Columns) -> Columns:
    """Name columns with those of organisation_name and trading_name laid over them."""
    usable, firm = _organisations(reader, "organisation_name")
    trading, traded = _organisations(reader, "trading_name")
    unusable = [reader.raw("organisation_name"), reader.raw("trading_name")]
    written = [usable, trading, columns["name_as_written"], *unusable]
    own = {
        "organisation_name": firm["name"],
        "organisation_core": firm["core"],
        "trading_name": first_said(traded["core"], firm["trading"]),
    }
    return {
        **columns,
        **{name: first_said(values, columns[name]) for name, values in own.items()},
        "name_as_written": single_blanks(first_said(*written)),
    }


def _second_party(reader: ColumnReader, named: Named) -> tuple[Columns, Codes]:
    """Columns of the second parties and the rows they stand in.

    The second person's own columns come first; a second name in the first person's field is
    used where they are blank.
    """
    own = read_names(TextColumns(reader.table, "second_"), reader.dataset.parties)
    reader.faults += own.faults
    by_column = present(_party_kind(own.columns))
    joined = np.array([not by_column[row] for row in named.rows], np.bool_)
    seconds = [party for party, kept in zip(named.seconds, joined, strict=True) if kept]
    columns = {
        name: overlay(own.columns[name], named.rows[joined], [getattr(party, name) for party in seconds])
        for name in NAME_COLUMNS
    }
    kinds = _party_kind(columns)
    rows = np.flatnonzero(present(kinds))
    columns |= {"party_kind": kinds, "sex": apply(columns["title"], names.sex_of_title)}
    columns |= _second_identity(reader, present(kinds))
    return {name: gathered(values, rows) for name, values in columns.items()}, rows


def _second_identity(reader: ColumnReader, is_named: Mask) -> Columns:
    """Date of birth and number of the second person; organisations' numbers belong to the first."""
    lenient = reader.lenient
    birth = reader.birth("second_date_of_birth")
    nino = reader.text(
        "second_nino", lambda text: identifiers.read_nino(text, lenient=lenient), plain_forms.NINO
    )
    nameless = np.flatnonzero((present(birth) | present(nino)) & ~is_named)
    reader.faults.append(Fault("NAME_MISSING", "second_surname", nameless))
    nulls = pa.nulls(len(birth), pa.string())
    none = dict.fromkeys(("company_number", "charity_number", "vat_number"), nulls)
    return {"date_of_birth": birth, "nino": nino, **none}


def _explains_no_name(fault: Fault) -> bool:
    """Whether a fault says why the first party's name is of no use."""
    second = fault.field is not None and fault.field.startswith("second_")
    return not second and fault.reason in (
        "NAME_PLACEHOLDER",
        "NAME_UNREADABLE",
        "NON_PERSON",
        "RECORD_MARKED_VOID",
    )


def _note_missing_names(reader: ColumnReader, kinds: pa.Array) -> None:
    """NAME_MISSING for rows that name nobody and whose names have no fault that says why."""
    said = [fault.rows for fault in reader.faults if _explains_no_name(fault)]
    unnamed = np.flatnonzero(~present(kinds))
    explained = np.concatenate([*said, np.empty(0, np.int64)])
    reader.faults.append(Fault("NAME_MISSING", None, np.setdiff1d(unnamed, explained)))
