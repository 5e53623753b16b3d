"""How far the label-free estimate of blocking is to be trusted: held against files with known answers.

    python benchmarks/coverage.py                 the table of docs/linkage.md
    python benchmarks/coverage.py --only febrl4 --only historical
    python benchmarks/coverage.py --site demo     also the people of a finished site with an answer key

`estimate` is what `fraudmatch link --plan` says without labels; `all` is the share of all true pairs
that some pass proposes; `linkable` is the same among the true pairs that reach the threshold once
they are compared, the only ones a better choice of passes could win.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from accuracy import MAPPINGS, Labels, data_folder, label, pairs_inside
from accuracy_sets import SETS

from fraudmatch.files.link import LinkedFiles, link_files
from fraudmatch.linkage import load_model
from fraudmatch.linkage.candidates import blocking_keys
from fraudmatch.linkage.linker import Linker, prepare
from fraudmatch.linkage.measuring.coverage import Coverage, caught_by, estimate_coverage

Ids = npt.NDArray[np.int64]

DEFAULT = ("febrl4", "febrl4_plain", "historical", "fake_1000", "register_payroll", "register_deaths",
           "payroll_deaths", "supplier_across")  # fmt: skip


@dataclass(frozen=True)
class Line:
    """One set."""

    name: str
    coverage: Coverage
    true_pairs: int
    all_share: float
    linkable_share: float


def _line(
    name: str, coverage: Coverage, keys: npt.NDArray[np.int32], linker: Linker, left: Ids, right: Ids
) -> Line:
    low, high = np.minimum(left, right), np.maximum(left, right)
    caught = caught_by(keys, low, high).any(1)
    strong = linker.totals(low, high) >= linker.model.threshold_milli
    return Line(name, coverage, len(low), float(caught.mean()), float(caught[strong].mean()))


def measure(name: str, data: Path, scratch: Path) -> Line:
    """One published set."""
    chosen = SETS[name]
    paths, answers = chosen.prepare(data, scratch)
    made = link_files(paths, [MAPPINGS / each for each in chosen.mappings], load_model(chosen.model))
    left, right = _true_records(made, label(made, answers))
    links = made.linked.links
    hits = caught_by(made.linked.keys, links["left_id"].to_numpy(), links["right_id"].to_numpy())
    coverage = estimate_coverage(hits, links["match_probability"].to_numpy(), made.linked.linker.model)
    return _line(name, coverage, made.linked.keys, made.linked.linker, left, right)


def _true_records(made: LinkedFiles, labels: Labels) -> tuple[Ids, Ids]:
    """The true pairs as the first records of their rows."""
    count = len(labels.entity)
    true = labels.true_pairs()
    first = np.unique(labels.row_of, return_index=True)[1]
    return first[true // count], first[true % count]


def measure_site(folder: Path) -> Line:
    """The people of a finished night of a site with an answer key."""
    from fraudmatch.evaluation.answer_key import entities
    from fraudmatch.kept import read_night
    from fraudmatch.linkage.subjects import subjects_of
    from fraudmatch.site import load_site

    kept = read_night(load_site(folder))
    records, model = kept.prepared.records, load_model("person")
    people = subjects_of(records, kept.prepared.details, kept.groups, "person")
    keys, _ = blocking_keys(people.table, model)
    links = kept.run.read("links_person")
    hits = caught_by(
        keys, *(people.rows_of[links[c].to_numpy().astype(np.int64)] for c in ("left_id", "right_id"))
    )
    entity = entities(kept, folder / "answer_key" / "persons.parquet", "entity")[people.first]
    known = np.flatnonzero(entity >= 0)
    left, right = (known[side] for side in pairs_inside(entity[known]))
    coverage = estimate_coverage(hits, links["match_probability"].to_numpy(), model)
    return _line("site", coverage, keys, prepare(people.table, model), left, right)


def text(lines: list[Line]) -> str:
    """The table in Markdown."""
    head = "| set | true pairs | estimate | 95 % interval | all | linkable | every pass reads |\n|---|--:|--:|---|--:|--:|---|"
    return "\n".join([head, *(_row(line) for line in lines)])


def _row(line: Line) -> str:
    found = line.coverage
    share = "–" if found.share is None else f"{found.share:.3f}"
    interval = f"{found.low:.3f} to {found.high:.3f}" if found.low and found.high else "–"
    return (
        f"| {line.name} | {line.true_pairs:,} | {share} | {interval} | {line.all_share:.3f} | "
        f"{line.linkable_share:.3f} | {', '.join(found.rests_on) or '–'} |"
    )


def main(arguments: list[str] | None = None) -> int:
    """Measure and print; 1 when the data folder is absent."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--only", action="append", choices=sorted(SETS), help="this set; may be repeated")
    parser.add_argument("--site", type=Path, help="folder of a finished site with an answer key")
    chosen = parser.parse_args(arguments)
    data = data_folder()
    if not data.is_dir():
        print("There is no data folder: name it in FRAUDMATCH_DATA.", file=sys.stderr)
        return 1
    lines = []
    with tempfile.TemporaryDirectory() as scratch:
        for name in chosen.only or DEFAULT:
            folder = Path(scratch) / name
            folder.mkdir()
            lines.append(measure(name, data, folder))
    if chosen.site:
        lines.append(measure_site(chosen.site))
    print(text(lines))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
