"""The power goes at any moment while decisions are told: what was acknowledged is there, and nothing is there in part."""

from __future__ import annotations

import datetime as dt
import random
import shutil
import sqlite3
from collections import Counter
from pathlib import Path
from typing import Any

import apsw
import pytest
from power import Disk, Recorder

from fraudmatch.ledger.chain import entries
from fraudmatch.ledger.decisions import first_disagreement
from fraudmatch.ledger.verify import verify
from fraudmatch.outcomes import Decision
from fraudmatch.outcomes.store import Store, open_store
from fraudmatch.store.access import transaction
from fraudmatch.store.connecting import _SETTINGS

NOW = dt.datetime(2026, 3, 31, 14, 5, 9, tzinfo=dt.UTC)
DECISIONS = 8
TABLES = {"outcome_events": "sequence", "ledger": "seq"}


def told_to(store: Store) -> None:
    """Decisions of all sizes: notes that fill pages, and flags that are decided again."""
    newest: dict[str, int] = {}
    for number in range(1, DECISIONS + 1):
        flag = f"{number % 5:032x}"
        told = Decision(
            flag,
            "FM-CT-001",
            "northshire",
            "error",
            dt.date(2026, 3, number),
            note="x" * (450 * (number % 4) + 1),
        )
        kept = store.record(told, key=f"{number}", recorded_at=NOW, supersedes=newest.get(flag))
        newest[flag] = kept.event.sequence


def rows_of(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    with sqlite3.connect(path) as connection:
        found = {table: connection.execute(f"SELECT * FROM {table} ORDER BY {order}").fetchall() for table, order in TABLES.items()}  # fmt: skip
    connection.close()
    return found


def recorded(path: Path, rows: dict[str, list[tuple[Any, ...]]], settings: dict[str, str]) -> Recorder:
    """The same transactions again, as our store makes them, on a disk that remembers."""
    recorder = Recorder(f"recording {path.parent.name} {len(settings)} {settings['synchronous']}")
    connection = apsw.Connection(str(path), vfs=recorder.name)
    for name, value in settings.items():
        connection.execute(f"PRAGMA {name}={value}").fetchall()
    for number, both in enumerate(zip(*rows.values(), strict=True), 1):
        connection.execute("BEGIN IMMEDIATE")
        for table, row in zip(rows, both, strict=True):
            connection.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(row))})", row)
        connection.execute("COMMIT")
        recorder.acknowledged(number)
    connection.close()
    return recorder


def found_on(image: dict[str, bytes], folder: Path) -> tuple[int, str]:
    """How many decisions are in what the disk holds, and what is wrong."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for name, content in image.items():
        (folder / name).write_bytes(content)
    store = open_store(folder / "outcomes.sqlite")
    if store.damage:
        return 0, store.damage
    with transaction(folder / "outcomes.sqlite") as connection:
        fault = verify(entries(connection), []).fault or first_disagreement(connection)
    return store.last_sequence(), str(fault or "")


def losses(tmp_path: Path, settings: dict[str, str], parts: int) -> tuple[int, list[str]]:
    """How many moments were tried, and what was lost or broken at which."""
    path, told = tmp_path / "site" / "outcomes.sqlite", tmp_path / "told" / "outcomes.sqlite"
    path.parent.mkdir()
    open_store(path)
    shutil.copytree(path.parent, told.parent)
    told_to(open_store(told))
    disk, chance = Disk({path.name: path.read_bytes()}), random.Random(6)
    recorder = recorded(path, rows_of(told), settings)
    tried, wrong = 0, []
    for number, act in enumerate(recorder.acts):
        disk.after(act)
        for image in disk.images(chance, parts):
            tried += 1
            held, fault = found_on(image, tmp_path / "image")
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
