from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest
from report_nights import AS_AT, RULES, evidence, usual_night

from fraudmatch import schemas
from fraudmatch.report import ReportInput
from fraudmatch.report.explain import explain_flag
from fraudmatch.report.terminal import NightSummary, summary_lines
from fraudmatch.report.totals import extract_totals, rule_totals, silent_trials


def explained(rule_id: str, night: ReportInput | None = None, **points: int) -> list[str]:
    night = night or usual_night()
    flag = next(row for row in night.flags.to_pylist() if row["rule_id"] == rule_id)
    rows = night.records.to_pylist()
    details = {row["record_id"]: row for table in night.details.values() for row in table.to_pylist()}
    left, right = (
        None if flag[side] is None else {**rows[flag[side]], **details.get(flag[side], {})}
        for side in ("left_id", "right_id")
    )
    assert left is not None
    return explain_flag(flag, night.rules[rule_id], night.evidence, left, right, points=points or None)


def line_of(lines: list[str], start: str) -> str:
    return next(line for line in lines if line.startswith(start))


def test_both_records_stand_side_by_side_with_a_word() -> None:
    lines = explained("FM-PAY-001")
    assert lines[0] == "FM-PAY-001 · Full-time pay from two employers"
    assert re.fullmatch(r"Name +O'Dell, Fern +Fern O'Dell +agrees", line_of(lines, "Name"))
    assert re.fullmatch(r"Date of birth +1899-05-06 +– +missing", line_of(lines, "Date of birth"))
    assert "£23,456.78" in line_of(lines, "Gross to date")


def test_the_waterfall_adds_up() -> None:
    lines = explained("FM-PAY-001")
    start = lines.index(line_of(lines, "Weights of model person_v1"))
    numbers = [
        float(m.group())
        for line in lines[start + 3 : start + 11]
        if (m := re.search(r"[+-]\d+\.\d{3}", line))
    ]
    assert len(numbers) == 8
    assert sum(numbers[:-1]) == pytest.approx(numbers[-1]) == 12.5
    assert numbers[0] == -9.5  # what the comparisons leave of the total
    assert line_of(lines, "Identity") == "Identity: very strong, probability 0.9998"
    assert re.search(r"-{3,}$", line_of(lines, "starting point"))
    assert re.search(r"\+{3,}$", line_of(lines, "surname"))


def test_a_model_that_is_not_the_rules_own_shows_comparisons_only() -> None:
    lines = explained("FM-CT-001")
    assert "comparisons only" in line_of(lines, "total") and "-9.000" in line_of(lines, "total")
    assert not any(line.startswith("starting point") for line in lines)


def test_facts_say_true_false_or_not_known_with_their_points() -> None:
    lines = explained("FM-CT-001", base=40, other_is_adult=25, long_standing=15)
    assert "(base 40;" in line_of(lines, "Facts")
    assert re.fullmatch(r"true +other_is_adult +\+25  the other person is 18 or over", line_of(lines, "true"))
    assert re.fullmatch(
        r"not known +long_standing +\(\+15\)  both have run for a year", line_of(lines, "not known")
    )


def test_a_single_record_has_one_column() -> None:
    lines = explained("FM-BB-001")
    assert line_of(lines, "The record") == "The record"
    assert re.fullmatch(r"Badge expiry +2026-01-31", line_of(lines, "Badge expiry"))


@pytest.mark.parametrize("rule_id", sorted(RULES))
def test_every_explanation_ends_with_what_a_flag_is(rule_id: str) -> None:
    lines = explained(rule_id)
    text = " ".join(lines)
    assert "It is not a finding against anyone" in text
    for heading in ("May be innocent", "Next step", "Law"):
        assert heading in lines
    assert "student" in text and "review letter" in text and "s.11" in text
    assert not any("\n" in line or len(line) > 120 for line in lines)


def test_phone_and_email_are_not_shown_even_at_the_hub() -> None:
    night = usual_night()
    shown = replace(night.rules["FM-CT-001"], show_left=("phone", "email", "discount_type"))
    assert "01632960111" not in "\n".join(
        explained("FM-CT-001", replace(night, rules={**RULES, shown.id: shown}))
    )


def test_hostile_text_cannot_drive_the_terminal() -> None:
    night = usual_night()
    flag = night.flags.to_pylist()[0]
    left = {**night.records.to_pylist()[0], "name_as_written": "\x1b[2J\nowned"}
    lines = explain_flag(flag, night.rules["FM-BB-001"], night.evidence, left, None)
    assert all(character.isprintable() for line in lines for character in line)


def test_long_values_are_folded_not_cut() -> None:
    night = usual_night()
    flag = next(row for row in night.flags.to_pylist() if row["rule_id"] == "FM-PAY-001")
    rows = night.records.to_pylist()
    words = [f"part{number}" for number in range(20)]
    left = {**rows[3], "address_as_written": " ".join(words)}
    text = "\n".join(explain_flag(flag, night.rules["FM-PAY-001"], night.evidence, left, rows[5]))
    assert all(word in text for word in words)


def summary(**changes: object) -> list[str]:
    night = usual_night()
    plain = NightSummary(
        site_name=night.site_name,
        as_at=AS_AT,
        run_id=night.run_id,
        extracts=extract_totals(night.deliveries),
        stages=(("extract", 1.24), ("link", 0.4)),
        rules=rule_totals(night.flags, night.rules),
        flags=len(night.flags),
        reports=Path("runs/x/reports"),
        files=18,
    )
    return summary_lines(replace(plain, **changes))  # type: ignore[arg-type]


def test_the_summary_of_a_night() -> None:
    lines = summary()
    assert lines[0] == "Three Rivers exercise · as at 20 November 2026 · run 2026-11-20-a1b2"
    assert re.fullmatch(r"all +7 files +14 +7 +7", line_of(lines, "all"))
    assert re.fullmatch(r"FM-CT-001 .* 2 +£1.00 +£450.45 +–", line_of(lines, "FM-CT-001"))
    assert "Time: extract 1.2 s · link 0.4 s · in all 1.6 s" in lines
    assert line_of(lines, "Reports") == "Reports: runs/x/reports (18 files; start with index.html)"
    assert "not a finding" in " ".join(lines)


def test_the_summary_of_an_empty_night() -> None:
    lines = summary(extracts=(), rules=(), flags=0, stages=(), reports=None)
    for said in ("No extract was received.", "No rule flagged anything.", "No reports were written."):
        assert said in lines


def test_a_starting_point_in_the_evidence_is_used_as_it_stands() -> None:
    night = usual_night()
    key = next(row["flag_key"] for row in night.flags.to_pylist() if row["rule_id"] == "FM-PAY-001")
    seen = evidence(
        key, "person_v1", ("prior", "agrees", -20.0), ("surname", "agrees", 14.0), ("nino", "agrees", 18.5)
    )
    table = pa.Table.from_pylist(seen, schema=schemas.EVIDENCE)
    lines = explained("FM-PAY-001", replace(night, evidence=table))
    starts = [line for line in lines if line.startswith("starting point")]
    assert len(starts) == 1 and "-20.000" in starts[0] and "agrees" not in starts[0]
    assert "+12.500" in line_of(lines, "total")


def test_a_rule_on_trial_is_told_from_a_live_one() -> None:
    lines = summary()
    assert line_of(lines, "FM-PAY-001").startswith("FM-PAY-001 (trial)  Full-time pay")
    assert "(trial)" not in line_of(lines, "FM-CT-001")
    assert not [line for line in lines if line.startswith("On trial")]
    silent = silent_trials(["FM-CT-001"], RULES)
    assert silent == ["FM-PAY-001"] and silent_trials(["FM-PAY-001"], RULES) == []
    assert "On trial, and found nothing: FM-PAY-001." in summary(silent_trials=silent)
