from __future__ import annotations

from pathlib import Path

import pytest

from fraudmatch.sample import (
    cases_accounts,
    cases_ct,
    cases_discounts,
    cases_empty,
    cases_engine,
    cases_housing,
    cases_people,
    cases_rates,
    cases_trade,
    generate,
)
from fraudmatch.sample.plant import Plan
from fraudmatch.sample.world import make_world

PEOPLE = 3_000
SITE_PEOPLE = 4_000


@pytest.fixture(scope="session")
def small_plan() -> Plan:
    """A partnership of 3,000 people with three cases of each kind, not written to disk."""
    plan = Plan(make_world(PEOPLE, 5, cases_per_kind=3), 3)
    for kind in (
        cases_discounts,
        cases_housing,
        cases_people,
        cases_trade,
        cases_engine,
        cases_ct,
        cases_accounts,
        cases_empty,
        cases_rates,
    ):
        kind.plant(plan)
    return plan


@pytest.fixture(scope="session")
def small_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site on disk that is just large enough for every kind of fault."""
    folder = tmp_path_factory.mktemp("sample") / "site"
    generate(folder, people=SITE_PEOPLE, seed=3)
    return folder
