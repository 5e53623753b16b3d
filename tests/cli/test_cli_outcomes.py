"""`fraudmatch outcomes`: told, listed and written to a file, on a site with one small published night."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from small_night import ALONE, ONE, SITE, TWO, make_site, publish_night

from fraudmatch.cli import cli
from fraudmatch.errors import ConflictError, DecisionError, RunError, StoreError
from fraudmatch.outcomes.store import open_store

CLEARED = ("--outcome", "cleared", "--reason", "moved", "--by", "Ada Example")


def call(*arguments: object) -> Result:
    return CliRunner().invoke(cli, ["outcomes", *(str(argument) for argument in arguments)])


@pytest.fixture
def site(tmp_path: Path) -> Path:
    return make_site(tmp_path / "site")


def events(site: Path) -> list:
    return open_store(site / "outcomes.sqlite").events()


def test_a_decision_names_flag_rule_and_both_records(site):
    told = call(
        "record",
        site,
        "AA11",
        *CLEARED,
        "--minutes",
        12,
        "--actual",
        "£1,200.5",
        "--note",
        "seen",
        "--on",
        "2026-04-02",
    )
    assert told.exit_code == 0, told.output
    assert ONE in told.output and "event 1" in told.output and "from 2026-04-02 on" in told.output
    (event,) = events(site)
    found = event.decision
    assert (found.flag_key, found.rule_id, found.rule_version, found.partner) == (
        ONE,
        "FM-CT-001",
        2,
        "northshire",
    )
    assert (found.left_ref, found.right_ref) == ("northshire:payroll:A:1", "southshire:payroll:A:1#2")
    assert (found.minutes, found.value_actual_pence, found.value_estimate_pence) == (12, 120_050, None)
    assert str(found.decided_on) == "2026-04-02"
    basis = json.loads(found.basis)
    assert (basis["rule"], basis["facts"]) == (2, {"a": True, "b": None}) and {
        "left",
        "right",
    } <= basis.keys()


def test_the_day_is_that_of_the_night_and_a_single_record_has_no_other(site):
    assert call("record", site, "bb", "--outcome", "confirmed").exit_code == 0
    found = events(site)[0].decision
    assert str(found.decided_on) == "2026-03-31" and found.right_ref is None and found.decided_by


def test_told_twice_it_is_kept_once(site):
    for _ in range(2):
        told = call("record", site, ONE, *CLEARED)
        assert told.exit_code == 0
    assert "stands so already" in told.output and len(events(site)) == 1


def test_told_again_after_somebody_else_decided_it_says_what_is_in_force(site):
    call("record", site, ONE, *CLEARED)
    call("record", site, ONE, "--outcome", "error", "--by", "Bo Example", "--supersedes", 1)
    again = call("record", site, ONE, *CLEARED)
    assert again.exit_code == 0 and "In force is: error on 2026-03-31 by Bo Example (event 2)" in again.output
    assert len(events(site)) == 2


def test_another_finding_needs_to_say_what_it_replaces(site):
    call("record", site, ONE, *CLEARED)
    other = ("--outcome", "error", "--by", "Bo Example")
    refused = call("record", site, ONE, *other)
    assert isinstance(refused.exception, ConflictError) and refused.exception.exit_code == 3
    assert "by Ada Example (event 1)" in str(refused.exception) and "--supersedes 1" in str(refused.exception)
    assert call("record", site, ONE, *other, "--supersedes", 1).exit_code == 0
    assert call("record", site, ONE, "--outcome", "reopened", "--supersedes", 2).exit_code == 0
    assert call("record", site, ONE, *CLEARED, "--supersedes", 3).exit_code == 0
    assert [(e.sequence, e.supersedes) for e in events(site)] == [(1, None), (2, 1), (3, 2), (4, 3)]


def test_a_flag_that_is_gone_can_still_be_corrected(site):
    call("record", site, ONE, *CLEARED)
    publish_night(site, (TWO,), "2026-03-31-second")
    assert call("record", site, "aa11", "--outcome", "error", "--supersedes", 1).exit_code == 0
    first, second = (event.decision for event in events(site))
    assert second.left_ref == first.left_ref and second.minutes is None and second.reason is None


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("aa", *CLEARED), "2 flags"),
        (("cc", *CLEARED), "0 flags"),
        ((ONE, "--outcome", "cleared"), "needs --reason"),
        ((ONE, "--outcome", "cleared", "--reason", "dunno"), "held_correctly"),
        ((ONE, "--outcome", "error", "--actual", "12.345"), "two decimals"),
        ((ONE, "--outcome", "error", "--actual", "-1"), "two decimals"),
        ((ONE, "--outcome", "guilty"), "guilty"),
    ],
)
def test_what_cannot_be_is_refused_with_what_to_write(site, arguments, said):
    refused = call("record", site, *arguments)
    assert refused.exit_code == 2 and said in refused.output
    assert not (site / "outcomes.sqlite").exists()


def test_a_reason_belongs_to_cleared_flags(site):
    refused = call("record", site, ONE, "--outcome", "error", "--reason", "moved")
    assert isinstance(refused.exception, DecisionError) and not events(site)


def test_without_a_night_there_is_no_flag(tmp_path):
    (tmp_path / "site.toml").write_text(SITE, encoding="utf-8")
    assert isinstance(call("record", tmp_path, ONE, *CLEARED).exception, RunError)


def test_the_list_has_what_is_in_force_and_all_of_it_when_asked(site):
    assert "Nothing has been decided" in call("list", site).output and not (site / "outcomes.sqlite").exists()
    call("record", site, ONE, *CLEARED)
    call("record", site, ONE, "--outcome", "error", "--supersedes", 1)
    call("record", site, ALONE, *CLEARED, "--minutes", 5)
    lines = call("list", site).output.splitlines()
    assert len(lines) == 4 and "error" in lines[2] and "moved" in lines[3]
    assert len(call("list", site, "--all").output.splitlines()) == 5
    told = json.loads(call("list", site, "--json", "--partner", "northshire").output)["outcomes"]
    assert [(each["event"], each["outcome"], each["minutes"]) for each in told] == [
        (2, "error", None),
        (3, "cleared", 5),
    ]
    assert json.loads(call("list", site, "--json", "--partner", "southshire").output)["outcomes"] == []
    assert "northshire, southshire" in call("list", site, "--partner", "eastshire").output


def test_the_file_has_every_decision_and_no_formula(site, tmp_path):
    call("record", site, ONE, *CLEARED, "--note", "=1+1", "--prevented", "0.05")
    call("record", site, ONE, "--outcome", "error", "--supersedes", 1)
    out = tmp_path / "decisions.csv"
    assert "2 decisions" in call("export", site, out).output
    with out.open(encoding="utf-8-sig", newline="") as lines:
        first, second = csv.DictReader(lines)
    assert (first["event"], first["note"], first["value_prevented"], first["value_actual"]) == (
        "1",
        "'=1+1",
        "0.05",
        "",
    )
    assert (second["supersedes"], second["outcome"], second["minutes"]) == ("1", "error", "")
    refused = call("export", site, tmp_path / "none" / "decisions.csv")
    assert isinstance(refused.exception, StoreError)


def test_a_damaged_store_is_listed_as_far_as_it_goes_and_takes_nothing(site):
    import sqlite3

    call("record", site, ONE, *CLEARED)
    path = site / "outcomes.sqlite"
    connection = sqlite3.connect(path)
    root = connection.execute(
        "SELECT rootpage FROM sqlite_master WHERE name = 'one_first_event_a_flag'"
    ).fetchone()[0]
    connection.close()
    whole = bytearray(path.read_bytes())
    whole[(root - 1) * 4096 : root * 4096] = bytes(4096)
    path.write_bytes(whole)
    listed = call("list", site)
    assert listed.exit_code == 0 and "is damaged" in listed.stderr and "cleared" in listed.stdout
    refused = call("record", site, TWO, *CLEARED)
    assert isinstance(refused.exception, StoreError) and "takes no decisions" in str(refused.exception)
    assert path.read_bytes() == whole


def test_the_help_names_every_reason():
    from fraudmatch.outcomes import CLEARED_REASONS

    said = " ".join(call("record", "--help").output.split())
    assert ", ".join(CLEARED_REASONS) in said
