"""The one-to-one assignment is the best of all, and its ties are exactly those there are."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from fraudmatch.linkage.grouping.assign import one_to_one

relaxed = settings(max_examples=300, deadline=None)
THRESHOLD = -500


@st.composite
def worlds(draw):
    """{(left, right): weight}; few distinct weights, so that ties are common, or many."""
    sides = st.integers(0, 5)
    weights = draw(st.sampled_from([st.integers(0, 3), st.integers(0, 40_000)]))
    pairs = draw(st.sets(st.tuples(sides, sides), max_size=14))
    return {pair: draw(weights) + THRESHOLD for pair in sorted(pairs)}


def assignments(links):
    """Every set of links in which no record has two."""
    if not links:
        yield frozenset()
        return
    first, *rest = links
    yield from assignments(rest)
    free = [pair for pair in rest if pair[0] != first[0] and pair[1] != first[1]]
    yield from (chosen | {first} for chosen in assignments(free))


def best(weights, together=frozenset(), parted=frozenset()):
    """Every best assignment: most decided pairs, then greatest total, then most links."""

    def worth(chosen):
        return len(chosen & together), sum(weights[pair] - THRESHOLD for pair in chosen), len(chosen)

    every = list(assignments([pair for pair in weights if pair not in parted]))
    most = max(map(worth, every))
    return [chosen for chosen in every if worth(chosen) == most]


def fast(weights, **decided):
    pairs = np.array(list(weights), np.int64).reshape(-1, 2)
    values = np.array(list(weights.values()), np.int32)
    made = one_to_one(pairs[:, 0], pairs[:, 1], values, THRESHOLD, **decided)
    kept = {tuple(pair) for pair in pairs[made.kept].tolist()}
    return kept, dict(zip(map(tuple, pairs.tolist()), made.tie.tolist(), strict=True))


def check(weights, kept, ties, everything):
    assert frozenset(kept) in everything
    disputed = {
        pair for pair in weights if 0 < sum(pair in chosen for chosen in everything) < len(everything)
    }
    assert {pair for pair in weights if ties[pair] >= 0} == disputed


@relaxed
@given(worlds())
def test_the_assignment_is_one_of_the_best_and_ties_are_what_the_best_differ_in(weights):
    check(weights, *fast(weights), best(weights))


@relaxed
@given(worlds(), st.data())
def test_decided_pairs_go_first(weights, data):
    some = st.sets(st.sampled_from(sorted(weights)), max_size=4) if weights else st.just(set())
    together, parted = data.draw(some), data.draw(some)
    arrays = {
        "together": np.array(sorted(together), np.int64).reshape(-1, 2),
        "parted": np.array(sorted(parted), np.int64).reshape(-1, 2),
    }
    check(weights, *fast(weights, **arrays), best(weights, frozenset(together), frozenset(parted)))


@relaxed
@given(worlds(), st.randoms(use_true_random=False))
def test_the_order_of_links_changes_nothing(weights, random):
    shuffled = list(weights.items())
    random.shuffle(shuffled)
    assert fast(dict(shuffled))[0] == fast(weights)[0]
    assert {pair for pair, tie in fast(dict(shuffled))[1].items() if tie >= 0} == {
        pair for pair, tie in fast(weights)[1].items() if tie >= 0
    }


@relaxed
@given(worlds(), worlds())
def test_unrelated_links_change_nothing(weights, others):
    kept, ties = fast(weights)
    together = weights | {(a + 10, b + 10): weight for (a, b), weight in others.items()}
    more_kept, more_ties = fast(together)
    assert {pair for pair in more_kept if pair in weights} == kept
    assert {pair: more_ties[pair] for pair in weights} == ties


@relaxed
@given(worlds())
def test_links_of_one_tie_hang_together(weights):
    _, ties = fast(weights)
    for number in {tie for tie in ties.values() if tie >= 0}:
        pairs = [pair for pair in weights if ties[pair] == number]
        met, waiting = set(), [pairs[0]]
        while waiting:
            here = waiting.pop()
            met.add(here)
            waiting += [p for p in pairs if p not in met and (p[0] == here[0] or p[1] == here[1])]
        assert met == set(pairs)
