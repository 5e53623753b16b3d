"""normalise: RECEIVED into RECORDS and DETAILS."""

from __future__ import annotations

import datetime as dt

import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch.audit import StageInput, StageOutput
from fraudmatch.errors import ConservationError
from fraudmatch.normalise import normalise
from fraudmatch.schemas import RECORDS, conform, sort_rejects
from fraudmatch.stages import Prepared
from fraudmatch.steps.receive import Received

#: Columns of RECORDS that say where a record came from physically; they are stored apart, so
#: that the content of a night has one digest whatever the order of rows in the files.
ORIGIN = ("delivery", "source_row")


def clean(came: Received, day: dt.date) -> Prepared:
    """Normalise what came.

    Raises:
        ConservationError: a received row has no record.
    """
    received = came.received()
    normalised = normalise(received, came.deliveries, as_at=day)
    loaded = sum(table.num_rows for table in received.values())
    # Every row has exactly one first party; counting rows would miss a file delivered twice.
    kept = pc.sum(pc.equal(normalised.records["party"], 1)).as_py() or 0
    if kept != loaded:
        raise ConservationError(
            f"{loaded:,} rows were loaded and {kept:,} have a record.",
            remedy="Nothing was published. Report this as a fault of the program.",
        )
    rejects = sort_rejects(pa.concat_tables([came.rejects, normalised.rejects]))
    return _prepared(came, normalised.records, normalised.details, rejects)


def _prepared(came: Received, records: pa.Table, details: dict[str, pa.Table], rejects: pa.Table) -> Prepared:
    return Prepared(
        records, details, rejects, came.deliveries, came.accepted, came.sent_back, came.profiles
    )  # fmt: skip


def make(came: Received, day: dt.date, out: StageOutput) -> Prepared:
    """Normalise, and write what came of it."""
    made = clean(came, day)
    out.table("records", made.records.drop_columns(list(ORIGIN)))
    out.table("origins", made.records.select(["record_id", *ORIGIN]))
    for dataset in sorted(made.details):
        out.table(f"details_{dataset}", made.details[dataset])
    out.table("rejects", made.rejects)
    return made


def read(came: Received, kept: StageInput) -> Prepared:
    """The same from what was written."""
    records = whole_records(kept.table("records"), kept.table("origins"))
    return _prepared(came, records, kept.tables("details_"), kept.table("rejects"))


def whole_records(records: pa.Table, origins: pa.Table) -> pa.Table:
    """RECORDS of the two tables they are stored as."""
    for name in ORIGIN:
        records = records.append_column(name, origins[name])
    return conform(records, RECORDS, what="RECORDS")
