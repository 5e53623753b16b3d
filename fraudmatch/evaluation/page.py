"""An evaluation as one HTML page: charts, and tables that say the same. No script, no other file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from fraudmatch.evaluation.answer_key import KEY_OF
from fraudmatch.evaluation.charts import curve_chart, marks, reliability_chart, weights_chart
from fraudmatch.evaluation.html import document, heading_row, share, table
from fraudmatch.evaluation.judged import Judged
from fraudmatch.evaluation.wrong import FALSE_LINK, NEVER_COMPARED, NO_LINK, Wrong, wrong_pairs
from fraudmatch.linkage.measuring.curves import (
    AtThreshold,
    Bar,
    Bin,
    expected_calibration_error,
    reliability,
    weight_histogram,
)

_WHAT = {
    FALSE_LINK: (
        "False links",
        "Links that are not true, heaviest first: here the model is surest and wrong.",
    ),
    NO_LINK: (
        "Missed: compared, no link",
        "True pairs that were compared and are no link, lightest first: they weigh too little, or a better "
        "link or a decision stood against them.",
    ),
    NEVER_COMPARED: (
        "Missed: never compared",
        "True pairs that no blocking pass proposed, with the weight they would have had, heaviest first: "
        "one pass more would link those above the threshold.",
    ),
}

#: Relation -> heading.
RELATIONS = {"person": "People", "property": "Properties", "organisation": "Organisations"}


def page(judged: Judged, worst: int = 20) -> str:
    """The page of a folder: three charts, three tables, and the worst errors of each kind."""
    return document(f"Evaluation of {judged.model.id}", _sections(judged, worst, 2))


def night_page(run_id: str, judged: Mapping[str, Judged], found: Mapping[str, Any], worst: int = 20) -> str:
    """The page of a night: what `page` shows, for each relation.

    Args:
        judged: relation -> its pairs. found: measures of the night, as `evaluate_site` gives them.
    """
    parts = [
        "<p>The links of one night against the answer key of its site. <b>Links</b> are pairs that reach the "
        "threshold by themselves; <b>groups</b> are what rules and reports rest on, and join records by way of others.</p>",
        _overview(judged, found),
        "<p>Further down: "
        + ", ".join(f'<a href="#{relation}">{RELATIONS[relation]}</a>' for relation in judged)
        + ".</p>",
    ]
    for relation, one in judged.items():
        parts += [f'<h2 id="{relation}">{RELATIONS[relation]}: {escape(one.model.id)}</h2>']
        parts += _sections(one, worst, 3)
    return document(f"Evaluation of night {run_id}", parts)


def _overview(judged: Mapping[str, Judged], found: Mapping[str, Any]) -> str:
    rows = []
    for relation, one in judged.items():
        groups = found[KEY_OF[relation]]
        links = one.links
        rows.append(
            [RELATIONS[relation], f"{one.linking.units:,}", f"{links.true_pairs:,}", f"{links.found_pairs:,}",
             *map(share, (links.precision, links.recall, links.f1)), share(groups["f1"]), share(_ece(one))]
        )  # fmt: skip
    heads = (
        "", "rows judged", "true pairs", "links", "precision", "recall", "F1", "F1 of groups", "calibration error"
    )  # fmt: skip
    return table("In one look", heads, rows)


def _ece(judged: Judged) -> float | None:
    return expected_calibration_error(reliability(*judged.seen))


def _sections(judged: Judged, worst: int, level: int) -> list[str]:
    """The parts of one linking under headings of a level."""
    seen, true = judged.seen
    bins, bars = reliability(seen, true), weight_histogram(seen, true)
    at = [judged.at(mark) for mark in marks(seen, judged.threshold, judged.floor)]
    return [
        *_summary(judged),
        _heading(level, "Precision and recall"),
        "<p>From left to right the threshold falls. Mind where the upright axis begins.</p>",
        curve_chart(seen, true, judged.true_pairs, judged.threshold, judged.floor).svg(),
        _thresholds(at, judged.threshold),
        _heading(level, "Match weights"),
        '<p class="key">Compared pairs that are <span class="t"></span>true (upwards) '
        '<span class="f"></span>not true (downwards)</p>',
        weights_chart(bars, judged.threshold).svg(),
        _bars(bars),
        _heading(level, "Reliability"),
        "<p>Of pairs to which the model gives a probability of 0.9 to 0.95, about that share should be true. "
        "Dots above the dashed line: the model is too cautious; below: too sure.</p>",
        reliability_chart(bins).svg(),
        _bins(bins),
        _calibration(bins),
        *(part for kind in _WHAT for part in _worst(judged, kind, worst, level)),
    ]


def _heading(level: int, words: str) -> str:
    return f"<h{level}>{escape(words)}</h{level}>"


def _summary(judged: Judged) -> list[str]:
    linked, links = judged.linked, judged.links
    below = int((judged.met & ~linked & judged.true).sum())
    never = int((~judged.met & judged.true).sum())
    return [
        f"<p>Threshold {judged.threshold:g} bits. {links.found_pairs:,} links, of which "
        f"{links.found_pairs - links.correct_pairs:,} are not true; "
        f"{judged.true_pairs:,} true pairs, of which {below:,} were compared and are no link, and "
        f"{never:,} were never compared.</p>",
        f"<p>Compared pairs that weigh less than {judged.floor:g} bits are left out of the charts. "
        f"{escape(' '.join(judged.truth.notes))}{_held_back(judged)}</p>",
    ]


def _held_back(judged: Judged) -> str:
    held = int((judged.met & ~judged.linked & (judged.weight >= judged.threshold)).sum())
    return (
        f" Pairs that weigh enough and were not linked, because each record was to have one link only or "
        f"somebody decided so: {held:,}; the charts show them by their weight."
        if held
        else ""
    )


def _thresholds(at: Sequence[AtThreshold], own: float) -> str:
    rows = [
        [f"{one.threshold:g}", f"{one.links:,}", f"{one.correct:,}", *map(share, (one.precision, one.recall, one.f1))]
        for one in at
    ]  # fmt: skip
    heads = ("threshold", "links", "true", "precision", "recall", "F1")
    return table("Links at each threshold", heads, rows, own=[one.threshold == own for one in at])


def _bars(bars: Sequence[Bar]) -> str:
    rows = ([f"{bar.low:+d} to {bar.low + 1:+d}", f"{bar.true:,}", f"{bar.false:,}"] for bar in bars)
    return table("Compared pairs by match weight", ("match weight", "true", "not true"), rows, folded=True)


def _bins(bins: Sequence[Bin]) -> str:
    rows = [
        [f"{one.low:g} to {one.high:g}", f"{one.pairs:,}", f"{one.stated:.4f}", f"{one.true:,}", f"{one.share:.4f}",
         f"{one.share_low:.4f} to {one.share_high:.4f}"]
        for one in bins
    ]  # fmt: skip
    heads = ("match probability", "pairs", "mean", "true", "share true", "95 % interval")
    return table("Compared pairs by match probability", heads, rows)


def _calibration(bins: Sequence[Bin]) -> str:
    return (
        f"<p>Expected calibration error: {share(expected_calibration_error(bins))}. That is how far the mean "
        "probability of a row is from its true share, on average over the pairs above; 0 is best (Naeini, Cooper "
        "and Hauskrecht 2015).</p>"
    )


def _worst(judged: Judged, kind: str, most: int, level: int) -> list[str]:
    heading, words = _WHAT[kind]
    found = wrong_pairs(judged, kind, most)
    parts = [_heading(level, heading), f"<p>{words}</p>"]
    if not found:
        return [*parts, "<p>None.</p>" if most else "<p>None were to be listed.</p>"]
    heads = ("left", "right", "weight", "probability", "levels")
    body = "".join(f"<tr>{_wrong(one)}</tr>" for one in found)
    return [
        *parts,
        f"<div class=wide><table><thead>{heading_row(heads, (2, 3))}</thead><tbody>{body}</tbody></table></div>",
        "<p>To see why, with both records in full, give the two references to <code>fraudmatch explain</code>; "
        f"for the first pair:</p><pre>{escape(found[0].explain)}</pre>",
    ]


def _wrong(one: Wrong) -> str:
    levels = "; ".join(f"{name}: {level}" for name, level in one.levels.items())
    sure = "over 0.9999" if one.probability > 0.9999 else f"{one.probability:.4f}"
    return (
        f"<td class=r>{_reference(one.left_ref)}</td><td class=r>{_reference(one.right_ref)}</td>"
        f"<td class=n>{one.weight:+.1f}</td><td class=n>{sure}</td><td class=levels>{escape(levels)}</td>"
    )


def _reference(name: str) -> str:
    """A reference that may break behind its colons."""
    return escape(name).replace(":", ":<wbr>")
