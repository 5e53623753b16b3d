"""Acts laid onto the cases of a night that calls them otherwise."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from fraudmatch.caselog import Act, CaseLog
from fraudmatch.ledger.erased import OF_ACTS, OF_DECISIONS, erase_words
from fraudmatch.outcomes import Decision
from fraudmatch.outcomes.store import open_store
from fraudmatch.review.board import Board

NOW = dt.datetime(2026, 4, 1, 9, 30, tzinfo=dt.UTC)
A, B, C = ("a" * 32, "b" * 32, "c" * 32)
YESTERDAY, TOMORROW = "1" * 16, "2" * 16


def night(cases: dict[str, tuple[str, ...]], owner: dict[str, str] | None = None) -> Any:
    """A night as the board asks it: its cases with their flags; all of Ashby but where it is said."""
    owners = dict.fromkeys(cases, "ashby") | (owner or {})
    return SimpleNamespace(
        flags_of={key: list(flags) for key, flags in cases.items()}, owner_of=owners, made_worklists=dict,
        case_of={flag: key for key, flags in cases.items() for flag in flags},
        decidable=lambda key, partner: list(cases[key]),
    )  # fmt: skip


@pytest.fixture
def board(tmp_path: Path) -> Board:
    return Board(CaseLog(open_store(tmp_path / "outcomes.sqlite")))


def told(
    board: Board, kind: str, *flags: str, key: str = YESTERDAY, note: str | None = None, **detail: Any
) -> None:
    act = Act(key, flags, "ashby", "ada", kind, detail, note)
    number = len(board._log.events())
    board._log.add(act, key=f"act-{number}", version=None, recorded_at=NOW)
    board.catch_up()


def test_acts_are_found_by_their_key_and_else_by_their_flags(board: Board) -> None:
    told(board, "note", A, B, note="Rang")
    told(board, "due", A, B, on="2026-05-01")
    board.lay_out(night({YESTERDAY: (A, B)}))
    assert [event.act.note for event in board.history(YESTERDAY)] == ["Rang", None]
    assert board.state(YESTERDAY).version == 2 and board.state(YESTERDAY).due == dt.date(2026, 5, 1)
    board.lay_out(night({TOMORROW: (C, B), "3" * 16: ("d" * 32,)}))
    assert [event.act.note for event in board.history(TOMORROW)] == ["Rang", None]
    assert board.state(TOMORROW).due == dt.date(2026, 5, 1)
    assert not board.history(YESTERDAY) and not board.history("3" * 16)


def test_acts_under_another_key_do_not_count_up_the_version(board: Board) -> None:
    """The version is that of the store, which counts by key: else nobody could save anything of the case."""
    told(board, "note", A, note="Before")
    board.lay_out(night({TOMORROW: (A,)}))
    assert board.state(TOMORROW).version == 0
    told(board, "note", A, key=TOMORROW, note="After")
    assert board.state(TOMORROW).version == 1
    assert [event.version for event in board._log.events()] == [1, 1]


def test_the_key_counts_before_the_flags(board: Board) -> None:
    told(board, "note", A, B, note="Of the first")
    board.lay_out(night({YESTERDAY: (C,), TOMORROW: (A, B)}))
    assert board.history(YESTERDAY) and not board.history(TOMORROW)


def test_acts_whose_flags_are_all_gone_are_of_no_case(board: Board) -> None:
    told(board, "note", A, note="Rang")
    board.lay_out(night({TOMORROW: (C,)}))
    assert not board.history(TOMORROW) and board.state(TOMORROW).version == 0


def test_what_one_council_wrote_is_not_shown_to_another_that_the_case_falls_to(board: Board) -> None:
    told(board, "note", A, B, note="Our informant is the neighbour")
    told(board, "interest", A, B, note="My cousin")
    board.lay_out(night({TOMORROW: (C, A)}, {TOMORROW: "bramley"}))
    assert board.history(TOMORROW) == [] and board.state(TOMORROW).interested == frozenset()
    board.lay_out(night({TOMORROW: (C, A), "3" * 16: (B,)}, {TOMORROW: "bramley"}))
    assert len(board.history("3" * 16)) == 2 and board.history(TOMORROW) == []


def test_what_comes_while_a_night_is_open_is_laid_onto_it(board: Board) -> None:
    board.lay_out(night({TOMORROW: (A,)}))
    told(board, "assigned", A, to="ben")
    assert board.state(TOMORROW).assignee == "ben" and board.state(TOMORROW).state == "assigned"


def test_words_that_were_erased_are_forgotten_by_a_desk_that_runs(board: Board) -> None:
    store = board._log.store
    decision = Decision(
        A, "FM-CT-001", "ashby", "error", NOW.date(), decided_by="ada", note="Rang Nobodysuch"
    )
    store.record(decision, key="one", recorded_at=NOW, supersedes=None)
    told(board, "note", A, note="Rang Nobodysuch")
    told(board, "assigned", A, to="ben")
    told(board, "note", A, note="Stays")
    board.lay_out(night({YESTERDAY: (A,)}))
    held = board.decided
    assert "Nobodysuch" in repr((held, board.history(YESTERDAY)))
    erase_words(store.path, {1}, "R. Green", OF_DECISIONS)
    erase_words(store.path, {1, 2}, "R. Green", OF_ACTS)
    board.catch_up()
    assert board.decided is held and held[0].decision.note is None
    assert board.newest(A).decision.decided_by is None  # type: ignore[union-attr]
    assert [(event.act.actor, event.act.note) for event in board.history(YESTERDAY)] == [
        ("erased", None), ("erased", None), ("ada", "Stays"),
    ]  # fmt: skip
    assert board.state(YESTERDAY).assignee == "erased" and board.state(YESTERDAY).version == 3
    told(board, "note", A, note="After")
    assert board.history(YESTERDAY)[-1].act.note == "After" and len(board.history(YESTERDAY)) == 4
