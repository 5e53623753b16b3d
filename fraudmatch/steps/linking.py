"""link: RECORDS into GROUPS and LINKS."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from fraudmatch.audit import StageInput, StageOutput
from fraudmatch.stages import Prepared, Say

if TYPE_CHECKING:
    from fraudmatch.linkage import LinkedNight
    from fraudmatch.linkage.night import Step


def make(prepared: Prepared, threads: int | None, say: Say, out: StageOutput) -> LinkedNight:
    """Link the night, and write what came of it."""
    from fraudmatch.linkage import link_all

    linked = link_all(prepared.records, prepared.details, threads=threads, progress=say)
    out.table("groups", linked.groups)
    for relation in sorted(linked.links):
        out.table(f"links_{relation}", linked.links[relation])
    out.told["linkage"] = [_told(step) for step in linked.steps]
    return linked


def read(prepared: Prepared, threads: int | None, kept: StageInput) -> LinkedNight:
    """The same from what was written."""
    from fraudmatch.linkage import linked_before

    links = kept.tables("links_")
    return linked_before(prepared.records, prepared.details, kept.table("groups"), links, threads=threads)


def _told(step: Step) -> dict[str, Any]:
    """What one model did, for the manifest."""
    return {
        "model": step.model.id,
        "rows": step.rows,
        "compared": step.compared,
        "kept": step.kept,
        "links": step.links,
        "passes": [asdict(one) for one in step.plan],
    }
