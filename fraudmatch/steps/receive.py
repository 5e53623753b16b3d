"""extract: every delivery read and passed through its gates."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from fraudmatch.audit import StageInput, StageOutput
from fraudmatch.extract import extract, slots_of
from fraudmatch.intake import (
    TakenIn,
    ToKeep,
    accepted_before,
    draft,
    drafted,
    read_decisions,
    read_register,
    received_again,
    take_in,
)  # fmt: skip
from fraudmatch.site import Site
from fraudmatch.steps import made_from

#: Folder below work/ of what was accepted, until it is kept.
DRAFTS = "accepted"
#: File below work/ that says of which day the night is.
_OF = "night.json"
_AT_THE_DOOR = "rejects_at_the_door"
_TRIED_AGAIN = ("PARSER_CRASHED", "PARSER_LIMIT")


@dataclass(frozen=True)
class Received:
    """What came and is used tonight.

    Attributes:
        received: gives RECEIVED by data set; it is large, so nobody holds it longer than needed.
        rejects / deliveries / sent_back / profiles: as of `TakenIn`; faults of cells are not among them yet.
        accepted: deliveries accepted tonight; none when they were written down by an earlier start.
    """

    received: Callable[[], dict[str, pa.Table]]
    rejects: pa.Table
    deliveries: pa.Table
    sent_back: pa.Table
    profiles: pa.Table
    accepted: tuple[ToKeep, ...] = ()


def receive(site: Site, day: dt.date) -> Received:
    """Extract every delivery and take in what passes its gates."""
    register, decisions = read_register(site), read_decisions(site.releases_file, day)
    extracted = extract(site)
    before = accepted_before(site.accepted_folder, day, slots_of(site))
    taken = take_in(extracted.files, before, day, register=register, decisions=decisions)
    return _received(taken)


def _received(taken: TakenIn) -> Received:
    return Received(
        lambda: taken.received,
        taken.rejects,
        taken.deliveries,
        taken.sent_back,
        taken.profiles,
        taken.accepted,
    )


def make(site: Site, day: dt.date, out: StageOutput) -> Received:
    """Receive, and write down what later stages and `keep` need."""
    told = out.work / _OF
    told.parent.mkdir(parents=True, exist_ok=True)
    told.write_text(json.dumps({"as_at": day.isoformat()}) + "\n", encoding="utf-8", newline="\n")
    out.add([told])
    made = receive(site, day)
    made_from.keep(site, day, made.rejects, out)
    out.table("deliveries", made.deliveries)
    out.add(draft(out.work / DRAFTS, day, made.accepted))
    out.table("sent_back", made.sent_back, private=True)
    out.table("profiles", made.profiles, private=True)
    out.working_table(_AT_THE_DOOR, made.rejects)
    out.once = reader_failed(made.rejects)
    return made


def day_of(work: Path) -> dt.date | None:
    """The day of the night whose folder work/ this is; None where it does not say."""
    told = work / _OF
    return (
        dt.date.fromisoformat(json.loads(told.read_text(encoding="utf-8"))["as_at"])
        if told.is_file()
        else None
    )


def reader_failed(rejects: pa.Table) -> bool:
    """Whether a reader died or met its limits: the machine may have been the cause, so another start reads again."""
    return bool(pc.any(pc.is_in(rejects["reason"], pa.array(_TRIED_AGAIN))).as_py())


def read(site: Site, day: dt.date, kept: StageInput) -> Received:
    """The same from what was written."""
    return Received(
        lambda: _again(site, day, kept.work / DRAFTS), kept.working_table(_AT_THE_DOOR), kept.table("deliveries"),
        kept.table("sent_back"), kept.table("profiles"),
    )  # fmt: skip


def _again(site: Site, day: dt.date, drafts: Path) -> dict[str, pa.Table]:
    tables = {slot: (dataset, pq.read_table(path)) for slot, (dataset, path) in drafted(drafts).items()}
    before = accepted_before(site.accepted_folder, day, slots_of(site))
    decisions = read_decisions(site.releases_file, day)
    return received_again(tables, before, day, register=read_register(site), decisions=decisions)
