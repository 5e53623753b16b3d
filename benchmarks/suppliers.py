"""What the supplier links that the supplier ids call false are, and how precise the links are.

    python benchmarks/suppliers.py                      the measures
    python benchmarks/suppliers.py --read 100           and links to read: different names, different ids

Truth is one id for one supplier of a council, and it errs both ways: a firm has several ids, and
ids are given to another firm. So the links are counted in three ways, from strict to fair:

* by id: a link is false where the ids differ;
* by id or name: links of the very same name under two ids are left out, for from the names alone
  nobody could tell;
* by reading: the different names under different ids are read, a sample at random by hash, and
  judged by hand. What was read is written in benchmarks/README.md.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from accuracy import MAPPINGS, data_folder, label
from accuracy_sets import SETS

from fraudmatch.files.link import link_files
from fraudmatch.linkage import load_model


@dataclass(frozen=True)
class Found:
    """One link inside a council.

    Attributes:
        names: both names as written. same_id / same_name: whether ids, and cores of names, are equal.
        level: what the model saw in the names.
    """

    names: tuple[str, str]
    same_id: bool
    same_name: bool
    level: str


@dataclass(frozen=True)
class Judged:
    """The links inside councils, and how many pairs share an id."""

    found: list[Found]
    true_pairs: int

    def count(self, *, same_id: bool, same_name: bool | None = None) -> int:
        """Links of that kind; whatever their names where `same_name` is None."""
        return sum(one.same_id == same_id and same_name in (None, one.same_name) for one in self.found)

    @property
    def recall(self) -> float:
        """Share of the pairs of one id that are linked."""
        return self.count(same_id=True) / self.true_pairs

    @property
    def precision_by_id(self) -> float:
        """Share of the links whose ids are equal."""
        return self.count(same_id=True) / len(self.found)

    @property
    def precision_by_id_or_name(self) -> float:
        """The same without links of one name under two ids."""
        return self.count(same_id=True) / (len(self.found) - self.count(same_id=False, same_name=True))

    def precision_read(self, wrong: float) -> float:
        """The precision where that share of the different names under different ids are two firms."""
        return 1 - wrong * self.count(same_id=False, same_name=False) / len(self.found)


def judge(name: str, data: Path, scratch: Path) -> Judged:
    """Link one of the supplier sets with the shipped model and hold the links against the ids."""
    chosen = SETS[name]
    paths, answers = chosen.prepare(data, scratch)
    made = link_files(paths, [MAPPINGS / one for one in chosen.mappings], load_model(chosen.model))
    labels = label(made, answers)
    names = made.records["name_as_written"].to_pylist()
    cores = made.records["organisation_core"].to_pylist()
    levels = made.linked.linker.model.comparison[made.linked.linker.model.position("name")].levels
    links = made.linked.links
    found = []
    ids = zip(*(links[c].to_pylist() for c in ("left_id", "right_id", "name_level")), strict=True)
    for left, right, level in ids:
        a, b = labels.row_of[left], labels.row_of[right]
        if labels.scope[a] == labels.scope[b]:
            same = bool(labels.entity[a] == labels.entity[b])
            said = "unknown" if level is None else levels[level].name
            found.append(Found((names[left], names[right]), same, cores[left] == cores[right], said))
    return Judged(found, len(labels.true_pairs()))


def to_read(judged: Judged, count: int) -> list[Found]:
    """Links of different names under different ids, drawn by a hash of the names and their place."""
    doubtful = [one for one in judged.found if not one.same_id and not one.same_name]

    def drawn(place: int) -> bytes:
        return hashlib.sha256("|".join([*doubtful[place].names, str(place)]).encode()).digest()

    return [doubtful[place] for place in sorted(range(len(doubtful)), key=drawn)[:count]]


def _lines(name: str, judged: Judged) -> Iterator[str]:
    yield f"{name}: {len(judged.found):,} links, {judged.true_pairs:,} pairs of one id"
    yield f"  recall {judged.recall:.4f}"
    yield f"  precision by id {judged.precision_by_id:.4f}, by id or name {judged.precision_by_id_or_name:.4f}"
    yield f"  one name under two ids {judged.count(same_id=False, same_name=True):,}"
    yield f"  two names under two ids {judged.count(same_id=False, same_name=False):,}"
    levels = Counter((one.level, one.same_id) for one in judged.found)
    for level in dict.fromkeys(level for level, _ in levels):
        yield f"    {level:45} {levels[level, True]:6,} of one id {levels[level, False]:6,} of two"


def main(arguments: list[str] | None = None) -> int:
    """Print the measures; 1 when the data folder is absent."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--read", type=int, default=0, metavar="N", help="print N doubtful links")
    chosen = parser.parse_args(arguments)
    data = data_folder()
    if not data.is_dir():
        print("There is no data folder: name it in FRAUDMATCH_DATA.", file=sys.stderr)
        return 1
    for name in ("supplier_names", "supplier_numbers"):
        with tempfile.TemporaryDirectory() as scratch:
            judged = judge(name, data, Path(scratch))
        print("\n".join(_lines(name, judged)))
        for one in to_read(judged, chosen.read):
            print(f"  {one.level}: {one.names[0]} | {one.names[1]}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
