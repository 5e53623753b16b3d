"""What the facts of a rule answer: over the night, fact by fact, and of two records that somebody names."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import pyarrow.compute as pc

from fraudmatch.scoring.flags import risk_points
from fraudmatch.scoring.judge import Bench, brought_together, passing, with_models
from fraudmatch.scoring.kernels import Evaluation
from fraudmatch.scoring.rows import PairRows, SideRows
from fraudmatch.scoring.rules import Rule

_WORD = re.compile(r"[a-z_][a-z0-9_]*")


@dataclass(frozen=True)
class FactCount:
    """Answers of one fact.

    Attributes:
        among: data set of the records asked, for a fact about one side alone; "" = the pairs looked at.
    """

    fact: str
    among: str
    true: int
    false: int
    unknown: int


@dataclass(frozen=True)
class Answers:
    """What a rule says of two records.

    Attributes:
        together: relation and scope bring the two together. facts: name -> true, false, None = not known.
        when: the sentence. held: the first fact that is true among those that hold back; None = none.
        points: risk points a flag of the two would have.
    """

    together: bool
    facts: dict[str, bool | None]
    when: bool | None
    held: str | None
    points: int

    @property
    def flags(self) -> bool:
        """Whether the two are flagged, local overrides aside."""
        return self.together and self.when is True and self.held is None


def facts_of_sentence(rule: Rule) -> list[str]:
    """Names of the facts that flag.when speaks of, in the order of the file."""
    named = set(_WORD.findall(rule.file.flag.when))
    return [name for name in rule.facts if name in named]


def fact_counts(rule: Rule, bench: Bench) -> list[FactCount]:
    """How often each fact of the sentence is true, false and not known; none of a rule about groups.

    A fact about one side alone is asked of every record of that data set; any other of the pairs that pass
    what is said about single records.
    """
    pair = rule.file.pair
    if rule.file.group is not None:
        return []
    names, alone = facts_of_sentence(rule), {"left": pair.left, "right": pair.right}
    asked: dict[str, Evaluation] = {}
    if pair.right is not None:
        rows = brought_together(rule, bench, passing(rule, bench, "left"), passing(rule, bench, "right"))
        asked["pair"] = Evaluation(rows)
    found = []
    for name in names:
        scopes = rule.facts[name].varies_with
        scope = next(iter(scopes)) if len(scopes) == 1 else "pair"
        dataset = alone.get(scope)
        if dataset is None and "pair" not in asked:
            continue
        if dataset is not None and scope not in asked:
            asked[scope] = Evaluation(SideRows(bench.night.side(dataset), scope, bench.constants))
        answer = asked[scope if dataset else "pair"].of(rule.facts[name])
        true, unknown = pc.sum(answer).as_py() or 0, answer.null_count
        found.append(FactCount(name, dataset or "", true, len(answer) - true - unknown, unknown))
    return found


def answers_about(rule: Rule, bench: Bench, left_id: int, right_id: int) -> Answers:
    """What the rule says of two records.

    Args:
        left_id / right_id: record ids of the data sets that the rule compares, in that order.
    """
    left, right = bench.night.side(rule.file.pair.left), bench.night.side(str(rule.file.pair.right))
    at_left, at_right = (np.flatnonzero(s.ids == each) for s, each in ((left, left_id), (right, right_id)))
    together = len(brought_together(rule, bench, at_left, at_right)) > 0
    if not together and rule.symmetric:
        together = len(brought_together(rule, bench, at_right, at_left)) > 0
    rows = with_models(rule, bench, PairRows(left, right, at_left, at_right, bench.constants))
    evaluation = Evaluation(rows)
    facts = {name: evaluation.of(node)[0].as_py() for name, node in rule.facts.items()}
    return Answers(
        together,
        facts,
        evaluation.of(rule.when)[0].as_py(),
        next((name for name in rule.unless if facts[name]), None),
        int(risk_points(rule, evaluation, 1)[0]),
    )
