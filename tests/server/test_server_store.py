"""The store on a real PostgreSQL server: the same as in a file, and kept by the same laws."""

from __future__ import annotations

import datetime as dt
import os
import random
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from postgresql import PASSWORD, RealServer

from fraudmatch.accounts import Account, Accounts
from fraudmatch.caselog import Act, CaseEvent, CaseLog
from fraudmatch.caselog.log import Telling
from fraudmatch.errors import ConflictError, DecisionError, FraudmatchError, StoreError
from fraudmatch.ledger.accounts import altered_account
from fraudmatch.ledger.chain import entries
from fraudmatch.ledger.decisions import first_disagreement
from fraudmatch.ledger.erased import OF_ACTS, erase_words, with_words
from fraudmatch.ledger.verify import verify
from fraudmatch.outcomes import Decision
from fraudmatch.outcomes.store import Store, open_store
from fraudmatch.place import Place, Server
from fraudmatch.site import Site
from fraudmatch.store import access
from fraudmatch.store.moving import copy_store
from fraudmatch.store.server import _connected

NOW = dt.datetime(2026, 3, 31, 14, 5, 9, tzinfo=dt.UTC)
DAY = dt.date(2026, 3, 1)


def decision(number: int, outcome: str = "cleared", **more: object) -> Decision:
    told = Decision(f"{number:032x}", "FM-CT-001", "northshire", outcome, DAY, decided_by="Ada Example")
    return replace(told, **more)  # type: ignore[arg-type]


def statement(place: Server, text: str) -> None:
    """What another program may try with the rights of ours."""
    raw = _connected(place)
    try:
        raw.cursor().execute(text)
        raw.commit()
    finally:
        raw.close()


def sound(place: Place) -> int:
    """Hold the chain, and every decision to its entry; how many entries there are."""
    with access.transaction(place) as connection:
        found = verify(entries(connection), [])
        assert found.fault is None and first_disagreement(connection) is None
    return found.entries


def acts(seed: int) -> list[tuple[Decision, str, int | None]]:
    """What people tell, good and bad: decisions, again under the same key, superseding what is not there …"""
    chance, told = random.Random(seed), []
    for number in range(60):
        flag = chance.randint(1, 12)
        made = decision(
            flag, chance.choice(["cleared", "error", "confirmed", "unresolved", "reopened"]),
            decided_on=DAY + dt.timedelta(days=chance.randint(-3, 3)), note=chance.choice([None, "100 % “seen” ? \n"]),
            minutes=chance.choice([None, 5]), value_actual_pence=chance.choice([None, 2**40]),
        )  # fmt: skip
        told.append(
            (made, f"key {chance.randint(0, number)}", chance.choice([None, None, chance.randint(1, 30)]))
        )
    return told


def tell(store: Store, told: tuple[Decision, str, int | None]) -> object:
    try:
        kept = store.record(told[0], key=told[1], recorded_at=NOW, supersedes=told[2])
        return kept.added, kept.event
    except (ConflictError, DecisionError) as error:
        return type(error), str(error)


@pytest.mark.parametrize("seed", range(6))
def test_every_act_ends_as_it_does_in_a_file(place: Server, tmp_path: Path, seed: int) -> None:
    on_server, in_file = open_store(place), open_store(tmp_path / "outcomes.sqlite")
    for told in acts(seed):
        assert tell(on_server, told) == tell(in_file, told)
    rows = [told for told, _, _ in acts(seed + 100)]
    given = {"kind": "file", "recorded_at": NOW}
    assert on_server.take(rows, **given) == in_file.take(rows, **given)  # type: ignore[arg-type]
    assert on_server.events() == in_file.events() and len(in_file.events()) > 10
    for day in (DAY - dt.timedelta(days=2), DAY, DAY + dt.timedelta(days=9)):
        for up_to in (None, 7):
            assert on_server.in_force(day, up_to=up_to).equals(in_file.in_force(day, up_to=up_to))
            assert on_server.decided(day, up_to=up_to).equals(in_file.decided(day, up_to=up_to))
        assert on_server.decided_after(day) == in_file.decided_after(day)
    assert on_server.newest(f"{1:032x}") == in_file.newest(f"{1:032x}")
    assert sound(place) == sound(in_file.path) == len(in_file.events())


@pytest.mark.parametrize(
    "text",
    [
        "UPDATE outcome_events SET outcome = 'confirmed'",
        "DELETE FROM outcome_events WHERE sequence = 2",
        "TRUNCATE outcome_events",
        "INSERT INTO outcome_events SELECT 9, 'k', recorded_at, NULL, 'other', rule_id, rule_version, partner, outcome, reason,"
        " decided_by, decided_on FROM outcome_events WHERE sequence = 1",
        "INSERT INTO outcome_events (sequence, idempotency_key, recorded_at, flag_key, rule_id, partner, outcome, decided_on)"
        " SELECT 3, 'k', recorded_at, flag_key, rule_id, partner, outcome, decided_on FROM outcome_events WHERE sequence = 1",
        "UPDATE ledger SET actor = 'somebody else' WHERE seq = 1",
        "DELETE FROM ledger",
        "UPDATE case_events SET note = ''",
        "TRUNCATE ledger",
        "INSERT INTO ledger SELECT 3, recorded_at, actor, role, partner, action, object, before_digest, after_digest, detail,"
        " prev, hash FROM ledger WHERE seq = 2",
        "INSERT INTO ledger SELECT 9, recorded_at, actor, role, partner, action, object, before_digest, after_digest, detail,"
        " hash, hash FROM ledger WHERE seq = 2",
    ],
)  # fmt: skip
def test_no_program_changes_removes_or_squeezes_in(place: Server, text: str) -> None:
    store = open_store(place)
    for number in (1, 2):
        store.record(decision(number), key=f"{number}", recorded_at=NOW, supersedes=None)
    before = store.events()
    with pytest.raises(Exception, match=r"never changed|added at the end"):
        statement(place, text)
    assert store.events() == before and sound(place) == 2


def test_many_writers_at_once_leave_no_gap_and_no_fork(place: Server) -> None:
    open_store(place)

    def write(writer: int) -> None:
        store = open_store(place)
        for number in range(15):
            told = decision(writer * 100 + number + 1)
            store.record(told, key=f"{writer}-{number}", recorded_at=NOW, supersedes=None)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(8)))
    assert [event.sequence for event in open_store(place).events()] == list(range(1, 121))
    assert sound(place) == 120


def test_two_people_about_one_flag_one_of_them_is_told(place: Server) -> None:
    store = open_store(place)
    store.record(decision(1), key="a", recorded_at=NOW, supersedes=None)

    def write(who: int) -> str:
        try:
            again = decision(1, "error", decided_by=f"Officer {who}")
            store.record(again, key=f"b{who}", recorded_at=NOW, supersedes=1)
            return "kept"
        except ConflictError:
            return "told"

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(write, range(4))) == ["kept", "told", "told", "told"]


def started_writer(place: Server, writer: int) -> subprocess.Popen[bytes]:
    script = Path(__file__).parent / "server_writer.py"
    return subprocess.Popen([sys.executable, script, place.name, str(writer)], stdout=subprocess.PIPE)


def acknowledged(writer: subprocess.Popen[bytes]) -> dict[str, int]:
    assert writer.stdout is not None
    with writer.stdout:
        whole = writer.stdout.read().decode()
    lines = [line for line in whole.splitlines(keepends=True) if line.endswith("\n")]
    return {key: int(sequence) for key, sequence in (line.split() for line in lines)}


def test_writers_are_killed_and_nothing_acknowledged_is_lost(place: Server) -> None:
    open_store(place)
    chance, told = random.Random(6), {}
    for writer in range(6):
        started = started_writer(place, writer)
        assert started.stdout is not None
        first = started.stdout.readline().decode().split()
        time.sleep(chance.uniform(0.05, 0.3))
        started.send_signal(signal.SIGKILL)
        told |= {first[0]: int(first[1])} | acknowledged(started)
        started.wait()
    held = {event.idempotency_key: event.sequence for event in open_store(place).events()}
    assert len(told) > 6 and told.items() <= held.items()
    assert sound(place) == len(held)


@pytest.mark.slow
def test_the_server_is_killed_and_nothing_acknowledged_is_lost(postgresql: RealServer, place: Server) -> None:
    open_store(place)
    told = {}
    for writer in range(3):
        started = started_writer(place, writer)
        assert started.stdout is not None
        first = started.stdout.readline().decode().split()
        time.sleep(0.3)
        postgresql.stop("immediate")
        told |= {first[0]: int(first[1])} | acknowledged(started)
        assert started.wait() != 0
        with pytest.raises(StoreError, match="cannot be opened"):
            open_store(place)
        postgresql.start()
    held = {event.idempotency_key: event.sequence for event in open_store(place).events()}
    assert len(told) > 3 and told.items() <= held.items()
    assert sound(place) == len(held)


def test_a_store_goes_to_the_server_and_back_unchanged(place: Server, tmp_path: Path) -> None:
    there, back = tmp_path / "outcomes.sqlite", tmp_path / "back.sqlite"
    store = open_store(there)
    for number, told in enumerate(acts(3)):
        tell(store, (told[0], f"{number}", told[2]))
    assert copy_store(there, place) == copy_store(place, back) == (len(store.events()),) * 2
    assert open_store(place).events() == open_store(back).events() == store.events()
    assert open_store(place).secret() == open_store(back).secret() == store.secret()
    assert sound(place) == sound(back) == sound(there)
    with pytest.raises(StoreError, match="holds a store already"):
        copy_store(there, place)
    with pytest.raises(StoreError, match="holds a store already"):
        copy_store(place, back)
    open_store(place).copy_to(tmp_path / "backup.sqlite")
    assert open_store(tmp_path / "backup.sqlite").events() == store.events()


def test_a_schema_with_something_else_in_it_is_left_alone(place: Server) -> None:
    statement(place, f'CREATE SCHEMA "{place.schema}"')
    statement(place, "CREATE TABLE theirs (a int)")
    with pytest.raises(StoreError, match="another program"):
        open_store(place)
    assert not access.exists(place)


def test_a_store_of_another_version_is_left_alone(place: Server) -> None:
    store = open_store(place)
    statement(place, "UPDATE alembic_version SET version_num = '0099'")
    with pytest.raises(StoreError, match="schema 99"):
        open_store(place)
    with pytest.raises(StoreError, match="another program"):
        store.record(decision(1), key="a", recorded_at=NOW, supersedes=None)
    with pytest.raises(StoreError, match="another version"), access.transaction(place):
        pass


def described(place: Server) -> list[tuple[object, ...]]:
    """Columns, constraints and triggers of a schema, without its name."""
    asked = (
        "SELECT table_name, column_name, data_type, is_nullable FROM information_schema.columns "
        "WHERE table_schema = current_schema() ORDER BY 1, 2",
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint "
        "WHERE connamespace = current_schema()::regnamespace ORDER BY 1, 2",
        "SELECT event_object_table, trigger_name, event_manipulation FROM information_schema.triggers "
        "WHERE trigger_schema = current_schema() ORDER BY 1, 2, 3",
    )
    with access.transaction(place) as connection:
        return [row for text in asked for row in connection.execute(text)]


def test_tables_of_an_older_program_are_brought_up_and_nothing_is_lost(place: Server) -> None:
    store = open_store(place)
    store.record(decision(1), key="a", recorded_at=NOW, supersedes=None)
    before, new = sound(place), described(place)
    for text in (
        "DROP TABLE accounts, case_events",
        "DROP FUNCTION case_events_stays, case_events_ends",
        "UPDATE alembic_version SET version_num = '0002'",
    ):
        statement(place, text)
    with pytest.raises(StoreError, match="another program"):
        store.record(decision(2), key="b", recorded_at=NOW, supersedes=None)
    assert [event.decision for event in open_store(place).events()] == [decision(1)]
    assert described(place) == new and sound(place) == before
    assert open_store(place).record(decision(2), key="b", recorded_at=NOW, supersedes=None).added


@pytest.mark.parametrize(
    "wrong", [{"password": "wrong"}, {"port": 1}, {"database": "none"}, {"user": "nobody"}]
)
def test_a_server_that_cannot_be_reached_is_told_without_the_password(
    place: Server, wrong: dict[str, object]
) -> None:
    elsewhere = replace(place, **wrong)  # type: ignore[arg-type]
    for act in (lambda: open_store(elsewhere), lambda: access.exists(elsewhere)):
        with pytest.raises(StoreError) as caught:
            act()
        assert PASSWORD not in str(caught.value) and "wrong" not in str(caught.value)
        assert isinstance(caught.value, FraudmatchError) and caught.value.remedy
    assert PASSWORD not in repr(elsewhere)


def test_an_account_that_may_only_add_is_enough_once_the_tables_are_there(place: Server) -> None:
    store = open_store(place)
    store.record(decision(1), key="a", recorded_at=NOW, supersedes=None)
    for text in (
        f"CREATE ROLE {place.schema} LOGIN PASSWORD 'nights'",
        f'GRANT USAGE ON SCHEMA "{place.schema}" TO {place.schema}',
        f'GRANT SELECT ON ALL TABLES IN SCHEMA "{place.schema}" TO {place.schema}',
        f"GRANT INSERT, UPDATE ON outcome_events, ledger TO {place.schema}",
        f"GRANT INSERT ON case_events TO {place.schema}",
    ):
        statement(place, text)
    nights = replace(place, user=place.schema, password="nights")
    assert open_store(nights).record(decision(2), key="b", recorded_at=NOW, supersedes=None).added
    CaseLog(open_store(nights)).add(act(1), key="x", version=0, recorded_at=NOW)
    assert sound(nights) == 3
    for text in (
        "ALTER TABLE outcome_events DISABLE TRIGGER ALL",
        "UPDATE outcome_events SET note = ''",
        "DELETE FROM ledger",
        "UPDATE case_events SET note = ''",
        "INSERT INTO accounts SELECT 'eve', 'Eve', NULL, '[]', NULL, 1, ''",
        "UPDATE store_secrets SET secret = ''",
        "DROP TABLE ledger",
    ):
        with pytest.raises(Exception, match=r"must be owner|never changed|permission denied"):
            statement(nights, text)


def test_an_account_that_keeps_the_accounts_of_people_needs_no_more_than_is_told(place: Server) -> None:
    open_store(place)
    for text in (
        f"CREATE ROLE {place.schema}_people LOGIN PASSWORD 'people'",
        f'GRANT USAGE ON SCHEMA "{place.schema}" TO {place.schema}_people',
        f'GRANT SELECT ON ALL TABLES IN SCHEMA "{place.schema}" TO {place.schema}_people',
        f"GRANT INSERT, UPDATE ON outcome_events, ledger, accounts TO {place.schema}_people",
    ):
        statement(place, text)
    people = replace(place, user=f"{place.schema}_people", password="people")
    site = cast(Site, SimpleNamespace(outcomes_store=people, partner_ids=("northshire",)))
    ada = Account("ada", "Ada Example", "northshire", ("investigator",))
    Accounts(site).add(ada, "three good words", by="root", recorded_at=NOW)
    Accounts(site).change(replace(ada, active=False), by="root", recorded_at=NOW)
    with access.transaction(people) as connection:
        assert altered_account(connection) is None
    with pytest.raises(Exception, match="permission denied"):
        statement(people, "DELETE FROM accounts")
    statement(people, "UPDATE accounts SET active = 1")
    with access.transaction(people) as connection:
        assert "another one now" in str(altered_account(connection))


@pytest.mark.parametrize("seed", range(4))
def test_every_act_about_a_case_ends_as_it_does_in_a_file(place: Server, tmp_path: Path, seed: int) -> None:
    on_server, in_file = CaseLog(open_store(place)), CaseLog(open_store(tmp_path / "outcomes.sqlite"))
    chance, refused = random.Random(seed), 0
    for number in range(60):
        told = act(chance.randint(1, 6), kind=chance.choice(["note", "note", "decided", "interest", "none"]))
        tells = [Telling(decision(chance.randint(1, 9)), chance.choice([None, None, 1]))] * (
            told.kind == "decided"
        )
        given = {
            "key": f"key {chance.randint(0, number)}", "version": chance.choice([None, 0, 1, 2, 3]),
            "recorded_at": NOW, "tells": tells,
        }  # fmt: skip
        ends = [_ended(log, told, given) for log in (on_server, in_file)]
        assert ends[0] == ends[1]
        refused += not isinstance(ends[0], CaseEvent)
    assert on_server.events() == in_file.events() and len(in_file.events()) > 5 and refused > 5
    assert on_server.store.events() == in_file.store.events()
    assert sound(place) == sound(tmp_path / "outcomes.sqlite")


def _ended(log: CaseLog, told: Act, given: dict[str, Any]) -> object:
    try:
        return log.add(told, **given)
    except (ConflictError, DecisionError) as error:
        return type(error), str(error)


def test_missing_acts_are_damage(place: Server) -> None:
    log = CaseLog(open_store(place))
    for number in (1, 2, 3):
        log.add(act(number), key=f"{number}", version=0, recorded_at=NOW)
    assert open_store(place).damage == ""
    for text in ("ALTER TABLE case_events DISABLE TRIGGER ALL", "DELETE FROM case_events WHERE sequence = 2"):
        statement(place, text)
    assert open_store(place).damage == "1 of its 3 acts are missing"


def test_a_writer_that_waits_too_long_is_told(place: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    store = open_store(place)
    monkeypatch.setattr("fraudmatch.store.server.PATIENCE", 1)
    with (
        access.transaction(place, writes=True),
        pytest.raises(StoreError, match="could not confirm") as caught,
    ):
        store.record(decision(1), key="a", recorded_at=NOW, supersedes=None)
    assert "Another program wrote to it" in str(caught.value)
    assert store.record(decision(1), key="a", recorded_at=NOW, supersedes=None).added
    assert os.environ["FRAUDMATCH_STORE"]


def act(number: int, **more: object) -> Act:
    told = Act(
        f"{number:016x}", (f"{number:032x}",), "northshire", "ada", "note", {}, f"Rang Nobodysuch{number}"
    )
    return replace(told, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("where", ["server", "file"])
def test_acts_about_cases_are_kept_moved_and_erased_alike(place: Server, tmp_path: Path, where: str) -> None:
    there: Place = place if where == "server" else tmp_path / "outcomes.sqlite"
    log = CaseLog(open_store(there))
    tells = (Telling(decision(1), None),)
    log.add(act(1), key="a", version=0, recorded_at=NOW)
    log.add(act(1, kind="decided", note=None), key="b", version=1, recorded_at=NOW, tells=tells)
    log.add(act(2), key="c", version=None, recorded_at=NOW)
    for wrong, error in (
        (lambda: log.add(act(1), key="d", version=1, recorded_at=NOW), ConflictError),
        (
            lambda: log.add(
                act(3, kind="decided", note=None), key="e", version=0, recorded_at=NOW, tells=tells
            ),
            ConflictError,
        ),
        (lambda: log.add(act(1, kind="none"), key="f", version=2, recorded_at=NOW), DecisionError),
        (lambda: log.add(act(9), key="a", version=0, recorded_at=NOW), DecisionError),
    ):
        with pytest.raises(error):
            wrong()
    assert [(event.sequence, event.version, event.act.kind) for event in log.events()] == [
        (1, 1, "note"), (2, 2, "decided"), (3, 1, "note"),
    ]  # fmt: skip
    assert log.events()[1].act.detail == {"events": [1]} and sound(there) == 4
    moved = tmp_path / "moved.sqlite"
    copy_store(there, moved)
    assert CaseLog(open_store(moved)).events() == log.events() and sound(moved) == 4
    assert erase_words(there, {1, 9}, "R. Green", OF_ACTS) == 1
    assert [number for number, _, _ in with_words(there, OF_ACTS)] == [2, 3]
    assert [(event.act.actor, event.act.note) for event in log.events()] == [
        ("erased", None), ("ada", None), ("ada", "Rang Nobodysuch2"),
    ]  # fmt: skip
    assert sound(there) == 5
    for text in ("UPDATE case_events SET actor = 'bob'", "DELETE FROM case_events"):
        with pytest.raises(StoreError), access.transaction(there, writes=True) as connection:
            connection.execute(text)


def test_writers_of_acts_at_once_leave_no_gap(place: Server) -> None:
    def write(name: int) -> None:
        log = CaseLog(open_store(place))
        for number in range(6):
            log.add(act(number, actor=f"w{name}"), key=f"{name}-{number}", version=None, recorded_at=NOW)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(8)))
    events = CaseLog(open_store(place)).events()
    assert [event.sequence for event in events] == list(range(1, 49)) and sound(place) == 48
    for number in range(6):
        of_case = [event.version for event in events if event.act.case_key == f"{number:016x}"]
        assert of_case == list(range(1, 9))


@pytest.mark.parametrize("where", ["server", "file"])
def test_words_are_erased_and_the_guard_stands_again(place: Server, tmp_path: Path, where: str) -> None:
    there: Place = place if where == "server" else tmp_path / "outcomes.sqlite"
    store = open_store(there)
    for number in (1, 2):
        told = decision(number, note=f"Rang Nobodysuch{number}", decided_by="A. Officer")
        store.record(told, key=f"{number}", recorded_at=NOW, supersedes=None)
    assert [number for number, _, _ in with_words(there)] == [1, 2]
    assert erase_words(there, {1, 7}, "R. Green") == 1
    assert erase_words(there, {1}, "R. Green") == 0
    first, second = open_store(there).events()
    assert (first.decision.note, first.decision.decided_by) == (None, None)
    assert second.decision.note == "Rang Nobodysuch2"
    assert [number for number, _, _ in with_words(there)] == [2]
    assert sound(there) == 3
    with pytest.raises(StoreError), access.transaction(there, writes=True) as connection:
        connection.execute("UPDATE outcome_events SET minutes = 1")
    assert sound(there) == 3
