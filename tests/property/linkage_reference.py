"""The linkage core written slowly and obviously: every candidate pair is scored in full."""

from __future__ import annotations

import datetime as dt
import math

from fraudmatch.linkage.derive import DERIVATIONS
from fraudmatch.linkage.kinds import KINDS
from fraudmatch.linkage.model import Comparison, Level, Model
from fraudmatch.linkage.model_files import frequency_table

Row = dict[str, object]


def value(row: Row, expression: str) -> object:
    """The value of a column expression; None = missing."""
    column, _, derivation = expression.partition(":")
    if "+" in column:
        first, second = (row[name] for name in column.split("+"))
        if derivation == "first_known":
            return second if first is None else first
        if first is None or second is None:
            return None
        return tuple(sorted([str(first), str(second)])) if derivation == "unordered" else (first, second)
    found = row[column]
    if isinstance(found, dt.date):
        found = found.isoformat()
    if derivation == "presence":
        return "-" if found is None else "has"
    if not derivation or found is None:
        return found
    return DERIVATIONS[derivation](str(found))


def candidates(
    rows: list[Row], model: Model, side: list[int] | None, apart: list[int]
) -> set[tuple[int, int]]:
    """Pairs that share all keys of some pass."""
    found = set()
    for i in range(len(rows)):
        for j in range(i + 1, len(rows)):
            if side is not None and side[i] == side[j]:
                continue
            if apart[i] >= 0 and apart[i] == apart[j]:
                continue
            for one in model.passes:
                a = [value(rows[i], key) for key in one.key]
                b = [value(rows[j], key) for key in one.key]
                if None not in a and a == b:
                    found.add((i, j))
    return found


def missing(comparison: Comparison, a: Row, b: Row) -> bool:
    """Whether nothing can be compared."""
    first, last = comparison.columns[0], comparison.columns[-1]
    if comparison.crosses:
        across = value(a, first) is not None and value(b, last) is not None
        return not across and (value(a, last) is None or value(b, first) is None)
    return all(value(a, c) is None or value(b, c) is None for c in comparison.columns)


def passes(comparison: Comparison, level: Level, a: Row, b: Row) -> bool:
    """Whether a pair passes a level's test, by the slow reference of its kind."""
    kind = KINDS[level.test]
    column = {"first": comparison.columns[0], "alike": comparison.alike, "named": level.column}[kind.which]
    x, y = value(a, str(column)), value(b, str(column))
    if kind.reads == "cross":
        last = comparison.columns[-1]
        return kind.reference(x, y, value(a, last), value(b, last), level.number)
    if level.test == "otherwise":
        return True
    return x is not None and y is not None and kind.reference(x, y, level.number)


def judge(model: Model, a: Row, b: Row) -> tuple[list[int | None], int]:
    """Levels (None = missing) and match weight in thousandths, prior included."""
    levels: list[int | None] = []
    total = model.prior_milli
    reached: dict[str, str] = {}
    for comparison in model.comparison:
        if missing(comparison, a, b):
            levels.append(None)
            continue
        position = next(k for k, level in enumerate(comparison.levels) if passes(comparison, level, a, b))
        levels.append(position)
        level = comparison.levels[position]
        reached[comparison.name] = level.name
        total += _weight(model, comparison, position, reached, value(a, comparison.columns[0]))
    return levels, total


def _weight(
    model: Model, comparison: Comparison, position: int, reached: dict[str, str], held: object
) -> int:
    level = comparison.levels[position]
    m, u = level.m, level.u
    for given in model.given:
        wanted = {name: [w] if isinstance(w, str) else w for name, w in given.when.items()}
        if given.comparison == comparison.name and all(reached.get(n) in w for n, w in wanted.items()):
            m, u = given.m.get(level.name, m), given.u.get(level.name, u)
            break
    chances = frequency_table(comparison) or {}
    if position == 0:
        u = max(u, chances.get(str(held), 0.0))
    return round(math.log2(m / u) * 1000)


def links(
    rows: list[Row], model: Model, side: list[int] | None, apart: list[int]
) -> dict[tuple[int, int], tuple[list[int | None], int]]:
    """Every link with its levels and weight."""
    found = {}
    for i, j in candidates(rows, model, side, apart):
        levels, total = judge(model, rows[i], rows[j])
        if total >= model.threshold_milli:
            found[i, j] = (levels, total)
    return found
