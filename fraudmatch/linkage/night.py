"""The models of a night in their order: property, organisation, person, account, payment.

Addresses and organisations repeat, so their models judge distinct ones and the answer is
carried back to the records: a crowded address costs records, not pairs of everything. The
person model then reads the property a record belongs to tonight.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch.linkage.block import PassPlan, plan
from fraudmatch.linkage.encode import Codes, Encoder
from fraudmatch.linkage.keys import joined
from fraudmatch.linkage.kinds import NULL
from fraudmatch.linkage.linker import Linked, link
from fraudmatch.linkage.model import Model, load_model
from fraudmatch.linkage.scorer import Scorer
from fraudmatch.schemas import GROUPS, conform

_ADDRESS = ("uprn", "flat", "number", "building", "street", "town", "postcode")
_ORGANISATION = (
    "company_number", "charity_number", "vat_number", "organisation_core", "trading_name",
    "postcode", "correspondence_postcode", "bank", "phone", "email",
)  # fmt: skip
_PAYMENT = ("invoice_ref_clean", "creditor_ref", "gross_pence", "invoice_date")

#: Models of a night when none are named.
MODELS = ("property", "organisation", "person", "payment")


@dataclass(frozen=True)
class Step:
    """What one model did tonight; for the summary and the manifest.

    Attributes:
        rows: rows it judged (distinct addresses or organisations, or records).
        compared / kept / links: candidate pairs, pairs after the screen, links.
    """

    model: Model
    rows: int
    compared: int
    kept: int
    links: int
    plan: list[PassPlan]
    seconds: dict[str, float]


@dataclass(frozen=True)
class LinkedNight:
    """What linking a night gave.

    Attributes:
        groups: GROUPS.
        links: LINKS by relation ("person", "payment"), ids are record ids.
        scorers: by relation; each judges any pairs of record ids with its model in full.
        steps: what each model did, in order.
    """

    groups: pa.Table
    links: dict[str, pa.Table]
    scorers: dict[str, Scorer]
    steps: list[Step]


def link_all(
    records: pa.Table,
    details: Mapping[str, pa.Table],
    *,
    roots: Mapping[str, str],
    threads: int | None = None,
    progress: Callable[[str], None] | None = None,
    models: Mapping[str, Model] | None = None,
) -> LinkedNight:
    """Link everything a night received.

    Args:
        records: RECORDS, ordered by record_id.
        details: DETAILS by data set; only `payment` is read.
        roots: forename -> common root of its short forms.
        threads: at most this many.
        progress: told what is being done.
        models: by relation; shipped ones where absent.
    """
    chosen = {name: (models or {}).get(name) or load_model(name) for name in MODELS}
    steps: list[Step] = []

    def run(name: str, table: pa.Table, apart: npt.NDArray[np.int32] | None = None) -> Linked:
        if progress:
            progress(f"link · {name}, {table.num_rows:,} to compare")
        model = chosen[name].sized(table.num_rows)
        made = link(table, model, apart=apart, threads=threads, progress=progress)
        steps.append(
            Step(
                chosen[name],
                table.num_rows,
                made.compared,
                made.kept,
                made.links.num_rows,
                made.plan,
                made.seconds,
            )
        )
        return made

    property_id = _grouped(records, _ADDRESS, _has_address(records), lambda t: run("property", t))[0]
    organisation_id, organisations, rows_of = _grouped(
        records, _ORGANISATION, _has_organisation(records), lambda t: run("organisation", t)
    )
    table, ids = people(records, property_id, roots)
    persons = run("person", table, known_apart(records)[ids])
    payments, payment_ids = _payments(records, details)
    paid = run("payment", payments)
    groups = _groups(records, property_id, organisation_id, persons, ids)
    return LinkedNight(
        groups=groups,
        links={"person": _renamed(persons.links, ids), "payment": _renamed(paid.links, payment_ids)},
        scorers={
            "person": Scorer(persons.linker, places(ids, records.num_rows)),
            "organisation": Scorer(organisations.linker, rows_of),
            "payment": Scorer(paid.linker, places(payment_ids, records.num_rows)),
        },
        steps=steps,
    )


def _has_address(records: pa.Table) -> npt.NDArray[np.bool_]:
    """Records whose address says which property: a UPRN, or a place and a number or building."""
    known = {c: pc.is_valid(records[c]).to_numpy() for c in _ADDRESS}
    place = known["postcode"] | (known["street"] & known["town"])
    return np.asarray(known["uprn"] | (place & (known["number"] | known["building"] | known["flat"])))


def _has_organisation(records: pa.Table) -> npt.NDArray[np.bool_]:
    named = (
        pc.is_valid(records["organisation_core"]).to_numpy() | pc.is_valid(records["trading_name"]).to_numpy()
    )
    numbered = (
        pc.is_valid(records["company_number"]).to_numpy() | pc.is_valid(records["charity_number"]).to_numpy()
    )
    return np.asarray(named | numbered)


def _grouped(
    records: pa.Table,
    columns: tuple[str, ...],
    taking_part: npt.NDArray[np.bool_],
    run: Callable[[pa.Table], Linked],
) -> tuple[pa.Array, Linked, npt.NDArray[np.int64]]:
    """Link the distinct rows of some columns; give every record its group's smallest record id.

    Returns:
        uint32 array over all records (null = takes no part), the linking of the distinct rows,
        and int64 [records]: the distinct row of each record, -1 = none.
    """
    table, members, first, row = distinct(records, columns, taking_part)
    linked = run(table)
    ids = np.zeros(records.num_rows, np.uint32)
    ids[members] = members[first[linked.groups[row].astype(np.int64)]]
    rows_of = np.full(records.num_rows, -1, np.int64)
    rows_of[members] = row
    return pa.array(ids, mask=~taking_part), linked, rows_of


def distinct(
    records: pa.Table, columns: tuple[str, ...], taking_part: npt.NDArray[np.bool_]
) -> tuple[pa.Table, npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """The distinct rows of some columns among the records that take part, by their first record.

    Returns:
        the distinct rows; the records that take part; for each distinct row its first record's
        place among these; for each of these its distinct row.
    """
    members = np.flatnonzero(taking_part)
    part = records.select(columns).take(members)
    row = distinct_rows(part)
    first = np.full(int(row.max(initial=-1)) + 1, len(members), np.int64)
    np.minimum.at(first, row, np.arange(len(members)))
    order = np.argsort(first)  # number the distinct rows by their smallest record
    renumber = np.empty_like(order)
    renumber[order] = np.arange(len(order))
    row, first = renumber[row], first[order]
    return part.take(first), members, first, row


def night_table(
    records: pa.Table,
    details: Mapping[str, pa.Table],
    groups: pa.Table,
    relation: str,
    *,
    roots: Mapping[str, str],
) -> tuple[pa.Table, npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """What a model of a finished night read, made again from what the night kept.

    Returns:
        the table; for each of its rows the first record it stands for; int64 [records]: the row
        of each record, -1 = takes no part.
    """
    if relation in ("property", "organisation"):
        is_property = relation == "property"
        table, members, first, row = distinct(
            records,
            _ADDRESS if is_property else _ORGANISATION,
            _has_address(records) if is_property else _has_organisation(records),
        )
        rows_of = np.full(records.num_rows, -1, np.int64)
        rows_of[members] = row
        return table, members[first], rows_of
    if relation == "payment":
        table, ids = _payments(records, details)
    else:
        table, ids = people(records, groups["property_id"], roots)
    return table, ids, places(ids, records.num_rows)


def distinct_rows(table: pa.Table) -> npt.NDArray[np.int64]:
    """int64 [n]: equal rows get equal numbers from 0; nulls equal nulls."""
    encoder = Encoder(table)
    columns = [encoder.codes(column) for column in table.column_names]
    parts = [Codes(np.where(c.codes == NULL, c.count, c.codes), c.count + 1) for c in columns]
    return joined(parts)[0].astype(np.int64)


def people(
    records: pa.Table, property_id: pa.Array, roots: Mapping[str, str]
) -> tuple[pa.Table, npt.NDArray[np.int64]]:
    """What the person model reads, for the records that name a person, and their record ids."""
    is_person = pc.fill_null(pc.equal(records["party_kind"], "person"), False)
    ids = np.flatnonzero(is_person.to_numpy())
    table = records.append_column("property_id", property_id).take(ids)
    return table.append_column("forename_root", forename_root_column(table["forename"], roots)), ids


def forename_root_column(forenames: pa.ChunkedArray, roots: Mapping[str, str]) -> pa.Array:
    """Each forename's root; the forename itself where the list has none; null stays null."""
    encoded = forenames.combine_chunks().dictionary_encode()
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.chunk(0)
    changed = pa.array([roots.get(value, value) for value in encoded.dictionary.to_pylist()], pa.string())
    return changed.take(encoded.indices)


def known_apart(records: pa.Table) -> npt.NDArray[np.int32]:
    """int32 [records]: one number per source row that names two parties, -1 elsewhere.

    Two parties of one row are two people, however alike they look.
    """
    rows = distinct_rows(records.select(["partner", "dataset", "delivery", "source_row"]))
    several = np.bincount(rows, minlength=1)[rows] > 1
    return np.where(several, rows, -1).astype(np.int32)


def link_properties(records: pa.Table, *, threads: int | None = None) -> pa.Array:
    """uint32 [records]: the smallest record at the same property; null without an address."""
    model = load_model("property")
    return _grouped(records, _ADDRESS, _has_address(records), lambda t: link(t, model, threads=threads))[0]


def _payments(records: pa.Table, details: Mapping[str, pa.Table]) -> tuple[pa.Table, npt.NDArray[np.int64]]:
    """Invoices with a positive gross, with what the payment model reads, and their record ids."""
    table = details.get("payment")
    if table is None:
        table = records.slice(0, 0).append_column("gross_pence", pa.array([], pa.int64()))
        for name, kind in (
            ("invoice_ref_clean", pa.string()),
            ("creditor_ref", pa.string()),
            ("invoice_date", pa.date32()),
        ):
            table = table.append_column(name, pa.array([], kind))
        return table, np.zeros(0, np.int64)
    kind = pc.fill_null(table["transaction_type"], "invoice")
    paid = pc.and_(pc.equal(kind, "invoice"), pc.fill_null(pc.greater(table["gross_pence"], 0), False))
    table = table.filter(paid)
    ids = table["record_id"].to_numpy().astype(np.int64)
    made = records.take(ids)
    for name in _PAYMENT:
        made = made.append_column(name, table[name])
    return made, ids


def _groups(
    records: pa.Table,
    property_id: pa.Array,
    organisation_id: pa.Array,
    persons: Linked,
    ids: npt.NDArray[np.int64],
) -> pa.Table:
    """GROUPS."""
    person = np.zeros(records.num_rows, np.uint32)
    person[ids] = ids[persons.groups.astype(np.int64)]
    outside = np.ones(records.num_rows, np.bool_)
    outside[ids] = False
    table = pa.table(
        {
            "record_id": records["record_id"],
            "person_id": pa.array(person, mask=outside),
            "property_id": property_id,
            "organisation_id": organisation_id,
            "account_id": _accounts(records),
        }
    )
    return conform(table, GROUPS, what="GROUPS")


def _accounts(records: pa.Table) -> pa.Array:
    """For every record the smallest record with the same bank details; null without any."""
    codes = Encoder(records).codes("bank").codes
    known = codes >= 0
    first = np.full(int(codes.max(initial=-1)) + 1, records.num_rows, np.int64)
    np.minimum.at(first, codes[known], np.flatnonzero(known))
    ids = np.zeros(records.num_rows, np.uint32)
    ids[known] = first[codes[known]]
    return pa.array(ids, mask=~known)


def _renamed(links: pa.Table, ids: npt.NDArray[np.int64]) -> pa.Table:
    """LINKS with record ids in place of rows; the order stays, for `ids` ascend."""
    for column in ("left_id", "right_id"):
        place = links.column_names.index(column)
        renamed = pa.array(ids[links[column].to_numpy().astype(np.int64)].astype(np.uint32))
        links = links.set_column(place, links.schema.field(column), renamed)
    return links


def places(ids: npt.NDArray[np.int64], count: int) -> npt.NDArray[np.int64]:
    """int64 [count]: the row of each record id among `ids`, -1 = none."""
    rows = np.full(count, -1, np.int64)
    rows[ids] = np.arange(len(ids))
    return rows


def plan_all(
    records: pa.Table, details: Mapping[str, pa.Table], *, roots: Mapping[str, str]
) -> dict[str, list[PassPlan]]:
    """What each model of a night would compare, pass by pass, without comparing anything.

    The person model's pass by property is counted on addresses written alike, since which
    addresses are one property is known only after linking; it is a lower bound.
    """
    plans: dict[str, list[PassPlan]] = {}
    alike = np.full(records.num_rows, -1, np.int64)
    for name, columns, part in (
        ("property", _ADDRESS, _has_address(records)),
        ("organisation", _ORGANISATION, _has_organisation(records)),
    ):
        members = np.flatnonzero(part)
        table = records.select(columns).take(members)
        rows = distinct_rows(table)
        _, first = np.unique(rows, return_index=True)
        plans[name] = plan(Encoder(table.take(first)), load_model(name), None)[1]
        if name == "property":
            alike[members] = rows
    property_id = pa.array(np.where(alike < 0, 0, alike).astype(np.uint32), mask=alike < 0)
    plans["person"] = plan(Encoder(people(records, property_id, roots)[0]), load_model("person"), None)[1]
    plans["payment"] = plan(Encoder(_payments(records, details)[0]), load_model("payment"), None)[1]
    return plans
