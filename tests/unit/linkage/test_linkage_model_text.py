"""Models written as text are the models they were."""

import tomllib
from pathlib import Path

import pytest

from fraudmatch.linkage.fitting.model_text import model_text, number_text, renewed_text
from fraudmatch.linkage.model import Model
from fraudmatch.linkage.model_files import load_model, shipped_models

MODELS = Path(__file__).parents[3] / "fraudmatch" / "linkage" / "models"


def parsed(text: str) -> Model:
    return Model.model_validate(tomllib.loads(text))


def changed(model: Model) -> Model:
    """Every m, u and prior another number."""
    content = model.model_dump(by_alias=True)
    for comparison in content["comparison"]:
        for level in comparison["levels"]:
            level["m"], level["u"] = level["m"] / 2, level["u"] / 4
    for given in content["given"]:
        for key in ("m", "u"):
            given[key] = {name: value / 2 for name, value in given[key].items()}
    return Model.model_validate(content | {"prior": model.prior - 1.5, "version": model.version + 1})


@pytest.mark.parametrize("name", shipped_models())
def test_text_reads_back_as_the_model(name):
    model = load_model(name)
    assert parsed(model_text(model)) == model


@pytest.mark.parametrize("name", shipped_models())
def test_new_numbers_go_into_the_old_text_and_comments_stay(name):
    model = load_model(name)
    text = (MODELS / f"{model.id}.toml").read_text(encoding="utf-8")
    new = changed(model)
    made = renewed_text(text, new, ["Fitted."], {"prior": "moved"})
    assert parsed(made) == new
    assert made.startswith("# Fitted.\nname = ") and "   # moved\n" in made
    first_key = text.index("\nname = ")
    kept = [line for line in text[first_key:].splitlines() if line.startswith("#")]
    assert [line for line in made.splitlines() if line in kept] == kept


def test_a_layout_that_is_not_ours_is_written_plain():
    model = load_model("payment")
    spread = (
        model_text(model).replace("levels = [\n", "levels = [ # { name = \n", 1).replace("m = ", '"m" = ')
    )
    assert parsed(spread) == model
    made = renewed_text(spread, changed(model), ["Fitted."], {})
    assert made.startswith("# Fitted.\n") and parsed(made) == changed(model)


def test_small_numbers_have_no_exponent():
    assert number_text(6e-07) == "0.0000006" and number_text(-18.0) == "-18.0" and number_text(3) == "3"
