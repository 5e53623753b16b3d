"""A model for the number of records at hand, and for how often they recur."""

import math
from types import SimpleNamespace

import numpy as np
import pyarrow as pa
import pytest

from fraudmatch.linkage.grouping.group import weigh_for_groups
from fraudmatch.linkage.model import weight
from fraudmatch.linkage.model_files import load_model
from fraudmatch.linkage.size import FEWEST, MOST, bits_for, link_sized, recurrence, recurring, shifted, sized


def test_the_prior_falls_by_a_bit_when_the_records_double():
    model = load_model("payment").model_copy(update={"prior": -18.0, "records": 1 << 18})
    assert sized(model, 1 << 18).prior == -18.0
    assert sized(model, 1 << 19).prior == -19.0 and sized(model, 4096).prior == -12.0
    assert sized(model, 500, 4096).prior == -12.0 and sized(model, 4096, 500).prior == -12.0
    assert sized(model, 300_000).prior == sized(model, 300_007).prior
    assert sized(sized(model, 4096), 1 << 20).prior == -12.0, "sized once, it holds"
    assert sized(model, 1).prior == sized(model, FEWEST).prior


def test_a_prior_that_names_no_number_of_records_holds_for_any():
    model = load_model("payment").model_copy(update={"records": None})
    assert sized(model, 10) == model


def test_local_levels_move_with_the_prior():
    model = load_model("person")
    bits = bits_for(model, 4000)
    small, level = sized(model, 4000), model.position("address")
    assert bits == round(math.log2(model.records / 4000)) > 0
    shared, far = small.comparison[level].levels[0], small.comparison[level].levels[-1]
    assert model.comparison[level].levels[0].local and not model.comparison[level].levels[-1].local
    assert shared.u == pytest.approx(model.comparison[level].levels[0].u * 2**bits)
    assert far == model.comparison[level].levels[-1]
    assert shifted(small, -bits, model.records) == model


def test_two_of_one_home_weigh_alike_among_few_records_and_among_many():
    model = load_model("person")
    for count in (2000, 100_000, 3_000_000):
        here = sized(model, count)
        home = here.comparison[here.position("address")].levels[0]
        assert here.prior_milli + weight(home.m, home.u) == pytest.approx(
            model.prior_milli
            + weight(
                model.comparison[model.position("address")].levels[0].m,
                model.comparison[model.position("address")].levels[0].u,
            ),
            abs=2,
        )


def _links(matches: float) -> pa.Table:
    return pa.table({"match_probability": pa.array([matches / 64] * 64, pa.float64())})


@pytest.mark.parametrize(
    ("matches", "left", "right", "bits"),
    [
        (2048, 4096, None, 0),  # one partner each
        (8 * 2048, 4096, None, 3),
        (10, 4096, None, 0),  # few entities twice: never lowered
        (4096, 4096, 4096, 0),  # each of the left has its own on the right
        (300, 300, 4096, 0),
        (4 * 300, 300, 4096, 2),
        (1 << 30, 4096, None, MOST),
        (3, 3, None, 1),  # three records of one: two partners each
        (0, 4096, None, 0),
        (0, 0, None, 0),
    ],
)
def test_recurrence_counts_the_partners_a_record_has(matches, left, right, bits):
    model = sized(load_model("person"), left, right)
    assert recurrence(model, _links(matches), left, right) == bits


def test_a_model_whose_prior_was_learnt_expects_what_it_finds():
    model = recurring(sized(load_model("person"), 4096), 3)
    assert model.recurs == 3 and model.leeway_milli == 3000
    assert recurrence(model, _links(8 * 2048), 4096) == 0


def test_files_whose_records_recur_are_linked_twice_and_others_once():
    model, asked, said = load_model("person"), [], []

    def run(one):
        asked.append(one)
        return SimpleNamespace(links=_links(8 * 2048))

    link_sized(run, model, 4096, say=said.append)
    assert [one.prior for one in asked] == [-12.0, -9.0]
    assert said == ["link: records recur about 8 times as often as expected; linking again"]
    asked.clear()
    link_sized(run, model.model_copy(update={"records": None}), 4096)
    assert [one.prior for one in asked] == [model.prior], "a prior that names no number is taken as it is"


def test_inside_a_group_a_pair_may_contradict_by_as_much_as_the_prior_was_raised():
    weights = np.array([[4000, -3000], [0, -2500], [0, -9000], [9000, -3000]], np.int32)
    told = [weigh_for_groups(weights, -5000, 0, leeway).tolist() for leeway in (0, 3000)]
    assert told == [[-3001, -2501, -9001, 1000], [-1, -1, -6001, 1000]]
