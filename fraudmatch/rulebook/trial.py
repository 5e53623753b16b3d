"""A changed rule on the last night: which flags it gains, loses and keeps. Nothing is written to the site."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch.errors import Problem, RuleFileError
from fraudmatch.kept import Kept
from fraudmatch.rulebook.again import Rerun
from fraudmatch.rulebook.manual import known_rule
from fraudmatch.scoring import Library, LookedAt
from fraudmatch.scoring.drawn import example_problems
from fraudmatch.scoring.library import shown_as
from fraudmatch.scoring.rulefile import DatedNumber, read_dated, read_rule
from fraudmatch.scoring.rules import Rule, compile_rule


@dataclass(frozen=True)
class Compared:
    """Flags of one rule before and after a change; FLAGS each, by flag_key told apart.

    Attributes:
        gained / lost: only after, only before. kept: both, as after. was: the same keys as before, in the
            order of `kept`.
    """

    gained: pa.Table
    lost: pa.Table
    kept: pa.Table
    was: pa.Table

    @property
    def ranked_anew(self) -> int:
        """Kept flags whose risk points differ."""
        differ = self.kept["risk_points"].to_numpy() != self.was["risk_points"].to_numpy()
        return int(differ.sum())


@dataclass(frozen=True)
class Trial:
    """What a rule would have done in the night.

    Attributes:
        rule: as tried. library: the one in force, with the numbers of the rule's folder.
        published: version of the rule in the night; None = the night did not run it.
        held: HELD. looked_at: what the rule saw. overruled: OVERRULED by the overrides of the night.
    """

    rule: Rule
    library: Library
    kept: Kept
    published: int | None
    compared: Compared
    held: pa.Table
    looked_at: LookedAt
    overruled: pa.Table


def try_rule(rule: Rule, library: Library, kept: Kept) -> Trial:
    """Run the rule over the night and compare its flags with those the night published.

    Raises:
        RunError, GateError, RuleFileError: the night lacks something; see `Rerun`.
    """
    scored, overruled = Rerun(kept)([rule], library)
    before = kept.flags.filter(pc.equal(kept.flags["rule_id"], rule.id))
    ran = kept.run.manifest["rules"].get(rule.id)
    published = ran["version"] if ran and ran["status"] in ("trial", "live") else None
    return Trial(
        rule, library, kept, published, compare(before, scored.flags), scored.held,
        scored.looked_at[rule.id], overruled,
    )  # fmt: skip


def compare(before: pa.Table, after: pa.Table) -> Compared:
    """Two tables of FLAGS by flag_key."""
    had, has = (table["flag_key"].combine_chunks() for table in (before, after))
    stays = pc.is_in(has, value_set=had)
    kept = after.filter(stays)
    was = before.take(pc.index_in(kept["flag_key"].combine_chunks(), value_set=had))
    lost = before.filter(pc.invert(pc.is_in(had, value_set=has)))
    return Compared(after.filter(pc.invert(stays)), lost, kept, was)


def of_partner(flags: pa.Table, partner: str) -> pa.Table:
    """The flags with the partner as a party."""
    sides = [
        pc.fill_null(pc.equal(flags[f"{side}_partner"].combine_chunks(), partner), False)
        for side in ("left", "right")
    ]
    return flags.filter(pc.or_(*sides))


def points_of(flags: pa.Table) -> tuple[int, int, int] | None:
    """Least, median and most risk points; None without flags."""
    if not flags.num_rows:
        return None
    points = flags["risk_points"].to_numpy()
    return int(points.min()), int(np.median(points)), int(points.max())


def find_rule(named: str, library: Library) -> tuple[Rule, Library]:
    """The rule to try and the library with its numbers.

    Args:
        named: an id of the library, or a path to a rule file. Parameter and value files beside the rule,
            or in the folder above it, add to those of the library.

    Raises:
        RuleFileError: there is no such rule, or its file has faults (all of them are named).
    """
    path = Path(named)
    if path.suffix == ".toml" or path.is_file():
        return _read(path, library)
    return known_rule(named, library), library


def _read(path: Path, library: Library) -> tuple[Rule, Library]:
    if not path.is_file():
        raise RuleFileError(f"There is no file {path}.", remedy="Check the path, or give the id of a rule.")
    problems: list[Problem] = []
    parameters, values = (
        dict(numbers) | _beside(path, kind, problems)
        for kind, numbers in (("parameters", library.parameters), ("values", library.values))
    )
    shown = shown_as(path.resolve(), path.resolve().parent)
    file = read_rule(path, shown)
    if isinstance(file, list):
        raise _faulty(path, [*problems, *file])
    rule = compile_rule(file, shown, parameters, values, unfinished=True)
    if isinstance(rule, list):
        raise _faulty(path, [*problems, *rule])
    problems += example_problems(rule)
    if problems:
        raise _faulty(path, problems)
    return rule, Library(library.rules, parameters, values)


def _beside(path: Path, kind: str, problems: list[Problem]) -> dict[str, DatedNumber]:
    """Numbers in a folder `kind` next to the file or one folder up."""
    found: dict[str, DatedNumber] = {}
    for folder in (path.resolve().parent.parent, path.resolve().parent):
        for each in sorted((folder / kind).glob("*.toml")):
            read = read_dated(each, shown_as(each, folder))
            if isinstance(read, list):
                problems += read
            else:
                found |= read
    return found


def _faulty(path: Path, problems: Sequence[Problem]) -> RuleFileError:
    return RuleFileError(f"{path.name} has faults.", remedy="Mend them and try again.", problems=problems)
