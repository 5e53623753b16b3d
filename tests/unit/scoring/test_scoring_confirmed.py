"""`pair.identity_confirmed`: what another record at the second address says of who it is."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pytest

from fraudmatch.scoring.confirmed import Confirmations
from fraudmatch.scoring.pairs import identity_confirmed
from fraudmatch.scoring.rows import PairRows
from fraudmatch.scoring.sides import Night

BORN, OTHER, CHANGED_OVER = dt.date(1980, 2, 3), dt.date(1980, 4, 2), dt.date(1980, 3, 2)
WAITING = {
    "dataset": "waiting_list",
    "person": "a",
    "property": "h1",
    "date_of_birth": BORN,
    "nino": "QQ123456",
}
ELECTOR = {"dataset": "electoral_register", "person": "a", "property": "h2"}
PAY = {"dataset": "payroll", "person": "a", "property": "h2"}

CASES: list[tuple[str, list[dict[str, Any]], bool]] = [
    ("nothing but a name", [WAITING, ELECTOR], False),
    ("the elector's own date of birth", [WAITING, ELECTOR | {"date_of_birth": BORN}], True),
    ("day and month changed over", [WAITING, ELECTOR | {"date_of_birth": CHANGED_OVER}], True),
    ("changed over on a pay record there", [WAITING, ELECTOR, PAY | {"date_of_birth": CHANGED_OVER}], True),
    ("a pay record at the elector's home", [WAITING, ELECTOR, PAY | {"date_of_birth": BORN}], True),
    ("its National Insurance number", [WAITING, ELECTOR, PAY | {"nino": "QQ123456"}], True),
    ("another date of birth there", [WAITING, ELECTOR, PAY | {"date_of_birth": OTHER}], False),
    ("the pay record gives a third address", [WAITING, ELECTOR, PAY | {"date_of_birth": BORN, "property": "h3"}], False),
    ("it is somebody else's", [WAITING, ELECTOR, PAY | {"date_of_birth": BORN, "person": "b"}], False),
    ("somebody else's in a house of one name", [WAITING, ELECTOR | {"person": "b"}, PAY | {"date_of_birth": BORN}], False),
    ("no property is known", [WAITING | {"property": None}, ELECTOR | {"property": None}, PAY | {"date_of_birth": BORN}], False),
    ("nobody linked", [WAITING | {"person": None}, ELECTOR | {"person": None}], False),
    ("two dates of birth at one home", [WAITING, ELECTOR | {"property": "h1", "date_of_birth": OTHER}], False),
    ("one home, and one date is not known", [WAITING, ELECTOR | {"property": "h1"}], True),
    ("the other way round", [WAITING | {"date_of_birth": None, "nino": None}, ELECTOR | {"date_of_birth": BORN},
                             PAY | {"property": "h1", "date_of_birth": BORN}], True),
]  # fmt: skip


@pytest.mark.parametrize(("name", "rows", "expected"), CASES, ids=[each[0] for each in CASES])
def test_identity_confirmed(tiny_night: Any, name: str, rows: list[dict[str, Any]], expected: bool) -> None:
    drawn = tiny_night(rows)
    night = Night(drawn.records, drawn.details, drawn.groups, drawn.as_at)
    left, right = night.side("waiting_list"), night.side("electoral_register")
    one = np.zeros(1, dtype=np.int64)
    assert identity_confirmed(PairRows(left, right, one, one, {})).to_pylist() == [expected]
    assert identity_confirmed(PairRows(right, left, one, one, {})).to_pylist() == [expected]


def test_numbers_and_dates_are_not_mixed_up(tiny_night: Any) -> None:
    """Whole numbers stand for both; neither meets the other's, nor another person's."""
    rows = [WAITING | {"nino": f"QQ{n:06d}", "date_of_birth": dt.date(1900, 1, 1) + dt.timedelta(n), "person": n}
            for n in range(200)]  # fmt: skip
    drawn = tiny_night(rows)
    known = Confirmations(Night(drawn.records, drawn.details, drawn.groups, drawn.as_at))
    who = np.repeat(np.arange(200), 200)
    where = np.tile(np.arange(200), 200)
    assert np.array_equal(known.known_at(who, where), who == where)


def test_an_empty_night_confirms_nobody(tiny_night: Any) -> None:
    drawn = tiny_night([{"dataset": "payroll"}])
    known = Confirmations(Night(drawn.records, drawn.details, drawn.groups, drawn.as_at))
    none = np.zeros(1, dtype=np.int64)
    assert known.known_at(none, none).tolist() == [False]
