"""The power goes at any moment while decisions and acts are told: what was acknowledged is there, and nothing is there in part."""

from __future__ import annotations

import datetime as dt
import random
import shutil
import sqlite3
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import apsw
import pytest
from power import Disk, Recorder

from fraudmatch.caselog import Act, CaseLog
from fraudmatch.caselog.log import Telling
from fraudmatch.ledger.chain import entries
from fraudmatch.ledger.decisions import first_disagreement
from fraudmatch.ledger.verify import verify
from fraudmatch.outcomes import Decision
from fraudmatch.outcomes.store import Store, open_store
from fraudmatch.store.access import transaction
from fraudmatch.store.connecting import _SETTINGS

NOW = dt.datetime(2026, 3, 31, 14, 5, 9, tzinfo=dt.UTC)
DECISIONS = 8
CASES = 5
TABLES = {"outcome_events": "sequence", "case_events": "sequence", "ledger": "seq"}

#: Rows that are added together, by table.
Transaction = dict[str, list[tuple[Any, ...]]]


def told_to(store: Store) -> Iterator[None]:
    """Decisions and acts of all sizes, stopping after each: notes that fill pages, flags that are decided again, and an
    act that decides all flags of its case in one transaction."""
    newest: dict[str, int] = {}
    for number in range(1, DECISIONS + 1):
        flag = f"{number % 5:032x}"
        kept = store.record(
            decision(flag, number), key=f"{number}", recorded_at=NOW, supersedes=newest.get(flag)
        )
        newest[flag] = kept.event.sequence
        yield
    log = CaseLog(store)
    for number in range(1, CASES + 1):
        flags = tuple(f"{10 * number + place:032x}" for place in range(number))
        noted = Act(f"{number:016x}", flags, "northshire", "ada", "note", {}, "y" * 390 * number)
        log.add(noted, key=f"note {number}", version=0, recorded_at=NOW)
        yield
        tells = [Telling(decision(flag, number), None) for flag in flags]
        decided = Act(f"{number:016x}", flags, "northshire", "ada", "decided", {}, None)
        log.add(decided, key=f"decided {number}", version=1, recorded_at=NOW, tells=tells)
        yield


def decision(flag: str, number: int) -> Decision:
    note = "x" * (450 * (number % 4) + 1)
    return Decision(flag, "FM-CT-001", "northshire", "error", dt.date(2026, 3, number), note=note)


def rows_of(path: Path) -> Transaction:
    with sqlite3.connect(path) as connection:
        found = {table: connection.execute(f"SELECT * FROM {table} ORDER BY {order}").fetchall() for table, order in TABLES.items()}  # fmt: skip
    connection.close()
    return found


def transactions(path: Path) -> list[Transaction]:
    """What each thing that is told adds to a store."""
    before, found = rows_of(path), []
    for _ in told_to(open_store(path)):
        now = rows_of(path)
        found.append({table: rows[len(before[table]) :] for table, rows in now.items()})
        before = now
    return found


def recorded(path: Path, told: list[Transaction], settings: dict[str, str]) -> Recorder:
    """The same transactions again, as our store makes them, on a disk that remembers."""
    recorder = Recorder(f"recording {path.parent.name} {len(settings)} {settings['synchronous']}")
    connection = apsw.Connection(str(path), vfs=recorder.name)
    for name, value in settings.items():
        connection.execute(f"PRAGMA {name}={value}").fetchall()
    for number, added in enumerate(told, 1):
        connection.execute("BEGIN IMMEDIATE")
        for table, rows in added.items():
            for row in rows:
                connection.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(row))})", row)
        connection.execute("COMMIT")
        recorder.acknowledged(number)
    connection.close()
    return recorder


def found_on(image: dict[str, bytes], folder: Path, whole: list[tuple[int, ...]]) -> tuple[int, str]:
    """How many transactions are in what the disk holds, and what is wrong.

    Args:
        whole: rows of each table after none of the transactions, after one, after two, ….
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for name, content in image.items():
        (folder / name).write_bytes(content)
    store = open_store(folder / "outcomes.sqlite")
    if store.damage:
        return 0, store.damage
    with transaction(folder / "outcomes.sqlite") as connection:
        fault = verify(entries(connection), []).fault or first_disagreement(connection)
    counts = tuple(len(rows) for rows in rows_of(folder / "outcomes.sqlite").values())
    if counts not in whole:
        return 0, f"{counts} rows: a part of a transaction"
    return whole.index(counts), str(fault or "")


def losses(tmp_path: Path, settings: dict[str, str], parts: int) -> tuple[int, list[str]]:
    """How many moments were tried, and what was lost or broken at which."""
    path, twin = tmp_path / "site" / "outcomes.sqlite", tmp_path / "told" / "outcomes.sqlite"
    path.parent.mkdir()
    open_store(path)
    shutil.copytree(path.parent, twin.parent)
    told = transactions(twin)
    whole = [(0,) * len(TABLES)]
    for one in told:
        whole.append(tuple(count + len(rows) for count, rows in zip(whole[-1], one.values(), strict=True)))
    disk, chance = Disk({path.name: path.read_bytes()}), random.Random(6)
    recorder = recorded(path, told, settings)
    tried, wrong = 0, []
    for number, act in enumerate(recorder.acts):
        disk.after(act)
        for image in disk.images(chance, parts):
            tried += 1
            held, fault = found_on(image, tmp_path / "image", whole)
            if fault or not disk.acknowledged <= held <= disk.acknowledged + 1:
                wrong.append(f"after act {number} ({act[0]} {act[1]}): {held} of {disk.acknowledged} {fault}")
    return tried, wrong


@pytest.mark.slow
def test_nothing_acknowledged_is_lost_when_the_power_goes(tmp_path: Path, counts: Counter[str]) -> None:
    tried, wrong = losses(tmp_path, {name: value for name, (value, _) in _SETTINGS.items()}, parts=3)
    counts["faults"] += tried
    counts["invariants"] += 2 * tried
    counts["lost"] += len(wrong)
    assert wrong == [] and tried > 300


def test_the_disk_of_these_tests_does_lose_what_is_not_synced(tmp_path: Path) -> None:
    careless = {name: value for name, (value, _) in _SETTINGS.items()} | {"synchronous": "OFF"}
    tried, wrong = losses(tmp_path, careless, parts=2)
    assert tried > 50 and len(wrong) > 10
