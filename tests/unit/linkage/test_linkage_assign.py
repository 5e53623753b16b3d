import numpy as np
import pytest

from fraudmatch.linkage.grouping.assign import TIES, one_to_one


def assigned(*links, threshold=0, **decided):
    """Kept pairs and the assignment of (left, right, weight) links."""
    left, right, weights = (np.array(column) for column in zip(*links, strict=True))
    made = one_to_one(left, right, weights.astype(np.int32), threshold, **decided)
    return [(a, b) for (a, b, _), kept in zip(links, made.kept, strict=True) if kept], made


def test_a_record_gives_up_its_best_link_where_both_are_better_off():
    kept, made = assigned((0, 0, 9000), (0, 1, 8000), (1, 0, 8500))
    assert kept == [(0, 1), (1, 0)]
    assert (made.tie == -1).all()


def test_a_weaker_link_goes_where_it_would_cost_a_stronger_one():
    assert assigned((0, 0, 9000), (1, 0, 4000))[0] == [(0, 0)]


def test_links_of_equal_weight_are_reported():
    kept, made = assigned((3, 7, 9000), (3, 8, 9000), (4, 9, 1000))
    assert len(kept) == 2 and (4, 9) in kept
    assert made.tie.tolist() == [0, 0, -1]
    table = made.ties(np.array([3, 3, 4]), np.array([7, 8, 9]), np.array([9000, 9000, 1000]))
    assert table.schema == TIES
    assert sorted(table["kept"].to_pylist()) == [False, True]
    assert table["right_id"].to_pylist() == [7, 8]


def test_equal_totals_by_different_links_are_reported():
    _, made = assigned((0, 0, 5000), (1, 1, 6000), (0, 1, 7000), (1, 0, 4000))
    assert made.tie.tolist() == [0, 0, 0, 0]


def test_a_link_at_the_threshold_counts():
    assert assigned((0, 0, 2000), threshold=2000)[0] == [(0, 0)]


def test_a_link_below_the_threshold_is_refused():
    with pytest.raises(ValueError, match="less than the threshold"):
        assigned((0, 0, 1999), threshold=2000)


def test_decided_pairs_go_before_heavier_links():
    links = (0, 0, 9000), (0, 1, 1000), (1, 0, 500)
    assert assigned(*links, together=np.array([[0, 1]]))[0] == [(0, 1), (1, 0)]
    assert assigned(*links, parted=np.array([[0, 0]]))[0] == [(0, 1), (1, 0)]
    assert assigned(*links, parted=np.array([[0, 0], [1, 0]]))[0] == [(0, 1)]


def test_of_two_decisions_about_one_record_the_heavier_holds():
    assert assigned((0, 0, 9000), (0, 1, 1000), together=np.array([[0, 0], [0, 1]]))[0] == [(0, 0)]


def test_no_links_no_assignment():
    none = np.zeros(0, np.int64)
    assert len(one_to_one(none, none, none.astype(np.int32), 0).kept) == 0


def test_long_chains_and_dense_blocks_agree_with_an_independent_solver():
    from scipy.optimize import linear_sum_assignment

    rng = np.random.default_rng(5)
    for n, m, share in ((60, 60, 1.0), (80, 50, 0.1), (200, 200, 0.02), (40, 90, 0.5)):
        table = np.where(rng.random((n, m)) < share, rng.integers(1, 9000, (n, m)), 0)
        left, right = np.nonzero(table)
        made = one_to_one(left, right, table[left, right].astype(np.int32), 0)
        rows, columns = linear_sum_assignment(table, maximize=True)
        assert table[left[made.kept], right[made.kept]].sum() == table[rows, columns].sum()
        assert len(np.unique(left[made.kept])) == len(np.unique(right[made.kept])) == made.kept.sum()
