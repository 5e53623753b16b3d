"""What every partner reads of every partner: how much was sent, and how much of it others hold (threat T20)."""

from __future__ import annotations

from pathlib import Path

import pytest
from report_nights import PARTNERS, TWO_JOBS, flag, make_night, record, table

from fraudmatch import schemas
from fraudmatch.report import report
from fraudmatch.report.inputs import ReportInput
from fraudmatch.report.yields import yields

FIRST, SECOND = PARTNERS[0].id, PARTNERS[1].id
ONCE = "500 records (14 %) were in the extract of 2026-09-30 alone"


def night_with(met: int, *, own: int = 0) -> ReportInput:
    """Twenty records of each of two partners; so many of the first meet the second, so many its own."""
    people = [record(number, FIRST if number < 20 else SECOND, "payroll") for number in range(40)]
    flags = [flag(TWO_JOBS, people[number], people[20 + number]) for number in range(met)]
    flags += [flag(TWO_JOBS, people[19 - number], people[18 - number]) for number in range(own)]
    gone = {
        "partner": FIRST, "dataset": "payroll", "file": "p.csv", "delivery": people[0]["delivery"],
        "reason": "RECORDS_SEEN_ONCE", "disposition": "flag", "detail": ONCE,
    }  # fmt: skip
    details = {"payroll": [{"record_id": number} for number in range(40)]}
    return make_night(people, details, flags, rejects=[gone])


def told(night: ReportInput) -> list[tuple[str, int, str, str]]:
    found = yields(night.records, night.flags, night.members, night.rejects)
    return [(one.partner, one.records, one.met_in_words, one.once) for one in found]


@pytest.mark.parametrize(
    ("met", "words"),
    [(0, "0"), (1, "fewer than 5"), (4, "fewer than 5"), (5, "5 (25.0 %)"), (18, "18 (90.0 %)")],
)
def test_records_that_met_those_of_others_are_counted_and_small_counts_are_not_told(
    met: int, words: str
) -> None:
    assert sorted(told(night_with(met))) == sorted([(FIRST, 20, words, ONCE), (SECOND, 20, words, "")])


def test_a_record_is_counted_once_and_own_flags_are_no_meeting() -> None:
    night = night_with(6, own=3)
    again = [flag(TWO_JOBS, {"record_id": 0, "partner": FIRST}, {"record_id": 25, "partner": SECOND})]
    more = make_night(
        night.records.to_pylist(),
        {"payroll": night.details["payroll"].to_pylist()},
        [*night.flags.to_pylist(), *again],
    )
    assert [words for _, _, words, _ in told(more)] == ["6 (30.0 %)"] * 2


def test_members_of_a_group_of_two_partners_have_met() -> None:
    night = night_with(0, own=1)
    key = night.flags["flag_key"][0].as_py()
    members = table(
        schemas.MEMBERS, [{"flag_key": key, "record_id": number} for number in (18, 19, 1, 2, 3, 30)]
    )
    met = yields(night.records, night.flags, members, night.rejects)
    assert [one.met for one in met if one.partner == FIRST] == [5]
    assert [one.met for one in met if one.partner == SECOND] == [None]


def test_every_partner_and_the_hub_read_the_same_figures(tmp_path: Path) -> None:
    night = night_with(7)
    report(tmp_path / "reports", night)
    pages = sorted((tmp_path / "reports").rglob("index.html"))
    assert len(pages) > len(PARTNERS)
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert text.count("7 (35.0 %)") == 2
        assert ONCE in text
