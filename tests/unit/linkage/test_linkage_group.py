import numpy as np
import pytest

from fraudmatch.linkage.grouping.components import smallest_rows
from fraudmatch.linkage.grouping.decided import settle
from fraudmatch.linkage.grouping.group import LARGEST, TOO_LARGE, group, weigh_for_groups

NOBODY = np.zeros((0, 2), np.int64)


def rows(*pairs):
    return np.array(pairs, np.int64).reshape(-1, 2)


def grouped(count, weights, links=None, *, apart=None, threshold=0, elsewhere=-9000, **decided):
    """Groups of a few records; `weights` by pair, `elsewhere` for the other pairs."""
    links = [pair for pair in weights if weights[pair] >= threshold] if links is None else links
    left, right = rows(*links).T

    def weigh(a, b):
        pairs = zip(a.tolist(), b.tolist(), strict=True)
        return np.array([weights.get(pair, elsewhere) for pair in pairs], np.int32)

    return group(
        count, left, right, np.array([weights[pair] for pair in links], np.int32), weigh,
        np.array(apart or [-1] * count, np.int32), threshold, **decided,
    ).tolist()  # fmt: skip


def test_a_chain_is_split_where_the_average_speaks_against_it():
    assert grouped(4, {(0, 1): 8000, (1, 2): 2000, (0, 2): -9000}) == [0, 0, 2, 3]


def test_a_chain_holds_where_the_average_speaks_for_it():
    assert grouped(3, {(0, 1): 8000, (1, 2): 8000, (0, 2): -1000}) == [0, 0, 0]


def test_one_strong_pair_does_not_join_two_households():
    inside = [(a, b) for part in (range(5), range(5, 10)) for a in part for b in part if a < b]
    weights = dict.fromkeys(inside, 15_000) | {(4, 5): 30_000}
    assert grouped(10, weights, elsewhere=-3000) == [0] * 5 + [5] * 5


def test_means_are_cut_at_the_threshold():
    assert grouped(3, {(0, 1): 8000, (1, 2): 7000, (0, 2): 4000}, threshold=6000) == [0, 0, 2]


def test_a_pair_that_lacks_evidence_does_not_pull_a_group_apart_but_one_that_contradicts_does():
    prior = -18_000
    silent = np.array([[7000, 0, 0], [7000, -4000, 0], [9000, 9000, -4000], [9000, 9000, 3000]], np.int32)
    assert weigh_for_groups(silent, prior, 0).tolist() == [-1, -4001, -4001, 3000]


def test_links_between_records_known_to_differ_do_not_count():
    assert grouped(2, {(0, 1): 12_000}, apart=[4, 4]) == [0, 1]


def test_records_known_to_differ_never_share_a_group_through_a_third():
    found = grouped(3, {(0, 1): 12_000, (1, 2): 12_000, (0, 2): 12_000}, apart=[7, -1, 7])
    assert found == [0, 0, 2]


def test_records_decided_to_be_the_same_share_a_group_whatever_they_weigh():
    assert grouped(3, {}, together=rows((2, 0))) == [0, 1, 0]


def test_a_decision_speaks_for_its_whole_group():
    weights = {(0, 1): 9000, (2, 3): 9000}
    assert grouped(4, weights, together=rows((1, 2)), elsewhere=-2000) == [0, 0, 0, 0]
    assert grouped(4, weights, together=rows((1, 2)), parted=rows((0, 3)), elsewhere=-2000) == [0, 0, 0, 3]


def test_records_decided_to_differ_never_share_a_group_even_when_all_else_agrees():
    triangle = dict.fromkeys([(0, 1), (0, 2), (1, 2)], 12_000)
    assert grouped(3, triangle, parted=rows((0, 2))) == [0, 0, 2]
    assert grouped(2, {(0, 1): 12_000}, parted=rows((1, 0))) == [0, 1]


def test_a_contradiction_is_listed_with_what_it_contradicts():
    made = settle(rows((1, 2), (0, 1), (0, 1)), rows((2, 0)), np.full(4, -1, np.int32))
    assert made.together.tolist() == [[0, 1]]
    assert made.dropped.to_pylist() == [
        {"left_id": 1, "right_id": 2, "decision": "same", "against": "decision",
         "against_left_id": 0, "against_right_id": 2}
    ]  # fmt: skip


def test_what_the_records_say_goes_before_a_decision():
    made = settle(rows((0, 1), (1, 2)), rows((3, 3)), np.array([5, -1, 5, -1], np.int32))
    assert made.together.tolist() == [[0, 1]]
    assert [(row["decision"], row["against"]) for row in made.dropped.to_pylist()] == [
        ("different", "records"),
        ("same", "records"),
    ]


def test_decisions_without_contradiction_drop_nothing():
    made = settle(rows((3, 1)), rows((0, 1)), np.full(4, -1, np.int32))
    assert (made.together.tolist(), made.parted.tolist()) == ([[1, 3]], [[0, 1]])
    assert made.dropped.num_rows == 0


@pytest.mark.parametrize("pair", [(0, 4), (-1, 2)])
def test_a_decision_about_a_row_that_does_not_exist_is_refused(pair):
    with pytest.raises(ValueError, match="outside 0 to 3"):
        settle(rows(pair), None, np.full(4, -1, np.int32))


def stars(size, centres):
    """Links from each centre to the records after it."""
    return [(centre, centre + k) for centre in centres for k in range(1, size)]


def of_stars(size, weak=(), within=9000, **more):
    """Groups of stars of `size` whose records all agree inside and not outside; `weak` links at 1000."""
    count = size * (1 + max((b // size for _, b in weak), default=0))
    left, right = rows(*stars(size, range(0, count, size)), *weak).T
    weights = np.where(left // size == right // size, within, 1000).astype(np.int32)

    def weigh(a, b):
        return np.where(a // size == b // size, within, -9000).astype(np.int32)

    apart = more.pop("apart", np.full(count, -1, np.int32))
    return group(count, left, right, weights, weigh, apart, 0, **more)


def test_a_large_component_is_cut_at_its_weak_links():
    found = of_stars(300, [(0, 300), (300, 600)])
    assert len(found) > 2 * LARGEST
    assert found.tolist() == [row // 300 * 300 for row in range(900)]


def test_decisions_hold_where_a_large_component_is_cut():
    found = of_stars(300, [(0, 300), (300, 600)], together=rows((5, 899)), parted=rows((301, 302)))
    assert found[899] == found[5] == 0
    assert found[301] != found[302]


def test_a_component_its_links_cannot_divide_is_weighed_whole():
    assert len(of_stars(LARGEST + 50)) == LARGEST + 50
    assert set(of_stars(LARGEST + 50).tolist()) == {0}


def test_a_component_too_large_to_weigh_stays_unless_it_contradicts_itself():
    size = TOO_LARGE + 1
    assert set(of_stars(size).tolist()) == {0}
    apart = np.full(size, -1, np.int32)
    apart[[5, 9]] = 3
    found = of_stars(size, apart=apart, together=rows((1, 2)))
    assert found[1] == found[2]
    assert len(np.unique(found)) == size - 1


def test_a_large_clique_needs_no_weighing():
    size = LARGEST + 100
    left, right = np.triu_indices(size, 1)

    def weigh(a, b):
        raise AssertionError("weighed")

    found = group(
        size, left, right, np.full(len(left), 9000, np.int32), weigh, np.full(size, -1, np.int32), 0
    )
    assert set(found.tolist()) == {0}


def test_only_pairs_that_are_no_links_are_weighed():
    asked = []

    def weigh(a, b):
        asked.extend(zip(a.tolist(), b.tolist(), strict=True))
        return np.full(len(a), 5000, np.int32)

    group(
        5, np.array([0, 1, 3]), np.array([1, 2, 4]), np.full(3, 5000, np.int32), weigh,
        np.full(5, -1, np.int32), 0,
    )  # fmt: skip
    assert asked == [(0, 2)]


def test_components_are_named_by_their_smallest_row():
    left, right = np.array([4, 3, 2]), np.array([3, 1, 5])
    found = smallest_rows(7, left, right, np.full(7, -1, np.int32), NOBODY)
    assert found.tolist() == [0, 1, 2, 1, 1, 2, 6]
