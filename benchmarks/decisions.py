"""Seconds that decisions cost a night: the stage that attaches them, without any and with so many.

    python benchmarks/decisions.py SITE --decisions 100000

SITE is a site folder with a published night and no store of outcomes that matters; it is copied. Every flag of its
newest night is decided (as far as the number goes), the rest are decisions about flags that are not there any more.
Prints medians of three.
"""

from __future__ import annotations

import argparse
import datetime as dt
import shutil
import statistics
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from fraudmatch.inputs import rule_folders
from fraudmatch.kept import read_night
from fraudmatch.outcomes import Decision, NightOutcomes, Rested, Tonight, attach
from fraudmatch.outcomes.store import Store, open_store
from fraudmatch.scoring import load_library
from fraudmatch.site import Site, load_site
from fraudmatch.steps.casing import take_in_outcomes
from fraudmatch.steps.seen import seen_flags


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("site", type=Path)
    parser.add_argument("--decisions", type=int, default=100_000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=asked.site.parent) as folder:
        shutil.copytree(asked.site, Path(folder) / "site")
        _measure(load_site(Path(folder) / "site"), asked.decisions)


def _measure(site: Site, number: int) -> None:
    library, kept = load_library(rule_folders(site)), read_night(site)
    print(f"{kept.flags.num_rows:,} flags, {kept.prepared.records.num_rows:,} records")
    store = open_store(site.outcomes_store)
    seen = seen_flags(kept.run, kept.flags, library, store.secret)
    now = dt.datetime.now(dt.UTC)
    ran = {rule.id: rule.text() for rule in library.rules if rule.runs}
    rested = Rested(kept.prepared.records, kept.prepared.details, kept.members)

    def night() -> None:
        outcomes: NightOutcomes = take_in_outcomes(site, kept.as_at, library, recorded_at=now)
        tonight = Tonight(kept.as_at, kept.flags, kept.held, kept.overruled, rested, ran, outcomes.secret)
        attached = attach(outcomes.decided, tonight, 24)
        print(f"  {attached.num_rows:,} attached, {len(set(attached['state'].to_pylist()))} states")

    print(f"without decisions: {_median(night):.2f} s")
    begun = time.perf_counter()
    store.take(_decisions(seen, number, kept.as_at), kind="bench", recorded_at=now)
    print(f"{number:,} decisions kept in {time.perf_counter() - begun:.1f} s; {_size(store):,.0f} MB")
    print(f"with {number:,}: {_median(night):.2f} s")


def _decisions(seen: list[Decision], number: int, day: dt.date) -> list[Decision]:
    words = ("cleared", "cleared", "cleared", "confirmed", "unresolved")
    told = [
        replace(one, outcome=words[place % len(words)], decided_on=day)
        for place, one in enumerate(seen[:number])
    ]
    gone = (replace(told[place % len(told)], flag_key=f"{place:032x}") for place in range(number - len(told)))
    return [*told, *gone]


def _size(store: Store) -> float:
    return store.path.stat().st_size / 1e6


def _median(act) -> float:  # type: ignore[no-untyped-def]
    taken = []
    for _ in range(3):
        begun = time.perf_counter()
        act()
        taken.append(time.perf_counter() - begun)
    return statistics.median(taken)


if __name__ == "__main__":
    main()
