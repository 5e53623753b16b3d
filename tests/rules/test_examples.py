"""Every example written into a shipped rule comes out as it says."""

from __future__ import annotations

import pytest

from fraudmatch.scoring import load_library
from fraudmatch.scoring.examples import try_example
from fraudmatch.shipped import shipped

LIBRARY = load_library([shipped("rules")])
CASES = [(rule, example) for rule in LIBRARY.rules for example in rule.file.example]


@pytest.mark.parametrize(("rule", "example"), CASES, ids=[f"{r.id} {e.name}" for r, e in CASES])
def test_example_comes_out_as_written(rule, example) -> None:  # type: ignore[no-untyped-def]
    assert try_example(rule, example, LIBRARY).differences == ()
