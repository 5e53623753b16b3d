"""Whether the probabilities of links mean what they say, on all sets at once: a table and a page.

A bin holds the links of one stretch of match probability; `fraudmatch.linkage.measuring.curves` says how
it is counted, and what the expected calibration error is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from fraudmatch.evaluation.answer_key import KEY_OF, key_of_site
from fraudmatch.evaluation.charts import panel_axes, reliability_panel
from fraudmatch.evaluation.html import document, heading_row, share
from fraudmatch.evaluation.night import judge_night
from fraudmatch.evaluation.page import RELATIONS
from fraudmatch.kept import read_night
from fraudmatch.linkage.measuring.curves import Bin, expected_calibration_error, reliability
from fraudmatch.site import load_site

#: What the sets of a synthetic partnership are called, before its relation.
PARTNERSHIP = "partnership"

#: People of the partnership that is made where no site is given.
PEOPLE = 20_000

_READ = (
    "Each chart is one set. A dot stands for the links to which the model gave a probability in one stretch: "
    "its place to the right is the mean of the probabilities stated, its height the share of these links that is "
    "true, the upright line Wilson’s 95 % interval of that share, and the number above the chart how many links "
    "there are. <b>On the dashed line the model means what it says; above it the model is too cautious, below "
    "it too sure.</b> A full dot agrees within the interval; a ring does not, so that chance alone hardly explains the gap."
)
_AXES = (
    "All charts have the same axes. Both go by odds: 90 to 99 takes about as much room as 50 to 90, since most links "
    "are there. Shares of 0 and of 1, and whatever lies beyond an end, stand at that end. The shipped models "
    "are used as they are; nothing was trained on these sets. In the supplier sets the answer is the council’s own "
    "supplier number: a firm that has two of them counts as two, so that links of which a model is rightly sure "
    "count as false there."
)
_TABLE = (
    "In each cell: the share of links that is true, its 95 % interval, and the number of links. ▲ the model is "
    "too cautious there, ▼ too sure, each by more than the interval. The <b>calibration error</b> says in one "
    "number how far the stated probability of a stretch is from its true share, on average over the "
    "links (expected calibration error, Naeini, Cooper and Hauskrecht 2015, over these stretches); 0 is best."
)


@dataclass(frozen=True)
class Reliability:
    """The links of one set by match probability."""

    name: str
    title: str
    bins: tuple[Bin, ...]

    @property
    def links(self) -> int:
        """All links that were judged."""
        return sum(one.pairs for one in self.bins)

    @property
    def error(self) -> float | None:
        """Expected calibration error; None without links."""
        return expected_calibration_error(self.bins)


def of_partnership(site: Path | None, scratch: Path) -> list[Reliability]:
    """The links of people, properties and organisations of a site's newest night.

    Args:
        site: a site with an answer key that was run; None = a synthetic partnership of `PEOPLE`, seed 1,
            is made and run in `scratch`.
    """
    if site is None:
        from night import fraudmatch

        site = scratch / "site"
        fraudmatch("sample", "--people", str(PEOPLE), "--seed", "1", "--out", str(site))
        fraudmatch("run", str(site), "--quiet")
    judged = judge_night(read_night(load_site(site)), key_of_site(site), site)
    return [
        Reliability(
            f"{PARTNERSHIP}_{KEY_OF[relation]}",
            f"synthetic partnership, {RELATIONS[relation].lower()}",
            tuple(reliability(one.weight[one.linked], one.true[one.linked])),
        )
        for relation, one in judged.items()
    ]


def _edges(sets: Sequence[Reliability]) -> list[tuple[float, float]]:
    """The stretches that some set has links in."""
    return sorted({(one.low, one.high) for each in sets for one in each.bins})


def _heads(sets: Sequence[Reliability]) -> list[str]:
    return [f"{low:g}–{high:g}" for low, high in _edges(sets)]


def reliability_table(sets: Sequence[Reliability]) -> str:
    """Of the links given a probability between two edges, how many there are and the share that is true.

    In Markdown; a cell reads "share of count". Links alone are shown, so the first edge is about the threshold.
    """
    edges, heads = _edges(sets), _heads(sets)
    lines = [f"| set | calibration error | {' | '.join(heads)} |", "|---|--:|" + "--:|" * len(edges)]
    for each in sets:
        found = {(one.low, one.high): f"{one.share:.3f} of {one.pairs:,}" for one in each.bins}
        cells = [each.name, share(each.error), *(found.get(edge, "–") for edge in edges)]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def reliability_page(sets: Sequence[Reliability]) -> str:
    """One page: a small chart for each set, and the table under them. No script, no other file."""
    axes = panel_axes([each.bins for each in sets])
    panels = (
        f"<figure>{reliability_panel(each.title, each.bins, axes).svg()}"
        f"<figcaption><b>{escape(each.title)}</b>{each.name}: {each.links:,} links<br>"
        f"calibration error {share(each.error)}</figcaption></figure>"
        for each in sets
    )
    return document(
        "Do the probabilities mean what they say?",
        [f"<p>{_READ}</p>", f"<p>{_AXES}</p>", f'<div class="panels">{"".join(panels)}</div>',
         "<h2>The same as a table</h2>", f"<p>{_TABLE}</p>", _html_table(sets)],
    )  # fmt: skip


def _html_table(sets: Sequence[Reliability]) -> str:
    heads = ["set", "links", "calibration error", *_heads(sets)]
    body = "".join(_row(each, _edges(sets)) for each in sets)
    head = heading_row(heads, range(1, len(heads)))
    return f'<div class="wide"><table class="tight"><thead>{head}</thead><tbody>{body}</tbody></table></div>'


def _row(each: Reliability, edges: Sequence[tuple[float, float]]) -> str:
    found = {(one.low, one.high): _cell(one) for one in each.bins}
    cells = [f"{each.links:,}", share(each.error), *(found.get(edge, "–") for edge in edges)]
    return f"<tr><td>{escape(each.name)}</td>{''.join(f'<td class=n>{cell}</td>' for cell in cells)}</tr>"


def _cell(one: Bin) -> str:
    sign = " ▲" if one.stated < one.share_low else " ▼" if one.stated > one.share_high else ""
    return (
        f"{one.share:.3f}{sign}<br><small>{one.share_low:.3f}–{one.share_high:.3f}</small>"
        f"<br><small>of {one.pairs:,}</small>"
    )
