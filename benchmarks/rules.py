"""Seconds of the whole rule library by number of linked pairs: in all and by rule, and peak memory.

    python benchmarks/rules.py                      250,000, 500,000 and 1,000,000 pairs
    python benchmarks/rules.py --pairs 1000000 --repeat 3

Records of the sample partnership are normalised and linked once, then laid side by side as often as
it takes: each copy is a partnership of its own with other references, rows and contacts, so that
pairs, groups and flags all grow with the number of copies. A linked pair is two records in one group
of people, properties, organisations or accounts, or two linked payments. The models are the real
ones, run in full on the pairs they are asked about. Each size is a process of its own. Exit code 1
when the largest size takes ten seconds or more, or grows faster than pairs to the power 1.1.
"""

from __future__ import annotations

import argparse
import json
import math
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

SIZES = (250_000, 500_000, 1_000_000)
BAR_SECONDS, POWER = 10.0, 1.1

#: Columns that name something of one partnership: each copy has its own.
_NAMED = ("source_ref", "creditor_ref", "council_tax_ref", "property_ref", "phone", "email")
_GROUPS = ("person_id", "property_id", "organisation_id", "account_id")


class Base:
    """The sample partnership, normalised and linked.

    Attributes:
        pairs: linked pairs of one copy.
    """

    def __init__(self) -> None:
        from fraudmatch.exercise import as_at_of, prepare
        from fraudmatch.linkage import link_all
        from fraudmatch.shipped import shipped
        from fraudmatch.site import load_site
        from fraudmatch.stages import Stopwatch

        with tempfile.TemporaryDirectory() as place:
            folder = Path(place) / "site"
            shutil.copytree(shipped("sample_data"), folder)
            site = load_site(folder)
            self.as_at = as_at_of(site, None)
            prepared = prepare(site, self.as_at, Stopwatch(), lambda _: None)
        linked = link_all(prepared.records, prepared.details)
        self.records, self.details = prepared.records, dict(prepared.details)
        self.groups, self.payment_links = linked.groups, linked.links["payment"]
        self.scorers, self.size = linked.scorers, prepared.records.num_rows
        self.pairs = sum(_pairs_in(self.groups[name]) for name in _GROUPS) + self.payment_links.num_rows

    def copies(self, number: int) -> dict[str, Any]:
        """The arguments of `score` for so many copies side by side."""
        return {
            "records": pa.concat_tables(
                [self._copy(self.records, n) for n in range(number)]
            ).combine_chunks(),
            "details": {
                name: pa.concat_tables([self._copy(table, n) for n in range(number)]).combine_chunks()
                for name, table in self.details.items()
            },
            "groups": pa.concat_tables([self._copy(self.groups, n) for n in range(number)]).combine_chunks(),
            "scorers": {model: self._scorer(scorer) for model, scorer in self.scorers.items()},
            "payment_links": pa.concat_tables([self._copy(self.payment_links, n) for n in range(number)]),
        }

    def _copy(self, table: pa.Table, number: int) -> pa.Table:
        for place, field in enumerate(table.schema):
            column = table[field.name]
            if field.name in ("record_id", "left_id", "right_id", *_GROUPS):
                column = pc.add(column.cast(pa.int64()), number * self.size).cast(field.type)
            elif field.name == "source_row":
                column = pc.add(column, number * 1_000_000)
            elif field.name in _NAMED:
                plain = column.cast(pa.string())
                column = pc.binary_join_element_wise(plain, str(number), "~").cast(field.type)
            else:
                continue
            table = table.set_column(place, field, column)
        return table

    def _scorer(self, scorer: Any) -> Any:
        """The model on the records of the one copy that both ids lie in."""

        def judge(left: np.ndarray, right: np.ndarray) -> pa.Table:
            return scorer((left % self.size).astype(np.uint32), (right % self.size).astype(np.uint32))

        return judge


def _pairs_in(ids: pa.ChunkedArray) -> int:
    sizes = np.unique(ids.drop_null().to_numpy(), return_counts=True)[1].astype(np.int64)
    return int((sizes * (sizes - 1) // 2).sum())


def run_rules(tables: dict[str, Any], as_at: Any, library: Any) -> tuple[dict[str, dict[str, float]], float]:
    """Rule -> its seconds and counts, and the seconds of all; a rule pays for what it is the first to ask."""
    from fraudmatch.scoring.flags import flags_of, held_of, in_order, members_of_flags
    from fraudmatch.scoring.judge import Bench, judge
    from fraudmatch.scoring.sides import Night

    begun = time.perf_counter()
    night = Night(tables["records"], tables["details"], tables["groups"], as_at)
    bench = Bench(night, tables["scorers"], tables["payment_links"], library.constants(as_at))
    found, flags = {}, []
    for rule in library.rules:
        if rule.runs:
            start = time.perf_counter()
            judged = judge(rule, bench)
            flags.append(flags_of(rule, judged.rows))
            held_of(rule, judged.held)
            members_of_flags(rule, judged.rows)
            seen = judged.looked_at
            seconds = time.perf_counter() - start
            found[rule.id] = {"seconds": seconds, "pairs": seen.pairs, "flagged": seen.flagged}
    in_order(pa.concat_tables(flags))
    return found, time.perf_counter() - begun


def measure(pairs: int, repeat: int) -> dict[str, Any]:
    """One size, in this process."""
    from fraudmatch.scoring import load_library
    from fraudmatch.shipped import shipped
    from fraudmatch.stages import peak_memory_mb

    base, library = Base(), load_library([shipped("rules")])
    copies = max(math.ceil(pairs / base.pairs), 1)
    run_rules(base.copies(1), base.as_at, library)  # what is compiled or read once is not counted
    tables = base.copies(copies)
    before = peak_memory_mb()
    runs = [run_rules(tables, base.as_at, library) for _ in range(repeat)]
    rules = {
        rule: counts | {"seconds": round(statistics.median(run[0][rule]["seconds"] for run in runs), 3)}
        for rule, counts in runs[0][0].items()
    }
    return {
        "pairs": copies * base.pairs,
        "records": tables["records"].num_rows,
        "rules": rules,
        "seconds": round(statistics.median(run[1] for run in runs), 2),
        "flags": sum(int(rule["flagged"]) for rule in rules.values()),
        "joined": sum(int(rule["pairs"]) for rule in rules.values()),
        "peak_mb_before": round(before or 0),
        "peak_mb": round(peak_memory_mb() or 0),
    }


def print_sizes(sizes: list[dict[str, Any]], slowest: int) -> None:
    """One line for each size, then the rules that take longest at the largest."""
    print("| linked pairs | records | joined by rules | flagged | seconds | peak memory (before) |")
    print("|---:|---:|---:|---:|---:|---:|")
    for one in sizes:
        print(
            f"| {one['pairs']:,} | {one['records']:,} | {one['joined']:,} | {one['flags']:,} | {one['seconds']} "
            f"| {one['peak_mb']:,} MB ({one['peak_mb_before']:,} MB) |"
        )
    print(f"\nSeconds of the {slowest} slowest of {len(sizes[-1]['rules'])} rules, by size")
    order = sorted(sizes[-1]["rules"], key=lambda rule: -sizes[-1]["rules"][rule]["seconds"])
    for rule in order[:slowest]:
        row = "  ".join(f"{one['rules'][rule]['seconds']:>7.3f}" for one in sizes)
        print(f"  {rule:<12} {row}   {int(sizes[-1]['rules'][rule]['pairs']):>10,} pairs joined")


def main() -> int:
    """Measure every size in a process of its own and print them."""
    asked = argparse.ArgumentParser(description="Seconds of the rule library by number of linked pairs.")
    asked.add_argument("--pairs", type=int, nargs="+", default=list(SIZES))
    asked.add_argument("--repeat", type=int, default=3)
    asked.add_argument("--slowest", type=int, default=12, help="rules to print")
    asked.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    options = asked.parse_args()
    if options.inside:
        print(json.dumps(measure(options.pairs[0], options.repeat)))
        return 0
    sizes = []
    for pairs in sorted(options.pairs):
        command = [
            sys.executable,
            __file__,
            "--inside",
            "--pairs",
            str(pairs),
            "--repeat",
            str(options.repeat),
        ]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(done.stderr)
        sizes.append(json.loads(done.stdout.splitlines()[-1]))
    print_sizes(sizes, options.slowest)
    first, last = sizes[0], sizes[-1]
    steep = last["seconds"] > first["seconds"] * (last["pairs"] / first["pairs"]) ** POWER
    slow = last["seconds"] >= BAR_SECONDS
    print(
        f"\nUnder {BAR_SECONDS:.0f} s: {'no' if slow else 'yes'}. Linear in pairs: {'no' if steep else 'yes'}."
    )
    return int(slow or steep)


if __name__ == "__main__":
    raise SystemExit(main())
