"""Near misses: pairs like the planted ones but for one fact, which is just short of what the rule asks.

Of each kind of case some more pairs are planted than are wanted; here the last of them are changed in
one place and entered as near misses. So a near miss differs from a planted case in nothing else. The
thresholds are those that the rules state; they are written here again, because the sample is made
without the rules.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from fraudmatch.sample import near_misses_homes, near_misses_people, near_misses_trade
from fraudmatch.sample.near_edits import Near
from fraudmatch.sample.plant import NEAR_MISS, PLANTED, Case, Plan

#: Rule -> (what is just short of the threshold, how a pair is changed).
NEAR_MISSES: dict[str, tuple[str, Callable[[Near], None]]] = {
    **near_misses_homes.NEAR_MISSES,
    **near_misses_people.NEAR_MISSES,
    **near_misses_trade.NEAR_MISSES,
}

#: Rules whose planted pairs are listed under another one too, which the change takes them from as well.
LISTED_TOO = {"FM-CT-002": ("FM-CT-001",)}


def plant(plan: Plan) -> None:
    """Turn the last planted pairs of every rule of the table into near misses."""
    if not plan.near:
        return
    for rule, (why, edit) in NEAR_MISSES.items():
        case = _to_change(plan, rule)
        last = slice(len(case.left_rows) - plan.near, None)
        rows = case.left_rows[last], case.right_rows[last]
        edit(Near(plan, case.left, rows[0], case.right, rows[1]))
        for name in (rule, *LISTED_TOO.get(rule, ())):
            _move(plan, name, case, why)
    near_misses_trade.plant_second_records(plan)


def _to_change(plan: Plan, rule: str) -> Case:
    """The planted pairs of a rule that near misses are taken from: some must remain."""
    planted = [
        c for c in plan.cases if c.rule == rule and c.kind == PLANTED and len(c.left_rows) >= plan.near
    ]
    return next((c for c in planted if len(c.left_rows) > plan.near), planted[-1])


def _move(plan: Plan, rule: str, of: Case, why: str) -> None:
    """Take the last pairs of a planted case out of a rule's list, and enter them as near misses of it."""
    at = next(
        n for n, c in enumerate(plan.cases)
        if c.rule == rule and c.kind == PLANTED and c.left_rows is of.left_rows and c.right_rows is of.right_rows
    )  # fmt: skip
    keep, moved = slice(None, -plan.near), slice(-plan.near, None)
    case = plan.cases[at]
    plan.cases[at] = replace(case, left_rows=case.left_rows[keep], right_rows=case.right_rows[keep])
    near = replace(
        case,
        rule=rule,
        kind=NEAR_MISS,
        why=why,
        left_rows=case.left_rows[moved],
        right_rows=case.right_rows[moved],
    )
    plan.cases.append(near)
    if not len(plan.cases[at].left_rows):
        del plan.cases[at]
