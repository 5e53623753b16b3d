"""The speed benchmark runs and prints what it promises; its figures are nobody's bar here."""

from __future__ import annotations

import importlib
import itertools
import json
import math
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from fraudmatch.linkage import load_model

FOLDER = Path(__file__).resolve().parents[2] / "benchmarks" / "linkage"


@pytest.fixture(scope="module")
def people() -> ModuleType:
    return imported("people")


def imported(name: str) -> ModuleType:
    """A module of the benchmark, which is no package."""
    sys.path.insert(0, str(FOLDER))
    try:
        return importlib.import_module(name)
    finally:
        sys.path.remove(str(FOLDER))


def benchmark(*options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(FOLDER / "run.py"), *options]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def told() -> dict:
    done = benchmark(
        "--job", "loose", "--records", "20000", "--runs", "1", "--no-first-run", "--no-scaling", "--json"
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.slow  # where the kernels of this model have not been compiled yet
def test_all_that_is_promised_is_printed(told: dict) -> None:
    ours = told["contestants"]["fraudmatch"]
    assert {"wall", "cpu", "peak_mb", "pairs_per_second", "linking", "steps"} <= ours.keys()
    assert 0 < ours["linking"] < ours["wall"]
    assert {"read", "encode", "screen", "compare", "write"} <= ours["steps"].keys()
    assert math.isclose(sum(ours["steps"].values()), ours["wall"], rel_tol=1e-6)
    assert 50 < ours["peak_mb"] < 2000
    rest = told["neither_reading_nor_screen"]
    assert 0 < rest["share_of_linking"] < rest["share_of_process"] < 1


@pytest.mark.slow
def test_links_are_judged_against_the_true_entities(told: dict) -> None:
    ours = told["contestants"]["fraudmatch"]
    assert told["pairs"] == 437_196  # the same people and keys on every machine
    assert 0.90 < ours["precision"] < 0.95
    assert 0.97 < ours["recall"] < 0.99


def test_quality_counts_true_pairs_of_all_sizes() -> None:
    entity = np.array([0, 0, 0, 1, 1, 2])
    found = imported("report").quality(np.array([0, 1, 2]), np.array([1, 2, 3]), entity)
    assert (found.links, found.correct, found.true_pairs) == (3, 2, 4)
    assert found.f1 == pytest.approx(2 * (2 / 3) * (2 / 4) / (2 / 3 + 2 / 4))


def result(ours: float, peer: float, peer_correct: int = 9) -> object:
    """A result of two contestants that spent so many seconds on linking, and twice that in all."""
    report, run = imported("report"), imported("measured").Run
    made = report.Result("loose", 10, 2, 0, report.Entry("fraudmatch"), report.Entry("splink"))
    for entry, seconds, steps in (
        (made.ours, ours, {"read": ours / 4, "link": ours * 3 / 4}),
        (made.peer, peer, {"read": 5.0, "predict": peer}),
    ):
        told = {"steps": steps, "pairs": 100, "within_link": {"screen": ours / 2}, "version": "1"}
        entry.add(run(2 * seconds, 3 * seconds, 100.0, told), np.array([0]), np.array([1]))
    made.true = {"fraudmatch": report.Quality(10, 9, 10), "splink": report.Quality(10, peer_correct, 10)}
    return made


@pytest.mark.parametrize(
    ("least", "which", "peer_correct", "reached", "said"),
    [
        (4.0, "linking", 9, True, "Reached: 4.0"),
        (4.1, "linking", 9, False, "Below the bar: 4.0"),
        (4.0, "whole", 9, True, "Reached: 4.0 (whole)"),
        (1.0, "linking", 10, False, "precision or recall"),
    ],
)
def test_a_ratio_counts_only_with_the_peers_accuracy(
    least: float, which: str, peer_correct: int, reached: bool, said: str
) -> None:
    outcome = imported("run").verdict(result(2.0, 8.0, peer_correct), least, which)
    assert outcome[0] is reached
    assert said in outcome[1]


def test_what_is_neither_reading_nor_the_screen() -> None:
    seconds, of_linking, of_process = result(2.0, 8.0).neither()
    assert (seconds, of_linking, of_process) == (0.5, 0.25, 0.625)


def test_links_that_change_between_runs_are_noticed() -> None:
    entry = imported("report").Entry("fraudmatch")
    run = result(2.0, 8.0).ours.runs[0]
    entry.add(run, np.array([0, 2]), np.array([1, 3]))
    entry.add(run, np.array([2, 0]), np.array([3, 1]))
    assert entry.same  # another order is no other links
    entry.add(run, np.array([0, 2]), np.array([1, 4]))
    assert not entry.same


def test_same_seed_same_people_whatever_the_chunk(
    people: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    def table(seed: int) -> list[dict]:
        return [row for part in people.tables(3_000, seed) for row in part.to_pylist()]

    whole = table(1)
    monkeypatch.setattr(people, "CHUNK", 700)
    assert table(1) == whole
    assert table(2) != whole


def test_people_are_as_described(people: ModuleType) -> None:
    rows = [row for part in people.tables(20_000) for row in part.to_pylist()]
    by_entity: dict[int, list[dict]] = {}
    for row in rows:
        by_entity.setdefault(row["entity"], []).append(row)
    twice = [group for group in by_entity.values() if len(group) == 2]
    assert (len(by_entity), len(twice)) == (16_000, 4_000)
    changed = {name: sum(a[name] != b[name] for a, b in twice) / 4_000 for name in rows[0]}
    assert 0.2 < changed["forename"] < 0.24
    assert 0.22 < changed["postcode"] < 0.27 and 0.35 < changed["address"] < 0.45
    assert sum(row["nino"] is None for row in rows) / 20_000 == pytest.approx(0.16, abs=0.01)
    assert {len(row["dob"]) for row in rows if row["dob"]} == {10}
    assert {len(row["postcode"]) for row in rows if row["postcode"]} <= {7, 8}


@pytest.mark.parametrize("job", ["loose", "tight"])
def test_no_pattern_of_levels_is_within_rounding_of_the_threshold(job: str) -> None:
    """We sum thousandths of a bit, Splink floats: they could differ only on a pattern at the threshold."""
    model = load_model(FOLDER / "models" / f"{job}.toml")
    weights = [[0.0, *(math.log2(one.m / one.u) for one in c.levels)] for c in model.comparison]
    nearest = min(abs(sum(pattern) + model.prior) for pattern in itertools.product(*weights))
    assert nearest > len(weights) * 0.0005


def test_what_no_peer_can_do_is_refused_in_a_sentence() -> None:
    done = benchmark("--job", "ten-million", "--peer", "splink")
    assert done.returncode == 2
    assert "--peer none" in done.stderr
