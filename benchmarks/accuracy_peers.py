"""How well the peers link the published sets, in the columns of accuracy.py.

    python benchmarks/accuracy_peers.py                    every set and peer below
    python benchmarks/accuracy_peers.py --peer splink --only historical --json

Each peer runs as its own documentation runs it on that set, training included
(accuracy_of_splink.py, accuracy_of_recordlinkage.py); ours are the shipped models with nothing
trained. *links* are pairs with a match probability of at least 0.5, *clusters* the connected
components of those, which is the clustering both peers offer. The two last columns are the F1 at
the probability that is best with the answers in hand, which flatters: nobody has them.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from accuracy import Ids, Labels, Row, data_folder, pairs_inside, table
from accuracy_sets import SETS, _rows

from fraudmatch.linkage.measuring.measures import Measures, reduction_ratio

HERE = Path(__file__).resolve().parent
PYTHON = HERE.parent / ".venv-peers" / "bin" / "python"
PEERS = ("splink", "recordlinkage")

#: What each set is read from, and the column that names a row.
SOURCES = {
    "febrl3": (("febrl/dataset3.csv.gz",), "rec_id"),
    "febrl4": (("febrl/dataset4a.csv.gz", "febrl/dataset4b.csv.gz"), "rec_id"),
    "historical": (("historical_figures_50k/historical_figures.parquet",), "unique_id"),
    "fake_1000": (("splink_fake_1000/fake_1000.csv",), "unique_id"),
}

#: Match probabilities tried for the best F1, from even odds down and up in steps of one bit.
THRESHOLDS = [1 / (1 + 2.0**-bits) for bits in range(-10, 21)]

_CUT = 0.5


@dataclass(frozen=True)
class PeerRow:
    """One line: the columns of accuracy.py at 0.5, and the best (F1, probability) of both kinds."""

    peer: str
    row: Row
    best_links: tuple[float, float]
    best_clusters: tuple[float, float]

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        best = {"best_links": self.best_links, "best_clusters": self.best_clusters}
        return {"peer": self.peer} | self.row.as_dict() | best


def records_of(name: str, data: Path, scratch: Path) -> tuple[pa.Table, Labels]:
    """A set's rows as published, blanks as null, with `row` and `file`; and their answers."""
    files, ref = SOURCES[name]
    rows = [
        {column: str(value).strip() or None for column, value in row.items() if value is not None}
        | {"row": 0, "file": file}
        for file, path in enumerate(files)
        for row in _read(data / path)
    ]
    answers = SETS[name].prepare(data, scratch)[1]
    known = [answers[row["file"]][row[ref]][0] for row in rows]
    places = {entity: place for place, entity in enumerate(dict.fromkeys(known))}
    for number, row in enumerate(rows):
        row["row"] = number
    columns = dict.fromkeys(column for row in rows for column in row if column != "cluster")
    made = {column: [row.get(column) for row in rows] for column in columns}
    return pa.table(made), Labels(
        row_of=np.arange(len(rows)),
        entity=np.array([places[entity] for entity in known], np.int64),
        scope=np.zeros(len(rows), np.int64),
        file=np.array([row["file"] for row in rows], np.int64),
        two=len(files) == 2,
    )


def _read(path: Path) -> list[dict[str, Any]]:
    return pq.read_table(path).to_pylist() if path.suffix == ".parquet" else _rows(path)


def measure(peer: str, name: str, data: Path, scratch: Path) -> PeerRow:
    """Run a peer on a set and hold its pairs against the answers.

    Raises:
        RuntimeError: the peer failed; with the end of what it said.
    """
    records, labels = records_of(name, data, scratch)
    source, out = scratch / "records.parquet", scratch / f"{peer}.parquet"
    pq.write_table(records, source)
    script = HERE / f"accuracy_of_{peer}.py"
    done = subprocess.run(
        [str(PYTHON), str(script), name, str(source), str(out)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{script.name} {name} ended with {done.returncode}:\n{done.stderr[-2000:]}")
    told = json.loads(done.stdout.strip().splitlines()[-1])
    return judged(peer, told["version"], name, pq.read_table(out), labels, told["seconds"])


def judged(peer: str, version: str, name: str, pairs: pa.Table, labels: Labels, seconds: float) -> PeerRow:
    """The line of a peer's scored candidate pairs."""
    left, right = (pairs[column].to_numpy().astype(np.int64) for column in ("left", "right"))
    likely, true = pairs["match_probability"].to_numpy(), labels.true_pairs()

    def at(least: float) -> tuple[Measures, Measures]:
        chosen = likely >= least
        inside = pairs_inside(components(len(labels.entity), left[chosen], right[chosen]))
        links, clusters = labels.judged(left[chosen], right[chosen]), labels.judged(*inside)
        return measured(links, true), measured(clusters, true)

    count, first = len(labels.entity), int((labels.file == 0).sum())
    possible = first * (count - first) if labels.two else count * (count - 1) // 2
    links, clusters = at(_CUT)
    complete = measured(labels.judged(left, right), true).recall
    row = Row(
        f"{name}, {peer} {version}", count, len(true), len(left), links, clusters, complete,
        reduction_ratio(len(left), possible), seconds,
    )  # fmt: skip
    tried = [(least, at(least)) for least in THRESHOLDS]
    best = [max((each[kind].f1 or 0.0, -least) for least, each in tried) for kind in (0, 1)]
    return PeerRow(peer, row, *((f1, -least) for f1, least in best))


def components(count: int, left: Ids, right: Ids) -> Ids:
    """Connected components of so many rows: a label for each."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    graph = coo_array((np.ones(len(left), np.int8), (left, right)), shape=(count, count))
    return connected_components(graph, directed=False)[1].astype(np.int64)


def measured(found: Ids, true: Ids) -> Measures:
    """Found pairs against the true ones, both as the codes of `Labels`."""
    return Measures(len(true), len(found), len(np.intersect1d(found, true, assume_unique=True)))


def text(rows: Iterable[PeerRow]) -> str:
    """The table of accuracy.py with two columns more."""
    rows = list(rows)
    head, rule, *lines = table(row.row for row in rows).splitlines()
    more = [
        " | ".join(f"{f1:.4f} at {least:.3g}" for f1, least in (row.best_links, row.best_clusters)) + " |"
        for row in rows
    ]
    made = [f"{head} best links F1 | best clusters F1 |", f"{rule}--:|--:|"]
    return "\n".join([*made, *(f"{line} {extra}" for line, extra in zip(lines, more, strict=True))])


def main(arguments: list[str] | None = None) -> int:
    """Run the peers and print their table; 1 when the data or the peers are absent."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--json", action="store_true", help="one JSON document instead of the table")
    parser.add_argument("--peer", action="append", choices=PEERS, help="this peer; may be repeated")
    parser.add_argument("--only", action="append", choices=sorted(SOURCES), help="this set; may be repeated")
    chosen = parser.parse_args(arguments)
    data = data_folder()
    if not data.is_dir():
        print("There is no data folder: name it in FRAUDMATCH_DATA.", file=sys.stderr)
        return 1
    if not PYTHON.exists():
        print("The peers are not installed; run `make bench-peers` first.", file=sys.stderr)
        return 1
    rows = []
    for name in chosen.only or SOURCES:
        for peer in chosen.peer or PEERS:
            with tempfile.TemporaryDirectory() as scratch:
                rows.append(measure(peer, name, data, Path(scratch)))
    print(json.dumps([row.as_dict() for row in rows], indent=2) if chosen.json else text(rows))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
