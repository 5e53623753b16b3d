"""Seconds and peak memory of reading one large file: council tax, 25 columns.

    python benchmarks/intake.py                              100,000, 500,000 and 1,000,000 rows
    python benchmarks/intake.py --rows 1000000 --repeat 3
    python benchmarks/intake.py --to read                    without cleaning: reading and writing alone

Each measurement is a process of its own on a made-up file: read, counted a second time, checked by its mapping
in a contained worker, taken in, cleaned and written as Parquet. The bar: 1,000,000 rows in less than
12 seconds on two cores, in less than 1.5 GB (the process and its workers together), linear in rows.
Memory is told step by step; `cpu` is what all processes together used of the processors, which is a truer
measure than the clock where others are at work.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import math
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from itertools import pairwise
from pathlib import Path

AS_AT = dt.date(2026, 3, 31)
#: The file in which a measured process says what it is doing.
STEP = "step"
SECONDS, MEGABYTES, POWER = 12.0, 1500, 1.1

HEADINGS = (
    "Account Ref", "Title", "Forename", "Surname", "DOB", "NI No", "Title 2", "Forename 2", "Surname 2", "DOB 2",
    "Addr 1", "Addr 2", "Addr 3", "Postcode", "UPRN", "Phone", "Email", "Band", "Liable from", "Liable to", "Disc",
    "Disc from", "Charge", "Balance", "Printed on",
)  # fmt: skip

MAPPING = """
dataset = "council_tax"
[file]
pattern = "CTAX*.csv"
format = "delimited"
date_formats = ["%d/%m/%Y"]
[ignore]
columns = ["Printed on", "Balance", "Title 2"]
[fields]
source_ref = "Account Ref"
title = "Title"
forename = "Forename"
surname = "Surname"
date_of_birth = "DOB"
nino = "NI No"
second_forename = "Forename 2"
second_surname = "Surname 2"
second_date_of_birth = "DOB 2"
address = { join = ["Addr 1", "Addr 2", "Addr 3"], with = ", " }
postcode = "Postcode"
uprn = "UPRN"
phone = "Phone"
email = "Email"
band = "Band"
liability_start = "Liable from"
liability_end = "Liable to"
discount_type = { column = "Disc", codes = { SPD = "single_person", "" = "none" } }
charge_annual_pence = "Charge"
"""


def write_file(path: Path, rows: int) -> None:
    """A made-up council tax file: every reference, address and UPRN once, names as often as names are."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    rng = np.random.default_rng(1)
    number = np.arange(rows)

    def pick(values: list[str], share: float = 1.0, skew: float = 1.0) -> np.ndarray:
        chosen = np.array(values)[(rng.random(rows) ** skew * len(values)).astype(int)]
        return np.where(rng.random(rows) < share, chosen, "")

    def day(first: int, last: int, share: float = 1.0) -> np.ndarray:
        days = [
            (dt.date(first, 1, 1) + dt.timedelta(n)).strftime("%d/%m/%Y") for n in range((last - first) * 365)
        ]
        return pick(days, share)

    def made(form: str, values: np.ndarray, share: float = 1.0) -> np.ndarray:
        texts = np.array([form.format(value) for value in values.tolist()])
        return texts if share == 1.0 else np.where(rng.random(rows) < share, texts, "")

    forenames = [
        f"{a}{b}{c}" for a in ("Al", "Be", "Ca", "Do", "El") for b in ("mi", "ra", "no") for c in "aneszx"
    ]
    surnames = [f"{a}{b}{c}" for a in ("Ash", "Brad", "Clif", "Dun", "East", "Fair", "Gran", "Hol") for b in
                ("bourne", "combe", "field", "ham", "ley", "ton", "well", "wick") for c in ("", "s", "e", "er", "man", "by")]  # fmt: skip
    streets = [
        f"{name} {kind}" for name in surnames for kind in ("Road", "Street", "Lane", "Close", "Avenue")
    ]
    columns = {
        "Account Ref": made("{:09d}", 400_000_000 + number),
        "Title": pick(["Mr", "Mrs", "Miss", "Ms", "Dr"]),
        "Forename": pick(forenames, skew=2),
        "Surname": pick(surnames, skew=2),
        "DOB": day(1930, 2006, 0.8),
        "NI No": made("AB{:06d}C", rng.integers(0, 1_000_000, rows), 0.4),
        "Title 2": pick(["Mr", "Mrs"], 0.4),
        "Forename 2": pick(forenames, 0.4, 2),
        "Surname 2": pick(surnames, 0.4, 2),
        "DOB 2": day(1930, 2006, 0.3),
        "Addr 1": np.char.add(made("{} ", number % 240 + 1), pick(streets)),
        "Addr 2": pick(["Northtown", "Upper Ham", "Low Green", ""], 0.6),
        "Addr 3": pick(["Exampleton", "Samplebury"]),
        "Postcode": made("GL{0[0]} {0[1]}AB", np.stack([number // 40 % 60 + 1, number % 9 + 1], axis=1)),
        "UPRN": made("{}", 100_000_000_000 + number),
        "Phone": made("01632 96{:04d}", rng.integers(0, 10_000, rows), 0.5),
        "Email": made("person{}@example.org", number, 0.4),
        "Band": pick(list("ABCDEFGH")),
        "Liable from": day(1993, 2026),
        "Liable to": day(2024, 2026, 0.05),
        "Disc": pick(["SPD"], 0.33),
        "Disc from": day(1993, 2026, 0.33),
        "Charge": made("{:.2f}", rng.integers(100_000, 400_000, rows) / 100),
        "Balance": made("{:.2f}", rng.integers(-50_000, 200_000, rows) / 100),
        "Printed on": pick(["31/03/2026"]),
    }
    assert tuple(columns) == HEADINGS
    # One address line in eight holds a comma, so that the file has quotes as files have.
    columns["Addr 1"] = np.where(number % 8 == 0, np.char.add(np.char.add('"Flat 2, ', columns["Addr 1"]), '"'), columns["Addr 1"])  # fmt: skip
    lines = pc.binary_join_element_wise(*map(pa.array, columns.values()), ",").to_pylist()
    path.write_text("\r\n".join([",".join(HEADINGS), *lines, ""]), encoding="utf-8", newline="")


def lay_out(root: Path, rows: int) -> None:
    for folder in ("partners/northshire", "deliveries/northshire"):
        (root / folder).mkdir(parents=True)
    (root / "site.toml").write_text(
        f'name = "Trial"\nas_at = {AS_AT}\n[[partner]]\nid = "northshire"\nname = "Northshire"\n'
    )
    (root / "partners/northshire/council_tax.toml").write_text(MAPPING)
    write_file(root / "deliveries/northshire/CTAX_2026.csv", rows)


def run_once(root: Path, to: str) -> None:
    """One measurement, in this process: says its seconds by step as JSON."""
    import pyarrow.parquet as pq

    from fraudmatch.containment import READERS
    from fraudmatch.exercise import Stopwatch, prepare
    from fraudmatch.extract import extract
    from fraudmatch.site import load_site

    READERS.wake()
    site, watch = load_site(root), Stopwatch()
    begun = time.perf_counter()
    say = (root / STEP).write_text
    if to == "read":
        say("extract")
        tables = extract(site).received
    else:
        prepared = prepare(site, AS_AT, watch, say)
        tables = {"records": prepared.records, **prepared.details, "rejects": prepared.rejects}
    done = time.perf_counter()
    say("write")
    for name, table in tables.items():
        pq.write_table(table, root / f"{name}.parquet", compression="zstd")
    written = time.perf_counter()
    steps = dict(watch.seconds) if to != "read" else {"extract": done - begun}
    READERS.close()
    print(json.dumps({**steps, "write": written - done, "whole": written - begun, "cpu": cpu_seconds()}))


def cpu_seconds() -> float:
    """Processor time of this process and of those it waited for."""
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


def peaks_mb(process: subprocess.Popen[str], step: Path) -> dict[str, float]:
    """By step, the largest memory of a process and its children together, counted ten times a second.

    Proportional set size, so that what two processes map from one file counts once.

    Args:
        step: the file in which the process says what it is doing.
    """
    import psutil

    found: dict[str, float] = {}
    over = threading.Event()
    parent = psutil.Process(process.pid)

    def watch() -> None:
        while not over.wait(0.1):
            total = 0
            try:
                for one in (parent, *parent.children(recursive=True)):
                    total += getattr(one.memory_full_info(), "pss", one.memory_info().rss)
            except psutil.Error:
                continue
            doing = step.read_text() if step.exists() else ""
            found[doing] = max(found.get(doing, 0.0), total / 1e6)

    thread = threading.Thread(target=watch)
    thread.start()
    process.wait()
    over.set()
    thread.join()
    return found


def measure(rows: int, repeat: int, to: str, place: Path) -> dict[str, object]:
    root = place / f"site_{rows}"
    lay_out(root, rows)
    runs: list[dict[str, float]] = []
    peaks: dict[str, float] = {}
    for _ in range(repeat):
        (root / STEP).unlink(missing_ok=True)
        process = subprocess.Popen(
            [sys.executable, __file__, "--once", str(root), "--to", to], stdout=subprocess.PIPE, text=True
        )
        for step, peak in peaks_mb(process, root / STEP).items():
            peaks[step] = max(peaks.get(step, 0.0), peak)
        assert process.stdout is not None
        said = process.stdout.read()
        if process.returncode:
            raise SystemExit("a measurement failed; see above")
        runs.append(json.loads(said))
    size = (root / "deliveries/northshire/CTAX_2026.csv").stat().st_size / 1e6
    seconds = {step: round(statistics.median(run[step] for run in runs), 2) for step in runs[0]}
    by_step = {step: round(peak) for step, peak in peaks.items() if step in seconds}
    return {"rows": rows, "file_mb": round(size), "seconds": seconds, "peaks_mb": by_step,
            "peak_mb": round(max(peaks.values()))}  # fmt: skip


def verdict(rows: list[dict]) -> list[str]:
    said = []
    for small, large in pairwise(rows):
        power = math.log(large["seconds"]["whole"] / small["seconds"]["whole"]) / math.log(
            large["rows"] / small["rows"]
        )
        if power > POWER:
            said.append(f"grows with the power {power:.2f} from {small['rows']:,} to {large['rows']:,} rows")
    for one in rows:
        if one["rows"] == 1_000_000:
            seconds, peak = one["seconds"]["whole"], one["peak_mb"]
            said.append(f"1,000,000 rows: {seconds} s (bar {SECONDS}), {peak:,} MB (bar {MEGABYTES:,})")
    return said or ["linear in rows"]


def _cell(one: dict, step: str) -> str:
    """Seconds of a step, and its peak of memory where it has one."""
    peak = one["peaks_mb"].get(step)
    return f"{one['seconds'][step]:.1f} s" + (f", {peak:,} MB" if peak else "")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, nargs="*", default=[100_000, 500_000, 1_000_000])
    parser.add_argument("--repeat", type=int, default=1)
    parser.add_argument("--to", choices=("read", "normalise"), default="normalise")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--once", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.once:
        run_once(options.once, options.to)
        return
    with tempfile.TemporaryDirectory() as place:
        rows = [measure(count, options.repeat, options.to, Path(place)) for count in sorted(options.rows)]
    if options.json:
        print(json.dumps(rows, indent=2))
        return
    steps = list(rows[0]["seconds"])
    print(f"{os.cpu_count()} cores, median of {options.repeat} run(s)\n")
    print("| rows | file | " + " | ".join(steps) + " | peak memory |")
    print("|---:" * (len(steps) + 3) + "|")
    for one in rows:
        seconds = " | ".join(_cell(one, step) for step in steps)
        print(f"| {one['rows']:,} | {one['file_mb']} MB | {seconds} | {one['peak_mb']:,} MB |")
    print()
    print("\n".join(verdict(rows)))


if __name__ == "__main__":
    main()
