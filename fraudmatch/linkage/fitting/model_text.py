"""Models as TOML text: written anew, or with new numbers put into the text of an old one.

Putting numbers in keeps what people wrote: comments, order and layout. The text is read back
afterwards; where it does not say exactly what the model says, a plain one is written instead.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from fraudmatch.linkage.model import Model

_TABLE = re.compile(r"^\[\[\s*(\w+)\s*\]\]")
_KEY = re.compile(r"^(\w+)\s*=")
_LEVEL = re.compile(r'\{[^{}]*?\bname\s*=\s*("(?:[^"\\]|\\.)*")[^{}]*\}')
_NAMED = re.compile(r'("(?:[^"\\]|\\.)*"|[A-Za-z0-9_-]+)(\s*=\s*)([-+0-9._eE]+)')


def number_text(value: float) -> str:
    """A number as TOML, without exponent: 6e-07 -> 0.0000006."""
    if isinstance(value, int):
        return str(value)
    text = f"{Decimal(repr(value)):f}"
    return text if "." in text else f"{text}.0"


def model_text(model: Model) -> str:
    """The model as a TOML file, without comments; what is as by default is left out."""
    content = model.model_dump(by_alias=True, exclude_defaults=True)
    tables = {"comparison": content.pop("comparison"), "given": content.pop("given", [])}
    lines = []
    for key, value in content.items():
        if isinstance(value, list):
            lines += ["", f"{key} = [", *(f"  {_value(one)}," for one in value), "]"]
        else:
            lines.append(f"{key} = {_value(value)}")
    for key, entries in tables.items():
        for entry in entries:
            lines += ["", f"[[{key}]]", *_entry(entry)]
    return "\n".join(lines) + "\n"


def _entry(entry: dict[str, Any]) -> Iterator[str]:
    for key, value in entry.items():
        if key == "levels":
            yield "levels = ["
            yield from (f"  {_value(level)}," for level in value)
            yield "]"
        elif value is not None and value != {}:
            yield f"{key} = {_value(value)}"


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return number_text(value)
    if isinstance(value, list):
        return f"[{', '.join(_value(one) for one in value)}]"
    if isinstance(value, dict):
        inside = (f"{_name(k)} = {_value(v)}" for k, v in value.items() if v is not None)
        return f"{{ {', '.join(inside)} }}"
    return _quoted(str(value))


def _name(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else _quoted(key)


def _quoted(text: str) -> str:
    """A TOML basic string; JSON's escapes are TOML's too."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


# ---------------------------------------------------------------------------------------
# New numbers in an old text
# ---------------------------------------------------------------------------------------


def renewed_text(text: str, model: Model, head: list[str], notes: dict[str, str]) -> str:
    """`text`, a model file, with the numbers of `model`, or a plain file where that fails.

    Args:
        text: the file of a model with the same comparisons, levels and `given` entries.
        model: the new numbers.
        head: comment lines that replace those above the first key, which spoke of the old file.
        notes: top-level key -> comment that replaces the one behind it.
    """
    comments = [f"# {line}" for line in head]
    made = "\n".join([*comments, *_renewed(text.splitlines(), model, notes)]) + "\n"
    try:
        if Model.model_validate(tomllib.loads(made)) == model:
            return made
    except ValueError:  # a layout this module does not know; the plain text below is right for sure
        pass
    return "\n".join([*comments, model_text(model)])


def _renewed(lines: list[str], model: Model, notes: dict[str, str]) -> Iterator[str]:
    """The lines with their numbers replaced, from the first key on."""
    table, seen = "", {"comparison": -1, "given": -1}
    begun = False
    for line in lines:
        begun = begun or bool(line.strip() and not line.startswith("#"))
        if not begun:
            continue
        if found := _TABLE.match(line):
            table = found[1]
            seen[table] = seen.get(table, -1) + 1
        elif not table:
            line = _top(line, model, notes)
        elif table == "comparison":
            line = _level(line, model.comparison[seen[table]])
        elif table == "given":
            line = _given(line, model.given[seen[table]])
        yield line


def _top(line: str, model: Model, notes: dict[str, str]) -> str:
    key = found[1] if (found := _KEY.match(line)) else ""
    if key not in ("version", "prior"):
        return line
    note = f"   # {notes[key]}" if key in notes else ""
    return f"{key} = {number_text(getattr(model, key))}{note}"


def _level(line: str, comparison: Any) -> str:
    def put(found: re.Match[str]) -> str:
        level = comparison.levels[comparison.level(json.loads(found[1]))]
        made = found[0]
        for key, value in (("m", level.m), ("u", level.u)):
            made = re.sub(rf"\b{key}(\s*=\s*)[-+0-9._eE]+", rf"{key}\g<1>{number_text(value)}", made)
        return made

    return line if line.lstrip().startswith("#") else _LEVEL.sub(put, line)


def _given(line: str, given: Any) -> str:
    key = found[1] if (found := _KEY.match(line)) else ""
    if key not in ("m", "u"):
        return line
    values: dict[str, float] = getattr(given, key)

    def put(found: re.Match[str]) -> str:
        name = json.loads(found[1]) if found[1].startswith('"') else found[1]
        return f"{found[1]}{found[2]}{number_text(values[name])}" if name in values else found[0]

    start = line.index("{") if "{" in line else len(line)
    return line[:start] + _NAMED.sub(put, line[start:])
