"""What a partner sends at all."""

from __future__ import annotations

import datetime as dt
from typing import Any

from fraudmatch.scoring.sides import Night


def test_a_blank_charity_number_says_something_only_where_others_are_sent(tiny_night: Any) -> None:
    rows = [
        {"dataset": "business_rates", "source_ref": f"B{n}", "partner": partner, "charity_number": number}
        for n, (partner, number) in enumerate([("ashford", "1234567"), ("ashford", None), ("birchley", None)])
    ]
    drawn = tiny_night(rows)
    night = Night(drawn.records, drawn.details, drawn.groups, dt.date(2026, 4, 1))
    assert night.side("business_rates").column("charity_numbers_sent").to_pylist() == [True, True, False]
