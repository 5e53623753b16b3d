"""docs/absent-rules.md and the library say the same."""

from __future__ import annotations

import re
from pathlib import Path

from fraudmatch.scoring import load_library
from fraudmatch.shipped import shipped

PAGE = (Path(__file__).parents[2] / "docs" / "absent-rules.md").read_text(encoding="utf-8")
LIBRARY = load_library([shipped("rules")])
ROW = re.compile(r"^\| (\d+) \| ([^|]+) \| ([^|]+) \|$", re.M)
REASON = re.compile(r"^\* Row (\d+): \S.{20,}$", re.M)


def section(heading: str) -> str:
    """The text below a heading, up to the next one."""
    return PAGE.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]


def test_every_rule_named_on_the_page_exists() -> None:
    named = set(re.findall(r"FM-[A-Z]+-\d{3}", PAGE))
    assert named - {rule.id for rule in LIBRARY.rules} == set()


def test_every_rule_that_runs_stands_on_the_page() -> None:
    missing = [rule.id for rule in LIBRARY.rules if rule.runs and rule.id not in PAGE]
    assert missing == [], "add them to docs/absent-rules.md, beside the row of the catalogue they stand for"


def test_all_rows_of_the_catalogue_are_there_once_in_order() -> None:
    assert [int(number) for number, _, _ in ROW.findall(PAGE)] == list(range(1, 65))


def test_a_row_has_rules_or_a_reason_and_never_both() -> None:
    rows = {int(number): rules.strip() for number, _, rules in ROW.findall(PAGE)}
    absent = {number for number, rules in rows.items() if rules == "absent"}
    reasons = [int(number) for number in REASON.findall(section("Why a row has no rule"))]
    assert reasons == sorted(absent)
    for number in rows.keys() - absent:
        assert re.fullmatch(r"FM-[A-Z]+-\d{3}(, FM-[A-Z]+-\d{3})*", rows[number]), number
    left_out = {int(number) for number in REASON.findall(section("What a row's rules leave out"))}
    assert not left_out & absent
