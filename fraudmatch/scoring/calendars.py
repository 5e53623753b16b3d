"""Calendar arithmetic on columns of days since 1970-01-01 (float64, no missing values)."""

from __future__ import annotations

import datetime as dt

import numpy as np

#: About the year 2243 either way; beyond it a day is not a day anybody recorded.
_FARTHEST = 100_000.0
_MOST_MONTHS = 12_000.0
_EPOCH = dt.date(1970, 1, 1)


def day_number(day: dt.date) -> float:
    """Days since 1970-01-01."""
    return float((day - _EPOCH).days)


def _dates(days: np.ndarray) -> np.ndarray:
    whole = np.clip(days, -_FARTHEST, _FARTHEST).astype(np.int64)
    return np.asarray(whole.view("datetime64[D]"))


def _day_of_month(dates: np.ndarray) -> np.ndarray:
    return np.asarray(dates - dates.astype("datetime64[M]")).astype(np.int64)


def months_between(start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """Completed months from start to end; negative when end is earlier."""
    first, last = _dates(start), _dates(end)
    months = (last.astype("datetime64[M]") - first.astype("datetime64[M]")).astype(np.int64)
    completed = months - (_day_of_month(last) < _day_of_month(first))
    return np.asarray(completed, dtype=np.float64)


def years_between(start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """Completed years from start to end: an age. Who is born on 29 February ages on 1 March."""
    return np.asarray(np.floor_divide(months_between(start, end), 12.0))


def add_months(start: np.ndarray, months: np.ndarray) -> np.ndarray:
    """The same day `months` later, or the last of the month where it has no such day."""
    dates = _dates(start)
    step = np.clip(months, -_MOST_MONTHS, _MOST_MONTHS).astype(np.int64)
    target = dates.astype("datetime64[M]") + step
    length = ((target + 1).astype("datetime64[D]") - target.astype("datetime64[D]")).astype(np.int64)
    moved = target.astype("datetime64[D]") + np.minimum(_day_of_month(dates), length - 1)
    return np.asarray(moved.astype(np.int64), dtype=np.float64)


def add_years(start: np.ndarray, years: np.ndarray) -> np.ndarray:
    """The same day `years` later; 29 February becomes 1 March, so that it agrees with an age."""
    moved = add_months(start, years * 12)
    lost = _day_of_month(_dates(moved)) < _day_of_month(_dates(start))
    return np.asarray(moved + lost, dtype=np.float64)
