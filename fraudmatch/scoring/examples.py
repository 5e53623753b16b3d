"""The examples of a rule, run through the same compiled expressions as a night."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from fraudmatch import schemas
from fraudmatch.references import clean_reference
from fraudmatch.scoring import catalogue
from fraudmatch.scoring.derived import age, running
from fraudmatch.scoring.drawn_groups import DrawnSide
from fraudmatch.scoring.flags import risk_points, value_pence
from fraudmatch.scoring.groups import GroupRows, Members
from fraudmatch.scoring.kernels import Evaluation, numeric
from fraudmatch.scoring.library import Library
from fraudmatch.scoring.nodes import Kind
from fraudmatch.scoring.pairs import PAIR_FUNCTIONS
from fraudmatch.scoring.rows import Constants, constant
from fraudmatch.scoring.rulefile import VALUE_CLASSES, Example
from fraudmatch.scoring.rules import Rule

_ARROW = {Kind.TRUTH: pa.bool_(), Kind.NUMBER: pa.float64(), Kind.TEXT: pa.string(), Kind.DATE: pa.date32()}


@dataclass(frozen=True)
class Tried:
    """One example and what came of it; `differences` is empty when it came out as written."""

    rule_id: str
    example: str
    flagged: bool
    points: int
    differences: tuple[str, ...]


class _Drawn:
    """The columns of one drawn record: what is given, what follows from it, else unknown."""

    def __init__(self, dataset: str, given: Mapping[str, Any], as_at: dt.date) -> None:
        self.dataset, self.given, self.as_at = dataset, given, as_at
        self.columns = catalogue.side_columns(dataset)

    def column(self, name: str) -> pa.Array:
        """The column, of length one."""
        if name not in self.given and name in (
            "age",
            "valid_from",
            "valid_to",
            "running",
            "invoice_ref_clean",
        ):
            return self._derived(name)
        return pa.array([self.given.get(name)], _ARROW[self.columns[name].kind])

    def _derived(self, name: str) -> pa.Array:
        if name == "age":
            return age(self.column("date_of_birth"), self.as_at)
        if name == "invoice_ref_clean":
            return clean_reference(self.column("invoice_ref"))
        if name == "running":
            return running(self.column("valid_from"), self.column("valid_to"), self.as_at)
        source = getattr(schemas.DATASETS[self.dataset], name)
        return self.column(source) if source else pa.nulls(1, pa.date32())

    def name(self) -> pa.Array:
        """The name of the party as `payments.party_names` finds it."""
        person = " ".join(str(self.given[part]) for part in ("forename", "surname") if part in self.given)
        return pa.array([self.given.get("organisation_core", person or None)], pa.string())


class _ExampleRows:
    """An example as rows of length one; also the view that `pairs` reads."""

    def __init__(self, rule: Rule, example: Example, constants: Constants) -> None:
        pair = rule.file.pair
        self.as_at, self._example, self._constants = example.as_at, example, constants
        self._left = _Drawn(pair.left, example.left, example.as_at)
        self._right = _Drawn(pair.right or pair.left, example.right, example.as_at)

    def __len__(self) -> int:
        return 1

    def column(self, scope: str, name: str) -> Any:
        """See `kernels.Rows`."""
        if scope in ("run", "param", "value"):
            return constant(self._constants, scope, name, self.as_at)
        if scope == "link":
            return pa.array([self._example.link.get(name)], pa.float64())
        if scope == "pair":
            return numeric(self._pair(name))
        return numeric(self.left(name) if scope == "left" else self.right(name))

    def _pair(self, name: str) -> pa.Array:
        if name in self._example.pair:
            return pa.array([self._example.pair[name]], _ARROW[catalogue.PAIR_COLUMNS[name].kind])
        return PAIR_FUNCTIONS[name](self)

    def left(self, name: str) -> pa.Array:
        """A column of the left record."""
        return self._left.column(name)

    def right(self, name: str) -> pa.Array:
        """A column of the right record."""
        return self._right.column(name)

    def left_names(self) -> pa.Array:
        """Name of the left party."""
        return self._left.name()

    def right_names(self) -> pa.Array:
        """Name of the right party."""
        return self._right.name()

    def same_group(self, name: str) -> pa.Array:
        """Unknown: an example says so itself where it matters."""
        return pa.nulls(1, pa.bool_())

    def known_there(self) -> pa.Array:
        """Not so unless the example says it."""
        return pa.array([False])

    def shared_officers(self, *, at_address: bool) -> pa.Array:
        """Unknown unless the example says it."""
        return pa.nulls(1, pa.int64())

    def named_on_row(self) -> pa.Array:
        """Never unknown, and not so unless the example says it."""
        return pa.array([False])


def _drawn_groups(rule: Rule, example: Example, constants: Constants) -> GroupRows:
    """The group its members make; no row when none of the drawn records is a member."""
    side = _drawn_side(rule, example)
    at = side.passing(rule.member, constants)
    return GroupRows(Members(side, at, np.zeros(len(at), dtype=np.int64)), constants)


def _drawn_side(rule: Rule, example: Example) -> DrawnSide:
    dataset, as_at = rule.file.pair.left, example.as_at
    return DrawnSide(
        dataset, example.members, as_at, lambda given, name: _Drawn(dataset, given, as_at).column(name)
    )


def drawn_members(rule: Rule, example: Example, library: Library) -> set[bool]:
    """Whether the drawn records of a rule about groups are members: all, none or some of them."""
    side = _drawn_side(rule, example)
    at = side.passing(rule.member, library.constants(example.as_at))
    return {place in at for place in range(len(side))}


def evaluate_example(rule: Rule, example: Example, library: Library) -> Evaluation | None:
    """The expressions of the rule over the example; None when its records make no group."""
    constants = library.constants(example.as_at)
    if rule.file.group is None:
        return Evaluation(_ExampleRows(rule, example, constants))
    groups = _drawn_groups(rule, example, constants)
    return Evaluation(groups) if len(groups) else None


def try_example(rule: Rule, example: Example, library: Library) -> Tried:
    """Run one example and compare what came of it with what it says."""
    evaluation = evaluate_example(rule, example, library)
    if evaluation is None:
        wrong = ("not flagged: no record is a member",) if example.expect.flagged else ()
        return Tried(rule.id, example.name, False, 0, wrong)
    stands = bool(evaluation.true(rule.when)[0])
    held = next((name for name, node in rule.unless.items() if stands and evaluation.true(node)[0]), None)
    flagged = stands and held is None
    points = int(risk_points(rule, evaluation, 1)[0])
    differences = []
    if flagged != example.expect.flagged:
        facts = {name: evaluation.of(node)[0].as_py() for name, node in rule.facts.items()}
        said = ", ".join(f"{name} {_word(answer)}" for name, answer in facts.items())
        differences.append(f"{'flagged' if flagged else 'not flagged'}: {said}")
    if example.expect.held not in (None, held):
        differences.append(f"held back by {held or 'nothing'}, not by {example.expect.held}")
    if flagged and example.expect.points not in (None, points):
        differences.append(f"{points} points, not {example.expect.points}")
    if flagged:
        differences += _value_differences(rule, example, evaluation)
    return Tried(rule.id, example.name, flagged, points, tuple(differences))


def _value_differences(rule: Rule, example: Example, evaluation: Evaluation) -> Iterator[str]:
    for kind in VALUE_CLASSES:
        if kind in example.expect.value:
            found = value_pence(rule, kind, evaluation, 1)[0].as_py()
            if found != example.expect.value[kind]:
                yield f"{kind} value {found} pence, not {example.expect.value[kind]}"


def _word(answer: bool | None) -> str:
    return {True: "true", False: "false", None: "unknown"}[answer]


def try_examples(library: Library) -> list[Tried]:
    """Every example of every rule, in the order of the files."""
    return [try_example(rule, example, library) for rule in library.rules for example in rule.file.example]
