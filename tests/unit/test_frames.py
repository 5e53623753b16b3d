"""`fraudmatch.link` on the frames of a notebook: what goes in, what comes out, what is refused."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import fraudmatch
from fraudmatch.errors import BudgetError, ConfigurationError, FraudmatchError, MappingError, ModelError
from fraudmatch.frames.links import FrameLinks
from fraudmatch.linkage.model import Model

OWN = Model.model_validate(
    {
        "name": "own", "version": 1, "relation": "person", "description": "d", "prior": -6, "threshold": 0,
        "pass": [{"key": ["town"]}],
        "comparison": [
            {"name": "who", "columns": ["who"], "levels": [
                {"name": "same", "when": "exact", "m": 0.9, "u": 0.0001},
                {"name": "differs", "when": "otherwise", "m": 0.1, "u": 0.9999}]},
            {"name": "born", "columns": ["born"], "levels": [
                {"name": "same", "when": "exact", "m": 0.9, "u": 0.01},
                {"name": "a digit off", "when": "one_digit", "m": 0.05, "u": 0.01},
                {"name": "differs", "when": "otherwise", "m": 0.05, "u": 0.98}]},
        ],
    }
)  # fmt: skip

LEFT = pd.DataFrame(
    {
        "First Name": ["Peregrine", "Dorothea", "Rufus & Hetty", None],
        "Last Name": ["Ashmole", "Brackley", "Cattermole", None],
        "DOB": pd.to_datetime(["1971-04-03", "1960-11-19", None, None]),
        "Postcode": ["GL50 1AA", "GL50 1AB", "OX18 2BB", None],
        "Address": ["1 Quince Lane", "7 Quince Lane", "9 Medlar Road", None],
        "Shoe size": [9, 5, 7, 8],
    },
    index=pd.Index(["p", "d", "r", "x"], name="ref"),
)
RIGHT = pd.DataFrame(
    {
        "forename": ["Hetty", "Peregrin", "<i>Someone"],
        "surname": ["Cattermole", "Ashmole", "Else"],
        "date_of_birth": [None, "1971-04-03", "1980-02-30"],
        "postcode": ["OX18 2BB", "GL50 1AA", "OX28 9ZZ"],
        "address": ["9 Medlar Rd", "1 Quince Ln", "5 Far Street"],
    },
    index=pd.Index([30, 10, 20], name="ref"),
)


class Stream:
    """A frame of another library: nothing but the protocol."""

    def __init__(self, table: pa.Table) -> None:
        self._table = table

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self._table.__arrow_c_stream__(requested_schema)


@pytest.fixture(scope="module")
def found() -> FrameLinks:
    return fraudmatch.link(LEFT, RIGHT)


def test_links_come_back_in_the_reader_s_labels(found) -> None:
    table = found.to_arrow()
    assert [(r["left"], r["right"]) for r in table.to_pylist()] == [("p", 10), ("r", 30)]
    assert table["left_row"].to_pylist() == [0, 2] and table["right_row"].to_pylist() == [1, 0]
    assert table["left_party"].to_pylist() == [1, 2]  # Hetty is the second person of her row
    assert table["forename_level"].to_pylist() == ["a slip in a long name", "same"]
    assert found.to_arrow(words=False)["forename_level"].to_pylist() == [3, 0]
    assert table["date_of_birth_level"].to_pylist() == ["same", None]


def test_pandas_gets_its_own_labels_and_types(found) -> None:
    frame = found.to_pandas()
    assert frame[["left", "right"]].to_numpy().tolist() == [["p", 10], ["r", 30]]
    assert frame["right"].dtype == np.int64
    assert frame["forename_level"].dtype == "category"
    assert frame["match_weight"].tolist() == [
        pytest.approx(found.explain("p", 10).explanation.total),
        pytest.approx(found.explain("r", 30, parties=(2, 1)).explanation.total),
    ]


def test_multiindex_is_recordlinkage_s_form(found) -> None:
    pairs = found.to_multiindex()
    assert pairs.names == ["ref_1", "ref_2"]
    assert pairs.tolist() == [("p", 10), ("r", 30)]
    alone = fraudmatch.link(pd.concat([LEFT.iloc[:2], LEFT.iloc[[0]].rename(index={"p": "again"})]))
    assert alone.to_multiindex().tolist() == [("again", "p")]  # the later row first, as its Index gives pairs


def test_clusters_name_every_row_and_party_once(found) -> None:
    clusters = found.clusters()
    assert clusters[["frame", "row", "party"]].drop_duplicates().shape[0] == len(clusters) == 8
    by_label = {(r.frame, str(r.label), r.party): r.cluster for r in clusters.itertuples()}
    assert by_label["left", "p", 1] == by_label["right", "10", 1]
    assert by_label["left", "r", 2] == by_label["right", "30", 1] != by_label["left", "r", 1]
    assert sorted(set(clusters["cluster"])) == list(range(6))


def test_what_was_recognised_and_what_was_not_is_said(found) -> None:
    left, right = found.recognised
    assert left.fields["surname"] == ("Last Name",) and left.fields["date_of_birth"] == ("DOB",)
    assert left.ignored == ("Shoe size",) and right.ignored == ()
    assert ("right", "date_of_birth", "DATE_INVALID", 1) in found.faults()
    text = repr(found)
    assert "Shoe size" in text and "never proof" in text and "2 links" in text


def test_the_page_is_short_escaped_and_says_what_a_link_is_not(found) -> None:
    page = found._repr_html_()
    assert "never proof" in page and "Shoe size" in page and len(page) < 10_000
    odd = fraudmatch.link(RIGHT.rename(columns={"address": "<script>alert(1)</script>"}))
    assert "<script>" not in odd._repr_html_() and "&lt;script&gt;" in odd._repr_html_()
    shown = found.explain("x", 20)._repr_html_()
    assert "<i>Someone" not in shown and "Someone" in shown


def test_explanations_are_text_page_and_table(found) -> None:
    made = found.explain("p", 10)
    assert "Linked: compared" in str(made) and str(made) == repr(made)
    assert "left p" in str(made) and "right 10" in str(made)
    assert "Match weight" in made._repr_html_()
    table = made.to_pandas().set_index("comparison")
    assert table.loc["forename", ["left", "right"]].tolist() == ["PEREGRINE", "PEREGRIN"]
    assert table["running_weight"].iloc[-1] == pytest.approx(made.explanation.total)
    assert "the value is not a date" in str(found.explain("p", 20))
    for labels in (("nobody", 10), ("p", 99)):
        with pytest.raises(ConfigurationError, match="No rows"):
            found.explain(*labels)
    with pytest.raises(ConfigurationError, match="no second person"):
        found.explain("p", 10, parties=(2, 1))
    with pytest.raises(ConfigurationError, match="2 rows"):
        fraudmatch.link(pd.concat([RIGHT, RIGHT])).explain(10, 20)


@pytest.mark.parametrize("kind", ["table", "batch", "stream", "views"])
def test_every_kind_of_table_gives_the_same_links(found, kind) -> None:
    left, right = (pa.Table.from_pandas(frame, preserve_index=False) for frame in (LEFT, RIGHT))
    if kind == "batch":
        left, right = (table.to_batches()[0] for table in (left, right))
    elif kind == "stream":
        left, right = Stream(left), Stream(right)
    elif kind == "views":  # as polars hands over its text
        left, right = (
            table.cast(
                pa.schema(
                    [
                        (f.name, pa.string_view() if pa.types.is_string(f.type) else f.type)
                        for f in table.schema
                    ]
                )
            )
            for table in (left, right)
        )
    made = fraudmatch.link(left, right)
    assert made.to_arrow()["match_weight"] == found.to_arrow()["match_weight"]
    assert [(r["left"], r["right"]) for r in made.to_arrow().to_pylist()] == [(0, 1), (2, 0)]
    assert made.to_multiindex().tolist() == [(0, 1), (2, 0)]
    assert made.explain(0, 1).explanation == found.explain("p", 10).explanation


def test_columns_given_go_before_columns_recognised() -> None:
    odd = RIGHT.rename(columns={"surname": "nom", "forename": "surname"})
    made = fraudmatch.link(LEFT, odd, columns=({}, {"surname": "nom", "forename": "surname"}))
    assert made.to_multiindex().tolist() == [("p", 10), ("r", 30)]
    joined = fraudmatch.link(
        LEFT.assign(House="1", Street="Quince Lane"), columns={"address": ["House", "Street"]}
    )
    assert joined.recognised[0].fields["address"] == ("House", "Street")
    assert "Address" in joined.recognised[0].ignored


def test_dates_are_declared_never_guessed() -> None:
    written = RIGHT.assign(date_of_birth=["", "03/04/1971", "28/02/1980"])
    with pytest.raises(MappingError, match=r"date_format='%d/%m/%Y'"):
        fraudmatch.link(LEFT, written)
    british = fraudmatch.link(LEFT, written, date_format="%d/%m/%Y")
    assert british.to_pandas()["date_of_birth_level"].iloc[0] == "same"
    american = fraudmatch.link(LEFT, written, date_format="%m/%d/%Y")
    steps = {step.comparison: step for step in american.explain("p", 10).explanation.steps}
    assert steps["date_of_birth"].level == "day and month swapped"
    with pytest.raises(MappingError, match="date_format"):
        fraudmatch.link(LEFT, RIGHT, date_format="%Q")


def test_threshold_and_budget(found) -> None:
    high = found.to_pandas()["match_weight"].max()
    assert fraudmatch.link(LEFT, RIGHT, threshold=high + 1).linked.links.num_rows == 0
    assert fraudmatch.link(LEFT, RIGHT, threshold=high - 0.001).linked.links.num_rows == 1
    with pytest.raises(BudgetError):
        fraudmatch.link(LEFT, RIGHT, budget=0)


def test_a_frame_with_the_model_s_columns_is_linked_as_it_is() -> None:
    frame = pd.DataFrame(
        {
            "who": ["Ann", "Ann", "ann"],
            "town": ["X", "X", ""],
            "born": [dt.date(1990, 1, 1), dt.date(1990, 1, 2), None],
        },
        index=[("a", 1), ("a", 2), ("b", 1)],
    )
    made = fraudmatch.link(frame, model=OWN)
    assert made.recognised == ()
    table = made.to_arrow()
    assert table.select(["left_row", "right_row", "born_level"]).to_pylist() == [
        {"left_row": 0, "right_row": 1, "born_level": "a digit off"}
    ]
    assert made.to_pandas()["left"].tolist() == [("a", 1)]
    assert len(made.clusters()) == 3
    stamped = frame.assign(born=pd.to_datetime(frame["born"]))
    assert fraudmatch.link(stamped, model=OWN).to_arrow(words=False)["born_level"].to_pylist() == [1]


def test_decided_pairs_shape_links_and_clusters() -> None:
    made = fraudmatch.link(LEFT, RIGHT, decided=[("p", 10, "different"), ("d", 20, "same")])
    assert made.to_multiindex().tolist() == [("r", 30)]
    cluster = {(r.frame, str(r.label), r.party): r.cluster for r in made.clusters().itertuples()}
    assert cluster["left", "d", 1] == cluster["right", "20", 1]
    assert cluster["left", "p", 1] != cluster["right", "10", 1]
    assert "a person decided that they differ" in str(made.explain("p", 10))
    assert "a person decided that they are the same" in str(made.explain("d", 20))
    for wrong in (("p", 10, "perhaps"), ("nobody", 10, "same")):
        with pytest.raises(ConfigurationError):
            fraudmatch.link(LEFT, RIGHT, decided=[wrong])


def test_one_to_one_keeps_the_best_assignment_and_shows_ties() -> None:
    twice = pd.concat([RIGHT, RIGHT.rename(index={10: 11})])
    loose = fraudmatch.link(LEFT, twice)
    assert ("p", 10) in loose.to_multiindex() and ("p", 11) in loose.to_multiindex()
    strict = fraudmatch.link(LEFT, twice.drop(index=[20, 30]), one_to_one=True)
    assert strict.to_multiindex().tolist() == [("p", 10)]
    ties = strict.ties()
    assert ties[["left", "right", "kept"]].to_numpy().tolist() == [["p", 10, True], ["p", 11, False]]
    assert "best assignment links them with others" in " ".join(str(strict.explain("p", 11)).split())
    clusters = strict.clusters()
    assert clusters[clusters["frame"] == "right"]["cluster"].nunique() == 2
    by_hand = fraudmatch.link(LEFT, twice.drop(index=[20, 30]), one_to_one=True, decided=[("p", 11, "same")])
    assert by_hand.to_multiindex().tolist() == [("p", 11)] and len(by_hand.ties()) == 0
    elsewhere = fraudmatch.link(
        LEFT, twice.drop(index=[20, 30]), one_to_one=True, decided=[("d", 10, "same")]
    )
    assert elsewhere.to_multiindex().tolist() == [("p", 11)]
    with pytest.raises(ConfigurationError, match="two files"):
        fraudmatch.link(LEFT, one_to_one=True)


@pytest.mark.parametrize(
    ("left", "options", "error", "said"),
    [
        ({"a": [1]}, {}, MappingError, "no table"),
        (RIGHT["surname"], {}, MappingError, "Give a DataFrame"),
        (RIGHT.iloc[:0], {}, MappingError, "left has no rows"),
        (pd.DataFrame({"zz": [1]}), {}, MappingError, "None of the columns"),
        (pd.DataFrame([[1, 2]], columns=["a", "a"]), {}, MappingError, "one name"),
        (pd.DataFrame({"surname": ["A", 1]}), {}, MappingError, "several kinds"),
        (RIGHT, {"columns": {"surnam": "surname"}}, MappingError, "Did you mean 'surname'"),
        (RIGHT, {"columns": {"surname": "surnam"}}, MappingError, "Did you mean 'surname'"),
        (RIGHT, {"model": "persn"}, ModelError, "no model"),
        (RIGHT, {"model": "payment"}, ModelError, "does not give|do not give"),
        (RIGHT, {"model": OWN}, ModelError, "reads who, town, born|reads"),
        (RIGHT, {"model": OWN, "normalise": False}, MappingError, "no such column"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_refused_with_a_remedy(left, options, error, said) -> None:
    with pytest.raises(error, match=said) as refused:
        fraudmatch.link(left, **options)
    assert isinstance(refused.value, FraudmatchError)
    assert refused.value.remedy or any(problem.remedy for problem in refused.value.problems)


def test_importing_the_package_imports_nothing_heavy() -> None:
    import subprocess
    import sys

    code = "import sys, fraudmatch; print(any(m in sys.modules for m in ('numpy', 'pyarrow', 'pandas', 'click')))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
    with pytest.raises(AttributeError, match="no attribute 'lnk'"):
        _ = fraudmatch.lnk
