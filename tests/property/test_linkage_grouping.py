"""Groups are those of the slow reference, and obey decisions, whatever the links."""

from __future__ import annotations

from itertools import combinations

import grouping_reference as reference
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from fraudmatch.linkage.grouping import group as grouping
from fraudmatch.linkage.grouping.decided import settle
from fraudmatch.linkage.grouping.group import group, weigh_for_groups

relaxed = settings(max_examples=150, deadline=None)

# Few distinct weights, so that ties are common; many, so that they are not.
coarse = st.sampled_from([-30_000, -12_000, -4000, -1000, 0, 1000, 4000, 9000, 15_000])
fine = st.integers(-25_000, 16_000)
either = st.one_of(coarse, fine)


@st.composite
def worlds(draw, weights=either, most=9, decided=True, unique=False):
    """(count, weight of every pair above the threshold, links, apart, together, parted)."""
    count = draw(st.integers(1, most))
    pairs = list(combinations(range(count), 2))
    drawn = draw(st.lists(weights, min_size=len(pairs), max_size=len(pairs), unique=unique))
    weight = dict(zip(pairs, drawn, strict=True))
    met = draw(st.lists(st.booleans(), min_size=len(pairs), max_size=len(pairs)))
    links = {pair for pair, was_met in zip(pairs, met, strict=True) if was_met and weight[pair] >= 0}
    row = st.integers(0, count - 1)
    some = st.lists(st.tuples(row, row), max_size=4 if decided else 0)
    apart = draw(st.lists(st.sampled_from([-1, -1, -1, 0, 1]), min_size=count, max_size=count))
    return count, weight, links, apart, draw(some), draw(some)


def pairs_array(pairs):
    return np.array(pairs, np.int64).reshape(-1, 2)


def fast(count, weight, links, apart, together, parted, threshold=-3000):
    def weigh(left, right):
        assert (left < right).all()
        found = [weight[a, b] + threshold for a, b in zip(left.tolist(), right.tolist(), strict=True)]
        return np.array(found, np.int32)

    pairs = pairs_array(sorted(links))
    weights = np.array([weight[pair] + threshold for pair in sorted(links)], np.int32)
    return group(
        count, pairs[:, 0], pairs[:, 1], weights, weigh, np.array(apart, np.int32), threshold,
        together=pairs_array(together), parted=pairs_array(parted),
    ).tolist()  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(worlds())
def test_groups_equal_the_reference(world):
    count, weight, links, apart, together, parted = world
    assert fast(*world) == reference.groups(count, links, weight, together, parted, apart)


@relaxed
@given(worlds(most=14, decided=False))
def test_larger_components_equal_the_reference(world):
    count, weight, links, apart, _, _ = world
    assert fast(*world) == reference.groups(count, links, weight, [], [], apart)


@relaxed
@given(worlds())
def test_decisions_hold_and_those_left_out_are_listed(world):
    count, _, _, apart, together, parted = world
    made = settle(pairs_array(together), pairs_array(parted), np.array(apart, np.int32))
    held, never = reference.settled(count, together, parted, apart)
    assert {tuple(pair) for pair in made.together.tolist()} == held
    assert {tuple(pair) for pair in made.parted.tolist()} == never
    found = fast(*world)
    assert all(found[a] == found[b] for a, b in held)
    assert all(found[a] != found[b] for a, b in never)
    labelled = [(apart[k], found[k]) for k in range(count) if apart[k] >= 0]
    assert len(labelled) == len(set(labelled))
    listed = {
        (row["left_id"], row["right_id"]) for row in made.dropped.to_pylist() if row["decision"] == "same"
    }
    assert listed == {reference.ordered(a, b) for a, b in together if a != b} - held


@relaxed
@given(worlds())
def test_every_listed_contradiction_is_one(world):
    count, _, _, apart, together, parted = world
    made = settle(pairs_array(together), pairs_array(parted), np.array(apart, np.int32))
    held = {tuple(pair) for pair in made.together.tolist()}
    for row in made.dropped.to_pylist():
        pair, against = (row["left_id"], row["right_id"]), (row["against_left_id"], row["against_right_id"])
        if row["decision"] == "different":
            assert pair[0] == pair[1]
            continue
        assert any(set(against) <= part for part in reference.connected(count, held | {pair}))
        known = apart[against[0]] >= 0 and apart[against[0]] == apart[against[1]]
        assert known if row["against"] == "records" else against in map(tuple, made.parted.tolist())


# Inside the bounds and without equals: where means are equal, rows decide.
@relaxed
@given(worlds(weights=st.integers(-9999, 9999), unique=True), st.data())
def test_row_order_changes_only_names(world, data):
    count, weight, links, apart, together, parted = world
    together = together[:1]  # which of several decisions that contradict each other is kept depends on rows
    order = data.draw(st.permutations(range(count)))
    back = {row: place for place, row in enumerate(order)}

    def moved(pair):
        return reference.ordered(back[pair[0]], back[pair[1]])

    straight = fast(count, weight, links, apart, together, parted)
    shuffled = fast(
        count, {moved(pair): w for pair, w in weight.items()}, {moved(pair) for pair in links},
        [apart[row] for row in order], [moved(pair) for pair in together], [moved(pair) for pair in parted],
    )  # fmt: skip
    same = {frozenset(pair) for pair in weight if straight[pair[0]] == straight[pair[1]]}
    assert same == {frozenset((a, b)) for a, b in weight if shuffled[back[a]] == shuffled[back[b]]}


@relaxed
@given(worlds(), st.integers(0, 9), st.integers(1, 3))
def test_unrelated_records_change_nothing(world, at, more):
    count, weight, links, apart, together, parted = world
    at = min(at, count)

    def moved(row):
        return row + more if row >= at else row

    def both(pairs):
        return [(moved(a), moved(b)) for a, b in pairs]

    found = fast(
        count + more, {(moved(a), moved(b)): w for (a, b), w in weight.items()}, set(both(links)),
        apart[:at] + [-1] * more + apart[at:], both(together), both(parted),
    )  # fmt: skip
    assert [found[moved(row)] for row in range(count)] == [moved(top) for top in fast(*world)]
    assert found[at : at + more] == list(range(at, at + more))


@relaxed
@given(worlds(most=12))
def test_batches_change_nothing(world):
    whole = fast(*world)
    before = grouping._PAIRS
    try:
        grouping._PAIRS = 1
        assert fast(*world) == whole
    finally:
        grouping._PAIRS = before


@relaxed
@given(st.lists(st.tuples(*[st.integers(-9000, 9000)] * 3), min_size=1), st.integers(-20_000, 0), st.integers(-5000, 5000))  # fmt: skip
def test_pairs_below_the_threshold_count_by_what_differs(rows, prior, threshold):
    made = weigh_for_groups(np.array(rows, np.int32), prior, threshold).tolist()
    for row, found in zip(rows, made, strict=True):
        total = prior + sum(row)
        if total >= threshold:
            assert found == total
        else:
            assert found == threshold - 1 - sum(-weight for weight in row if weight < 0)
