"""How well the shipped models link published files whose answers are known.

    python benchmarks/accuracy.py                 the table of benchmarks/README.md
    python benchmarks/accuracy.py --json
    python benchmarks/accuracy.py --only febrl4 --person-model my_person.toml
    python benchmarks/accuracy.py --reliability   of links given a probability, the share that is true
    python benchmarks/accuracy.py --reliability --out reliability.html [--site SITE]

Nothing is trained and no threshold is moved: the models and their thresholds are the shipped
ones, unless another model is named. The files are looked for in the folder FRAUDMATCH_DATA, else
in shared/data beside the checkout; mappings are in tests/real/link. Measures are those of
`fraudmatch.linkage.measuring.measures`.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from accuracy_reliability import PARTNERSHIP, Reliability, of_partnership, reliability_page, reliability_table
from accuracy_sets import SETS, Answer, AnswerSet

from fraudmatch.files.link import LinkedFiles, link_files
from fraudmatch.linkage import load_model
from fraudmatch.linkage.measuring.curves import Bin, reliability
from fraudmatch.linkage.measuring.measures import Measures, pairs_completeness, pairs_inside, reduction_ratio

ROOT = Path(__file__).resolve().parent.parent
MAPPINGS = ROOT / "tests" / "real" / "link"

Ids = npt.NDArray[np.int64]


def data_folder() -> Path:
    """Where the published files are; the folder need not exist."""
    named = os.environ.get("FRAUDMATCH_DATA")
    return Path(named) if named else ROOT.parent / "shared" / "data"


@dataclass(frozen=True)
class Row:
    """One line of the table; shares are None where nothing was found or nothing is true."""

    name: str
    records: int
    true_pairs: int
    candidate_pairs: int
    links: Measures
    clusters: Measures
    pairs_completeness: float | None
    reduction_ratio: float | None
    seconds: float
    reliability: tuple[Bin, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self) | {"links": self.links.as_dict(), "clusters": self.clusters.as_dict()}


@dataclass(frozen=True)
class Labels:
    """The rows of all files with their true entities, and the records that stand for them.

    Attributes:
        row_of: [records] row number of each record; a joint row has two records.
        entity: [rows] true entity. scope: [rows] pairs are judged inside one scope only.
        file: [rows] 0 or 1. two: whether pairs are judged across files only.
    """

    row_of: Ids
    entity: Ids
    scope: Ids
    file: Ids
    two: bool

    def judged(self, left: Ids, right: Ids) -> Ids:
        """Pairs of records as codes of pairs of rows, each once, without those nothing is known of."""
        codes, known = self.codes(left, right)
        return np.unique(codes[known])

    def codes(self, left: Ids, right: Ids) -> tuple[Ids, npt.NDArray[np.bool_]]:
        """(codes of the pairs of rows, whether something is known of them), for each pair of records."""
        a, b = self.row_of[left], self.row_of[right]
        low, high = np.minimum(a, b), np.maximum(a, b)
        keep = (low != high) & (self.scope[low] == self.scope[high])
        if self.two:
            keep &= self.file[low] != self.file[high]
        return low * len(self.entity) + high, keep

    def true_pairs(self) -> Ids:
        """All pairs of rows of one entity, in the same codes."""
        left, right = pairs_inside(self.entity)
        first = np.full(len(self.entity), -1, np.int64)
        first[self.row_of[::-1]] = np.arange(len(self.row_of))[::-1]
        return self.judged(first[left], first[right])


def label(made: LinkedFiles, answers: list[Answer]) -> Labels:
    """Number the rows and attach the answers.

    Raises:
        ValueError: a row of the files has no record, so that it could be missed unnoticed.
    """
    rows = {
        (side, ref): number
        for number, (side, ref) in enumerate(
            (side, ref) for side, answer in zip(("left", "right"), answers, strict=False) for ref in answer
        )
    }
    sides = zip(made.records["partner"].to_pylist(), made.records["source_ref"].to_pylist(), strict=True)
    row_of = np.array([rows[key] for key in sides], np.int64)
    lost = len(rows) - len(np.unique(row_of))
    if lost:
        raise ValueError(f"{lost} rows have no record.")
    known = [value for answer in answers for value in answer.values()]
    return Labels(
        row_of=row_of,
        entity=_codes(known),
        scope=_codes(scope for _, scope in known),
        file=np.repeat(np.arange(len(answers)), [len(answer) for answer in answers]),
        two=len(answers) == 2,
    )


def _codes(values: Iterable[object]) -> Ids:
    seen: dict[object, int] = {}
    return np.array([seen.setdefault(value, len(seen)) for value in values], np.int64)


def measure(chosen: AnswerSet, data: Path, scratch: Path, models: dict[str, str] | None = None) -> Row:
    """Link one set with the shipped model and hold the links against the answers.

    Args:
        data: folder of published files. scratch: an empty folder to unpack into.
        models: model name -> another model's name or path.
    """
    paths, answers = chosen.prepare(data, scratch)
    model = load_model((models or {}).get(chosen.model, chosen.model))
    begun = time.perf_counter()
    made = link_files(paths, [MAPPINGS / name for name in chosen.mappings], model)
    seconds = time.perf_counter() - begun
    return _row(chosen.name, made, label(made, answers), seconds)


def _row(name: str, made: LinkedFiles, labels: Labels, seconds: float) -> Row:
    true = labels.true_pairs()
    links = made.linked.links
    left, right = (links[c].to_numpy().astype(np.int64) for c in ("left_id", "right_id"))
    inside = pairs_inside(made.linked.groups.astype(np.int64))
    count = len(labels.entity)
    lefts = int((labels.file == 0).sum())
    possible = lefts * (count - lefts) if labels.two else count * (count - 1) // 2
    first = np.unique(labels.row_of, return_index=True)[1]
    complete = pairs_completeness(made.linked.keys[first].astype(np.int64), true // count, true % count)
    return Row(
        name,
        count,
        len(true),
        made.linked.compared,
        _measures(labels.judged(left, right), true),
        _measures(labels.judged(*inside), true),
        complete,
        reduction_ratio(made.linked.compared, possible),
        seconds,
        tuple(_reliability(labels, made, true)),
    )


def _reliability(labels: Labels, made: LinkedFiles, true: Ids) -> list[Bin]:
    """Of the judged links by their match probability, how many are true; each pair of rows once."""
    links = made.linked.links
    left, right = (links[c].to_numpy().astype(np.int64) for c in ("left_id", "right_id"))
    weights = links["match_weight"].to_numpy().astype(np.float64)
    codes, known = labels.codes(left, right)
    order = np.lexsort((-weights[known], codes[known]))
    codes, weights = codes[known][order], weights[known][order]
    first = np.diff(codes, prepend=-1) != 0
    return reliability(weights[first], np.isin(codes[first], true))


def _measures(found: Ids, true: Ids) -> Measures:
    return Measures(len(true), len(found), len(np.intersect1d(found, true, assume_unique=True)))


# ---------------------------------------------------------------------------------------
# The table
# ---------------------------------------------------------------------------------------

_HEAD = (
    "| set | records | true pairs | compared | links P | R | F1 | clusters P | R | F1 | completeness | "
    "reduction | s |\n|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|"
)


def table(rows: Iterable[Row]) -> str:
    """The rows in Markdown."""
    return "\n".join([_HEAD, *(_line(row) for row in rows)])


def _line(row: Row) -> str:
    shares = [
        share for found in (row.links, row.clusters) for share in (found.precision, found.recall, found.f1)
    ] + [row.pairs_completeness]
    cells = [row.name, f"{row.records:,}", f"{row.true_pairs:,}", f"{row.candidate_pairs:,}"]
    cells += ["–" if share is None else f"{share:.4f}" for share in shares]
    cells += ["–" if row.reduction_ratio is None else f"{row.reduction_ratio:.5f}", f"{row.seconds:.1f}"]
    return f"| {' | '.join(cells)} |"


def main(arguments: list[str] | None = None) -> int:
    """Measure the sets and print them; 1 when the data folder is absent."""
    chosen = _arguments(arguments)
    data = data_folder()
    if not data.is_dir():
        print("There is no data folder: name it in FRAUDMATCH_DATA.", file=sys.stderr)
        return 1
    models = {"person": chosen.person_model, "organisation": chosen.organisation_model}
    wanted = chosen.only or [*SETS, *([PARTNERSHIP] if chosen.reliability else [])]
    rows = []
    with tempfile.TemporaryDirectory() as scratch:
        for number, name in enumerate(["warm_up", *(name for name in wanted if name in SETS)]):
            folder = Path(scratch) / str(number)
            folder.mkdir()
            row = measure(SETS.get(name, SETS["fake_1000"]), data, folder, models)
            if number:  # the first run compiles, and is not timed
                rows.append(row)
        sets = [Reliability(row.name, SETS[row.name].title, row.reliability) for row in rows]
        if PARTNERSHIP in wanted:
            sets += of_partnership(chosen.site, Path(scratch))
    if chosen.out:
        chosen.out.parent.mkdir(parents=True, exist_ok=True)
        chosen.out.write_text(reliability_page(sets), encoding="utf-8")
    written = reliability_table(sets) if chosen.reliability else table(rows)
    print(json.dumps([row.as_dict() for row in rows], indent=2) if chosen.json else written)
    return 0


def _arguments(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--json", action="store_true", help="one JSON document instead of the table")
    parser.add_argument(
        "--reliability", action="store_true", help="the share of true links by probability instead"
    )
    parser.add_argument(
        "--out", type=Path, metavar="FILE.html", help="with --reliability: a page of charts too"
    )
    parser.add_argument(
        "--site", type=Path, metavar="FOLDER",
        help="with --reliability: a site that was run, with an answer key;\nelse a partnership of 20,000 people is made and run",
    )  # fmt: skip
    names = sorted([*SETS, PARTNERSHIP])
    parser.add_argument("--only", action="append", choices=names, help="this set; may be repeated")
    parser.add_argument("--person-model", default="person", help="another model's name or path")
    parser.add_argument("--organisation-model", default="organisation", help="another model's name or path")
    chosen = parser.parse_args(arguments)
    if not chosen.reliability and (chosen.out or chosen.site or PARTNERSHIP in (chosen.only or ())):
        parser.error(f"--out, --site and the set {PARTNERSHIP} belong to --reliability.")
    return chosen


if __name__ == "__main__":
    raise SystemExit(main())
