"""Whether the examples of a rule show every fact both ways: an untried fact is a guess."""

from __future__ import annotations

from fraudmatch.errors import Problem
from fraudmatch.scoring.examples import drawn_members, evaluate_example
from fraudmatch.scoring.library import Library
from fraudmatch.scoring.rulefile import Example
from fraudmatch.scoring.rules import Rule


def undrawn_facts(library: Library) -> list[Problem]:
    """Facts without an example where they are true, and without one where they are not.

    Not true is false or unknown. What is undrawn in one rule is told in the order of its facts.
    """
    return [problem for rule in library.rules for problem in _of_rule(rule, library)]


def _of_rule(rule: Rule, library: Library) -> list[Problem]:
    seen: dict[str, set[bool]] = {name: set() for name in rule.facts}
    for example in rule.file.example:
        for name, answers in answers_of(rule, example, library).items():
            seen[name] |= answers
    return [
        Problem(rule.shown, f"facts.{name}", f"no example in which this fact is {word}.", "Draw one.")
        for name, answers in seen.items()
        for answer, word in ((True, "true"), (False, "not true"))
        if answer not in answers
    ]


def answers_of(rule: Rule, example: Example, library: Library) -> dict[str, set[bool]]:
    """Fact -> whether it is true in the example; both, of the fact that parts members from others."""
    evaluation = evaluate_example(rule, example, library)
    found = {} if evaluation is None else {
        name: {bool(evaluation.true(node)[0])} for name, node in rule.facts.items()
    }  # fmt: skip
    if rule.file.group is not None and rule.file.group.member is not None:
        found[rule.file.group.member] = drawn_members(rule, example, library)
    return found
