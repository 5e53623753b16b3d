"""The lock of a rule folder: which version of a rule says what.

A decision is remembered against rule and version, so a rule that says something else must
carry another version. The lock holds version and sha256 of every rule that is not a draft. One more
example, what is expected of a review, or a better citation of the law changes no flag, so it needs no
new version.
"""

from __future__ import annotations

import hashlib
import tomllib
from pathlib import Path
from typing import Any

from fraudmatch.errors import Problem, RuleFileError
from fraudmatch.scoring.library import LOCK_FILE, rule_paths, shown_as
from fraudmatch.scoring.rulefile import RuleFile, read_rule

_HEADING = "# Written by: fraudmatch rules lock. Rule id -> version and sha256 of what decides its flags.\n"


#: Tables of a rule file that decide no flag, and the list that cites the law.
_APART = ("[[example]]", "[review]")
_LAW = "legal_basis"


def text_hash(path: Path) -> str:
    """sha256 of what decides flags: no `_APART`, no `_LAW`, line ends as \\n, none of them after blanks."""
    return _hash(_without_law(_deciding(path.read_text(encoding="utf-8").splitlines())))


def _earlier_hashes(path: Path) -> tuple[str, str]:
    """sha256 of the whole text, and of all but `_APART`, as locks held them before; such locks are sound."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return _hash(lines), _hash(_deciding(lines))


def _hash(lines: list[str]) -> str:
    text = "\n".join(line.rstrip() for line in lines).rstrip("\n") + "\n"
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def _deciding(lines: list[str]) -> list[str]:
    """The lines that stand in no table of `_APART`."""
    kept, apart = [], False
    for line in lines:
        if line.startswith("["):
            apart = line.rstrip() in _APART
        if not apart:
            kept.append(line)
    return kept


def _without_law(lines: list[str]) -> list[str]:
    """The lines that do not belong to the list `_LAW`, which ends with its bracket."""
    kept, law = [], False
    for line in lines:
        law = not line.startswith("[") and (law or line.startswith(f"{_LAW} ="))
        if not law:
            kept.append(line)
        law = law and not line.rstrip().endswith("]")
    return kept


def check_lock(folder: Path) -> list[Problem]:
    """Where rules and lock of `folder` differ; nothing when it has no lock file."""
    path = folder / LOCK_FILE
    if not path.is_file():
        return []
    locked = _read(path, folder)
    present = _present(folder)
    found = []
    for rule_id, (version, digest, shown) in present.items():
        held = locked.get(rule_id)
        if held is None:
            found.append(
                Problem(shown, "", "the lock does not hold this rule.", "Run: fraudmatch rules lock")
            )
        elif held["sha256"] != digest and held["sha256"] in _earlier_hashes(folder.parent / shown):
            what = "the lock was written by an earlier release."
            found.append(Problem(shown, "", what, "Run: fraudmatch rules lock"))
        elif held["sha256"] != digest and held["version"] == version:
            what = f"the rule changed and is still version {version}."
            found.append(
                Problem(shown, "version", what, f"Raise it to {version + 1}, then: fraudmatch rules lock")
            )
        elif held["version"] > version:
            found.append(
                Problem(shown, "version", f"the lock holds version {held['version']}.", "Never go back.")
            )
        elif held["version"] != version:
            found.append(Problem(shown, "", "the lock holds an older version.", "Run: fraudmatch rules lock"))
    for rule_id in sorted(locked.keys() - present.keys()):
        what = f"{rule_id} is locked and has no file."
        found.append(Problem(shown_as(path, folder), rule_id, what, "Keep its file with status retired."))
    return sorted(found)


def write_lock(folder: Path) -> Path:
    """Write the lock of `folder` anew.

    Raises:
        RuleFileError: a rule changed without a higher version, went back or was removed.
    """
    path = folder / LOCK_FILE
    blocking = [p for p in check_lock(folder) if not p.remedy.startswith("Run:")]
    if blocking:
        raise RuleFileError("The lock cannot be renewed.", remedy="Mend the files named.", problems=blocking)
    entries = [
        f'\n[{rule_id}]\nversion = {version}\nsha256 = "{digest}"\n'
        for rule_id, (version, digest, _) in sorted(_present(folder).items())
    ]
    path.write_text(_HEADING + "".join(entries), encoding="utf-8", newline="\n")
    return path


def _present(folder: Path) -> dict[str, tuple[int, str, str]]:
    """Rule id -> version, hash and shown name of every readable rule that is not a draft."""
    found = {}
    for path in rule_paths(folder):
        shown = shown_as(path, folder)
        read = read_rule(path, shown)
        if isinstance(read, RuleFile) and read.status != "draft":
            found[read.id] = (read.version, text_hash(path), shown)
    return found


def _read(path: Path, folder: Path) -> dict[str, dict[str, Any]]:
    try:
        locked = tomllib.loads(path.read_text(encoding="utf-8"))
        sound = all(isinstance(e["version"], int) and isinstance(e["sha256"], str) for e in locked.values())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, KeyError, TypeError):
        sound = False
    if not sound:
        raise RuleFileError(
            f"{shown_as(path, folder)} cannot be read.",
            remedy="Restore it from version control, or delete it and run: fraudmatch rules lock",
        )
    return locked
