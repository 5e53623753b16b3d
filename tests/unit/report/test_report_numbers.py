"""A number whose source nobody has read says so wherever it is printed."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from report_nights import PARTNERS, RULES, usual_night

from fraudmatch.report import ReportInput, report
from fraudmatch.report.explain import explain_flag
from fraudmatch.report.terminal import NightSummary, summary_lines
from fraudmatch.report.words import number_words, unverified_values
from fraudmatch.schemas import NumberText

BADGE = NumberText(
    scope="value", name="badge", label="Badge cancelled", amount="£650.00", basis="published",
    starts=dt.date(2000, 1, 1), source="A newspaper", href="", standing="unverified",
)  # fmt: skip
AGE = replace(BADGE, scope="param", name="age", label="Age of adults", amount="18 years", basis="law")
CHOICE = replace(
    AGE, name="days", label="Days of grace", amount="28 days", basis="design", source="Choice of this library: four weeks", standing="choice",
)  # fmt: skip
READ = "to be verified"


def night_with(*numbers: NumberText) -> ReportInput:
    return replace(
        usual_night(), rules={name: replace(rule, numbers=numbers) for name, rule in RULES.items()}
    )


def test_a_number_in_words() -> None:
    assert number_words(BADGE) == "Badge cancelled: £650.00 (published, to be verified)"
    assert number_words(AGE) == "Age of adults: 18 years (law, to be verified)"
    assert number_words(replace(AGE, standing="verified")) == "Age of adults: 18 years (law)"
    assert number_words(CHOICE) == "Days of grace: 28 days (a choice of this library)"


def test_only_amounts_that_nobody_verified_are_listed_beside_amounts() -> None:
    rule = RULES["FM-BB-001"]
    assert unverified_values([rule]) == ""
    assert (
        unverified_values([replace(rule, numbers=(AGE, CHOICE, replace(BADGE, standing="verified")))]) == ""
    )
    both = [replace(rule, numbers=(AGE, BADGE)), replace(rule, numbers=(BADGE,))]
    assert (
        unverified_values(both) == "Still to be verified, for each confirmed case: Badge cancelled £650.00."
    )


def test_an_explanation_gives_each_number_with_its_source() -> None:
    night = night_with(AGE, BADGE, CHOICE)
    flag = next(row for row in night.flags.to_pylist() if row["rule_id"] == "FM-BB-001")
    left = next(row for row in night.records.to_pylist() if row["record_id"] == flag["left_id"])
    text = " ".join(
        " ".join(explain_flag(flag, night.rules["FM-BB-001"], night.evidence, left, None)).split()
    )
    assert "Badge cancelled: £650.00 (published, to be verified). A newspaper" in text
    assert "Age of adults: 18 years (law, to be verified)." in text
    assert "Days of grace: 28 days (a choice of this library). Four weeks" in text


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("numbers")
    report(made, night_with(AGE, BADGE, CHOICE))
    return made


def test_pages_say_so_beside_the_amounts_and_under_each_rule(folder: Path) -> None:
    note = "Still to be verified, for each confirmed case: Badge cancelled £650.00."
    assert note in (folder / "index.html").read_text(encoding="utf-8")
    page = (folder / PARTNERS[0].id / "index.html").read_text(encoding="utf-8")
    assert note in page
    listed = page.split("Numbers the rules go by")[1].split("</ul>")[0]
    for said in ("Age of adults: 18 years (law, to be verified)", "Badge cancelled: £650.00 (published"):
        assert listed.count(said) == 1 and page.count(said) == 1


def test_workbooks_say_so_on_the_summary_and_on_each_sheet(folder: Path) -> None:
    book = openpyxl.load_workbook(folder / PARTNERS[0].id / "exceptions.xlsx", read_only=True)
    assert len(book.sheetnames) > 1
    for sheet in book:
        assert any(READ in str(cell) for row in sheet.iter_rows(values_only=True) for cell in row), (
            sheet.title
        )


def test_the_terminal_says_so() -> None:
    night = NightSummary(
        "Site", dt.date(2026, 1, 1), "run", (), (), (), 1, unverified="Still to be verified: £650.00."
    )
    assert "Still to be verified: £650.00." in summary_lines(night)
    assert not any(READ in line for line in summary_lines(replace(night, unverified="")))
