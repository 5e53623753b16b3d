"""A library as a person names it on the command line."""

from __future__ import annotations

from dataclasses import dataclass
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
