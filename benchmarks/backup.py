"""Seconds to back a site up, to do so again after decisions, and to put it back in a drill.

    python benchmarks/backup.py SITE --decisions 100000

SITE is a site folder with a published night; it is copied, and decisions about its flags and about made-up ones are
recorded in the copy. Prints counts, bytes and seconds.
"""

from __future__ import annotations

import argparse
import datetime as dt
import shutil
import tempfile
import time
from pathlib import Path

from fraudmatch.backup import DECISIONS, Vault, drill, new_key, take_backup
from fraudmatch.outcomes import Decision
from fraudmatch.outcomes.store import open_store
from fraudmatch.site import load_site


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("site", type=Path)
    parser.add_argument("--decisions", type=int, default=100_000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=asked.site.parent) as folder:
        root, vault = Path(folder) / "site", Path(folder) / "vault"
        shutil.copytree(asked.site, root)
        vault.mkdir()
        site, place = load_site(root), Vault(vault, new_key(Path(folder) / "key"))
        now = dt.datetime(2026, 3, 31, 23, tzinfo=dt.UTC)
        told = [
            Decision(f"{number:032x}", "FM-CT-001", site.partner_ids[0], "unresolved", dt.date(2026, 3, 31))
            for number in range(asked.decisions)
        ]
        open_store(site.outcomes_store).take(told, kind="bench", recorded_at=now)
        _timed("whole backup", lambda: take_backup(site, place, now=now))
        store = open_store(site.outcomes_store)
        store.take([Decision("f" * 32, "FM-CT-001", site.partner_ids[0], "unresolved", now.date())], kind="bench",
                   recorded_at=now)  # fmt: skip
        taken = _timed("backup of decisions", lambda: take_backup(site, place, now=now, kind=DECISIONS))
        print(f"{len(taken.backup.files):,} files, {taken.backup.size / 1e6:,.0f} MB")
        done = _timed("drill", lambda: drill(place, Path(folder), now=now))
        print(
            f"{done.cases:,} cases, {done.last_event:,} decisions, {done.artefacts:,} files compared, {done.seconds:.1f} s"
        )


def _timed(what: str, act):  # type: ignore[no-untyped-def]
    begun = time.perf_counter()
    made = act()
    print(f"{what}: {time.perf_counter() - begun:.1f} s")
    return made


if __name__ == "__main__":
    main()
