"""Keys of dates of birth: equal for one date, and for day and month changed over."""

from __future__ import annotations

import datetime as dt

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from fraudmatch.scoring.births import ABOVE_ALL, birth_keys


def alike(one: dt.date, other: dt.date) -> bool:
    """The slow way: the other date is the one, or the one as its day and month changed over."""
    return one == other or (one.year, one.month, one.day) == (other.year, other.day, other.month)


near = st.dates(dt.date(1980, 1, 1), dt.date(1981, 12, 31))


@given(st.lists(st.tuples(near, near), max_size=50))
def test_equal_keys_are_dates_that_are_alike(pairs: list[tuple[dt.date, dt.date]]) -> None:
    pairs = [*pairs, (dt.date(1952, 2, 5), dt.date(1952, 5, 2)), (dt.date(1952, 2, 20), dt.date(1952, 2, 20))]
    one, other = (birth_keys(pa.array(side, pa.date32())).to_pylist() for side in zip(*pairs, strict=True))
    assert [a == b for a, b in zip(one, other, strict=True)] == [alike(a, b) for a, b in pairs]


def test_unknown_stays_unknown_and_keys_stay_small() -> None:
    found = birth_keys(pa.array([None, dt.date.min, dt.date.max], pa.date32())).to_pylist()
    assert found[0] is None and 0 <= found[1] < found[2] < ABOVE_ALL
