"""Earlier decisions in reports: what stays decided is not listed again, what changed is named to the right partner."""

from __future__ import annotations

import csv
import datetime as dt
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from report_nights import RULES, table, usual_night, with_cases

from fraudmatch.report import ReportInput, report
from fraudmatch.report.decided import STATES, changes_in_words, listed, state_totals
from fraudmatch.schemas import ATTACHED, GONE_STATES, OPEN_STATES, SETTLED_STATES

DAY = dt.date(2026, 10, 1)


def attached(*rows: tuple[str, str, str, str, list[str]]) -> object:
    """ATTACHED of (flag key, rule, partner, state, changed)."""
    made = [
        {"flag_key": key, "rule_id": rule, "partner": partner, "outcome": "cleared", "decided_on": DAY, "event": 4,
         "state": state, "changed": changed}
        for key, rule, partner, state, changed in sorted(rows)
    ]  # fmt: skip
    return table(ATTACHED, made)


@pytest.fixture(scope="module")
def night() -> ReportInput:
    """Flags between ashby and bramley: one stays cleared, one of ashby alone changed; one is gone."""
    usual = usual_night()
    flags = usual.flags.to_pylist()
    between = next(
        row for row in flags if row["rule_id"] == "FM-CT-001" and row["right_partner"] == "bramley"
    )
    own = next(row for row in flags if row["rule_id"] == "FM-CT-001" and row["right_partner"] == "ashby")
    jobs = next(row for row in flags if row["right_partner"] == "bramley" and row["rule_id"] != "FM-CT-001")
    told = attached(
        (own["flag_key"], "FM-CT-001", "ashby", "stays_cleared", []),
        (
            between["flag_key"],
            "FM-CT-001",
            "ashby",
            "changed_since_cleared",
            ["left.discount_start", "right.name"],
        ),
        (jobs["flag_key"], jobs["rule_id"], jobs["left_partner"], "still_stands", []),
        ("f" * 32, "FM-XX-999", "ashby", "rule_not_run", []),
    )
    return replace(usual, attached=told)


def texts_of(folder: Path) -> str:
    """All that the CSV files and the workbook of a partner say."""
    said = [path.read_text(encoding="utf-8-sig") for path in sorted(folder.glob("FM-*.csv"))]
    book = openpyxl.load_workbook(folder / "exceptions.xlsx", read_only=True)
    for sheet in book:
        said += [
            str(value) for row in sheet.iter_rows(values_only=True) for value in row if value is not None
        ]
    book.close()
    return "\n".join(said)


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def test_what_stays_decided_is_counted_and_listed_nowhere_but_in_its_file(night, tmp_path):
    report(tmp_path, with_cases(listed(night)))
    settled = [row["flag_key"] for row in night.attached.to_pylist() if row["state"] in SETTLED_STATES]
    assert len(settled) == 2
    for partner in ("ashby", "bramley"):
        assert not [key for key in settled if key in texts_of(tmp_path / partner)]
    mine = {row["Flag key"]: row for row in rows(tmp_path / "ashby/decided.csv")}
    assert set(mine) == {r["flag_key"] for r in night.attached.to_pylist() if r["partner"] == "ashby"}
    page = (tmp_path / "ashby/index.html").read_text(encoding="utf-8")
    assert "Earlier decisions" in page and "decided.csv" in page
    assert all(
        STATES[state].split(":")[0] in page.replace("Cleared", "cleared") for state in ("stays_cleared",)
    )
    assert "Earlier decisions" in (tmp_path / "index.html").read_text(encoding="utf-8")


def test_nothing_is_lost_between_what_is_listed_and_what_stays_decided(night):
    left = set(listed(night).flags["flag_key"].to_pylist())
    settled = {r["flag_key"] for r in night.attached.to_pylist() if r["state"] in SETTLED_STATES}
    assert left | settled == set(night.flags["flag_key"].to_pylist()) and not left & settled


def test_the_partner_that_decided_is_told_what_changed_and_the_other_is_not(night, tmp_path):
    report(tmp_path, night)
    told = [row["Since last decided"] for row in rows(tmp_path / "ashby/FM-CT-001.csv")]
    assert told == [
        "Cleared on 1 October 2026; since then changed: your record: discount start; other record: name"
    ]
    assert [row["Since last decided"] for row in rows(tmp_path / "bramley/FM-CT-001.csv")] == [""]
    page = (tmp_path / "bramley/index.html").read_text(encoding="utf-8")
    assert (
        "1 flag with a record of yours is not listed, since the partner that bears the loss has decided it."
        in page
    )
    assert not (tmp_path / "bramley/decided.csv").exists()


def test_every_state_has_its_words_and_is_counted_once(night):
    assert set(STATES) == {*OPEN_STATES, *SETTLED_STATES, *GONE_STATES}
    assert sum(total.flags for total in state_totals(night.attached)) == night.attached.num_rows
    assert {total.state for total in state_totals(night.attached, "ashby")} >= {
        "stays_cleared",
        "rule_not_run",
    }


def test_changes_are_told_without_values():
    rule = replace(RULES["FM-CT-001"], reasons={"long": "both ran side by side"})
    told = changes_in_words(["fact.long", "fact.x_y", "members", "right.nino"], rule)
    assert told.startswith("other record: ") and "whether both ran side by side; whether x y" in told
    assert told.endswith("which records are in the group") and changes_in_words([], None) == ""
