"""What each model of a night judges: distinct addresses, distinct organisations, people, payments.

Addresses and organisations repeat, so their models judge distinct ones and the answer is carried back
to the records: a crowded address costs records, not pairs of everything.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch.linkage.encode import Codes, Encoder
from fraudmatch.linkage.keys import joined
from fraudmatch.linkage.kinds import NULL

Ids = npt.NDArray[np.int64]
Apart = npt.NDArray[np.int32]

_ADDRESS = ("uprn", "flat", "number", "building", "street", "town", "postcode")
_ORGANISATION = (
    "company_number", "charity_number", "vat_number", "organisation_core", "trading_name",
    "postcode", "correspondence_postcode", "bank", "phone", "email",
)  # fmt: skip
_PAYMENT = {
    "invoice_ref_clean": pa.string(), "creditor_ref": pa.string(), "gross_pence": pa.int64(), "invoice_date": pa.date32(),
}  # fmt: skip

#: Data sets that list a person once in a home: an elector has one entry at an address (Representation
#: of the People (England and Wales) Regulations 2001), so two alike are father and son.
_ONCE_IN_A_HOME = {"electoral_register": "date_removed"}


@dataclass(frozen=True)
class Subjects:
    """The rows a model judges.

    Attributes:
        table: what the model reads.
        first: int64 [rows]; the first record each row stands for, ascending.
        rows_of: int64 [records]; the row of each record, -1 = takes no part.
        apart: int32 [rows]; rows with the same number (not -1) are known to differ. None: none are.
    """

    table: pa.Table
    first: Ids
    rows_of: Ids
    apart: Apart | None = None


def addresses(records: pa.Table) -> Subjects:
    """The distinct addresses that say which property is meant: a UPRN, or a place and a number or building."""
    known = {column: pc.is_valid(records[column]).to_numpy() for column in _ADDRESS}
    place = known["postcode"] | (known["street"] & known["town"])
    named = known["number"] | known["building"] | known["flat"]
    return _distinct(records, _ADDRESS, known["uprn"] | (place & named))


def organisations(records: pa.Table) -> Subjects:
    """The distinct organisations that have a name or a registered number."""
    telling = ("organisation_core", "trading_name", "company_number", "charity_number")
    known = [pc.is_valid(records[column]).to_numpy() for column in telling]
    return _distinct(records, _ORGANISATION, np.logical_or.reduce(known))


def people(records: pa.Table, details: Mapping[str, pa.Table], property_id: pa.Array) -> Subjects:
    """The records that name a person."""
    is_person = pc.fill_null(pc.equal(records["party_kind"], "person"), False)
    ids = np.flatnonzero(is_person.to_numpy())
    table = records.append_column("property_id", property_id).take(ids)
    apart = known_apart(records)
    for dataset, removed in _ONCE_IN_A_HOME.items():
        if dataset in details:
            listed = _listed_once(records, details[dataset], removed, property_id)
            apart = np.where((apart < 0) & (listed >= 0), listed + len(apart), apart).astype(np.int32)
    return Subjects(table, ids, places(ids, records.num_rows), apart[ids])


def payments(records: pa.Table, details: Mapping[str, pa.Table]) -> Subjects:
    """Invoices with a positive gross, with what the payment model reads."""
    table = details.get("payment")
    if table is None:
        made = records.slice(0, 0)
        for name, kind in _PAYMENT.items():
            made = made.append_column(name, pa.array([], kind))
        return Subjects(made, np.zeros(0, np.int64), np.full(records.num_rows, -1, np.int64))
    kind = pc.fill_null(table["transaction_type"], "invoice")
    paid = pc.and_(pc.equal(kind, "invoice"), pc.fill_null(pc.greater(table["gross_pence"], 0), False))
    table = table.filter(paid)
    ids = table["record_id"].to_numpy().astype(np.int64)
    made = records.take(ids)
    for name in _PAYMENT:
        made = made.append_column(name, table[name])
    return Subjects(made, ids, places(ids, records.num_rows))


def subjects_of(
    records: pa.Table, details: Mapping[str, pa.Table], groups: pa.Table, relation: str
) -> Subjects:
    """What the model of a relation read in a finished night, made again from what the night kept."""
    if relation == "property":
        return addresses(records)
    if relation == "organisation":
        return organisations(records)
    if relation == "payment":
        return payments(records, details)
    return people(records, details, groups["property_id"])


def known_apart(records: pa.Table) -> Apart:
    """int32 [records]: one number below the count of records per source row that names two parties, else -1.

    Two parties of one row are two people, however alike they look.
    """
    rows = distinct_rows(records.select(["partner", "dataset", "delivery", "source_row"]))
    several = np.bincount(rows, minlength=1)[rows] > 1
    return np.where(several, rows, -1).astype(np.int32)


def _listed_once(records: pa.Table, listed: pa.Table, removed: str, property_id: pa.Array) -> Apart:
    """int32 [records]: one number per home among the entries of one delivery that still stand, else -1."""
    standing = listed.filter(pc.is_null(listed[removed]))["record_id"]
    place = records.select(["record_id", "delivery"]).append_column("property_id", property_id).take(standing)
    place = place.filter(pc.is_valid(place["property_id"]))
    apart = np.full(records.num_rows, -1, np.int32)
    apart[place["record_id"].to_numpy()] = distinct_rows(place.select(["delivery", "property_id"]))
    return apart


def _distinct(records: pa.Table, columns: tuple[str, ...], taking_part: npt.NDArray[np.bool_]) -> Subjects:
    """The distinct rows of some columns among the records that take part, in the order of their first record."""
    members = np.flatnonzero(taking_part)
    part = records.select(columns).take(members)
    row = distinct_rows(part)
    first = np.full(int(row.max(initial=-1)) + 1, len(members), np.int64)
    np.minimum.at(first, row, np.arange(len(members)))
    order = np.argsort(first)
    renumber = np.empty_like(order)
    renumber[order] = np.arange(len(order))
    rows_of = np.full(records.num_rows, -1, np.int64)
    rows_of[members] = renumber[row]
    return Subjects(part.take(first[order]), members[first[order]], rows_of)


def distinct_rows(table: pa.Table) -> Ids:
    """int64 [n]: equal rows get equal numbers from 0; nulls equal nulls."""
    encoder = Encoder(table)
    columns = [encoder.codes(column) for column in table.column_names]
    parts = [Codes(np.where(c.codes == NULL, c.count, c.codes), c.count + 1) for c in columns]
    return joined(parts)[0].astype(np.int64)


def places(ids: Ids, count: int) -> Ids:
    """int64 [count]: the row of each record id among `ids`, -1 = none."""
    rows = np.full(count, -1, np.int64)
    rows[ids] = np.arange(len(ids))
    return rows
