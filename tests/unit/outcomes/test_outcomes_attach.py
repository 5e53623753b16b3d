"""What a decision rested on, and the state of a decided flag tonight."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fraudmatch import schemas
from fraudmatch.days import after_months
from fraudmatch.outcomes import Rested, Tonight, attach, bases, open_again, settled
from fraudmatch.outcomes.basis import changed
from fraudmatch.schemas import RuleText

NIGHT = dt.date(2026, 3, 31)
SECRET = b"a secret of this store, 32 bytes"
RULE = RuleText(
    id="FM-CT-001", version=1, title="T", status="live", owner="o", service="s", description="d", legal_basis=(),
    innocent_explanations=(), next_step="n", relation="property", left="council_tax", right="electoral_register",
    reasons={}, show_left=(), show_right=(), demands=(("council_tax", "discount_type"),),
    rests_left=("discount_start", "discount_type"), rests_right=("date_added",),
)  # fmt: skip
GROUPED = replace(
    RULE, id="FM-G-001", relation="group", right=None, grouped_by="phone", rests_left=(), rests_right=()
)


def record(number: int, dataset: str, **more: Any) -> dict[str, Any]:
    return {
        "record_id": number, "partner": "northshire", "dataset": dataset, "source_ref": f"R{number}", "party": 1,
        "delivery": "d", "source_row": number, "surname": f"NAME{number}", "forename": "ADA", "street": "ROW",
    } | more  # fmt: skip


def table(rows: list[dict[str, Any]], schema: pa.Schema) -> pa.Table:
    return pa.table(
        {f.name: pa.array([row.get(f.name) for row in rows], f.type) for f in schema}, schema=schema
    )


def flag(**more: Any) -> dict[str, Any]:
    return {
        "flag_key": "0" * 31 + "1", "rule_id": "FM-CT-001", "rule_version": 1, "relation": "property", "left_id": 0,
        "right_id": 1, "left_partner": "northshire", "right_partner": "northshire", "risk_points": 50, "priority": 50,
        "facts": '{"long":true,"other":null}',
    } | more  # fmt: skip


def tonight(
    *flags: dict[str, Any], left: dict[str, Any] | None = None, right: dict[str, Any] | None = None,
    account: dict[str, Any] | None = None, members: tuple[int, ...] = (), **more: Any,
) -> Tonight:  # fmt: skip
    """A night of two records, with what is said of them changed."""
    records = table([record(0, "council_tax", **(left or {})), record(1, "electoral_register", **(right or {}))],
                    schemas.RECORDS)  # fmt: skip
    account = {"record_id": 0, "discount_type": "single_person", "discount_start": NIGHT} | (account or {})
    details = {
        "council_tax": table([account], schemas.details_schema("council_tax")),
        "electoral_register": table([{"record_id": 1, "date_added": NIGHT}], schemas.details_schema("electoral_register")),
    }  # fmt: skip
    member_rows = [{"flag_key": flag()["flag_key"], "record_id": one} for one in members]
    rested = Rested(records, details, table(member_rows, schemas.MEMBERS))
    night = Tonight(
        NIGHT, table(list(flags), schemas.FLAGS), schemas.empty(schemas.HELD), schemas.empty(schemas.OVERRULED),
        rested, {"FM-CT-001": RULE, "FM-G-001": GROUPED}, SECRET,
    )  # fmt: skip
    return replace(night, **more)


def basis_of(night: Tonight) -> str:
    return bases(night.flags, night.rested, night.rules, night.secret)[0]


def decided(outcome: str = "cleared", basis: str | None = None, **more: Any) -> pa.Table:
    row = {
        "flag_key": flag()["flag_key"], "rule_id": "FM-CT-001", "partner": "northshire", "outcome": outcome,
        "decided_on": dt.date(2026, 3, 1), "sequence": 7, "left_ref": "northshire:council_tax:R0",
        "right_ref": "northshire:electoral_register:R1", "basis": basis,
    }  # fmt: skip
    return table([row | more], schemas.DECIDED)


def state(told: pa.Table, night: Tonight) -> tuple[str, list[str]]:
    (row,) = attach(told, night, 24).to_pylist()
    assert row["event"] == 7
    return row["state"], row["changed"]


BEFORE = basis_of(tonight(flag()))


def test_unchanged_and_cleared_stays_cleared_until_it_is_asked_again():
    assert state(decided(basis=BEFORE), tonight(flag())) == ("stays_cleared", [])
    assert state(decided(basis=BEFORE, decided_on=dt.date(2024, 3, 31)), tonight(flag())) == (
        "asked_again",
        [],
    )
    assert state(decided(basis=BEFORE, decided_on=dt.date(2024, 4, 1)), tonight(flag())) == (
        "stays_cleared",
        [],
    )


@pytest.mark.parametrize(
    ("night", "names"),
    [
        (tonight(flag(), left={"surname": "OTHER"}), ["left.name"]),
        (tonight(flag(), right={"street": "LANE"}), ["right.address"]),
        (tonight(flag(), right={"date_of_birth": NIGHT}), ["right.date_of_birth"]),
        (tonight(flag(), account={"discount_start": dt.date(2026, 1, 1)}), ["left.discount_start"]),
        (tonight(flag(facts='{"long":false,"other":true}')), ["fact.long", "fact.other"]),
    ],
)
def test_what_changed_since_it_was_cleared_is_named(night, names):
    assert state(decided(basis=BEFORE), night) == ("changed_since_cleared", names)


@pytest.mark.parametrize(
    "night",
    [
        tonight(flag(), left={"surname": None, "forename": None}),  # blank now: nothing new is known
        tonight(flag(facts='{"long":null,"other":null}')),
        tonight(flag(rule_version=2, facts='{"long":false,"new":true}')),  # a new version alone
        tonight(flag(), left={"phone": "01", "title": "DR", "delivery": "e", "source_row": 9}),
        tonight(flag(), account={"charge_annual_pence": 5, "band": "A"}),
        tonight(flag(risk_points=90, priority=90, value_estimate_pence=900)),
    ],
)
def test_what_a_decision_does_not_rest_on_raises_nothing(night):
    assert state(decided(basis=BEFORE), night) == ("stays_cleared", [])


def test_of_a_decision_from_before_there_were_digests_facts_alone_are_compared():
    old = '{"facts":{"long":true,"other":null}}'
    assert state(decided(basis=old), tonight(flag(), left={"surname": "OTHER"})) == ("stays_cleared", [])
    assert state(decided(basis=None), tonight(flag(), left={"surname": "OTHER"})) == ("stays_cleared", [])


def test_without_the_secret_nothing_is_taken_for_changed():
    night = tonight(flag(), left={"surname": "OTHER"}, secret=b"")
    assert state(decided(basis=BEFORE), night) == ("stays_cleared", [])


def test_a_group_comes_back_when_other_records_belong_to_it():
    of_group = flag(rule_id="FM-G-001", relation="group", right_id=None, right_partner=None)
    both, one = tonight(of_group, members=(0, 1)), tonight(of_group, members=(0,))
    told = decided(rule_id="FM-G-001", right_ref=None, basis=basis_of(both))
    assert state(told, both) == ("stays_cleared", [])
    assert state(told, one) == ("changed_since_cleared", ["members"])


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [("confirmed", "still_stands"), ("error", "still_stands"), ("unresolved", "unresolved")],
)
def test_other_outcomes_do_not_come_back(outcome, expected):
    assert state(decided(outcome, BEFORE), tonight(flag(), left={"surname": "OTHER"})) == (expected, [])


def test_why_a_flag_is_not_there():
    held = table([{"flag_key": flag()["flag_key"], "rule_id": "FM-CT-001", "fact": "f", "left_id": 0,
                   "left_partner": "northshire"}], schemas.HELD)  # fmt: skip
    taken = table([{"override": 1, "flag_key": flag()["flag_key"], "rule_id": "FM-CT-001", "effect": "taken_away",
                    "left_id": 0, "left_partner": "northshire"}], schemas.OVERRULED)  # fmt: skip
    told = decided(basis=BEFORE)
    assert state(told, tonight()) == ("no_longer_matched", [])
    assert state(told, tonight(rules={})) == ("rule_not_run", [])
    assert state(told, tonight(held=held)) == ("held_back", [])
    assert state(told, tonight(overruled=taken)) == ("overruled", [])
    assert (
        state(decided(basis=BEFORE, right_ref="southshire:electoral_register:R1"), tonight())[0]
        == "missing_tonight"
    )
    assert state(decided(left_ref=None, right_ref=None), tonight()) == ("not_flagged", [])


def test_a_column_that_did_not_come_closes_nothing():
    assert state(decided(basis=BEFORE), tonight(account={"discount_type": None})) == ("missing_tonight", [])


def test_a_flag_under_another_reference_is_proposed_and_not_taken_over():
    renumbered = tonight(flag(flag_key="f" * 32), right={"source_ref": "R77"})
    (row,) = attach(decided(basis=BEFORE), renumbered, 24).to_pylist()
    assert (row["state"], row["new_flag_key"]) == ("key_changed", "f" * 32)
    elsewhere = tonight(flag(flag_key="f" * 32), right={"source_ref": "R77", "street": "LANE"})
    assert state(decided(basis=BEFORE), elsewhere) == ("no_longer_matched", [])
    two = tonight(flag(flag_key="e" * 32), flag(flag_key="f" * 32), right={"source_ref": "R77"})
    assert state(decided(basis=BEFORE), two) == ("no_longer_matched", [])


def test_what_is_settled_and_what_came_back():
    attached = attach(decided(basis=BEFORE), tonight(flag()), 24)
    assert settled(attached).to_pylist() == [flag()["flag_key"]] and not open_again(attached).num_rows
    attached = attach(decided(basis=BEFORE), tonight(flag(), left={"surname": "OTHER"}), 24)
    assert not len(settled(attached)) and open_again(attached).num_rows == 1


def test_a_basis_holds_no_value_and_is_worth_nothing_without_the_secret():
    for value in ("NAME0", "ADA", "ROW", "single_person", NIGHT.isoformat()):
        assert value not in BEFORE
    other = basis_of(tonight(flag(), secret=b"the secret of some other store.."))
    assert not set(json.loads(BEFORE)["left"].values()) & set(json.loads(other)["left"].values()) - {None}


_SIDE = st.dictionaries(st.sampled_from("abc"), st.sampled_from([None, "x", "y"]))
_BASIS = st.fixed_dictionaries(
    {"rule": st.integers(1, 2)},
    optional={"facts": st.dictionaries(st.sampled_from("fg"), st.sampled_from([None, True, False])),
              "left": _SIDE, "right": _SIDE, "members": st.sampled_from(["m", "n"])},
)  # fmt: skip


@given(_BASIS, _BASIS)
def test_what_differs_is_what_both_speak_of_and_is_known_now(before, now):
    found = changed(before, now)
    expected = []
    for part, name in [("facts", n) for n in "fg"] + [(side, n) for side in ("left", "right") for n in "abc"]:
        if part == "facts" and before["rule"] != now["rule"]:
            continue
        was, now_is = before.get(part, {}), now.get(part, {}).get(name)
        if name in was and now_is is not None and was[name] != now_is:
            expected.append(f"{'fact' if part == 'facts' else part}.{name}")
    if "members" in before and "members" in now and before["members"] != now["members"]:
        expected.append("members")
    assert found == tuple(sorted(expected))
    assert changed(before, before) == ()


@given(st.dates(dt.date(2000, 1, 1), dt.date(2050, 1, 1)), st.integers(0, 60))
def test_months_are_counted_as_people_count_them(day, months):
    later = after_months(day, months)
    assert (later.year - day.year) * 12 + later.month - day.month == months
    assert later.day == day.day or (later.day < day.day and (later + dt.timedelta(days=1)).day == 1)
