"""Cases about documents, duplicate creditor records and VAT (FM-CR)."""

from __future__ import annotations

import numpy as np

from fraudmatch.sample.plant import LOOK_ALIKE, NEAR_MISS, PLANTED, Plan
from fraudmatch.sample.records_trade import add_creditors, invoice_refs, pay
from fraudmatch.sample.streams import TODAY, Array, between

PAYMENT, CREDITOR = "payment", "creditor"
#: Creditors of one grant round, paid under its name.
ROUND = 6


def plant(plan: Plan) -> None:
    """All cases of this module, in the order of their rule ids."""
    for make in (
        keyed_twice_on_one_day, lines_of_documents, numbers_that_recur, one_company, entered_twice, too_much_vat,
        vat_without_number, neighbours_paid_alike, paid_by_two_councils,
    ):  # fmt: skip
        make(plan)


def suppliers(plan: Plan, count: int, *, registered: bool = True) -> Array:
    """Creditor rows of new suppliers; `registered`: with a VAT number of their own, or none."""
    world = plan.world
    firms = world.firms.add(plan.vacant(count))
    # The numbers continue those of `firms`, which start at 9,000,000 and end far below 9,900,000.
    world.firms.vat[firms] = _vat_numbers(9_900_000 + firms) if registered else 0
    return add_creditors(world, firms, between(plan.rng, 0, 5, count))


def _vat_numbers(first_seven: Array) -> Array:
    """Valid by the newer check: the weighted sum and the last two digits and 55 are divided by 97."""
    weighted = sum(first_seven // 10**place % 10 * (place + 2) for place in range(7))
    return np.asarray(first_seven * 100 + (97 - (weighted + 55) % 97))


def _gross(plan: Plan, count: int) -> Array:
    return between(plan.rng, 12_000, 1_900_000, count)


def _same_purpose(plan: Plan, left: Array, right: Array) -> None:
    register = plan.world[PAYMENT]
    register.put(right, purpose=register["purpose"][left])


def keyed_twice_on_one_day(plan: Plan) -> None:
    """FM-CR-001: one invoice keyed twice and paid in one run."""
    rule, world, k = "FM-CR-001", plan.world, plan.part(2)
    creditor, gross, dated = suppliers(plan, k), _gross(plan, k), plan.ago(150, 900, k)
    refs = invoice_refs(world, creditor, np.arange(k) + 500)
    left, right = (pay(world, creditor, refs, gross, dated) for _ in range(2))
    _same_purpose(plan, left, right)
    plan.case(rule, PLANTED, "keyed twice on one day", PAYMENT, left, PAYMENT, right)


def lines_of_documents(plan: Plan) -> None:
    """FM-CR-001: equal lines of one document, and of two documents of different totals."""
    rule, world, k = "FM-CR-001", plan.world, plan.part(3)
    creditor, gross, dated = suppliers(plan, k), _gross(plan, k), plan.ago(150, 900, k)
    refs = invoice_refs(world, creditor, np.arange(k) + 500)
    lines = [pay(world, creditor, refs, gross, dated) for _ in range(4)]
    plan.case(rule, LOOK_ALIKE, "lines of one invoice", PAYMENT, lines[0], PAYMENT, lines[1])
    creditor, gross, dated = suppliers(plan, k), _gross(plan, k), plan.ago(150, 900, k)
    refs = invoice_refs(world, creditor, np.arange(k) + 500)
    left, right = (pay(world, creditor, refs, gross, dated) for _ in range(2))
    register = world[PAYMENT]
    purposes = np.unique(register["purpose"])
    register.put(left, purpose=purposes[0])
    register.put(right, purpose=purposes[1])
    plan.case(rule, LOOK_ALIKE, "two lines for two purposes", PAYMENT, left, PAYMENT, right)
    creditor, gross = suppliers(plan, k), _gross(plan, k)
    begun = np.full(k, TODAY - 300)
    fees = [
        pay(world, creditor, invoice_refs(world, creditor, np.full(k, 500 + bill)), gross, begun + later)
        for bill, later in ((0, 0), (1, 9), (2, 40), (3, 44), (3, 44))
    ]
    _same_purpose(plan, fees[3], fees[4])
    plan.case(rule, LOOK_ALIKE, "two days of a usual fee on one invoice", PAYMENT, fees[3], PAYMENT, fees[4])
    creditor, gross, dated = suppliers(plan, k), _gross(plan, k), plan.ago(150, 900, k)
    refs = invoice_refs(world, creditor, np.arange(k) + 500)
    left = pay(world, creditor, refs, gross, dated)
    pay(world, creditor, refs, gross // 3, dated)
    right = pay(world, creditor, refs, gross, dated, paid_after=34)
    plan.case(rule, LOOK_ALIKE, "lines of documents of other totals", PAYMENT, left, PAYMENT, right)


def numbers_that_recur(plan: Plan) -> None:
    """FM-CR-001: numbers that are a policy's, an order's, an account's or a grant round's."""
    rule, world, k = "FM-CR-001", plan.world, plan.part(3)
    for why, gaps in (
        ("a premium each month under one number", (0, 30, 61, 91, 122, 152)),
        ("an order called off at will", (0, 11, 70, 78, 160)),
    ):
        creditor, gross, first = suppliers(plan, k), _gross(plan, k), plan.ago(400, 900, k)
        refs = invoice_refs(world, creditor, np.arange(k) + 500)
        runs = [pay(world, creditor, refs, gross, first + gap) for gap in gaps]
        plan.case(rule, LOOK_ALIKE, why, PAYMENT, runs[1], PAYMENT, runs[2])
    creditor, gross, first = suppliers(plan, k), _gross(plan, k), plan.ago(400, 900, k)
    refs = invoice_refs(world, creditor, np.arange(k) + 500)
    left, right = pay(world, creditor, refs, gross, first), pay(world, creditor, refs, gross, first + 340)
    purposes = np.unique(world[PAYMENT]["purpose"])
    world[PAYMENT].put(left, purpose=purposes[0])
    world[PAYMENT].put(right, purpose=purposes[1])
    plan.case(rule, LOOK_ALIKE, "next year's rent under the account's number", PAYMENT, left, PAYMENT, right)
    creditor = suppliers(plan, ROUND)
    world[CREDITOR].put(creditor, partner=0)
    refs = np.full(ROUND, world.texts.code("AUTUMN GRANT 25"))
    gross = 1_000 * (between(plan.rng, 900, 1_900, 1) + np.arange(ROUND))
    left, right = (
        pay(world, creditor, refs, gross, np.full(ROUND, day)) for day in (TODAY - 200, TODAY - 170)
    )
    plan.case(rule, LOOK_ALIKE, "a grant round whose name stands for a number", PAYMENT, left, PAYMENT, right)


def one_company(plan: Plan) -> None:
    """FM-CR-004: two names on one account, in two councils; and two trading names of one company."""
    rule, world, k = "FM-CR-004", plan.world, plan.part(2)
    for kind, why in (
        (PLANTED, "two councils, two names, one account"),
        (LOOK_ALIKE, "two names of one company"),
    ):
        left = suppliers(plan, k)
        firms = world.firms.add(plan.vacant(k))
        world.firms.account[firms] = world.firms.account[world[CREDITOR]["firm"][left]]
        world.firms.vat[firms] = 0
        if kind == LOOK_ALIKE:
            number = 91_000_000 + firms * 37 % 999_991
            world.firms.company_number[firms] = number
            world.firms.company_number[world[CREDITOR]["firm"][left]] = number
        right = add_creditors(world, firms, (world[CREDITOR]["partner"][left] + 1) % 6)
        plan.case(rule, kind, why, CREDITOR, left, CREDITOR, right)


def entered_twice(plan: Plan) -> None:
    """FM-CR-006 and FM-CR-007: one supplier entered twice; and lawful second records."""
    world, k = plan.world, plan.part(2)
    register, firms = world[CREDITOR], world.firms
    left = suppliers(plan, k)
    right = add_creditors(world, register["firm"][left], register["partner"][left], property=plan.vacant(k))
    plan.case("FM-CR-007", PLANTED, "entered anew after a move", CREDITOR, left, CREDITOR, right)
    left = suppliers(plan, k)
    family = firms.add(firms.property[register["firm"][left]])
    firms.name[family] = firms.name[register["firm"][left]]
    firms.trading[family] = -1
    firms.vat[family] = 0
    for rows, first in ((register["firm"][left], 92_000_000), (family, 93_000_000)):
        firms.company_number[rows] = first + rows * 37 % 999_991
    right = add_creditors(world, family, register["partner"][left])
    plan.case("FM-CR-006", LOOK_ALIKE, "two companies of one family", CREDITOR, left, CREDITOR, right)
    left = suppliers(plan, k)
    right = add_creditors(
        world, register["firm"][left], register["partner"][left], property=register["property"][left]
    )
    register.put(right, creditor_status="dormant")
    for rule in ("FM-CR-006", "FM-CR-007"):
        plan.case(rule, LOOK_ALIKE, "the other record is dormant", CREDITOR, left, CREDITOR, right)
    left = suppliers(plan, k)
    right = add_creditors(
        world, register["firm"][left], register["partner"][left], property=register["property"][left]
    )
    register.put(right, site_id=world.texts.code("02"))
    for rule in ("FM-CR-006", "FM-CR-007"):
        plan.case(rule, LOOK_ALIKE, "two desks of one office as sites", CREDITOR, left, CREDITOR, right)


def too_much_vat(plan: Plan) -> None:
    """FM-CR-008: VAT reckoned on the gross; and lawful VAT that is not a sixth of the gross."""
    rule, world = "FM-CR-008", plan.world

    def invoices(count: int) -> Array:
        creditor = suppliers(plan, count)
        refs = invoice_refs(world, creditor, np.arange(count) + 500)
        return pay(world, creditor, refs, _gross(plan, count), plan.ago(30, 900, count))

    rows = invoices(plan.count)
    gross = world[PAYMENT]["gross_pence"]
    world[PAYMENT].put(rows, vat_pence=gross[rows] // 5)
    plan.case(rule, PLANTED, "VAT reckoned on the gross", PAYMENT, rows)
    for kind, why, part, more in (
        (LOOK_ALIKE, "the reduced rate", 21, 0), (LOOK_ALIKE, "goods of several rates", 9, 0),
        (NEAR_MISS, "two pence of rounding", 6, 1),
    ):  # fmt: skip
        rows = invoices(plan.part(4))
        gross = world[PAYMENT]["gross_pence"][rows]
        world[PAYMENT].put(rows, vat_pence=gross // part + more)
        plan.case(rule, kind, why, PAYMENT, rows)
    first = invoices(plan.part(4))
    register = world[PAYMENT]
    rest = pay(world, register["creditor_ref"][first], register["invoice_ref"][first],
               register["gross_pence"][first] + 700, register["invoice_date"][first])  # fmt: skip
    total = register["gross_pence"][first] + register["gross_pence"][rest]
    register.put(first, vat_pence=total // 6)
    register.put(rest, vat_pence=0)
    plan.case(rule, LOOK_ALIKE, "all VAT on one line of the invoice", PAYMENT, first)


def vat_without_number(plan: Plan) -> None:
    """FM-CR-009: VAT paid to a supplier without a valid number."""
    rule, world = "FM-CR-009", plan.world

    def charged(count: int, gross: Array, *, registered: bool) -> Array:
        creditor = suppliers(plan, count, registered=registered)
        refs = invoice_refs(world, creditor, np.arange(count) + 500)
        rows = pay(world, creditor, refs, gross, plan.ago(30, 900, count))
        world[PAYMENT].put(rows, vat_pence=gross // 6)
        return creditor

    n, k = plan.count, plan.part(2)
    creditor = charged(n, _gross(plan, n) + 40_000, registered=False)
    invalid = world[CREDITOR]["firm"][creditor[: n // 2]]
    # One more in the last two digits fails both checks.
    world.firms.vat[invalid] = _vat_numbers(9_800_000 + invalid) + 1
    plan.case(rule, PLANTED, "no VAT number, or one that fails the checks", CREDITOR, creditor)
    creditor = charged(k, _gross(plan, k), registered=True)
    plan.case(rule, LOOK_ALIKE, "the number is on file", CREDITOR, creditor)
    creditor = charged(k, between(plan.rng, 12_000, 29_000, k), registered=False)
    plan.case(rule, NEAR_MISS, "less than fifty pounds of VAT", CREDITOR, creditor)


def neighbours_paid_alike(plan: Plan) -> None:
    """FM-CR-005: one amount of one date to two creditors at one postcode."""
    rule, world, k = "FM-CR-005", plan.world, plan.part(3)
    firms = world.firms

    def pair(count: int, *, later: int = 0, number: int = 900, firm: bool = True) -> tuple[Array, Array]:
        first = suppliers(plan, count)
        home = firms.property[world[CREDITOR]["firm"][first]]
        second = suppliers(plan, count)
        if firm:
            world[CREDITOR].put(second, property=home)
            firms.property[world[CREDITOR]["firm"][second]] = home
        world[CREDITOR].put(second, partner=world[CREDITOR]["partner"][first])
        gross, dated = _gross(plan, count), plan.ago(60, 900, count)
        left = pay(world, first, invoice_refs(world, first, np.arange(count) + 500), gross, dated)
        refs = invoice_refs(world, second, np.arange(count) + number)
        return left, pay(world, second, refs, gross, dated + later)

    left, right = pair(plan.count)
    plan.case(rule, PLANTED, "two names at one postcode, one amount, one day", PAYMENT, left, PAYMENT, right)
    left, right = pair(k, later=4)
    plan.case(rule, NEAR_MISS, "another invoice date", PAYMENT, left, PAYMENT, right)
    left, right = pair(k, firm=False)
    plan.case(rule, LOOK_ALIKE, "another postcode", PAYMENT, left, PAYMENT, right)
    left, right = pair(k)
    for invoice in (left, right):
        register = world[PAYMENT]
        credit = register["gross_pence"][invoice]
        dated = register["invoice_date"][invoice] + 50
        pay(world, register["creditor_ref"][invoice], register["invoice_ref"][invoice], -credit, dated,
            kind="credit_note")  # fmt: skip
    plan.case(rule, LOOK_ALIKE, "a credit note nets it off", PAYMENT, left, PAYMENT, right)


def paid_by_two_councils(plan: Plan) -> None:
    """FM-CR-010: one invoice paid by two councils."""
    rule, world, k = "FM-CR-010", plan.world, plan.part(3)

    def pair(count: int, *, later: int = 0, kind: str = "") -> tuple[Array, Array]:
        first = suppliers(plan, count)
        register = world[CREDITOR]
        second = add_creditors(
            world,
            register["firm"][first],
            (register["partner"][first] + 1) % 6,
            property=register["property"][first],
        )
        refs = invoice_refs(world, first, np.arange(count) + 500)
        gross, dated = _gross(plan, count), plan.ago(100, 900, count)
        left = pay(world, first, refs, gross, dated)
        right = pay(world, second, refs, gross, dated + later, paid_after=26)
        if kind:
            pay(world, second, refs, -gross, dated + 60, kind=kind)
        return left, right

    left, right = pair(plan.count)
    plan.case(rule, PLANTED, "one invoice paid by two councils", PAYMENT, left, PAYMENT, right)
    left, right = pair(k, kind="reversal")
    plan.case(rule, LOOK_ALIKE, "one council reversed it", PAYMENT, left, PAYMENT, right)
    left, right = pair(k, later=45)
    plan.case(rule, NEAR_MISS, "invoice dates six weeks apart", PAYMENT, left, PAYMENT, right)
