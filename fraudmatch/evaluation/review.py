"""Clerical review: a sample of pairs written for people to decide on, and what they decided.

The file shows both records of a pair side by side and leaves out weights and levels, so that
nobody decides by what the model thought. It holds personal data: keep it where the records are.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from fraudmatch.errors import ConfigurationError, Problem
from fraudmatch.evaluation.linking import Linking
from fraudmatch.linkage.measuring.clerical import (
    Estimate,
    Reviewed,
    Stratum,
    draw,
    plan_review,
    precision,
    rank_of,
    recall,
    strata_of,
)
from fraudmatch.linkage.model import MILLI
from fraudmatch.report.clean import clean, guard

#: Answers a reviewer may give.
OUTCOMES = ("same", "different", "cannot tell")

_SIDES = ("left", "right")

#: Columns a reviewer fills in; then come the pair and both records.
_ASKED = ("outcome", "note")

#: The last column: what the estimate needs of the plan, in one cell that nobody has to read.
_PLAN = "plan (leave as it is)"
_BOOK = "stratum {0}: linked {1}, pairs {2}, stated {3:.6f}, floor {4:g}, threshold {5:g}"
_READ = re.compile(
    r"stratum (\d+): linked ([01]), pairs (\d+), stated ([\d.]+), floor (-?[\d.]+), threshold (-?[\d.]+)"
)

#: Columns of records that say nothing to a person who compares them.
_MACHINE = frozenset(
    {
        "record_id",
        "partner",
        "dataset",
        "delivery",
        "source_ref",
        "source_row",
        "party",
        "party_kind",
        "property_id",
    }
)

#: What a written name or address replaces.
_WRITTEN = {
    "name_as_written": ("title", "forename", "middle_names", "surname", "name_suffix"),
    "address_as_written": ("flat", "number", "building", "street", "town"),
}


@dataclass(frozen=True)
class Planned:
    """A sample that was written: its strata, the pairs in it, and the floor."""

    strata: list[Stratum]
    chosen: int
    pairs: int
    floor: float
    threshold: float


def write_review(
    linking: Linking, size: int, out: Path, floor: float | None = None, *, threads: int | None = None,
    say: Callable[[str], None] | None = None,
) -> Planned:  # fmt: skip
    """Draw a stratified sample of pairs and write it as CSV for review.

    Args:
        linking: of a folder, or of a night; its table holds the columns of RECORDS.
        size: pairs to review; every stratum gives some.
        out: the file.
        floor: lightest pairs to draw from, bits; None = `linking.FLOOR` below the threshold.
    """
    threshold, lowest = linking.model.threshold, linking.floor(floor)
    found = linking.compare(lowest, threads=threads, say=say)
    weights = found.total / MILLI
    plan = plan_review(weights, threshold, size)
    places = strata_of(weights, threshold)
    names = linking.identity
    pairs = zip(found.left.tolist(), found.right.tolist(), strict=True)
    chosen = draw(places, [rank_of(names[a], names[b]) for a, b in pairs], plan)
    rows = [side[chosen] for side in (found.left, found.right)]
    sides = [linking.records.take(pa.array(side)) for side in rows]
    refs = [[linking.names[row] for row in side.tolist()] for side in rows]
    books = [_book(plan[places[k]], int(places[k]), lowest, threshold) for k in chosen]
    _write(out, _shown(sides), refs, sides, books)
    return Planned(plan, len(chosen), len(weights), lowest, threshold)


def _shown(sides: list[pa.Table]) -> list[str]:
    """Columns that help a person decide and have a value in some record of the sample, in their order."""
    held = [
        name
        for name in sides[0].column_names
        if name not in _MACHINE and any(table[name].null_count < table.num_rows for table in sides)
    ]
    replaced = {part for whole, parts in _WRITTEN.items() if whole in held for part in parts}
    return [name for name in held if name not in replaced]


def _book(one: Stratum, number: int, floor: float, threshold: float) -> str:
    return _BOOK.format(number + 1, int(one.linked), one.pairs, one.stated, floor, threshold)


def _write(
    out: Path, shown: list[str], called: list[list[str]], sides: list[pa.Table], books: list[str]
) -> None:
    """One line for each pair: what a reviewer fills in, both references, both records, and the plan."""
    refs = {
        f"{side}_ref": _texts(pa.chunked_array([names], pa.string()))
        for side, names in zip(_SIDES, called, strict=True)
    }
    values = {
        f"{name} ({side})": _texts(table[name])
        for name in shown
        for side, table in zip(_SIDES, sides, strict=True)
    }
    columns = [*refs.values(), *values.values()]
    out.parent.mkdir(parents=True, exist_ok=True)
    with out.open("w", encoding="utf-8-sig", newline="") as lines:
        rows = csv.writer(lines)
        rows.writerow([*_ASKED, *refs, *values, _PLAN])
        for number, book in enumerate(books):
            rows.writerow(["", "", *(column[number] for column in columns), book])


def _texts(column: pa.ChunkedArray) -> list[str]:
    """Values as text that no spreadsheet takes for a formula; not known is empty."""
    guarded = guard(clean(column.cast(pa.string()).combine_chunks()))
    return ["" if value is None else str(value) for value in guarded.to_pylist()]


# ---------------------------------------------------------------------------------------
# Outcomes
# ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Outcome:
    """What a reviewed sample says.

    Attributes:
        strata: by number, counts and outcomes. unanswered: rows left blank.
        precision / recall: with the pairs nobody could tell left out.
        lowest / highest: precision if all of those were different, and if all were the same.
        floor: recall is relative to compared pairs that weigh at least this, bits.
    """

    strata: dict[int, Reviewed]
    unanswered: int
    precision: Estimate
    recall: Estimate
    lowest: float | None
    highest: float | None
    floor: float
    threshold: float


def read_review(path: Path) -> Outcome:
    """Estimates from a reviewed sample.

    Raises:
        ConfigurationError: the file is no sample of ours, or holds answers that are none; lists all.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            rows = list(csv.DictReader(lines))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ConfigurationError(
            f"{path} cannot be read as CSV: {error}.", remedy="Save it as CSV UTF-8."
        ) from error
    absent = [name for name in ("outcome", _PLAN) if not rows or name not in rows[0]]
    if absent:
        raise ConfigurationError(
            f"{path} lacks the columns {', '.join(absent)}.",
            remedy="Give the file that --plan-review wrote, with the column outcome filled in.",
        )
    problems = [
        Problem(path.name, f"row {number}", f"{row['outcome']!r} is no outcome.", f"Write {', '.join(OUTCOMES)}, or nothing.")
        for number, row in enumerate(rows, 2)
        if _answer(row) not in ("", *OUTCOMES)
    ]  # fmt: skip
    if problems:
        raise ConfigurationError(f"{path} has answers that are none.", problems=problems)
    return _outcome(path, rows)


def _answer(row: dict[str, str]) -> str:
    return " ".join((row["outcome"] or "").lower().split())


@dataclass(frozen=True)
class _Book:
    """What one row says of the plan."""

    number: int
    linked: bool
    pairs: int
    stated: float
    floor: float
    threshold: float


def _book_of(path: Path, rows: list[dict[str, str]]) -> list[_Book]:
    found = [_READ.fullmatch(" ".join((row[_PLAN] or "").split())) for row in rows]
    broken = [
        Problem(path.name, f"row {number}", f"the column {_PLAN!r} was changed.")
        for number, one in enumerate(found, 2)
        if one is None
    ]
    if broken:
        raise ConfigurationError(
            f"{path} has lost part of its plan.",
            problems=broken,
            remedy="Copy outcome and note into a fresh file of --plan-review: the same pairs are drawn again.",
        )
    return [
        _Book(int(one[1]), one[2] == "1", int(one[3]), float(one[4]), float(one[5]), float(one[6]))
        for one in found
        if one is not None
    ]


def _outcome(path: Path, rows: list[dict[str, str]]) -> Outcome:
    counts: dict[int, Counter[str]] = {}
    books = _book_of(path, rows)
    of = {book.number: book for book in books}
    for row, book in zip(rows, books, strict=True):
        counts.setdefault(book.number, Counter())[_answer(row)] += 1
    strata = {number: _reviewed(of[number], counts[number]) for number in sorted(counts)}
    every = list(strata.values())
    return Outcome(
        strata, sum(c[""] for c in counts.values()), precision(every), recall(every),
        _bound(strata, False), _bound(strata, True), books[0].floor, books[0].threshold,
    )  # fmt: skip


def _reviewed(book: _Book, found: Counter[str]) -> Reviewed:
    return Reviewed(
        book.pairs, book.linked, book.stated, found["same"], found["different"], found["cannot tell"]
    )


def _bound(strata: dict[int, Reviewed], same: bool) -> float | None:
    """Precision if every pair nobody could tell were the same, or different."""
    told = [
        Reviewed(
            s.pairs, s.linked, s.stated, s.same + s.unclear * same, s.different + s.unclear * (not same), 0
        )
        for s in strata.values()
    ]
    return precision(told).value


def planned_dict(planned: Planned) -> dict[str, Any]:
    """A plan for JSON."""
    ends = {"low": None, "high": None}
    strata = [
        asdict(one) | {k: v for k, v in ends.items() if not np.isfinite(getattr(one, k))}
        for one in planned.strata
    ]
    return {"pairs": planned.pairs, "chosen": planned.chosen, "floor": planned.floor,
            "threshold": planned.threshold, "strata": strata}  # fmt: skip


def outcome_dict(made: Outcome) -> dict[str, Any]:
    """Estimates for JSON."""
    return asdict(made) | {"strata": {str(number): asdict(one) for number, one in made.strata.items()}}
