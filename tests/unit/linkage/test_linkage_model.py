import copy
import tomllib

import pytest

from fraudmatch.errors import ModelError
from fraudmatch.linkage.derive import DERIVATIONS, sound
from fraudmatch.linkage.model import Model, probability
from fraudmatch.linkage.model_files import frequency_table, load_model, shipped_models

PLAIN = tomllib.loads(
    """
name = "plain"
version = 1
relation = "person"
description = "for tests"
prior = -5.0
threshold = 0.0
pass = [{ key = ["postcode"] }]
[[comparison]]
name = "surname"
columns = ["surname"]
levels = [
  { name = "same", when = "exact", m = 0.9, u = 0.01 },
  { name = "differs", when = "otherwise", m = 0.1, u = 0.99 },
]
"""
)


def changed(change):
    made = copy.deepcopy(PLAIN)
    change(made)
    return made


def test_every_shipped_model_loads():
    assert shipped_models() == ["organisation", "payment", "person", "property"]
    for name in shipped_models():
        assert load_model(name).id == f"{name}_v{load_model(name).version}"


def test_weights_of_every_level_fall_from_first_to_last():
    for name in shipped_models():
        for comparison in load_model(name).comparison:
            first, last = comparison.levels[0], comparison.levels[-1]
            assert first.m / first.u > last.m / last.u, f"{name}: {comparison.name}"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda m: m.update(treshold=1), "Extra inputs"),
        (lambda m: m["comparison"][0]["levels"][0].update(when="exakt"), "unknown test 'exakt'"),
        (lambda m: m["comparison"][0]["levels"].pop(), "last level must be otherwise"),
        (lambda m: m["pass"][0].update(key=["postcode:sectr"]), "unknown derivation"),
        (lambda m: m["pass"][0].update(key=["a+b"]), "say how to combine"),
        (lambda m: m["comparison"].append(m["comparison"][0]), "same name"),
        (lambda m: m["comparison"][0]["levels"][0].update(m=0), "greater than 0"),
        (
            lambda m: m.update(given=[{"comparison": "surname", "when": {"surname": "same"}}]),
            "must come before",
        ),
        (lambda m: m.update(given=[{"comparison": "forename", "when": {}}]), "no comparison 'forename'"),
    ],
)
def test_a_faulty_model_is_refused_with_its_fault(tmp_path, change, said):
    with pytest.raises(ValueError, match=said):
        Model.model_validate(changed(change))


def test_a_missing_model_names_the_shipped_ones():
    with pytest.raises(ModelError, match="There is no model 'persn'") as caught:
        load_model("persn")
    assert "person" in caught.value.remedy


def test_a_model_file_with_a_fault_names_file_and_key(tmp_path):
    path = tmp_path / "mine_v1.toml"
    path.write_text('name = "mine"\nversion = 0\n', encoding="utf-8")
    with pytest.raises(ModelError) as caught:
        load_model(path)
    assert any(
        problem.file == "mine_v1.toml" and problem.where == "version" for problem in caught.value.problems
    )


def test_probability_of_weight():
    assert probability(0) == 0.5
    assert probability(10) == pytest.approx(1024 / 1025)
    assert probability(-5000) == 0.0


def test_shipped_frequencies_are_chances():
    for comparison in load_model("person").comparison:
        table = frequency_table(comparison)
        if table is not None:
            assert len(table) > (500 if isinstance(comparison.frequencies, str) else 4)
            assert all(0 < chance < 0.2 for chance in table.values())


@pytest.mark.parametrize(
    ("one", "other"),
    [("SMITH", "SMYTHE"), ("PHILLIPS", "FILIPS"), ("MCDONALD", "MACDONALD"), ("CLARK", "CLARKE")],
)
def test_sound_is_one_for_names_that_sound_alike(one, other):
    assert sound(one) == sound(other)


def test_derivations_give_none_or_text():
    for name, make in DERIVATIONS.items():
        for value in ("A", "GL50 1AA", "INV 00", "-", "O", "1980-01-02"):
            made = make(value)
            assert made is None or (isinstance(made, str) and made), name


def test_letters_that_look_like_digits():
    assert DERIVATIONS["look_alikes"]("I0S0O") == "10500"
