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


def test_all_that_is_promised_is_printed(told: dict) -> None:
    ours = told["contestants"]["fraudmatch"]
    assert {"wall", "cpu", "peak_mb", "pairs_per_second", "linking", "steps"} <= ours.keys()
    assert 0 < ours["linking"] < ours["wall"]
    assert {"read", "encode", "screen", "compare", "write"} <= ours["steps"].keys()
    assert math.isclose(sum(ours["steps"].values()), ours["wall"], rel_tol=1e-6)
    assert 50 < ours["peak_mb"] < 2000
    rest = told["neither_reading_nor_screen"]
    assert 0 < rest["share_of_linking"] < rest["share_of_process"] < 1


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
