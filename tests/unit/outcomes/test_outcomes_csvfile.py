"""Decided flags read from a file: what counts, and what is said of rows that do not."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fraudmatch.errors import RunError
from fraudmatch.outcomes import read_outcomes

HEAD = "flag_key,rule_id,partner,outcome,decided_on,minutes,value_actual,value_estimate,value_notional,value_prevented,note\n"
KEY = "0123456789abcdef0123456789abcdef"
GOOD = f'{KEY},FM-CT-001,ashby,confirmed,2026-03-01,25,"1,250.50",,,300,letter sent\n'


def write(folder: Path, text: str) -> Path:
    path = folder / "outcomes.csv"
    path.write_text(text, encoding="utf-8-sig")
    return path


def test_no_file_means_no_outcome(tmp_path):
    read = read_outcomes(tmp_path / "outcomes.csv")
    assert read.table.num_rows == 0 and read.faults == ()


def test_a_row_is_read_in_pence_and_minutes(tmp_path):
    row = read_outcomes(write(tmp_path, HEAD + GOOD)).table.to_pylist()[0]
    assert row == {
        "flag_key": KEY, "rule_id": "FM-CT-001", "partner": "ashby", "outcome": "confirmed",
        "decided_on": dt.date(2026, 3, 1), "minutes": 25, "value_actual_pence": 125_050,
        "value_estimate_pence": None, "value_notional_pence": None, "value_prevented_pence": 30_000,
        "note": "letter sent",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("cell", "value", "reason"),
    [
        ("flag_key", "0123", "32 hexadecimal digits"), ("flag_key", "", "blank"), ("rule_id", "", "blank"),
        ("outcome", "guilty", "confirmed, error, cleared, unresolved"), ("decided_on", "01/03/2026", "2026-03-31"),
        ("minutes", "-3", "whole minutes"), ("minutes", "half", "whole minutes"), ("value_actual", "-1", "pounds"),
        ("value_actual", "1.005", "pounds"), ("value_prevented", "NaN", "pounds"), ("value_estimate", "inf", "pounds"),
    ],
)  # fmt: skip
def test_a_faulty_row_is_left_out_and_said(tmp_path, cell, value, reason):
    names = HEAD.strip().split(",")
    cells = dict(zip(names, [KEY, "FM-CT-001", "ashby", "cleared", "2026-03-01", *[""] * 6], strict=True))
    cells[cell] = value
    read = read_outcomes(
        write(tmp_path, HEAD + GOOD.replace("0123", "abcd") + ",".join(cells.values()) + "\n")
    )
    assert read.table.num_rows == 1
    (fault,) = read.faults
    assert (fault.file, fault.row, fault.field) == ("outcomes.csv", 3, cell) and reason in fault.reason
    assert not value or value not in str(fault).replace("2026-03-31", "")


def test_all_faults_of_all_rows_are_said_at_once(tmp_path):
    bad = "zz,,ashby,maybe,never,x,,,,,\n"
    read = read_outcomes(write(tmp_path, HEAD + bad + bad))
    assert len(read.faults) == 10 and {fault.row for fault in read.faults} == {2, 3}


def test_an_unknown_column_is_said_once_and_a_missing_one_stops(tmp_path):
    read = read_outcomes(write(tmp_path, HEAD.replace("note", "remark") + GOOD))
    assert [(fault.row, fault.field) for fault in read.faults] == [(1, "remark")] and read.table.num_rows == 1
    with pytest.raises(RunError, match="no column outcome"):
        read_outcomes(write(tmp_path, "flag_key,rule_id,partner,decided_on\n"))


@given(order=st.permutations(range(4)))
def test_the_newest_decision_of_a_flag_stands_whatever_the_order_of_rows(tmp_path_factory, order):
    rows = [
        f"{KEY},FM-CT-001,ashby,{said},{day},,,,,,\n"
        for said, day in (("unresolved", "2026-01-05"), ("cleared", "2026-02-05"),
                          ("confirmed", "2026-03-05"), ("error", "2026-03-05"))
    ]  # fmt: skip
    read = read_outcomes(write(tmp_path_factory.mktemp("o"), HEAD + "".join(rows[n] for n in order)))
    assert read.table["outcome"].to_pylist() == ["error"] and read.replaced == 3
