"""How fast the ledger is: a million entries verified, and what a decision takes with its entry.

    python benchmarks/ledger.py [entries]

Prints seconds, and milliseconds of one decision by percentile (each is two synced commits of the disk at hand).
"""

from __future__ import annotations

import datetime as dt
import sys
import tempfile
import time
from pathlib import Path

from fraudmatch.ledger.chain import append, entries
from fraudmatch.ledger.entry import Act
from fraudmatch.ledger.verify import verify
from fraudmatch.outcomes import Decision
from fraudmatch.outcomes.store import open_store
from fraudmatch.store.file import ready, transaction

MOMENT = dt.datetime(2026, 3, 31, 14, 5, 9, tzinfo=dt.UTC)


def verified(path: Path, count: int) -> tuple[float, float]:
    """Seconds to enter and to verify so many views."""
    ready(path)
    begun = time.perf_counter()
    acts = (
        Act("record.viewed", f"officer {n % 40}", f"{n:032x}", "northshire", detail={"rule": "FM-CT-001"})
        for n in range(count)
    )
    with transaction(path, writes=True) as connection:
        append(connection, acts, "2026-03-31T14:05:09Z")
    entered = time.perf_counter()
    with transaction(path) as connection:
        found = verify(entries(connection))
    assert found.fault is None
    assert found.entries == count
    return entered - begun, time.perf_counter() - entered


def decided(path: Path, count: int) -> list[float]:
    """Milliseconds of each of so many decisions, sorted."""
    store, taken = open_store(path), []
    for number in range(count):
        told = Decision(
            f"{number:032x}", "FM-CT-001", "northshire", "unresolved", MOMENT.date(), note="x" * 200
        )
        begun = time.perf_counter()
        store.record(told, key=str(number), recorded_at=MOMENT, supersedes=None)
        taken.append(1000 * (time.perf_counter() - begun))
    return sorted(taken)


def main() -> None:
    """Print both."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory() as folder:
        entering, verifying = verified(Path(folder) / "a.sqlite", count)
        print(f"{count:,} entries: entered in {entering:.1f} s, verified in {verifying:.1f} s")
        taken = decided(Path(folder) / "b.sqlite", 1_000)
        print(f"1,000 decisions: p50 {taken[500]:.1f} ms, p99 {taken[990]:.1f} ms, most {taken[-1]:.1f} ms")


if __name__ == "__main__":
    main()
