"""A finished night read back: every table checked against its manifest before it is used."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch.audit import Run, open_run
from fraudmatch.inputs import rule_folders
from fraudmatch.ledger.entry import Head
from fraudmatch.ledger.night import Printed
from fraudmatch.outcomes import Decision, references
from fraudmatch.report import ReportInput, report
from fraudmatch.restricted import (
    FlagTables,
    Hidden,
    Listed,
    Mask,
    apart,
    ids_of,
    read_listed,
    resting_on,
    without,
)
from fraudmatch.schemas import ATTACHED, GROUPS, OVERRULED, PROFILES, SENT_BACK, Override, conform, empty
from fraudmatch.scoring import load_library
from fraudmatch.site import Site
from fraudmatch.stages import NightTables, Prepared
from fraudmatch.steps.casing import apart_cases_of
from fraudmatch.steps.clean import whole_records
from fraudmatch.steps.flagging import apart_of
from fraudmatch.steps.reporting import Reported, report_input
from fraudmatch.steps.seen import flags_beginning, seen_flags


@dataclass(frozen=True)
class Kept(NightTables):
    """A published night read back, every table checked against its manifest.

    Attributes:
        run: where it is kept. outcomes: OUTCOMES as they were known.
        restricted: per record whether it is restricted, by the night's lists or those of now.
        hidden: decisions that nobody hears of but who sees those records.
        nominated: the partner as whose nominated officer it was read; null = what is ordinary.
    """

    run: Run
    as_at: dt.date
    outcomes: pa.Table
    restricted: Mask
    hidden: Hidden
    nominated: str | None = None


def read_night(site: Site, run_id: str | None = None, *, nominated: str | None = None) -> Kept:
    """A published night of the site; the newest when no run is named.

    What rests on a restricted record is left out, also where the record came onto a list after the night.

    Args:
        nominated: a partner: instead of all that is ordinary, what its nominated officer sees.

    Raises:
        RunError: there is none, or an artefact was changed since it was published.
        SiteError: a list of restricted records has faults.
    """
    run = open_run(site.runs_folder, run_id)
    return _in_sight(_read(run), read_listed(site), nominated)


def _read(run: Run) -> Kept:
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
        attached, run, as_at, outcomes, np.zeros(records.num_rows, np.bool_), Hidden(),
    )  # fmt: skip


def _in_sight(night: Kept, listed: Listed, nominated: str | None) -> Kept:
    """A night as it may be shown: to everybody, or to the nominated officer of a partner."""
    names, read, records = night.run.names(), night.run.read, night.prepared.records
    then, cases = apart_of(names, read), apart_cases_of(names, read)
    if not listed and not then.of.num_rows and nominated is None:
        return night
    now = ids_of(listed, records, night.groups)
    tables = FlagTables(*(getattr(night, name) for name in then.tables.named()))
    if nominated is not None:
        tables, of = then.seen_by(nominated), pc.equal(cases.cases["owner"], nominated)
        shown = cases.cases.filter(of)
        inside = pc.is_in(cases.case_flags["case_key"], value_set=shown["case_key"].combine_chunks())
        night = replace(
            night, cases=shown, case_flags=cases.case_flags.filter(inside), attached=cases.attached
        )
        elsewhere = pc.invert(pc.equal(records["partner"], nominated)).to_numpy()
        barred = resting_on(tables, records, now & elsewhere)
    else:
        barred = resting_on(tables, records, now)
    night = _without(night, apart(tables, barred["flag_key"].combine_chunks())[0], barred)
    told = references(records, pa.array(np.flatnonzero(now), pa.uint32()))
    keys = {*then.of["flag_key"].to_pylist(), *barred["flag_key"].to_pylist()}
    return replace(
        night,
        restricted=now,
        hidden=Hidden(frozenset(told.to_pylist()), frozenset(keys)),
        nominated=nominated,
    )


def _without(night: Kept, tables: FlagTables, barred: pa.Table) -> Kept:
    """The night with these tables, and without the cases that have a barred flag: the next night makes them anew."""
    gone = barred["flag_key"].to_pylist()
    touched = night.case_flags.filter(
        pc.is_in(night.case_flags["flag_key"], value_set=pa.array(gone, pa.string()))
    )
    cases = set(touched["case_key"].to_pylist())
    return replace(
        night, cases=without(night.cases, "case_key", cases), case_flags=without(night.case_flags, "case_key", cases),
        attached=without(night.attached, "flag_key", gone), **tables.named(),
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
    hidden = kept.hidden if kept.nominated is None else Hidden()
    printed = printed_of(kept.run)
    return report_input(Reported(site, kept.as_at, name, library, kept, printed, read_listed(site), hidden))


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
