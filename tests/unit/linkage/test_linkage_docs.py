"""The manual page of models names every test and derivation there is."""

import tomllib
from pathlib import Path

from fraudmatch.linkage.derive import COMBINATIONS, DERIVATIONS
from fraudmatch.linkage.kinds import KINDS
from fraudmatch.linkage.model import Model

PAGE = (Path(__file__).parents[3] / "docs" / "linkage.md").read_text(encoding="utf-8")


def test_every_test_of_a_level_is_documented():
    table = [line for line in PAGE.splitlines() if line.startswith("| `")]
    for test in KINDS:
        assert any(f"`{test}" in line for line in table), test


def test_every_derivation_is_named():
    for name in [*DERIVATIONS, *COMBINATIONS]:
        assert f":{name}`" in PAGE, name


def test_the_example_has_the_keys_of_a_model():
    example = tomllib.loads(PAGE.split("```toml")[1].split("```")[0])
    known = {field.alias or name for name, field in Model.model_fields.items()}
    assert set(example) <= known
