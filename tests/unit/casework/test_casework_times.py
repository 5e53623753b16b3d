"""Minutes of a rule: those stated, moved by those recorded, within bounds."""

from __future__ import annotations

import datetime as dt

import pytest
from casework_tables import key_of, table
from hypothesis import given
from hypothesis import strategies as st

from fraudmatch import schemas
from fraudmatch.casework import Times
from fraudmatch.schemas import Review

RULE = "FM-CT-001"
RECORDED = st.lists(
    st.tuples(st.sampled_from(["ashby", "bramley"]), st.integers(0, 100_000)), min_size=1, max_size=30
)


def times(
    rows: list[tuple[str, int | None]], stated: int = 30, strength: float = 20, said: str = "cleared"
) -> Times:
    outcomes = table(
        schemas.OUTCOMES,
        [
            {"flag_key": key_of(n), "rule_id": RULE, "partner": partner, "outcome": said, "minutes": minutes,
             "decided_on": dt.date(2026, 3, 1)}
            for n, (partner, minutes) in enumerate(rows)
        ],
    )  # fmt: skip
    return Times({RULE: Review(minutes=stated, strength=strength)}, outcomes, partner_cap=60)


@given(
    stated=st.integers(1, 600),
    strength=st.floats(0.01, 500),
    silent=st.lists(st.just(("ashby", None)), max_size=5),
)
def test_without_recorded_minutes_the_stated_ones_stand_to_the_last_bit(stated, strength, silent):
    assert times(silent, stated, strength).minutes(RULE) == stated


def test_recorded_minutes_are_averaged_with_the_stated_ones():
    assert times([("ashby", 60)] * 20).minutes(RULE) == 45


@given(rows=RECORDED, stated=st.integers(1, 600))
def test_they_stay_within_a_factor_of_four(rows, stated):
    assert stated / 4 <= times(rows, stated).minutes(RULE) <= stated * 4


@given(rows=RECORDED, place=st.integers(0, 29), more=st.integers(0, 1000))
def test_a_longer_time_never_shortens(rows, place, more):
    place %= len(rows)
    longer = [*rows[:place], (rows[place][0], rows[place][1] + more), *rows[place + 1 :]]
    assert times(longer).minutes(RULE) >= times(rows).minutes(RULE)


@given(rows=RECORDED, order=st.randoms())
def test_the_order_of_outcomes_does_not_matter(rows, order):
    shuffled = rows.copy()
    order.shuffle(shuffled)
    assert times(shuffled).minutes(RULE) == times(rows).minutes(RULE)


def test_one_partner_weighs_as_much_as_the_cap():
    assert times([("ashby", 60)] * 600).minutes(RULE) == pytest.approx((20 * 30 + 60 * 60) / 80)


def test_unresolved_flags_and_other_rules_say_nothing():
    assert times([("ashby", 60)] * 20, said="unresolved").minutes(RULE) == 30
