"""The three charts of an evaluation: precision and recall, match weights, reliability."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from fraudmatch.evaluation.drawing import BLUE, GREY, INK, ORANGE, Axis, Chart, Margins
from fraudmatch.linkage.measuring.curves import Bar, Bin, at_threshold, precision_recall
from fraudmatch.linkage.model import probability

#: Points a line has at most.
_POINTS = 400

#: Reliability is drawn between these log2 odds; shares of 0 and 1 stand at the ends.
_ODDS = 12.0


def curve_chart(
    weights: np.ndarray, true: np.ndarray, true_pairs: int, threshold: float, floor: float
) -> Chart:  # fmt: skip
    """Precision against recall as the threshold falls, with some thresholds marked."""
    line = precision_recall(weights, true, true_pairs)
    shown = line[np.unique(np.linspace(0, len(line) - 1, _POINTS).astype(int))] if len(line) else line
    lowest = float(line[:, 1].min()) if len(line) else 0.0
    begins = max(edge for edge in (0.0, 0.5, 0.8, 0.9) if edge <= lowest or edge == 0)
    chart = Chart(
        "Precision and recall",
        "Precision against recall at every threshold; the table below says the same.",
        Axis("recall: share of all true pairs that are links", 0, 1, _shares(0)),
        Axis("precision: share of links that are true", begins, 1, _shares(begins)),
    )
    chart.line([(recall, precision) for _, precision, recall in shown])
    taken: list[tuple[float, float, bool]] = []  # where words stand already, and whether they are long
    for mark in sorted(marks(weights, threshold, floor), key=lambda mark: (mark != threshold, mark)):
        at = at_threshold(weights, true, mark, true_pairs)
        if at.precision is None or at.recall is None:
            continue
        own = mark == threshold
        tip = f"threshold {mark:g}: precision {at.precision:.4f}, recall {at.recall:.4f}"
        chart.dot(at.recall, at.precision, INK if own else BLUE, tip, 5.5 if own else 3.5)
        place = chart.point(at.recall, at.precision)
        if all(
            abs(place[0] - x) > (95 if own_text else 34) or abs(place[1] - y) > 16 for x, y, own_text in taken
        ):
            words = f"threshold {mark:g}" if own else f"{mark:+g}"
            left = place[0] < chart.margins.left + 40  # else the words would run over those of the axis
            chart.text(
                at.recall, at.precision, words, dx=6 if left else -6, dy=17, anchor="start" if left else "end"
            )
            taken.append((*place, own))
    return chart


def marks(weights: np.ndarray, threshold: float, floor: float) -> list[float]:
    """The threshold, and every fifth bit from it: down to the floor, up as far as there are pairs."""
    high = min(float(weights.max(initial=threshold)), threshold + 40)
    steps = range(math.ceil((floor - threshold) / 5), math.floor((high - threshold) / 5) + 1)
    return [threshold + 5 * step for step in steps]


def weights_chart(bars: Sequence[Bar], threshold: float) -> Chart:
    """True pairs upwards, others downwards, by match weight; counts on a logarithmic scale."""
    most = max([1, *(max(bar.true, bar.false) for bar in bars)])
    top = math.ceil(math.log10(most + 1))
    places = [10**k for k in range(1, top + 1)]
    ticks = [(0.0, "0"), *((float(p), f"{p:,}") for p in places), *((-float(p), f"{p:,}") for p in places)]
    low, high = (bars[0].low, bars[-1].low + 1) if bars else (-10, 10)
    step = 5 if high - low <= 60 else 10
    chart = Chart(
        "Match weights", "Compared pairs by match weight: true ones upwards, others downwards, on a log scale.",
        Axis("match weight, bits", low, high, [(float(x), f"{x:+d}" if x else "0") for x in range(low, high + 1) if x % step == 0]),
        Axis("others  ←  pairs (log)  →  true", -_log(10**top), _log(10**top), ticks, _log),
    )  # fmt: skip
    for bar in bars:
        tip = f"{bar.low:+d} to {bar.low + 1:+d}: {bar.true:,} true, {bar.false:,} others"
        if bar.true:
            chart.bar(bar.low, bar.low + 1, 0, bar.true, BLUE, tip)
        if bar.false:
            chart.bar(bar.low, bar.low + 1, 0, -bar.false, ORANGE, tip)
    chart.upright(threshold, "threshold")
    return chart


def _log(count: float) -> float:
    """log10(1 + n) with its sign, so that one pair is seen and none is nothing."""
    return math.copysign(math.log10(1 + abs(count)), count)


def reliability_chart(bins: Sequence[Bin]) -> Chart:
    """Share of true pairs against the probability the model gives, both by their odds."""
    ticks = [(p, f"{p:g} %") for p in (0.1, 1, 10, 50, 90, 99, 99.9)]
    chart = Chart(
        "Reliability", "Share of pairs that are true against their match probability; on the dashed line both agree.",
        Axis("match probability the model gives (mean of the bin)", -_ODDS, _ODDS, ticks, _odds),
        Axis("share that is true, with 95 % interval", -_ODDS, _ODDS, ticks, _odds),
    )  # fmt: skip
    chart.line(
        [(100 * float(probability(b)), 100 * float(probability(b))) for b in (-_ODDS, _ODDS)], GREY, "5 4"
    )
    for one in bins:
        tip = f"{one.low:g} to {one.high:g}: {one.pairs:,} pairs, {one.share:.1%} true"
        chart.span(100 * one.stated, 100 * one.share_low, 100 * one.share_high)
        chart.dot(100 * one.stated, 100 * one.share, BLUE, tip, min(9, 2.5 + math.log10(one.pairs)))
    return chart


#: Least distance in pixels between the middles of two numbers written in one row.
_APART = 34

#: Ticks of a small chart, per cent, as far as they lie on its axes.
_PANEL_TICKS = (0.1, 1, 10, 25, 50, 75, 90, 95, 99, 99.9)


def reliability_panel(name: str, bins: Sequence[Bin], lowest: tuple[float, float]) -> Chart:
    """A small reliability chart, to stand among others on the same axes.

    Above it stands the number of pairs of each bin. A dot is full where the stated probability lies in the
    95 % interval of the true share, else a ring.

    Args:
        lowest: where the axes begin, x then y, per cent; both end near 100.
    """
    chart = Chart(
        f"Reliability of {name}",
        "Share that is true against the stated probability; on the dashed line both agree. The table has the figures.",
        _panel_axis("stated probability, %", lowest[0]),
        _panel_axis("share that is true, %", lowest[1]),
        width=320,
        height=280,
        margins=Margins(left=52, right=14, top=40, bottom=44),
    )
    begin = max(lowest)
    chart.line([(p, p) for p in (begin, _LAST)], GREY, "5 4")
    ends = [-math.inf, -math.inf]  # where the last number of each row over the chart stands
    for one in bins:
        x, y = 100 * one.stated, 100 * one.share
        honest = one.share_low <= one.stated <= one.share_high
        tip = f"{one.low:g} to {one.high:g}: {one.pairs:,} pairs, {one.share:.1%} true"
        chart.span(x, 100 * one.share_low, 100 * one.share_high)
        (chart.dot if honest else chart.ring)(x, y, BLUE, tip, 4)
        place = chart.point(x, 0)[0]
        row = 0 if place - ends[0] >= _APART else 1
        ends[row] = place
        chart.overhead(x, short_count(one.pairs), row)
    return chart


#: The end of the axes of small charts, per cent: twelve bits of odds.
_LAST = 100 * (1 - 1 / (1 + 2**_ODDS))


def _panel_axis(label: str, lowest: float) -> Axis:
    ticks = [(float(p), f"{p:g}") for p in _PANEL_TICKS if p >= lowest * (1 - 1e-9)]
    return Axis(label, _odds(lowest), _ODDS, ticks, _odds)


def panel_axes(every: Sequence[Sequence[Bin]]) -> tuple[float, float]:
    """Where the axes of small charts begin, per cent, so that all bins of all charts lie on them.

    The upright axis takes the lower ends of intervals only where they rest on ten pairs or more: one pair
    says nothing, and would squeeze all other charts.
    """
    bins = [one for each in every for one in each]
    stated = min((100 * one.stated for one in bins), default=50.0)
    shares = [100 * (one.share_low if one.pairs >= 10 else one.share) for one in bins if one.share > 0]
    return _tick_below(stated), _tick_below(min([stated, *shares]))


def _tick_below(percent: float) -> float:
    return max([tick for tick in _PANEL_TICKS if tick <= percent] or [_PANEL_TICKS[0]])


def short_count(count: int) -> str:
    """A count in at most four characters: 999, 1.2k, 12k, 1.2m."""
    for size, letter in ((1_000_000, "m"), (1_000, "k")):
        if count >= 0.9995 * size:
            return f"{count / size:.1f}{letter}" if count < 9.95 * size else f"{count / size:.0f}{letter}"
    return str(count)


def _odds(percent: float) -> float:
    """Log2 odds of a percentage, held within what is drawn."""
    share = min(1 - 1e-9, max(1e-9, percent / 100))
    return max(-_ODDS, min(_ODDS, math.log2(share / (1 - share))))


def _shares(floor: float) -> list[tuple[float, str]]:
    step = {0.0: 0.2, 0.5: 0.1, 0.8: 0.05}.get(floor, 0.02)
    count = round((1 - floor) / step)
    return [(floor + k * step, f"{100 * (floor + k * step):.0f} %") for k in range(count + 1)]
