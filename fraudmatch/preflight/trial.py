"""Deliveries tried: extract, door and normalise as in the night, nothing linked and nothing kept."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch.arrivals import ExtractedFile, Together, plain_rows
from fraudmatch.extract import Mapping, extract_file, slots_of
from fraudmatch.extract.declared import declared_of
from fraudmatch.extract.values.dates import REFERENCE_DAY
from fraudmatch.extract.whole_site import extract_site, mappings_without_files
from fraudmatch.intake import accepted_before, read_decisions, read_register, take_in
from fraudmatch.normalise import normalise
from fraudmatch.preflight.findings import Preflight, findings
from fraudmatch.restricted import LIST_FILE, read_listed
from fraudmatch.schemas import RECORDS, empty
from fraudmatch.site import Site


def preflight(
    site: Site, partners: Iterable[str] | None = None, *, as_at: dt.date | None = None
) -> Preflight:
    """Extract the deliveries of a site, ask their gates, normalise, and keep only what there is to say of them.

    The gates see what a run of the day would see: sharing records, decisions of people, and what the nights
    before accepted. Nothing is accepted and nothing is written.

    Args:
        partners: whose deliveries are tried; null tries all. Those of others are then not read, and only
            what earlier nights accepted of them is compared with.
        as_at: the day of the run; null takes the site's, and `REFERENCE_DAY` for a site without one: the
            clock is never asked.

    Raises:
        ConfigurationError: the site, its mappings, records or decisions have faults.
    """
    chosen = None if partners is None else sorted(set(partners))
    night = as_at or site.as_at or REFERENCE_DAY
    register, decisions = read_register(site), read_decisions(site.releases_file, night)
    listed = read_listed(site)
    extracted = extract_site(site, chosen)
    before = accepted_before(site.accepted_folder, night, slots_of(site))
    taken: Together = take_in(extracted.files, before, night, register=register, decisions=decisions)
    if chosen is not None:
        taken = _of_partners(taken, chosen)
    idle = tuple(mappings_without_files(site, chosen))
    rejects, records = _normalised(taken, night)
    told = _told(taken, rejects, idle, night, beside_others=True)
    strays = listed.lacking(records) if listed else []
    named = tuple(
        f"{one.partner}/{LIST_FILE}, row {one.row}"
        for one in strays
        if chosen is None or one.partner in chosen
    )
    return replace(told, strays=named)


def preflight_file(
    path: Path, mapping: Mapping, *, partner: str, as_at: dt.date | None = None
) -> tuple[Preflight, pa.Table]:
    """Try one file by a mapping, without a site.

    Of the gates only those are asked that look at a delivery by itself; its age is judged where `as_at` is given.

    Args:
        partner: who sends it. A [council] column may name everybody its codes name.
        as_at: the day the exercise speaks of; null takes `REFERENCE_DAY` for what hangs on a day.

    Returns:
        What there is to say, and REJECTS row by row.

    Raises:
        ConservationError: the program lost or invented a row.
    """
    ids = {partner, *(mapping.council.codes.values() if mapping.council else ())}
    file: ExtractedFile = extract_file(path, mapping, partner=partner, partner_ids=ids, as_at=as_at)
    file = replace(file, declared=declared_of(mapping.dataset, mapping.delivery, path.name))
    # Without a day the file is as old as it says it is, so that nothing is called late by a made-up date.
    night = as_at or file.row["extracted_on"] or REFERENCE_DAY
    whole = take_in([file], {}, night)
    rejects, _ = _normalised(whole, as_at or REFERENCE_DAY)
    return _told(whole, rejects, (), as_at, beside_others=False), rejects


def _told(
    whole: Together, rejects: pa.Table, idle: tuple[str, ...], night: dt.date | None, *, beside_others: bool
) -> Preflight:
    rows = tuple(row | {"accepted_on": _as_kept(row)} for row in plain_rows(whole.deliveries))
    return Preflight(rows, tuple(findings(rejects)), idle, night, beside_others)


def _as_kept(row: dict[str, str | None]) -> str | None:
    """The night that accepted what stands in; of what came now none has, for nothing is kept."""
    return row["accepted_on"] if row["state"] == "stands" else None


def _of_partners(whole: Together, partners: list[str]) -> Together:
    """What is of these partners' deliveries, rows of other councils in them included."""
    chosen = pa.array(partners, pa.string())
    deliveries = whole.deliveries.filter(pc.is_in(whole.deliveries["partner"], value_set=chosen))
    rejects = whole.rejects.filter(pc.is_in(whole.rejects["partner"], value_set=chosen))
    mine = deliveries["delivery"].combine_chunks()
    received = {
        name: table.filter(pc.is_in(table["delivery"], value_set=mine))
        for name, table in whole.received.items()
    }
    return Together({name: table for name, table in received.items() if table.num_rows}, rejects, deliveries)


def _normalised(whole: Together, as_at: dt.date) -> tuple[pa.Table, pa.Table]:
    """REJECTS of extract and the door and, where anything was loaded, of normalise; and RECORDS."""
    if not whole.received:
        return whole.rejects, empty(RECORDS)
    made = normalise(whole.received, whole.deliveries, as_at=as_at)
    return pa.concat_tables([whole.rejects, made.rejects]), made.records
