"""Decisions and stores for the tests of outcomes; all names are invented."""

from __future__ import annotations

import datetime as dt
from typing import Any

from fraudmatch.outcomes import Decision

MOMENT = dt.datetime(2026, 3, 31, 14, 5, 9, tzinfo=dt.UTC)
DAY = dt.date(2026, 3, 1)


def flag(number: int) -> str:
    return f"{number:032x}"


def decision(number: int = 1, outcome: str = "cleared", **more: Any) -> Decision:
    told = {"decided_on": DAY, "decided_by": "Ada Example"} | more
    return Decision(flag(number), "FM-CT-001", "northshire", outcome, **told)
