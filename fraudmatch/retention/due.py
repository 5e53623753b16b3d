"""What of a site is past its time on a day, and what stays although it is."""

from __future__ import annotations

from fraudmatch.audit import open_run, run_ids
from fraudmatch.intake import read_register
from fraudmatch.retention.asked import Asked, datasets_of, used_of
from fraudmatch.retention.due_decisions import decisions_due
from fraudmatch.retention.due_files import accepted_due, deliveries_due, of_partners_who_left
from fraudmatch.retention.due_nights import nights_due
from fraudmatch.retention.holds import Holds
from fraudmatch.retention.items import KINDS, Due, Item, Stays
from fraudmatch.retention.left import left_partners
from fraudmatch.retention.seen import first_seen
from fraudmatch.retention_terms import Retention
from fraudmatch.site import Site
from fraudmatch.steps.made_from import copies_of


def due_in(site: Site, terms: Retention | None, holds: Holds) -> Due:
    """What of a site is to go on the day of the holds, and what stays although its time is over.

    Never to go: the newest night and all it was made from, what stands in, what no night has read. Of a partner that
    left everything goes at once but what is in the newest night, which goes when it is the newest no more.

    Args:
        terms: null = no months are agreed, so that only what is of a partner that left can be due.

    Raises:
        RunError: there is no night. SiteError: sharing records have faults.
    """
    runs = tuple(open_run(site.runs_folder, run_id) for run_id in run_ids(site.runs_folder))
    newest = open_run(site.runs_folder)
    seen = first_seen(site, runs)
    held = [run for run in runs if holds.of_night(run)]
    contents = frozenset(
        digest
        for run in held
        for digest in run.manifest.get("inputs", {}).values()
        if not any(copies_of(run, digest))
    )
    asked = Asked(
        site, holds.on, terms or Retention(), holds, newest, runs, seen, used_of(site, newest), contents,
        datasets_of(runs), left_partners(site),
    )  # fmt: skip
    register = read_register(site)
    found = {
        *decisions_due(asked),
        *of_partners_who_left(asked),
        *deliveries_due(asked),
        *nights_due(asked),
        *accepted_due(asked, register),
    }
    if terms is None:
        found = {one for one in found if one.partner in asked.left}
    going = [one for one in found if isinstance(one, Item)]
    items = sorted(going, key=lambda one: (KINDS.index(one.kind), one.path))
    stays = [one for one in found if isinstance(one, Stays)]
    return Due(holds.on, tuple(items), tuple(sorted(stays, key=str)), seen)
