"""A night as one page that needs nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from fraudmatch.nights import linking
from fraudmatch.nights.compare import CAUSES, changes_between
from fraudmatch.nights.deliveries import delivery_lines, profile_changes
from fraudmatch.nights.gather import NightRead
from fraudmatch.nights.words import settings_changed, summary, to_look_at
from fraudmatch.report.page_template import page_environment
from fraudmatch.report.words import NOT_A_FINDING, field_heading
from fraudmatch.schemas import RuleText
from fraudmatch.site import Partner

_TEMPLATES = Path(__file__).resolve().parent / "templates"

#: Characters of a flag's key that are printed; `explain` takes them.
KEY = 12


def night_page(
    tonight: NightRead, before: NightRead | None, site_name: str, partners: tuple[Partner, ...],
    rules: Mapping[str, RuleText],
) -> str:  # fmt: skip
    """The page as text; nothing of it depends on the clock.

    Args:
        before: the night it is held against; null = there is none.
        rules: rule id -> its text of today; printed where its version is that of a night.
    """
    changes = changes_between(tonight, before) if before is not None else None
    names = {partner.id: partner.name for partner in partners}
    lines, moved = delivery_lines(tonight, before), profile_changes(tonight)
    models, settings = linking.model_lines(tonight, before), settings_changed(tonight, before)
    environment = page_environment(_TEMPLATES)
    environment.filters.update(change=signed, field=field_heading)
    page: str = environment.get_template("night.html").render(
        title=f"The night of {site_name}", site_name=site_name, as_at=tonight.as_at, run_id=tonight.run_id,
        not_a_finding=NOT_A_FINDING, changed_rules=(), ledger_head="", tonight=tonight, before=before, names=names,
        summary=summary(tonight, changes), look=to_look_at(lines, moved, models, changes, settings, names), lines=lines, moved=moved,
        models=models, histograms=linking.histograms(tonight, before), drawing=linking, changes=changes, causes=CAUSES,
        by_rule=changes.lines if changes else first_lines(tonight), titles=_titles(tonight, before, rules),
        settings=settings, key_length=KEY,
    )  # fmt: skip
    return page


def first_lines(night: NightRead) -> tuple[tuple[str, int], ...]:
    """Rules of a night that is held against none, with their flags, most first."""
    counts = night.flags.group_by("rule_id", use_threads=False).aggregate([([], "count_all")]).to_pylist()
    return tuple(
        sorted(((one["rule_id"], one["count_all"]) for one in counts), key=lambda one: (-one[1], one[0]))
    )


def _titles(tonight: NightRead, before: NightRead | None, rules: Mapping[str, RuleText]) -> dict[str, str]:
    """Titles of rules whose version is still that of a night."""
    told = (before.manifest.get("rules", {}) if before else {}) | tonight.manifest.get("rules", {})
    return {
        rule_id: rules[rule_id].title
        for rule_id, of in told.items()
        if rule_id in rules and rules[rule_id].version == of["version"]
    }


def signed(number: int | None) -> str:
    """A change: "+1,200", "-3", "0"; an en dash where there is nothing to compare with."""
    if number is None:
        return "–"
    return f"{number:+,}" if number else "0"
