"""Scored pairs of a peer become the line of the accuracy table that a hand count gives."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pyarrow as pa
import pytest

FOLDER = Path(__file__).resolve().parents[2] / "benchmarks"


@pytest.fixture(scope="module")
def peers() -> ModuleType:
    """The module of the benchmark, which is no package."""
    sys.path.insert(0, str(FOLDER))
    try:
        return importlib.import_module("accuracy_peers")
    finally:
        sys.path.remove(str(FOLDER))


def line(peers: ModuleType, scored: list[tuple[int, int, float]], two: bool = False) -> object:
    """Rows 0, 1, 2 are one entity, 3 and 4 another; 0, 1 and 3 stand in the first file."""
    labels = peers.Labels(
        row_of=np.arange(5),
        entity=np.array([0, 0, 0, 1, 1]),
        scope=np.zeros(5, np.int64),
        file=np.array([0, 0, 1, 0, 1]) if two else np.zeros(5, np.int64),
        two=two,
    )
    left, right, likely = zip(*scored, strict=True)
    pairs = pa.table({"left": left, "right": right, "match_probability": likely})
    return peers.judged("splink", "5", "invented", pairs, labels, 1.0)


def test_links_clusters_and_completeness(peers: ModuleType) -> None:
    made = line(peers, [(0, 1, 0.9), (2, 1, 0.8), (2, 3, 0.6), (3, 4, 0.1)])
    assert (made.row.true_pairs, made.row.candidate_pairs) == (4, 4)
    assert (made.row.links.found_pairs, made.row.links.correct_pairs) == (3, 2)
    # 0, 1, 2 and 3 hang together at 0.5: six pairs, three of them true.
    assert (made.row.clusters.found_pairs, made.row.clusters.correct_pairs) == (6, 3)
    assert made.row.pairs_completeness == pytest.approx(3 / 4)
    assert made.row.reduction_ratio == pytest.approx(1 - 4 / 10)


def test_the_best_probability_is_the_one_with_the_best_f1(peers: ModuleType) -> None:
    made = line(peers, [(0, 1, 0.9), (2, 1, 0.8), (2, 3, 0.6), (3, 4, 0.1)])
    f1, least = made.best_clusters
    assert f1 == pytest.approx(2 * 1 * 0.75 / 1.75)  # at 0.8: the first entity whole, the second not
    assert 0.6 < least <= 0.8


def test_two_files_are_judged_across_only(peers: ModuleType) -> None:
    made = line(peers, [(0, 2, 0.9), (1, 2, 0.9), (3, 4, 0.9)], two=True)
    assert (made.row.true_pairs, made.row.links.found_pairs, made.row.links.correct_pairs) == (3, 3, 3)
    assert made.row.clusters.found_pairs == 3  # 0 and 1 are in one file
    assert made.row.reduction_ratio == pytest.approx(1 - 3 / 6)


def test_the_table_has_a_cell_for_every_heading(peers: ModuleType) -> None:
    head, rule, first = peers.text([line(peers, [(0, 1, 0.9)])]).splitlines()
    assert head.count("|") == rule.count("|") == first.count("|")
    assert "invented, splink 5" in first


@pytest.fixture(scope="module")
def sets(peers: ModuleType) -> tuple[ModuleType, list[object]]:
    """The module, and two sets: one with two bins, one without links."""
    module = importlib.import_module("accuracy_reliability")
    weights, true = np.array([0.5, 0.5, 9.0]), np.array([True, False, True])
    full = module.Reliability("some", "some <set>", tuple(module.reliability(weights, true)))
    return module, [full, module.Reliability("none", "no links", ())]


def test_the_reliability_table_has_a_cell_for_every_stretch(sets: tuple[ModuleType, list[object]]) -> None:
    head, rule, first, second = sets[0].reliability_table(sets[1]).splitlines()
    assert head.count("|") == rule.count("|") == first.count("|") == second.count("|")
    assert "0.500 of 2" in first and "1.000 of 1" in first and "of" not in second.split("|", 2)[2]
    assert sets[1][0].error == pytest.approx(
        (2 * abs(0.5 - 0.585786) + (1 - 2**9 / (1 + 2**9))) / 3, abs=1e-6
    )


def test_the_reliability_page_stands_alone(sets: tuple[ModuleType, list[object]]) -> None:
    page = sets[0].reliability_page(sets[1])
    assert page.count("<figure>") == page.count("<svg") == 2
    assert "some &lt;set&gt;" in page and "<set>" not in page
    assert "<script" not in page and "<link" not in page
    assert page.count("http") == page.count("http://www.w3.org/2000/svg")
    assert "0.500<br>" in page and "of 2</small>" in page
    assert "calibration error –" in page  # nothing to say about a set without links


def test_a_gap_wider_than_its_interval_has_a_sign(sets: tuple[ModuleType, list[object]]) -> None:
    module = sets[0]
    weights = np.repeat([1.0, 5.0], 200)
    true = np.r_[np.ones(200, bool), np.zeros(200, bool)]
    page = module.reliability_page([module.Reliability("x", "x", tuple(module.reliability(weights, true)))])
    table = page[page.index("<tbody>") :]
    assert "1.000 ▲" in table and "0.000 ▼" in table


def test_a_page_is_refused_without_reliability(capsys: pytest.CaptureFixture[str], peers: ModuleType) -> None:
    accuracy = importlib.import_module("accuracy")
    with pytest.raises(SystemExit):
        accuracy.main(["--out", "page.html"])
    assert "belong to --reliability" in capsys.readouterr().err
