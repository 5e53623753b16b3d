"""A rule ready to run: its expressions compiled, its words kept for the reports."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from fraudmatch import schemas
from fraudmatch.errors import Problem
from fraudmatch.scoring import catalogue
from fraudmatch.scoring.language import ExpressionFault, Names, compile_expression, nearest
from fraudmatch.scoring.nodes import Column, Kind, Node, canonical, conjuncts
from fraudmatch.scoring.pairs import COSTLY
from fraudmatch.scoring.rulefile import DatedNumber, RuleFile

#: The model that says how sure the link of a relation is; the others are settled by groups.
IDENTITY_MODEL = {"person": "person", "organisation": "organisation", "payment": "payment"}


@dataclass(frozen=True)
class Rule:
    """One rule.

    Attributes:
        file: as written.
        shown: the file's name for people.
        facts: name -> expression, in the order of the file.
        when: the sentence with the facts put in.
        unless: fact -> expression, of those that hold a flag back, in the order in which they are asked.
        values: class -> expression in pence.
    """

    file: RuleFile
    shown: str
    facts: Mapping[str, Node]
    when: Node
    values: Mapping[str, Node]
    unless: Mapping[str, Node]

    @property
    def id(self) -> str:
        """The rule's id."""
        return self.file.id

    @property
    def runs(self) -> bool:
        """Whether a night runs it."""
        return self.file.status in ("trial", "live")

    @property
    def models(self) -> tuple[str, ...]:
        """Models that must judge the pairs: those it names, and the one that says who is who."""
        named = {name for node in self._expressions() for scope, name in node.columns if scope == "link"}
        models = {_model_of(name) for name in named} | {IDENTITY_MODEL.get(self.file.pair.relation, "")}
        return tuple(sorted(models - {""}))

    @property
    def symmetric(self) -> bool:
        """Whether it comes to the same whichever of two records of one data set is called left."""
        if self.file.pair.left != self.file.pair.right:
            return False
        nodes = [self.when, *self.values.values(), *self.unless.values()]
        nodes += [node for name, node in self.facts.items() if self.file.points.get(name)]
        return all(canonical(node) == canonical(node, swapped=True) for node in nodes)

    def _expressions(self) -> list[Node]:
        return [self.when, *self.facts.values(), *self.values.values()]

    def conditions(self, stage: str) -> list[Node]:
        """The parts of the sentence decided at a stage, cheapest first.

        Args:
            stage: "left" or "right" (one side only, before the join), "pair" (both, without a
                model) or "link" (with one).
        """
        parts = [part for part in conjuncts(self.when) if _stage(part) == stage]
        return sorted(parts, key=_cost)

    def text(self) -> schemas.RuleText:
        """What a reader of a report needs to know of it."""
        file = self.file
        return schemas.RuleText(
            id=file.id, version=file.version, title=file.title, status=file.status, owner=file.owner,
            service=file.service, description=file.description,
            legal_basis=tuple((_law_title(law.title, law.verified), law.href) for law in file.legal_basis),
            innocent_explanations=tuple(file.innocent_explanations), next_step=file.next_step,
            relation=file.pair.relation, left=file.pair.left, right=file.pair.right,
            reasons=dict(file.reasons), show_left=tuple(file.show.left), show_right=tuple(file.show.right),
            review=file.review.plain(),
        )  # fmt: skip


def _law_title(title: str, verified: bool) -> str:
    return title if verified else f"{title} (to be verified)"


def _model_of(link_column: str) -> str:
    model = link_column.split("_", 1)[0]
    return model if link_column in catalogue.LINK_COLUMNS else "person"


def _stage(part: Node) -> str:
    scopes = part.varies_with
    if "link" in scopes:
        return "link"
    return next(iter(scopes)) if len(scopes) == 1 else "pair"


def _cost(part: Node) -> tuple[bool, int]:
    names = {name for _, name in part.columns}
    return bool(names & COSTLY), len(names)


def constants_on(
    day: dt.date, parameters: Mapping[str, DatedNumber], values: Mapping[str, DatedNumber]
) -> dict[tuple[str, str], int | float | str | dt.date]:
    """("param" or "value", name) -> what is in force on `day`; left out before the first day."""
    found = {}
    for scope, table in (("param", parameters), ("value", values)):
        for name, dated in table.items():
            entry = dated.on(day)
            if entry is not None:
                found[scope, name] = entry.value
    return found


def _kind_of(dated: DatedNumber) -> Kind:
    sample = dated.in_force[0].value
    if isinstance(sample, dt.date):
        return Kind.DATE
    return Kind.TEXT if isinstance(sample, str) else Kind.NUMBER


def _names(file: RuleFile, parameters: Mapping[str, DatedNumber], values: Mapping[str, DatedNumber]) -> Names:
    scopes = {
        "left": catalogue.side_columns(file.pair.left),
        "run": catalogue.RUN_COLUMNS,
        "param": {name: Column(_kind_of(dated)) for name, dated in parameters.items()},
        "value": {name: Column(_kind_of(dated)) for name, dated in values.items()},
    }
    if file.pair.right is not None:
        scopes["right"] = catalogue.side_columns(file.pair.right)
        scopes |= {"pair": catalogue.PAIR_COLUMNS, "link": catalogue.LINK_COLUMNS}
    return Names(scopes, {})


def compile_rule(
    file: RuleFile, shown: str, parameters: Mapping[str, DatedNumber], values: Mapping[str, DatedNumber]
) -> Rule | list[Problem]:
    """The rule ready to run, or all that is wrong with what it says."""
    problems = _pair_problems(file, shown)
    if problems:
        return problems
    writer = _Writer(file, shown, _names(file, parameters, values))
    rule = writer.rule()
    problems = writer.problems + _word_problems(file, shown)
    return problems or rule


class _Writer:
    """Compiles the expressions of one file and keeps what is wrong with each."""

    def __init__(self, file: RuleFile, shown: str, names: Names) -> None:
        self.file, self.shown, self.names = file, shown, names
        self.problems: list[Problem] = []

    def rule(self) -> Rule:
        facts = {
            name: self._read(f"facts.{name}", text, self.names, Kind.TRUTH)
            for name, text in self.file.facts.items()
        }
        bare = Names({}, {name: Column(Kind.TRUTH) for name in facts})
        when = self._read("flag.when", self.file.flag.when, bare, Kind.TRUTH)
        self._unused(when)
        values: dict[str, Node] = {
            kind: self._read(f"value.{kind}", text, self.names, Kind.NUMBER)
            for kind, text in self.file.value.items()
        }
        unless = {name: facts[name] for name in self.file.flag.unless if name in facts}
        return Rule(self.file, self.shown, facts, _put_in(when, facts), values, unless)

    def _read(self, where: str, text: str, names: Names, wanted: Kind) -> Node:
        try:
            return compile_expression(text, names, wanted=wanted)
        except ExpressionFault as fault:
            self.problems.append(Problem(self.shown, where, fault.what, fault.remedy))
            return Node("literal", wanted)

    def _unused(self, when: Node) -> None:
        used = {name for _, name in when.columns} | set(self.file.points) | set(self.file.flag.unless)
        for name in self.file.facts:
            if name not in used:
                what = "neither flag.when, flag.unless nor points speaks of this fact."
                self.problems.append(Problem(self.shown, f"facts.{name}", what, "Use it or remove it."))


def _put_in(node: Node, facts: Mapping[str, Node]) -> Node:
    """The sentence with every fact replaced by what it stands for."""
    if node.op == "column":
        return facts[node.name]
    return Node(node.op, node.kind, tuple(_put_in(part, facts) for part in node.parts), literal=node.literal)


def _pair_problems(file: RuleFile, shown: str) -> list[Problem]:
    """Data sets that do not exist, or a relation that does not fit them."""
    pair, found = file.pair, []
    for side, dataset in (("left", pair.left), ("right", pair.right)):
        if dataset is not None and dataset not in schemas.DATASETS:
            hint = nearest(dataset, list(schemas.DATASETS))
            found.append(Problem(shown, f"pair.{side}", f"there is no data set {dataset}.", hint))
    if (pair.relation == "none") != (pair.right is None):
        what = "a rule about single records has relation none and no right; every other has both."
        found.append(Problem(shown, "pair.relation", what))
    if pair.relation == "payment" and (pair.left, pair.right) != ("payment", "payment"):
        found.append(Problem(shown, "pair.relation", "payments are linked with payments only."))
    return found


def _word_problems(file: RuleFile, shown: str) -> list[Problem]:
    """Facts without a phrase, points of no fact, columns to show that are not there, examples one way."""
    found = []
    for fact in sorted(file.facts.keys() - file.reasons.keys()):
        found.append(Problem(shown, f"reasons.{fact}", "this fact has no phrase to print.", "Add one."))
    for key, table in (("reasons", file.reasons), ("points", file.points)):
        for name in sorted(table.keys() - file.facts.keys() - {"base"}):
            found.append(
                Problem(shown, f"{key}.{name}", "there is no such fact.", nearest(name, list(file.facts)))
            )
    for name in file.flag.unless:
        if name not in file.facts:
            what = f"there is no fact {name}."
            found.append(Problem(shown, "flag.unless", what, nearest(name, list(file.facts))))
    found += _held_problems(file, shown)
    most = sum(points for points in file.points.values() if points > 0)
    if most > 100 or "base" not in file.points:
        what = f"base and the points above nought come to {most}."
        found.append(Problem(shown, "points", what, "Give a base, and keep the sum at 100 or less."))
    if {example.expect.flagged for example in file.example} != {True, False}:
        what = "the examples show one way only."
        found.append(Problem(shown, "example", what, "Draw a case that is flagged and one that is not."))
    return found + _show_problems(file, shown)


def _held_problems(file: RuleFile, shown: str) -> list[Problem]:
    """Facts that hold back without an example of it, and examples that name no such fact."""
    drawn = {example.expect.held for example in file.example if example.expect.held}
    found = []
    for name in file.flag.unless:
        if name not in drawn:
            what = f"no example shows that {name} holds a flag back."
            remedy = f'Draw one with expect = {{ flagged = false, held = "{name}" }}.'
            found.append(Problem(shown, "example", what, remedy))
    for name in sorted(drawn - set(file.flag.unless)):
        what = f"an example is held back by {name}, which flag.unless does not name."
        found.append(Problem(shown, "example", what, nearest(name, file.flag.unless)))
    return found


def _show_problems(file: RuleFile, shown: str) -> list[Problem]:
    found = []
    for side, dataset, wanted in (
        ("left", file.pair.left, file.show.left),
        ("right", file.pair.right, file.show.right),
    ):
        details = [field.name for field in schemas.DATASETS[dataset].details] if dataset else []
        for name in wanted:
            if name not in details:
                what = f"{dataset or 'a rule about single records'} has no detail {name}."
                found.append(Problem(shown, f"show.{side}", what, nearest(name, details)))
    return found
