"""The report to members as one page that needs nothing else."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from fraudmatch.committee.figures import Figures, Tally
from fraudmatch.report.page_template import page_environment
from fraudmatch.report.words import NOT_A_FINDING, VALUE_CLASSES, long_date
from fraudmatch.schemas import VALUE_CLASSES as KINDS

_TEMPLATES = Path(__file__).resolve().parent / "templates"

#: The drawing of the months: width of a month, height of the columns, room for the words below.
WIDE, HIGH, BELOW = 64, 150, 40


@dataclass(frozen=True)
class Column:
    """A month as a column of flags reviewed, with the real ones at its foot; heights in pixels."""

    month: str
    x: int
    reviewed: int
    real: int
    reviewed_high: int
    real_high: int


def columns_of(months: dict[str, Tally]) -> list[Column]:
    """The columns of the drawing, the highest of them `HIGH`."""
    most = max((one.reviewed for one in months.values()), default=0) or 1
    return [
        Column(month, place * WIDE, one.reviewed, one.real, round(one.reviewed * HIGH / most), round(one.real * HIGH / most))
        for place, (month, one) in enumerate(months.items())
    ]  # fmt: skip


def committee_page(figures: Figures, site_name: str, ledger_head: str) -> str:
    """The page as text.

    Args:
        ledger_head: the head of the ledger as the report was made.
    """
    environment = page_environment(_TEMPLATES)
    environment.filters.update(month=_month)
    page: str = environment.get_template("committee.html").render(
        title=f"Data matching: report to members, {site_name}", site_name=site_name, as_at=figures.last,
        run_id="", not_a_finding=NOT_A_FINDING, changed_rules=(), ledger_head="", head=ledger_head,
        figures=figures, names={partner.id: partner.name for partner in figures.partners},
        services=[(name, list(lines)) for name, lines in groupby(figures.lines, key=lambda line: line.service)],
        kinds=_kinds(figures.whole), value_classes=VALUE_CLASSES,
        columns=columns_of(dict(figures.by_month)), wide=WIDE, high=HIGH, below=BELOW,
    )  # fmt: skip
    return page


def _kinds(whole: Tally) -> list[str]:
    """Classes of money of which any amount was told."""
    return [kind for kind in KINDS if whole.found[kind] is not None]


def _month(name: str) -> str:
    """ "2026-03" -> "March 2026"."""
    year, month = map(int, name.split("-"))
    return long_date(dt.date(year, month, 1)).removeprefix("1 ")
