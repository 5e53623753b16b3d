"""Rules that look at the same data sets as one that is about to be written."""

from __future__ import annotations

from fraudmatch.scoring import Library
from fraudmatch.scoring.rules import Rule


def alike(left: str, right: str | None, library: Library) -> list[Rule]:
    """The rules about these two data sets, whichever is called left; of single records or groups, about `left`.

    Rules that are retired are left out; they are in the order of their ids.
    """
    wanted = sorted(filter(None, (left, right)))
    return [
        rule
        for rule in library.rules
        if sorted(filter(None, (rule.file.pair.left, rule.file.pair.right))) == wanted
        and rule.file.status != "retired"
    ]
