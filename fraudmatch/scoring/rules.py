"""A rule ready to run: its expressions compiled, its words kept for the reports."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from fraudmatch import schemas
from fraudmatch.errors import Problem
from fraudmatch.scoring import catalogue
from fraudmatch.scoring.equal import equal_columns
from fraudmatch.scoring.language import ExpressionFault, Names, compile_expression
from fraudmatch.scoring.lint import pair_problems, word_problems
from fraudmatch.scoring.nodes import Column, Kind, Node, canonical, conjuncts, demanded
from fraudmatch.scoring.pairs import COSTLY
from fraudmatch.scoring.rests import fields_rested_on
from fraudmatch.scoring.rulefile import DatedNumber, RuleFile

#: The model that says how sure the link of a relation is; the others are settled by groups.
IDENTITY_MODEL = {"person": "person", "organisation": "organisation", "payment": "payment"}


@dataclass(frozen=True)
class Rule:
    """One rule.

    Attributes:
        file: as written.
        shown: the file's name for people.
        facts: name -> expression, in the order of the file; the fact that decides who is a member of a
            group holds for the whole group.
        when: the sentence with the facts put in.
        values: class -> expression in pence.
        unless: fact -> expression, of those that hold a flag back, in the order in which they are asked.
        member: of a rule about groups, what makes a record a member; None = every record is one.
    """

    file: RuleFile
    shown: str
    facts: Mapping[str, Node]
    when: Node
    values: Mapping[str, Node]
    unless: Mapping[str, Node]
    member: Node | None = None

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
                model; also the group) or "link" (with one).
        """
        parts = [part for part in conjuncts(self.when) if _stage(part) == stage]
        return sorted(parts, key=_cost)

    def text(self, numbers: tuple[schemas.NumberText, ...] = ()) -> schemas.RuleText:
        """What a reader of a report needs to know of it; `numbers` are those it goes by (`numbers_of`)."""
        file = self.file
        return schemas.RuleText(
            id=file.id, version=file.version, title=file.title, status=file.status, owner=file.owner,
            service=file.service, description=file.description,
            legal_basis=tuple((_law_title(law.title, law.verified), law.href) for law in file.legal_basis),
            innocent_explanations=tuple(file.innocent_explanations), next_step=file.next_step,
            relation=file.pair.relation, left=file.pair.left, right=file.pair.right,
            reasons=dict(file.reasons), show_left=tuple(file.show.left), show_right=tuple(file.show.right),
            numbers=numbers,
            grouped_by=file.group.by if file.group else "",
            review=file.review.plain(),
            demands=self._demands(),
            rests_left=self._rests("left"), rests_right=self._rests("right"),
        )  # fmt: skip

    def _rests(self, side: str) -> tuple[str, ...]:
        """Fields of a side that its flags rest on; none of a side that there is not, or of groups."""
        dataset = self.file.pair.left if side == "left" else self.file.pair.right
        grouped = self.file.group is not None
        return () if dataset is None or grouped else fields_rested_on(self._expressions(), side, dataset)

    def _demands(self) -> tuple[tuple[str, str], ...]:
        """(Data set, detail) without which its sentence is never true, sorted."""
        pair = self.file.pair
        sets = {"left": pair.left, "right": pair.right}
        named = {each for part in conjuncts(self.when) for each in demanded(part)}
        needed = {(sets[scope], name) for scope, name in named if scope in sets}
        details = {d: {field.name for field in schemas.DATASETS[d].details} for d in sets.values() if d}
        return tuple(sorted((d, name) for d, name in needed if d and name in details[d]))


def _law_title(title: str, verified: bool) -> str:
    return title if verified else f"{title} (to be verified)"


def _model_of(link_column: str) -> str:
    model = link_column.split("_", 1)[0]
    return model if link_column in catalogue.LINK_COLUMNS else "person"


def _stage(part: Node) -> str:
    scopes = part.varies_with
    if "link" in scopes:
        return "link"
    return next(iter(scopes)) if len(scopes) == 1 and scopes != {"group"} else "pair"


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
    scopes: dict[str, Mapping[str, Column]] = {
        "run": catalogue.RUN_COLUMNS,
        "param": {name: Column(_kind_of(dated)) for name, dated in parameters.items()},
        "value": {name: Column(_kind_of(dated)) for name, dated in values.items()},
    }
    if file.group is not None:
        return Names(scopes | {"group": catalogue.group_columns(file.group.of)}, {})
    scopes["left"] = catalogue.side_columns(file.pair.left)
    if file.pair.right is not None:
        scopes["right"] = catalogue.side_columns(file.pair.right)
        scopes |= {"pair": catalogue.PAIR_COLUMNS, "link": catalogue.LINK_COLUMNS}
    return Names(scopes, {})


def compile_rule(
    file: RuleFile,
    shown: str,
    parameters: Mapping[str, DatedNumber],
    values: Mapping[str, DatedNumber],
    *,
    unfinished: bool = False,
) -> Rule | list[Problem]:
    """The rule ready to run, or all that is wrong with what it says.

    Args:
        unfinished: pass over facts that nothing speaks of yet, as while a rule is being tried.
    """
    problems = pair_problems(file, shown, parameters)
    if problems:
        return problems
    money = {name: dated.money for name, dated in values.items()}
    writer = _Writer(file, shown, _names(file, parameters, values), money, unfinished)
    rule = writer.rule()
    problems = writer.problems + word_problems(file, shown)
    if not writer.problems and file.pair.relation == "equal" and not equal_columns(rule.when):
        what = "nothing that flag.when demands says left.x = right.y, so nothing brings records together."
        problems.append(Problem(shown, "pair.relation", what, "Add such a fact, or choose another relation."))
    return problems or rule


class _Writer:
    """Compiles the expressions of one file and keeps what is wrong with each."""

    def __init__(
        self, file: RuleFile, shown: str, names: Names, money: Mapping[str, str | None], unfinished: bool
    ) -> None:
        self.file, self.shown, self.names, self.money = file, shown, names, money
        self.unfinished = unfinished
        self.problems: list[Problem] = []

    def rule(self) -> Rule:
        member = self.file.group.member if self.file.group else None
        facts = {
            name: self._read(f"facts.{name}", text, self._names_of(name == member), Kind.TRUTH)
            for name, text in self.file.facts.items()
        }
        is_member = facts.get(member) if member else None
        if is_member is not None and member is not None:
            facts[member] = Node("literal", Kind.TRUTH, literal=True)  # whoever is not has been left out
        bare = Names({}, {name: Column(Kind.TRUTH) for name in facts})
        when = self._read("flag.when", self.file.flag.when, bare, Kind.TRUTH)
        if not self.unfinished:
            self._unused(when)
        values: dict[str, Node] = {
            kind: self._read(f"value.{kind}", text, self.names, Kind.NUMBER)
            for kind, text in self.file.value.items()
        }
        self._classes(values)
        unless = {name: facts[name] for name in self.file.flag.unless if name in facts}
        self._sums([*facts.values(), *values.values()])
        return Rule(self.file, self.shown, facts, _put_in(when, facts), values, unless, is_member)

    def _names_of(self, member: bool) -> Names:
        """What a fact may speak of: one about the members of a group, of a record alone."""
        if not member:
            return self.names
        columns = catalogue.side_columns(self.file.pair.left)
        return Names(
            {name: c for name, c in self.names.scopes.items() if name != "group"} | {"left": columns}, {}
        )

    def _classes(self, values: Mapping[str, Node]) -> None:
        """An amount counts under the class its value states: classes are never added together."""
        for kind, node in values.items():
            for scope, name in sorted(node.columns):
                stated = self.money.get(name) if scope == "value" else None
                if stated not in (None, kind):
                    what = f"value.{name} is {stated} and counted here as {kind}."
                    self.problems.append(
                        Problem(self.shown, f"value.{kind}", what, f"Write it under {stated}.")
                    )

    def _read(self, where: str, text: str, names: Names, wanted: Kind) -> Node:
        try:
            return compile_expression(text, names, wanted=wanted)
        except ExpressionFault as fault:
            remedy = fault.remedy
            if self.file.group is not None and "nothing is called left" in fault.what:
                remedy = "Only the fact that group.member names speaks of a record alone."
            self.problems.append(Problem(self.shown, where, fault.what, remedy))
            return Node("literal", wanted)

    def _sums(self, nodes: list[Node]) -> None:
        """A sum over several partners would tell each of them what the others hold."""
        if self.file.group is None or self.file.group.scope == "same_partner":
            return
        for name in sorted({name for node in nodes for scope, name in node.columns if scope == "group"}):
            if catalogue.summed_detail(name) is not None:
                what = f"group.{name} would tell each partner what the others hold."
                self.problems.append(Problem(self.shown, "group.scope", what, 'Set scope = "same_partner".'))

    def _unused(self, when: Node) -> None:
        used = {name for _, name in when.columns} | set(self.file.points) | set(self.file.flag.unless)
        used |= {self.file.group.member} if self.file.group and self.file.group.member else set()
        for name in self.file.facts:
            if name not in used:
                what = "neither flag.when, flag.unless nor points speaks of this fact."
                self.problems.append(Problem(self.shown, f"facts.{name}", what, "Use it or remove it."))


def _put_in(node: Node, facts: Mapping[str, Node]) -> Node:
    """The sentence with every fact replaced by what it stands for."""
    if node.op == "column":
        return facts[node.name]
    return Node(node.op, node.kind, tuple(_put_in(part, facts) for part in node.parts), literal=node.literal)
