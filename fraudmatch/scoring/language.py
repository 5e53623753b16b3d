"""Rule text to a typed tree: sqlglot reads it, a closed list says what may stay.

Nothing that is not named here survives: no statement, subquery, regular expression, cast or
function of sqlglot's own. Types are settled now, so that a rule that compares a date with a
word is refused when the library is loaded and not in the middle of the night.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from fraudmatch.scoring.functions import FUNCTIONS, Signature
from fraudmatch.scoring.nodes import Column, Kind, Node

#: Limits of one expression; far above what a readable rule needs.
MAX_CHARACTERS = 2000
MAX_NODES = 200
MAX_TEXT = 100
MAX_NUMBER = 1e12

#: A node of sqlglot; the base class has another name from one version to the next.
Tree = Any

#: "£5" or "> 5,000", of what cannot be read: `if(left.age > 5,100,200)` can be.
_POUNDS = re.compile(r"£|[<>=]\s*\d{1,3}(?:,\d{3})+(?!\d)")
_QUOTED = re.compile(r"'[^']*'")

_ADDRESS = ("flat", "number", "building", "street", "town", "postcode", "uprn")
#: What people ask for that is held in parts, or under another name: word -> the columns.
_HELD_AS = {
    "address": _ADDRESS,
    "adress": _ADDRESS,
    "name": ("forename", "middle_names", "surname", "organisation_name"),
    "dob": ("date_of_birth",),
    "birthday": ("date_of_birth",),
    "reference": ("source_ref",),
    "ref": ("source_ref",),
}
#: What spreadsheets and databases call by another name: word -> how it is said here.
_SAID_AS = {
    "today": "Write run.as_at: the day the night speaks of.",
    "now": "Write run.as_at: the day the night speaks of.",
    "datediff": "Write days_between(from, to).",
    "datedif": "Write days_between(from, to).",
    "months": "Write months_between(from, to).",
    "years": "Write years_between(from, to).",
    "days": "Write days_between(from, to).",
    "upper": "Names and addresses are in capitals already.",
    "lower": "Names and addresses are in capitals already.",
    "min": "Write least(a, b, …).",
    "max": "Write greatest(a, b, …).",
}

_EPOCH = dt.date(1970, 1, 1)
_COMPARE: dict[type, str] = {
    exp.EQ: "eq", exp.NEQ: "neq", exp.LT: "lt", exp.LTE: "lte", exp.GT: "gt", exp.GTE: "gte",
}  # fmt: skip
_ARITHMETIC: dict[type, str] = {exp.Add: "add", exp.Sub: "sub", exp.Mul: "mul", exp.Div: "div"}
_SIGNS = {
    "eq": "=", "neq": "<>", "lt": "<", "lte": "<=", "gt": ">", "gte": ">=",
    "add": "+", "sub": "-", "mul": "*", "div": "/",
}  # fmt: skip


class ExpressionFault(Exception):
    """What is wrong with an expression, and the mend; the caller knows file and key."""

    def __init__(self, what: str, remedy: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.remedy = remedy


@dataclass(frozen=True)
class Names:
    """What an expression may name: scope -> column name -> column.

    Attributes:
        scopes: the scopes with their columns.
        bare: names without a scope (the facts, in the sentence of a rule).
    """

    scopes: Mapping[str, Mapping[str, Column]]
    bare: Mapping[str, Column]


def nearest(word: str, choices: list[str]) -> str:
    """A remedy naming the choice closest to `word`, or all choices when few."""
    close = get_close_matches(word, choices, n=1, cutoff=0.5)
    if close:
        return f"Did you mean {close[0]}?"
    return f"Choose one of: {', '.join(sorted(choices))}." if 0 < len(choices) <= 12 else ""


def compile_expression(text: str, names: Names, *, wanted: Kind | None = None) -> Node:
    """The typed tree of `text`.

    Args:
        text: one SQL expression.
        names: what it may speak of.
        wanted: the kind it must yield.

    Raises:
        ExpressionFault: it cannot be read, names something unknown, mixes kinds or is too large.
    """
    tree = _parse(text)
    nodes = list(tree.walk())
    if len(nodes) > MAX_NODES:
        raise ExpressionFault(f"the expression has {len(nodes)} parts.", f"Use at most {MAX_NODES}.")
    if any(node.comments for node in nodes):
        raise ExpressionFault("a comment has no place in an expression.", "Move it to a # line of the file.")
    compiled = _Compiler(names).compile(tree)
    if wanted is not None and compiled.kind is not wanted:
        raise ExpressionFault(f"the expression yields {compiled.kind}, not {wanted}.")
    return compiled


def _parse(text: str) -> Tree:
    if not text.strip():
        raise ExpressionFault("the expression is empty.")
    if len(text) > MAX_CHARACTERS:
        raise ExpressionFault(f"the expression has {len(text)} characters.", f"Use at most {MAX_CHARACTERS}.")
    try:
        statements = sqlglot.parse(text)
    except SqlglotError as error:
        if _POUNDS.search(_QUOTED.sub("", text)):
            raise ExpressionFault(
                "an amount is written in pence, without £ or commas.", "Write 500000 for £5,000."
            ) from None
        raise ExpressionFault(f"{_position(error)}this cannot be read as an expression.") from None
    except RecursionError:
        raise ExpressionFault(
            "the expression is nested too deeply.", "Split it into several facts."
        ) from None
    if len(statements) != 1 or statements[0] is None:
        raise ExpressionFault("more than one statement is not in the language.", "Write one expression.")
    return statements[0]


def _position(error: SqlglotError) -> str:
    # sqlglot's own wording names its classes; only the place is of use to the writer of a rule.
    faults = getattr(error, "errors", None) or [{}]
    column = faults[0].get("col")
    return _at(column, faults[0].get("line") or 1) if column else ""


def _at(character: int, line: int = 1) -> str:
    # Counted within the text of the fact: which line of the file that is, the reader of TOML does not tell.
    return (
        f"line {line}, character {character} of this text: "
        if line > 1
        else (f"character {character} of this text: ")
    )


def _place(tree: Tree) -> str:
    """Where the leftmost name in `tree` starts, counting from 1; empty when not known."""
    starts = [node.meta["start"] + 1 for node in tree.find_all(exp.Identifier) if "start" in node.meta]
    return _at(min(starts)) if starts else ""


def _held_as(name: str, scope: str, columns: Mapping[str, Column]) -> str:
    """A remedy for a word that is no column and has columns that say it; "" for any other."""
    parts = [f"{scope}.{part}" for part in _HELD_AS.get(name, ()) if part in columns]
    if not parts:
        return ""
    return f"There is {', '.join(parts)}." if len(parts) > 1 else f"Write {parts[0]}."


class _Compiler:
    """Turns sqlglot's tree into ours, one method per shape of node."""

    def __init__(self, names: Names) -> None:
        self.names = names

    def compile(self, tree: Tree) -> Node:
        if isinstance(tree, exp.Paren):
            return self.compile(tree.this)
        if isinstance(tree, exp.Column):
            return self._column(tree)
        if isinstance(tree, (exp.Literal, exp.Boolean, exp.Cast)):
            return _literal(tree)
        if isinstance(tree, (exp.And, exp.Or, exp.Not)):
            return self._logic(tree)
        if type(tree) in _COMPARE:
            return self._comparison(tree)
        if type(tree) in _ARITHMETIC or isinstance(tree, exp.Neg):
            return self._arithmetic(tree)
        if isinstance(tree, (exp.Is, exp.In, exp.Between)):
            return self._predicate(tree)
        return self._function(tree)

    def _column(self, tree: exp.Column) -> Node:
        scope, name = tree.table.lower(), tree.name.lower()
        if tree.args.get("db") is not None:
            raise ExpressionFault(
                f"{_place(tree)}a name has at most two parts.", "Write for example left.age."
            )
        if not scope:
            return self._bare(tree, name)
        columns = self.names.scopes.get(scope)
        if columns is None:
            hint = nearest(scope, list(self.names.scopes))
            raise ExpressionFault(f"{_place(tree)}nothing is called {scope} here.", hint)
        if scope == "link" and name.endswith("_level"):
            return Node("column", Kind.NUMBER, scope=scope, name=name)
        if name not in columns:
            hint = _held_as(name, scope, columns)
            hint = hint or nearest(f"{scope}.{name}", [f"{scope}.{each}" for each in columns])
            raise ExpressionFault(f"{_place(tree)}there is no {scope}.{name}.", hint)
        return Node("column", columns[name].kind, scope=scope, name=name)

    def _bare(self, tree: exp.Column, name: str) -> Node:
        column = self.names.bare.get(name)
        if column is None:
            choices = list(self.names.bare) or [f"{scope}.…" for scope in self.names.scopes]
            raise ExpressionFault(f"{_place(tree)}there is no {name} here.", nearest(name, choices))
        return Node("column", column.kind, name=name)

    def _logic(self, tree: Tree) -> Node:
        op = type(tree).__name__.lower()
        sides = [tree.this] if isinstance(tree, exp.Not) else [tree.left, tree.right]
        parts = [self.compile(side) for side in sides]
        for part, side in zip(parts, sides, strict=True):
            if part.kind is not Kind.TRUTH:
                raise ExpressionFault(f"{_place(side)}{op} takes yes or no, and this is {part.kind}.")
        return Node(op, Kind.TRUTH, tuple(parts))

    def _comparison(self, tree: Tree) -> Node:
        op = _COMPARE[type(tree)]
        if any(
            isinstance(side, exp.Literal) and side.is_string and not side.this
            for side in (tree.left, tree.right)
        ):
            raise ExpressionFault(
                f"{_place(tree)}nothing is ever equal to '': blank is null.", "Write is null, or is not null."
            )
        left, right = self.compile(tree.left), self.compile(tree.right)
        self._same_kind(tree, op, left, right)
        if left.kind in (Kind.TEXT, Kind.TRUTH) and op not in ("eq", "neq"):
            raise ExpressionFault(f"{_place(tree)}{left.kind} can be compared with = and <> only.")
        self._known_code(tree, left, right)
        self._known_code(tree, right, left)
        return Node(op, Kind.TRUTH, (left, right))

    def _same_kind(self, tree: Tree, op: str, left: Node, right: Node) -> None:
        if left.kind is not right.kind:
            sign = _SIGNS.get(op, op)
            raise ExpressionFault(f"{_place(tree)}{sign} sets {left.kind} against {right.kind}.")

    def _known_code(self, tree: Tree, column: Node, literal: Node) -> None:
        """A code column is only ever compared with a code it can hold: typing errors show at once."""
        if column.op != "column" or literal.op != "literal" or not column.scope:
            return
        found = self.names.scopes[column.scope].get(column.name)
        if found and found.codes and literal.literal not in found.codes:
            where = f"{column.scope}.{column.name}"
            hint = nearest(str(literal.literal), list(found.codes))
            raise ExpressionFault(f"{_place(tree)}{where} never holds '{literal.literal}'.", hint)

    def _arithmetic(self, tree: Tree) -> Node:
        if isinstance(tree, exp.Neg):
            part = self.compile(tree.this)
            if part.kind is not Kind.NUMBER:
                raise ExpressionFault(f"{_place(tree)}- takes a number, and this is {part.kind}.")
            return Node("neg", Kind.NUMBER, (part,))
        op = _ARITHMETIC[type(tree)]
        left, right = self.compile(tree.left), self.compile(tree.right)
        return Node(op, _sum_kind(op, left.kind, right.kind, _place(tree)), (left, right))

    def _predicate(self, tree: Tree) -> Node:
        subject = self.compile(tree.this)
        if isinstance(tree, exp.Between):
            low, high = self.compile(tree.args["low"]), self.compile(tree.args["high"])
            for bound in (low, high):
                self._same_kind(tree, "between", subject, bound)
            if subject.kind not in (Kind.NUMBER, Kind.DATE):
                raise ExpressionFault(f"{_place(tree)}between takes numbers or dates.")
            bounds = (Node("gte", Kind.TRUTH, (subject, low)), Node("lte", Kind.TRUTH, (subject, high)))
            return Node("and", Kind.TRUTH, bounds)
        if isinstance(tree, exp.Is):
            if not isinstance(tree.expression, exp.Null):
                raise ExpressionFault(
                    f"{_place(tree)}is goes with null only.", "Compare with = true or = false."
                )
            return Node("is_null", Kind.TRUTH, (subject,))
        return self._in_list(tree, subject)

    def _in_list(self, tree: Tree, subject: Node) -> Node:
        if any(isinstance(choice, exp.Column) and not choice.table for choice in tree.expressions):
            bare = next(choice.name for choice in tree.expressions if isinstance(choice, exp.Column))
            raise ExpressionFault(
                f"{_place(tree)}a code stands in single quotes.", f"Write for example '{bare}'."
            )
        choices = [self.compile(choice) for choice in tree.expressions]
        if not choices or any(choice.op != "literal" for choice in choices):
            raise ExpressionFault(f"{_place(tree)}in takes a list of constants.")
        for choice in choices:
            self._same_kind(tree, "in", subject, choice)
            self._known_code(tree, subject, choice)
        return Node("in", Kind.TRUTH, (subject, *choices))

    def _function(self, tree: Tree) -> Node:
        name, arguments = _called(tree)
        signature = FUNCTIONS.get(name)
        if signature is None:
            if isinstance(tree, exp.Func):  # where it stands is not told: only its arguments have a place
                raise ExpressionFault(f"{name} is not in the language.", _instead(name))
            shown = type(tree).__name__.lower()
            raise ExpressionFault(f"{_place(tree)}{shown} is not in the language.")
        parts = tuple(self.compile(argument) for argument in arguments)
        return Node(name, _check_call(name, signature, parts, _place(tree)), parts)


def _instead(name: str) -> str:
    """A remedy for a function that is not there: its name here, the nearest one, or all of them."""
    if name in _SAID_AS:
        return _SAID_AS[name]
    near = get_close_matches(name, FUNCTIONS, n=1, cutoff=0.7)
    return f"Did you mean {near[0]}?" if near else f"The functions are {', '.join(FUNCTIONS)}."


def _called(tree: Tree) -> tuple[str, list[Tree]]:
    """Name and arguments of a call, however sqlglot files it."""
    if isinstance(tree, exp.Anonymous):
        return str(tree.this).lower(), list(tree.expressions)
    if isinstance(tree, exp.If):
        return "if", [part for part in (tree.this, tree.args.get("true"), tree.args.get("false")) if part]
    single = tree.args.get("expression")
    first = [tree.this] if isinstance(tree.this, exp.Expression) else []
    name = tree.sql_name().lower() if isinstance(tree, exp.Func) else type(tree).__name__.lower()
    return name, first + ([single] if isinstance(single, exp.Expression) else []) + list(tree.expressions)


def _check_call(name: str, signature: Signature, parts: tuple[Node, ...], place: str) -> Kind:
    if not signature.fewest <= len(parts) <= signature.most:
        raise ExpressionFault(f"{place}{name} is written {signature.usage}.")
    kinds = [part.kind for part in parts]
    answer = signature.settle(kinds)
    if answer is None:
        got = ", ".join(kind.value for kind in kinds)
        raise ExpressionFault(f"{place}{name} is written {signature.usage}, and was given {got}.")
    return answer


def _sum_kind(op: str, left: Kind, right: Kind, place: str) -> Kind:
    """Dates differ by days and move by days; all else is arithmetic of numbers."""
    if left is Kind.NUMBER and right is Kind.NUMBER:
        return Kind.NUMBER
    if op == "sub" and left is Kind.DATE and right is Kind.DATE:
        return Kind.NUMBER
    if op in ("add", "sub") and left is Kind.DATE and right is Kind.NUMBER:
        return Kind.DATE
    if op == "add" and left is Kind.NUMBER and right is Kind.DATE:
        return Kind.DATE
    raise ExpressionFault(f"{place}{_SIGNS[op]} cannot join {left} and {right}.")


def _literal(tree: Tree) -> Node:
    if isinstance(tree, exp.Boolean):
        return Node("literal", Kind.TRUTH, literal=bool(tree.this))
    if isinstance(tree, exp.Cast):
        return _date_literal(tree)
    if tree.is_string:
        if len(tree.this) > MAX_TEXT:
            raise ExpressionFault(
                f"a text constant has {len(tree.this)} characters.", f"Use at most {MAX_TEXT}."
            )
        return Node("literal", Kind.TEXT, literal=str(tree.this))
    return Node("literal", Kind.NUMBER, literal=_number(str(tree.this)))


def _number(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        raise ExpressionFault(f"{text[:20]} is not a number.") from None
    if abs(number) > MAX_NUMBER:
        raise ExpressionFault(f"the number {text[:20]} is too large.")
    return number


def _date_literal(tree: Tree) -> Node:
    target, literal = tree.args.get("to"), tree.this
    if not (target and target.is_type("date") and isinstance(literal, exp.Literal) and literal.is_string):
        raise ExpressionFault("a cast is not in the language.", "Write a date constant as date '2026-04-01'.")
    try:
        day = dt.date.fromisoformat(literal.this)
    except ValueError:
        raise ExpressionFault(f"'{literal.this[:20]}' is not a date.", "Write date '2026-04-01'.") from None
    return Node("literal", Kind.DATE, literal=float((day - _EPOCH).days))
