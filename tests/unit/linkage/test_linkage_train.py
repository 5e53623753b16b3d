"""Training on records: patterns are counted right, chances move to the records, guards hold."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pyarrow as pa
import pytest

from fraudmatch.errors import RunError
from fraudmatch.linkage.fitting.chances import chances_of, renewed, variants_of_patterns
from fraudmatch.linkage.fitting.changes import Training, warnings
from fraudmatch.linkage.fitting.patterns import collect
from fraudmatch.linkage.fitting.train import _same_meaning, blocked, least_u, train
from fraudmatch.linkage.linker import prepare
from fraudmatch.linkage.model import Model


def model(**more: object) -> Model:
    def comparison(name: str, m: float, u: float, **rest: object) -> dict[str, object]:
        levels = [
            {"name": "same", "when": "exact", "m": m, "u": u},
            {"name": "differs", "when": "otherwise", "m": 1 - m, "u": 1 - u},
        ]
        return {"name": name, "columns": [name], "levels": levels} | rest

    content = {
        "name": "toy", "version": 3, "relation": "person", "description": "", "prior": -9.0, "threshold": 0.0,
        "pass": [{"key": ["a"]}, {"key": ["b"]}, {"key": ["c", "d"]}],
        "comparison": [comparison("a", 0.8, 0.01), comparison("b", 0.8, 0.01), comparison("c", 0.8, 0.01),
                       comparison("d", 0.8, 0.01), comparison("e", 0.8, 0.3)],
    }  # fmt: skip
    return Model.model_validate(content | more)


ERRORS = {"a": 0.05, "b": 0.2, "c": 0.1, "d": 0.3, "e": 0.02}
VALUES = {"a": 400, "b": 300, "c": 500, "d": 200, "e": 4}


@pytest.fixture(scope="module")
def records() -> pa.Table:
    """3,000 entities, 1,500 of them twice; each column goes wrong independently, one in ten is empty."""
    rng = np.random.default_rng(7)
    twice = np.r_[np.arange(3000), np.arange(1500)]
    columns = {}
    for name, values in VALUES.items():
        held = rng.integers(0, values, 3000)[twice]
        wrong = (rng.random(len(twice)) < ERRORS[name]) & (np.arange(len(twice)) >= 3000)
        held = np.where(wrong, rng.integers(0, values, len(twice)), held)
        columns[name] = pa.array([f"{name}{v}" for v in held], mask=rng.random(len(twice)) < 0.1)
    return pa.table(columns)


def test_chances_move_to_what_the_records_say(records: pa.Table):
    start = model()
    made = train(collect(records, start, at_random=300_000), start)
    assert made.fitted.all() and made.converged and made.turned == ()
    for c, name in enumerate(VALUES):
        held = records[name].to_pylist()
        both = [(held[k], held[3000 + k]) for k in range(1500) if held[k] and held[3000 + k]]
        assert made.m.values[c, 0] == pytest.approx(np.mean([x == y for x, y in both]), abs=0.015), name
        assert made.u.values[c, 0] == pytest.approx(1 / VALUES[name], rel=0.1), name
    assert made.prior == pytest.approx(np.log2(1500 / (4500 * 4499 / 2)), abs=0.15)
    assert (np.diff(made.likelihood) >= -1e-6).all()
    new = renewed(start, made.m, made.u, made.prior)
    assert new.id == "toy_v4" and new.threshold == start.threshold and new.passes == start.passes


def test_the_same_records_give_the_same_model(records: pa.Table):
    one, two = (train(collect(records, model(), at_random=20_000, per_pass=2_000), model()) for _ in range(2))
    assert (one.m.values == two.m.values).all() and (one.u.values == two.u.values).all()
    assert one.prior == two.prior


def test_patterns_count_every_pair_of_every_pass_and_each_candidate_once(records: pa.Table):
    table, one = records.slice(0, 200), model()
    made = collect(table, one, at_random=1_000)
    rows = table.to_pylist()
    keys = [["a"], ["b"], ["c", "d"]]
    met = {
        (i, j): [all(rows[i][k] is not None and rows[i][k] == rows[j][k] for k in key) for key in keys]
        for i, j in combinations(range(200), 2)
    }
    assert made.sources.sum(0).tolist() == [sum(m[p] for m in met.values()) for p in range(3)]
    assert made.distinct.sum() == sum(any(m) for m in met.values())
    assert made.possible == 200 * 199 // 2 and made.random.sum() <= 1_000


def test_drawn_passes_are_counted_up(records: pa.Table):
    one = model()
    whole, part = (collect(records, one, at_random=1_000, per_pass=n) for n in (10**9, 5_000))
    assert part.sources.sum(0).max() == 5_000 and (part.drawn < 1).any()
    assert part.distinct.sum() == pytest.approx(whole.distinct.sum(), rel=0.02)


def test_pairs_known_to_differ_teach_nothing(records: pa.Table):
    table = records.slice(0, 50)
    made = collect(table, model(), apart=np.zeros(50, np.int32), at_random=100)
    assert made.sources.sum() == 0 and made.random.sum() == 0


def test_a_pass_teaches_nothing_about_its_own_columns():
    table = blocked(model(), np.array([False] * 3))
    assert table.tolist() == [
        [True, False, False, False, False], [False, True, False, False, False], [False, False, True, True, False]
    ]  # fmt: skip


def test_further_keys_count_where_blocks_were_cut_finer():
    one = model(**{"pass": [{"key": ["a"], "refine": ["e"]}]})
    assert not blocked(one, np.array([False]))[0, 4] and blocked(one, np.array([True]))[0, 4]


def test_given_entries_are_rows_of_their_own():
    one = model(given=[{"comparison": "e", "when": {"a": "same"}, "m": {"differs": 0.01}}])
    m, u = chances_of(one, "m"), chances_of(one, "u")
    assert len(m.rows) == 6 and len(u.rows) == 5
    levels = np.array([[0, 0, 0, 0, 1], [1, 0, 0, 0, 1], [-1, 0, 0, 0, -1]], np.int8)
    variants = variants_of_patterns(one, levels)
    assert variants[:, 4].tolist() == [1, 0, 0]
    cells = m.cells(levels, variants)
    assert m.values.ravel()[cells[0, 4]] == 0.01 and m.values.ravel()[cells[1, 4]] == pytest.approx(0.2)
    assert cells[2, 4] == -1
    fitted = m.values.copy()
    fitted[5] = [0.7, 0.3]
    new = renewed(one, m.woven(fitted), u, -9.0)
    assert new.given[0].m == {"differs": 0.3} and new.comparison[4].levels[0].m == 0.8


def test_weights_of_rows_are_those_of_the_linker(records: pa.Table):
    """The rows, read as training reads them, give the very weights the linker gives."""
    one = model(
        given=[{"comparison": "e", "when": {"a": "same"}, "u": {"same": 0.6}, "m": {"differs": 0.05}}]
    )
    left, right = np.arange(0, 2_000), np.arange(1_500, 3_500)
    levels, weights = prepare(records, one).levels_and_weights(left, right)
    variants = variants_of_patterns(one, levels)
    m, u = (chances_of(one, kind) for kind in ("m", "u"))
    at_m, at_u = m.cells(levels, variants), u.cells(levels, variants)
    expected = np.log2(m.values.ravel()[at_m]) - np.log2(u.values.ravel()[at_u])
    assert np.abs(np.where(levels >= 0, expected, 0) * 1000 - weights).max() <= 1


def test_values_weighed_by_rarity_keep_their_least_u(records: pa.Table):
    one = model()
    content = one.model_dump(by_alias=True)
    content["comparison"][4]["frequencies"] = {f"e{k}": 0.25 for k in range(4)}
    weighed = Model.model_validate(content)
    patterns = collect(records, weighed, at_random=50_000)
    same = (patterns.levels[:, 4] == 0) & (patterns.random > 0)
    assert set(patterns.rarity[same, 4].tolist()) == {2}  # one in four
    made = train(patterns, weighed)
    new = renewed(weighed, made.m, made.u, made.prior)
    assert new.comparison[4].levels[0].u == one.comparison[4].levels[0].u
    assert new.comparison[4].levels[0].m == pytest.approx(0.985, abs=0.02)


def test_a_comparison_that_turns_about_is_put_back(records: pa.Table):
    """Here the two records of one entity never agree on e, and others often do."""
    never = pa.array([f"e{k % 2}" for k in range(3000)] + [f"e{1 - k % 2}" for k in range(1500)])
    table, one = records.set_column(4, "e", never), model()
    made = train(collect(table, one, at_random=100_000), one)
    assert made.turned == (4,)
    assert made.m.values[4, 0] == pytest.approx(0.8) and made.found_m.values[4, 0] < 0.05


def test_a_fit_that_turns_everything_about_is_refused():
    pairs, begun = np.array([5.0, 5.0, 1.0]), np.array([-9.0, -3.0, 8.0])
    _same_meaning(model(), pairs, begun, np.array([-5.0, -3.0, 12.0]))
    with pytest.raises(RunError, match="turned the meaning") as refused:
        _same_meaning(model(), pairs, begun, -begun)
    assert "more records" in str(refused.value)


def test_nothing_to_compare_leaves_m_and_prior():
    table = pa.table({name: pa.array([f"{name}{k}" for k in range(40)]) for name in VALUES})
    made = train(collect(table, model(), at_random=1_000), model())
    assert not made.fitted.any() and made.prior == -9.0 and made.expected_pairs == 0
    assert made.m.values[:, 0] == pytest.approx(0.8)


def test_what_hangs_together_is_named(records: pa.Table):
    """In every other record e copies b: where b agrees, e agrees far too often, also of two entities."""
    other = np.random.default_rng(9).integers(0, 300, records.num_rows)
    copied = [
        None if held is None else f"e{int(held[1:]) if row % 2 else other[row % 3000]}"
        for row, held in enumerate(records["b"].to_pylist())
    ]
    table, one = records.set_column(4, "e", pa.array(copied)), model()
    plain, made = (train(collect(rows, one, at_random=100_000), one) for rows in (records, table))
    assert plain.tangled == ()
    assert [(t.number, t.comparison, t.level) for t in made.tangled] == [(1, 4, 0)]
    assert made.tangled[0].times > 10 and 0.1 < made.tangled[0].share < 0.5


def test_another_group_taken_for_the_true_pairs_is_warned_of(records: pa.Table):
    """Where e repeats b, all pairs of the pass b look true, and true pairs seem to differ in the rest."""
    repeated = pa.array([None if v is None else f"e{int(v[1:]) % 40}" for v in records["b"].to_pylist()])
    table, one = records.set_column(4, "e", repeated), model()
    patterns = collect(table, one, at_random=100_000)
    made = train(patterns, one)
    told = warnings(Training(one, renewed(one, made.m, made.u, made.prior), table.num_rows, patterns, made))
    assert any("another group" in line and "a (0.20 -> 0.9" in line for line in told)


def test_the_least_u_rises_until_values_agree_as_often_as_seen():
    held = np.array([0.2, 0.001, 0.001, 0.001])
    risen = least_u(held, 0.08, 0.001)
    assert np.maximum(held, risen).mean() == pytest.approx(0.08) and risen == pytest.approx(0.04)
    assert least_u(held, 0.01, 0.001) == 0.001  # rarer than the model says: not to be learnt from few
    assert least_u(held[:0], 0.5, 0.001) == 0.001


def test_names_that_a_place_shares_weigh_less_after_training(records: pa.Table):
    """b has 300 values in the records; the old model takes each for one in a hundred thousand."""
    content = model().model_dump(by_alias=True)
    content["comparison"][1]["frequencies"] = {"nobody": 0.5}
    content["comparison"][1]["levels"][0]["u"] = 0.00001
    rare = Model.model_validate(content)
    patterns = collect(records, rare, at_random=200_000)
    assert patterns.held[1] == pytest.approx(np.full(len(patterns.held[1]), 0.00001), rel=0.01)
    made = train(patterns, rare)
    new = renewed(rare, made.m, made.u, made.prior)
    assert new.comparison[1].levels[0].u == pytest.approx(1 / 300, rel=0.15)
    assert made.prior == pytest.approx(np.log2(1500 / (4500 * 4499 / 2)), abs=0.2)


def test_a_level_that_weighs_nothing_on_purpose_goes_on_weighing_nothing(records: pa.Table):
    """u set to m: where a agrees, e is to say nothing; and those pairs teach nothing about e."""
    entry = {"comparison": "e", "when": {"a": "same"}, "u": {"same": 0.8, "differs": 0.2}}
    one = model(given=[entry])
    made = train(collect(records, one, at_random=100_000), one)
    new = renewed(one, made.m, made.u, made.prior)
    plain = {level.name: level.m for level in new.comparison[4].levels}
    assert new.given[0].u == plain and plain["same"] > 0.9
    left, right = np.arange(0, 1_000), np.arange(3_000, 4_000)
    levels, weights = prepare(records, new).levels_and_weights(left, right)
    quiet = (levels[:, 0] == 0) & (levels[:, 4] >= 0)
    assert quiet.sum() > 500 and (weights[quiet, 4] == 0).all() and (weights[~quiet, 4] != 0).any()
