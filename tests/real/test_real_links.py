"""The shipped models on published files with known answers, without training.

The floors stand a little below what was measured (benchmarks/README.md), so that a change that
loses ground shows. They are no targets, but for FEBRL 4.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from accuracy import Row, measure
from accuracy_sets import SETS

#: set -> least precision and recall of the links, least F1 of the clusters.
FLOORS = {
    "febrl1": (0.999, 0.985, 0.99),
    "febrl2": (0.999, 0.98, 0.994),
    "febrl3": (0.999, 0.98, 0.993),
    "febrl4": (0.999, 0.992, 0.996),
    "febrl4_plain": (0.99, 0.91, 0.95),
    "historical": (0.965, 0.71, 0.895),
    "fake_1000": (0.99, 0.66, 0.89),
    "senzing_people": (0.74, 0.76, 0.79),
    "register_payroll": (0.88, 0.96, 0.96),
    "register_deaths": (0.98, 0.97, 0.98),
    "payroll_deaths": (0.96, 0.89, 0.93),
    "register_numbers": (0.98, 0.98, 0.985),
    "register_benefit": (0.92, 0.98, 0.97),
    "supplier_across": (0.72, 0.37, 0.48),
    "supplier_names": (0.49, 0.63, 0.55),
    "supplier_numbers": (0.48, 0.63, 0.55),
}

#: set -> rows and true pairs, counted from the files; FEBRL and Splink publish theirs.
SIZES = {
    "febrl1": (1_000, 500),
    "febrl2": (5_000, 1_934),
    "febrl3": (5_000, 6_538),
    "febrl4": (10_000, 5_000),
    "febrl4_plain": (10_000, 5_000),
    "fake_1000": (1_000, 2_031),
    "senzing_people": (147, 102),
    "senzing_organisations": (12, 6),
}


def _measured(name: str, data: Path, folder: Path) -> Row:
    return measure(SETS[name], data, folder)


@pytest.mark.parametrize("name", sorted(FLOORS))
def test_links_and_clusters_stay_above_their_floors(name: str, data: Path, tmp_path: Path) -> None:
    precision, recall, f1 = FLOORS[name]
    row = _measured(name, data, tmp_path)
    assert (row.links.precision or 0) >= precision
    assert (row.links.recall or 0) >= recall
    assert (row.clusters.f1 or 0) >= f1
    if name in SIZES:
        assert (row.records, row.true_pairs) == SIZES[name]


def test_febrl_4_reaches_what_the_project_promises(data: Path, tmp_path: Path) -> None:
    row = _measured("febrl4", data, tmp_path)
    assert (row.links.f1 or 0) >= 0.995
    assert (row.clusters.f1 or 0) >= 0.995
    assert (row.reduction_ratio or 0) > 0.999


def test_every_set_is_measured(data: Path, tmp_path: Path) -> None:
    """Too few organisations for a floor: twelve rows, six pairs, none in the United Kingdom."""
    assert set(SETS) - set(FLOORS) == {"senzing_organisations"}
    row = _measured("senzing_organisations", data, tmp_path)
    assert (row.records, row.true_pairs) == SIZES["senzing_organisations"]
