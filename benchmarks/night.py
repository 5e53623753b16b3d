"""Seconds and peak memory of every stage of a night, at several sizes, and what grows too fast.

    python benchmarks/night.py                      20,000, 200,000 and 1,000,000 people
    python benchmarks/night.py --people 20000 --repeat 3

Each night is a process of its own on a synthetic partnership (seed 1), made afresh; seconds are
medians over the repeats. A stage grows faster than linearly when its seconds grow by more than
the size to the power 1.1 between two sizes; times under one second are not judged.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import statistics
import subprocess
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path

STAGES = ("extract", "normalise", "link", "score", "cases", "report")
POWER = 1.1


def fraudmatch(*arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "fraudmatch", *arguments], capture_output=True, text=True, check=False
    )
    if done.returncode not in (0, 4):
        raise SystemExit(f"fraudmatch {' '.join(arguments)} failed:\n{done.stderr}")
    return done.stdout


def measure(people: int, repeat: int, place: Path) -> dict[str, object]:
    site = place / f"site_{people}"
    begun = time.perf_counter()
    fraudmatch("sample", "--people", str(people), "--seed", "1", "--out", str(site))
    made = time.perf_counter() - begun
    runs, walls = [], []
    for _ in range(repeat):
        begun = time.perf_counter()
        runs.append(json.loads(fraudmatch("run", str(site), "--json", "--quiet")))
        walls.append(time.perf_counter() - begun)
    quality = json.loads(fraudmatch("evaluate", str(site), "--json"))
    return {
        "people": people,
        "sample_seconds": round(made, 1),
        "received": sum(row["received"] for row in runs[0]["deliveries"]),
        "records": runs[0]["records"],
        "flags": runs[0]["flags"],
        "candidate_pairs": sum(model["compared"] for model in runs[0]["linkage"]),
        "seconds": {s: round(statistics.median(run["seconds"][s] for run in runs), 2) for s in STAGES},
        "peak_mb": {s: max(run["peak_mb"].get(s, 0) for run in runs) for s in STAGES},
        "whole_seconds": round(statistics.median(walls), 1),
        "person_f1": quality["persons"]["f1"],
        "person_links_f1": quality["person_links"]["f1"],
        "property_f1": quality["properties"]["f1"],
        "organisation_f1": quality["organisations"]["f1"],
        "planted_share": quality["cases"]["all"]["planted_share"],
        "look_alikes_share": quality["cases"]["all"]["look_alikes_share"],
        "other_flags": quality["cases"]["all"]["other_flags"],
    }


def growth(rows: list[dict]) -> list[str]:
    found = []
    for small, large in pairwise(rows):
        size = math.log(large["people"] / small["people"])
        for stage in STAGES:
            before, after = small["seconds"][stage], large["seconds"][stage]
            if before >= 1 and math.log(after / before) / size > POWER:
                power = math.log(after / before) / size
                found.append(
                    f"{stage} grows with the power {power:.2f} from {small['people']:,} to {large['people']:,} people"
                )
    return found or ["nothing grows faster than linearly"]


def table(rows: list[dict]) -> list[str]:
    lines = ["| people | rows | pairs compared | " + " | ".join(STAGES) + " | whole process | peak memory |"]
    lines.append("|---:" * (len(STAGES) + 5) + "|")
    for row in rows:
        seconds = " | ".join(f"{row['seconds'][s]:.1f} s ({row['peak_mb'][s]:,} MB)" for s in STAGES)
        lines.append(
            f"| {row['people']:,} | {row['received']:,} | {row['candidate_pairs']:,} | {seconds} "
            f"| {row['whole_seconds']:.1f} s | {max(row['peak_mb'].values()):,} MB |"
        )
    lines += [
        "",
        "| people | person F1 (groups) | person F1 (links) | property F1 | organisation F1 | planted flagged | look-alikes flagged | other flags | sample made in |",
    ]
    lines.append("|---:" * 9 + "|")
    for row in rows:
        lines.append(
            f"| {row['people']:,} | {row['person_f1']:.4f} | {row['person_links_f1']:.4f} | {row['property_f1']:.4f} "
            f"| {row['organisation_f1']:.4f} | {row['planted_share']:.1%} | {row['look_alikes_share']:.1%} "
            f"| {row['other_flags']:,} | {row['sample_seconds']:.1f} s |"
        )
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--people", type=int, nargs="*", default=[20_000, 200_000, 1_000_000])
    parser.add_argument("--repeat", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        rows = [measure(people, options.repeat, Path(place)) for people in sorted(options.people)]
    if options.json:
        print(json.dumps(rows, indent=2))
        return
    print(f"{os.cpu_count()} cores, median of {options.repeat} run(s)\n")
    print("\n".join(table(rows)))
    print()
    print("\n".join(growth(rows)))


if __name__ == "__main__":
    main()
