"""Explanations of pairs: every outcome, every reason not to meet, and sums that are the linker's."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fraudmatch.linkage import link, prepare
from fraudmatch.linkage.explaining.explain import OUTCOMES, Explanation, LinkedRecords, explain_pair
from fraudmatch.linkage.grouping.average import CLIP
from fraudmatch.linkage.model import Model
from fraudmatch.pairs.text import Sides, pair_lines, verdict, waterfall

MODEL = Model.model_validate(
    {
        "name": "small", "version": 1, "relation": "person", "description": "d", "prior": -6, "threshold": 0,
        "block_limit": 3,
        "pass": [{"key": ["surname"], "refine": ["year"]}, {"key": ["nino"]}],
        "comparison": [
            {"name": "nino", "columns": ["nino"], "levels": [
                {"name": "same", "when": "exact", "m": 0.9, "u": 0.0001},
                {"name": "differs", "when": "otherwise", "m": 0.1, "u": 0.9999}]},
            {"name": "year", "columns": ["year"], "levels": [
                {"name": "same", "when": "exact", "m": 0.9, "u": 0.01},
                {"name": "differs", "when": "otherwise", "m": 0.001, "u": 0.99}]},
            {"name": "surname", "columns": ["surname"], "alike": "surname:sound",
             "frequencies": {"SMITH": 0.02}, "levels": [
                {"name": "same", "when": "exact", "m": 0.9, "u": 0.001},
                {"name": "sounds alike", "when": "alike", "m": 0.05, "u": 0.01},
                {"name": "differs", "when": "otherwise", "m": 0.05, "u": 0.989}]},
        ],
        "given": [{"comparison": "surname", "when": {"year": "differs"}, "u": {"same": 0.1}}],
    }
)  # fmt: skip


def table(*rows: tuple[str | None, str | None, str | None]) -> pa.Table:
    return pa.table(
        {
            name: pa.array([r[k] for r in rows], pa.string())
            for k, name in enumerate(("surname", "year", "nino"))
        }
    )


def linked(records: pa.Table, model: Model = MODEL, **also: np.ndarray) -> LinkedRecords:
    made = link(records, model, **also)
    return LinkedRecords(
        model, records, made.keys, made.groups.astype(np.int64),
        made.links["left_id"].to_numpy().astype(np.int64), made.links["right_id"].to_numpy().astype(np.int64),
        side=also.get("side"), apart=also.get("apart"),
    )  # fmt: skip


def whys(made: Explanation) -> list[str]:
    return [one.why for one in made.meetings]


def test_a_link_says_where_it_met_and_sums_up() -> None:
    made = explain_pair(linked(table(("SMITH", "1970", "A1"), ("SMITH", "1970", None))), 0, 1)
    assert made.outcome == "linked"
    assert [one.met for one in made.meetings] == [True, False]
    assert whys(made) == ["", "nino not known right"]
    assert [step.level for step in made.steps] == [None, "same", "same"]
    assert made.steps[0].weight == 0 and made.steps[0].agreement == "missing"
    assert made.steps[-1].because == "a common value"
    assert made.total == pytest.approx(made.prior + sum(step.weight for step in made.steps))
    assert made.steps[-1].running == made.total
    assert made.grouping.together and made.grouping.left_size == 2


def test_below_the_threshold_and_why_the_weight_is_not_the_usual_one() -> None:
    made = explain_pair(linked(table(("SMITH", "1970", None), ("SMITH", "1981", None))), 0, 1)
    assert made.outcome == "below"
    assert made.steps[2].because == "given year: differs"
    assert not made.grouping.together


def test_never_compared_names_what_differs_and_what_would_have_been() -> None:
    made = explain_pair(linked(table(("SMITH", "1970", "A1"), ("JONES", "1970", "A2"))), 0, 1)
    assert made.outcome == "never compared"
    assert whys(made) == ["surname differs", "nino differs"]
    weak = MODEL.model_copy(update={"prior": 0.0})
    strong = explain_pair(linked(table(("SMITH", "1970", "A1"), ("SMYTH", "1970", None)), weak), 0, 1)
    assert strong.outcome == "never compared, strong"
    assert strong.steps[2].columns == ("surname", "surname:sound")


def test_a_block_that_was_cut_finer_or_left_out_says_so() -> None:
    crowd = [("SMITH", "1970", None)] * 3 + [("SMITH", "1980", None), ("SMITH", None, None)]
    found = linked(table(*crowd))
    assert whys(explain_pair(found, 0, 3))[0] == (
        "the block is too large and was cut finer by year, which differs (1970, 1980)"
    )
    assert whys(explain_pair(found, 0, 4))[0] == (
        "the block is too large and was cut finer by year, which is not known right"
    )
    full = linked(table(*[("SMITH", "1970", None)] * 4))
    made = explain_pair(full, 0, 1)
    assert whys(made)[0] == "the block is too large and was left out, with all its records"
    assert made.outcome == "never compared, strong"


def test_a_missing_value_says_why_where_it_is_known() -> None:
    found = replace(
        linked(table(("SMITH", "1970", None), ("JONES", "1970", "A1"))),
        notes={0: {"nino": "the number is a temporary one"}},
    )
    assert whys(explain_pair(found, 0, 1))[1] == "nino not known left (the number is a temporary one)"


def test_files_parties_decisions_and_one_record_twice() -> None:
    same = table(("SMITH", "1970", "A1"), ("SMITH", "1970", "A1"), ("SMITH", "1970", "A1"))
    across = linked(same, side=np.array([0, 0, 1], np.int8))
    assert explain_pair(across, 0, 1).outcome == "one side"
    assert explain_pair(across, 0, 2).outcome == "linked"
    apart = linked(same, apart=np.array([5, 5, -1], np.int32))
    assert explain_pair(apart, 0, 1).outcome == "known apart"
    assert explain_pair(apart, 1, 1).outcome == "itself"
    decided = replace(across, decided={(0, 2): False, (0, 1): True})
    assert explain_pair(decided, 2, 0).outcome == "decided different"
    assert explain_pair(decided, 0, 1).outcome == "decided same"
    single = replace(across, single=True, left=np.array([1]), right=np.array([2]))
    assert explain_pair(single, 0, 2).outcome == "assigned elsewhere"
    assert explain_pair(single, 1, 2).outcome == "linked"


def test_one_group_without_a_link_shows_the_way_between() -> None:
    """0 and 2 share no key; 1 knows both."""
    records = table(("SMITH", "1970", None), ("SMITH", "1970", "A1"), (None, "1970", "A1"))
    found = linked(records)
    made = explain_pair(found, 2, 0)
    assert (made.outcome, made.grouping.together, made.grouping.chain) == (
        "never compared, strong",
        True,
        (2, 1, 0),
    )
    assert explain_pair(found, 0, 1).grouping.chain == ()


def test_linked_and_yet_in_two_groups_shows_what_speaks_against() -> None:
    records = table(("SMITH", "1970", "A1"), ("SMITH", "1970", None), ("JONES", "1990", "A1"))
    found = replace(
        linked(records), groups=np.array([0, 0, 2]), left=np.array([0, 0]), right=np.array([1, 2])
    )
    made = explain_pair(found, 0, 2)
    assert not made.grouping.together
    assert (made.grouping.left_size, made.grouping.right_size, made.grouping.between) == (2, 1, 2)
    linker = prepare(records, MODEL)
    no_link = linker.group_weights(np.array([1]), np.array([2]))[0] / 1000
    weights = [min(max(each, -CLIP / 1000), CLIP / 1000) for each in (made.total, no_link)]
    assert made.grouping.average == pytest.approx(sum(weights) / 2)
    assert "average" in "\n".join(pair_lines(made, Sides("one", "other", {})))


def test_without_stored_links_they_are_found_again() -> None:
    records = table(("SMITH", "1970", None), ("SMITH", "1970", "A1"), (None, "1970", "A1"))
    found = linked(records)
    again = replace(found, left=None, right=None)
    for pair in ((0, 1), (1, 2), (0, 2)):
        assert explain_pair(again, *pair) == explain_pair(found, *pair)


def test_rows_beyond_the_table_are_refused() -> None:
    with pytest.raises(IndexError, match="rows are 0 to 1"):
        explain_pair(linked(table(("A", "1", None), ("A", "1", None))), 0, 2)


def test_the_text_holds_the_verdict_both_values_and_no_more_than_ascii_bars_when_plain() -> None:
    found = linked(table(("SMITH", "1970", "A1"), ("SMITH", "1981", None)))
    made = explain_pair(found, 0, 1)
    lines = pair_lines(made, Sides("one", "other", {}), plain=True)
    text = "\n".join(lines)
    assert OUTCOMES["below"] in text and "1970" in text and "1981" in text and "never proof" in text
    assert all(line.isascii() for line in waterfall(made, plain=True))
    assert any("█" in line or "░" in line for line in waterfall(made))
    assert max(map(len, waterfall(made, plain=True)[:-1])) < 140
    assert "threshold +0.000" in verdict(made)


value = st.sampled_from([None, "SMITH", "SMYTH", "JONES", "1970", "A1"])


@settings(max_examples=60)
@given(st.lists(st.tuples(value, value, value), min_size=2, max_size=8), st.data())
def test_outcomes_agree_with_what_was_linked(rows, data) -> None:
    records = table(*rows)
    found = linked(records)
    a, b = data.draw(st.permutations(range(len(rows))))[:2]
    made = explain_pair(found, a, b)
    links = set(zip(found.left.tolist(), found.right.tolist(), strict=True))
    assert (made.outcome == "linked") == ((min(a, b), max(a, b)) in links)
    assert made.grouping.together == (found.groups[a] == found.groups[b])
    assert any(m.met for m in made.meetings) == (not made.outcome.startswith("never compared"))
    assert all((m.why == "") == m.met for m in made.meetings)
    assert round(made.total * 1000) == round(made.prior * 1000) + sum(
        round(s.weight * 1000) for s in made.steps
    )
    mirrored = explain_pair(found, b, a)
    assert (mirrored.outcome, mirrored.total) == (made.outcome, made.total)
    if made.grouping.chain:
        way = made.grouping.chain
        assert (way[0], way[-1]) == (a, b)
        assert all((min(x, y), max(x, y)) in links for x, y in pairwise(way))
