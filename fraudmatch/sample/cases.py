"""All kinds of cases, in the order in which they draw people and homes from the pools; near misses last."""

from __future__ import annotations

from fraudmatch.sample import (
    cases_accounts,
    cases_benefits,
    cases_charities,
    cases_ct,
    cases_discounts,
    cases_empty,
    cases_engine,
    cases_grants,
    cases_homes,
    cases_housing,
    cases_identity,
    cases_officers,
    cases_pay,
    cases_payments,
    cases_people,
    cases_rates,
    cases_right_to_buy,
    cases_three_homes,
    cases_trade,
    cases_waiting,
    near_misses,
)
from fraudmatch.sample.plant import Plan


def plant_all(plan: Plan) -> None:
    """Plant every kind of case once."""
    for kind in (
        cases_discounts,
        cases_housing,
        cases_people,
        cases_trade,
        cases_accounts,
        cases_benefits,
        cases_ct,
        cases_empty,
        cases_engine,
        cases_homes,
        cases_identity,
        cases_pay,
        cases_payments,
        cases_rates,
        cases_right_to_buy,
        cases_waiting,
        cases_officers,
        cases_charities,
        cases_grants,
        cases_three_homes,
        near_misses,
    ):
        kind.plant(plan)
