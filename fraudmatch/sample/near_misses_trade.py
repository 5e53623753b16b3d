"""Near misses of the rules about business rates and creditors (FM-BR and FM-CR)."""

from __future__ import annotations

import numpy as np

from fraudmatch.sample.cases_payments import CREDITOR, suppliers
from fraudmatch.sample.near_edits import Edit, Near, ago, worth, yesterday
from fraudmatch.sample.plant import NEAR_MISS, Plan
from fraudmatch.sample.records_trade import add_creditors
from fraudmatch.sample.streams import Array

#: Thresholds of the rules: days, and the rateable value of a second property that does not count.
FOUR_WEEKS, FREE, RETYPED, SMALL_OTHER = 28, 90, 3, 289_900
#: Puts one figure of an account number off and meets no other account.
_ONE_FIGURE = 10_000_000


def _just_borne_out(near: Near) -> None:
    """Occupied, at the limit of £15,000 at most, and relief no more than 4 % above the scale."""
    value = np.minimum(near.get("left", "rateable_value_pence"), 1_200_000)
    near.put(
        "left", occupied=1, rateable_value_pence=value, relief_annual_pence=value * 432 // 1000 * 104 // 100
    )


def _almost_mandatory(near: Near) -> None:
    """Relief of 71 per cent of the bill, a little less than nine tenths of the mandatory eighty."""
    near.put("left", relief_annual_pence=near.get("left", "rateable_value_pence") * 432 // 1000 * 71 // 100)


def _a_penny_more(near: Near) -> None:
    near.put("right", gross_pence=near.get("right", "gross_pence") + 1)


def _nearly_one_name(near: Near) -> None:
    """Names that differ in one letter, on one account in two councils: not two names."""
    firms = near.plan.world.firms
    first, second = near.get("left", "firm"), near.get("right", "firm")
    firms.name[second] = near.plan.world.words.change(firms.name[first], _one_letter_off)
    firms.trading[second] = -1
    near.put("right", partner=(near.get("left", "partner") + 1) % 6)


def _one_letter_off(name: str) -> str:
    return name[:2] + name[3:]


def _four_days_apart(near: Near) -> None:
    near.put("left", invoice_date=near.get("right", "invoice_date") - RETYPED - 1)


NEAR_MISSES: dict[str, tuple[str, Edit]] = {
    "FM-BR-001": ("the second relief ended the day before", yesterday("right", "liability_end")),
    "FM-BR-002": ("the other property is at the limit of £2,899", worth("right", "rateable_value_pence", SMALL_OTHER)),
    "FM-BR-003": ("the other property is at the limit of £2,899", worth("right", "rateable_value_pence", SMALL_OTHER)),
    "FM-BR-004": ("the other property is at the limit of £2,899", worth("right", "rateable_value_pence", SMALL_OTHER)),
    "FM-BR-005": ("four per cent above the scale", _just_borne_out),
    "FM-BR-006": ("licensed four weeks ago", ago("right", "issue_date", FOUR_WEEKS)),
    "FM-BR-007": ("empty for ninety days", ago("left", "empty_from", FREE)),
    "FM-BR-008": ("the permit was issued four weeks ago", ago("right", "permit_start", FOUR_WEEKS)),
    "FM-BR-009": ("just under nine tenths of the mandatory relief", _almost_mandatory),
    "FM-BR-010": ("registered four weeks ago", ago("right", "date_added", FOUR_WEEKS)),
    "FM-CR-001": ("a penny apart", _a_penny_more),
    "FM-CR-002": ("four days apart", _four_days_apart),
    "FM-CR-003": ("a penny apart", _a_penny_more),
    "FM-CR-004": ("names a letter apart", _nearly_one_name),
}  # fmt: skip


def plant_second_records(plan: Plan) -> None:
    """FM-CR-006 and FM-CR-007: a second record that has another trade, or another account.

    The planted pairs of these rules are listed under both, so that none of them can be changed for one alone.
    """
    count, firms, words = plan.near, plan.world.firms, plan.world.words
    register = plan.world[CREDITOR]
    left = suppliers(plan, count)
    first = register["firm"][left]
    name = words.change(firms.name[first], lambda name: f"{name.split(' ')[0]} Upholstery Workshop")
    right = _second_record(plan, left, register["property"][left], name)
    why = "another trade under the first word of the name"
    plan.case("FM-CR-006", NEAR_MISS, why, CREDITOR, left, CREDITOR, right)
    left = suppliers(plan, count)
    name = firms.name[register["firm"][left]]
    right = _second_record(plan, left, plan.vacant(count), name)
    plan.case("FM-CR-007", NEAR_MISS, "an account one figure off", CREDITOR, left, CREDITOR, right)


def _second_record(plan: Plan, left: Array, places: Array, name: Array) -> Array:
    """A creditor of a firm of its own, without VAT and company number, its account one figure off."""
    firms, register = plan.world.firms, plan.world[CREDITOR]
    made = firms.add(places)
    firms.trading[made], firms.vat[made], firms.company_number[made] = -1, 0, 0
    firms.account[made] = firms.account[register["firm"][left]] + _ONE_FIGURE
    firms.name[made] = name
    return add_creditors(plan.world, made, register["partner"][left], property=places)
