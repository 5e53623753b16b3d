import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from fraudmatch.linkage.measuring.measures import (
    measure_groups,
    measure_links,
    measure_pairs,
    pairs_completeness,
    pairs_inside,
    reduction_ratio,
)


def test_pairs():
    found = measure_pairs({("a", "b"), ("a", "c")}, {("a", "b"), ("b", "d")})
    assert (found.precision, found.recall, found.f1) == (0.5, 0.5, 0.5)


def test_nothing_found_has_no_precision():
    assert measure_pairs(set(), set()).as_dict()["precision"] is None


def test_links_with_unknown_entities_take_no_part():
    entity = np.array([1, 1, 2, -1])
    found = measure_links(np.array([0, 1, 2]), np.array([1, 2, 3]), entity)
    assert (found.true_pairs, found.found_pairs, found.correct_pairs) == (1, 2, 1)


@given(st.lists(st.tuples(st.integers(-1, 4), st.integers(-1, 4)), max_size=30))
def test_groups_equal_counting_every_pair(rows):
    group, entity = np.array([g for g, _ in rows], int), np.array([e for _, e in rows], int)
    true = found = correct = 0
    for i in range(len(rows)):
        for j in range(i + 1, len(rows)):
            if entity[i] < 0 or entity[j] < 0:
                continue
            same, together = entity[i] == entity[j], group[i] == group[j] and group[i] >= 0
            true, found, correct = true + same, found + together, correct + (same and together)
    made = measure_groups(group, entity)
    assert (made.true_pairs, made.found_pairs, made.correct_pairs) == (true, found, correct)


def test_completeness_and_reduction():
    keys = np.array([[1, -1], [1, -1], [2, -1], [-1, -1]])
    assert pairs_completeness(keys, np.array([0, 0, 2]), np.array([1, 2, 3])) == 1 / 3
    assert pairs_completeness(keys, np.array([], int), np.array([], int)) is None
    assert reduction_ratio(10, 100) == 0.9 and reduction_ratio(0, 0) is None


@given(st.lists(st.integers(-1, 4), max_size=30))
def test_pairs_inside_are_all_pairs_of_one_label(labels):
    left, right = pairs_inside(np.array(labels, np.int64))
    found = sorted(zip(left.tolist(), right.tolist(), strict=True))
    count = range(len(labels))
    assert found == [(a, b) for a in count for b in count if a < b and labels[a] == labels[b]]
