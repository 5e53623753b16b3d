"""One data set from RECEIVED to records without numbers: every column read, parties laid out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch.normalise import contacts, identifiers, names, organisations, plain_forms
from fraudmatch.normalise.address_columns import as_written, read_addresses
from fraudmatch.normalise.addresses import dates_for_numbers, too_long
from fraudmatch.normalise.dates import birth_bounds, day_numbers, detail_bounds, ends_before_start, read_dates
from fraudmatch.normalise.distinct import (
    Codes,
    Encoded,
    Mask,
    Read,
    apply,
    flat,
    join,
    overlay,
    present,
    read_column,
)
from fraudmatch.normalise.faults import Fault, faults_in
from fraudmatch.normalise.name_order import turned_deliveries
from fraudmatch.normalise.overuse import name_codes, overused_births, overused_contacts
from fraudmatch.normalise.parties import NAME_COLUMNS, Columns, Named, read_names, single_blanks
from fraudmatch.normalise.plain_forms import Plain
from fraudmatch.normalise.postcodes import postcode_at_end, read_postcode
from fraudmatch.normalise.text import Reading, compact, one_blank
from fraudmatch.reasons import Disposition
from fraudmatch.references import clean_reference
from fraudmatch.schemas import DATASETS, RECORDS, Dataset, conform, received_schema

#: Data sets that hold any file, not a council's own: foreign numbers and codes are kept there.
ANY_FILE = ("person", "organisation")


@dataclass(frozen=True)
class DatasetRead:
    """A data set after reading.

    Attributes:
        records: RECORDS without record_id, first parties and then second ones.
        rows: per record the position of its row in RECEIVED.
        details: the details of each row of RECEIVED.
        delivery / source_row: where each row of RECEIVED came from.
        faults: what was found.
    """

    name: str
    records: pa.Table
    rows: Codes
    details: pa.Table
    delivery: pa.Array
    source_row: pa.Array
    faults: list[Fault]


class _Reader:
    """Reads columns of one RECEIVED table and collects their faults."""

    def __init__(self, table: pa.Table, dataset: Dataset, as_at: dt.date) -> None:
        self.table = table
        self.dataset = dataset
        self.as_at = as_at
        self.lenient = dataset.name in ANY_FILE
        self.faults: list[Fault] = []

    def raw(self, name: str) -> pa.Array:
        return flat(self.table[name])

    def note(self, field: str, read: Read) -> pa.Array:
        """The values of a column that was read, its faults kept."""
        self.faults += faults_in(field, read)
        return read.values

    def text(self, name: str, function: Callable[[str], Reading], plain: Plain | None = None) -> pa.Array:
        """A text column through a reading function; see `distinct.read_column`."""
        return self.note(name, read_column(self.raw(name), function, plain))

    def birth(self, name: str) -> pa.Array:
        """A date of birth."""
        bounds = birth_bounds(self.dataset.name, self.as_at)
        born = self.note(name, read_dates(self.raw(name), bounds, birth=True))
        filled = present(born)
        if bounds.by_share or not filled.any():  # years alone, as 1 January, are no placeholders there
            return born
        overused = overused_births(day_numbers(born), filled, self.deliveries, self.names)
        return self._without(name, born, overused, "DOB_OVERUSED")

    def contact(self, name: str, function: Callable[[str], Reading], plain: Plain) -> pa.Array:
        """A telephone number or an e-mail address."""
        values = self.text(name, function, plain)
        if values.null_count == len(values):
            return values
        overused = overused_contacts(values, self.deliveries, self.names)
        return self._without(name, values, overused, "VALUE_OVERUSED")

    def _without(self, name: str, values: pa.Array, overused: Mask, reason: str) -> pa.Array:
        """Values without those that stand on too many rows."""
        if not overused.any():
            return values
        self.faults.append(Fault(reason, name, np.flatnonzero(overused)))
        return pc.if_else(pa.array(overused), pa.scalar(None, values.type), values)

    @cached_property
    def deliveries(self) -> Codes:
        """Per row a number for its delivery."""
        return Encoded.of(self.raw("delivery")).codes

    def names(self) -> Codes:
        """Per row a number for the name on it."""
        return name_codes(self.table)


def read_dataset(name: str, received: pa.Table, as_at: dt.date) -> DatasetRead:
    """Read every column of a data set and lay out one record per party.

    Raises:
        SchemaError: `received` is not RECEIVED of that data set.
    """
    dataset = DATASETS[name]
    table = conform(received, received_schema(name), what=f"received {name}")
    reader = _Reader(table, dataset, as_at)
    shared = _shared_columns(reader)
    first, second, rows = _parties(reader)
    details = _details(reader)
    count = table.num_rows
    everything = np.concatenate([np.arange(count, dtype=np.int64), rows])
    records = _layout(shared, first, second, rows, count)
    origin = table.select(["partner", "delivery", "source_row", "source_ref"]).take(pa.array(everything))
    for column in origin.column_names:
        records = records.append_column(column, origin[column])
    records = records.append_column("dataset", pa.repeat(pa.scalar(name), len(everything)))
    wanted = [column for column in RECORDS.names if column != "record_id"]
    return DatasetRead(
        name=name,
        records=records.select(wanted),
        rows=everything,
        details=details,
        delivery=reader.raw("delivery"),
        source_row=reader.raw("source_row"),
        faults=reader.faults,
    )


def _layout(shared: Columns, first: Columns, second: Columns, rows: Codes, count: int) -> pa.Table:
    """First parties on top of second ones; what a row says of both is repeated."""
    taken = pa.array(rows)
    columns = {}
    for name, values in {**shared, **first}.items():
        below = second[name] if name in second else values.take(taken)
        columns[name] = pa.concat_arrays([values, below.cast(values.type)])
    party = np.concatenate([np.full(count, 1), np.full(len(rows), 2)])
    return pa.table({**columns, "party": pa.array(party, pa.int8())})


# --- what a row says whoever its parties are ------------------------------------------------


def _shared_columns(reader: _Reader) -> Columns:
    """Columns that both parties of a row share."""
    lenient = reader.lenient
    return {
        **_address_columns(reader),
        "uprn": reader.text("uprn", identifiers.read_uprn, plain_forms.UPRN),
        "phone": reader.contact(
            "phone", lambda text: contacts.read_phone(text, lenient=lenient), plain_forms.PHONE
        ),
        "email": reader.contact("email", contacts.read_email, plain_forms.email()),
        "bank": _bank(reader),
        "correspondence_postcode": _postcode(reader, "correspondence_postcode", "correspondence_address"),
    }


def _bank(reader: _Reader) -> pa.Array:
    """Sort code and account as fourteen digits; null unless both are there."""
    sort_code = reader.text("sort_code", identifiers.read_sort_code, plain_forms.SORT_CODE)
    account = reader.text("account", identifiers.read_account, plain_forms.ACCOUNT)
    return pc.binary_join_element_wise(sort_code, account, "")


def _postcode(reader: _Reader, name: str, address: str) -> pa.Array:
    """A postcode column; where it gives none, the valid postcode that ends the address."""
    lenient = reader.lenient
    given = reader.text(name, lambda text: read_postcode(text, lenient=lenient))
    missing = pa.array(~present(given) & present(reader.raw(address)))
    lines = pc.if_else(missing, reader.raw(address), pa.scalar(None, pa.string()))
    return pc.coalesce(given, apply(lines, postcode_at_end))


def _address_columns(reader: _Reader) -> Columns:
    """The address in parts, the postcode, and the address as written."""
    encoded = Encoded.of(reader.raw("address"))
    reader.faults.append(Fault("EXCEL_DATE_IN_ADDRESS", "address", dates_for_numbers(encoded)))
    reader.faults.append(Fault("FIELD_TOO_LONG", "address", too_long(encoded), Disposition.FLAG))
    columns = read_addresses(encoded)
    columns["postcode"] = _postcode(reader, "postcode", "address")
    columns["address_as_written"] = _address_as_written(encoded, reader.raw("postcode"))
    return columns


def _address_as_written(addresses: Encoded, postcode: pa.Array) -> pa.Array:
    """Address, comma, postcode, as written with single blanks; a postcode that ends the address
    already is not said twice.
    """
    single, bare, packed = as_written(addresses)
    repeated = pc.fill_null(pc.equal(packed, apply(postcode, compact)), False)
    written = pc.if_else(repeated, bare, single)
    return join([written, apply(postcode, one_blank)], ", ")


# --- who the parties are ---------------------------------------------------------------------


def _parties(reader: _Reader) -> tuple[Columns, Columns, Codes]:
    """Columns of first parties (one per row), of second ones, and the rows of the second ones."""
    kind = reader.dataset.parties
    named = read_names(reader.table, kind)
    reader.faults += named.faults
    turned = turned_deliveries(reader.raw("forename"), reader.raw("surname"), reader.raw("delivery"))
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


def _first_party(reader: _Reader, named: Named) -> Columns:
    """All columns of the first party of each row."""
    lenient = reader.lenient
    columns = _with_organisation(reader, named.columns)
    columns["party_kind"] = _party_kind(columns)
    of_title = apply(columns["title"], names.sex_of_title)
    columns["sex"] = pc.coalesce(apply(reader.raw("sex"), names.sex), of_title)
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


def _organisation_reading(text: str) -> Reading:
    """The text itself when it names an organisation, else the fault."""
    if organisations.read_organisation(text).name is not None:
        return text, None
    return None, "NAME_PLACEHOLDER" if organisations.is_placeholder(text) else "NAME_UNREADABLE"


def _with_organisation(reader: _Reader, columns: Columns) -> Columns:
    """Name columns with those of organisation_name and trading_name laid over them."""
    usable = reader.text("organisation_name", _organisation_reading)
    trading = reader.text("trading_name", _organisation_reading)
    named = Encoded.of(usable)
    read = named.each(organisations.read_organisation)
    unusable = [reader.raw("organisation_name"), reader.raw("trading_name")]
    written = [usable, trading, columns["name_as_written"], *unusable]
    own = {
        "organisation_name": named.spread([name.name for name in read]),
        "organisation_core": named.spread([name.core for name in read]),
        "trading_name": pc.coalesce(
            apply(trading, organisations.core_of), named.spread([name.trading for name in read])
        ),
    }
    return {
        **columns,
        **{name: pc.coalesce(values, columns[name]) for name, values in own.items()},
        "name_as_written": single_blanks(pc.coalesce(*written)),
    }


def _second_party(reader: _Reader, named: Named) -> tuple[Columns, Codes]:
    """Columns of the second parties and the rows they stand in.

    The second person's own columns come first; a second name in the first person's field is
    used where they are blank.
    """
    own = read_names(reader.table, reader.dataset.parties, "second_")
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
    taken = pa.array(rows)
    return {name: values.take(taken) for name, values in columns.items()}, rows


def _second_identity(reader: _Reader, is_named: Mask) -> Columns:
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


def _note_missing_names(reader: _Reader, kinds: pa.Array) -> None:
    """NAME_MISSING for rows that name nobody and whose names have no fault that says why."""
    said = [fault.rows for fault in reader.faults if _explains_no_name(fault)]
    unnamed = np.flatnonzero(~present(kinds))
    explained = np.concatenate([*said, np.empty(0, np.int64)])
    reader.faults.append(Fault("NAME_MISSING", None, np.setdiff1d(unnamed, explained)))


# --- details ------------------------------------------------------------------------------------


def _note_sequences(reader: _Reader, columns: Columns) -> None:
    """DATE_SEQUENCE where an end is before its beginning; both stay, for such a time covers no day."""
    dataset = reader.dataset
    pairs = {(name, f"{name.removesuffix('_start')}_end") for name in columns if name.endswith("_start")}
    pairs.add((dataset.valid_from or "", dataset.valid_to or ""))
    for start, end in sorted(pairs):
        if start in columns and end in columns:
            rows = ends_before_start(columns[start], columns[end])
            reader.faults.append(Fault("DATE_SEQUENCE", end, rows))


#: Derived detail -> how it is made of the columns of RECEIVED.
_DERIVED: dict[str, Callable[[_Reader], pa.Array]] = {
    "invoice_ref_clean": lambda reader: clean_reference(reader.raw("invoice_ref")),
    "nino_kind": lambda reader: apply(reader.raw("nino"), identifiers.nino_kind),
}


def _details(reader: _Reader) -> pa.Table:
    """The details of each row, dates through their bounds and all else untouched; then what is derived."""
    dataset = reader.dataset
    columns: Columns = {}
    for field in dataset.details:
        values = reader.raw(field.name)
        if field.kind == "date":
            bounds = detail_bounds(field.name, dataset.valid_to, reader.as_at)
            values = reader.note(field.name, read_dates(values, bounds))
        columns[field.name] = values
    _note_sequences(reader, columns)
    for field in dataset.derived:
        columns[field.name] = _DERIVED[field.name](reader)
    if not columns:  # a table without columns would forget its number of rows
        return pa.table({"": pa.nulls(reader.table.num_rows)}).select([])
    return pa.table(columns)
