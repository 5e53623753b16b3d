"""Tells decisions to a store on a server, one after another, until somebody kills it; prints what was acknowledged.

`server_writer.py postgresql:SCHEMA NUMBER`; the environment says where the server is.
"""

from __future__ import annotations

import datetime as dt
import os
import sys

from fraudmatch.outcomes import Decision
from fraudmatch.outcomes.store import Store
from fraudmatch.place import server_of


def main() -> None:
    store, writer = Store(server_of(sys.argv[1], os.environ)), int(sys.argv[2])
    for number in range(1_000_000):
        flag = f"{writer * 1_000_000 + number + 1:032x}"
        told = Decision(flag, "FM-CT-001", "northshire", "cleared", dt.date(2026, 3, 1))
        key = f"{writer}-{number}"
        kept = store.record(told, key=key, recorded_at=dt.datetime.now(dt.UTC), supersedes=None)
        os.write(1, f"{key} {kept.event.sequence}\n".encode())


if __name__ == "__main__":
    main()
