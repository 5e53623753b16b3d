"""The typed tree run over whole columns with pyarrow kernels and three-valued logic.

Numbers and dates both travel as float64 (a date as days since 1970-01-01), so that every
comparison and sum is one kernel; text stays text. Unknown stays unknown: `and` and `or` are
Kleene's, everything else yields null when an operand is null. A division by zero is unknown.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch.scoring.calendars import add_months, add_years, months_between, years_between
from fraudmatch.scoring.nodes import Kind, Node

#: Operands are pyarrow arrays, or scalars where an expression does not vary.
Operand = Any


class Rows(Protocol):
    """Rows an expression is run over."""

    def __len__(self) -> int:
        """How many."""

    def column(self, scope: str, name: str) -> Operand:
        """The column in the form `numeric` gives; a scalar when it does not vary."""


def numeric(values: pa.Array) -> pa.Array:
    """Integers, decimals and dates as float64; text and truth as they are."""
    if pa.types.is_date32(values.type):
        values = values.cast(pa.int32())
    if pa.types.is_integer(values.type) or pa.types.is_floating(values.type):
        return values.cast(pa.float64(), safe=False)
    if pa.types.is_dictionary(values.type):
        return values.cast(pa.string())
    return values


class Evaluation:
    """Expressions over the same rows; what several of them share is computed once."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._done: dict[Node, Operand] = {}

    def of(self, node: Node) -> pa.Array:
        """The expression for every row."""
        found = self._value(node)
        return pa.repeat(found, len(self._rows)) if isinstance(found, pa.Scalar) else found

    def true(self, node: Node) -> np.ndarray:
        """Where the expression is true: bool, unknown counts as not."""
        filled = pc.fill_null(self.of(node), False)
        return np.asarray(filled.to_numpy(zero_copy_only=False), dtype=bool)

    def _value(self, node: Node) -> Operand:
        if node not in self._done:
            self._done[node] = self._compute(node)
        return self._done[node]

    def _compute(self, node: Node) -> Operand:
        if node.op == "literal":
            return pa.scalar(node.literal)
        if node.op == "column":
            return self._rows.column(node.scope, node.name)
        if node.op == "in":
            choices = pa.array([part.literal for part in node.parts[1:]])
            return _in(self._value(node.parts[0]), choices)
        return _KERNELS[node.op](*(self._value(part) for part in node.parts))


def _in(subject: Operand, choices: pa.Array) -> Operand:
    # pyarrow answers false for a missing value; in SQL the answer is unknown.
    found = pc.is_in(subject, value_set=choices)
    return pc.if_else(pc.is_valid(subject), found, pa.scalar(None, pa.bool_()))


def _divide(left: Operand, right: Operand) -> Operand:
    divisor = pc.if_else(pc.equal(right, 0.0), pa.scalar(None, pa.float64()), right)
    return pc.divide(left, divisor)


def _if(condition: Operand, then: Operand, otherwise: Operand = None) -> Operand:
    return pc.if_else(condition, then, pa.scalar(None, then.type) if otherwise is None else otherwise)


def _least(*parts: Operand) -> Operand:
    return pc.min_element_wise(*parts, skip_nulls=False)


def _greatest(*parts: Operand) -> Operand:
    return pc.max_element_wise(*parts, skip_nulls=False)


def _days_between(start: Operand, end: Operand) -> Operand:
    return pc.subtract(end, start)


def _dated(function: Callable[[np.ndarray, np.ndarray], np.ndarray]) -> Callable[[Operand, Operand], Operand]:
    """A numpy function of two float64 columns, run where both are known."""

    def run(first: Operand, second: Operand) -> Operand:
        both = [part for part in (first, second) if not isinstance(part, pa.Scalar)]
        size = len(both[0]) if both else 1
        columns = [pa.repeat(p, size) if isinstance(p, pa.Scalar) else p for p in (first, second)]
        known = pc.and_(*(pc.is_valid(column) for column in columns))
        plain = [np.asarray(pc.fill_null(column, 0.0)) for column in columns]
        answer = pa.array(function(*plain), pa.float64(), mask=~np.asarray(known))
        return answer if both else answer[0]

    return run


_KERNELS: dict[str, Callable[..., Operand]] = {
    "and": pc.and_kleene,
    "or": pc.or_kleene,
    "not": pc.invert,
    "eq": pc.equal,
    "neq": pc.not_equal,
    "lt": pc.less,
    "lte": pc.less_equal,
    "gt": pc.greater,
    "gte": pc.greater_equal,
    "add": pc.add,
    "sub": pc.subtract,
    "mul": pc.multiply,
    "div": _divide,
    "neg": pc.negate,
    "abs": pc.abs,
    "is_null": pc.is_null,
    "coalesce": pc.coalesce,
    "if": _if,
    "least": _least,
    "greatest": _greatest,
    "days_between": _days_between,
    "months_between": _dated(months_between),
    "years_between": _dated(years_between),
    "add_months": _dated(add_months),
    "add_years": _dated(add_years),
}

#: Kind of each Arrow type a column may have.
KIND_OF_TYPE: dict[pa.DataType, Kind] = {
    pa.string(): Kind.TEXT,
    pa.bool_(): Kind.TRUTH,
    pa.date32(): Kind.DATE,
    pa.int8(): Kind.NUMBER,
    pa.int64(): Kind.NUMBER,
}
