"""What `fraudmatch evaluate` prints: measures, curves, review plans and outcomes, as lines or JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from fraudmatch.evaluation.judged import Judged
    from fraudmatch.evaluation.review import Outcome, Planned
    from fraudmatch.evaluation.wrong import Wrong
    from fraudmatch.linkage.measuring.clerical import Estimate, Reviewed


#: Of the planted cases of a rule at least so many are to be flagged, of lawful ones at most so many.
PLANTED_BAR, WRONG_BAR = 0.95, 0.05


def print_json(found: Mapping[str, Any]) -> None:
    """One JSON document."""
    click.echo(json.dumps(found, indent=2, sort_keys=True))


def found_lines(found: Mapping[str, Any], indent: str = "") -> list[str]:
    """Measures, nested ones indented."""
    lines: list[str] = []
    for name, value in found.items():
        words = name.replace("_", " ")
        if isinstance(value, dict):
            lines += [f"{indent}{words}", *found_lines(value, indent + "  ")]
        elif isinstance(value, float):
            lines.append(f"{indent}{words:<28} {value:.4f}")
        else:
            shown = "-" if value is None else f"{value:,}" if isinstance(value, int) else value
            lines.append(f"{indent}{words:<28} {shown}")
    return lines


# ---------------------------------------------------------------------------------------
# Against the truth
# ---------------------------------------------------------------------------------------


def judged_dict(judged: Judged, worst: int) -> dict[str, Any]:
    """What the page shows, for JSON."""
    from fraudmatch.evaluation.charts import marks
    from fraudmatch.evaluation.wrong import KINDS, wrong_pairs
    from fraudmatch.linkage.measuring.curves import (
        expected_calibration_error,
        reliability,
        weight_histogram,
    )

    seen, true = judged.seen
    bins = reliability(seen, true)
    return {
        "threshold": judged.threshold,
        "floor": judged.floor,
        "thresholds": [asdict(judged.at(mark)) for mark in marks(seen, judged.threshold, judged.floor)],
        "weights": [asdict(one) for one in weight_histogram(seen, true)],
        "reliability": [asdict(one) for one in bins],
        "expected_calibration_error": expected_calibration_error(bins),
        "worst": [asdict(one) for kind in KINDS for one in wrong_pairs(judged, kind, worst)],
    }


def judged_lines(judged: Judged, worst: int) -> list[str]:
    """Thresholds, reliability and the worst errors, for a terminal."""
    from fraudmatch.evaluation.charts import marks
    from fraudmatch.evaluation.wrong import KINDS, wrong_pairs
    from fraudmatch.linkage.measuring.curves import expected_calibration_error, reliability

    seen, true = judged.seen
    lines = ["", f"{'threshold':>9} {'links':>10} {'precision':>10} {'recall':>8} {'F1':>8}"]
    for mark in marks(seen, judged.threshold, judged.floor):
        at = judged.at(mark)
        own = " <" if mark == judged.threshold else ""
        lines.append(
            f"{mark:>9g} {at.links:>10,} {_share(at.precision):>10} {_share(at.recall):>8} {_share(at.f1):>8}{own}"
        )
    lines += ["", f"{'probability':>15} {'pairs':>10} {'share true':>11}  95 % interval"]
    bins = reliability(seen, true)
    for one in bins:
        between = f"{one.low:g}-{one.high:g}"
        lines.append(
            f"{between:>15} {one.pairs:>10,} {one.share:>11.4f}  {one.share_low:.4f} to {one.share_high:.4f}"
        )
    lines.append(f"expected calibration error {_share(expected_calibration_error(bins))}")
    for kind in KINDS:
        found = wrong_pairs(judged, kind, worst)
        if found:
            lines += ["", f"{kind}:", *(f"  {_wrong(one)}" for one in found), f"  {found[0].explain}"]
    return lines


def night_lines(judged: Mapping[str, Judged], found: Mapping[str, Any]) -> list[str]:
    """One line for each relation of a night; the page has the rest."""
    from fraudmatch.evaluation.answer_key import KEY_OF
    from fraudmatch.linkage.measuring.curves import expected_calibration_error, reliability

    lines = [
        f"run {found['run_id']}",
        f"{'':<13} {'true pairs':>10} {'links':>9} {'precision':>10} {'recall':>8} {'F1':>8} "
        f"{'groups F1':>10} {'calibration error':>18}",
    ]
    for relation, one in judged.items():
        links, error = one.links, expected_calibration_error(reliability(*one.seen))
        lines.append(
            f"{KEY_OF[relation]:<13} {links.true_pairs:>10,} {links.found_pairs:>9,} {_share(links.precision):>10} "
            f"{_share(links.recall):>8} {_share(links.f1):>8} {_share(found[KEY_OF[relation]]['f1']):>10} "
            f"{_share(error):>18}"
        )
    return lines


def measured_lines(found: Mapping[str, Any]) -> list[str]:
    """One line for each thing a night's answer key knows of: groups of people, properties …"""
    lines = [
        f"run {found['run_id']}",
        f"{'':<15} {'true pairs':>10} {'found':>9} {'precision':>10} {'recall':>8} {'F1':>8}",
    ]
    for name, one in found.items():
        if isinstance(one, Mapping) and "true_pairs" in one:
            lines.append(
                f"{name.replace('_', ' '):<15} {one['true_pairs']:>10,} {one['found_pairs']:>9,} "
                f"{_share(one['precision']):>10} {_share(one['recall']):>8} {_share(one['f1']):>8}"
            )
    return lines


def cases_lines(found: Mapping[str, Any]) -> list[str]:
    """One line for each rule: how many planted cases, look-alikes and near misses, and how many of each are
    flagged; none where the answer key holds no cases."""
    if "cases" not in found:
        return []
    cases = found["cases"]
    lines = [
        "",
        "Cases of the answer key, flagged of those there are:",
        f"{'':<11} {'planted':>15} {'look-alikes':>15} {'near misses':>15} {'other flags':>12}",
    ]
    for rule, one in [*cases["by_rule"].items(), ("all", cases["all"])]:
        told = "".join(f" {_flagged_of(one, kind):>15}" for kind in ("planted", "look_alikes", "near_misses"))
        short = one["planted_share"] is not None and one["planted_share"] < PLANTED_BAR
        wrong = any((one[f"{kind}_share"] or 0) > WRONG_BAR for kind in ("look_alikes", "near_misses"))
        lines.append(
            f"{rule:<11}{told} {one['other_flags']:>12,}{'  below the bar' if short or wrong else ''}"
        )
    return lines


def _flagged_of(one: Mapping[str, Any], kind: str) -> str:
    return f"{one[f'{kind}_flagged']:,} of {one[kind]:,}"


def _wrong(one: Wrong) -> str:
    levels = "; ".join(f"{name}: {level}" for name, level in one.levels.items())
    return f"{one.weight:+7.1f}  {one.left_ref} {one.right_ref}  {levels}"


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.4f}"


# ---------------------------------------------------------------------------------------
# Clerical review
# ---------------------------------------------------------------------------------------


def planned_lines(planned: Planned, out: Path) -> list[str]:
    """How many pairs of each stratum are to be reviewed, and what comes next."""
    lines = [
        f"{planned.chosen:,} of {planned.pairs:,} pairs that weigh at least {planned.floor:g} bits, by match weight:",
        f"  {'stratum':>7}  {'match weight':<18} {'pairs':>10} {'to review':>10}",
    ]
    for number, one in enumerate(planned.strata, 1):
        stretch = _stretch(one.low, one.high, planned.floor)
        lines.append(f"  {number:>7}  {stretch:<18} {one.pairs:>10,} {one.wanted:>10,}")
    return [
        *lines,
        f"Written: {out}. Fill in the column outcome with: same, different, cannot tell.",
        f"Then: fraudmatch evaluate --reviewed {out}",
    ]


def _stretch(low: float, high: float, floor: float) -> str:
    low = max(low, floor)
    return f"{low:+g} and more" if high == float("inf") else f"{low:+g} to {high:+g}"


def outcome_lines(made: Outcome) -> list[str]:
    """What was decided in each stratum, and precision and recall with their intervals."""
    lines = [
        f"  {'stratum':>7} {'pairs':>10} {'same':>6} {'different':>10} {'cannot tell':>12}   share same, 95 % interval",
        *(_stratum(number, one) for number, one in made.strata.items()),
        "",
        f"precision  {_interval(made.precision)}",
        f"recall     {_interval(made.recall)}  of the true pairs among those compared that weigh {made.floor:g} bits or more",
    ]
    if any(one.unclear for one in made.strata.values()):
        lines.append(
            f"Pairs nobody could tell are left out; with them precision lies between {_share(made.lowest)} and {_share(made.highest)}."
        )
    if made.unanswered:
        lines.append(f"{made.unanswered:,} rows have no outcome yet and are left out.")
    return [
        *lines,
        "True pairs that no pass proposed are in neither figure: see fraudmatch link --plan, or run --dry-run for a site.",
    ]


def _stratum(number: int, one: Reviewed) -> str:
    low, high = one.interval
    share = f"{one.share:.3f}  {low:.3f} to {high:.3f}" if one.decided else "nobody decided; taken as 0 to 1"
    link = "link" if one.linked else ""
    return f"  {number:>7} {one.pairs:>10,} {one.same:>6,} {one.different:>10,} {one.unclear:>12,}   {share}  {link}"


def _interval(made: Estimate) -> str:
    if made.value is None:
        return "-"
    return f"{made.value:.4f}  ({made.low:.4f} to {made.high:.4f})"
