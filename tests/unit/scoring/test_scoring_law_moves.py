"""The law moves: a night of 2024 uses the numbers of 2024, whenever it is run."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from fraudmatch.scoring import Library, load_library, score
from fraudmatch.shipped import shipped

DAY = dt.date

SHOP = {
    "dataset": "business_rates", "partner": "ashford", "party_kind": "organisation", "organisation": "o1",
    "organisation_core": "HOLLIN ROOFING", "company_number": "01234567", "occupied": True,
}  # fmt: skip


@pytest.fixture(scope="module")
def library() -> Library:
    return load_library([shipped("rules")])


def flagged(
    tiny_night: Any, fixed_scorer: Any, library: Library, rule: str, as_at: dt.date, *rows: Any
) -> Any:
    night = tiny_night(list(rows))
    chosen = replace(library, rules=tuple(each for each in library.rules if each.id == rule))
    scorer = fixed_scorer(other=0.9)
    return score(
        night.records,
        night.details,
        night.groups,
        chosen,
        {"person": scorer, "organisation": scorer},
        as_at=as_at,
    )


@pytest.mark.parametrize("rule", ["FM-BR-002", "FM-BR-003"])
@pytest.mark.parametrize(
    ("as_at", "taken", "lawful"),
    [
        (DAY(2024, 6, 1), DAY(2023, 7, 1), True),
        (DAY(2024, 6, 1), DAY(2023, 5, 1), False),
        (DAY(2026, 3, 31), DAY(2025, 4, 2), True),
        (DAY(2026, 11, 25), DAY(2025, 11, 26), True),
        (DAY(2026, 11, 26), DAY(2025, 11, 26), False),
        (DAY(2026, 12, 1), DAY(2025, 11, 27), True),
        (DAY(2028, 11, 26), DAY(2025, 11, 27), True),
        (DAY(2028, 11, 27), DAY(2025, 11, 27), False),
    ],
)
def test_grace_of_a_second_property_follows_the_night_it_is_asked_for(
    tiny_night: Any, fixed_scorer: Any, library: Library, rule: str, as_at: dt.date, taken: dt.date,
    lawful: bool,
) -> None:  # fmt: skip
    main = SHOP | {
        "source_ref": "B1", "relief_type": "small_business", "rateable_value_pence": 900_000,
        "liability_start": DAY(2011, 1, 1), "property_ref": "N1", "property": "h1",
    }  # fmt: skip
    second = SHOP | {
        "source_ref": "B2", "relief_type": "none", "rateable_value_pence": 2_000_000, "liability_start": taken,
        "property_ref": "N2", "property": "h2", "partner": "ashford" if rule == "FM-BR-002" else "birchley",
    }  # fmt: skip
    scored = flagged(tiny_night, fixed_scorer, library, rule, as_at, main, second)
    assert scored.flags.num_rows == (0 if lawful else 1)
    assert scored.held["fact"].to_pylist() == (["in_grace"] if lawful else [])


@pytest.mark.parametrize(
    ("as_at", "flags"), [(DAY(2024, 6, 30), 0), (DAY(2025, 9, 30), 0), (DAY(2026, 9, 30), 1)]
)
def test_the_same_relief_is_right_at_the_multiplier_of_2024_and_too_much_at_that_of_2026(
    tiny_night: Any, fixed_scorer: Any, library: Library, as_at: dt.date, flags: int
) -> None:
    shop = SHOP | {
        "source_ref": "B1", "relief_type": "small_business", "rateable_value_pence": 1_000_000,
        "relief_annual_pence": 499_000, "relief_start": DAY(2023, 4, 1), "liability_start": DAY(2019, 1, 1),
    }  # fmt: skip
    assert flagged(tiny_night, fixed_scorer, library, "FM-BR-005", as_at, shop).flags.num_rows == flags


@pytest.mark.parametrize(("as_at", "points"), [(DAY(2024, 3, 31), 50), (DAY(2024, 4, 30), 60)])
def test_a_premium_took_two_years_before_april_2024(
    tiny_night: Any, fixed_scorer: Any, library: Library, as_at: dt.date, points: int
) -> None:
    home = {
        "dataset": "council_tax", "partner": "ashford", "source_ref": "C1", "person": "p1", "property": "h1",
        "discount_type": "empty", "liability_start": DAY(2023, 1, 1), "discount_start": DAY(2023, 1, 1),
    }  # fmt: skip
    entry = {
        "dataset": "electoral_register", "partner": "ashford", "source_ref": "E1", "person": "p2",
        "property": "h1", "date_added": DAY(2024, 3, 1),
    }  # fmt: skip
    scored = flagged(tiny_night, fixed_scorer, library, "FM-CT-008", as_at, home, entry)
    assert scored.flags["risk_points"].to_pylist() == [points]
