"""Cases about business rates, creditors and payments (rules FM-BR and FM-CR)."""

from __future__ import annotations

import numpy as np

from fraudmatch.sample.plant import LOOK_ALIKE, PLANTED, Plan
from fraudmatch.sample.records_trade import add_creditors, invoice_refs, pay, rate
from fraudmatch.sample.streams import NULL, Array, between

NDR, PAYMENT, CREDITOR = "business_rates", "payment", "creditor"
#: Creditors with one factoring company's account; five and more mean it is no supplier's own.
FACTORED = 6


def plant(plan: Plan) -> None:
    """All cases of this module, in the order of their rule ids."""
    for make in (
        relief_in_two_councils, relief_and_another, paid_twice, retyped, two_creditor_records, shared_account,
    ):  # fmt: skip
        make(plan)


def _premises(plan: Plan, count: int, apart: bool) -> tuple[Array, Array]:
    """Two properties, of two councils or of one."""
    first = plan.vacant(count)
    return first, plan.elsewhere(first) if apart else plan.vacant_in(plan.district(first))


def _two_accounts(
    plan: Plan, rule: str, kind: str, why: str, count: int, *, apart: bool, second_value: tuple[int, int] = (61, 230),
    second_relief: bool = False, ended: bool = False, other_firm: bool = False,
) -> None:  # fmt: skip
    """One ratepayer (or two of similar names) with two occupied properties, the first with relief."""
    world = plan.world
    first, second = _premises(plan, count, apart)
    firms = world.firms.add(first)
    world.firms.company_number[firms] = 90_000_000 + firms * 37 % 9_999_991
    payer = firms
    if other_firm:
        payer = world.firms.add(second)
        world.firms.name[payer] = world.words.change(world.firms.name[firms], _sister_name)
        world.firms.company_number[payer] = 90_000_000 + payer * 37 % 9_999_991
    value = between(plan.rng, 62, 238, count) * 50
    left = rate(world, firms, property=first, value=value, relief=True, start=plan.ago(1100, 4000, count))
    other = between(plan.rng, *second_value, count) * 50
    begun = plan.ago(1000, 3000, count)
    end = begun + between(plan.rng, 200, 800, count) if ended else NULL
    right = rate(world, payer, property=second, value=other, relief=second_relief, start=begun, end=end)
    plan.case(rule, kind, why, NDR, left, NDR, right)


def _sister_name(name: str) -> str:
    """A name that resembles another company's: "X Roofing Ltd" and "X Roofing West Ltd"."""
    head, _, form = name.rpartition(" ")
    return f"{head} (West) {form}"


def relief_in_two_councils(plan: Plan) -> None:
    """FM-BR-001: small business relief from two councils for one ratepayer."""
    rule, k = "FM-BR-001", plan.part(3)
    _two_accounts(plan, rule, PLANTED, "relief in two councils", plan.count, apart=True, second_relief=True)
    _two_accounts(plan, rule, LOOK_ALIKE, "the other property is small", k, apart=True, second_value=(20, 57))
    _two_accounts(plan, rule, LOOK_ALIKE, "another company of a similar name", k, apart=True, second_relief=True,
                  other_firm=True)  # fmt: skip
    _two_accounts(
        plan, rule, LOOK_ALIKE, "the other liability had ended", k, apart=True, second_relief=True, ended=True
    )


def relief_and_another(plan: Plan) -> None:
    """FM-BR-002: small business relief, and another occupied property in the same council."""
    rule, k = "FM-BR-002", plan.part(3)
    large = (61, 900)
    _two_accounts(
        plan, rule, PLANTED, "another occupied property", plan.count, apart=False, second_value=large
    )
    _two_accounts(
        plan, rule, LOOK_ALIKE, "the other property is small", k, apart=False, second_value=(20, 57)
    )
    _two_accounts(plan, rule, LOOK_ALIKE, "another company of a similar name", k, apart=False, second_value=large,
                  other_firm=True)  # fmt: skip
    _two_accounts(
        plan,
        rule,
        LOOK_ALIKE,
        "the other liability had ended",
        k,
        apart=False,
        second_value=large,
        ended=True,
    )


def _supplier(plan: Plan, count: int) -> Array:
    """New suppliers, one creditor row each."""
    firms = plan.world.firms.add(plan.vacant(count))
    return add_creditors(plan.world, firms, between(plan.rng, 0, 5, count))


def _gross(plan: Plan, count: int) -> Array:
    return between(plan.rng, 12_000, 1_900_000, count)


def _retype(plan: Plan, refs: Array, how: str) -> Array:
    """References cleaned differently (case, blanks, a prefix) or mistyped in one place."""
    texts = plan.world.texts
    if how == "cleaning":
        return texts.change(
            refs, lambda ref: f"inv {ref.replace('-', ' ').lower()}" if len(ref) % 2 else f" {ref}/"
        )
    return texts.change(refs, _one_slip)


def _one_slip(ref: str) -> str:
    """Zero for O, or the last two different characters changed places."""
    if "0" in ref:
        return ref.replace("0", "O", 1)
    for place in range(len(ref) - 1, 0, -1):
        if ref[place] != ref[place - 1] and ref[place].isdigit() and ref[place - 1].isdigit():
            return ref[: place - 1] + ref[place] + ref[place - 1] + ref[place + 1 :]
    return ref[:-1] + ("7" if ref[-1] != "7" else "1")


def paid_twice(plan: Plan) -> None:
    """FM-CR-001: one invoice paid twice, the reference written a little differently."""
    rule, world = "FM-CR-001", plan.world
    for kind, why, k, undo in (
        (PLANTED, "paid twice", plan.count, ""), (LOOK_ALIKE, "a credit note nets it off", plan.part(2), "credit_note"),
        (LOOK_ALIKE, "reversed", plan.part(2), "reversal"),
    ):  # fmt: skip
        creditor, gross, dated = _supplier(plan, k), _gross(plan, k), plan.ago(150, 900, k)
        refs = invoice_refs(world, creditor, np.arange(k) + 500)
        left = pay(world, creditor, refs, gross, dated)
        again = _retype(plan, refs, "cleaning")
        right = pay(world, creditor, again, gross, dated, paid_after=20 + between(plan.rng, 5, 40, k))
        if undo:
            pay(world, creditor, refs, -gross, dated + between(plan.rng, 40, 100, k), kind=undo)
        plan.case(rule, kind, why, PAYMENT, left, PAYMENT, right)


def retyped(plan: Plan) -> None:
    """FM-CR-002: the same amount within three days under a mistyped reference."""
    rule, world, k = "FM-CR-002", plan.world, plan.count
    creditor, gross, dated = _supplier(plan, k), _gross(plan, k), plan.ago(60, 900, k)
    refs = invoice_refs(world, creditor, np.arange(k) + 500)
    left = pay(world, creditor, refs, gross, dated)
    right = pay(world, creditor, _retype(plan, refs, "slip"), gross, dated + between(plan.rng, 0, 3, k))
    plan.case(rule, PLANTED, "reference mistyped", PAYMENT, left, PAYMENT, right)
    creditor, gross, first = _supplier(plan, k), _gross(plan, k), plan.ago(400, 900, k)
    series = [
        pay(
            world, creditor, invoice_refs(world, creditor, np.full(k, 700 + month)), gross, first + 30 * month
        )
        for month in range(8)
    ]
    plan.case(rule, LOOK_ALIKE, "a monthly series of equal amounts", PAYMENT, series[3], PAYMENT, series[4])


def two_creditor_records(plan: Plan) -> None:
    """FM-CR-003: one invoice paid through two records of the supplier."""
    rule, world, k = "FM-CR-003", plan.world, plan.count
    first = _supplier(plan, k)
    register = world[CREDITOR]
    second = add_creditors(
        world, register["firm"][first], register["partner"][first], property=register["property"][first]
    )
    for duplicate in ("FM-CR-006", "FM-CR-007"):
        plan.case(duplicate, PLANTED, "one supplier entered twice", CREDITOR, first, CREDITOR, second)
    for kind, why, other in (
        (PLANTED, "two records of one supplier", second), (LOOK_ALIKE, "unrelated suppliers", None),
    ):  # fmt: skip
        gross, dated = _gross(plan, k), plan.ago(60, 900, k)
        refs = invoice_refs(world, first, np.arange(k) + (500 if kind == PLANTED else 900))
        left = pay(world, first, refs, gross, dated)
        if other is None:
            firms = world.firms.add(plan.vacant(k))
            other = add_creditors(world, firms, register["partner"][first])
        right = pay(world, other, refs, gross, dated + between(plan.rng, 0, 25, k))
        plan.case(rule, kind, why, PAYMENT, left, PAYMENT, right)


def shared_account(plan: Plan) -> None:
    """FM-CR-004: two suppliers of different names with one bank account."""
    rule, world, k = "FM-CR-004", plan.world, plan.count
    left = _supplier(plan, k)
    register = world[CREDITOR]
    firms = world.firms.add(plan.vacant(k))
    world.firms.account[firms] = world.firms.account[register["firm"][left]]
    right = add_creditors(world, firms, register["partner"][left])
    plan.case(rule, PLANTED, "two names, one account", CREDITOR, left, CREDITOR, right)
    half = plan.part(2)
    group = [_supplier(plan, 1) for _ in range(FACTORED * max(half // FACTORED, 1))]
    rows = np.concatenate(group)
    member = np.arange(len(rows)) // FACTORED * FACTORED
    world.firms.account[register["firm"][rows]] = world.firms.account[register["firm"][rows[member]]]
    others = rows[np.arange(len(rows)) % FACTORED > 0]
    plan.case(rule, LOOK_ALIKE, "a factoring company's account", CREDITOR,
              rows[member[np.arange(len(rows)) % FACTORED > 0]], CREDITOR, others)  # fmt: skip
    left = _supplier(plan, half)
    right = add_creditors(world, register["firm"][left], register["partner"][left], site=2)
    for kept_apart in (rule, "FM-CR-007"):
        plan.case(kept_apart, LOOK_ALIKE, "sites of one supplier", CREDITOR, left, CREDITOR, right)
