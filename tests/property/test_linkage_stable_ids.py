"""Ids of groups from night to night: carried once, independent of names and rows, accounted for."""

from __future__ import annotations

from collections import Counter

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from fraudmatch.linkage.grouping.stable import CLUSTER_CHANGES, CLUSTER_IDS, stable_ids

relaxed = settings(max_examples=150, deadline=None)

# One night: which group each key is in. Few keys and groups, so that splits and merges are common.
nights = st.dictionaries(st.sampled_from("abcdefghij"), st.integers(0, 4), max_size=10)


def groups(night):
    return pa.table(
        {"key": pa.array(list(night), pa.string()), "group": pa.array(list(night.values()), pa.uint32())}
    )


def as_dict(ids):
    return dict(zip(ids["key"].to_pylist(), ids["cluster_id"].to_pylist(), strict=True))


def run(*several):
    """The ids after some nights, and the changes of the last."""
    ids = changes = None
    for night in several:
        made = stable_ids(ids, groups(night), kind="person")
        ids, changes = made.ids, made.changes
    return ids, changes


def reference(previous, night):
    """Ids carried on, by going through all overlaps from the greatest down: {group: id}."""
    common = Counter((previous[key], night[key]) for key in night if key in previous)
    smallest = {group: min(key for key in night if night[key] == group) for group in night.values()}
    carried = {}
    for (old, new), _ in sorted(common.items(), key=lambda o: (-o[1], o[0][0], smallest[o[0][1]])):
        if old not in carried.values() and new not in carried:
            carried[new] = old
    return carried


@relaxed
@given(nights, nights)
def test_ids_are_carried_as_the_reference_says(first, second):
    before, after = as_dict(run(first)[0]), as_dict(run(first, second)[0])
    carried = reference(before, second)
    for key, group in second.items():
        if group in carried:
            assert after[key] == carried[group]
        else:
            assert after[key] not in before.values()


@relaxed
@given(st.lists(nights, min_size=1, max_size=4))
def test_ids_say_who_is_together_and_are_given_once(several):
    ids, _ = run(*several)
    assert ids.schema == CLUSTER_IDS
    found, night = as_dict(ids), several[-1]
    assert ids["key"].to_pylist() == list(night)
    assert all((found[a] == found[b]) == (night[a] == night[b]) for a in night for b in night)


@relaxed
@given(st.lists(nights, min_size=1, max_size=3))
def test_an_unchanged_night_changes_nothing(several):
    ids, _ = run(*several)
    again, changes = run(*several, several[-1])
    assert again.equals(ids)
    assert changes.num_rows == 0


@relaxed
@given(nights, nights, st.permutations(range(5)), st.randoms(use_true_random=False))
def test_names_of_groups_and_order_of_rows_change_nothing(first, second, names, random):
    def other(night):
        keys = list(night)
        random.shuffle(keys)
        return {key: names[night[key]] for key in keys}

    ids, changes = run(first, second)
    other_ids, other_changes = run(other(first), other(second))
    assert as_dict(other_ids) == as_dict(ids)
    assert other_changes.equals(changes)


@relaxed
@given(nights, nights)
def test_every_change_is_accounted_for(first, second):
    before, after = as_dict(run(first)[0]), as_dict(run(first, second)[0])
    changes = run(first, second)[1]
    assert changes.schema == CLUSTER_CHANGES
    rows = changes.to_pylist()
    old, new = set(before.values()), set(after.values())

    def of(change, column):
        return {row[column] for row in rows if row["change"] == change}

    assert of("birth", "cluster_id") | (of("split", "cluster_id") - old) == new - old
    assert of("ending", "previous_id") | (of("merge", "previous_id") - new) == old - new
    common = Counter((before[key], after[key]) for key in second if key in first)
    for row in rows:
        pair = (row["previous_id"], row["cluster_id"])
        if row["change"] in ("split", "merge"):
            assert row["members"] == common[pair] > 0
        elif row["change"] == "birth":
            assert row["members"] == sum(name == pair[1] for name in after.values())
        else:
            assert row["members"] == sum(name == pair[0] for name in before.values())
    splits = {pair for pair in common if sum(other[0] == pair[0] for other in common) > 1}
    merges = {pair for pair in common if sum(other[1] == pair[1] for other in common) > 1}
    assert splits == {(r["previous_id"], r["cluster_id"]) for r in rows if r["change"] == "split"}
    assert merges == {(r["previous_id"], r["cluster_id"]) for r in rows if r["change"] == "merge"}
