"""cases: what people decided, and flags joined into cases."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from fraudmatch.audit import StageInput, StageOutput
from fraudmatch.casework import Casework, Ties, make_cases, terms_of
from fraudmatch.outcomes import NightOutcomes, outcomes_of_night
from fraudmatch.scoring import Library
from fraudmatch.site import Site
from fraudmatch.stages import Prepared
from fraudmatch.steps.flagging import Flagged

if TYPE_CHECKING:
    from fraudmatch.linkage import LinkedNight


def take_in_outcomes(site: Site, day: dt.date, *, recorded_at: dt.datetime) -> NightOutcomes:
    """What people decided, as it counts on the day; what is new in outcomes.csv is in the store from now on."""
    return outcomes_of_night(site.outcomes_file, site.outcomes_store, day, recorded_at=recorded_at)


def make(
    prepared: Prepared, linked: LinkedNight, flagged: Flagged, outcomes: NightOutcomes, library: Library,
    day: dt.date, out: StageOutput,
) -> Casework:  # fmt: skip
    """Make the cases, and write what came of it."""
    scored = flagged.scored
    ties = Ties(scored.members, prepared.records.select(["phone", "email"]))
    casework = make_cases(
        scored.flags, linked.groups, library.texts(), outcomes.table, terms_of(library.constants(day)), ties
    )
    out.table("outcomes", outcomes.table)
    out.table("cases", casework.cases)
    out.table("case_flags", casework.flags)
    out.told |= {"decided": casework.decided, "crowded": casework.crowded, "apart": casework.apart}
    return casework


def read(kept: StageInput) -> Casework:
    """The same from what was written."""
    told = kept.told
    return Casework(
        kept.table("cases"), kept.table("case_flags"), told["decided"], told["crowded"], told["apart"]
    )
