"""How long `fraudmatch subject` takes on a site: the list of candidates, and all that is held on one of them.

    python benchmarks/subject.py SITE [--people 5]

SITE is written to (its ledger): give a copy. People are taken evenly from the records that flags rest on.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import pyarrow.parquet as pq

WHO = ("--by", "Benchmark", "--reason", "Measured")


def timed(*args: object) -> float:
    """Seconds that a command of the program takes, its start included."""
    started = time.perf_counter()
    subprocess.run([sys.executable, "-m", "fraudmatch", *map(str, args)], check=True, capture_output=True)
    return time.perf_counter() - started


def asked(site: Path, people: int) -> list[tuple[str, ...]]:
    """Name and date of birth of people that flags rest on, as options."""
    tables = next(site.glob("runs/*/tables"))
    flagged = pq.read_table(tables / "flags.parquet", columns=["left_id"])["left_id"]
    columns = ["forename", "surname", "date_of_birth", "party"]
    rows = pq.read_table(tables / "records.parquet", columns=columns).take(flagged).to_pylist()
    whole = [row for row in rows if row["forename"] and row["surname"] and row["date_of_birth"]]
    step = max(1, len(whole) // people)
    return [
        ("--name", f"{row['forename']} {row['surname']}", "--born", row["date_of_birth"].isoformat())
        for row in whole[::step][:people]
    ]


def main() -> None:
    """Print medians and the slowest."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("site", type=Path)
    options.add_argument("--people", type=int, default=5)
    chosen = options.parse_args()
    lists, whole = [], []
    for person in asked(chosen.site, chosen.people):
        lists.append(timed("subject", chosen.site, *person, *WHO))
        with tempfile.TemporaryDirectory() as folder:
            whole.append(
                timed("subject", chosen.site, *person, *WHO, "--person", 1, "--out", Path(folder) / "out")
            )
    for name, seconds in (("candidates", lists), ("all that is held", whole)):
        print(f"{name}: median {median(seconds):.1f} s, slowest {max(seconds):.1f} s of {len(seconds)}")


if __name__ == "__main__":
    main()
