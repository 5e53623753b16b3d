"""The store of outcomes: what is kept, what is refused, and what a damaged or foreign file does."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st
from outcome_tables import DAY, MOMENT, decision, flag

from fraudmatch.errors import ConflictError, DecisionError, StoreError
from fraudmatch.outcomes import key_of
from fraudmatch.outcomes.store import Store, open_store
from fraudmatch.store.connecting import copy_file, engine_of
from fraudmatch.store.file import has_events, transaction
from fraudmatch.store.migrating import bring_up
from fraudmatch.store.tables import METADATA, SCHEMA_VERSION

HERE = Path(__file__).parent


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store(tmp_path / "outcomes.sqlite")


def record(store: Store, told, *, supersedes=None, key="a"):
    return store.record(told, key=key, recorded_at=MOMENT, supersedes=supersedes)


def raw(store: Store) -> sqlite3.Connection:
    """The file as any other program opens it, without our settings."""
    return sqlite3.connect(store.path, isolation_level=None)


def test_a_decision_comes_back_as_it_was_told(store):
    told = decision(
        reason="moved", minutes=25, value_actual_pence=125_050, note="Letter sent\n“seen”", rule_version=3,
        left_ref="northshire:council_tax:A:1", right_ref="southshire:payroll:9", basis='{"facts":{"x":null}}',
    )  # fmt: skip
    record(store, told)
    (event,) = open_store(store.path).events()
    assert event.decision == told
    assert (event.sequence, event.supersedes, event.recorded_at) == (1, None, "2026-03-31T14:05:09Z")


@pytest.mark.parametrize("read", ["transaction", "has_events", "copy_file", "open_store"])
def test_what_only_reads_takes_back_the_half_transaction_of_a_killed_writer(store, tmp_path, read):
    record(store, decision())
    killed = tmp_path / "killed" / "outcomes.sqlite"
    killed.parent.mkdir()
    writer = raw(store)
    writer.execute("PRAGMA cache_size = 1")  # so that pages are written before the transaction ends
    writer.execute("BEGIN IMMEDIATE")
    writer.execute("CREATE TABLE half AS SELECT randomblob(100000)")
    for suffix in ("", "-journal"):
        shutil.copyfile(f"{store.path}{suffix}", f"{killed}{suffix}")
    writer.close()
    assert Path(f"{killed}-journal").stat().st_size > 0 and killed.stat().st_size > 100_000
    if read == "transaction":
        with transaction(killed) as connection:
            assert connection.execute("SELECT count(*) FROM outcome_events").fetchone() == (1,)
    elif read == "has_events":
        assert has_events(killed)
    elif read == "copy_file":
        copy_file(killed, killed.with_name("copy.sqlite"))
        assert len(open_store(killed.with_name("copy.sqlite")).events()) == 1
    else:
        assert len(open_store(killed).events()) == 1
    assert killed.stat().st_size < 100_000


def test_told_twice_under_one_key_it_is_kept_once(store):
    first = record(store, decision())
    again = store.record(decision(), key="a", recorded_at=MOMENT + dt.timedelta(days=9), supersedes=None)
    assert first.added and not again.added and again.event == first.event and len(store.events()) == 1
    # also when somebody decided the flag in between: the act was done then
    record(store, decision(outcome="error"), supersedes=1, key="b")
    assert not record(store, decision()).added
    with pytest.raises(DecisionError, match="event 1"):
        record(store, decision(minutes=5))
    assert len(store.events()) == 2


@pytest.mark.parametrize("stale", [None, 1, 7])
def test_a_decision_about_an_older_state_is_a_conflict_and_changes_nothing(store, stale):
    record(store, decision())
    record(store, decision(outcome="error", decided_by="Bo Example"), supersedes=1, key="b")
    with pytest.raises(ConflictError, match=r"error on 2026-03-01 by Bo Example \(event 2\)"):
        record(store, decision(outcome="confirmed"), supersedes=stale, key="c")
    assert [event.sequence for event in store.events()] == [1, 2]


def test_a_flag_without_events_has_nothing_to_supersede(store):
    record(store, decision(2))
    with pytest.raises(ConflictError, match="no event 1"):
        record(store, decision(1), supersedes=1, key="b")


@pytest.mark.parametrize(
    "bad",
    [
        {"outcome": "guilty"}, {"reason": "because"}, {"outcome": "error", "reason": "moved"}, {"minutes": -1},
        {"value_actual_pence": -1}, {"note": ""}, {"note": "x" * 2001}, {"decided_by": "a\x00b"},
    ],
)  # fmt: skip
def test_a_decision_that_cannot_be_is_refused_without_its_value(store, bad):
    with pytest.raises(DecisionError) as caught:
        record(store, decision(**bad))
    name = next(reversed(bad)).removesuffix("_pence")
    assert [problem.where for problem in caught.value.problems] == [name] and not store.events()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE outcome_events SET outcome = 'cleared'",
        "UPDATE outcome_events SET note = NULL WHERE sequence = 1",
        "DELETE FROM outcome_events",
        "DELETE FROM outcome_events WHERE sequence = 2",
        "INSERT OR REPLACE INTO outcome_events SELECT * FROM outcome_events WHERE sequence = 1",
        "INSERT OR REPLACE INTO outcome_events (sequence, idempotency_key, recorded_at, flag_key, rule_id, partner,"
        " outcome, decided_on) VALUES (3, 'a', '', 'f', 'r', 'p', 'error', '2026-01-01')",
        "INSERT OR REPLACE INTO outcome_events (sequence, idempotency_key, recorded_at, flag_key, rule_id, partner,"
        " outcome, decided_on, supersedes) VALUES (3, 'z', '', 'f', 'r', 'p', 'error', '2026-01-01', 1)",
        f"INSERT INTO outcome_events (sequence, idempotency_key, recorded_at, flag_key, rule_id, partner,"
        f" outcome, decided_on) VALUES (3, 'z', '', '{flag(1)}', 'r', 'p', 'error', '2026-01-01')",
        "INSERT INTO outcome_events (sequence, idempotency_key, recorded_at, flag_key, rule_id, partner,"
        " outcome, decided_on) VALUES (9, 'z', '', 'f', 'r', 'p', 'error', '2026-01-01')",
    ],
)
def test_the_file_itself_refuses_to_alter_what_was_decided(store, statement):
    record(store, decision(outcome="confirmed"))
    record(store, decision(outcome="error"), supersedes=1, key="b")
    before = store.events()
    connection = raw(store)
    with pytest.raises(sqlite3.IntegrityError):
        connection.execute(statement)
    connection.close()
    assert open_store(store.path).events() == before


def test_the_settings_that_keep_decisions_hold_on_every_connection(store):
    for _ in range(2):
        with engine_of(store.path).connect() as connection:
            asked = ("journal_mode", "synchronous", "foreign_keys", "secure_delete", "busy_timeout")
            found = [connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in asked]
        assert found == ["truncate", 3, 1, 1, 10_000]


@pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX's")
def test_only_the_owner_may_read_the_file(store):
    assert store.path.stat().st_mode & 0o777 == 0o600


def test_the_migrations_make_the_schema_the_program_expects(store):
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    with engine_of(store.path).connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []
        assert connection.exec_driver_sql("PRAGMA user_version").scalar_one() == SCHEMA_VERSION
        assert (
            connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar_one()
            == f"{SCHEMA_VERSION:04}"
        )


# ---------------------------------------------------------------------------------------
# What counts on a date
# ---------------------------------------------------------------------------------------


def test_the_newest_event_by_then_counts_by_sequence_and_not_by_day(store):
    later = DAY + dt.timedelta(days=10)
    record(store, decision(outcome="confirmed", decided_on=later))
    assert store.in_force(DAY).num_rows == 0 and store.decided_after(DAY) == 1
    record(
        store, decision(outcome="error", minutes=7), supersedes=1, key="b"
    )  # told later, about an earlier day
    for day in (DAY, later, dt.date(2030, 1, 1)):
        assert store.in_force(day).to_pylist() == [
            {"flag_key": flag(1), "rule_id": "FM-CT-001", "partner": "northshire", "outcome": "error",
             "decided_on": DAY, "minutes": 7, "value_actual_pence": None, "value_estimate_pence": None,
             "value_notional_pence": None, "value_prevented_pence": None, "note": None}
        ]  # fmt: skip
    record(store, decision(outcome="reopened"), supersedes=2, key="c")
    assert store.in_force(later).num_rows == 0


ACTS = st.lists(
    st.tuples(
        st.integers(1, 3), st.sampled_from(["confirmed", "error", "cleared", "unresolved", "reopened"]),
        st.integers(0, 4), st.sampled_from(["tell", "again", "stale"]),
    ),
    max_size=25,
)  # fmt: skip


@settings(max_examples=40)
@given(ACTS, st.integers(0, 4))
def test_random_histories_agree_with_a_list(tmp_path_factory, acts, night):
    """The model is a list of what was accepted; the store holds the same, and nothing else."""
    store = open_store(tmp_path_factory.mktemp("s") / "outcomes.sqlite")
    model: list[tuple[int, str, int]] = []  # flag, outcome, day
    for number, (which, outcome, day, how) in enumerate(acts):
        told = decision(which, outcome, decided_on=DAY + dt.timedelta(days=day), minutes=number)
        places = [place for place, past in enumerate(model, 1) if past[0] == which]
        newest = places[-1] if places else None
        if how == "stale":
            with pytest.raises(ConflictError):
                record(
                    store,
                    told,
                    supersedes=(places[-2] if len(places) > 1 else len(model) + 5),
                    key=f"k{number}",
                )
            continue
        assert record(store, told, supersedes=newest, key=f"k{number}").added
        model.append((which, outcome, day))
        if how == "again":
            assert not record(store, told, supersedes=newest, key=f"k{number}").added
    kept = [
        (int(e.decision.flag_key, 16), e.decision.outcome, (e.decision.decided_on - DAY).days)
        for e in store.events()
    ]
    assert kept == model and store.last_sequence() == len(model)
    expected = {past[0]: past[1] for past in model if past[2] <= night}
    found = store.in_force(DAY + dt.timedelta(days=night)).to_pylist()
    assert {int(row["flag_key"], 16): row["outcome"] for row in found} == {
        which: outcome for which, outcome in expected.items() if outcome != "reopened"
    }


# ---------------------------------------------------------------------------------------
# Files that are not as they should be
# ---------------------------------------------------------------------------------------


def test_a_newer_store_is_refused_with_both_versions_and_left_alone(store):
    connection = raw(store)
    connection.execute("PRAGMA user_version = 7")
    connection.close()
    before = store.path.read_bytes()
    with pytest.raises(StoreError, match=f"schema 7, this program knows {SCHEMA_VERSION}"):
        open_store(store.path)
    with pytest.raises(StoreError, match="schema 7"):
        record(store, decision())  # it was opened before the newer program came
    assert store.path.read_bytes() == before


def test_another_programs_database_is_not_taken_for_a_store(tmp_path):
    path = tmp_path / "outcomes.sqlite"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE notes (x)")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(StoreError, match="another program"):
        open_store(path)
    assert path.read_bytes() == before


def test_a_damaged_store_is_read_as_far_as_it_goes_and_takes_nothing(store):
    for number in range(1, 200):
        record(store, decision(number, note="n" * 200), key=f"k{number}")
    page = 4096
    whole = bytearray(store.path.read_bytes())
    # a page in the middle, of an index or of the table: whichever, the check must see it
    for at in range(page * 3, len(whole) - page, page * 5):
        torn = bytes(whole[:at]) + b"\x5a" * page + bytes(whole[at + page :])
        store.path.write_bytes(torn)
        damaged = open_store(store.path)
        assert damaged.damage, at
        with pytest.raises(StoreError, match="damaged"):
            record(damaged, decision(500), key="new")
        assert store.path.read_bytes() == torn
    store.path.write_bytes(whole)
    assert not open_store(store.path).damage


def test_a_damaged_index_leaves_the_events_readable(store):
    record(store, decision())
    connection = raw(store)
    root = connection.execute(
        "SELECT rootpage FROM sqlite_master WHERE name = 'one_first_event_a_flag'"
    ).fetchone()[0]
    connection.close()
    whole = bytearray(store.path.read_bytes())
    whole[(root - 1) * 4096 : root * 4096] = bytes(4096)
    store.path.write_bytes(whole)
    damaged = open_store(store.path)
    assert damaged.damage and damaged.events()[0].decision == decision()


def test_missing_events_are_damage(store):
    for number in (1, 2, 3):
        record(store, decision(number), key=f"k{number}")
    connection = raw(store)
    connection.execute("DROP TRIGGER outcome_events_no_DELETE")
    connection.execute("DELETE FROM outcome_events WHERE sequence = 2")
    connection.close()
    assert open_store(store.path).damage == "1 of its 3 events are missing"


def test_no_database_at_all_says_so(tmp_path):
    path = tmp_path / "outcomes.sqlite"
    path.write_text("flag_key,rule_id\n" * 300, encoding="utf-8")
    store = open_store(path)
    assert "not a database" in store.damage
    with pytest.raises(StoreError):
        store.events()


def test_a_writer_that_waits_too_long_is_told_so(store, monkeypatch):
    monkeypatch.setattr("fraudmatch.store.connecting.PATIENCE", 0.05)
    other = raw(store)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match="locked"):
        record(store, decision())
    other.close()
    assert record(store, decision()).added


# ---------------------------------------------------------------------------------------
# Migrations
# ---------------------------------------------------------------------------------------

NEXT = """
import sqlalchemy as sa
from alembic import op
revision, down_revision = "0004", "0003"
def upgrade():
    op.add_column("outcome_events", sa.Column("extra", sa.Text))
    {more}
"""


def next_schema(folder: Path, more: str = "pass") -> Path:
    folder.mkdir()
    (folder / "schema_0004_next.py").write_text(NEXT.format(more=more), encoding="utf-8")
    return folder


def test_an_older_store_is_brought_up_and_a_copy_of_it_stays(store, tmp_path):
    record(store, decision())
    bring_up(store.path, to=4, more=[next_schema(tmp_path / "more")])
    connection = raw(store)
    assert connection.execute("PRAGMA user_version").fetchone() == (4,)
    assert connection.execute("SELECT sequence, extra FROM outcome_events").fetchall() == [(1, None)]
    connection.close()
    copy = Store(tmp_path / "outcomes.sqlite.schema-3")
    assert copy.events()[0].decision == decision()
    if os.name == "posix":
        assert copy.path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("more", "error"),
    [
        (
            "op.execute('DROP TRIGGER outcome_events_no_DELETE'); op.execute('DELETE FROM outcome_events')",
            StoreError,
        ),
        (
            "op.execute('DROP TRIGGER outcome_events_no_UPDATE');"
            " op.execute(\"UPDATE outcome_events SET note = 'x'\")",
            StoreError,
        ),
        ("raise ValueError('half way')", ValueError),
    ],
)
def test_a_migration_that_would_lose_or_alter_a_decision_or_breaks_off_is_undone(
    store, tmp_path, more, error
):
    record(store, decision())
    with pytest.raises(error):
        bring_up(store.path, to=4, more=[next_schema(tmp_path / "more", more)])
    assert open_store(store.path).events()[0].decision == decision()
    assert record(store, decision(2), key="b").added


def test_a_migration_killed_half_way_leaves_the_old_store(store, tmp_path):
    record(store, decision())
    folder = next_schema(tmp_path / "more", "import os; os._exit(9)")
    script = (
        "import sys; from pathlib import Path; from fraudmatch.store.migrating import bring_up\n"
        "bring_up(Path(sys.argv[1]), to=4, more=[Path(sys.argv[2])])"
    )
    assert subprocess.run([sys.executable, "-c", script, store.path, folder]).returncode == 9
    opened = open_store(store.path)
    assert not opened.damage and opened.events()[0].decision == decision()


# ---------------------------------------------------------------------------------------
# Killed while it acknowledges
# ---------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="the writers are forked")
def test_nothing_acknowledged_is_lost_when_the_writer_is_killed_fifty_times(tmp_path):
    path = tmp_path / "outcomes.sqlite"
    open_store(path)
    done = subprocess.run(
        [sys.executable, HERE / "killed_writers.py", path, "50"], capture_output=True, text=True, check=True
    )
    acknowledged = [line.split() for line in done.stdout.splitlines()]
    store = open_store(path)
    assert not store.damage
    kept = {event.idempotency_key: event.sequence for event in store.events()}
    assert (
        len({writer.split("-")[0] for writer, _ in acknowledged}) > 25
    )  # most writers got something through
    assert [key for key, sequence in acknowledged if kept.get(key) != int(sequence)] == []
    # at most one event of each writer was kept and not acknowledged any more
    assert len(kept) - len(acknowledged) <= 50
    assert sorted(kept.values()) == list(range(1, len(kept) + 1))


def test_the_key_tells_acts_apart():
    assert key_of(decision(), "cli") == key_of(decision(left_ref="a:b:c"), "cli")
    others = [decision(2), decision(minutes=1), decision(note="x"), decision(outcome="error")]
    keys = {key_of(each, "cli") for each in (decision(), *others)}
    assert len(keys | {key_of(decision(), "cli", 1), key_of(decision(), "file")}) == 7


def test_a_moment_needs_its_zone(store):
    with pytest.raises(ValueError, match="zone"):
        store.record(decision(), key="a", recorded_at=dt.datetime(2026, 3, 31), supersedes=None)
    assert not store.events()


def test_the_sequence_is_in_plain_sql(store):
    """No statement of ours needs more than a server would understand: the table compiles for one."""
    from sqlalchemy.dialects import postgresql
    from sqlalchemy.schema import CreateTable

    assert "outcome_events" in str(
        CreateTable(METADATA.tables["outcome_events"]).compile(dialect=postgresql.dialect())
    )
    assert sa.inspect(engine_of(store.path)).get_table_names() == [
        "accounts",
        "alembic_version",
        "case_events",
        "ledger",
        "outcome_events",
        "store_secrets",
    ]
