"""All that is wrong with a library, of every kind at once: files, facts, examples, lock, what live rules must say."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from fraudmatch.errors import Problem, RuleFileError
from fraudmatch.rulebook.libraries import rules_added
from fraudmatch.scoring import Library
from fraudmatch.scoring.drawn_facts import undrawn_facts
from fraudmatch.scoring.library import read_library
from fraudmatch.scoring.lint import review_problems
from fraudmatch.scoring.lock import check_lock

_MEND = "Mend the files named."
_MORE = " Of those whose facts cannot be read yet, more may be told then."


def checked(folders: Sequence[Path]) -> Library:
    """The library in `folders`, the shipped one first.

    Raises:
        RuleFileError: anything is wrong; carries what every check found, and says when more may follow.
    """
    library, faults = read_library(folders)
    problems = list(faults)
    for folder in folders:
        problems += check_lock(folder)
    for rule in library.rules:
        problems += review_problems(rule.file, rule.shown)
    problems += _undrawn(library, folders, faults)
    if problems:
        read = {rule.shown for rule in library.rules}
        unread = any(problem.file not in read for problem in faults)
        message = "The rule library has faults."
        raise RuleFileError(message, remedy=_MEND + (_MORE if unread else ""), problems=problems)
    return library


def _undrawn(library: Library, folders: Sequence[Path], faults: Sequence[Problem]) -> list[Problem]:
    try:
        return undrawn_facts(rules_added(library, folders))
    except RuleFileError:
        if not faults:  # else it is a number that is among them
            raise
        return []
