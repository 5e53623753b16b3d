"""A rule file with blanks or unknown keys, read as if these were mended, so that the rest is checked too."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from fraudmatch.scoring.rulefile import RuleFile

#: Stands where a word is still blank.
_FILLED = "–"


def read_mended(path: Path) -> RuleFile | None:
    """The rule with its blanks filled and its unknown keys left out; None where more than that is wrong.

    What it says is told to the writer of the rule and is never run.
    """
    try:
        written = tomllib.loads(path.read_text(encoding="utf-8"))
        RuleFile.model_validate(written)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        return None
    except ValidationError as error:
        for fault in error.errors(include_url=False, include_context=False):
            _mend(written, fault["type"], fault["loc"])
    try:
        return RuleFile.model_validate(written)
    except ValidationError:
        return None


def _mend(written: Any, fault: str, place: tuple[int | str, ...]) -> None:
    """Fill what is blank, leave out what no key is called; of all else nothing."""
    if fault not in ("string_too_short", "extra_forbidden"):
        return
    *way, last = place
    for part in way:
        try:
            written = written[part]
        except (KeyError, IndexError, TypeError):  # pydantic names a step of its own
            return
    if fault == "string_too_short":
        written[last] = _FILLED
    elif isinstance(written, dict):
        written.pop(last, None)
