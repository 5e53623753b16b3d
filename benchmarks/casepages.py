"""How long an investigator waits for a case, and what holding a night open costs.

    python benchmarks/casepages.py SITE
    python benchmarks/casepages.py SITE --before CHECKOUT

SITE has a published night with many cases (`many_cases.py` makes one). Packs and pages of cases drawn at random, for the partner
that bears the loss, one after the other: wall and processor time of one thread. One flag in twenty is made out to be
decided. Then `--users` threads at once, each without a pause between two cases. `--before` measures another checkout of
the program first, on fewer cases, in the same way.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import random
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from fraudmatch.casepack import CaseNight, pack_page, rule_facts
from fraudmatch.inputs import rule_folders
from fraudmatch.kept import input_of, read_night
from fraudmatch.outcomes import Decision, Event
from fraudmatch.report import ReportInput
from fraudmatch.scoring import load_library
from fraudmatch.site import load_site

ONE_IN = 20  # flags decided
FEWER = 40  # cases of another checkout
EACH = 50  # cases that a thread opens


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("site", type=Path)
    parser.add_argument("--cases", type=int, default=500)
    parser.add_argument("--users", type=int, default=20)
    parser.add_argument("--before", type=Path, help="another checkout of the program")
    asked = parser.parse_args()
    if asked.before:
        print("before", flush=True)
        command = [sys.executable, __file__, str(asked.site), "--cases", str(FEWER), "--users", "0"]
        subprocess.run(command, check=True, env={**os.environ, "PYTHONPATH": str(asked.before.resolve())})
        print("now")
    measure(asked.site, asked.cases, asked.users)


def measure(site: Path, cases: int, users: int) -> None:
    begun = time.perf_counter()
    night = night_of(site)
    worklist = night.worklist
    assert worklist is not None
    print(f"  read back in {time.perf_counter() - begun:.1f} s, {resident():,.0f} MB")
    events = decided(night)
    facts = {rule.id: rule_facts(rule) for rule in load_library(rule_folders(load_site(site))).rules}
    before, begun = resident(), time.perf_counter()
    desk = CaseNight(night, facts, events)
    print(f"  opened in {time.perf_counter() - begun:.1f} s, {resident() - before:,.0f} MB more")
    print(
        f"  {len(worklist.cases):,} cases, {len(night.flags):,} flags, {len(night.evidence):,} rows of evidence, "
        f"{len(night.records):,} records, {len(events):,} decisions"
    )
    partners = {partner.id: partner for partner in night.partners}
    before = resident()
    timed("a partner's list", [partial(desk.best, one, 1) for one in night.partners])
    print(f"  {len(partners)} lists: {resident() - before:,.0f} MB more")

    def pack(row: dict[str, Any]) -> Any:
        return desk.pack(row["case_key"], partners[row["owner"]])

    rows, drawn = worklist.cases.select(["case_key", "owner", "flags"]).to_pylist(), random.Random(1)
    several = [row for row in rows if row["flags"] > 1]
    some, more = drawn.sample(rows, cases), drawn.sample(several, min(cases, len(several)))
    pack_page(pack(some[0]), desk.night)  # reads the templates
    for name, chosen in (("", some), (" of several flags", more)):
        packs = timed(f"pack{name}", [partial(pack, row) for row in chosen])
        timed(f"page{name}", [partial(pack_page, one, desk.night) for one in packs])
    if users:
        at_once(users, lambda row: pack_page(pack(row), desk.night), rows)
        newer = [
            Event(len(events) + n, str(n), "", None, one.decision) for n, one in enumerate(events[:100], 1)
        ]
        begun = time.perf_counter()
        events += newer
        pack(some[0])
        print(
            f"  the first pack after {len(newer)} newer decisions: {(time.perf_counter() - begun) * 1_000:.1f} ms"
        )


def night_of(site: Path) -> ReportInput:
    where = load_site(site)
    return input_of(where, read_night(where))


def decided(night: ReportInput) -> list[Event]:
    """Decisions of the partners that own the flags, about one flag in twenty and its left record."""
    flags = night.flags.select(["flag_key", "rule_id", "left_partner", "left_id"]).to_pylist()[::ONE_IN]
    wanted = [flag["left_id"] for flag in flags]
    records = night.records.select(["dataset", "source_ref"]).take(wanted).to_pylist()
    return [
        Event(number, str(number), "2026-11-01T09:00:00Z", None, Decision(
            flag["flag_key"], flag["rule_id"], flag["left_partner"], "cleared", dt.date(2026, 11, 1), reason="moved",
            left_ref=f"{flag['left_partner']}:{record['dataset']}:{record['source_ref']}",
        ))
        for number, (flag, record) in enumerate(zip(flags, records, strict=True), 1)
    ]  # fmt: skip


def timed(name: str, acts: Sequence[Callable[[], Any]]) -> list[Any]:
    """What the acts gave, one after the other; prints how long they took."""
    wall, used, given = [], [], []
    for act in acts:
        begun, busy = time.perf_counter(), time.thread_time()
        given.append(act())
        wall.append((time.perf_counter() - begun) * 1_000)
        used.append((time.thread_time() - busy) * 1_000)
    print(
        f"  {name:22} median {np.median(wall):7.1f} ms (processor {np.median(used):7.1f}), "
        f"p95 {np.percentile(wall, 95):7.1f} ms (processor {np.percentile(used, 95):7.1f})"
    )
    return given


def at_once(users: int, act: Callable[[dict[str, Any]], object], rows: Sequence[dict[str, Any]]) -> None:
    took: list[float] = []

    def work(seed: int) -> None:
        for row in random.Random(seed).sample(rows, EACH):
            begun = time.perf_counter()
            act(row)
            took.append((time.perf_counter() - begun) * 1_000)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(users)]
    begun = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(
        f"  {users} at once, no pause: median {np.median(took):.0f} ms, p95 {np.percentile(took, 95):.0f} ms, "
        f"{len(took) / (time.perf_counter() - begun):.0f} a second"
    )


def resident() -> float:
    return float(psutil.Process().memory_info().rss / 2**20)


if __name__ == "__main__":
    main()
