"""What counts in a night: the store, and what it takes in from `outcomes.csv`."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from outcome_tables import DAY, MOMENT, decision, flag

from fraudmatch.outcomes import NightOutcomes, outcomes_of_night, read_outcomes
from fraudmatch.outcomes.store import open_store

HEAD = "flag_key,rule_id,partner,outcome,decided_on,minutes,note\n"
LONG_AFTER = dt.date(2027, 1, 1)


def line(number: int, outcome: str, day: int = 1, note: str = "") -> str:
    return f"{flag(number)},FM-CT-001,northshire,{outcome},2026-03-{day:02d},,{note}\n"


def night(folder: Path, *lines: str, as_at: dt.date = LONG_AFTER, at: dt.datetime = MOMENT) -> NightOutcomes:
    (folder / "outcomes.csv").write_text(HEAD + "".join(lines), encoding="utf-8")
    return outcomes_of_night(folder / "outcomes.csv", folder / "outcomes.sqlite", as_at, recorded_at=at)


def words(found: NightOutcomes) -> dict[int, str]:
    return {int(row["flag_key"], 16): row["outcome"] for row in found.table.to_pylist()}


def test_without_a_row_no_store_is_made_and_nothing_of_it_is_loaded(tmp_path):
    assert night(tmp_path, "zz,,,,,,\n").table.num_rows == 0
    assert not (tmp_path / "outcomes.sqlite").exists()
    script = (
        "import sys, datetime as dt; from pathlib import Path; from fraudmatch.outcomes import outcomes_of_night\n"
        "here = Path(sys.argv[1])\n"
        "outcomes_of_night(here / 'no.csv', here / 'no.sqlite', dt.date(2026, 1, 1), recorded_at=dt.datetime.now(dt.UTC))\n"
        "assert 'sqlalchemy' not in sys.modules and 'alembic' not in sys.modules"
    )
    assert subprocess.run([sys.executable, "-c", script, tmp_path]).returncode == 0


def test_rows_are_taken_once_and_outlive_their_file(tmp_path):
    first = night(tmp_path, line(1, "cleared"), line(2, "confirmed"))
    again = night(tmp_path, line(1, "cleared"), line(2, "confirmed"), at=MOMENT + dt.timedelta(days=1))
    assert first.table.equals(again.table) and first.last_sequence == again.last_sequence == 2
    assert words(night(tmp_path)) == {1: "cleared", 2: "confirmed"}
    (tmp_path / "outcomes.csv").unlink()
    found = outcomes_of_night(
        tmp_path / "outcomes.csv", tmp_path / "outcomes.sqlite", LONG_AFTER, recorded_at=MOMENT
    )
    assert found.table.equals(first.table)


def test_a_row_that_was_corrected_supersedes_what_it_said(tmp_path):
    night(tmp_path, line(1, "cleared"))
    assert words(night(tmp_path, line(1, "error"))) == {1: "error"}
    first, second = open_store(tmp_path / "outcomes.sqlite").events()
    assert (first.supersedes, second.supersedes) == (None, 1)


def test_a_row_does_not_undo_what_was_decided_after_it(tmp_path):
    night(tmp_path, line(1, "cleared"), line(2, "cleared"))
    store = open_store(tmp_path / "outcomes.sqlite")
    store.record(decision(1, "reopened", decided_on=DAY), key="x", recorded_at=MOMENT, supersedes=1)
    store.record(
        decision(2, "error", decided_on=DAY.replace(day=20)), key="y", recorded_at=MOMENT, supersedes=2
    )
    # the rows that stand in the file still, and a new one about an earlier day than the newest decision
    found = night(tmp_path, line(1, "cleared"), line(2, "cleared"), line(2, "confirmed", 10))
    assert words(found) == {2: "error"} and found.replaced == 2 and found.last_sequence == 4


def test_what_an_event_says_already_is_no_second_event(tmp_path):
    store = open_store(tmp_path / "outcomes.sqlite")
    store.record(decision(1, "cleared", decided_by=None), key="x", recorded_at=MOMENT, supersedes=None)
    assert night(tmp_path, line(1, "cleared")).last_sequence == 1


def test_a_night_counts_what_was_decided_by_its_date(tmp_path):
    lines = [line(1, "cleared", 1), line(1, "confirmed", 20), line(2, "error", 20)]
    before = night(tmp_path, *lines, as_at=DAY.replace(day=10))
    assert words(before) == {1: "cleared"} and before.later == 2
    assert words(night(tmp_path, *lines, as_at=DAY.replace(day=20))) == {1: "confirmed", 2: "error"}


def test_a_damaged_store_is_said_and_the_night_goes_on(tmp_path):
    night(tmp_path, line(1, "cleared"))
    store = open_store(tmp_path / "outcomes.sqlite")
    import sqlite3

    connection = sqlite3.connect(store.path)
    root = connection.execute(
        "SELECT rootpage FROM sqlite_master WHERE name = 'one_first_event_a_flag'"
    ).fetchone()[0]
    connection.close()
    whole = bytearray(store.path.read_bytes())
    whole[(root - 1) * 4096 : root * 4096] = bytes(4096)
    store.path.write_bytes(whole)
    found = night(tmp_path, line(1, "cleared"), line(2, "cleared"))
    assert words(found) == {1: "cleared"}
    assert "outcomes.sqlite is damaged" in found.faults[0] and "2 rows" in found.faults[0]
    assert store.path.read_bytes() == whole


@pytest.mark.parametrize(
    ("column", "value"), [("reason", "because"), ("decided_by", "A\x07b"), ("note", "x" * 2001)]
)
def test_what_the_store_would_refuse_is_a_fault_of_the_row(tmp_path, column, value):
    (tmp_path / "outcomes.csv").write_text(
        f"flag_key,rule_id,partner,outcome,decided_on,{column}\n{flag(1)},FM-CT-001,northshire,cleared,2026-03-01,{value}\n",
        encoding="utf-8",
    )
    (fault,) = read_outcomes(tmp_path / "outcomes.csv").faults
    assert (fault.row, fault.field) == (2, column) and value not in str(fault)


ROWS = st.lists(
    st.tuples(st.integers(1, 3), st.sampled_from(["confirmed", "error", "cleared"]), st.integers(1, 9)),
    max_size=12,
)


@settings(max_examples=25)
@given(ROWS, st.randoms(use_true_random=False))
def test_one_file_gives_the_same_night_in_any_order_and_however_often(tmp_path_factory, rows, chance):
    """What the file alone says (each flag with its latest day) is what the store gives."""
    lines = [line(*row) for row in rows]
    one, two = tmp_path_factory.mktemp("one"), tmp_path_factory.mktemp("two")
    first = night(one, *lines)
    shuffled = sorted(lines, key=lambda _: chance.random())
    second = night(two, *shuffled, at=MOMENT + dt.timedelta(days=3))
    night(two, *shuffled)
    assert first.table.equals(second.table) and night(two, *lines).table.equals(first.table)
    assert first.table.equals(read_outcomes(one / "outcomes.csv").table)
    assert first.last_sequence == second.last_sequence
