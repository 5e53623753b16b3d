"""cases: what people decided, attached to tonight's flags, and the open flags joined into cases."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch.audit import StageInput, StageOutput
from fraudmatch.casework import Casework, Terms, Ties, make_cases, terms_of
from fraudmatch.outcomes import Decision, NightOutcomes, Rested, Tonight, attach, outcomes_of_night, settled
from fraudmatch.restricted import Apart, ApartCases, without
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

    def cases(flags: pa.Table, members: pa.Table) -> Casework:
        ties = Ties(members, prepared.records.select(["phone", "email"]))
        return make_cases(
            flags, linked.groups, library.texts(), outcomes.table, terms, ties, settled(attached)
        )

    casework, restricted = cases(scored.flags, scored.members), _restricted(flagged.apart, cases, attached)
    ordinary = without(attached, "flag_key", restricted.attached["flag_key"].to_pylist())
    out.table("outcomes", outcomes.table)
    out.table("attached", ordinary)
    out.table("cases", casework.cases)
    out.table("case_flags", casework.flags)
    if flagged.apart.of.num_rows:
        for name, table in restricted.named().items():
            out.table(f"restricted_{name}", table, private=True)
    out.told |= {"decided": casework.decided, "crowded": casework.crowded, "apart": casework.apart}
    out.told["restricted_cases"] = restricted.cases.num_rows
    return Cased(casework, ordinary, restricted)


def _restricted(
    restricted: Apart, cases: Callable[[pa.Table, pa.Table], Casework], attached: pa.Table
) -> ApartCases:
    """Cases of what rests on restricted records: for each partner of its own, since no other may see them."""
    made = [ApartCases.none()]
    for partner in restricted.partners():
        seen = restricted.seen_by(partner)
        casework = cases(seen.flags, seen.members)
        place = casework.cases.schema.get_field_index("owner")
        whose = pa.array([partner] * casework.cases.num_rows, pa.string())
        owned = casework.cases.set_column(place, casework.cases.schema.field("owner"), whose)
        made.append(ApartCases(owned, casework.flags, made[0].attached))
    of = pc.is_in(attached["flag_key"], value_set=restricted.of["flag_key"].combine_chunks())
    return ApartCases(
        pa.concat_tables([one.cases for one in made]), pa.concat_tables([one.case_flags for one in made]),
        attached.filter(of),
    )  # fmt: skip


def _attached(
    prepared: Prepared,
    flagged: Flagged,
    outcomes: NightOutcomes,
    library: Library,
    day: dt.date,
    terms: Terms,
) -> pa.Table:
    scored, ran = flagged.scored, {rule.id: rule.text() for rule in library.rules if rule.runs}
    more = flagged.apart.tables  # what was decided of restricted flags is remembered as of all others
    flags, held, overruled, members = (
        pa.concat_tables(both)
        for both in (
            (scored.flags, more.flags), (scored.held, more.held), (flagged.overruled, more.overruled),
            (scored.members, more.members),
        )
    )  # fmt: skip
    rested = Rested(prepared.records, prepared.details, members)
    night = Tonight(day, flags, held, overruled, rested, ran, outcomes.secret)
    return attach(outcomes.decided, night, terms.cleared_months)


def read(kept: StageInput) -> Cased:
    """The same from what was written."""
    told = kept.told
    casework = Casework(
        kept.table("cases"), kept.table("case_flags"), told["decided"], told["crowded"], told["apart"]
    )
    return Cased(casework, kept.table("attached"), apart_cases_of(kept.names, kept.table))


def apart_cases_of(names: Collection[str], table: Callable[[str], pa.Table]) -> ApartCases:
    """The restricted cases of a night; none where it has no such tables.

    Args:
        names: of its tables. table: name -> table.
    """
    if "restricted_cases" not in names:
        return ApartCases.none()
    return ApartCases(*(table(f"restricted_{name}") for name in ApartCases.none().named()))
