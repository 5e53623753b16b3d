"""cases: what people decided, attached to tonight's flags, and the open flags joined into cases."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import pyarrow as pa

from fraudmatch.audit import StageInput, StageOutput
from fraudmatch.casework import Casework, Terms, Ties, make_cases, terms_of
from fraudmatch.outcomes import Decision, NightOutcomes, Rested, Tonight, attach, outcomes_of_night, settled
from fraudmatch.scoring import Library
from fraudmatch.site import Site
from fraudmatch.stages import Cased, Prepared
from fraudmatch.steps.flagging import Flagged
from fraudmatch.steps.seen import seen_before

if TYPE_CHECKING:
    from fraudmatch.linkage import LinkedNight


def take_in_outcomes(
    site: Site, day: dt.date, library: Library, *, recorded_at: dt.datetime
) -> NightOutcomes:
    """What people decided, as it counts on the day; what is new in outcomes.csv is in the store from now on."""

    def seen(told: Iterable[Decision], secret: Callable[[], bytes]) -> list[Decision]:
        return seen_before(site, library, secret, told)

    return outcomes_of_night(site.outcomes_file, site.outcomes_store, day, recorded_at=recorded_at, seen=seen)


def make(
    prepared: Prepared, linked: LinkedNight, flagged: Flagged, outcomes: NightOutcomes, library: Library,
    day: dt.date, out: StageOutput,
) -> Cased:  # fmt: skip
    """Attach the decisions, make the cases, and write what came of it."""
    scored, terms = flagged.scored, terms_of(library.constants(day))
    attached = _attached(prepared, flagged, outcomes, library, day, terms)
    ties = Ties(scored.members, prepared.records.select(["phone", "email"]))
    casework = make_cases(
        scored.flags, linked.groups, library.texts(), outcomes.table, terms, ties, settled(attached)
    )
    out.table("outcomes", outcomes.table)
    out.table("attached", attached)
    out.table("cases", casework.cases)
    out.table("case_flags", casework.flags)
    out.told |= {"decided": casework.decided, "crowded": casework.crowded, "apart": casework.apart}
    return Cased(casework, attached)


def _attached(
    prepared: Prepared,
    flagged: Flagged,
    outcomes: NightOutcomes,
    library: Library,
    day: dt.date,
    terms: Terms,
) -> pa.Table:
    scored, ran = flagged.scored, {rule.id: rule.text() for rule in library.rules if rule.runs}
    rested = Rested(prepared.records, prepared.details, scored.members)
    night = Tonight(day, scored.flags, scored.held, flagged.overruled, rested, ran, outcomes.secret)
    return attach(outcomes.decided, night, terms.cleared_months)


def read(kept: StageInput) -> Cased:
    """The same from what was written."""
    told = kept.told
    casework = Casework(
        kept.table("cases"), kept.table("case_flags"), told["decided"], told["crowded"], told["apart"]
    )
    return Cased(casework, kept.table("attached"))
