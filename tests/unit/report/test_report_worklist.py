"""Worklists: whose cases stand where, what a partner sees of a case it shares, and what the pages show."""

from __future__ import annotations

import csv
import zipfile
from dataclasses import replace
from pathlib import Path

import pyarrow.compute as pc
import pytest
from report_nights import (
    ALONE,
    PARTNERS,
    RULES,
    SINGLE,
    TWO_JOBS,
    flag,
    make_night,
    record,
    usual_night,
    with_cases,
)

from fraudmatch.report import ReportInput, report
from fraudmatch.report.explain_case import case_lines
from fraudmatch.report.plan_text import PlanText, plan_lines
from fraudmatch.report.totals import case_totals, overall, rule_totals, shown_classes
from fraudmatch.report.worklist import CaseLists, rules_by_case, write_worklists


def shared_night() -> ReportInput:
    """One person: a discount at ashby (estimate 90), two posts at bramley and carrow, a badge at bramley."""
    people = [
        record(0, "ashby", "council_tax"),
        record(1, "ashby", "electoral_register"),
        record(2, "bramley", "payroll"),
        record(3, "carrow", "payroll"),
        record(4, "bramley", "blue_badge"),
    ]
    flags = [
        flag(SINGLE, people[0], people[1], value_estimate_pence=90_000_00),
        flag(TWO_JOBS, people[2], people[3], value_notional_pence=77_00),
        flag(ALONE, people[4], None, value_prevented_pence=55_00),
    ]
    return with_cases(make_night(people, {}, flags), per_person=5)


def lines_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


def test_a_case_stands_with_its_owner_who_sees_its_own_flags_and_money_only(tmp_path):
    night = shared_night()
    report(tmp_path, night)
    (mine,) = lines_of(tmp_path / "ashby" / "worklist.csv")
    assert (mine["Rules"], mine["Flags"]) == ("FM-CT-001", "1")  # of three flags by three rules
    assert (mine["Estimate (£)"], mine["Notional (£)"], mine["Prevented (£)"]) == ("90000.00", "", "")
    assert (mine["Your data set"], mine["Your reference"]) == ("Council tax", "A0000")
    for other in ("bramley", "carrow"):
        assert lines_of(tmp_path / other / "worklist.csv") == []
    page = (tmp_path / "ashby/index.html").read_text()
    # Who takes part stands under the figures that everybody reads of everybody.
    text = (tmp_path / "ashby" / "worklist.csv").read_text("utf-8-sig") + page.partition(
        "What partners sent"
    )[0]
    for secret in ("B0002", "C0003", "B0004", "77.00", "55.00", "Bramley"):
        assert secret not in text


def test_the_hub_sees_every_case_without_references(tmp_path):
    night = shared_night()
    report(tmp_path, night)
    (line,) = lines_of(tmp_path / "worklist.csv")
    assert (line["Flags"], line["Partners"], line["Bears the loss"]) == ("3", "3", "Ashby Borough Council")
    assert (line["Estimate (£)"], line["Notional (£)"], line["Prevented (£)"]) == (
        "90000.00",
        "77.00",
        "55.00",
    )
    assert "A0000" not in (tmp_path / "worklist.csv").read_text("utf-8-sig")
    page = (tmp_path / "index.html").read_text("utf-8")
    assert "1 case holds 3 flags" in page and "Cases by partner" in page and "Expected prevented" in page


def test_every_case_stands_in_one_partners_list_and_in_the_hubs(tmp_path):
    night = with_cases(usual_night())
    report(tmp_path, night)
    hub = [line["Case"] for line in lines_of(tmp_path / "worklist.csv")]
    owned = [line["Case"] for p in PARTNERS for line in lines_of(tmp_path / p.id / "worklist.csv")]
    assert sorted(hub) == sorted(owned) and len(hub) == night.worklist.cases.num_rows == 3
    assert hub == night.worklist.cases["case_key"].to_pylist()


def test_the_workbook_holds_a_row_for_every_case(tmp_path):
    night = with_cases(usual_night())
    report(tmp_path, night)
    with zipfile.ZipFile(tmp_path / "worklist.xlsx") as book:
        sheet = book.read("xl/worksheets/sheet1.xml")
    assert sheet.count(b"<row ") == 3 + night.worklist.cases.num_rows


def test_the_same_cases_give_the_same_bytes(tmp_path):
    night = with_cases(usual_night())
    for name in ("one", "two"):
        write_worklists(tmp_path / name, night, CaseLists(night, night.worklist))
    for path in (tmp_path / "one").rglob("worklist.*"):
        assert path.read_bytes() == (tmp_path / "two" / path.relative_to(tmp_path / "one")).read_bytes()


def test_one_partners_plan_writes_that_partners_folder_only(tmp_path):
    night = with_cases(usual_night())
    written = write_worklists(tmp_path, night, CaseLists(night, night.worklist), "ashby")
    assert [path.relative_to(tmp_path).as_posix() for path in written] == [
        "ashby/worklist.csv",
        "ashby/worklist.xlsx",
    ]


def test_a_formula_in_a_reference_stays_text(tmp_path):
    people = [record(0, "ashby", "blue_badge", source_ref="=HYPERLINK(1)")]
    night = with_cases(make_night(people, {}, [flag(ALONE, people[0], None)]))
    write_worklists(tmp_path, night, CaseLists(night, night.worklist))
    assert lines_of(tmp_path / "ashby" / "worklist.csv")[0]["Your reference"] == "'=HYPERLINK(1)"


def test_totals_of_cases_keep_the_classes_apart():
    cases = shared_night().worklist.cases
    total = case_totals(cases, "ashby")
    row = cases.to_pylist()[0]
    for kind in ("actual", "estimate", "notional", "prevented"):
        assert getattr(total, f"{kind}_pence") == row[f"expected_{kind}_pence"]
    assert (total.cases, total.minutes) == (1, row["minutes"])
    assert case_totals(cases, "carrow").cases == 0 and case_totals(cases, "carrow").estimate_pence is None


def test_prevented_has_a_column_only_where_something_was():
    usual, shared = usual_night(), shared_night()
    assert shown_classes(rule_totals(usual.flags, RULES)) == ("actual", "estimate", "notional")
    assert shown_classes([overall(shared.flags)])[-1] == "prevented"


@pytest.mark.parametrize("taken", [0, 1, 3])
def test_a_plan_in_words_says_what_is_taken_and_what_is_left(taken):
    cases = with_cases(usual_night()).worklist
    rules = rules_by_case(cases.case_flags)
    said = plan_lines(PlanText(90, cases.cases.slice(0, taken), cases.cases.slice(taken), rules, PARTNERS))
    text = "\n".join(said)
    assert ("The plan, by the partner" in text) == (taken > 0)
    assert ("What the plan leaves" in text) == (taken == 1)
    assert ("The shortest case takes 30 minutes." in text) == (taken == 0)
    assert ("not a finding" in text and "Carrow" in text) or not taken


def test_explain_says_which_case_and_how_the_chance_came_about():
    night = shared_night()
    row = night.flags.filter(pc.equal(night.flags["rule_id"], SINGLE.id)).to_pylist()[0]
    work = night.worklist
    text = "\n".join(case_lines(row, SINGLE, work.cases, work.case_flags, work.cases.slice(0, 0)))
    assert f"Case {row['flag_key'][:16]}: rank 1 of 1" in text
    assert text.count("beside it:") == 2 and "4.00%" in text and "(to be verified)" in text


def test_a_partner_without_cases_has_an_empty_list():
    night = shared_night()
    carrow = next(partner for partner in PARTNERS if partner.id == "carrow")
    found = CaseLists(night, night.worklist).of_partner(carrow)
    assert found.table.num_rows == 0 and found.flags == 0


def test_without_cases_reports_are_as_before(tmp_path):
    written = report(tmp_path, replace(usual_night(), worklist=None))
    assert not [path for path in written if path.name.startswith("worklist")]
    assert "Cases to open first" not in (tmp_path / "index.html").read_text("utf-8")
