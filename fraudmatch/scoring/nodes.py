"""The typed tree a rule expression becomes: what may be said, before any table is seen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What an expression yields, in the words of an error message."""

    TRUTH = "yes or no"
    NUMBER = "a number"
    TEXT = "text"
    DATE = "a date"


#: Where a name is looked up. Only the first five differ from pair to pair, or from group to group.
SCOPES = ("left", "right", "pair", "link", "group", "run", "param", "value")
VARYING = frozenset(SCOPES[:5])


@dataclass(frozen=True)
class Column:
    """A column a rule may name: its kind and, for a code, the closed list of values."""

    kind: Kind
    codes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Node:
    """One operation.

    Attributes:
        op: "literal", "column", an operator or a function name.
        kind: what it yields.
        parts: the operands.
        scope / name: of a column.
        literal: of a literal; dates are days since 1970-01-01, numbers are floats.
    """

    op: str
    kind: Kind
    parts: tuple[Node, ...] = ()
    scope: str = ""
    name: str = ""
    literal: float | str | bool | None = None

    def walk(self) -> Iterator[Node]:
        """This node and all below it."""
        yield self
        for part in self.parts:
            yield from part.walk()

    @property
    def columns(self) -> frozenset[tuple[str, str]]:
        """(scope, name) of every column named."""
        return frozenset((node.scope, node.name) for node in self.walk() if node.op == "column")

    @property
    def varies_with(self) -> frozenset[str]:
        """The scopes among left, right, pair, link and group that it speaks of."""
        return frozenset(scope for scope, _ in self.columns) & VARYING


def conjuncts(node: Node) -> list[Node]:
    """The parts of a sentence that must all be true; the sentence itself when it is no `and`."""
    if node.op != "and":
        return [node]
    return [each for part in node.parts for each in conjuncts(part)]


#: Operations whose result may be known although an operand is not, beside `or`.
_FORGIVING = frozenset({"and", "coalesce", "is_null", "if", "literal"})


def demanded(node: Node) -> frozenset[tuple[str, str]]:
    """(scope, name) of the columns without which the expression is unknown, whatever the others hold.

    Of two alternatives a column is demanded where both demand it. A branch of `if`, and what `coalesce` and
    `is null` speak of, may be unknown.
    """
    if node.op == "column":
        return frozenset({(node.scope, node.name)})
    if node.op in _FORGIVING:
        return frozenset()
    needed = [demanded(part) for part in node.parts]
    if node.op == "or":
        return frozenset.intersection(*needed)
    return frozenset().union(*needed)


_MIRRORED = {"gt": "lt", "gte": "lte"}
_ASSOCIATIVE = frozenset({"and", "or", "add", "mul"})
_COMMUTATIVE = frozenset({"and", "or", "eq", "neq", "add", "mul", "least", "greatest"})


def canonical(node: Node, *, swapped: bool = False) -> str:
    """A text that is equal for expressions that mean the same up to the order of operands.

    Args:
        swapped: read left for right and right for left. `pair.start_gap_days` is signed, so
            swapping negates it and it never equals its own mirror.
    """
    if node.op == "column":
        return _canonical_column(node, swapped)
    if node.op == "literal":
        return repr(node.literal)
    op = node.op
    parts = [canonical(part, swapped=swapped) for part in _operands(node, op)]
    if op in _MIRRORED:
        op, parts = _MIRRORED[op], parts[::-1]
    if op in _COMMUTATIVE:
        parts = sorted(parts)
    return f"{op}({','.join(parts)})"


def _operands(node: Node, op: str) -> list[Node]:
    """The operands of a chain of one associative operator, else those of the node."""
    if op not in _ASSOCIATIVE:
        return list(node.parts)
    return [each for part in node.parts for each in (_operands(part, op) if part.op == op else [part])]


def _canonical_column(node: Node, swapped: bool) -> str:
    if not swapped:
        return f"{node.scope}.{node.name}"
    if node.name == "start_gap_days":
        return "-pair.start_gap_days"
    other = {"left": "right", "right": "left"}.get(node.scope, node.scope)
    return f"{other}.{node.name}"
