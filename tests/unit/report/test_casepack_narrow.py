"""Narrowing a night to a case finds the rows that filtering the whole night finds, in the same order."""

from __future__ import annotations

import datetime as dt

import pyarrow as pa
import pyarrow.compute as pc
from hypothesis import given
from hypothesis import strategies as st

from fraudmatch.casepack.narrow import EventsAbout, Runs
from fraudmatch.outcomes import Decision, Event

KEYS = st.sampled_from(["a", "b", "c", "d", ""])
DAY = dt.date(2026, 3, 31)


@given(
    keys=st.lists(KEYS, max_size=30),
    wanted=st.lists(st.one_of(KEYS, st.just("nowhere")), max_size=5),
    pieces=st.integers(1, 4),
)
def test_rows_by_key_are_those_that_a_filter_finds(keys: list[str], wanted: list[str], pieces: int) -> None:
    whole = pa.table({"key": pa.array(keys, pa.string()), "row": pa.array(range(len(keys)), pa.int64())})
    size = -(-len(keys) // pieces) or 1
    cut = [whole.slice(begin, size) for begin in range(0, len(keys), size)] or [whole]
    found = Runs(pa.concat_tables(cut), "key").rows(set(wanted))
    assert found.equals(
        whole.filter(pc.is_in(whole["key"], value_set=pa.array(wanted, pa.string()))).combine_chunks()
    )


@given(keys=st.lists(st.text(max_size=3), max_size=40), sort=st.booleans())
def test_any_text_is_found_in_order_or_not(keys: list[str], sort: bool) -> None:
    keys = sorted(keys) if sort else keys
    runs = Runs(pa.table({"key": pa.array(keys, pa.string())}), "key")
    for value in {*keys, "", "a", "\U0010ffff"}:
        assert runs.places([value]).tolist() == [place for place, key in enumerate(keys) if key == value]


def event(number: int, flag: str, left: str | None, right: str | None) -> Event:
    told = Decision(flag, "FM-CT-001", "north", "cleared", DAY, left_ref=left, right_ref=right)
    return Event(number, str(number), "", None, told)


REFERENCES = st.one_of(st.none(), st.sampled_from(["north:x:1", "south:x:2", "north:y:3"]))


@given(
    told=st.lists(st.tuples(KEYS, REFERENCES, REFERENCES), max_size=20),
    asked=st.lists(st.tuples(st.sets(KEYS, max_size=3), st.sets(st.sampled_from(["north:x:1", "south:x:2"]), max_size=2)), max_size=4),
)  # fmt: skip
def test_decisions_are_found_as_by_reading_all_of_them_while_more_come(
    told: list[tuple[str, str | None, str | None]], asked: list[tuple[set[str], set[str]]]
) -> None:
    events = [event(number, *one) for number, one in enumerate(told, 1)]
    growing: list[Event] = []
    index = EventsAbout(growing)
    for place, (flags, references) in enumerate(asked):
        growing += events[len(growing) : len(events) * (place + 1) // len(asked)]
        plain = [
            one
            for one in growing
            if one.decision.flag_key in flags or references & {one.decision.left_ref, one.decision.right_ref}
        ]
        assert index.about(flags, references) == plain
