"""A finished night read back: every table checked against its manifest before it is used."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from fraudmatch.audit import Run, open_run
from fraudmatch.inputs import rule_folders
from fraudmatch.ledger.entry import Head
from fraudmatch.ledger.night import Printed
from fraudmatch.outcomes import Decision
from fraudmatch.report import ReportInput, report
from fraudmatch.schemas import ATTACHED, GROUPS, OVERRULED, PROFILES, SENT_BACK, Override, conform, empty
from fraudmatch.scoring import load_library
from fraudmatch.site import Site
from fraudmatch.stages import NightTables, Prepared
from fraudmatch.steps.clean import whole_records
from fraudmatch.steps.reporting import Reported, report_input
from fraudmatch.steps.seen import flags_beginning, seen_flags


@dataclass(frozen=True)
class Kept(NightTables):
    """A published night read back, every table checked against its manifest.

    Attributes:
        run: where it is kept. outcomes: OUTCOMES as they were known.
    """

    run: Run
    as_at: dt.date
    outcomes: pa.Table


def read_night(site: Site, run_id: str | None = None) -> Kept:
    """A published night of the site; the newest when no run is named.

    Raises:
        RunError: there is none, or an artefact was changed since it was published.
    """
    run = open_run(site.runs_folder, run_id)
    records = whole_records(run.read("records"), run.read("origins"))
    details = {
        name.removeprefix("details_"): run.read(name) for name in run.names() if name.startswith("details_")
    }
    prepared = Prepared(
        records, details, run.read("rejects"), run.read("deliveries"),
        sent_back=run.read("sent_back") if "sent_back" in run.names() else empty(SENT_BACK),
        profiles=run.read("profiles") if "profiles" in run.names() else empty(PROFILES),
    )  # fmt: skip
    groups = conform(run.read("groups"), GROUPS, what="GROUPS")
    as_at = dt.date.fromisoformat(run.manifest["as_at"])
    overruled = run.read("overruled") if "overruled" in run.names() else empty(OVERRULED)
    flags, held, members, evidence = (run.read(name) for name in ("flags", "held", "members", "evidence"))
    attached = run.read("attached") if "attached" in run.names() else empty(ATTACHED)
    outcomes, cases, case_flags = (run.read(name) for name in ("outcomes", "cases", "case_flags"))
    return Kept(
        prepared, groups, flags, held, members, evidence, overrides_of(run), overruled, cases, case_flags,
        attached, run, as_at, outcomes,
    )  # fmt: skip


def overrides_of(run: Run) -> tuple[Override, ...]:
    """The local overrides of a night, from its manifest; none in a night from before there were any."""
    names = Override.__dataclass_fields__
    return tuple(
        Override(**{k: v for k, v in one.items() if k in names} | {"on": dt.date.fromisoformat(one["on"])})
        for one in run.manifest.get("overrides", [])
    )


def write_reports(site: Site, folder: Path, run_id: str | None = None) -> list[Path]:
    """Write the reports of a published night again, into another folder.

    Raises:
        RunError: there is no such night, or an artefact was changed.
    """
    return report(folder, input_of(site, read_night(site, run_id)))


def input_of(site: Site, kept: Kept) -> ReportInput:
    """What the reports of a night read back need; rules are those of today."""
    library = load_library(rule_folders(site))
    name = kept.run.folder.name
    return report_input(Reported(site, kept.as_at, name, library, kept, printed_of(kept.run)))


def printed_of(run: Run) -> Printed | None:
    """What the reports of a published night say of the ledger and of changes; null = there was no ledger yet."""
    told = run.manifest.get("ledger")
    return Printed(Head(told["seq"], told["hash"]), tuple(run.manifest["changes"])) if told else None


def flag_in_newest_night(site: Site, key: str, secret: Callable[[], bytes]) -> tuple[list[Decision], dt.date]:
    """What a decision about a flag needs to say of it, of each flag of the newest night whose key starts so.

    Args:
        secret: of the store, asked for when there is just one; what it rests on is told of that one only.

    Returns:
        Decisions that decide nothing yet ("unresolved", on the date of the night), and that date.

    Raises:
        RunError: there is no night, or an artefact was changed since it was published.
    """
    run = open_run(site.runs_folder)
    night = dt.date.fromisoformat(run.manifest["as_at"])
    flags = flags_beginning(run.read("flags"), key)
    if flags.num_rows == 1:
        return seen_flags(run, flags, load_library(rule_folders(site)), secret), night
    rows = flags.select(["flag_key", "rule_id", "left_partner"]).to_pylist()
    found = [
        Decision(row["flag_key"], row["rule_id"], row["left_partner"], "unresolved", night) for row in rows
    ]
    return found, night


def rows_by_id(table: pa.Table, ids: Sequence[int]) -> list[dict[str, Any]]:
    """Rows of a table ordered by record_id, as dictionaries."""
    places = np.searchsorted(table["record_id"].to_numpy(), np.asarray(ids))
    rows: list[dict[str, Any]] = table.take(pa.array(places)).to_pylist()
    return rows


def full_record(prepared: Prepared, record_id: int) -> dict[str, Any]:
    """A record with its details, as one dictionary."""
    record = rows_by_id(prepared.records, [record_id])[0]
    details = prepared.details.get(record["dataset"])
    more = rows_by_id(details, [record_id])[0] if details is not None and details.num_rows else {}
    return more | record
