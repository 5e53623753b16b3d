"""All that a site holds on one person, as one value that goes into JSON and onto a page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fraudmatch.site import Site
from fraudmatch.subject.asked import Asked
from fraudmatch.subject.matched import (
    Seen,
    acts_of,
    decisions_of,
    entries_of,
    flags_of,
    groups_of,
    links_of,
    worked_on,
)
from fraudmatch.subject.places import faults_of, nights_with, raw_files, sent_back
from fraudmatch.subject.records import (
    Origin,
    as_written,
    joint_rows,
    normalised,
    origins_of,
    received_rows,
    restriction_of,
    without_others,
)  # fmt: skip
from fraudmatch.subject.tables import NightOnDisk

#: Put to the officer before release; asserted of nobody.
REVIEW = (
    "Is every record here this person's? Records were joined by likeness; a link is not proof. Leave out those that are not.",
    "Would telling of flags, cases or decisions be likely to prejudice the prevention or detection of crime, or the"
    " assessment or collection of a tax? (Data Protection Act 2018, Schedule 2, Part 1, paragraph 2: asked item by item.)",
    "Does a free text, such as an address or a description, name somebody else? (Schedule 2, Part 3, paragraph 16.)",
    "Is a data set here restricted by another law, such as the register of electors?",
)


@dataclass(frozen=True)
class Chosen:
    """The person somebody chose among the candidates.

    Attributes:
        ids: record ids. partner: whose records the answer is of; null = of all partners.
    """

    ids: tuple[int, ...]
    partner: str | None = None


def collect(
    site: Site, night: NightOnDisk, asked: Asked, chosen: Chosen, titles: Mapping[str, str],
    backups: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:  # fmt: skip
    """Everything held on a person; empty lists where there is nothing.

    Args:
        titles: rule -> title. backups: those that may hold the person, as the page is to list them.

    Raises:
        RunError: a table was changed since it was published.
    """
    every = origins_of(night, chosen.ids)
    origins = [one for one in every if chosen.partner in (None, one.partner)]
    named = frozenset(one.record_id for one in origins)
    seen = Seen(night, {one.record_id: one for one in origins}, frozenset(chosen.ids) - named)
    references = {one.reference for one in origins}
    looked_for = {(one.partner, one.dataset, one.source_ref) for one in origins}
    looked_for |= {ref for ref in asked.references if chosen.partner in (None, ref[0])}
    flags = flags_of(seen, titles)
    keys = {row["flag_key"] for row in flags}
    return {
        "night": {"run": night.run.folder.name, "as_at": night.run.manifest["as_at"]},
        "for": chosen.partner or "all partners",
        "review_before_release": list(REVIEW),
        "records": _records(site, night, origins),
        "groups": groups_of(seen),
        "links": links_of(seen),
        "flags": flags,
        **worked_on(night, flags),
        "decisions": decisions_of(site.outcomes_store, keys, references),
        "acts": acts_of(site.outcomes_store, keys),
        "ledger": entries_of(site.outcomes_store, keys, references),
        "faults": faults_of(night, origins),
        "sent_back": sent_back(night, looked_for),
        "deliveries": raw_files(night, site, origins),
        "nights": nights_with(site.runs_folder, origins),
        "backups": list(backups),
    }


def _records(site: Site, night: NightOnDisk, origins: Sequence[Origin]) -> list[dict[str, Any]]:
    kept, joint = normalised(night, origins), joint_rows(night, origins)
    received = received_rows(site.accepted_folder, origins)
    told = []
    for one in origins:
        shared = (one.partner, one.dataset, one.source_ref) in joint
        row, files = received.get(one.row, (None, []))
        told.append(
            {
                "record": one.reference, "partner": one.partner, "dataset": one.dataset,
                "restriction": restriction_of(one.dataset), "delivery": one.delivery, "row": one.source_row,
                "as_written": as_written(row, party=one.party, joint=shared) if row else None,
                "kept_by_intake_in": files,
                "normalised": without_others(kept[one.record_id], joint=shared),
            }
        )  # fmt: skip
    return told
