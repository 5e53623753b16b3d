"""Which of several addresses a messy one means: the published edge cases, through parser and property model.

    python benchmarks/address_edges.py            one line for each case, and how many are right
    python benchmarks/address_edges.py --all      every candidate with its weight

A case is right where the true candidate, which the file lists first, outweighs every other one.
Blocking is left out: the candidates are given.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
from accuracy import data_folder

from fraudmatch.linkage import Linker, load_model, prepare
from fraudmatch.normalise.addresses import Address, read_address
from fraudmatch.normalise.postcodes import read_postcode

FILE = Path("uk_address_edge_cases") / "edge_case_addresses.yaml"

#: Two quoted texts in brackets: an address and its postcode.
_PAIR = re.compile(r'\[\s*"([^"]*)",\s*"([^"]*)",?\s*\]')


@dataclass(frozen=True)
class Case:
    """A messy address and its candidates, each (address, postcode); the first candidate is true."""

    messy: tuple[str, str]
    candidates: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Ranked:
    """A case with the match weight of each candidate, in bits."""

    case: Case
    weights: tuple[float, ...]

    @property
    def right(self) -> bool:
        """Whether the true candidate outweighs every other."""
        return self.weights[0] > max(self.weights[1:])


def cases(path: Path) -> list[Case]:
    """The cases of the file, in order; only the few forms of YAML it uses are read."""
    text = re.sub(r"^\s*#.*$", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    found = [_PAIR.findall(part) for part in text.split("- messy_address:")[1:]]
    return [Case(messy, tuple(candidates)) for messy, *candidates in found]


def rank(case: Case) -> Ranked:
    """The weights the shipped property model gives the candidates."""
    count = len(case.candidates)
    linker = _linker([case.messy, *case.candidates])
    weights = linker.totals(np.zeros(count, np.int64), np.arange(1, count + 1)) / 1000
    return Ranked(case, tuple(float(weight) for weight in weights))


def _linker(addresses: Sequence[tuple[str, str]]) -> Linker:
    rows = [
        read_address(text)._asdict() | {"postcode": read_postcode(postcode, lenient=True)[0]}
        for text, postcode in addresses
    ]
    columns = {
        name: pa.array([row[name] for row in rows], pa.string()) for name in (*Address._fields, "postcode")
    }
    return prepare(pa.table({**columns, "uprn": pa.nulls(len(rows), pa.string())}), load_model("property"))


def main(arguments: list[str] | None = None) -> int:
    """Print the cases; 1 when the data folder is absent."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--all", action="store_true", help="every candidate with its weight")
    chosen = parser.parse_args(arguments)
    path = data_folder() / FILE
    if not path.is_file():
        print("There are no edge cases: name the data folder in FRAUDMATCH_DATA.", file=sys.stderr)
        return 1
    ranked = [rank(case) for case in cases(path)]
    for number, one in enumerate(ranked, 1):
        margin = one.weights[0] - max(one.weights[1:])
        print(f"{number:2}  {'right' if one.right else 'WRONG'}  {margin:+6.2f} bits  {one.case.messy[0]}")
        for weight, (address, _) in zip(one.weights, one.case.candidates, strict=True) if chosen.all else ():
            print(f"       {weight:8.2f}  {address}")
    print(f"{sum(one.right for one in ranked)} of {len(ranked)} right")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
