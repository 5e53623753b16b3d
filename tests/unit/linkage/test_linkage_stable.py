import pyarrow as pa
import pytest

from fraudmatch.errors import SchemaError
from fraudmatch.linkage.grouping.stable import source_keys, stable_ids


def night(**groups):
    """Keys by the name of their group: night(x="ab", y="c")."""
    rows = [(key, name) for name, keys in groups.items() for key in keys]
    return pa.table({"key": [key for key, _ in rows], "group": [name for _, name in rows]})


def kept(**ids):
    """Ids of the night before, by id."""
    rows = [(key, name) for name, keys in ids.items() for key in keys]
    return pa.table({"key": [key for key, _ in rows], "cluster_id": [name for _, name in rows]})


def found(made):
    return dict(zip(made.ids["key"].to_pylist(), made.ids["cluster_id"].to_pylist(), strict=True))


def changed(made):
    return [tuple(row.values()) for row in made.changes.to_pylist()]


def test_a_record_that_comes_or_goes_leaves_the_id_alone():
    made = stable_ids(kept(p1="abc"), night(x="bcd"))
    assert set(found(made).values()) == {"p1"}
    assert changed(made) == []


def test_a_split_leaves_the_id_with_the_majority():
    made = stable_ids(kept(p1="abc"), night(x="a", y="bc"))
    ids = found(made)
    assert ids["b"] == ids["c"] == "p1" != ids["a"]
    assert sorted(changed(made)) == sorted([("split", "p1", ids["a"], 1), ("split", "p1", "p1", 2)])


def test_a_merge_takes_the_id_of_the_majority():
    made = stable_ids(kept(p1="a", p2="bc"), night(x="abc"))
    assert set(found(made).values()) == {"p2"}
    assert changed(made) == [("merge", "p1", "p2", 1), ("merge", "p2", "p2", 2)]


def test_of_equal_shares_the_smaller_id_is_carried():
    assert set(found(stable_ids(kept(p2="a", p1="b"), night(x="ab"))).values()) == {"p1"}


def test_of_equal_parts_that_with_the_smaller_key_carries_the_id():
    ids = found(stable_ids(kept(p1="ab"), night(x="b", y="a")))
    assert ids["a"] == "p1" != ids["b"]


def test_births_and_endings_are_listed():
    made = stable_ids(kept(p1="ab"), night(x="cd"), kind="person")
    name = found(made)["c"]
    assert name.startswith("person-")
    assert changed(made) == [("birth", None, name, 2), ("ending", "p1", None, 2)]


def test_a_part_that_keeps_the_record_an_id_was_made_from_gets_another_id():
    first = stable_ids(None, night(x="abc"))
    ids = found(stable_ids(first.ids, night(x="a", y="bc")))
    assert ids["b"] == found(first)["a"] != ids["a"]


def test_new_ids_come_from_content_and_kind():
    assert found(stable_ids(None, night(x="ab")))["a"] == found(stable_ids(None, night(y="a")))["a"]
    one, other = (found(stable_ids(None, night(x="a"), kind=kind))["a"] for kind in ("person", "property"))
    assert one.split("-")[1] != other.split("-")[1]


def test_an_empty_night_ends_everything():
    empty = pa.table({"key": pa.array([], pa.string()), "group": pa.array([], pa.uint32())})
    made = stable_ids(kept(p1="ab"), empty)
    assert made.ids.num_rows == 0
    assert changed(made) == [("ending", "p1", None, 2)]


@pytest.mark.parametrize(
    ("previous", "now", "message"),
    [
        (None, pa.table({"key": ["a", "a"], "group": [1, 2]}), "1 keys name a record a second time"),
        (pa.table({"key": ["a", "a"], "cluster_id": ["p", "q"]}), pa.table({"key": ["a"], "group": [1]}), "previous ids"),
        (None, pa.table({"key": ["a"]}), "missing columns"),
        (None, pa.table({"key": ["a", None], "group": [1, 1]}), "column key holds nulls"),
        (None, pa.table({"key": ["a", "b"], "group": [1, None]}), "column group holds nulls"),
    ],
)  # fmt: skip
def test_tables_that_name_no_record_or_one_twice_are_refused(previous, now, message):
    with pytest.raises(SchemaError, match=message):
        stable_ids(previous, now)


def test_source_keys_are_unique_even_where_references_repeat():
    records = pa.table(
        {
            "partner": ["p", "p", "p", "p"],
            "dataset": ["d", "d", "d", "d"],
            "source_ref": ["1/2", "7", "7", "7"],
            "party": pa.array([1, 1, 1, 2], pa.int8()),
        }
    )
    assert source_keys(records).to_pylist() == ["p/d/1/1/2", "p/d/1/7", "p/d/1/7#2", "p/d/2/7"]
