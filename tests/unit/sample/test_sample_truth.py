"""The answer key holds every inconsistency there is, and no look-alike is one."""

from __future__ import annotations

import pytest
import sample_oracle
import sample_oracle_benefits
import sample_oracle_ct
from oracle_housing import RULES as HOUSING
from oracle_registers import RULES as REGISTERS
from sample_oracle import Truth, ends
from sample_oracle_pay import PAY_RULES

from fraudmatch.sample.plant import LOOK_ALIKE, NEAR_MISS, PLANTED, Plan

RULE_IDS = [
    *(f"FM-CT-{n:03}" for n in (*range(1, 23), 90)), *(f"FM-HT-00{n}" for n in range(1, 10)),
    *(f"FM-RTB-00{n}" for n in range(1, 5)), *(f"FM-WL-00{n}" for n in range(1, 7)),
    *(f"FM-PY-{n:03}" for n in range(1, 11)), *(f"FM-PN-00{n}" for n in range(1, 4)),
    *(f"FM-BB-00{n}" for n in range(1, 4)), *(f"FM-BR-{n:03}" for n in range(1, 13)),
    *(f"FM-CR-{n:03}" for n in range(1, 11)),
    *(f"FM-CTR-00{n}" for n in range(1, 6)), *(f"FM-CP-00{n}" for n in range(1, 6)),
    *(f"FM-LC-00{n}" for n in range(1, 4)), *(f"FM-PP-00{n}" for n in range(1, 5)),
    *(f"FM-GR-00{n}" for n in range(1, 5)),
    *(f"FM-ID-00{n}" for n in range(1, 6)),
]  # fmt: skip
RULES = sample_oracle.RULES | sample_oracle_benefits.RULES | PAY_RULES | HOUSING | sample_oracle_ct.RULES
RULES |= REGISTERS


@pytest.fixture(scope="module")
def truth(small_plan: Plan) -> Truth:
    return Truth(small_plan.world)


def listed(plan: Plan, rule: str, kind: str) -> set[tuple[int, int]]:
    return {
        pair
        for case in plan.cases
        if case.rule == rule and case.kind == kind
        for pair in ends(
            zip(case.left_rows.tolist(), case.right_rows.tolist(), strict=True), case.left == case.right
        )
    }


def test_the_oracle_knows_every_rule() -> None:
    assert sorted(RULES) == sorted(RULE_IDS)


@pytest.mark.parametrize("rule", RULE_IDS)
def test_planted_is_what_there_is_to_find(small_plan: Plan, truth: Truth, rule: str) -> None:
    planted = listed(small_plan, rule, PLANTED)
    assert len(planted) >= 3
    assert RULES[rule](truth) == planted


@pytest.mark.parametrize("rule", RULE_IDS)
def test_look_alikes_and_near_misses_are_lawful(small_plan: Plan, truth: Truth, rule: str) -> None:
    lawful, near = listed(small_plan, rule, LOOK_ALIKE), listed(small_plan, rule, NEAR_MISS)
    assert lawful and near
    assert not (lawful | near) & RULES[rule](truth)
