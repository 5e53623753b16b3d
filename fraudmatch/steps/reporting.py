"""report: what people read, from the tables of the night."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch.audit import StageInput, StageOutput, clear
from fraudmatch.ledger.night import Printed
from fraudmatch.report import ReportInput, Worklist, report
from fraudmatch.restricted import Hidden, Listed
from fraudmatch.scoring import Library
from fraudmatch.site import Site
from fraudmatch.stages import NightTables


@dataclass(frozen=True)
class Reported:
    """A night as its reports need it.

    Attributes:
        printed: what they say of the ledger and of changes; null in a night from before there was a ledger.
        listed: whose records are restricted. hidden: decisions that nobody hears of but who sees those records.
    """

    site: Site
    day: dt.date
    run_id: str
    library: Library
    tables: NightTables
    printed: Printed | None
    listed: Listed
    hidden: Hidden = field(default_factory=Hidden)


def report_input(night: Reported) -> ReportInput:
    """What the reports of a night need, with the texts of the rules that ran."""
    texts, tables, site = night.library.texts(night.day), night.tables, night.site
    ran = {rule_id: text for rule_id, text in texts.items() if text.status in ("trial", "live")}
    prepared, printed = tables.prepared, night.printed
    return ReportInput(
        site_name=site.name, as_at=night.day, run_id=night.run_id, partners=site.partners,
        records=prepared.records, details=prepared.details, groups=tables.groups, flags=tables.flags,
        held=tables.held, members=tables.members, evidence=tables.evidence, rejects=prepared.rejects,
        deliveries=prepared.deliveries, sent_back=_sent_back(night), profiles=prepared.profiles, rules=ran,
        overrides=tables.overrides, overruled=tables.overruled,
        worklist=Worklist(tables.cases, tables.case_flags), attached=tables.attached,
        ledger_head=str(printed.head) if printed else "", changes=printed.changes if printed else (),
        hidden=night.hidden,
    )  # fmt: skip


def _sent_back(night: Reported) -> pa.Table:
    """SENT_BACK without the cells of rows about restricted people; rejects.csv still names such rows by their numbers."""
    sent_back = night.tables.prepared.sent_back
    return sent_back.filter(pc.invert(night.listed.in_cells(sent_back))) if night.listed else sent_back


def make(night: Reported, out: StageOutput) -> list[str]:
    """Write the reports; their paths in the run."""
    clear(out.run / "reports")
    made = report(out.run / "reports", report_input(night))
    out.add(made)
    names = [path.relative_to(out.run).as_posix() for path in made]
    out.told["files"] = names
    return names


def read(kept: StageInput) -> list[str]:
    """The same from what was written."""
    return list(kept.told["files"])
