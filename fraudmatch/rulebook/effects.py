"""What the changes between two libraries add and remove on a published night."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa

from fraudmatch.kept import Kept
from fraudmatch.rulebook.again import Rerun
from fraudmatch.rulebook.differences import Change
from fraudmatch.rulebook.trial import Compared, compare
from fraudmatch.schemas import FLAGS, empty
from fraudmatch.scoring import Library
from fraudmatch.scoring.rules import Rule


@dataclass(frozen=True)
class Effect:
    """What one change does to the night.

    Attributes:
        compared: flags of the older and the newer rule; a rule that is absent, a draft or retired flags
            nothing.
        status: of the newer rule; of the older where it was removed.
        lacking: data sets the rule is about and nobody sent; nothing was compared then.
    """

    change: Change
    compared: Compared | None
    status: str
    lacking: tuple[str, ...] = ()


def effects_of(changes: Sequence[Change], old: Library, new: Library, kept: Kept) -> list[Effect]:
    """What each change does to the night, both rules run over it.

    Raises:
        GateError: a model changed since the night.
        RuleFileError: a number is not in force on the date of the night.
    """
    again, found = Rerun(kept), []
    for change in changes:
        pairs = [(library, library.rule(change.rule_id)) for library in (old, new)]
        status = next(rule.file.status for _, rule in reversed(pairs) if rule is not None)
        lacking = [name for _, rule in pairs if rule is not None and rule.runs for name in again.lacks(rule)]
        if lacking:
            found.append(Effect(change, None, status, tuple(dict.fromkeys(lacking))))
            continue
        before, after = (_flags(again, rule, library) for library, rule in pairs)
        found.append(Effect(change, compare(before, after), status))
    return found


def _flags(again: Rerun, rule: Rule | None, library: Library) -> pa.Table:
    """FLAGS of a rule that a night would run; none of any other."""
    if rule is None or not rule.runs:
        return empty(FLAGS)
    return again([rule], library)[0].flags
