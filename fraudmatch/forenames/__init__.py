"""Forenames by the root they are compared under: BILL and WILLIAM have one, MUHAMMAD and MOHAMMED too.

Both lists are our own compilation and hold upper-case ASCII: `roots.csv` gives every forename one root,
`other_roots.csv` a second one to short forms of several names, such as JACKIE and CHRIS. A shared
root is a hint that two forenames may be one person's, never more.
"""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files


@cache
def _listed(name: str) -> dict[str, str]:
    text = (files("fraudmatch.forenames") / name).read_text(encoding="utf-8")
    lines = (line for line in text.splitlines() if not line.startswith("#"))
    return {row["forename"]: row["root"] for row in csv.DictReader(lines)}


def roots() -> dict[str, str]:
    """Forename -> root; no root is a key, and a name that is no key is its own root."""
    return dict(_listed("roots.csv"))


def root(forename: str) -> str:
    """The root of a forename; the forename itself where the list has none."""
    return _listed("roots.csv").get(forename, forename)


def other_root(forename: str) -> str | None:
    """The second root of a short form of several names; None for all other forenames."""
    return _listed("other_roots.csv").get(forename)


@cache
def known_forenames() -> frozenset[str]:
    """Every forename and root of the list."""
    listed = _listed("roots.csv")
    return frozenset(listed) | frozenset(listed.values())
