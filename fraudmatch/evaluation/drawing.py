"""Small charts as SVG text: no script, no font, no library; readable in print and by a screen reader.

Numbers are written with one decimal, so that the same figures always give the same bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from html import escape

#: Colours that people with any colour vision tell apart, and that print as different greys.
BLUE, ORANGE, GREY, INK = "#1b5e9e", "#d9822b", "#8a8f98", "#22262b"


@dataclass(frozen=True)
class Margins:
    """Room for words around what is drawn, pixels; y label and ticks left, x label and ticks below."""

    left: int = 78
    right: int = 18
    top: int = 14
    bottom: int = 50


@dataclass(frozen=True)
class Axis:
    """One axis.

    Attributes:
        label: with its unit.
        low / high: the ends, after `place`.
        ticks: (value, text).
        place: where a value stands on the axis, for example a logarithm.
    """

    label: str
    low: float
    high: float
    ticks: Sequence[tuple[float, str]]
    place: Callable[[float], float] = float

    def at(self, value: float) -> float:
        """Place of a value as a share of the axis, held within it."""
        return min(1.0, max(0.0, (self.place(value) - self.low) / (self.high - self.low or 1.0)))


@dataclass
class Chart:
    """A chart that is drawn on mark by mark.

    Attributes:
        title / description: said by screen readers; the page prints a heading of its own.
    """

    title: str
    description: str
    x: Axis
    y: Axis
    width: int = 680
    height: int = 360
    margins: Margins = Margins()
    _marks: list[str] = field(default_factory=list)

    def point(self, x: float, y: float) -> tuple[float, float]:
        """Pixel position of a value pair."""
        room = self.margins
        across = room.left + self.x.at(x) * (self.width - room.left - room.right)
        return across, self.height - room.bottom - self.y.at(y) * (self.height - room.top - room.bottom)

    def line(self, points: Sequence[tuple[float, float]], colour: str = BLUE, dashes: str = "") -> None:
        """Join points."""
        places = " ".join(f"{a:.1f},{b:.1f}" for a, b in (self.point(*p) for p in points))
        dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
        self._marks.append(
            f'<polyline points="{places}" fill="none" stroke="{colour}" stroke-width="2" stroke-linejoin="round"{dashed}/>'
        )

    def dot(self, x: float, y: float, colour: str = BLUE, tip: str = "", radius: float = 4) -> None:
        """A dot; `tip` is shown when pointed at."""
        a, b = self.point(x, y)
        said = f"<title>{escape(tip)}</title>" if tip else ""
        self._marks.append(
            f'<circle cx="{a:.1f}" cy="{b:.1f}" r="{radius:g}" fill="{colour}">{said}</circle>'
        )

    def ring(self, x: float, y: float, colour: str = BLUE, tip: str = "", radius: float = 4) -> None:
        """A dot with a white middle; `tip` is shown when pointed at."""
        a, b = self.point(x, y)
        said = f"<title>{escape(tip)}</title>" if tip else ""
        self._marks.append(
            f'<circle cx="{a:.1f}" cy="{b:.1f}" r="{radius:g}" fill="#fff" stroke="{colour}" stroke-width="2">{said}</circle>'
        )

    def overhead(self, x: float, words: str, row: int = 0) -> None:
        """Words above the chart, in its upper margin; row 0 is the lowest."""
        a, _ = self.point(x, 0)
        self._marks.append(
            f'<text x="{a:.1f}" y="{self.margins.top - 9 - 13 * row}" text-anchor="middle">{escape(words)}</text>'
        )

    def bar(self, left: float, right: float, low: float, high: float, colour: str, tip: str = "") -> None:
        """A bar from x `left` to `right` and y `low` to `high`, with a hair between neighbours."""
        a, b = self.point(left, low)
        c, d = self.point(right, high)
        said = f"<title>{escape(tip)}</title>" if tip else ""
        top, tall, wide = min(b, d), max(abs(b - d), 0.8), max(c - a - 0.8, 0.5)
        self._marks.append(
            f'<rect x="{a:.1f}" y="{top:.1f}" width="{wide:.1f}" height="{tall:.1f}" fill="{colour}">{said}</rect>'
        )

    def span(self, x: float, low: float, high: float, colour: str = BLUE) -> None:
        """An interval: a thin upright line."""
        (a, b), (_, d) = self.point(x, low), self.point(x, high)
        self._marks.append(
            f'<line x1="{a:.1f}" y1="{b:.1f}" x2="{a:.1f}" y2="{d:.1f}" stroke="{colour}" stroke-width="1.5"/>'
        )

    def upright(self, x: float, text: str) -> None:
        """A dashed line through the chart, with words at its top."""
        a, _ = self.point(x, 0)
        end = self.x.at(x) > 0.8
        anchor, shift = ("end", -5) if end else ("start", 5)
        self._marks.append(
            f'<line x1="{a:.1f}" y1="{self.margins.top}" x2="{a:.1f}" y2="{self.height - self.margins.bottom}" stroke="{INK}" '
            f'stroke-dasharray="4 3"/><text x="{a + shift:.1f}" y="{self.margins.top + 11}" text-anchor="{anchor}">{escape(text)}</text>'
        )

    def text(
        self, x: float, y: float, words: str, *, dx: float = 7, dy: float = -6, anchor: str = "start"
    ) -> None:
        """Words beside a point."""
        a, b = self.point(x, y)
        self._marks.append(
            f'<text x="{a + dx:.1f}" y="{b + dy:.1f}" text-anchor="{anchor}" paint-order="stroke" '
            f'stroke="#fff" stroke-width="3">{escape(words)}</text>'
        )

    def svg(self) -> str:
        """The chart."""
        return "\n".join(
            [
                f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.width} {self.height}" role="img" '
                f'width="{self.width}" height="{self.height}" font-family="system-ui, sans-serif" font-size="12" fill="{INK}">',
                f"<title>{escape(self.title)}</title><desc>{escape(self.description)}</desc>",
                *self._grid(),
                *self._marks,
                "</svg>",
            ]
        )

    def _grid(self) -> list[str]:
        left, base, end = (
            self.margins.left,
            self.height - self.margins.bottom,
            self.width - self.margins.right,
        )
        made = []
        for value, words in self.y.ticks:
            _, b = self.point(0, value)
            made.append(f'<line x1="{left}" y1="{b:.1f}" x2="{end}" y2="{b:.1f}" stroke="#e3e6ea"/>')
            made.append(f'<text x="{left - 8}" y="{b + 4:.1f}" text-anchor="end">{escape(words)}</text>')
        for value, words in self.x.ticks:
            a, _ = self.point(value, 0)
            made.append(f'<line x1="{a:.1f}" y1="{base}" x2="{a:.1f}" y2="{base + 5}" stroke="{GREY}"/>')
            made.append(f'<text x="{a:.1f}" y="{base + 19}" text-anchor="middle">{escape(words)}</text>')
        middle = (left + end) / 2
        made.append(f'<line x1="{left}" y1="{base}" x2="{end}" y2="{base}" stroke="{GREY}"/>')
        made.append(
            f'<text x="{middle:.1f}" y="{self.height - 10}" text-anchor="middle" font-weight="600">{escape(self.x.label)}</text>'
        )
        upright = (self.margins.top + base) / 2
        made.append(
            f'<text transform="translate(14 {upright:.1f}) rotate(-90)" text-anchor="middle" font-weight="600">{escape(self.y.label)}</text>'
        )
        return made
