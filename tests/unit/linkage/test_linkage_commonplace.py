"""What everybody in a file has in common tells nobody apart."""

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fraudmatch.linkage.commonplace import agreeing_share, measured
from fraudmatch.linkage.model import Model, weight
from fraudmatch.linkage.model_files import load_model


def column(*values: str | None) -> pa.ChunkedArray:
    return pa.chunked_array([pa.array(values, pa.string())])


def levels(model: Model, name: str) -> tuple[int, int]:
    """Weights of the first and of the last level of a comparison."""
    one = model.comparison[model.position(name)]
    return weight(one.levels[0].m, one.levels[0].u), weight(one.levels[-1].m, one.levels[-1].u)


def with_town(*values: str | None) -> Model:
    towns = column(*values)
    return measured(
        load_model("person"), lambda name: towns if name == "town" else column("M", "F", "M", "F")
    )


@given(st.lists(st.sampled_from(["A", "B", "C", None]), max_size=30))
def test_the_agreeing_share_is_that_of_all_pairs_counted_out(values: list[str | None]) -> None:
    known = [value for value in values if value is not None]
    pairs = [(a, b) for i, a in enumerate(known) for b in known[i + 1 :]]
    expected = sum(a == b for a, b in pairs) / len(pairs) if pairs else 0.0
    assert agreeing_share(column(*values)) == pytest.approx(expected)


def test_a_town_that_all_share_weighs_nothing_and_another_does_not_speak_for():
    same, differs = levels(with_town(*["EXTON"] * 100), "town")
    assert -700 < same <= 0 and differs <= 0


def test_a_town_of_many_keeps_the_weight_of_the_model():
    assert levels(with_town(*[f"T{i}" for i in range(100)]), "town") == levels(load_model("person"), "town")
    assert levels(with_town(None, None), "town") == levels(load_model("person"), "town")


def test_a_few_more_records_change_no_weight():
    most = ["EXTON"] * 60 + ["WYCHE"] * 40
    assert with_town(*most) == with_town(*most, "EXTON", "WYCHE", "EXTON", "EAST END")


def test_comparisons_that_are_not_measured_stay():
    shipped = load_model("person")
    changed = with_town(*["EXTON"] * 100)
    for before, after in zip(shipped.comparison, changed.comparison, strict=True):
        assert before.measured or before == after


def test_measured_needs_one_plain_column():
    model = load_model("person").model_dump(by_alias=True)
    model["comparison"][1]["measured"] = True
    with pytest.raises(ValueError, match="measured needs one plain column"):
        Model.model_validate(model)
