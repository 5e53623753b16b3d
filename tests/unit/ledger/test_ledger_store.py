"""The ledger of a site: one transaction with the decision, migrated, held to the runs, entered or not done."""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from fraudmatch.accounts import Account, Accounts
from fraudmatch.caselog import Act, CaseLog
from fraudmatch.errors import DecisionError, LedgerError, StoreError
from fraudmatch.ledger.chain import entries, head_of
from fraudmatch.ledger.decisions import first_disagreement
from fraudmatch.ledger.entering import enter
from fraudmatch.ledger.entry import FIELDS, Entry, Head
from fraudmatch.ledger.night import night_entered
from fraudmatch.ledger.whole import check_before_run, misfits, verify_site
from fraudmatch.outcomes import Decision
from fraudmatch.outcomes.store import Store, open_store
from fraudmatch.site import Site, load_site
from fraudmatch.store.file import transaction
from fraudmatch.store.snapshot import snapshot
from fraudmatch.store.tables import CASE_EVENTS

HERE = Path(__file__).parent
MOMENT = dt.datetime(2026, 3, 31, 14, 5, 9, tzinfo=dt.UTC)
DAY = dt.date(2026, 3, 31)
SITE = 'name = "Two councils"\n[[partner]]\nid = "northshire"\nname = "Northshire"\n'
NOTE = "Rang Peregrine Ashmole at 7 Quince Lane"


@pytest.fixture
def site(tmp_path: Path) -> Site:
    folder = tmp_path / "site"
    folder.mkdir()
    (folder / "site.toml").write_text(SITE, encoding="utf-8")
    return load_site(folder)


def decision(number: int, **more) -> Decision:
    told = {"decided_on": DAY, "decided_by": "Ada Example", "note": NOTE} | more
    return Decision(f"{number:032x}", "FM-CT-001", "northshire", "cleared", **told)


def record(store: Store, number: int, supersedes=None, **more) -> None:
    key = f"{number}-{supersedes}-{sorted(more)}"
    store.record(decision(number, **more), key=key, recorded_at=MOMENT, supersedes=supersedes)


def ledger(site: Site) -> list[Entry]:
    with transaction(site.outcomes_store) as connection:
        return [Entry(*row) for row in entries(connection)]


def unguarded(site: Site) -> sqlite3.Connection:
    """The file in the hands of somebody who may do anything."""
    connection = sqlite3.connect(site.outcomes_store, isolation_level=None)
    for table in ("ledger", "outcome_events", "case_events"):
        for what in ("no_UPDATE", "no_DELETE", "next_only"):
            connection.execute(f"DROP TRIGGER {table}_{what}")
    return connection


def publish(site: Site, run_id: str, **told) -> Head:
    """A night as `exercise` enters it, without a night."""
    newest = (
        (site.runs_folder / "latest.txt").read_text() if (site.runs_folder / "latest.txt").exists() else None
    )
    with night_entered(site, DAY, newest, ()) as entered:
        printed = entered.printed(run_id)
        folder = site.runs_folder / run_id
        folder.mkdir(parents=True, exist_ok=True)
        manifest = {
            "run_id": run_id, "deliveries": [], "flags": 3, "changes": [],
            "ledger": {"seq": printed.head.seq, "hash": printed.head.hash},
        } | told  # fmt: skip
        (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
        entered.published(folder)
    (site.runs_folder / "latest.txt").write_text(run_id)
    return printed.head


# ---------------------------------------------------------------------------------------
# Decisions
# ---------------------------------------------------------------------------------------


def test_a_decision_and_its_entry_are_one(site):
    store = open_store(site.outcomes_store)
    record(store, 1)
    record(store, 1, supersedes=1, minutes=9)
    store.take([decision(2), decision(3)], kind="file", recorded_at=MOMENT)
    told = ledger(site)
    assert [entry.action for entry in told] == ["decision.recorded"] * 4
    assert [json.loads(entry.detail) for entry in told] == [{"event": number} for number in (1, 2, 3, 4)]
    assert told[0].actor == "Ada Example" and told[1].before_digest == told[0].after_digest
    assert verify_site(site, None).fault is None
    # told again it adds neither
    store.take([decision(2)], kind="file", recorded_at=MOMENT)
    record(store, 1)
    assert len(ledger(site)) == len(store.events()) == 4


def test_where_the_entry_fails_the_decision_fails(site, monkeypatch):
    store = open_store(site.outcomes_store)
    record(store, 1)
    connection = sqlite3.connect(site.outcomes_store)
    connection.execute(
        "CREATE TRIGGER full BEFORE INSERT ON ledger BEGIN SELECT RAISE(ABORT, 'no more'); END"
    )
    connection.close()
    with pytest.raises(StoreError, match="no more"):
        record(store, 2)
    with pytest.raises(StoreError, match="no more"):
        store.take([decision(3)], kind="file", recorded_at=MOMENT)
    with pytest.raises(StoreError, match="no more"):
        enter(site, "record.viewed")
    assert len(store.events()) == len(ledger(site)) == 1


def test_no_program_can_change_remove_or_slip_in_an_entry(site):
    record(open_store(site.outcomes_store), 1)
    record(open_store(site.outcomes_store), 2)
    row = ledger(site)[0].row()
    with contextlib.closing(sqlite3.connect(site.outcomes_store)) as connection:
        names, marks = ", ".join(FIELDS), ", ".join("?" * len(FIELDS))
        for statement, values in (
            ("UPDATE ledger SET actor = 'x'", ()),
            ("DELETE FROM ledger WHERE seq = 2", ()),
            (f"INSERT INTO ledger ({names}) VALUES ({marks})", (9, *row[1:])),
            (f"INSERT INTO ledger ({names}) VALUES ({marks})", (3, *row[1:])),
            (f"INSERT OR REPLACE INTO ledger ({names}) VALUES ({marks})", row),
        ):
            with pytest.raises(sqlite3.IntegrityError):
                connection.execute(statement, values)
    assert len(ledger(site)) == 2


@pytest.mark.parametrize(
    ("statement", "bad"),
    [
        ("UPDATE outcome_events SET note = 'Rang nobody' WHERE sequence = 2", 2),
        ("UPDATE outcome_events SET outcome = 'confirmed', reason = NULL WHERE sequence = 3", 3),
        ("DELETE FROM outcome_events WHERE sequence = 1", 1),
        ("INSERT INTO outcome_events SELECT 9, 'z', recorded_at, NULL, 'f', rule_id, rule_version, partner, outcome,"
         " reason, decided_by, decided_on, minutes, value_actual_pence, value_estimate_pence, value_notional_pence,"
         " value_prevented_pence, note, left_ref, right_ref, basis FROM outcome_events WHERE sequence = 1", 4),
    ],
)  # fmt: skip
def test_a_decision_altered_behind_the_ledgers_back_is_found(site, statement, bad):
    store = open_store(site.outcomes_store)
    for number in (1, 2, 3):
        record(store, number)
    with contextlib.closing(unguarded(site)) as connection:
        assert connection.execute(statement).rowcount == 1
    found = verify_site(site, None)
    assert found.fault is not None and found.fault.seq == bad


@pytest.mark.parametrize("column", [column.name for column in CASE_EVENTS.columns])
@pytest.mark.parametrize("number", [1, 2, 3])
def test_every_field_of_every_act_is_held(site, number, column):
    log = CaseLog(open_store(site.outcomes_store))
    for case in (1, 2, 1):
        told = Act(f"{case:016x}", (f"{case:032x}",), "northshire", "ada", "due", {"on": "2026-04-01"}, NOTE)
        log.add(told, key=f"{len(log.events())}", version=None, recorded_at=MOMENT)
    assert verify_site(site, None).fault is None
    other = "7" if column in ("sequence", "version") else "'another'"
    with contextlib.closing(unguarded(site)) as connection:
        changed = f"UPDATE case_events SET {column} = {other} WHERE sequence = {number}"
        assert connection.execute(changed).rowcount == 1
    found = verify_site(site, None)
    assert found.fault is not None and found.fault.seq == number


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE accounts SET roles = '[\"supervisor\"]' WHERE username = 'ada'", "another one now"),
        ("UPDATE accounts SET password_hash = 'known to somebody else' WHERE username = 'ada'", "another one now"),
        ("UPDATE accounts SET active = 1 WHERE username = 'bob'", "another one now"),
        ("DELETE FROM accounts WHERE username = 'bob'", "not in the store any more"),
        ("INSERT INTO accounts SELECT 'eve', display_name, partner, roles, password_hash, 1, changed_at FROM accounts"
         " WHERE username = 'ada'", "an account has no entry"),
    ],
)  # fmt: skip
def test_an_account_altered_behind_the_ledgers_back_is_found(site, statement, said):
    accounts = Accounts(site)
    for name in ("ada", "bob"):
        made = Account(name, name.title(), "northshire", ("investigator",))
        accounts.add(made, "three good words", by="root", recorded_at=MOMENT)
    accounts.change(replace(made, active=False), by="root", recorded_at=MOMENT)
    assert verify_site(site, None).fault is None
    with contextlib.closing(sqlite3.connect(site.outcomes_store, isolation_level=None)) as connection:
        assert connection.execute(statement).rowcount == 1
    found = verify_site(site, None)
    assert found.fault is not None and said in found.fault.what


def test_the_ledger_holds_no_value_and_no_digest_that_can_be_guessed(site):
    record(open_store(site.outcomes_store), 1, left_ref="northshire:council_tax:A:1")
    enter(site, "record.viewed", keyed={"left": "northshire:council_tax:A:1"}, detail={"rule": "FM-CT-001"})
    text = " ".join(str(part) for entry in ledger(site) for part in entry.row())
    for value in ("Peregrine", "Ashmole", "Quince", "A:1", "council_tax"):
        assert value not in text
    digest = json.loads(ledger(site)[1].detail)["left"]
    assert len(digest) == 64
    for guess in ("northshire:council_tax:A:1", '{"value":"northshire:council_tax:A:1"}'):
        assert hashlib.sha256(guess.encode()).hexdigest() != digest
    enter(site, "record.viewed", keyed={"left": "northshire:council_tax:A:1"})
    assert json.loads(ledger(site)[2].detail)["left"] == digest  # the same record can be counted


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="the writers are forked")
def test_a_writer_killed_fifty_times_leaves_as_many_entries_as_decisions(site):
    open_store(site.outcomes_store)
    script = HERE.parent / "outcomes" / "killed_writers.py"
    subprocess.run([sys.executable, script, site.outcomes_store, "50"], capture_output=True, check=True)
    told = [entry for entry in ledger(site) if entry.action == "decision.recorded"]
    assert len(told) == len(open_store(site.outcomes_store).events()) > 50
    assert verify_site(site, None).fault is None


# ---------------------------------------------------------------------------------------
# The file
# ---------------------------------------------------------------------------------------


def test_a_store_from_before_the_ledger_is_brought_up_with_an_entry_for_each_decision(site):
    with contextlib.closing(sqlite3.connect(site.outcomes_store)) as connection:
        connection.executescript((HERE / "schema_1.sql").read_text(encoding="utf-8"))
    enter(site, "record.viewed")
    told = ledger(site)
    assert [entry.action for entry in told] == ["decision.stood"] * 3 + ["record.viewed"]
    assert told[2].before_digest == told[0].after_digest and told[0].actor == "fraudmatch"
    assert verify_site(site, None).fault is None  # so the migration hashes as the program does
    store = open_store(site.outcomes_store)
    assert [event.decision.outcome for event in store.events()] == ["cleared", "confirmed", "error"]
    record(store, 9)
    assert verify_site(site, None).fault is None
    assert (site.root / "outcomes.sqlite.schema-1").exists()


def test_a_new_file_is_what_the_migrations_make(site):
    """After a new migration: python -m fraudmatch.store.snapshot > fraudmatch/store/schema.sql."""
    written = (HERE.parents[2] / "fraudmatch/store/schema.sql").read_text(encoding="utf-8")
    assert written == snapshot()


def test_each_file_has_a_secret_of_its_own(site, tmp_path):
    open_store(site.outcomes_store)
    open_store(tmp_path / "other.sqlite")
    found = set()
    for path in (site.outcomes_store, tmp_path / "other.sqlite"):
        with transaction(path) as connection:
            found.add(connection.execute("SELECT secret FROM store_secrets").fetchone()[0])
    assert len(found) == 2 and all(len(each) == 32 for each in found)


# ---------------------------------------------------------------------------------------
# Nights
# ---------------------------------------------------------------------------------------


def test_a_night_prints_the_head_from_before_it_and_the_same_again(site):
    record(open_store(site.outcomes_store), 1)
    before = verify_site(site, None).head
    assert publish(site, "2026-03-31-a") == before
    record(open_store(site.outcomes_store), 2)
    assert publish(site, "2026-03-31-a") == before  # the same night again
    assert publish(site, "2026-03-31-b").seq == len(ledger(site)) - 2
    assert [entry.action for entry in ledger(site) if entry.action.startswith("run")] == [
        "run.begun", "run.published"
    ] * 3  # fmt: skip
    assert verify_site(site, "2026-03-31-b").anchors == 2


def test_what_a_failed_attempt_enters_changes_no_report(site):
    record(open_store(site.outcomes_store), 1)
    before = verify_site(site, None).head
    for error in (DecisionError("no"), KeyboardInterrupt(), MemoryError()):
        with pytest.raises(type(error)), night_entered(site, DAY, None, ()):
            raise error
    failed = [json.loads(entry.detail) for entry in ledger(site) if entry.action == "run.failed"]
    assert [(each["exit_code"], each["error"]) for each in failed] == [
        (2, "FM115"), (130, "KeyboardInterrupt"), (1, "MemoryError")
    ]  # fmt: skip
    assert publish(site, "2026-03-31-a") == before


def test_a_change_of_rules_is_entered_once(site):
    change = {
        "name": "rules/x.toml", "kind": "rule", "before": "a" * 64, "after": "b" * 64, "partner": None,
        "by": None, "on": None,
    }  # fmt: skip
    for _ in range(2):
        with pytest.raises(DecisionError), night_entered(site, DAY, None, [change]):
            raise DecisionError("no")
    (entry,) = [entry for entry in ledger(site) if entry.action == "settings.changed"]
    assert (entry.object, entry.before_digest, entry.after_digest) == ("rules/x.toml", "a" * 64, "b" * 64)


def test_an_older_store_put_in_place_stops_the_next_night_until_a_person_accepts_it(site, tmp_path):
    record(open_store(site.outcomes_store), 1)
    publish(site, "2026-03-31-a")
    shutil.copyfile(site.outcomes_store, tmp_path / "older")
    record(open_store(site.outcomes_store), 2)
    publish(site, "2026-03-31-b")
    shutil.copyfile(tmp_path / "older", site.outcomes_store)
    with pytest.raises(LedgerError, match=r"entry 4: is missing.*told to others") as refused:
        check_before_run(site, "2026-03-31-b")
    assert "accept-rollback" in str(refused.value)
    assert verify_site(site, "2026-03-31-b").fault.seq == 4
    runs = misfits(site)
    assert [run.run_id for run in runs] == ["2026-03-31-b"]
    enter(
        site, "ledger.rollback_accepted", by="Ada Example", of="2026-03-31-b",
        detail={"manifests": [run.digest for run in runs]},
    )  # fmt: skip
    check_before_run(site, "2026-03-31-b")
    assert verify_site(site, "2026-03-31-b").fault is None
    publish(site, "2026-04-01-c")


def test_a_store_of_before_the_newest_run_but_after_its_head_is_found(site, tmp_path):
    publish(site, "2026-03-31-a")
    shutil.copyfile(site.outcomes_store, tmp_path / "older")
    publish(site, "2026-03-31-b")  # nothing between the two: the head that b prints is still there
    shutil.copyfile(tmp_path / "older", site.outcomes_store)
    with pytest.raises(LedgerError, match="that run 2026-03-31-b was published"):
        check_before_run(site, "2026-03-31-b")


def test_a_store_taken_away_or_a_manifest_rewritten_is_found(site):
    publish(site, "2026-03-31-a")
    manifest = site.runs_folder / "2026-03-31-a" / "manifest.json"
    told = manifest.read_text()
    manifest.write_text(told.replace('"flags": 3', '"flags": 2'))
    with pytest.raises(LedgerError, match="is not the one that was published"):
        check_before_run(site, "2026-03-31-a")
    manifest.write_text(told)
    check_before_run(site, "2026-03-31-a")
    site.outcomes_store.unlink()
    with pytest.raises(LedgerError, match="there is no store"):
        check_before_run(site, "2026-03-31-a")


def test_a_run_from_before_the_ledger_asks_nothing(site):
    folder = site.runs_folder / "2026-03-30-z"
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text('{"run_id": "2026-03-30-z", "deliveries": []}')
    assert check_before_run(site, "2026-03-30-z") == Head()


def test_a_forged_tail_is_found_by_a_head_in_a_kept_manifest(site):
    from ledger_rows import rehashed

    for number in (1, 2, 3):
        record(open_store(site.outcomes_store), number)
    publish(site, "2026-03-31-a")
    with contextlib.closing(unguarded(site)) as connection:
        whole = [tuple(row) for row in entries(connection)]
        whole[1] = (*whole[1][:2], "Somebody", *whole[1][3:])
        connection.execute("DELETE FROM ledger")
        connection.executemany(
            f"INSERT INTO ledger ({', '.join(FIELDS)}) VALUES ({', '.join('?' * len(FIELDS))})",
            rehashed(whole, 1),
        )
        assert head_of(connection).seq == 5 and first_disagreement(connection) is None
    assert verify_site(site, "2026-03-31-a").fault.seq == 3
    with pytest.raises(LedgerError, match="hashed again"):
        check_before_run(site, "2026-03-31-a")
