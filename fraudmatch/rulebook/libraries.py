"""A library as a person names it on the command line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from fraudmatch.errors import RuleFileError
from fraudmatch.scoring import Library, load_library
from fraudmatch.scoring.library import rule_paths
from fraudmatch.shipped import shipped

SHIPPED = "shipped"


@dataclass(frozen=True)
class NamedLibrary:
    """A library and how it was read, in words."""

    words: str
    library: Library


def named_library(name: str) -> NamedLibrary:
    """The library that `name` means: the word "shipped", a site, or a folder of rules.

    A folder with parameters and values of its own is a whole library; any other adds to the shipped one.

    Raises:
        RuleFileError: there is no such folder, it holds no rules, or its files have faults.
    """
    own = shipped("rules")
    if name == SHIPPED:
        return NamedLibrary("the shipped rules", load_library([own]))
    folder = Path(name)
    if not folder.is_dir():
        raise RuleFileError(
            f"There is no folder {name}.", remedy='Give a folder, or "shipped" for the shipped rules.'
        )
    if (folder / "site.toml").is_file():
        return NamedLibrary(
            f"the shipped rules with those of the site {name} on top", load_library([own, folder / "rules"])
        )
    if not rule_paths(folder):
        raise RuleFileError(f"{name} holds no rule files.", remedy="Give the folder that has them.")
    if (folder / "parameters").is_dir() and (folder / "values").is_dir():
        return NamedLibrary(f"the whole library in {name}", load_library([folder]))
    return NamedLibrary(f"the shipped rules with those of {name} on top", load_library([own, folder]))


def rules_added(library: Library, folders: Sequence[Path]) -> Library:
    """The library with those rules alone that the last of its folders wrote; all of them, of one folder.

    The examples of a shipped rule are drawn for the shipped numbers. Where a site sets a parameter of its
    own they need no longer show a fact both ways, and nobody at the site can mend that.

    Args:
        folders: those `library` was loaded from, the shipped one first.
    """
    if len(folders) == 1:
        return library
    beneath = load_library(folders[:-1])
    there = {rule.id: rule.file for rule in beneath.rules}
    return replace(library, rules=tuple(rule for rule in library.rules if there.get(rule.id) != rule.file))
