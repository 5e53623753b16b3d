"""Where the shapes of the two figures stand, in pixels; beside each figure a table says the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fraudmatch.casepack.network import Network, Node
from fraudmatch.report.weighing import Weighing

#: The waterfall: height of a row, width of its labels, of its bars and of its numbers.
ROW, LABELS, BARS, NUMBERS = 26, 190, 420, 80

#: The network: a box, the room between boxes of a column, and between the two columns.
BOX_WIDE, BOX_HIGH, GAP, BETWEEN = 300, 62, 18, 190


@dataclass(frozen=True)
class Bar:
    """A step of a waterfall.

    Attributes:
        y: of its row. left, wide: of the bar. start: where the line from the row above comes down; null in the first.
        grows: whether the step speaks for one person, property or firm.
    """

    label: str
    weight: str
    y: int
    left: int
    wide: int
    start: int | None
    kind: str


@dataclass(frozen=True)
class Waterfall:
    """A figure: `zero` is where even odds stand."""

    bars: tuple[Bar, ...]
    zero: int
    wide: int
    high: int


def waterfall(one: Weighing) -> Waterfall:
    """Each step begins where the one before ended; the last bar is what they come to. Steps that weigh nothing, as
    where a value is missing, are left out.
    """
    steps = [step for step in one.steps if step.weight]
    ends, sums = 0.0, [0.0]
    for step in steps:
        ends += step.weight
        sums.append(ends)
    low, high = min(*sums, one.total), max(*sums, one.total)
    scale = BARS / ((high - low) or 1.0)

    def at(bits: float) -> int:
        return LABELS + round((bits - low) * scale)

    bars = []
    for place, (step, before, after) in enumerate(zip(steps, sums, sums[1:], strict=False)):
        kind = "for" if after >= before else "against"
        label = f"{step.label}: {step.said}" if step.said else step.label
        bars.append(
            _bar(label, step.weight, place, at(before), at(after), at(before) if place else None, kind)
        )
    bars.append(_bar("in all", one.total, len(bars), at(0.0), at(one.total), at(one.total), "whole"))
    return Waterfall(tuple(bars), at(0.0), LABELS + BARS + NUMBERS, ROW * len(bars))


def _bar(label: str, weight: float, place: int, start: int, end: int, joint: int | None, kind: str) -> Bar:
    left, wide = min(start, end), max(abs(end - start), 2)
    return Bar(label, f"{weight:+.1f}", place * ROW, left, wide, joint, kind)


@dataclass(frozen=True)
class Box:
    """A node, its upper left corner, and its lines cut to what a box holds."""

    node: Node
    x: int
    y: int
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Line:
    """An edge from the side of one box to the side of another; `rules` stand on its middle."""

    x1: int
    y1: int
    x2: int
    y2: int
    rules: str


@dataclass(frozen=True)
class Drawn:
    """A figure of boxes and lines."""

    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]
    wide: int
    high: int


def drawn(network: Network) -> Drawn:
    """What a flag starts from on the left, what it leads to on the right, both in the order of the network.

    A record that stands on both sides of flags stands on the left.
    """
    starts = {edge.left.key for edge in network.edges}
    columns: tuple[list[Node], list[Node]] = ([], [])
    for node in network.nodes:
        columns[node.key not in starts].append(node)
    boxes = {
        node.key: Box(
            node, column * (BOX_WIDE + BETWEEN), place * (BOX_HIGH + GAP), tuple(_cut(line) for line in node.lines)
        )
        for column, nodes in enumerate(columns)
        for place, node in enumerate(nodes)
    }  # fmt: skip
    rules: dict[tuple[str, str], list[str]] = {}
    for edge in network.edges:
        if edge.right is not None and edge.right.key != edge.left.key:
            rules.setdefault((edge.left.key, edge.right.key), []).append(edge.rule_id)
    lines = tuple(_line(boxes[left], boxes[right], ids) for (left, right), ids in rules.items())
    most = max(len(nodes) for nodes in columns)
    wide = 2 * BOX_WIDE + BETWEEN if columns[1] else BOX_WIDE
    return Drawn(tuple(boxes.values()), lines, wide, most * (BOX_HIGH + GAP) - GAP)


def _line(one: Box, two: Box, rule_ids: Sequence[str]) -> Line:
    middle = BOX_HIGH // 2
    if one.x == two.x:  # one below the other
        first, last = sorted((one, two), key=lambda box: box.y)
        x = first.x + BOX_WIDE // 2
        return Line(x, first.y + BOX_HIGH, x, last.y, ", ".join(dict.fromkeys(rule_ids)))
    return Line(one.x + BOX_WIDE, one.y + middle, two.x, two.y + middle, ", ".join(dict.fromkeys(rule_ids)))


def _cut(text: str, most: int = 38) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
