"""Yields learnt by rule and partner: between the stated prior and what a partner found itself."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from casework_tables import TERMS, outcomes_of
from hypothesis import given
from hypothesis import strategies as st

from fraudmatch.casework import Yields
from fraudmatch.schemas import OUTCOMES, Review

R = "FM-CT-001"
COUNT = st.integers(0, 300)


def yields(outcomes: pa.Table, rate: float = 0.08, strength: float = 20) -> Yields:
    reviews = {R: Review(rate=rate, strength=strength), "FM-CT-002": Review()}
    return Yields(reviews, outcomes, partner_cap=TERMS.partner_cap, rule_cap=TERMS.rule_cap)


def test_without_outcomes_it_is_the_stated_prior():
    assert yields(OUTCOMES.empty_table()).posterior(R, "ashby") == pytest.approx(0.08)


def test_a_partner_alone_is_the_conjugate_update():
    # Beta(1.6, 18.4) and 3 real of 10: (1.6 + 3) / (20 + 10)
    assert yields(outcomes_of((R, "ashby", 3, 7))).posterior(R, "ashby") == pytest.approx(4.6 / 30)


def test_another_partner_informs_up_to_the_caps():
    # bramley 100 of 200, weighed as 60: Beta(1.6 + 30, 18.4 + 30), then held to a strength of 40
    learnt = yields(outcomes_of((R, "bramley", 100, 100)))
    mean = (1.6 + 30) / 80
    assert learnt.posterior(R, "ashby") == pytest.approx(mean)
    own = yields(outcomes_of((R, "bramley", 100, 100), (R, "ashby", 0, 40)))
    assert own.posterior(R, "ashby") == pytest.approx(40 * mean / 80)


def test_unresolved_flags_and_other_rules_say_nothing():
    table = outcomes_of((R, "ashby", 2, 2))
    open_ones = table.set_column(3, table.schema.field("outcome"), pa.array(["unresolved"] * 4))
    assert yields(open_ones).posterior(R, "ashby") == pytest.approx(0.08)
    assert yields(table).posterior("FM-CT-002", "ashby") == pytest.approx(Review().rate)


@given(real=COUNT, cleared=COUNT, others=st.tuples(COUNT, COUNT))
def test_one_more_real_flag_raises_and_one_more_cleared_lowers(real, cleared, others):
    def of(a: int, b: int) -> float:
        return yields(outcomes_of((R, "ashby", a, b), (R, "bramley", *others))).posterior(R, "ashby")

    here = of(real, cleared)
    assert 0 < here < 1
    assert of(real + 1, cleared) > here > of(real, cleared + 1)


@given(real=COUNT, cleared=COUNT)
def test_real_flags_of_another_partner_never_lower(real, cleared):
    def of(a: int, b: int) -> float:
        return yields(outcomes_of((R, "bramley", a, b))).posterior(R, "ashby")

    assert of(real + 1, cleared) >= of(real, cleared) - 1e-12
    assert of(real, cleared + 1) <= of(real, cleared) + 1e-12


@given(share=st.floats(0.0, 1.0), others=st.lists(st.tuples(COUNT, COUNT), max_size=4))
def test_a_partner_with_many_outcomes_goes_its_own_way(share, others):
    real = round(4000 * share)
    counts = [(R, f"p{n}", a, b) for n, (a, b) in enumerate(others)]
    learnt = yields(outcomes_of((R, "ashby", real, 4000 - real), *counts)).posterior(R, "ashby")
    assert abs(learnt - real / 4000) <= TERMS.rule_cap / 4000


@given(seed=st.integers(0, 10_000))
def test_the_order_of_outcomes_does_not_matter(seed):
    table = outcomes_of((R, "ashby", 3, 9), (R, "bramley", 80, 30), (R, "carrow", 1, 0))
    mixed = table.take(pa.array(np.random.default_rng(seed).permutation(len(table))))
    for partner in ("ashby", "bramley", "carrow", "dunmore"):
        assert yields(mixed).posterior(R, partner) == yields(table).posterior(R, partner)
