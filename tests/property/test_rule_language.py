"""Laws of the rule language: three-valued logic, points, and text from anywhere."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pyarrow as pa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fraudmatch.scoring import catalogue, load_library
from fraudmatch.scoring.flags import risk_points
from fraudmatch.scoring.kernels import Evaluation
from fraudmatch.scoring.language import ExpressionFault, Names, compile_expression
from fraudmatch.scoring.nodes import Column, Kind, canonical, conjuncts
from fraudmatch.scoring.rules import Rule
from fraudmatch.shipped import shipped

LIBRARY = load_library([shipped("rules")])
TRUTHS = st.sampled_from([True, False, None])
NAMES = Names({"left": {n: Column(Kind.TRUTH) for n in "abc"} | {n: Column(Kind.NUMBER) for n in "xyz"}}, {})
QUICK = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


class Drawn:
    """Rows given column by column."""

    def __init__(self, **columns: list[Any]) -> None:
        self.columns = columns

    def __len__(self) -> int:
        return len(next(iter(self.columns.values())))

    def column(self, scope: str, name: str) -> pa.Array:
        return pa.array(self.columns[name], pa.bool_() if name in "abc" else pa.float64())


def truth_of(text: str, row: dict[str, Any]) -> bool | None:
    rows = Drawn(**{name: [value] for name, value in row.items()})
    answer: bool | None = Evaluation(rows).of(compile_expression(text, NAMES))[0].as_py()
    return answer


def kleene_and(a: bool | None, b: bool | None) -> bool | None:
    if a is False or b is False:
        return False
    return None if a is None or b is None else True


def kleene_not(a: bool | None) -> bool | None:
    return None if a is None else not a


@QUICK
@given(TRUTHS, TRUTHS, TRUTHS)
def test_logic_is_kleenes(a: bool | None, b: bool | None, c: bool | None) -> None:
    row = {"a": a, "b": b, "c": c}
    assert truth_of("left.a and left.b", row) is kleene_and(a, b)
    both_not = kleene_and(kleene_not(a), kleene_not(b))
    assert truth_of("left.a or left.b", row) is kleene_not(both_not)
    assert truth_of("not left.a", row) is kleene_not(a)
    assert truth_of("left.a and (left.b or not left.c)", row) is kleene_and(
        a, kleene_not(kleene_and(kleene_not(b), c))
    )
    assert truth_of("coalesce(left.a, left.b, false)", row) is next(
        (v for v in (a, b) if v is not None), False
    )
    assert truth_of("left.a is null", row) is (a is None)


NUMBERS = st.none() | st.integers(-1000, 1000)


@QUICK
@given(NUMBERS, NUMBERS)
def test_arithmetic_keeps_unknown(x: int | None, y: int | None) -> None:
    row = {"x": x, "y": y}
    known = x is not None and y is not None
    assert truth_of("left.x + left.y > left.x", row) is (x + y > x if known else None)
    assert truth_of("least(left.x, left.y) <= greatest(left.x, left.y)", row) is (True if known else None)
    divided = (x / y < 1) if known and y else None
    assert truth_of("left.x / left.y < 1", row) is divided
    assert truth_of("left.x in (1, 2)", row) is (None if x is None else x in (1, 2))
    assert truth_of("left.x not between 0 and 5", row) is (None if x is None else not 0 <= x <= 5)


@settings(max_examples=400, deadline=None)
@given(st.text(alphabet="left.abcxy ()<>=+-*/'\",;andotrnul01[]{}%$:", max_size=60))
def test_any_text_compiles_or_is_refused(text: str) -> None:
    try:
        node = compile_expression(text, NAMES)
    except ExpressionFault as fault:
        assert fault.what
    else:
        assert node.kind in Kind


@settings(max_examples=200, deadline=None)
@given(st.recursive(
    st.sampled_from(["left.a", "left.b", "left.c", "left.x > left.y", "true"]),
    lambda inner: st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(lambda t: f"({t[0]} {t[1]} {t[2]})")
    | inner.map(lambda t: f"(not {t})"),
    max_leaves=8,
), st.tuples(TRUTHS, TRUTHS, TRUTHS, NUMBERS, NUMBERS))  # fmt: skip
def test_conjuncts_are_the_sentence(text: str, values: tuple[Any, ...]) -> None:
    node = compile_expression(text, NAMES)
    evaluation = Evaluation(Drawn(**{name: [v] for name, v in zip("abcxy", values, strict=True)}))
    parts = [bool(evaluation.true(part)[0]) for part in conjuncts(node)]
    assert all(parts) == bool(evaluation.true(node)[0])
    assert canonical(node) == canonical(compile_expression(text, NAMES))


class FactRows:
    """Every column of a rule drawn at random: what matters is how points follow facts."""

    def __init__(self, seed: int, size: int) -> None:
        self.rng, self.size = np.random.default_rng(seed), size
        self.done: dict[tuple[str, str], pa.Array] = {}
        self.tables = {"pair": catalogue.PAIR_COLUMNS, "link": catalogue.LINK_COLUMNS}
        self.constants = LIBRARY.constants(dt.date(2026, 4, 1))

    def __len__(self) -> int:
        return self.size

    def column(self, scope: str, name: str) -> Any:
        if scope == "run":
            return pa.scalar(20544.0)
        if scope in ("param", "value"):
            found = self.constants[scope, name]
            return pa.scalar(20000.0 if isinstance(found, dt.date) else float(found))
        if (scope, name) not in self.done:
            self.done[scope, name] = self._draw(self.tables[scope][name])
        return self.done[scope, name]

    def _draw(self, column: Column) -> pa.Array:
        missing = self.rng.random(self.size) < 0.3
        if column.kind is Kind.TRUTH:
            return pa.array(self.rng.random(self.size) < 0.5, mask=missing)
        if column.kind is Kind.TEXT:
            return pa.array(self.rng.choice(list(column.codes or "AB"), self.size), pa.string(), mask=missing)
        low, high = (19000, 20544) if column.kind is Kind.DATE else (0, 40)
        return pa.array(self.rng.integers(low, high, self.size).astype(float), mask=missing)


def scopes_of(rule: Rule) -> dict[str, dict[str, Column]]:
    """The columns its facts may name beside those of every pair."""
    if rule.file.group is not None:
        return {"group": catalogue.group_columns(rule.file.group.of)}
    left, right = rule.file.pair.left, rule.file.pair.right
    return {"left": catalogue.side_columns(left), "right": catalogue.side_columns(right or left)}


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_a_further_true_fact_never_lowers_the_points(seed: int) -> None:
    for rule in LIBRARY.rules:
        rows = FactRows(seed, 200)
        rows.tables |= scopes_of(rule)
        evaluation = Evaluation(rows)
        points = risk_points(rule, evaluation, len(rows))
        assert ((points >= 0) & (points <= 100)).all()
        worth = rule.file.points
        true = np.array([evaluation.true(node) for node in rule.facts.values()])
        gains = np.array([worth.get(name, 0) for name in rule.facts])
        # Rows whose true facts include all of another row's, the rest worth nothing below nought.
        for i, j in ((i, j) for i in range(0, 200, 20) for j in range(200)):
            more, less = true[:, i] & ~true[:, j], true[:, j] & ~true[:, i]
            if not less.any() and (gains[more] >= 0).all():
                assert points[i] >= points[j], rule.id
