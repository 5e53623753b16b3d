"""Cases of rules about groups: several records that one flag puts together, each a row of the answer key."""

from __future__ import annotations

import numpy as np

from fraudmatch.sample.plant import LOOK_ALIKE, NEAR_MISS, PLANTED, Plan
from fraudmatch.sample.streams import NULL, Array

CT = "council_tax"

#: Accounts at each property.
_ACCOUNTS = 3


def plant(plan: Plan) -> None:
    """All cases of this module."""
    many_discounts(plan)


def _crowded_homes(plan: Plan, count: int) -> Array:
    """Council tax rows of so many homes with three single discounts each: one home a line of the result."""
    home = np.repeat(plan.vacant(count), _ACCOUNTS)
    who = plan.strangers(len(home))
    start = plan.ago(120, 1500, len(home))
    rows = plan.liable(who, home, start, discount="single_person", discount_start=start)
    return np.asarray(rows).reshape(count, _ACCOUNTS)


def many_discounts(plan: Plan) -> None:
    """FM-CT-090: three single person discounts at one property; the last of a look-alike is no discount."""
    rule, k, tax = "FM-CT-090", plan.part(4), plan.world[CT]
    homes = _crowded_homes(plan, plan.part(_ACCOUNTS))
    plan.case(rule, PLANTED, "three single person discounts at one property", CT, homes.ravel())
    homes = _crowded_homes(plan, k)
    ended = plan.ago(20, 90, k)
    tax.put(homes[:, 2], liability_end=ended, discount_end=ended)
    plan.case(rule, LOOK_ALIKE, "one of the three has moved out", CT, homes.ravel())
    homes = _crowded_homes(plan, k)
    tax.put(homes[:, 2], discount_type="disregarded", disregard_type="student")
    plan.case(rule, LOOK_ALIKE, "one of the three is disregarded as a student", CT, homes.ravel())
    homes = _crowded_homes(plan, k)
    tax.put(homes[:, 2], discount_type="none", discount_annual_pence=0, discount_start=NULL)
    plan.case(rule, NEAR_MISS, "two discounts and a full charge", CT, homes.ravel())
