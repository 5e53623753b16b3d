"""An explanation of two records as a piece of HTML for notebooks; every value is escaped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from fraudmatch.linkage.explaining.explain import OUTCOMES, Explanation
from fraudmatch.pairs.text import NOT_PROOF, Sides, group_lines, meeting_rows, value_rows, verdict
from fraudmatch.report.words import PRIOR, comparison_label

_CELL = "text-align:left;padding:2px 10px 2px 0;vertical-align:top"
_NUMBER = "text-align:right;padding:2px 10px 2px 0;font-variant-numeric:tabular-nums"
_NOTE = "color:#555;font-size:90%;max-width:60em"

#: Width of the bars in pixels.
_WIDE = 260


def pair_html(made: Explanation, sides: Sides) -> str:
    """The explanation: verdict, passes, values, and a waterfall of match weights."""
    return "".join(
        [
            "<div>",
            f"<p><b>{escape(sides.left)}</b><br><b>{escape(sides.right)}</b></p>",
            f"<p>{escape(OUTCOMES[made.outcome])}<br>{escape(verdict(made))}<br>",
            escape(" ".join(group_lines(made, sides))),
            "</p>",
            html_table(("comparison", "left", "right", "agreement", "level"), value_rows(made)),
            _waterfall(made),
            "<details><summary>Passes that could bring them together</summary>",
            html_table(("pass", "", "by, or why not"), meeting_rows(made)),
            "</details>",
            f'<p style="{_NOTE}">{escape(NOT_PROOF)}</p>',
            "</div>",
        ]
    )


def html_table(headings: Sequence[str], rows: Iterable[Sequence[object]], numbers: Sequence[int] = ()) -> str:
    """A plain table; `numbers` are the positions of columns set to the right."""

    def cells(row: Sequence[object], tag: str) -> str:
        return "".join(
            f'<{tag} style="{_NUMBER if place in numbers else _CELL}">{escape(str(value))}</{tag}>'
            for place, value in enumerate(row)
        )

    body = "".join(f"<tr>{cells(row, 'td')}</tr>" for row in rows)
    return f"<table><thead><tr>{cells(headings, 'th')}</tr></thead><tbody>{body}</tbody></table>"


def _waterfall(made: Explanation) -> str:
    steps = [(comparison_label(PRIOR), made.prior, made.prior, "")]
    steps += [
        (comparison_label(step.comparison), step.weight, step.running, step.because)
        for step in made.steps
        if step.level is not None
    ]
    sums = [0.0, made.threshold, *(running for _, _, running, _ in steps)]
    low, high = min(sums), max(sums)
    scale = _WIDE / ((high - low) or 1.0)
    mark = round((made.threshold - low) * scale)
    rows = []
    for name, gained, running, because in steps:
        start = round((min(running, running - gained) - low) * scale)
        colour = "#3a7d44" if gained > 0 else "#b0413e"
        bar = (
            f'<div style="position:relative;height:12px;width:{_WIDE}px">'
            f'<div style="position:absolute;left:{start}px;width:{max(round(abs(gained) * scale), 1)}px;'
            f'height:12px;background:{colour}"></div>'
            f'<div style="position:absolute;left:{mark}px;width:1px;height:12px;background:#000"></div></div>'
        )
        rows.append(
            f'<tr><td style="{_CELL}">{escape(name)}</td><td style="{_NUMBER}">{gained:+.3f}</td>'
            f'<td style="{_NUMBER}">{running:+.3f}</td><td style="{_CELL}">{bar}</td>'
            f'<td style="{_CELL}">{escape(because)}</td></tr>'
        )
    head = "".join(
        f'<th style="{_CELL}">{each}</th>'
        for each in ("match weight", "bits", "sum", "black line: threshold", "")
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
