"""Screen, compare and weigh give exactly what scoring every candidate pair in full gives."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from linkage_reference import Row, links

from fraudmatch.linkage import kernel, link, load_model, passes
from fraudmatch.linkage.kinds import KINDS
from fraudmatch.linkage.model import Model

COLUMNS = {
    "partner": pa.string(), "nino": pa.string(), "property_id": pa.string(), "postcode": pa.string(),
    "date_of_birth": pa.date32(), "sex": pa.string(), "name_suffix": pa.string(), "forename": pa.string(),
    "surname": pa.string(), "middle_names": pa.string(), "phone": pa.string(),
    "email": pa.string(), "bank": pa.string(), "correspondence_postcode": pa.string(),
    "number": pa.string(), "street": pa.string(), "building": pa.string(), "town": pa.string(),
}  # fmt: skip

EVERY_TEST = Model.model_validate(
    {
        "name": "every_test", "version": 1, "relation": "person", "description": "one level of each kind",
        "prior": -6.0, "threshold": 0.0,
        "pass": [{"key": ["sex"]}, {"key": ["forename:initial", "postcode:outward"]}, {"key": ["surname+forename:unordered"]}],
        "comparison": [
            {"name": "place", "columns": ["property_id", "postcode", "postcode:sector"], "levels": [
                {"name": "home", "when": "same property_id", "m": 0.6, "u": 0.01},
                {"name": "postcode", "when": "same postcode", "m": 0.2, "u": 0.05},
                {"name": "sector", "when": "same postcode:sector", "m": 0.1, "u": 0.1},
                {"name": "differs", "when": "otherwise", "m": 0.1, "u": 0.84}]},
            {"name": "birth", "columns": ["date_of_birth"], "levels": [
                {"name": "same", "when": "exact", "m": 0.8, "u": 0.01},
                {"name": "swapped", "when": "swapped", "m": 0.05, "u": 0.01},
                {"name": "digit", "when": "one_digit", "m": 0.05, "u": 0.02},
                {"name": "new year", "when": "year_known", "m": 0.03, "u": 0.02},
                {"name": "parts", "when": "two_parts", "m": 0.04, "u": 0.03},
                {"name": "digits", "when": "digits 2", "m": 0.03, "u": 0.03},
                {"name": "year", "when": "same_year", "m": 0.02, "u": 0.04},
                {"name": "differs", "when": "otherwise", "m": 0.01, "u": 0.86}]},
            {"name": "house", "columns": ["middle_names+property_id:first_known"], "levels": [
                {"name": "same", "when": "exact", "m": 0.6, "u": 0.3},
                {"name": "differs", "when": "otherwise", "m": 0.4, "u": 0.7}]},
            {"name": "gap", "columns": ["date_of_birth"], "levels": [
                {"name": "near", "when": "within 40", "m": 0.5, "u": 0.3},
                {"name": "far", "when": "otherwise", "m": 0.5, "u": 0.7}]},
            {"name": "order", "columns": ["forename", "surname"], "levels": [
                {"name": "swapped", "when": "both", "m": 0.1, "u": 0.001},
                {"name": "half", "when": "either", "m": 0.1, "u": 0.01},
                {"name": "straight", "when": "otherwise", "m": 0.8, "u": 0.98}]},
            {"name": "surname", "columns": ["surname"], "alike": "surname:sound",
             "frequencies": {"ANNA": 0.2, "AB": 0.1}, "levels": [
                {"name": "same", "when": "exact", "m": 0.8, "u": 0.001},
                {"name": "near", "when": "jaro_winkler 0.9", "m": 0.1, "u": 0.01},
                {"name": "sound", "when": "alike", "m": 0.05, "u": 0.02},
                {"name": "like", "when": "jaro_winkler 0.75", "m": 0.03, "u": 0.05},
                {"name": "differs", "when": "otherwise", "m": 0.02, "u": 0.92}]},
            {"name": "forename", "columns": ["forename"], "levels": [
                {"name": "same", "when": "exact", "m": 0.8, "u": 0.01},
                {"name": "initial", "when": "initial", "m": 0.05, "u": 0.05},
                {"name": "close", "when": "levenshtein 0.7", "m": 0.1, "u": 0.02},
                {"name": "share", "when": "slips 0.2", "m": 0.04, "u": 0.01},
                {"name": "edit", "when": "edits 2", "m": 0.03, "u": 0.1},
                {"name": "cut", "when": "begins 2", "m": 0.03, "u": 0.2},
                {"name": "differs", "when": "otherwise", "m": 0.02, "u": 0.82}]},
            {"name": "firm", "columns": ["surname"], "levels": [
                {"name": "same", "when": "same_words", "m": 0.7, "u": 0.1},
                {"name": "slip", "when": "slip", "m": 0.2, "u": 0.1},
                {"name": "range", "when": "overlap", "m": 0.1, "u": 0.01},
                {"name": "house", "when": "name_for_number", "m": 0.1, "u": 0.02},
                {"name": "flat", "when": "renamed", "m": 0.1, "u": 0.05},
                {"name": "most", "when": "words 24", "m": 0.1, "u": 0.2},
                {"name": "some", "when": "words 12", "m": 0.1, "u": 0.3},
                {"name": "differs", "when": "otherwise", "m": 0.1, "u": 0.4}]},
        ],
        "given": [
            {"comparison": "surname", "when": {"place": "home", "birth": "same"}, "u": {"same": 0.9}},
            {"comparison": "forename", "when": {"place": ["home", "postcode"]}, "m": {"differs": 0.001}},
        ],
    }
)  # fmt: skip

# Few letters, so that repeats, prefixes and swaps are common; blanks, digits and letters beyond ASCII too.
words = st.one_of(
    st.none(),
    st.text("ABN", min_size=1, max_size=5),
    st.text("AAB1É ", min_size=1, max_size=8).map(str.strip).filter(bool),
    st.sampled_from(
        [
            "ANNA",
            "HANNAH",
            "NANA",
            "AB",
            "BA",
            "A",
            "SMITH JONES",
            "JONES",
            "SMYTHE",
            "SMITHE JONES",
            "SMYTHE JONES",
            "AAAAAAAAAA",
        ]
    ),
)
dates = st.one_of(
    st.none(),
    st.sampled_from(
        [
            dt.date(1980, 3, 4),
            dt.date(1980, 4, 3),
            dt.date(1980, 3, 5),
            dt.date(1981, 3, 4),
            dt.date(1980, 1, 1),
        ]
    ),
    st.dates(dt.date(1979, 1, 1), dt.date(1981, 12, 31)),
)
places = st.sampled_from([None, "GL50 1AA", "GL50 1AB", "GL50 2AA", "OX1 1AA", "4223"])
row = st.fixed_dictionaries(
    {
        "partner": st.sampled_from(["a", "b"]),
        "nino": st.sampled_from([None, "AB123456", "AB123457", "CD123456"]),
        "property_id": st.sampled_from([None, "1", "2"]),
        "postcode": places,
        "date_of_birth": dates,
        "sex": st.sampled_from([None, "M", "F"]),
        "name_suffix": st.sampled_from([None, "JR", "SR"]),
        "forename": words,
        "surname": words,
        "middle_names": st.sampled_from([None, "A", "ANNA", "BOB"]),
        "phone": st.sampled_from([None, "07700900001"]),
        "email": st.sampled_from([None, "a@b.example", "c@d.example"]),
        "correspondence_postcode": places,
        "number": st.sampled_from([None, "1", "2"]),
        "street": st.sampled_from([None, "HIGH STREET", "MILL LANE"]),
        "building": st.sampled_from([None, "ROSE COTTAGE"]),
        "town": st.sampled_from([None, "WITNEY", "WITNYE", "LONDON"]),
        "bank": st.sampled_from([None, "1" * 14, "2" * 14]),
    }
)
rows = st.lists(row, min_size=0, max_size=10)


def table(found: list[Row]) -> pa.Table:
    return pa.table({name: pa.array([r[name] for r in found], kind) for name, kind in COLUMNS.items()})


def as_links(found: list[Row], model: Model, side: list[int] | None, apart: list[int], threads: int = 1):
    made = link(
        table(found), model, threads=threads,
        side=None if side is None else np.array(side, np.int8), apart=np.array(apart, np.int32),
    )  # fmt: skip
    levels = [made.links[f"{name}_level"].to_pylist() for name in model.names]
    weights = [round(float(w) * 1000) for w in made.links["match_weight"].to_pylist()]
    pairs = zip(made.links["left_id"].to_pylist(), made.links["right_id"].to_pylist(), strict=True)
    return {pair: ([column[k] for column in levels], weights[k]) for k, pair in enumerate(pairs)}


@pytest.fixture(autouse=True, scope="module", params=["screened", "listed"])
def few(request):
    """Pairs go through the screen, or are all listed, as in a small file."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passes, "FEW_PAIRS", {"screened": -1, "listed": 1 << 60}[request.param])
        yield


relaxed = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@relaxed
@given(rows)
def test_every_kind_of_level_equals_the_reference(found):
    apart = [-1] * len(found)
    assert as_links(found, EVERY_TEST, None, apart) == links(found, EVERY_TEST, None, apart)


@relaxed
@given(rows, st.data())
def test_two_sides_and_known_differences_equal_the_reference(found, data):
    side = data.draw(st.lists(st.integers(0, 1), min_size=len(found), max_size=len(found)))
    apart = data.draw(st.lists(st.integers(-1, 2), min_size=len(found), max_size=len(found)))
    assert as_links(found, EVERY_TEST, side, apart) == links(found, EVERY_TEST, side, apart)


@relaxed
@given(rows)
def test_shipped_person_model_equals_the_reference(found):
    model, apart = load_model("person"), [-1] * len(found)
    assert as_links(found, model, None, apart) == links(found, model, None, apart)


@relaxed
@given(rows, st.randoms(use_true_random=False))
def test_row_order_and_threads_change_nothing(found, random):
    order = list(range(len(found)))
    random.shuffle(order)
    apart = [-1] * len(found)
    straight = as_links(found, EVERY_TEST, None, apart)
    shuffled = as_links([found[k] for k in order], EVERY_TEST, None, apart, threads=2)
    back = {tuple(sorted((order[i], order[j]))): made for (i, j), made in shuffled.items()}
    assert back == straight


@relaxed
@given(rows, row)
def test_an_unrelated_record_changes_nothing(found, extra):
    stranger = extra | {"sex": None, "forename": None, "surname": None}
    apart = [-1] * len(found)
    assert as_links([*found, stranger], EVERY_TEST, None, [*apart, -1]) == as_links(
        found, EVERY_TEST, None, apart
    )


def uncompiled(source: str) -> kernel.Kernel:
    """The same kernel run by Python itself, so that any model can be tried without compiling it."""
    space: dict[str, object] = {}
    plain = source.replace("@nb.njit(cache=True, nogil=True)\n", "")
    assert plain != source
    exec(compile(plain, "<screen>", "exec"), space)
    screen = space["screen"]
    return lambda weights, floors, rows, *rest: screen(weights, floors, rows.view(np.recarray), *rest)


chance = st.sampled_from([0.001, 0.01, 0.05, 0.2, 0.5, 0.9])


def levels(tests: list[str]) -> st.SearchStrategy[list[dict[str, object]]]:
    """Some of the tests in any order, then otherwise, with any chances."""
    some = st.lists(st.sampled_from(tests), min_size=1, max_size=5, unique=True)
    return some.flatmap(
        lambda chosen: st.tuples(
            *[st.tuples(st.just(test), chance, chance) for test in [*chosen, "otherwise"]]
        )
    ).map(lambda made: [{"name": f"l{k}", "when": w, "m": m, "u": u} for k, (w, m, u) in enumerate(made)])


@st.composite
def models(draw: st.DrawFn) -> Model:
    texts = [
        "exact", "alike", "initial", "jaro_winkler 0.6", "jaro_winkler 0.8", "jaro_winkler 0.95", "jaro_winkler 1",
        "levenshtein 0.5", "levenshtein 0.8", "edits 1", "edits 2", "edits 4", "begins 1", "begins 3",
        "slips 0.15", "slips 0.25", "words 10", "words 22", "same_words", "slip", "overlap", "name_for_number", "renamed",
    ]  # fmt: skip
    comparisons = [
        {"name": "place", "columns": ["property_id", "postcode", "postcode:sector"],
         "levels": draw(levels(["same property_id", "same postcode", "same postcode:sector"]))},
        {"name": "birth", "columns": ["date_of_birth"],
         "levels": draw(levels(["exact", "swapped", "one_digit", "year_known", "two_parts", "digits 2", "digits 3", "same_year"]))},
        {"name": "gap", "columns": ["date_of_birth"], "levels": draw(levels(["exact", "within 1", "within 300"]))},
        {"name": "order", "columns": ["forename", "surname"], "levels": draw(levels(["both", "either"]))},
        {"name": "surname", "columns": ["surname"], "alike": "surname:sound", "levels": draw(levels(texts))},
        {"name": "forename", "columns": ["forename"], "alike": "forename:initial", "levels": draw(levels(texts))},
    ]  # fmt: skip
    for comparison in comparisons[-2:]:
        if comparison["levels"][0]["when"] == "exact":
            comparison["frequencies"] = {"ANNA": draw(chance), "A": draw(chance)}
    place = [level["name"] for level in comparisons[0]["levels"]]
    givens = [
        {"comparison": name, "when": {"place": draw(st.lists(st.sampled_from(place), min_size=1, max_size=2, unique=True))},
         "u": {"l1": draw(chance)}}
        for name in draw(st.lists(st.sampled_from(["birth", "surname", "forename"]), max_size=3))
    ]  # fmt: skip
    return Model.model_validate(
        {"name": "any", "version": 1, "relation": "person", "description": "",
         "prior": draw(st.sampled_from([-8.0, -3.0, 0.0])), "threshold": draw(st.sampled_from([-2.0, 0.0, 4.0])),
         "pass": [{"key": ["sex"]}, {"key": ["surname:initial"]}], "comparison": comparisons, "given": givens}
    )  # fmt: skip


@relaxed
@given(rows, models())
def test_any_model_equals_the_reference(found, model):
    apart = [-1] * len(found)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kernel, "load_kernel", uncompiled)
        assert as_links(found, model, None, apart) == links(found, model, None, apart)


def test_every_kind_is_tried():
    tried = {level.test for comparison in EVERY_TEST.comparison for level in comparison.levels}
    assert tried == set(KINDS)
