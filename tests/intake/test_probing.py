"""Threat T20: a partner sends invented records to learn what others hold, and takes them away again."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from cases import BEFORE, OWN, TONIGHT, Case, Expected, csv_of, lay_out, row, rows

from fraudmatch.exercise import Prepared, Stopwatch, prepare
from fraudmatch.intake import keep
from fraudmatch.site import Site

MIDDLE = dt.date(2026, 3, 15)


def night(site: Site, day: dt.date, numbers: range, probes: int = 0) -> Prepared:
    """A night on which these rows and so many invented ones are delivered."""
    invented = [row(n, Ref=f"X{n:05d}") for n in range(90_000, 90_000 + probes)]
    content = csv_of([*(row(n) for n in numbers), *invented])
    (site.root / "deliveries" / OWN / "payroll.csv").write_bytes(content)
    prepared = prepare(site, day, Stopwatch(), lambda _: None)
    keep(site.accepted_folder, day, prepared.accepted)
    return prepared


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return lay_out(tmp_path, Case(11, "probing", lambda: csv_of(rows(1)), Expected("loaded")))


def told(prepared: Prepared) -> list[str]:
    return [
        fault["detail"] for fault in prepared.rejects.to_pylist() if fault["reason"] == "RECORDS_SEEN_ONCE"
    ]


def test_five_hundred_probes_are_told_the_night_they_are_gone(site: Site) -> None:
    assert told(night(site, BEFORE, range(1, 3001))) == []
    probing = night(site, MIDDLE, range(1, 3001), probes=500)
    assert told(probing) == [] and probing.records.num_rows == 3500
    assert told(night(site, TONIGHT, range(1, 3002))) == [
        "500 records (14 %) were in the extract of 2026-03-15 alone"
    ]


def test_probes_beyond_twice_the_rows_never_come_in(site: Site) -> None:
    night(site, BEFORE, range(1, 400))
    probing = night(site, MIDDLE, range(1, 400), probes=500)
    assert probing.deliveries["state"].to_pylist() == ["held", "stands"]
    assert probing.records.num_rows == 399


def test_records_that_stay_or_leave_in_the_usual_way_are_not_told(site: Site) -> None:
    night(site, BEFORE, range(1, 1001))
    night(site, MIDDLE, range(1, 1201))
    assert told(night(site, TONIGHT, range(150, 1250))) == []
