"""The ranked list on a hard partnership, and what learning is worth: the bars of the issue, on small sizes."""

from __future__ import annotations

import datetime as dt
import importlib
import sys
from pathlib import Path

import pytest

from fraudmatch.casework import terms_of
from fraudmatch.scoring import load_library
from fraudmatch.shipped import shipped

FOLDER = Path(__file__).resolve().parents[2] / "benchmarks"


@pytest.fixture(scope="module")
def bench():
    """The modules of the benchmarks, which are no package."""
    sys.path.insert(0, str(FOLDER))
    try:
        yield {name: importlib.import_module(name) for name in ("casework", "twelve_nights")}
    finally:
        sys.path.remove(str(FOLDER))


def test_measures_of_a_list_by_hand(bench):
    measure = bench["casework"].measure
    # ten lines, two real at places 1 and 5; the top 30 % holds one, the top tenth is all real
    found = measure([1, 0, 0, 0, 1, 0, 0, 0, 0, 0], 0, 0)
    assert (found.lines, found.real, found.in_top_30, found.lift) == (10, 2, 0.5, 5.0)
    # nothing ranked: what a list in no order gives
    found = measure([], 100, 7)
    assert found.in_top_30 == pytest.approx(0.3) and found.lift == pytest.approx(1.0)


@pytest.mark.slow
def test_planted_cases_stand_at_the_top_of_a_list_as_hard_as_councils_report(bench):
    found = bench["casework"].one_seed(1, noise=260)
    base, ours, by_chance = (found[name] for name in ("base line", "ours", "ours, by chance"))
    assert 0.05 <= base.real / base.lines <= 0.09
    assert ours.in_top_30 >= 0.8 and ours.lift > base.lift
    assert by_chance.lift >= 3


@pytest.mark.slow
def test_learning_finds_more_than_not_learning_and_that_more_than_chance(bench, monkeypatch):
    nights = bench["twelve_nights"]
    monkeypatch.setattr(nights, "PER_NIGHT", 6)
    library = load_library([shipped("rules")])
    terms, rules = terms_of(library.constants(dt.date(2026, 4, 1))), library.texts()
    world = nights.make_world(rules, terms, seed=3)
    hours = {
        order: nights.live_through(world, terms, 3000, order, seed=3)[6:, 0].mean()
        for order in ("learning", "not learning", "random")
    }
    assert hours["learning"] > 1.1 * hours["not learning"] > 1.1 * hours["random"]
