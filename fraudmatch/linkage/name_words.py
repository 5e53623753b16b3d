"""Which words are known as forenames: what stands in a forename's place and is none, is a surname."""

from __future__ import annotations

import csv
from functools import cache
from importlib import resources


@cache
def _forenames() -> frozenset[str]:
    path = resources.files("fraudmatch.linkage") / "models" / "frequencies" / "forenames.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    return frozenset(
        row["value"] for row in csv.DictReader(line for line in lines if not line.startswith("#"))
    )


def unlike_forename(value: str) -> str | None:
    """A name of four letters and more that the shipped table of forenames does not list; else None."""
    return value if len(value) >= 4 and value not in _forenames() else None
