"""Local overrides: every fault at once, and what they make of flags; they never make one."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fraudmatch.errors import SiteError
from fraudmatch.schemas import FLAGS, Override
from fraudmatch.scoring import load_library, overrule, read_overrides
from fraudmatch.scoring.flags import in_order
from fraudmatch.scoring.nodes import canonical
from fraudmatch.shipped import shipped

LIBRARY = load_library([shipped("rules")])
PARTNERS = ("ashby", "bramley", "carrow")
DAY = dt.date(2026, 3, 1)
WHO = {"by": "A. Officer", "on": DAY, "why": "Reviewed in January."}
ONE_SIDED, TWO_SIDED = "FM-CT-001", "FM-CT-005"


def written(**keys: Any) -> dict[str, Any]:
    return {"rule": ONE_SIDED, "partner": "ashby"} | WHO | keys


def override(rule_id: str = ONE_SIDED, partner: str = "ashby", **keys: Any) -> Override:
    return Override(rule_id, partner, "A. Officer", DAY, "Reviewed in January.", **keys)


def flag(
    key: str, left: str, right: str, points: int, true: tuple[str, ...] = (), rule_id: str = ONE_SIDED
) -> dict[str, Any]:
    rule = LIBRARY.rule(rule_id)
    assert rule is not None
    facts = {name: name in true for name in sorted(rule.facts)}
    return {
        "flag_key": key, "rule_id": rule_id, "rule_version": 1, "relation": "property", "left_id": 1,
        "right_id": 2, "left_partner": left, "right_partner": right, "risk_points": points,
        "identity_weight": None, "identity_probability": 0.5, "priority": round(points * 0.5),
        "facts": json.dumps(facts, separators=(",", ":")),
    }  # fmt: skip


def flags(*rows: dict[str, Any]) -> pa.Table:
    table = pa.table({f.name: pa.array([row.get(f.name) for row in rows], f.type) for f in FLAGS})
    return in_order(table.cast(FLAGS))


NIGHT = flags(
    flag("a1", "ashby", "bramley", 80, ("after_discount", "long_standing")),
    flag("a2", "ashby", "ashby", 40),
    flag("b1", "bramley", "ashby", 40),
    flag("x1", "ashby", "bramley", 60, rule_id="FM-HT-003"),
)


def keys_left(*overrides: Override, night: pa.Table = NIGHT) -> list[str]:
    return sorted(overrule(night, overrides, LIBRARY)[0]["flag_key"].to_pylist())


def test_symmetry_of_the_rules_used_here() -> None:
    one, two = LIBRARY.rule(ONE_SIDED), LIBRARY.rule(TWO_SIDED)
    assert one is not None and two is not None
    assert not one.symmetric and two.symmetric


def test_off_takes_away_what_the_partner_owns_and_nothing_else() -> None:
    assert keys_left(override(off=True)) == ["b1", "x1"]
    assert keys_left(override(partner="all", off=True)) == ["x1"]
    assert keys_left(override(partner="carrow", off=True)) == ["a1", "a2", "b1", "x1"]


def test_threshold_keeps_flags_of_just_that_many_points() -> None:
    assert keys_left(override(least_points=40)) == ["a1", "a2", "b1", "x1"]
    assert keys_left(override(least_points=41)) == ["a1", "b1", "x1"]


def test_what_is_taken_away_is_counted_by_override() -> None:
    _, gone = overrule(NIGHT, [override(least_points=41), override(rule_id="FM-HT-003", off=True)], LIBRARY)
    assert [(row["override"], row["flag_key"], row["effect"]) for row in gone.to_pylist()] == [
        (1, "a2", "taken_away"),
        (2, "x1", "taken_away"),
    ]


def test_points_change_the_rank_and_count_before_a_threshold() -> None:
    less = override(points={"after_discount": 0, "base": 30})
    table, touched = overrule(NIGHT, [less], LIBRARY)
    rows = {row["flag_key"]: (row["risk_points"], row["priority"]) for row in table.to_pylist()}
    # a1: 30 + 0 + 15; a2: 30; half of each as the link has probability 0.5 (22.5 rounds to even)
    assert rows["a1"] == (45, 22) and rows["a2"] == (30, 15) and rows["b1"] == (40, 20)
    assert [row["flag_key"] for row in touched.to_pylist()] == ["a1", "a2"]
    assert keys_left(less, override(least_points=31)) == ["a1", "b1", "x1"]


def test_a_partners_own_points_win_over_those_for_all() -> None:
    for overrides in (
        [override(points={"base": 10}), override(partner="all", points={"base": 20})],
        [override(partner="all", points={"base": 20}), override(points={"base": 10})],
    ):
        table, _ = overrule(NIGHT, overrides, LIBRARY)
        rows = {row["flag_key"]: row["risk_points"] for row in table.to_pylist()}
        assert (rows["a2"], rows["b1"]) == (10, 20)


def test_a_flag_two_partners_own_goes_only_when_both_let_it_go() -> None:
    night = flags(flag("t", "ashby", "bramley", 50, rule_id=TWO_SIDED))
    mine = override(TWO_SIDED, off=True)
    assert keys_left(mine, night=night) == ["t"]
    assert keys_left(mine, override(TWO_SIDED, "bramley", least_points=60), night=night) == []
    _, gone = overrule(night, [mine, override(TWO_SIDED, "bramley", least_points=60)], LIBRARY)
    assert gone["override"].to_pylist() == [1, 2]


KINDS = st.one_of(
    st.just({"off": True}),
    st.integers(1, 100).map(lambda n: {"least_points": n}),
    st.dictionaries(
        st.sampled_from(["base", "long_standing"]), st.integers(-40, 40), min_size=1, max_size=2
    ).map(lambda points: {"points": points}),
)


@given(st.lists(st.tuples(st.sampled_from(["all", *PARTNERS]), KINDS), max_size=4))
def test_no_override_makes_a_flag_or_touches_another_partner(drawn: list[tuple[str, dict[str, Any]]]) -> None:
    overrides = [override(partner=partner, **kind) for partner, kind in drawn]
    table, gone = overrule(NIGHT, overrides, LIBRARY)
    before, after = NIGHT["flag_key"].to_pylist(), table["flag_key"].to_pylist()
    taken = {row["flag_key"] for row in gone.to_pylist() if row["effect"] == "taken_away"}
    assert set(after) == set(before) - taken
    if not any(partner in ("all", "bramley") for partner, _ in drawn):
        assert [row for row in table.to_pylist() if row["left_partner"] == "bramley"] == [
            row for row in NIGHT.to_pylist() if row["left_partner"] == "bramley"
        ]


FAULTS = [
    (written(), "override.1", "it sets nothing", "Give one of"),
    (written(off=True, least_points=5), "override.1", "off and least_points", "Give one of"),
    (written(rule="FM-CT-01", off=True), "override.1.rule", "no rule FM-CT-01", "Did you mean FM-CT-0"),
    (written(partner="ashbie", off=True), "override.1.partner", "no partner ashbie", "Did you mean ashby?"),
    (written(points={"long_standin": 5}), "override.1.points.long_standin", "no fact", "Did you mean long_standing?"),
    (written(points={"long_standing": 60}), "override.1.points", "come to 125", "100 or less"),
    (written(off=False), "override.1.off", "off is true or left out", "Remove the table"),
    (written(lest_points=5), "override.1.lest_points", "no such key", "Did you mean least_points?"),
    (written(least_points=101), "override.1.least_points", "less than or equal to 100", ""),
    (written(off=True, why=" "), "override.1.why", "at least 1 character", ""),
    ({k: v for k, v in written(off=True).items() if k != "on"}, "override.1.on", "missing", ""),
    (written(off=True, on="2026-03-01"), "override.1.on", "valid date", ""),
]  # fmt: skip


@pytest.mark.parametrize(("table", "where", "what", "remedy"), FAULTS, ids=[f"{f[1]} {f[2]}" for f in FAULTS])
def test_fault_is_named(table: dict[str, Any], where: str, what: str, remedy: str) -> None:
    with pytest.raises(SiteError) as caught:
        read_overrides([table], PARTNERS, LIBRARY)
    (problem,) = caught.value.problems
    assert problem.where == where and what in problem.what and remedy in problem.remedy


def test_all_faults_of_all_tables_at_once_and_repeats() -> None:
    tables = [
        written(off=True, by=1, rule="FM-NO-001"),
        written(off=True),
        written(off=True, partner="nobody"),
    ]
    with pytest.raises(SiteError) as caught:
        read_overrides([*tables, tables[1]], PARTNERS, LIBRARY)
    assert [p.where for p in caught.value.problems] == [
        "override.1.by", "override.1.rule", "override.3.partner", "override.4",
    ]  # fmt: skip
    assert "override 2 sets off of FM-CT-001 for ashby too" in caught.value.problems[3].what


def test_a_fact_of_one_side_has_no_points_in_a_rule_that_names_no_side() -> None:
    two_sided = [one for one in LIBRARY.rules if one.symmetric]
    uneven = [
        (one, name)
        for one in two_sided
        for name, node in one.facts.items()
        if canonical(node) != canonical(node, swapped=True)
    ]
    assert uneven, "the library has a symmetric rule with a fact about one side"
    one, name = uneven[0]
    table = written(rule=one.id, points={name: 1})
    with pytest.raises(SiteError) as caught:
        read_overrides([table], PARTNERS, LIBRARY)
    assert "depends on which of the two" in caught.value.problems[0].what


def test_sound_overrides_are_read_in_their_order() -> None:
    read = read_overrides(
        [written(least_points=60), written(partner="all", points={"base": 20})], PARTNERS, LIBRARY
    )
    assert read == (override(least_points=60), override(partner="all", points={"base": 20}))
