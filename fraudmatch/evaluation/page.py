"""An evaluation as one HTML page: charts, and tables that say the same. No script, no other file."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path

from fraudmatch.evaluation.charts import curve_chart, marks, reliability_chart, weights_chart
from fraudmatch.evaluation.drawing import BLUE, ORANGE
from fraudmatch.evaluation.judged import (
    FALSE_LINK,
    NEVER_COMPARED,
    NO_LINK,
    Judged,
    Wrong,
    errors_table,
    wrong_pairs,
)
from fraudmatch.linkage.measuring.curves import AtThreshold, Bin, at_threshold, reliability, weight_histogram
from fraudmatch.report.clean import clean, guard

_STYLE = f"""
body {{ font: 15px/1.5 system-ui, sans-serif; color: #22262b; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }}
h1 {{ font-size: 1.5rem; }} h2 {{ font-size: 1.15rem; margin-top: 2.5rem; }}
table {{ border-collapse: collapse; font-size: .85rem; margin: .8rem 0; }}
caption {{ text-align: left; font-weight: 600; padding: .3rem 0; }}
th, td {{ padding: .25rem .7rem; border-bottom: 1px solid #e3e6ea; text-align: left; vertical-align: top; }}
td.r {{ white-space: nowrap; }}
td.n, th.n {{ text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }}
tr.own td {{ font-weight: 700; background: #f2f5f9; }}
svg {{ max-width: 100%; height: auto; }}
.key span {{ display: inline-block; width: .8em; height: .8em; margin: 0 .3em 0 1em; }}
.key .t {{ background: {BLUE}; }} .key .f {{ background: {ORANGE}; }}
.levels {{ color: #565c66; }} details {{ margin: .5rem 0; }} summary {{ cursor: pointer; }}
@media print {{ body {{ margin: 0; max-width: none; }} h2 {{ break-after: avoid; }} svg, table {{ break-inside: avoid; }} }}
"""

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


def page(judged: Judged, worst: int = 20) -> str:
    """The page: three charts, three tables, and the worst errors of each kind."""
    seen, true = judged.seen
    at = [
        at_threshold(seen, true, mark, judged.true_pairs)
        for mark in marks(seen, judged.threshold, judged.floor)
    ]
    bins, bars = reliability(seen, true), weight_histogram(seen, true)
    parts = [
        "<!doctype html>",
        '<html lang="en-GB"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>Evaluation of {escape(judged.model.id)}</title><style>{_STYLE}</style></head><body>",
        f"<h1>Evaluation of {escape(judged.model.id)}</h1>",
        *_summary(judged),
        "<h2>Precision and recall</h2>",
        "<p>From left to right the threshold falls. Mind where the upright axis begins.</p>",
        curve_chart(seen, true, judged.true_pairs, judged.threshold, judged.floor).svg(),
        _thresholds(at, judged.threshold),
        "<h2>Match weights</h2>",
        '<p class="key">Compared pairs that are <span class="t"></span>true <span class="f"></span>not true</p>',
        weights_chart(bars, judged.threshold).svg(),
        _table(
            "Compared pairs by match weight",
            ("match weight", "true", "not true"),
            ([f"{bar.low:+d} to {bar.low + 1:+d}", f"{bar.true:,}", f"{bar.false:,}"] for bar in bars),
            folded=True,
        ),
        "<h2>Reliability</h2>",
        "<p>Of pairs to which the model gives a probability of 0.9 to 0.95, about that share should be true. "
        "Dots above the dashed line: the model is too cautious; below: too sure.</p>",
        reliability_chart(bins).svg(),
        _bins(bins),
        *(part for kind in _WHAT for part in _worst(judged, kind, worst)),
        "</body></html>",
    ]
    return "\n".join(parts) + "\n"


def _summary(judged: Judged) -> list[str]:
    linked = judged.linked
    false, below = int((linked & ~judged.true).sum()), int((judged.met & ~linked & judged.true).sum())
    never = int((~judged.met & judged.true).sum())
    unknown = (
        f" True pairs with a reference that no record has: {judged.unknown:,}." if judged.unknown else ""
    )
    return [
        f"<p>Threshold {judged.threshold:g} bits. {int(linked.sum()):,} links, of which {false:,} are not true; "
        f"{judged.true_pairs:,} true pairs, of which {below:,} were compared and are no link, and "
        f"{never:,} were never compared.{unknown}</p>",
        f"<p>Compared pairs that weigh less than {judged.floor:g} bits are left out of the charts. "
        f"Pairs that the truth does not name count as not true.{_held_back(judged)}</p>",
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
        [
            f"{one.threshold:g}",
            f"{one.links:,}",
            f"{one.correct:,}",
            *map(_share, (one.precision, one.recall, one.f1)),
        ]
        for one in at
    ]
    return _table(
        "Links at each threshold",
        ("threshold", "links", "true", "precision", "recall", "F1"),
        rows,
        own=[one.threshold == own for one in at],
    )


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.4f}"


def _bins(bins: Sequence[Bin]) -> str:
    rows = [
        [f"{one.low:g} to {one.high:g}", f"{one.pairs:,}", f"{one.stated:.4f}", f"{one.true:,}", f"{one.share:.4f}",
         f"{one.share_low:.4f} to {one.share_high:.4f}"]
        for one in bins
    ]  # fmt: skip
    heads = ("match probability", "pairs", "mean", "true", "share true", "95 % interval")
    return _table("Compared pairs by match probability", heads, rows)


def _worst(judged: Judged, kind: str, most: int) -> list[str]:
    heading, words = _WHAT[kind]
    found = wrong_pairs(judged, kind, most)
    parts = [f"<h2>{heading}</h2>", f"<p>{words}</p>"]
    if not found:
        return [*parts, "<p>None.</p>"]
    heads = ("left", "right", "weight", "probability", "levels")
    body = "".join(f"<tr>{_wrong(one)}</tr>" for one in found)
    return [*parts, f"<table><thead>{_head(heads, (2, 3))}</thead><tbody>{body}</tbody></table>"]


def _wrong(one: Wrong) -> str:
    levels = "; ".join(f"{name}: {level}" for name, level in one.levels.items())
    return (
        f"<td class=r>{escape(one.left_ref)}</td><td class=r>{escape(one.right_ref)}</td><td class=n>{one.weight:+.1f}</td>"
        f"<td class=n>{one.probability:.4f}</td><td class=levels>{escape(levels)}</td>"
    )


def _head(heads: Sequence[str], numbers: Iterable[int]) -> str:
    right = set(numbers)
    cells = (
        f'<th scope="col"{" class=n" if k in right else ""}>{escape(head)}</th>'
        for k, head in enumerate(heads)
    )
    return f"<tr>{''.join(cells)}</tr>"


def _table(
    caption: str, heads: Sequence[str], rows: Iterable[Sequence[str]], *, own: Sequence[bool] | None = None,
    folded: bool = False,
) -> str:  # fmt: skip
    body = []
    for number, row in enumerate(rows):
        first, *rest = row
        mark = ' class="own"' if own is not None and own[number] else ""
        cells = "".join(f"<td class=n>{escape(cell)}</td>" for cell in rest)
        body.append(f"<tr{mark}><td>{escape(first)}</td>{cells}</tr>")
    made = (
        f"<table><caption>{escape(caption)}</caption><thead>{_head(heads, range(1, len(heads)))}</thead>"
        f"<tbody>{''.join(body)}</tbody></table>"
    )
    return f"<details><summary>As a table</summary>{made}</details>" if folded else made


def write_errors(path: Path, judged: Judged) -> None:
    """All errors as CSV: references, weights and levels, and no values of records."""
    table = errors_table(judged)
    columns = [
        column.to_pylist()
        if name.startswith("match")
        else ["" if v is None else v for v in guard(clean(column)).to_pylist()]
        for name, column in zip(table.column_names, table.columns, strict=True)
    ]
    with path.open("w", encoding="utf-8-sig", newline="") as lines:
        rows = csv.writer(lines)
        rows.writerow(table.column_names)
        rows.writerows(zip(*columns, strict=True))
