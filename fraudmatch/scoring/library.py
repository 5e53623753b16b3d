"""The rule library: every rule, parameter and value file of one or several folders."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from fraudmatch import schemas
from fraudmatch.errors import Problem, RuleFileError
from fraudmatch.scoring.drawn import example_problems
from fraudmatch.scoring.mended import read_mended
from fraudmatch.scoring.numbers import numbers_of
from fraudmatch.scoring.rulefile import DatedNumber, RuleFile, read_dated, read_rule
from fraudmatch.scoring.rules import Rule, compile_rule, constants_on

#: The file beside the rules that holds their versions.
LOCK_FILE = "lock.toml"


@dataclass(frozen=True)
class Library:
    """Rules with the numbers they speak of.

    Attributes:
        rules: in the order of their ids.
        parameters: thresholds by name (`param.x`).
        values: amounts in pence by name (`value.x`).
    """

    rules: tuple[Rule, ...]
    parameters: Mapping[str, DatedNumber]
    values: Mapping[str, DatedNumber]

    def texts(self, day: dt.date | None = None) -> dict[str, schemas.RuleText]:
        """Rule id -> what a report prints of it, with its numbers as in force on `day`, if that is given."""
        if day is None:
            return {rule.id: rule.text() for rule in self.rules}
        return {
            rule.id: rule.text(numbers_of(rule, self.parameters, self.values, day)) for rule in self.rules
        }

    def rule(self, rule_id: str) -> Rule | None:
        """The rule with that id, or None."""
        return next((rule for rule in self.rules if rule.id == rule_id), None)

    def constants(self, day: dt.date) -> dict[tuple[str, str], int | float | str | dt.date]:
        """(scope, name) -> the number in force on `day`."""
        return constants_on(day, self.parameters, self.values)


def rule_paths(folder: Path) -> list[Path]:
    """Rule files under `folder`, sorted; not the lock, parameters or values."""
    apart = {"parameters", "values"}
    found = [path for path in folder.rglob("*.toml") if path.name != LOCK_FILE]
    return sorted(path for path in found if not apart & set(path.relative_to(folder).parts[:-1]))


def shown_as(path: Path, folder: Path) -> str:
    """The file as people name it, without the way to the folder."""
    return f"{folder.name}/{path.relative_to(folder).as_posix()}"


def load_library(folders: Sequence[Path]) -> Library:
    """Read, check and compile all files of `folders`.

    A later folder adds to the earlier ones; its rule, parameter or value of the same id or
    name takes the place of theirs. A folder that does not exist holds nothing.

    Raises:
        RuleFileError: any file is wrong; carries every problem of every file.
    """
    library, problems = read_library(folders)
    if problems:
        raise RuleFileError("The rule library has faults.", remedy="Mend the files named.", problems=problems)
    return library


def read_library(folders: Sequence[Path]) -> tuple[Library, list[Problem]]:
    """Every problem of every file, and the rules whose facts and examples can be read, blanks or not.

    Only without a problem is this a library to run; see `load_library`.
    """
    problems: list[Problem] = []
    parameters = _dated(folders, "parameters", problems)
    values = _dated(folders, "values", problems)
    files = _rule_files(folders, problems)
    rules = []
    for file, shown in files.values():
        compiled = compile_rule(file, shown, parameters, values)
        if isinstance(compiled, list):
            problems += compiled
        else:
            drawn = example_problems(compiled)
            problems += drawn
            rules += [] if drawn else [compiled]
    return Library(tuple(sorted(rules, key=lambda rule: rule.id)), parameters, values), problems


def _dated(folders: Sequence[Path], kind: str, problems: list[Problem]) -> dict[str, DatedNumber]:
    """All parameters, or all values, by name."""
    found: dict[str, DatedNumber] = {}
    for folder in folders:
        here: dict[str, str] = {}
        for path in sorted((folder / kind).glob("*.toml")):
            shown = shown_as(path, folder)
            read = read_dated(path, shown)
            if isinstance(read, list):
                problems += read
                continue
            for name, dated in read.items():
                if name in here:
                    problems.append(Problem(shown, name, f"{here[name]} has this name too.", "Rename one."))
                here[name] = shown
                problems += _dated_problems(shown, name, dated, kind)
            found |= read
    return found


def _dated_problems(shown: str, name: str, dated: DatedNumber, kind: str) -> list[Problem]:
    days = [entry.starts for entry in dated.in_force]
    found = []
    if len(set(days)) < len(days):
        found.append(Problem(shown, f"{name}.in_force", "two numbers are in force from one day."))
    if len({_sort_of(entry.value) for entry in dated.in_force}) > 1:
        found.append(Problem(shown, f"{name}.in_force", "the numbers are not all of one kind."))
    if kind == "values" and not all(isinstance(entry.value, int) for entry in dated.in_force):
        found.append(Problem(shown, f"{name}.in_force", "a value is a whole number of pence."))
    if kind == "values" and dated.unit != "pence":
        found.append(Problem(shown, f"{name}.unit", "the unit of a value is pence."))
    if (kind == "values") != (dated.money is not None):
        what = "a value says its class." if kind == "values" else "a parameter is no amount and has no class."
        found.append(Problem(shown, f"{name}.class", what, "Classes: actual, estimate, notional, prevented."))
    return found


def _sort_of(number: object) -> str:
    return "number" if isinstance(number, (int, float)) else type(number).__name__


def _rule_files(folders: Sequence[Path], problems: list[Problem]) -> dict[str, tuple[RuleFile, str]]:
    """Rule id -> file and its name, later folders first."""
    found: dict[str, tuple[RuleFile, str]] = {}
    for folder in folders:
        here: dict[str, str] = {}
        for path in rule_paths(folder):
            shown = shown_as(path, folder)
            read: RuleFile | list[Problem] | None = read_rule(path, shown)
            if isinstance(read, list):
                problems += read
                read = read_mended(path)
            if read is None:
                continue
            problems += _identity_problems(read, path, shown, here)
            here[read.id] = shown
            found[read.id] = (read, shown)
    return found


def _identity_problems(file: RuleFile, path: Path, shown: str, here: Mapping[str, str]) -> list[Problem]:
    found = []
    if path.stem != file.id.lower():
        found.append(
            Problem(
                shown,
                "id",
                f"the file of {file.id} is called {path.name}.",
                f"Name it {file.id.lower()}.toml.",
            )
        )
    if file.id in here:
        found.append(Problem(shown, "id", f"{here[file.id]} has this id too.", "Number one of them anew."))
    return found
