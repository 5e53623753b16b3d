"""Acts about cases: kept once, in order, with the decisions that belong to them, each with its entry in the ledger."""

from __future__ import annotations

import datetime as dt
import sqlite3
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fraudmatch.caselog import Act, CaseEvent, CaseLog, CaseState, after
from fraudmatch.caselog.log import Telling
from fraudmatch.caselog.state import STATES
from fraudmatch.errors import ConflictError, DecisionError, StoreError
from fraudmatch.ledger.chain import entries
from fraudmatch.ledger.decisions import first_disagreement
from fraudmatch.ledger.entry import Entry
from fraudmatch.outcomes import Decision
from fraudmatch.outcomes.store import open_store
from fraudmatch.store.access import transaction

NOW = dt.datetime(2026, 3, 31, 14, 5, 9, tzinfo=dt.UTC)
DAY = dt.date(2026, 3, 31)
FLAG, OTHER = "ab" * 16, "cd" * 16
CASE = FLAG[:16]


def act(kind: str = "note", note: str | None = "Letter sent", **detail: object) -> Act:
    return Act(CASE, (FLAG, OTHER), "northshire", "ada", kind, detail, note)


NOTHING = {"actual": None, "estimate": None, "notional": None, "prevented": None}
PROPOSED = act(
    "proposed", None, flags=[FLAG], outcome="error", reason=None, minutes=5, pence=NOTHING, on="2026-03-31"
)
ASKED = act("asked", "Since when?", flag=FLAG, to="southshire", by="2026-04-10")


def decision(flag: str = FLAG, outcome: str = "cleared") -> Decision:
    return Decision(flag, "FM-CT-001", "northshire", outcome, DAY, decided_by="ada")


@pytest.fixture
def log(tmp_path: Path) -> CaseLog:
    return CaseLog(open_store(tmp_path / "outcomes.sqlite"))


def add(
    log: CaseLog, told: Act, version: int = 0, key: str = "a", tells: tuple[Telling, ...] = ()
) -> CaseEvent:
    return log.add(told, key=key, version=version, recorded_at=NOW, tells=tells)


def ledger(log: CaseLog) -> list[Entry]:
    with transaction(log.store.path) as connection:
        assert first_disagreement(connection) is None
        return [Entry(*row) for row in entries(connection)]


def test_an_act_comes_back_as_it_was_told_with_its_entry_and_no_word_of_it_there(log: CaseLog) -> None:
    add(log, act())
    (event,) = log.events()
    assert event.act == act() and (event.sequence, event.version) == (1, 1)
    assert event.recorded_at == "2026-03-31T14:05:09Z"
    (entry,) = ledger(log)
    assert (entry.action, entry.object, entry.actor, entry.partner) == (
        "case.worked",
        CASE,
        "ada",
        "northshire",
    )
    assert "Letter" not in repr(entry)


def test_told_twice_under_one_key_it_is_kept_once(log: CaseLog) -> None:
    told = act("decided", None, events=[7])
    tells = (Telling(decision(), None), Telling(decision(OTHER), None))
    first = add(log, told, tells=tells)
    assert add(log, told, tells=tells) == first
    assert len(log.events()) == 1 and len(log.store.events()) == 2 and len(ledger(log)) == 3
    with pytest.raises(DecisionError, match="another one"):
        add(log, act(note="Something else"))


def test_an_act_and_its_decisions_are_kept_together_or_not_at_all(log: CaseLog) -> None:
    log.store.record(decision(OTHER), key="x", recorded_at=NOW, supersedes=None)
    told = act("decided", None, events=[])
    with pytest.raises(ConflictError, match="has been decided"):
        add(log, told, tells=(Telling(decision(), None), Telling(decision(OTHER), None)))
    assert not log.events() and [event.decision.flag_key for event in log.store.events()] == [OTHER]
    event = add(log, told, tells=(Telling(decision(), None), Telling(decision(OTHER, "error"), 1)))
    assert event.act.detail == {"events": [2, 3]} and log.store.newest(OTHER).decision.outcome == "error"


def test_of_two_who_saw_the_same_version_one_is_told(log: CaseLog) -> None:
    told: list[object] = []
    ready = threading.Barrier(2)

    def tell(name: str) -> None:
        ready.wait()
        try:
            told.append(add(log, replace(act(), actor=name), key=name))
        except ConflictError as error:
            told.append(error)

    both = [threading.Thread(target=tell, args=(name,)) for name in ("ada", "bob")]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert sorted(type(one).__name__ for one in told) == ["CaseEvent", "ConflictError"]
    assert len(log.events()) == 1


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        (act("erased"), "kind"),
        (act(note=None), "note"),
        (act(note=""), "note"),
        (act(note="x" * 2_001), "note"),
        (act(note="bell \a"), "note"),
        (act("interest", None), "note"),
        (act("state", None, state="decided"), "detail"),
        (act("state", None), "detail"),
        (act("due", None, on="31/03/2026"), "detail"),
        (act("assigned", None, to=""), "detail"),
        (act("assigned", None, to="ada", by="bob"), "detail"),
        (act("decided", None, events=[]), "detail"),
        (replace(PROPOSED, detail={**PROPOSED.detail, "flags": []}), "detail"),
        (replace(PROPOSED, detail={**PROPOSED.detail, "on": None}), "detail"),
        (replace(PROPOSED, detail={**PROPOSED.detail, "pence": {"actual": 5}}), "detail"),
        (replace(PROPOSED, detail={**PROPOSED.detail, "pence": {**NOTHING, "actual": -5}}), "detail"),
        (replace(PROPOSED, detail={**PROPOSED.detail, "outcome": "guilty"}), "detail"),
        (act("approved", None, act=1), "detail"),
        (act("returned", None, act=1), "note"),
        (act("asked", None, flag=FLAG, to="southshire", by="2026-04-10"), "note"),
        (act("asked", "When?", flag="x", to="southshire", by="2026-04-10"), "detail"),
        (act("answered", None, act=1), "note"),
        (replace(act(), case_key="../../etc"), "case_key"),
        (replace(act(), flags=()), "flags"),
    ],
)
def test_what_cannot_be_kept_is_refused_with_its_field_and_without_its_value(
    log: CaseLog, wrong: Act, field: str
) -> None:
    with pytest.raises(DecisionError) as caught:
        add(log, wrong)
    assert [problem.where for problem in caught.value.problems] == [field]
    assert not log.events()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE case_events SET note = 'x'",
        "DELETE FROM case_events",
        "INSERT OR REPLACE INTO case_events SELECT * FROM case_events",
        "INSERT INTO case_events SELECT sequence + 1, 'k', recorded_at, case_key, version, partner, actor, kind, flags, detail, note FROM case_events",
        "INSERT INTO case_events SELECT sequence + 2, 'k', recorded_at, case_key, version + 1, partner, actor, kind, flags, detail, note FROM case_events",
    ],
)
def test_no_program_changes_an_act_or_puts_one_elsewhere_than_at_the_end(
    log: CaseLog, statement: str
) -> None:
    add(log, act())
    connection = sqlite3.connect(log.store.path, isolation_level=None)
    with pytest.raises(sqlite3.IntegrityError):
        connection.execute(statement)
    connection.close()
    assert [event.act for event in log.events()] == [act()]


def test_an_act_changed_past_the_guard_is_found_by_the_ledger(log: CaseLog) -> None:
    add(log, act())
    connection = sqlite3.connect(log.store.path, isolation_level=None)
    connection.execute("DROP TRIGGER case_events_no_UPDATE")
    connection.execute("UPDATE case_events SET actor = 'bob'")
    connection.close()
    with transaction(log.store.path) as inside:
        fault = first_disagreement(inside)
    assert fault is not None and "act 1" in fault.what


def test_a_damaged_store_takes_no_act(log: CaseLog) -> None:
    log.store.damage = "a page is gone"
    with pytest.raises(StoreError, match="damaged"):
        add(log, act())


# ---------------------------------------------------------------------------------------
# What acts come to
# ---------------------------------------------------------------------------------------

TOLD = st.one_of(
    st.sampled_from([act(), act("interest", "My neighbour"), act("decided", None, events=[1]), act("undone", None, events=[2], act=1)]),
    st.sampled_from([PROPOSED, act("approved", None, events=[3], act=1), act("returned", "Say more", act=1), ASKED]),
    st.integers(1, 12).map(lambda number: act("answered", "No", act=number)),
    st.sampled_from([None, "ada", "bob"]).map(lambda to: act("assigned", None, to=to)),
    st.sampled_from([None, "2026-04-30"]).map(lambda on: act("due", None, on=on)),
    st.sampled_from(["in_review", "query_sent", "investigating"]).map(lambda to: act("state", None, state=to)),
)  # fmt: skip


MOVED_TO = {
    "decided": "decided", "approved": "decided", "undone": "in_review", "returned": "in_review",
    "proposed": "awaiting_approval", "asked": "query_sent", "state": None,
}  # fmt: skip


def open_questions(told: list[Act]) -> list[int]:
    """Numbers of the questions that no later act answers."""
    return [
        number
        for number, one in enumerate(told, 1)
        if one.kind == "asked"
        and not any(later.kind == "answered" and later.detail["act"] == number for later in told[number:])
    ]


def closes(told: list[Act], place: int) -> bool:
    """Whether an act is an answer after which nothing is asked any more, of a case whose query is out."""
    before = told[:place]
    return (
        told[place].kind == "answered"
        and came_to(before)["state"] == "query_sent"
        and not open_questions(told[: place + 1])
    )


def came_to(told: list[Act]) -> dict[str, object]:
    """The same the slow way: each part is looked for from the end."""
    newest = {
        kind: next((one for one in reversed(told) if one.kind == kind), None) for kind in ("assigned", "due")
    }
    moves = [one for place, one in enumerate(told) if one.kind in MOVED_TO or closes(told, place)]
    assignee = newest["assigned"].detail["to"] if newest["assigned"] else None
    if moves:
        state = MOVED_TO.get(moves[-1].kind) or moves[-1].detail.get("state", "in_review")
    else:
        state = "assigned" if assignee else "new"
    due = newest["due"].detail["on"] if newest["due"] else None
    return {"version": len(told), "state": state, "assignee": assignee, "due": due}


@settings(max_examples=300)
@given(told=st.lists(TOLD, max_size=12))
def test_what_acts_come_to_is_what_one_would_read_off_them(told: list[Act]) -> None:
    state = CaseState()
    for number, one in enumerate(told, 1):
        state = after(state, CaseEvent(number, number, str(number), "", one))
    found = {name: getattr(state, name) for name in ("version", "state", "assignee")}
    assert found | {"due": state.due.isoformat() if state.due else None} == came_to(told)
    assert [event.sequence for event in state.questions] == open_questions(told)
    ends = [one.kind for one in told if one.kind in ("proposed", "approved", "decided", "undone", "returned")]
    assert (state.proposed is not None) == (ends[-1:] == ["proposed"])
    assert state.state in STATES
    assert state.interested == ({"ada"} if any(one.kind == "interest" for one in told) else set())


def test_missing_acts_are_damage(log: CaseLog) -> None:
    for version in range(3):
        add(log, act(), version=version, key=f"{version}")
    connection = sqlite3.connect(log.store.path)
    connection.execute("DROP TRIGGER case_events_no_DELETE")
    connection.execute("DELETE FROM case_events WHERE sequence = 2")
    connection.commit()
    connection.close()
    assert open_store(log.store.path).damage == "1 of its 3 acts are missing"
