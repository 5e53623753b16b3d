"""The lists the stage reads: TOML and CSV files in `lists/`, loaded once and never changed."""

from __future__ import annotations

import datetime as dt
import tomllib
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def toml_list(name: str) -> dict[str, Any]:
    """The content of `lists/<name>.toml`."""
    text = (files("fraudmatch.normalise") / "lists" / f"{name}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


@cache
def table(name: str, key: str) -> dict[str, str]:
    """The table `key` of `lists/<name>.toml`: spelling -> the one spelling."""
    return dict(toml_list(name)[key])


@cache
def words(name: str, key: str) -> frozenset[str]:
    """The list `key` of `lists/<name>.toml`, from its `lists` table or its top level."""
    content = toml_list(name)
    return frozenset(content.get("lists", content)[key])


@cache
def phrases(name: str, key: str) -> tuple[tuple[str, ...], ...]:
    """The list `key` as tuples of words, the longest first, for matching at the front of a text."""
    return tuple(sorted((tuple(p.split()) for p in words(name, key)), key=lambda p: (-len(p), p)))


@cache
def dates(key: str) -> frozenset[dt.date]:
    """The list `key` of `lists/placeholders.toml` as dates."""
    return frozenset(dt.date.fromisoformat(text) for text in words("placeholders", key))


@cache
def common_surnames() -> frozenset[str]:
    """The commonest surnames that are no forenames, from `lists/surnames.csv`."""
    text = (files("fraudmatch.normalise") / "lists" / "surnames.csv").read_text(encoding="utf-8")
    return frozenset(line for line in text.splitlines() if not line.startswith("#"))
