"""What a column of an unknown file looks like: how full, of which shape, dates of which format."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch.extract.fields import Cells
from fraudmatch.extract.values.dates import TYPED_FORMATS, parse_dates, reads_two_ways

#: Formats tried on a column, the usual British ones first.
TRIED_FORMATS = (
    "%d/%m/%Y", "%Y-%m-%d", "%d-%m-%Y", "%d.%m.%Y", "%d/%m/%y", "%d-%m-%y", "%d-%b-%Y", "%d-%b-%y",
    "%d %b %Y", "%d %B %Y", "%d/%b/%Y", "%Y-%m-%d %H:%M:%S", "%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M",
    "%Y/%m/%d", "%m/%d/%Y", "%Y%m%d", "%d%m%Y", "%d%m%y",
)  # fmt: skip

#: Shares of a column's cells: enough to call it a column of dates, and enough to stop looking.
_DATE_LIKE = 0.8
_SETTLED = 0.995

#: Figures with pence behind a point, behind a comma, and without; thousands may be set off by the other sign.
_FIGURE = r"^[-+(£\s]*{}[\s)-]*(CR|DR)?$"
_POINT = _FIGURE.format(r"[\d,]*\.\d{1,2}")
_COMMA = _FIGURE.format(r"[\d.]*,\d{1,2}")
_WHOLE = _FIGURE.format(r"(\d+|\d{1,3}(,\d{3})+)")


@dataclass(frozen=True)
class Evidence:
    """One column.

    Attributes:
        filled: share of rows that are not blank, 0 to 1.
        distinct: how many different texts.
        shape: the commonest shape, letters as A, digits as 9; null for an empty column.
        formats: date formats that between them read nearly all cells; empty for other columns.
        ambiguous: every date could also be read with day and month changed over.
        values: the distinct texts, sorted, when they are few; otherwise empty.
        times: how many cells have each of the values.
        cells: how many are not blank. read: how many of them the formats read.
        points / commas / whole: how many are figures with one or two digits behind a point, behind a comma, and
            figures without either.
    """

    filled: float
    distinct: int
    shape: str | None
    formats: tuple[str, ...]
    ambiguous: bool
    values: tuple[str, ...]
    times: tuple[int, ...] = ()
    cells: int = 0
    read: int = 0
    points: int = 0
    commas: int = 0
    whole: int = 0


def evidence(cells: Cells, place: int, *, few: int = 40) -> Evidence:
    """Describe the column at `place`; up to `few` distinct values are kept for code lists."""
    column = cells.columns[place]
    counts = pc.value_counts(column.drop_null())
    texts, times = counts.field("values"), counts.field("counts")
    total = pc.sum(times).as_py() or 0
    formats = _formats(texts, times, total)
    places = [int(pc.sum(pc.if_else(pc.match_substring_regex(texts, form), times, 0)).as_py() or 0)
              for form in (_POINT, _COMMA, _WHOLE)] if len(texts) else [0, 0, 0]  # fmt: skip
    few_texts = sorted(zip(texts.to_pylist(), times.to_pylist(), strict=True)) if len(texts) <= few else []
    return Evidence(
        filled=total / max(len(column), 1),
        distinct=len(texts),
        shape=_usual_shape(texts, times),
        formats=formats,
        ambiguous=_ambiguous(texts, formats),
        values=tuple(text for text, _ in few_texts),
        times=tuple(count for _, count in few_texts),
        cells=total,
        read=_read(texts, times, formats),
        points=places[0],
        commas=places[1],
        whole=places[2],
    )


def shapes(texts: pa.Array) -> pa.Array:
    """Texts with every letter as A and every digit as 9, cut at 24 characters."""
    letters = pc.replace_substring_regex(texts, r"\p{L}", "A")
    return pc.utf8_slice_codeunits(pc.replace_substring_regex(letters, r"\p{N}", "9"), 0, 24)


def _usual_shape(texts: pa.Array, times: pa.Array) -> str | None:
    if not len(texts):
        return None
    table = pa.table({"shape": shapes(texts), "times": times})
    totals = table.group_by("shape", use_threads=False).aggregate([("times", "sum")])
    return str(totals.sort_by([("times_sum", "descending"), ("shape", "ascending")])["shape"][0].as_py())


def _formats(texts: pa.Array, times: pa.Array, total: int) -> tuple[str, ...]:
    """The fewest formats, in the order tried, that read nearly all cells."""
    chosen: list[str] = []
    left = pa.array([True] * len(texts), pa.bool_())
    while len(texts):
        best, reads, gain = None, left, 0
        for text in TRIED_FORMATS:
            if reads_two_ways([*chosen, text]):
                continue
            read = pc.and_(left, parse_dates(texts, [text]).is_valid())
            cells = pc.sum(pc.if_else(read, times, 0)).as_py()
            if cells > gain:
                best, reads, gain = text, read, cells
        if best is None or gain < total * (1 - _SETTLED):
            break
        chosen.append(best)
        left = pc.and_not(left, reads)
    unread = pc.sum(pc.if_else(left, times, 0)).as_py() or 0
    return tuple(chosen) if total and unread <= total * (1 - _DATE_LIKE) else ()


def _read(texts: pa.Array, times: pa.Array, formats: Sequence[str]) -> int:
    """How many cells the formats read between them."""
    if not formats:
        return 0
    return int(pc.sum(pc.if_else(parse_dates(texts, list(formats)).is_valid(), times, 0)).as_py() or 0)


def _ambiguous(texts: pa.Array, formats: Sequence[str]) -> bool:
    """Whether the first format reads every text as well with day and month changed over."""
    if not formats or "%d" not in formats[0] or "%m" not in formats[0] or formats[0] in TYPED_FORMATS:
        return False
    swapped = formats[0].replace("%d", "%_").replace("%m", "%d").replace("%_", "%m")
    read = texts.filter(parse_dates(texts, formats[:1]).is_valid())
    return bool(len(read)) and parse_dates(read, [swapped]).null_count == 0
