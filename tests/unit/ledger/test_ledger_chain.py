"""Whatever is done to a ledger is found, and the first entry that is not what it was is named."""

from __future__ import annotations

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings
from ledger_rows import ROWS, first_bad, rehashed, rows

from fraudmatch.errors import StoreError
from fraudmatch.ledger.entry import FIELDS, Act, Head, entry_of
from fraudmatch.ledger.verify import verify

WHOLE = rows()


def bad(changed, anchors=None):
    fault = verify(changed, anchors).fault
    return None if fault is None else fault.seq


def test_a_sound_ledger_is_sound():
    found = verify(WHOLE, {100: [WHOLE[99][11][:16]], ROWS: [WHOLE[-1][11]]})
    assert found.fault is None and found.entries == ROWS and found.anchors == 2
    assert found.head == Head(ROWS, WHOLE[-1][11]) and first_bad(WHOLE) is None


@pytest.mark.parametrize("name", FIELDS)
def test_every_field_of_every_entry_is_held(name):
    place = FIELDS.index(name)
    for number, row in enumerate(WHOLE):
        old = row[place]
        new = 10_000 + number if name == "seq" else ("0" if old[:1] != "0" else "1") + old[1:]
        changed = [*WHOLE]
        changed[number] = (*row[:place], new, *row[place + 1 :])
        changed.sort(key=lambda each: each[0])
        assert bad(changed) == number + 1 == first_bad(changed), (name, number)
        if name == "seq":  # the table takes no entry without a number
            continue
        emptied = [*WHOLE]
        emptied[number] = (*row[:place], None, *row[place + 1 :])
        assert bad(emptied) == number + 1, (name, number)


@pytest.mark.parametrize("number", range(ROWS - 1))
def test_an_entry_taken_away_is_missed(number):
    changed = WHOLE[:number] + WHOLE[number + 1 :]
    assert bad(changed) == number + 1 == first_bad(changed)
    # and with the others moved up to hide it
    renumbered = [(place, *row[1:]) for place, row in enumerate(changed, 1)]
    assert bad(renumbered) == number + 1 == first_bad(renumbered)


@pytest.mark.parametrize("number", range(ROWS))
def test_an_entry_put_in_is_found(number):
    # one that says something else, under a number of its own, the others moved down; its hash made good or not
    put_in = (number + 1, *WHOLE[number][1:2], "Somebody", *WHOLE[number][3:])
    later = [(row[0] + 1, *row[1:]) for row in WHOLE[number:]]
    changed = [*WHOLE[:number], put_in, *later]
    assert bad(changed) == number + 1 == first_bad(changed)
    good = rehashed(changed[: number + 1], number) + later
    assert bad(good) == number + 2 == first_bad(good)
    # the same entry twice
    twice = [*WHOLE[: number + 1], WHOLE[number], *WHOLE[number + 1 :]]
    assert bad(twice) == number + 1 == first_bad(twice)


@pytest.mark.parametrize("number", range(ROWS - 1))
def test_neighbours_that_changed_places_are_found(number):
    one, other = WHOLE[number], WHOLE[number + 1]
    changed = [*WHOLE[:number], (one[0], *other[1:]), (other[0], *one[1:]), *WHOLE[number + 2 :]]
    assert bad(changed) == number + 1 == first_bad(changed)


def test_a_tail_hashed_again_is_found_by_a_head_that_was_told():
    for number in range(0, ROWS, 7):
        changed = [*WHOLE]
        changed[number] = (*changed[number][:2], "Somebody", *changed[number][3:])
        forged = rehashed(changed, number)
        assert bad(forged) is None  # the chain alone cannot tell
        for told in (number, (number + ROWS) // 2, ROWS - 1):
            assert bad(forged, {told + 1: [WHOLE[told][11][:16]]}) == told + 1


def test_a_ledger_cut_off_is_found_by_a_head_that_was_told():
    for left in range(ROWS):
        assert bad(WHOLE[:left]) is None
        assert bad(WHOLE[:left], {ROWS: [WHOLE[-1][11]]}) == left + 1
        assert bad(WHOLE[:left], {left + 1: [WHOLE[left][11][:16]]}) == left + 1


def test_only_the_newest_entries_can_be_verified_from_a_known_one():
    after = Head(150, WHOLE[149][11])
    assert verify(WHOLE[150:], None, after).fault is None
    assert verify(WHOLE[151:], None, after).fault.seq == 151
    assert verify(WHOLE[150:], None, Head(150, "0" * 64)).fault.seq == 151


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_any_muddle_is_judged_as_by_hand(data):
    """Rows dropped, repeated and put in any order, as the table would give them back: by number."""
    picked = data.draw(st.lists(st.integers(0, 29), max_size=40))
    muddle = sorted((WHOLE[each] for each in picked), key=lambda row: row[0])
    assert bad(muddle) == first_bad(muddle)


def test_what_is_too_long_is_refused_and_nothing_is_cut():
    with pytest.raises(StoreError, match="actor is too long"):
        entry_of(Act("record.viewed", "x" * 101), Head(), "2026-03-01T10:00:00Z")
