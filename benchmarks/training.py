"""What `fraudmatch train` does for the published sets: linked before and after, nothing labelled.

    python benchmarks/training.py                 the table of docs/measuring.md
    python benchmarks/training.py --only febrl4 --only historical
    python benchmarks/training.py --keep-prior

Each set is linked with the shipped model, the model is fitted to the same files without their
answers, and the set is linked again. Files and measures are those of `accuracy.py`.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from accuracy import MAPPINGS, Row, data_folder, measure
from accuracy_sets import SETS

from fraudmatch.files.train import source_text, train_files, trained_text
from fraudmatch.linkage import load_model


@dataclass(frozen=True)
class Gain:
    """A set before and after.

    Attributes:
        expected: true pairs the fit expects among the candidates, which no label told it.
        seconds: of reading and fitting.
    """

    before: Row
    after: Row
    prior: float
    expected: float
    seconds: float


def gain(name: str, data: Path, scratch: Path, keep_prior: bool = False) -> Gain:
    """Train on one set and measure it.

    Args:
        data: folder of published files. scratch: an empty folder.
    """
    chosen = SETS[name]
    for part in ("train", "before", "after"):
        (scratch / part).mkdir()
    paths, _ = chosen.prepare(data, scratch / "train")
    model = load_model(chosen.model)
    begun = time.perf_counter()
    made = train_files(paths, [MAPPINGS / one for one in chosen.mappings], model, keep_prior=keep_prior)
    seconds = time.perf_counter() - begun
    fitted = scratch / "fitted.toml"
    fitted.write_text(trained_text(made, source_text(model, chosen.model)), encoding="utf-8")
    return Gain(
        measure(chosen, data, scratch / "before"),
        measure(chosen, data, scratch / "after", {chosen.model: str(fitted)}),
        made.new.prior,
        made.trained.expected_pairs,
        seconds,
    )


_HEAD = (
    "| set | true pairs | expected | links P | R | F1 | clusters F1 | after: links P | R | F1 | clusters F1 | prior | s |\n"
    "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|"
)


def line(found: Gain) -> str:
    """One line of the table, in Markdown."""
    cells = [found.before.name, f"{found.before.true_pairs:,}", f"{found.expected:,.0f}"]
    for row in (found.before, found.after):
        shares = (row.links.precision, row.links.recall, row.links.f1, row.clusters.f1)
        cells += ["–" if share is None else f"{share:.4f}" for share in shares]
    return f"| {' | '.join([*cells, f'{found.prior:.1f}', f'{found.seconds:.1f}'])} |"


def main(arguments: list[str] | None = None) -> int:
    """Print the table; 1 when the data folder is absent."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--only", action="append", choices=sorted(SETS), help="this set; may be repeated")
    parser.add_argument("--keep-prior", action="store_true", help="fit m and u, and leave the prior")
    chosen = parser.parse_args(arguments)
    data = data_folder()
    if not data.is_dir():
        print("There is no data folder: name it in FRAUDMATCH_DATA.", file=sys.stderr)
        return 1
    print(_HEAD, flush=True)
    for name in chosen.only or SETS:
        with tempfile.TemporaryDirectory() as scratch:
            print(line(gain(name, data, Path(scratch), chosen.keep_prior)), flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
