"""The linkage core written slowly and obviously: every candidate pair is scored in full."""

from __future__ import annotations

import datetime as dt
import math

from fraudmatch.linkage.derive import DERIVATIONS
from fraudmatch.linkage.model import Comparison, Level, Model, frequency_table

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


def levenshtein(a: str, b: str) -> int:
    """Edit distance by the textbook recurrence."""
    before = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        here = [i]
        for j, y in enumerate(b, 1):
            here.append(min(before[j] + 1, here[-1] + 1, before[j - 1] + (x != y)))
        before = here
    return before[-1]


def alignment(a: str, b: str) -> int:
    """Edit distance in which swapping two neighbours is one edit (optimal string alignment)."""
    d = [[i + j if i * j == 0 else 0 for j in range(len(b) + 1)] for i in range(len(a) + 1)]
    for i in range(1, len(a) + 1):
        for j in range(1, len(b) + 1):
            d[i][j] = min(d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + (a[i - 1] != b[j - 1]))
            if i > 1 and j > 1 and a[i - 1] == b[j - 2] and a[i - 2] == b[j - 1]:
                d[i][j] = min(d[i][j], d[i - 2][j - 2] + 1)
    return d[-1][-1]


def jaro_winkler(a: str, b: str) -> float:
    """Jaro (1989) with Winkler's (1990) prefix of up to four characters, above Jaro 0.7."""
    reach = max(max(len(a), len(b)) // 2 - 1, 0)
    taken = [False] * len(b)
    matched = []
    for i, x in enumerate(a):
        for j in range(max(0, i - reach), min(len(b), i + reach + 1)):
            if not taken[j] and b[j] == x:
                taken[j] = True
                matched.append(x)
                break
    m = len(matched)
    if m == 0:
        return 0.0
    others = [b[j] for j in range(len(b)) if taken[j]]
    turned = sum(x != y for x, y in zip(matched, others, strict=True)) // 2
    jaro = (m / len(a) + m / len(b) + (m - turned) / m) / 3
    prefix = 0
    while prefix < min(4, len(a), len(b)) and a[prefix] == b[prefix]:
        prefix += 1
    return jaro + 0.1 * prefix * (1 - jaro) if jaro > 0.7 else jaro


def missing(comparison: Comparison, a: Row, b: Row) -> bool:
    """Whether nothing can be compared."""
    first, last = comparison.columns[0], comparison.columns[-1]
    if comparison.levels[0].test in ("both", "either"):
        across = value(a, first) is not None and value(b, last) is not None
        return not across and (value(a, last) is None or value(b, first) is None)
    return all(value(a, c) is None or value(b, c) is None for c in comparison.columns)


def passes(comparison: Comparison, level: Level, a: Row, b: Row) -> bool:
    """Whether a pair passes a level's test."""
    column = comparison.columns[0]
    x, y = value(a, column), value(b, column)
    test = level.test
    if test == "otherwise":
        return True
    if test == "exact":
        return x == y
    if test == "alike":
        x, y = value(a, str(comparison.alike)), value(b, str(comparison.alike))
        return x is not None and x == y
    if test == "same":
        x, y = value(a, level.column), value(b, level.column)
        return x is not None and x == y
    if test in ("both", "either"):
        u, v = value(a, comparison.columns[1]), value(b, comparison.columns[1])
        across = (x is not None and x == v) + (u is not None and u == y)
        return x != y and across >= (2 if test == "both" else 1)
    x, y = str(x), str(y)
    if test == "jaro_winkler":
        return x == y or jaro_winkler(x, y) >= level.number - 1e-9
    if test == "levenshtein":
        return x == y or 1 - levenshtein(x, y) / max(len(x), len(y)) >= level.number - 1e-9
    if test == "edits":
        edits = alignment(x, y)
        return edits <= level.number and 2 * edits < max(len(x), len(y))
    if test == "begins":
        return x == y or (min(len(x), len(y)) >= level.number and (x.startswith(y) or y.startswith(x)))
    if test == "initial":
        return x[0] == y[0] and 1 in (len(x), len(y))
    if test == "within":
        return abs((dt.date.fromisoformat(x) - dt.date.fromisoformat(y)).days) <= level.number
    one, two = x.split("-"), y.split("-")
    if test == "swapped":
        return one == [two[0], two[2], two[1]]
    if test == "same_year":
        return one[0] == two[0]
    if test == "two_parts":
        return sum(p == q for p, q in zip(one, two, strict=True)) == 2
    if test == "one_digit":
        return sum(p != q for p, q in zip(x, y, strict=True)) == 1
    raise AssertionError(test)


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
