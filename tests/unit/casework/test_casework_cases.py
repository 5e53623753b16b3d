"""Flags joined into cases, their chance, value and order."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from casework_tables import TERMS, flag, flags_table, groups_table, key_of, outcome, outcomes_of, rule, table
from hypothesis import given
from hypothesis import strategies as st

from fraudmatch import schemas
from fraudmatch.casework import Casework, Ties, make_cases, plan, terms_of
from fraudmatch.casework.priority import risk_probability, usual_points
from fraudmatch.errors import RuleFileError
from fraudmatch.scoring import load_library
from fraudmatch.shipped import shipped

SPD = rule("FM-CT-001", rate=0.08, strength=20, minutes=25)
LODGER = rule("FM-CT-004", right="payroll", rate=0.05, strength=20, minutes=20)
PERSON = rule("FM-PN-001", relation="person", right="deaths", rate=0.2, strength=20, minutes=20)
PAYMENT = rule("FM-CR-001", relation="payment", right="payments", rate=0.01, minutes=20)
PHONE = rule("FM-PY-009", relation="phone", right="payments", rate=0.01, minutes=20)
EMAIL = rule("FM-PY-010", relation="email", right="payments", rate=0.01, minutes=20)
CROWD = replace(rule("FM-CT-090", relation="group", right=None, rate=0.05, minutes=40), grouped_by="property")
CALLED = replace(rule("FM-CT-091", relation="group", right=None, rate=0.05, minutes=40), grouped_by="phone")
RULES = {one.id: one for one in (SPD, LODGER, PERSON, PAYMENT, PHONE, EMAIL, CROWD, CALLED)}
NONE = schemas.OUTCOMES.empty_table()


def made(*rows, outcomes=NONE, terms=TERMS, ties=None, **columns) -> Casework:
    size = 1 + max([max(row["left_id"], row["right_id"] or 0) for row in rows], default=0)
    return make_cases(flags_table(*rows), groups_table(size, **columns), RULES, outcomes, terms, ties)


def tied(size: int, members=(), **contacts) -> Ties:
    """Members as (flag, record ids), contacts as column -> record -> value."""
    rows = [{"flag_key": row["flag_key"], "record_id": one} for row, ids in members for one in ids]
    said = {name: [contacts.get(name, {}).get(n) for n in range(size)] for name in ("phone", "email")}
    columns = {name: pa.array(values, pa.string()) for name, values in said.items()}
    return Ties(table(schemas.MEMBERS, rows), pa.table(columns))


def together(casework: Casework) -> set[frozenset[str]]:
    found: dict[str, set[str]] = {}
    for row in casework.flags.to_pylist():
        found.setdefault(row["case_key"], set()).add(row["flag_key"])
    return {frozenset(keys) for keys in found.values()}


def test_flags_about_one_property_are_one_case_and_another_property_is_another():
    rows = [flag(SPD, 0, 3), flag(LODGER, 1, 3), flag(SPD, 2, 3)]
    found = made(*rows, property_id={0: 7, 1: 7, 2: 8, 3: 7})
    assert together(found) == {
        frozenset([rows[0]["flag_key"], rows[1]["flag_key"]]),
        frozenset([rows[2]["flag_key"]]),
    }
    assert sorted(found.cases["flags"].to_pylist()) == [1, 2]


def test_a_person_joins_across_rules_and_partners_and_the_elector_of_a_property_flag_does_not():
    rows = [
        flag(SPD, 0, 3),
        flag(PERSON, 1, 2, left_partner="bramley"),
        flag(PERSON, 3, 4, left_partner="carrow", right_partner="bramley"),
    ]
    found = made(*rows, person_id={0: 0, 1: 0, 2: 0, 3: 3, 4: 3}, property_id={0: 5, 3: 5})
    assert together(found) == {
        frozenset([rows[0]["flag_key"], rows[1]["flag_key"]]),
        frozenset([rows[2]["flag_key"]]),
    }
    assert found.cases["partners"].to_pylist() == [2, 2]


def test_payments_join_by_the_payment_they_share():
    rows = [flag(PAYMENT, 0, 1), flag(PAYMENT, 1, 2), flag(PAYMENT, 3, 4)]
    assert len(together(made(*rows))) == 2


def test_every_member_of_a_group_joins_and_so_does_what_the_group_shares():
    group = flag(CROWD, 0)
    rows = [group, flag(PERSON, 2, 5), flag(SPD, 3, 6), flag(PERSON, 4, 7)]
    ties = tied(8, [(group, (0, 1, 2))])
    found = together(made(*rows, ties=ties, property_id={0: 9, 1: 9, 2: 9, 3: 9, 4: 9}))
    # 2 is a member; 3 is a property flag of that property; 4 lives there and its flag is about a person
    assert found == {
        frozenset(row["flag_key"] for row in rows[:3]),
        frozenset([rows[3]["flag_key"]]),
    }


def test_groups_without_a_common_member_join_by_what_they_share_only():
    one, other = flag(CALLED, 0), flag(CALLED, 2)
    members = [(one, (0, 1)), (other, (2, 3))]
    assert len(together(made(one, other, ties=tied(4, members)))) == 2
    same = dict.fromkeys(range(4), "01632960001")
    assert len(together(made(one, other, ties=tied(4, members, phone=same)))) == 1


@pytest.mark.parametrize(("text", "name"), [(PHONE, "phone"), (EMAIL, "email")])
def test_a_shared_contact_joins_its_flags_and_those_about_the_person(text, name):
    rows = [flag(text, 0, 1), flag(text, 2, 3), flag(text, 4, 5), flag(SPD, 6, 7)]
    contacts = {name: {0: "a", 1: "a", 2: "a", 3: "a", 4: "b", 5: "b"}}
    found = together(made(*rows, ties=tied(8, **contacts), person_id={0: 0, 4: 4, 6: 4}))
    assert found == {
        frozenset(row["flag_key"] for row in rows[:2]),
        frozenset(row["flag_key"] for row in rows[2:]),
    }


def test_a_contact_does_not_join_flags_of_other_relations():
    rows = [flag(SPD, 0, 1), flag(SPD, 2, 3)]
    assert len(together(made(*rows, ties=tied(4, phone=dict.fromkeys(range(4), "a"))))) == 2


def test_a_crowded_property_joins_nothing_and_a_long_chain_falls_apart():
    most = TERMS.most_flags
    block = [flag(SPD, n, most + 5) for n in range(most + 1)]
    found = made(*block, property_id=dict.fromkeys(range(most + 6), 9))
    assert found.cases.num_rows == most + 1 and (found.crowded, found.apart) == (1, 0)
    just = made(*block[:most], property_id=dict.fromkeys(range(most + 6), 9))
    assert just.cases.num_rows == 1 and (just.crowded, just.apart) == (0, 0)
    chain = [flag(PAYMENT, n, n + 1) for n in range(most + 1)]
    found = made(*chain)
    assert found.cases.num_rows == most + 1 and (found.crowded, found.apart) == (0, most + 1)


def test_two_sources_that_agree_raise_and_one_source_twice_does_not():
    one = made(flag(SPD, 0, 3)).cases["chance_real"][0].as_py()
    same = made(flag(SPD, 0, 3), flag(SPD, 0, 4)).cases["chance_real"][0].as_py()
    both = made(flag(SPD, 0, 3), flag(LODGER, 0, 4)).cases["chance_real"][0].as_py()
    assert one == same == pytest.approx(0.08)
    assert both == pytest.approx(1 - 0.92 * 0.95)


def test_identity_and_risk_stand_apart_and_are_multiplied():
    found = made(flag(PERSON, 0, 1, identity_probability=0.5)).cases.to_pylist()[0]
    assert (found["identity_probability"], found["risk_probability"]) == (0.5, pytest.approx(0.2))
    assert found["chance_real"] == pytest.approx(0.1)


def test_money_of_one_record_counts_once_and_classes_stay_apart():
    rows = [
        flag(SPD, 0, 3, value_estimate_pence=50_000),
        flag(LODGER, 0, 4, value_estimate_pence=30_000, value_notional_pence=1_000),
        flag(PERSON, 1, 2, value_estimate_pence=7_000, value_prevented_pence=0),
    ]
    case = made(*rows, person_id={0: 0, 1: 0, 2: 0}).cases.to_pylist()[0]
    at_home, pension = 1 - 0.92 * 0.95, 0.2
    assert case["value_estimate_pence"] == 57_000 and case["value_notional_pence"] == 1_000
    assert case["value_actual_pence"] is None and case["value_prevented_pence"] == 0
    assert case["expected_estimate_pence"] == round(50_000 * at_home + 7_000 * pension)
    assert case["minutes"] == 25 + 5 + 5
    weights = TERMS.weights
    worth = at_home * (50_000 * weights["estimate"] + 1_000 * weights["notional"])
    worth += pension * 7_000 * weights["estimate"]
    assert case["priority"] == pytest.approx(worth / 35, abs=1e-3)


def test_without_a_value_the_stated_small_one_ranks():
    case = made(flag(SPD, 0, 3)).cases.to_pylist()[0]
    assert case["priority"] == pytest.approx(0.08 * TERMS.small_value / 25, abs=1e-3)


def test_owner_and_key_are_those_of_the_flag_with_most_at_stake_and_no_outcome_moves_them():
    rows = [
        flag(SPD, 0, 3, value_estimate_pence=100),
        flag(PERSON, 1, 2, left_partner="bramley", value_estimate_pence=90_000),
    ]
    groups = {"person_id": {0: 0, 1: 0, 2: 0}}
    learnt = outcomes_of(("FM-CT-001", "ashby", 90, 0), ("FM-PN-001", "bramley", 0, 90))
    for outcomes in (NONE, learnt):
        case = made(*rows, outcomes=outcomes, **groups).cases.to_pylist()[0]
        assert case["owner"] == "bramley" and case["leading_flag_key"] == rows[1]["flag_key"]
        assert case["case_key"] == rows[1]["flag_key"][:16]


def test_decided_flags_are_in_no_case_and_unresolved_ones_are():
    rows = [flag(SPD, 0, 3), flag(SPD, 1, 3), flag(SPD, 2, 3)]
    said = [
        outcome("FM-CT-001", "ashby", word, ("FM-CT-001", n, 3))
        for n, word in enumerate(("cleared", "unresolved"))
    ]
    assert said[0]["flag_key"] == rows[0]["flag_key"] == key_of(("FM-CT-001", 0, 3))
    found = made(*rows, outcomes=table(schemas.OUTCOMES, said))
    assert sorted(found.flags["flag_key"].to_pylist()) == sorted(str(row["flag_key"]) for row in rows[1:])
    assert found.decided == 1


def test_no_flags_make_no_cases():
    found = made()
    assert found.cases.schema.equals(schemas.CASES) and found.cases.num_rows == found.flags.num_rows == 0


def test_usual_points_are_the_lower_median_of_each_rule():
    rows = [flag(SPD, n, 9, risk_points=points) for n, points in enumerate((40, 80, 60, 90))]
    rows.append(flag(LODGER, 5, 9, risk_points=10))
    assert usual_points(flags_table(*rows)).tolist() == [60, 60, 60, 60, 10]


@given(
    rate=st.floats(0.001, 0.999), low=st.integers(0, 100), more=st.integers(0, 100), usual=st.integers(0, 100)
)
def test_more_points_never_mean_less_risk_and_usual_ones_mean_the_yield(rate, low, more, usual):
    points = np.array([low, low + more, usual], float)
    risk = risk_probability(np.full(3, rate), points, np.full(3, float(usual)), TERMS.doubling_points)
    assert 0 < risk[0] <= risk[1] < 1
    assert risk[2] == pytest.approx(rate)


@given(seed=st.integers(0, 5_000))
def test_the_order_of_flags_does_not_matter(seed):
    rng = np.random.default_rng(seed)
    rules = [SPD, LODGER, PERSON]
    pairs = {(int(rng.integers(3)), int(rng.integers(12)), int(rng.integers(12, 20))) for _ in range(25)}
    rows = [
        flag(
            rules[k],
            left,
            right,
            risk_points=int(rng.integers(100)),
            value_estimate_pence=int(rng.integers(3)),
        )
        for k, left, right in sorted(pairs)
    ]
    groups = {"person_id": {n: n // 3 for n in range(20)}, "property_id": {n: n // 2 for n in range(20)}}
    first = made(*rows, **groups)
    second = made(*(rows[n] for n in rng.permutation(len(rows))), **groups)
    assert first.cases.equals(second.cases) and first.flags.equals(second.flags)
    assert sorted(first.flags["flag_key"].to_pylist()) == sorted(str(row["flag_key"]) for row in rows)
    assert first.cases["rank"].to_pylist() == list(range(1, first.cases.num_rows + 1))
    assert first.cases["priority"].to_pylist() == sorted(first.cases["priority"].to_pylist(), reverse=True)


def test_a_plan_takes_the_best_that_fit_and_leaves_the_rest():
    rows = [
        flag(SPD, 0, 9, value_estimate_pence=90_000),
        flag(PERSON, 1, 8, value_estimate_pence=800),
        flag(LODGER, 2, 9, value_estimate_pence=700, left_partner="bramley"),
    ]
    cases = made(*rows).cases
    assert cases["minutes"].to_pylist() == [25, 20, 20]
    both = plan(cases, 46)
    assert both.taken["rank"].to_pylist() == [1, 2] and both.left["rank"].to_pylist() == [3]
    assert plan(cases, 24).taken["rank"].to_pylist() == [2], "the first does not fit; a later one does"
    assert plan(cases, 19).taken.num_rows == 0
    assert plan(cases, 600, "bramley").taken["owner"].to_pylist() == ["bramley"]
    assert plan(cases, 600, "bramley").left.num_rows == 0


def test_terms_are_refused_when_one_is_missing_or_nought():
    constants = load_library([shipped("rules")]).constants(dt.date(2026, 4, 1))
    short = {name: value for name, value in constants.items() if name != ("param", "case_small_value")}
    with pytest.raises(RuleFileError, match="case_small_value"):
        terms_of(short)
    with pytest.raises(RuleFileError, match="case_most_flags"):
        terms_of({**constants, ("param", "case_most_flags"): 0})


def test_weights_move_the_order_and_no_amount():
    rows = [flag(SPD, 0, 9, value_actual_pence=10_000), flag(SPD, 1, 9, value_notional_pence=15_000)]
    usual = made(*rows).cases
    other = made(*rows, terms=replace(TERMS, weights={**TERMS.weights, "notional": 1.0})).cases
    assert usual["leading_flag_key"].to_pylist() == other["leading_flag_key"].to_pylist()[::-1]
    for name in ("value_actual_pence", "value_notional_pence", "expected_notional_pence"):
        assert sorted(map(str, usual[name].to_pylist())) == sorted(map(str, other[name].to_pylist()))
    assert pc.sum(usual["chance_real"]).as_py() == pytest.approx(0.16)


def test_recorded_minutes_move_the_case_and_its_priority_and_not_its_name():
    rows = [flag(SPD, 0, 1, value_estimate_pence=50_000), flag(LODGER, 2, 3, value_estimate_pence=50_000)]
    before = made(*rows).cases
    slow = [outcome("FM-CT-001", "ashby", "cleared", n) | {"minutes": 75} for n in range(20)]
    cleared = [row | {"minutes": None} for row in slow]
    without = made(*rows, outcomes=table(schemas.OUTCOMES, cleared)).cases
    found = made(*rows, outcomes=table(schemas.OUTCOMES, slow)).cases
    minutes = dict(zip(found["leading_rule_id"].to_pylist(), found["minutes"].to_pylist(), strict=True))
    assert minutes == {"FM-CT-001": 50, "FM-CT-004": 20}  # (20 · 25 + 20 · 75) / 40
    assert sorted(without["minutes"].to_pylist()) == sorted(before["minutes"].to_pylist()) == [20, 25]
    of_spd = [
        t.filter(pc.equal(t["leading_rule_id"], "FM-CT-001"))["priority"][0].as_py() for t in (without, found)
    ]
    assert of_spd[1] == pytest.approx(of_spd[0] / 2, rel=1e-3)
    assert set(found["case_key"].to_pylist()) == set(before["case_key"].to_pylist())
