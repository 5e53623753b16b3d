"""The shipped library as a whole: what every rule, parameter and value must have."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from fraudmatch import casework
from fraudmatch.scoring import catalogue, load_library
from fraudmatch.scoring.contacts import MOST_PARTIES
from fraudmatch.scoring.drawn_facts import undrawn_facts
from fraudmatch.scoring.functions import FUNCTIONS
from fraudmatch.scoring.lock import check_lock
from fraudmatch.scoring.rules import Rule
from fraudmatch.shipped import shipped

LIBRARY = load_library([shipped("rules")])
MANUAL = Path(__file__).parents[2] / "docs" / "writing-a-rule.md"

WANTED = (
    [f"FM-CT-{n:03}" for n in (*range(1, 23), 90)] + [f"FM-HT-{n:03}" for n in range(1, 10)]
    + [f"FM-RTB-{n:03}" for n in range(1, 5)] + [f"FM-WL-{n:03}" for n in range(1, 7)]
    + [f"FM-PY-{n:03}" for n in range(1, 11)]
    + [f"FM-CR-{n:03}" for n in range(1, 11)] + [f"FM-CTR-{n:03}" for n in range(1, 6)]
    + [f"FM-BB-{n:03}" for n in range(1, 4)] + [f"FM-CP-{n:03}" for n in range(1, 6)]
    + [f"FM-LC-{n:03}" for n in range(1, 4)] + [f"FM-PP-{n:03}" for n in range(1, 5)]
    + [f"FM-ID-{n:03}" for n in range(1, 6)] + [f"FM-PN-{n:03}" for n in range(1, 4)]
    + [f"FM-BR-{n:03}" for n in range(1, 13)] + [f"FM-GR-{n:03}" for n in range(1, 5)]
)  # fmt: skip


def test_library_is_whole_and_locked() -> None:
    assert sorted(rule.id for rule in LIBRARY.rules) == sorted(WANTED)
    assert check_lock(shipped("rules")) == []


def test_every_fact_is_drawn_both_ways() -> None:
    assert [str(problem) for problem in undrawn_facts(LIBRARY)] == []


@pytest.mark.parametrize("rule", LIBRARY.rules, ids=lambda rule: rule.id)
def test_rule_is_fit_to_print(rule: Rule) -> None:
    file = rule.file
    words = [
        file.title,
        file.description,
        file.next_step,
        *file.innocent_explanations,
        *file.reasons.values(),
    ]
    assert not re.search(
        r"\b(fraudsters?|criminals?|guilty|cheat|suspects?|offenders?)\b", " ".join(words), re.I
    )
    assert all(len(phrase) <= 80 for phrase in file.reasons.values())
    assert not any("\n" in text for text in words)
    assert file.show.left or file.show.right


@pytest.mark.parametrize("rule", LIBRARY.rules, ids=lambda rule: rule.id)
def test_one_example_tells_the_points(rule: Rule) -> None:
    assert any(example.expect.points is not None for example in rule.file.example)


def test_no_parameter_or_value_is_idle() -> None:
    used = {MOST_PARTIES}  # the joining by telephone and e-mail asks for it
    for rule in LIBRARY.rules:
        for node in [rule.when, *rule.facts.values(), *rule.values.values(), *filter(None, [rule.member])]:
            used |= {name for scope, name in node.columns if scope in ("param", "value")}
    used |= casework.PARAMETERS
    assert used == LIBRARY.parameters.keys() | LIBRARY.values.keys()


def test_what_law_sets_says_where() -> None:
    for name, number in LIBRARY.parameters.items():
        for entry in number.in_force:
            assert number.basis != "law" or entry.href or not entry.verified, name
            assert entry.href.startswith("https://") or not entry.href, name


def test_titles_are_told_apart() -> None:
    titles = [rule.file.title for rule in LIBRARY.rules]
    assert len(set(titles)) == len(titles)


def test_manual_names_every_function_and_column() -> None:
    manual = MANUAL.read_text(encoding="utf-8")
    for usage in (signature.usage for signature in FUNCTIONS.values()):
        assert f"`{usage}`" in manual, usage
    derived = [name for own in catalogue.DERIVED_OF.values() for name in own]
    for name in [*catalogue.DERIVED, *derived, *(f"pair.{n}" for n in catalogue.PAIR), "run.as_at"]:
        assert f"`{name}`" in manual, name
    for name in catalogue.GROUP:
        assert f"`group.{name}`" in manual, name
    for name in catalogue.LINK:
        assert f"`link.{name}`" in manual, name
