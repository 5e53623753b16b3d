"""Local overrides as reports list them: who decided what against a rule, when, why, and what it took away."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch.report.words import fact_phrase
from fraudmatch.schemas import Override, RuleText

_ALL = "all"


@dataclass(frozen=True)
class OverrideTotal:
    """One override and what it did.

    Attributes:
        partner: name as printed. what: what it sets, in words.
        taken_away / ranked_anew: flags; of one partner, those with it as a party.
    """

    rule_id: str
    partner: str
    what: str
    by: str
    on: dt.date
    why: str
    taken_away: int
    ranked_anew: int


def override_totals(
    overrides: Sequence[Override], overruled: pa.Table, rules: Mapping[str, RuleText],
    names: Mapping[str, str], partner_id: str | None = None,
) -> tuple[OverrideTotal, ...]:  # fmt: skip
    """The overrides of a night, in the order of the site's file.

    Args:
        overruled: OVERRULED. names: partner id -> name as printed.
        partner_id: only what concerns this partner: its own overrides, those for all, and whatever
            touched a flag it is a party of; None = everything.
    """
    if partner_id is not None:
        mine = [
            pc.fill_null(pc.equal(overruled[f"{side}_partner"], partner_id), False)
            for side in ("left", "right")
        ]
        overruled = overruled.filter(pc.or_(*mine))
    counted = overruled.group_by(["override", "effect"], use_threads=False).aggregate([([], "count_all")])
    counts = {(row["override"], row["effect"]): row["count_all"] for row in counted.to_pylist()}
    found = []
    for place, one in enumerate(overrides, 1):
        gone, anew = (counts.get((place, effect), 0) for effect in ("taken_away", "points"))
        if partner_id is None or one.partner in (_ALL, partner_id) or gone or anew:
            who = "all partners" if one.partner == _ALL else names.get(one.partner, one.partner)
            what = override_words(one, rules.get(one.rule_id))
            found.append(OverrideTotal(one.rule_id, who, what, one.by, one.on, one.why, gone, anew))
    return tuple(found)


def taken_away(overruled: pa.Table) -> int:
    """Flags that overrides took away, each once."""
    gone = overruled.filter(pc.equal(overruled["effect"], "taken_away"))
    return len(pc.unique(gone["flag_key"]))


def override_words(override: Override, rule: RuleText | None) -> str:
    """What an override sets, in words."""
    if override.off:
        return "switched off"
    if override.least_points is not None:
        return f"only flags of {override.least_points} points or more"
    reasons = rule.reasons if rule else {}
    said = [
        f"{worth} points to begin with" if fact == "base" else f"{worth:+d} when {fact_phrase(fact, reasons)}"
        for fact, worth in override.points.items()
    ]
    return "points: " + "; ".join(said)
