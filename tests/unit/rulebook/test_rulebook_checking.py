"""`fraudmatch rules check` tells faults of every kind at once, and says when more may follow."""

from __future__ import annotations

from pathlib import Path

import pytest

from fraudmatch.errors import RuleFileError
from fraudmatch.rulebook.checking import checked
from fraudmatch.rulebook.outline_file import write_outline
from fraudmatch.shipped import shipped


def told(folder: Path) -> tuple[set[tuple[str, str]], str]:
    """(where, what) of each fault, and what to do."""
    with pytest.raises(RuleFileError) as caught:
        checked([shipped("rules"), folder])
    return {(problem.where, problem.what) for problem in caught.value.problems}, caught.value.remedy


def started(folder: Path, *changes: tuple[str, str]) -> Path:
    path = write_outline("FM-XX-001", folder, "council_tax", "permit", "property")
    text = path.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    path.write_text(text, encoding="utf-8")
    return path


def test_blanks_unknown_keys_and_undrawn_facts_are_told_at_once(tmp_path: Path) -> None:
    old = 'old = "left.age > 200"\n[reasons]\nold = "very old"'
    started(
        tmp_path,
        ("[reasons]", old),
        ("[points]", "[points]\nold = 1"),
        ("version = 1", "version = 1\nfoo = 2"),
    )
    found, remedy = told(tmp_path)
    assert ("title", "this is still blank.") in found and ("foo", "there is no such key.") in found
    assert ("facts.old", "no example in which this fact is true.") in found
    assert "more may be told" not in remedy


def test_a_fact_that_cannot_be_read_is_told_beside_blanks_and_more_may_follow(tmp_path: Path) -> None:
    started(tmp_path, ("left.running and", "left.runing and"), ('status = "draft"', 'status = "live"'))
    found, remedy = told(tmp_path)
    assert ("description", "this is still blank.") in found
    assert any(where == "facts.running" and "there is no left.runing" in what for where, what in found)
    assert "more may be told" in remedy


def test_what_only_a_live_rule_must_say_is_told_with_its_blanks(tmp_path: Path) -> None:
    started(tmp_path, ('status = "draft"', 'status = "live"'))
    found, _ = told(tmp_path)
    assert "review" in {where for where, _ in found} and "title" in {where for where, _ in found}
