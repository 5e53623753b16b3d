"""Readers of the word lists shipped in `lists/`; each file states its origin at its head."""

from __future__ import annotations

import csv
from functools import cache
from importlib import resources


@cache
def _lines(name: str) -> tuple[str, ...]:
    text = (resources.files("fraudmatch.sample") / "lists" / name).read_text(encoding="utf-8")
    return tuple(line for line in text.splitlines() if line and not line.startswith("#"))


@cache
def rows(name: str) -> tuple[dict[str, str], ...]:
    """The rows of a CSV list as dictionaries."""
    return tuple(csv.DictReader(_lines(name)))


def unpack(words: str) -> list[str]:
    """A cell of words separated by blanks; an underscore stands for a blank."""
    return [word.replace("_", " ") for word in words.split()]


def plain_words(name: str) -> list[str]:
    """All words of a list without columns."""
    return [word for line in _lines(name) for word in unpack(line)]


def words_of(name: str, **where: str) -> list[str]:
    """The words of the rows of `name` whose columns have the given values."""
    column = list(rows(name)[0])[-1]
    found = [row for row in rows(name) if all(row[key] == value for key, value in where.items())]
    return [word for row in found for word in unpack(row[column])]
