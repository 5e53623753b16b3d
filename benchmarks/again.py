"""What a night would save by comparing only what has changed: every model in full and again, 1 % of records changed.

    python benchmarks/again.py SITE [--rounds 3]

SITE has a published night, whose records are the night before; tonight one record in a hundred has the name, date of
birth and address of another of its data set. Every model is run in full and by `linkage.increment.link_again`, in turns;
links and groups must be equal. Prints medians of seconds and their ratio; then, from the seconds the published night
took, what share of it would be left: with linking as fast as found here, with no linking at all, and with neither
reading, normalising nor linking.
"""

from __future__ import annotations

import argparse
import statistics
import time
from pathlib import Path

import numpy as np
import pyarrow as pa

from fraudmatch.audit import Run, open_run
from fraudmatch.linkage import link
from fraudmatch.linkage.increment import Earlier, link_again
from fraudmatch.linkage.model_files import load_model
from fraudmatch.linkage.night import link_properties
from fraudmatch.linkage.size import sized
from fraudmatch.linkage.subjects import Subjects, addresses, organisations, payments, people
from fraudmatch.site import load_site
from fraudmatch.steps import published

#: One record in so many has changed.
EVERY = 100
#: Columns that change, together, as with a person who moved and married.
CHANGED = (
    "name_as_written", "forename", "surname", "date_of_birth", "flat", "number", "building", "street", "town",
    "postcode", "uprn", "organisation_name", "organisation_core",
)  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("site", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    run = open_run(load_site(asked.site).runs_folder)
    night = published.read(run, None).prepared
    before, now = _subjects(night.records, night.details), _subjects(_tonight(night.records), night.details)
    print(f"{night.records.num_rows:,} records, {night.records.num_rows // EVERY:,} changed")
    full = again = 0.0
    for name in before:
        one, two = _model(name, before[name], now[name], asked.rounds)
        full, again = full + one, again + two
    print(f"{'all models':<14} {full:7.2f} {again:7.2f}   x {again / full:.2f}")
    _shares(run, again / full)


def _tonight(records: pa.Table) -> pa.Table:
    """The records with one in `EVERY` rewritten from another of its data set; the same every time."""
    drawn = np.random.default_rng(1)
    rows = np.sort(drawn.choice(records.num_rows, records.num_rows // EVERY, replace=False))
    dataset = records["dataset"].combine_chunks().dictionary_encode().indices.to_numpy()
    source = np.arange(records.num_rows)
    for code in np.unique(dataset[rows]):
        mine = rows[dataset[rows] == code]
        source[mine] = drawn.permutation(np.flatnonzero(dataset == code))[: len(mine)]
    for name in CHANGED:
        place = records.column_names.index(name)
        records = records.set_column(place, records.schema.field(name), records[name].take(pa.array(source)))
    return records


def _subjects(records: pa.Table, details: dict[str, pa.Table]) -> dict[str, Subjects]:
    return {
        "property": addresses(records),
        "organisation": organisations(records),
        "person": people(records, details, link_properties(records)),
        "payment": payments(records, details),
    }


def _model(name: str, before: Subjects, now: Subjects, rounds: int) -> tuple[float, float]:
    """Seconds in full and again, medians; prints them."""
    model = sized(load_model(name), before.table.num_rows)  # the prior of one night for both
    earlier = Earlier(before.table, link(before.table, model, apart=before.apart).links, before.apart)
    full, again = [], []
    for _ in range(rounds):
        begun = time.perf_counter()
        whole = link(now.table, model, apart=now.apart)
        full.append(time.perf_counter() - begun)
        begun = time.perf_counter()
        fresh = link_again(now.table, model, earlier, apart=now.apart)
        again.append(time.perf_counter() - begun)
        assert fresh.linked.links.equals(whole.links)
        assert (fresh.linked.groups == whole.groups).all()
    one, two = statistics.median(full), statistics.median(again)
    print(
        f"{name:<14} {one:7.2f} {two:7.2f}   x {two / one:.2f}   {now.table.num_rows:,} rows, {fresh.fresh:,} fresh;"
        f" compared {whole.compared:,} and {fresh.linked.compared:,}", flush=True,
    )  # fmt: skip
    return one, two


def _shares(run: Run, linking: float) -> None:
    seconds = run.manifest["seconds"]
    whole = sum(seconds.values())
    print("the published night:", ", ".join(f"{stage} {took:.1f}" for stage, took in seconds.items()), "s")
    rest = whole - seconds["link"]
    for what, left in (
        ("linked again", rest + linking * seconds["link"]),
        ("nothing linked", rest),
        ("nothing read, normalised or linked", rest - seconds["extract"] - seconds["normalise"]),
    ):
        print(f"{what:<36} {left / whole:.2f} of it")


if __name__ == "__main__":
    main()
