"""Local overrides on the first sheet of a partner's workbook."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from report_nights import table, usual_night

from fraudmatch.report import ReportInput, report
from fraudmatch.schemas import OVERRULED, Override


def night_with_overrides() -> ReportInput:
    """One override of bramley's that took away a flag between bramley and carrow, one for all without effect."""
    night = usual_night()
    rule_id = min(night.rules)
    overrides = (
        Override(rule_id, "bramley", "Bramley desk", dt.date(2026, 2, 3), "Known =error", least_points=50),
        Override(rule_id, "all", "Hub desk", dt.date(2026, 2, 4), "Nothing met it", points={"base": 10}),
    )
    row = {
        "override": 1, "flag_key": "f" * 32, "rule_id": rule_id, "effect": "taken_away", "left_id": 0, "right_id": 1,
        "left_partner": "bramley", "right_partner": "carrow",
    }  # fmt: skip
    return replace(night, overrides=overrides, overruled=table(OVERRULED, [row]))


def told(folder: Path, partner: str) -> list[tuple[object, ...]]:
    rows = list(
        openpyxl.load_workbook(folder / partner / "exceptions.xlsx")["Summary"].iter_rows(values_only=True)
    )
    starts = [place for place, row in enumerate(rows) if row[0] == "Local override of"]
    after = rows[starts[0] + 1 :] if starts else []
    return after[: next(place for place, row in enumerate(after) if row[0] is None)] if after else []


@pytest.mark.parametrize(
    ("partner", "authors", "taken"),
    [("ashby", ["Hub desk"], [0]), ("bramley", ["Bramley desk", "Hub desk"], [1, 0]),
     ("carrow", ["Bramley desk", "Hub desk"], [1, 0])],
)  # fmt: skip
def test_a_partner_reads_what_touched_its_flags_with_author_and_day(tmp_path, partner, authors, taken):
    report(tmp_path, night_with_overrides())
    rows = told(tmp_path, partner)
    assert [row[5] for row in rows] == authors
    assert [row[2] for row in rows] == taken
    assert rows[-1][1] == "points: 10 points to begin with"
    assert rows[-1][4:] == ("all partners", "Hub desk", dt.datetime(2026, 2, 4), "Nothing met it")


def test_without_overrides_the_sheet_says_nothing_of_them(tmp_path):
    report(tmp_path, usual_night())
    assert told(tmp_path, "ashby") == []
