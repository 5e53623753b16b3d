"""A published night read back as its stages gave it, every table checked against the manifest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fraudmatch.audit import Run
from fraudmatch.casework import Casework
from fraudmatch.scoring import LookedAt, Scored
from fraudmatch.stages import Cased, Prepared
from fraudmatch.steps.clean import whole_records
from fraudmatch.steps.flagging import Flagged

if TYPE_CHECKING:
    from fraudmatch.linkage import LinkedNight


@dataclass(frozen=True)
class Published:
    """What the stages of a published night gave."""

    prepared: Prepared
    linked: LinkedNight
    flagged: Flagged
    cased: Cased


def read(run: Run, threads: int | None) -> Published:
    """Read a night back.

    Raises:
        RunError: a table is not the one that was published.
    """
    from fraudmatch.linkage import linked_before

    names, told = run.names(), run.manifest
    details = {name.removeprefix("details_"): run.read(name) for name in names if name.startswith("details_")}
    links = {name.removeprefix("links_"): run.read(name) for name in names if name.startswith("links_")}
    records = whole_records(run.read("records"), run.read("origins"))
    prepared = Prepared(
        records, details, run.read("rejects"), run.read("deliveries"),
        sent_back=run.read("sent_back"), profiles=run.read("profiles"),
    )  # fmt: skip
    linked = linked_before(records, details, run.read("groups"), links, threads=threads)
    looked_at = {rule_id: LookedAt(**seen) for rule_id, seen in told["looked_at"].items()}
    scored = Scored(run.read("flags"), run.read("held"), looked_at, {}, run.read("members"))
    apart = told["cases_kept_apart"]
    casework = Casework(
        run.read("cases"), run.read("case_flags"), told["outcomes"]["flags_decided"], apart["subjects"],
        apart["flags"],
    )  # fmt: skip
    flagged = Flagged(scored, run.read("overruled"), run.read("evidence"))
    return Published(prepared, linked, flagged, Cased(casework, run.read("attached")))
