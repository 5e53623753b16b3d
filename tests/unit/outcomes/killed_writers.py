"""Forks writers of a store one after the other and kills each while it works; prints what they acknowledged.

Run on its own (`killed_writers.py STORE HOW_MANY`), so that nothing but this one thread is forked.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from pathlib import Path

from outcome_tables import MOMENT, decision

from fraudmatch.outcomes.store import Store


def write_until_killed(path: Path, writer: int) -> None:
    """One event after the other; each is printed once `record` has returned, in one write."""
    store = Store(path)
    for number in range(1_000_000):
        key = f"{writer}-{number}"
        kept = store.record(
            decision(writer * 1_000_000 + number + 1), key=key, recorded_at=MOMENT, supersedes=None
        )
        os.write(1, f"{key} {kept.event.sequence}\n".encode())


def main() -> None:
    """Kill each writer after a time of its own."""
    path, chance = Path(sys.argv[1]), random.Random(6)
    for writer in range(int(sys.argv[2])):
        child = os.fork()
        if not child:
            write_until_killed(path, writer)
        time.sleep(chance.uniform(0.02, 0.2))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


if __name__ == "__main__":
    main()
