"""recordlinkage as a second opinion: where it has the comparison it agrees with our levels.

Its thresholds are compared in floating point, so ours are chosen where no similarity can lie.
"""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fraudmatch.errors import BudgetError, ModelError
from fraudmatch.linkage import link, load_model, prepare
from fraudmatch.linkage.model import Comparison, Model

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import recordlinkage
    from recordlinkage.compare import Date, Exact, String
    from recordlinkage.index import Block, Full

    from fraudmatch.linkage.recordlinkage_adapter import KeyIndex, LevelFeature, MatchWeight, columns_of

SURNAME = Comparison.model_validate(
    {"name": "surname", "columns": ["surname"], "alike": "surname:sound", "frequencies": {"ANNA": 0.2}, "levels": [
        {"name": "same", "when": "exact", "m": 0.8, "u": 0.01},
        {"name": "near", "when": "jaro_winkler 0.9001", "m": 0.1, "u": 0.05},
        {"name": "sound", "when": "alike", "m": 0.05, "u": 0.1},
        {"name": "differs", "when": "otherwise", "m": 0.05, "u": 0.84}]}
)  # fmt: skip
BIRTH = Comparison.model_validate(
    {"name": "birth", "columns": ["born"], "levels": [
        {"name": "same", "when": "exact", "m": 0.8, "u": 0.01},
        {"name": "swapped", "when": "swapped", "m": 0.1, "u": 0.05},
        {"name": "differs", "when": "otherwise", "m": 0.1, "u": 0.94}]}
)  # fmt: skip
WHOLE = Model.model_validate(
    {
        "name": "whole", "version": 1, "relation": "person", "description": "d", "prior": -3, "threshold": -60,
        "pass": [{"key": ["town"]}, {"key": ["surname:sound"]}],
        "comparison": [SURNAME.model_dump(), BIRTH.model_dump()],
        "given": [{"comparison": "birth", "when": {"surname": "same"}, "u": {"same": 0.3}}],
    }
)  # fmt: skip

word = st.one_of(
    st.none(),
    st.text("ABN", min_size=1, max_size=6),
    st.sampled_from(
        [
            "ANNA",
            "HANNAH",
            "NANA",
            "SMITH",
            "SMYTH",
            "SMITHS",
            "JONES SMITH",
            "MARTHA",
            "MARHTA",
            "DIXON",
            "DICKSONX",
        ]
    ),
)
day = st.one_of(st.none(), st.dates(pd.Timestamp("1980-01-01").date(), pd.Timestamp("1980-12-31").date()))
person = st.tuples(word, day, st.sampled_from([None, "X", "Y"]))
people = st.lists(person, min_size=2, max_size=9)  # recordlinkage's Index divides by the pairs of one record


def frame(rows: list[tuple]) -> pd.DataFrame:
    columns = {"surname": [r[0] for r in rows], "town": [r[2] for r in rows]}
    made = pd.DataFrame(columns, index=pd.Index([f"r{k}" for k in range(len(rows))], name="id"), dtype=object)
    return made.assign(born=pd.to_datetime(pd.Series([r[1] for r in rows], index=made.index)))


def computed(features: list, left: pd.DataFrame, right: pd.DataFrame) -> np.ndarray:
    """Features of all pairs of two frames, by recordlinkage's own Compare."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of pandas, about recordlinkage's Date
        pairs = Full().index(left, right)
        return recordlinkage.Compare(features).compute(pairs, left, right).to_numpy()


@settings(max_examples=60)
@given(people, people)
def test_texts_and_dates_agree(left, right) -> None:
    found = computed(
        [
            Exact("surname", "surname"),
            LevelFeature("surname", "surname", "exact"),
            String("surname", "surname", method="jarowinkler", threshold=0.8501),
            LevelFeature("surname", "surname", "jaro_winkler 0.8501"),
            String("surname", "surname", method="levenshtein", threshold=0.7001),
            LevelFeature("surname", "surname", "levenshtein 0.7001"),
            Date("born", "born", swap_months=0, swap_month_day=0.5),
            LevelFeature("born", "born", BIRTH),
        ],
        frame(left),
        frame(right),
    )
    for theirs, ours in ((0, 1), (2, 3), (4, 5)):
        assert found[:, theirs].tolist() == found[:, ours].tolist()
    as_theirs = {0.0: 1.0, 1.0: 0.5, 2.0: 0.0}
    assert found[:, 6].tolist() == [as_theirs.get(level, 0.0) for level in found[:, 7].tolist()]


@settings(max_examples=40)
@given(people, people)
def test_features_are_those_of_the_core(left, right) -> None:
    one, other = frame(left), frame(right)
    found = computed(
        [LevelFeature("surname", "surname", SURNAME), LevelFeature("surname", "surname", SURNAME, value="weight"),
         MatchWeight(WHOLE), MatchWeight(WHOLE, value="probability")],
        one, other,
    )  # fmt: skip
    both = pd.concat([one, other])
    table = pa.Table.from_pandas(both, preserve_index=False)
    table = table.set_column(2, "born", table["born"].cast(pa.date32()))
    table = table.set_column(0, "surname", table["surname"].cast(pa.string())).set_column(
        1, "town", table["town"].cast(pa.string())
    )
    linker = prepare(table, WHOLE)
    a, b = (
        np.array(each)
        for each in zip(*[(i, len(one) + j) for i in range(len(one)) for j in range(len(other))], strict=True)
    )
    levels, weights = linker.levels_and_weights(a, b)
    totals = linker.totals(a, b)
    assert np.array_equal(np.nan_to_num(found[:, 0], nan=-1), levels[:, 0])
    assert np.allclose(found[:, 1], weights[:, 0] / 1000)
    assert np.allclose(found[:, 2], totals / 1000)
    assert np.allclose(found[:, 3], 1 / (1 + 2 ** (-totals / 1000.0)))


@settings(max_examples=40)
@given(people, people)
def test_blocking_agrees(left, right) -> None:
    one, other = frame(left), frame(right)
    assert set(KeyIndex(["surname", "town"]).index(one, other)) == set(
        Block(["surname", "town"]).index(one, other)
    )
    assert set(KeyIndex("town").index(one)) == set(Block("town").index(one))
    union = recordlinkage.Index([KeyIndex("town"), KeyIndex("surname:sound")]).index(one)
    assert set(union) == set(KeyIndex("town", "surname:sound").index(one))
    assert KeyIndex("town").index(one, other).names == ["id_1", "id_2"]


@settings(max_examples=40)
@given(people)
def test_a_model_s_passes_give_the_pairs_that_linking_compares(rows) -> None:
    one = frame(rows)
    table = pa.Table.from_pandas(one.reset_index(drop=True))
    table = pa.table({"surname": table["surname"].cast(pa.string()), "town": table["town"].cast(pa.string()),
                      "born": table["born"].cast(pa.date32())})  # fmt: skip
    pairs = KeyIndex(WHOLE).index(one)
    made = link(table, WHOLE)
    assert len(pairs) == made.compared
    linked = {
        (f"r{b}", f"r{a}")
        for a, b in zip(made.links["left_id"].to_pylist(), made.links["right_id"].to_pylist(), strict=True)
    }
    assert linked == set(pairs)  # every pair reaches the threshold of -60


def test_blocks_over_the_limit_and_too_many_pairs() -> None:
    crowd = frame([("ANNA", None, "X")] * 6)
    index = KeyIndex("town", block_limit=10)
    assert len(index.index(crowd)) == 0 and index.plans[0].left_out_records == 6
    with pytest.raises(BudgetError, match="15 pairs"):
        KeyIndex("town", most_pairs=14).index(crowd)


def test_columns_must_fit_the_comparison() -> None:
    address = load_model("person").comparison[1]
    names = ["property_id", "number", "street", "building", "postcode", "town"]
    assert columns_of(address) == names
    with pytest.raises(ModelError, match=", ".join(names)):
        LevelFeature("postcode", "postcode", address)
    LevelFeature(["p", *names[1:]], ["p", *names[1:]], address)
    with pytest.raises(ModelError):
        LevelFeature("a", "b", "both")


def test_missing_values_are_nan_levels_and_no_weight() -> None:
    one, other = frame([(None, None, None)]), frame([("ANNA", None, None)])
    found = computed([LevelFeature("surname", "surname", SURNAME), LevelFeature("surname", "surname", SURNAME, value="weight"),
                      LevelFeature("surname", "surname", "exact"), LevelFeature("surname", "surname", "exact", missing_value=9.0),
                      LevelFeature("surname", "surname", "exact")], one, other)  # fmt: skip
    assert np.isnan(found[0, 0]) and found[0, 1:].tolist() == [0.0, 0.0, 9.0, 0.0]
    blank = computed(
        [LevelFeature("surname", "surname", "exact")], one.fillna({"surname": ""}), other.assign(surname="")
    )
    assert blank.tolist() == [[0.0]]
