"""The facts of a flag in words, with their points and the fields each rests on."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from fraudmatch.report.words import fact_phrase, field_heading
from fraudmatch.schemas import RuleText
from fraudmatch.scoring.rests import fields_rested_on
from fraudmatch.scoring.rules import Rule

Fields = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class RuleFacts:
    """What a rule says of its facts.

    Attributes:
        points: fact -> what it adds when it is true; "base" is added to every flag.
        left, right: fact -> fields of that record it rests on, beside those that say who and where it is; none of
            rules about groups.
    """

    points: Mapping[str, int] = field(default_factory=dict)
    left: Fields = field(default_factory=dict)
    right: Fields = field(default_factory=dict)

    @property
    def base(self) -> int:
        """Points that every flag of the rule has."""
        return self.points.get("base", 0)


@dataclass(frozen=True)
class Fact:
    """A fact that is true, or of which nothing is known; what is false is told nobody, as in the workbook.

    Attributes:
        points: what it adds to the risk points; 0 where it adds none, and of what is not known.
        left, right: headings of the fields of each record it rests on.
    """

    phrase: str
    known: bool
    points: int
    left: tuple[str, ...]
    right: tuple[str, ...]


def rule_facts(rule: Rule) -> RuleFacts:
    """What a rule file says of its facts."""
    pair = rule.file.pair
    if rule.file.group is not None:
        return RuleFacts(rule.file.points)
    left = {name: fields_rested_on([node], "left", pair.left) for name, node in rule.facts.items()}
    if pair.right is None:
        return RuleFacts(rule.file.points, left)
    right = {name: fields_rested_on([node], "right", pair.right) for name, node in rule.facts.items()}
    return RuleFacts(rule.file.points, left, right)


def facts_of(told: str, rule: RuleFacts, text: RuleText) -> list[Fact]:
    """Facts in the order of the rule's reasons, true ones first.

    Args:
        told: column `facts` of FLAGS. rule: as it was that night. text: its text.
    """
    said: dict[str, bool | None] = json.loads(told)
    order = {name: place for place, name in enumerate(text.reasons)}
    names = sorted(said, key=lambda name: (said[name] is None, order.get(name, len(order)), name))
    return [
        Fact(
            fact_phrase(name, text.reasons), said[name] is True, rule.points.get(name, 0) if said[name] else 0,
            _headings(rule.left.get(name, ())), _headings(rule.right.get(name, ())),
        )
        for name in names
        if said[name] is not False
    ]  # fmt: skip


def _headings(fields: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(field_heading(name).removesuffix(" (£)").lower() for name in fields)
