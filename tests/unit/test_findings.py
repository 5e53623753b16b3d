"""What officers write into a workbook, as it is read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fraudmatch.findings import (
    FLAG_KEY,
    MADE_FROM,
    MINUTES,
    NOTE,
    OUTCOME,
    POUNDS,
    REASON,
    made_from,
    made_from_parts,
    reason_words,
)
from fraudmatch.handed_in.rows import Told, told_of
from fraudmatch.schemas import CLEARED_REASONS, OUTCOME_WORDS

KEY = "0123456789abcdef" * 2


def told(**cells: str) -> Told:
    names = {
        "outcome": OUTCOME,
        "reason": REASON,
        "minutes": MINUTES,
        "note": NOTE,
        "key": FLAG_KEY,
        "made": MADE_FROM,
    }
    said = {"outcome": "confirmed", "key": KEY, "made": made_from("2026-03-31-abc", 0)} | cells
    return told_of({names.get(name, POUNDS.get(name, name)): text for name, text in said.items()})


@given(st.text(min_size=1).filter(lambda text: not text.isspace()), st.integers(0, 10**12))
def test_the_night_and_the_event_are_read_back(run_id, event):
    assert made_from_parts(made_from(run_id.strip(), event)) == (run_id.strip(), event)


@pytest.mark.parametrize("text", ["", "x", ":3", "run:", "run:-1", "run:1.0", "run:٣", "run:" + "9" * 20])
def test_another_text_is_no_night(text):
    assert made_from_parts(text) is None
    assert told(made=text).wrong == (
        (MADE_FROM, "it is not as it was; copy the row from the workbook again."),
    )


@pytest.mark.parametrize(
    ("text", "pence"),
    [
        ("£1,200.50", 120_050),
        ("1200.5", 120_050),
        ("1 200", 120_000),
        ("0", 0),
        ("0.30000000000000004", 30),
        ("17.1", 1710),
    ],
)
def test_pounds_as_people_write_them(text, pence):
    found = told(actual=text, prevented=text)
    assert not found.wrong
    assert (found.said["value_actual_pence"], found.said["value_prevented_pence"]) == (pence, pence)
    assert found.said["value_estimate_pence"] is None


@pytest.mark.parametrize("text", ["-1", "1.234", "about ten", "NaN", "Infinity", "1e30", "=1+1", "££"])
def test_what_is_no_amount_is_said_without_the_value(text):
    ((heading, what),) = told(notional=text).wrong
    assert heading == POUNDS["notional"] and text not in what


@pytest.mark.parametrize(
    ("text", "minutes"), [("20", 20), ("20 min", 20), ("20.0", 20), ("5 Minutes", 5), ("7m", 7)]
)
def test_minutes_as_people_write_them(text, minutes):
    assert told(minutes=text).said["minutes"] == minutes


@pytest.mark.parametrize("text", ["soon", "-3", "1.5", "20 hours", "1e3"])
def test_what_are_no_minutes_is_said(text):
    assert told(minutes=text).wrong == ((MINUTES, "write whole minutes, such as 25."),)


@pytest.mark.parametrize("reason", CLEARED_REASONS)
def test_a_reason_is_read_by_its_key_its_drop_down_and_its_words(reason):
    for text in (reason, reason_words(reason), CLEARED_REASONS[reason], reason_words(reason).upper()):
        assert told(outcome="Cleared", reason=text).said["reason"] == reason


def test_a_drop_down_fits_into_a_workbook():
    """A list of words in a workbook holds 255 characters."""
    assert len(",".join(map(reason_words, CLEARED_REASONS))) <= 255 and len(",".join(OUTCOME_WORDS)) <= 255


def test_a_cleared_flag_needs_a_reason_and_no_other_has_one():
    assert [heading for heading, _ in told(outcome="cleared").wrong] == [REASON]
    assert [heading for heading, _ in told(outcome="error", reason="moved").wrong] == [REASON]
    assert [heading for heading, _ in told(outcome="cleared", reason="because").wrong] == [REASON]


def test_everything_wrong_is_said_at_once():
    found = told(outcome="maybe", minutes="soon", actual="much", key="zz", made="?")
    assert [heading for heading, _ in found.wrong] == [
        FLAG_KEY,
        MADE_FROM,
        OUTCOME,
        MINUTES,
        POUNDS["actual"],
    ]
