"""What the nights of a period flagged, each flag once however many nights it stood."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from fraudmatch.audit import open_run, read_manifest, run_ids
from fraudmatch.errors import RunError
from fraudmatch.site import Site


@dataclass(frozen=True)
class FlagOf:
    """Whose a flag is. shared: it rests on a record of another partner too."""

    rule_id: str
    partner: str
    shared: bool


@dataclass(frozen=True)
class Flagged:
    """Flags of the nights of a period.

    Attributes:
        flags: key -> whose it is, by the newest night that has it. nights: run ids, oldest first.
        gone: nights of the period whose flags can no longer be read (purged, or changed since they were published).
    """

    flags: dict[str, FlagOf]
    nights: tuple[str, ...]
    gone: tuple[str, ...]


def flagged_between(site: Site, first: dt.date, last: dt.date) -> Flagged:
    """The flags of every published night whose date is in the period."""
    flags: dict[str, FlagOf] = {}
    nights, gone = [], []
    for run_id in run_ids(site.runs_folder):
        as_at = dt.date.fromisoformat(read_manifest(site.runs_folder / run_id)["as_at"])  # type: ignore[index]
        if not first <= as_at <= last:
            continue
        try:
            table = open_run(site.runs_folder, run_id).read("flags")
        except RunError:
            gone.append(run_id)
            continue
        nights.append(run_id)
        wanted = table.select(["flag_key", "rule_id", "left_partner", "right_partner"]).to_pylist()
        for row in wanted:
            shared = row["right_partner"] not in (None, row["left_partner"])
            flags[row["flag_key"]] = FlagOf(row["rule_id"], row["left_partner"], shared)
    return Flagged(flags, tuple(nights), tuple(gone))
