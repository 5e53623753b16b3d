"""Linking what is fresh, and taking over the rest, gives what linking everything gives."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fraudmatch.linkage import increment, link
from fraudmatch.linkage.increment import Earlier, link_again
from fraudmatch.linkage.model import Model

COLUMNS = ("forename", "surname", "postcode", "property_id")

MODEL = Model.model_validate(
    {
        "name": "again", "version": 1, "relation": "person", "description": "small", "prior": -3.0, "threshold": 0.0,
        "block_limit": 6,
        "pass": [{"key": ["surname"], "refine": ["forename", "postcode"]}, {"key": ["property_id"]}, {"key": ["postcode"]}],
        "comparison": [
            {"name": "home", "columns": ["property_id"], "levels": [
                {"name": "same", "when": "exact", "m": 0.7, "u": 0.1}, {"name": "differs", "when": "otherwise", "m": 0.3, "u": 0.9}]},
            {"name": "surname", "columns": ["surname"], "levels": [
                {"name": "same", "when": "exact", "m": 0.8, "u": 0.05},
                {"name": "near", "when": "jaro_winkler 0.8", "m": 0.15, "u": 0.1},
                {"name": "differs", "when": "otherwise", "m": 0.05, "u": 0.85}]},
            {"name": "forename", "columns": ["forename"], "levels": [
                {"name": "same", "when": "exact", "m": 0.8, "u": 0.1},
                {"name": "initial", "when": "initial", "m": 0.1, "u": 0.1},
                {"name": "differs", "when": "otherwise", "m": 0.1, "u": 0.8}]},
        ],
    }
)  # fmt: skip

texts = {
    "forename": st.sampled_from([None, "ANNA", "A", "BERT", "CARL"]),
    "surname": st.sampled_from([None, "STONE", "STONES", "REED"]),
    "postcode": st.sampled_from([None, "GL50 1AA", "GL50 2BB"]),
    "home": st.integers(0, 5),
}
person = st.fixed_dictionaries(texts)


@st.composite
def histories(draw: st.DrawFn) -> list[list[tuple[int, dict]]]:
    """Nights of (source number, person): rows come, change, go, and come again; homes split and merge."""
    rows = dict(enumerate(draw(st.lists(person, max_size=25))))
    nights = [sorted(rows.items())]
    for _ in range(draw(st.integers(1, 3))):
        kept = {} if draw(st.integers(0, 9)) == 0 else dict(rows)
        for number in draw(st.lists(st.integers(0, 30), max_size=4)):
            change = draw(st.one_of(st.none(), person))
            kept.pop(number, None) if change is None else kept.update({number: change})
        if draw(st.booleans()):
            one, other = draw(st.tuples(st.integers(0, 5), st.integers(0, 5)))
            kept = {k: {**v, "home": other} if v["home"] == one else v for k, v in kept.items()}
        rows = kept
        nights.append(sorted(rows.items()))
    return nights


def table(night: list[tuple[int, dict]]) -> tuple[pa.Table, np.ndarray]:
    """Records and who is known apart; homes are named by their first row, as a night names groups."""
    people = [one for _, one in night]
    first: dict[int, int] = {}
    homes = [
        None if one["home"] == 0 else first.setdefault(one["home"], row) for row, one in enumerate(people)
    ]
    columns = {name: pa.array([one[name] for one in people], pa.string()) for name in COLUMNS[:3]}
    apart = np.array([len(night) + n // 4 if n % 4 < 2 else -1 for n, _ in night], np.int32)
    return pa.table({**columns, "property_id": pa.array(homes, pa.uint32())}), apart


def agrees(nights: list[list[tuple[int, dict]]]) -> None:
    before = None
    for night in nights:
        records, apart = table(night)
        whole = link(records, MODEL, apart=apart, threads=1)
        if before is not None:
            again = link_again(records, MODEL, before, apart=apart, threads=1)
            assert again.linked.links.equals(whole.links)
            assert again.linked.groups.tolist() == whole.groups.tolist()
            assert again.linked.plan == whole.plan
        before = Earlier(records, whole.links, apart)


@settings(max_examples=150, deadline=None)
@given(histories())
def test_links_and_groups_equal_those_of_a_full_linking(nights: list[list[tuple[int, dict]]]) -> None:
    agrees(nights)


@settings(max_examples=40, deadline=None)
@given(histories())
def test_the_screen_proposes_the_same_pairs(nights: list[list[tuple[int, dict]]]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("fraudmatch.linkage.passes.FEW_PAIRS", -1)
        agrees(nights)


def night(*people: tuple[str, str, int]) -> list[tuple[int, dict]]:
    return [
        (4 * n + 2, {"forename": forename, "surname": surname, "postcode": "GL50 1AA", "home": home})
        for n, (forename, surname, home) in enumerate(people)
    ]


def test_a_property_that_splits_is_noticed_and_would_be_missed_otherwise(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    together, split = (
        night(("ANNA", "STONE", 1), ("A", "STONES", 1)),
        night(("ANNA", "STONE", 1), ("A", "STONES", 2)),
    )
    agrees([together, split, together])
    nothing = lambda now, before: np.zeros(len(now), np.bool_)  # noqa: E731
    monkeypatch.setattr(increment, "renumbered_otherwise", nothing)
    with pytest.raises(AssertionError):
        agrees([together, split, together])


def test_a_block_that_grows_over_the_limit_is_noticed_and_would_be_missed_otherwise(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    few = [
        (4 * n + 2, {"forename": "ANNA" if n % 2 else "A", "surname": "STONE", "postcode": None, "home": 0})
        for n in range(3)
    ]
    many = [*few, *((4 * n + 2, {**few[0][1], "forename": "BERT"}) for n in range(3, 12))]
    agrees([few, many, few])
    real, keyed = increment.renumbered_otherwise, increment._Fresh.keyed
    monkeypatch.setattr(increment._Fresh, "keyed", lambda self, keys, plans: self.linker.keyed(keys, plans))
    with pytest.raises(AssertionError):
        agrees([few, many, few])
    assert real is increment.renumbered_otherwise and keyed is not increment._Fresh.keyed


def test_only_pairs_with_a_fresh_row_are_compared() -> None:
    one = night(*((f, s, 0) for f in ("ANNA", "BERT") for s in ("REED", "STONE")))
    records, apart = table(one)
    before = Earlier(records, link(records, MODEL, apart=apart).links, apart)
    again = link_again(records, MODEL, before, apart=apart)
    assert (again.fresh, again.linked.compared) == (0, 0)
    assert again.taken_over == again.linked.links.num_rows


@given(st.lists(st.integers(0, 40), unique=True, max_size=9))
def test_as_few_rows_as_can_be_stand_elsewhere(values: list[int]) -> None:
    chosen = increment.longest_ascending(np.array(values, np.int64))
    kept = [value for value, one in zip(values, chosen, strict=True) if one]
    assert kept == sorted(kept)
    every = (some for size in range(len(values) + 1) for some in combinations(values, size))
    assert len(kept) == max(len(some) for some in every if list(some) == sorted(some))


def test_a_row_that_now_reads_as_a_late_one_makes_only_its_like_fresh() -> None:
    people = night(("ANNA", "REED", 0), ("BERT", "STONE", 0), ("CARL", "REED", 0), ("ANNA", "STONE", 0))
    records, apart = table(people)
    before = Earlier(records, link(records, MODEL, apart=apart).links, apart)
    moved, apart = table([(people[0][0], people[3][1]), *people[1:]])
    again = link_again(moved, MODEL, before, apart=apart)
    assert again.fresh == 2  # of the two that read alike, the first stands for the earlier one
    assert again.linked.links.equals(link(moved, MODEL, apart=apart).links)
