"""Cases about two waiting lists and other addresses on the register (rules FM-WL-004 and 005)."""

from __future__ import annotations

import numpy as np

from fraudmatch.sample.plant import LOOK_ALIKE, PLANTED, Plan
from fraudmatch.sample.records_work import hire
from fraudmatch.sample.streams import NULL, TODAY, Array, between, day

WL, ER = "waiting_list", "electoral_register"

#: The day from which the invented councils bar a second application; the site's own parameter says so.
ONE_LIST_SINCE = day(2020, 1, 1)


def plant(plan: Plan) -> None:
    """All cases of this module, in the order of their rule ids."""
    for make in (two_lists, registered_elsewhere):
        make(plan)


def two_lists(plan: Plan) -> None:
    """FM-WL-004: active applications with two councils whose schemes bar it."""
    rule, n, k, lists = "FM-WL-004", plan.count, plan.part(4), plan.world[WL]

    def pair(count: int, **second: str | int) -> tuple[Array, Array]:
        given = plan.lodgings(count)
        who = plan.strangers(count, home=given)
        other = np.where(np.arange(count) % 2 == 0, given, plan.lodgings(count))
        partner = (plan.district(given) + 1) % 5
        return plan.apply(who, given), plan.apply(who, other, partner=partner, **second)  # type: ignore[arg-type]

    left, right = pair(n)
    plan.case(rule, PLANTED, "on two lists", WL, left, WL, right)
    left, right = pair(k, status="cancelled")
    plan.case(rule, LOOK_ALIKE, "one was cancelled", WL, left, WL, right)
    left, right = pair(k, tenure="social_tenant", transfer=1)
    plan.case(rule, LOOK_ALIKE, "one asks for a transfer", WL, left, WL, right)
    left, right = pair(k)
    for rows in (left, right):
        lists.put(rows, application_date=ONE_LIST_SINCE - between(plan.rng, 20, 400, k))
    plan.case(rule, LOOK_ALIKE, "both made before the scheme barred it", WL, left, WL, right)
    left, right = pair(k)
    lists.put(right, person=plan.namesakes(lists["person"][left]))
    plan.case(rule, LOOK_ALIKE, "namesake with another date of birth", WL, left, WL, right)


def registered_elsewhere(plan: Plan) -> None:
    """FM-WL-005: an active applicant registered to vote at another address, where a pay record confirms it.

    The register holds no date of birth, so nothing but another record tells the applicant from a namesake.
    """
    rule, n, k, world = "FM-WL-005", plan.count, plan.part(4), plan.world

    def pair(count: int, added: Array, *, at_given: bool = False, **entry: Array) -> tuple[Array, Array]:
        given = plan.vacant(count) if at_given else plan.lodgings(count)
        who = plan.strangers(count, home=given)
        there = given if at_given else plan.elsewhere(given)
        hire(world, who, plan.district(there), there, start=plan.ago(600, 2500, count), end=NULL,
             full=np.arange(count) % 2)  # fmt: skip
        left = plan.apply(who, given, tenure="living_with_family")
        return left, plan.enrol(who, there, added, **entry)  # type: ignore[arg-type]

    left, right = pair(n, plan.ago(400, 2500, n))
    plan.case(rule, PLANTED, "registered at another address", WL, left, ER, right)
    left, right = pair(k, plan.ago(10, 300, k))
    renewed = np.minimum(world[WL]["renewed_date"][left], TODAY - 60)
    world[WL].put(left, renewed_date=renewed)
    world[ER].put(right, date_added=between(plan.rng, renewed + 10, TODAY - 10))
    plan.case(rule, LOOK_ALIKE, "moved since the list was confirmed", WL, left, ER, right)
    left, right = pair(k, plan.ago(700, 2500, k), removed=plan.ago(30, 350, k))
    plan.case(rule, LOOK_ALIKE, "removed from the register", WL, left, ER, right)
    left, right = pair(k, plan.ago(400, 2500, k), at_given=True)
    plan.case(rule, LOOK_ALIKE, "the address given", WL, left, ER, right)
    given = plan.lodgings(k)
    who = plan.strangers(k, home=given)
    there = plan.elsewhere(given)
    left = plan.apply(who, given, tenure="living_with_family")
    right = plan.enrol(plan.namesakes(who, home=there), there, plan.ago(400, 2500, k))
    plan.case(rule, LOOK_ALIKE, "a namesake", WL, left, ER, right)
