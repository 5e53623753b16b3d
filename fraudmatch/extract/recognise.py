"""Guessing which column is which field, for a draft that a person confirms; a run never guesses."""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from importlib import resources
from typing import Any

from fraudmatch import schemas

_NOT_ALNUM = re.compile(r"[^a-z0-9]+")
_LINE = re.compile(r"^(.*?)(\d|[a-d])$")


def key_of(heading: str) -> str:
    """A heading without case, blanks and punctuation."""
    return _NOT_ALNUM.sub("", heading.casefold())


def recognise(
    headings: Sequence[str], dataset: str, learnt: Mapping[str, Iterable[str]] | None = None
) -> dict[str, tuple[int, ...]]:
    """Field -> the columns (from 0) that seem to hold it, in the order of the data set.

    Each column feeds one field at most. Several columns are the lines of an address. Where
    two headings speak for one field, the one the synonym list names first is taken.
    Headings `learnt` for a field (from mappings a person confirmed) go before all lists.
    """
    keys = [key_of(heading) for heading in headings]
    claims = [(-1, *claim) for claim in _learnt_claims(keys, learnt or {})]
    known = {field for _rank, field, _place in claims}
    told = {place for _rank, _field, place in claims}
    found = {
        field: places
        for field, places in _address_lines(keys).items()
        if field not in known and not told & set(places)
    }
    taken = {place for places in found.values() for place in places}
    for _rank, field, place in sorted([*claims, *_claims(keys, dataset)]):
        if field not in found and place not in taken:
            found[field] = (place,)
            taken.add(place)
    order = [field.name for field in schemas.DATASETS[dataset].fields]
    return {name: found[name] for name in order if name in found}


def _learnt_claims(keys: Sequence[str], learnt: Mapping[str, Iterable[str]]) -> list[tuple[str, int]]:
    """(Field, column) for every heading that is read as the field elsewhere."""
    return [
        (field, place)
        for field, headings in learnt.items()
        for place, key in enumerate(keys)
        if key and key in {key_of(heading) for heading in headings}
    ]


def guess_dataset(headings: Sequence[str], file_name: str) -> str:
    """The data set whose own fields the headings name most often; the file name breaks ties.

    Fields that every data set has say nothing about which it is. With no sign at all: "person".
    """
    name = key_of(file_name)
    votes = {}
    for dataset in schemas.DATASETS.values():
        own = {field.name for field in dataset.details}
        fields = own & set(recognise(headings, dataset.name))
        words = sum(word in name for word in _synonyms()["file_words"].get(dataset.name, ()))
        votes[dataset.name] = (len(fields) + 2 * bool(words), bool(words), len(fields) / max(len(own), 1))
    best = max(votes, key=lambda each: votes[each])
    return best if votes[best] > (0, False, 0.0) else "person"


def _claims(keys: Sequence[str], dataset: str) -> list[tuple[int, str, int]]:
    """(rank in the synonym list, field, column) for every heading that is a synonym."""
    claims = []
    for (field, own), ranks in _ranks(dataset).items():
        for place, key in enumerate(keys):
            if key in ranks:
                # What the data set itself calls a column goes before what any data set might.
                claims.append((ranks[key] + (0 if own else 100), field, place))
    return claims


@functools.cache
def _ranks(dataset: str) -> dict[tuple[str, bool], dict[str, int]]:
    """(Field, whether the list is the data set's own) -> heading key -> rank."""
    fields = {field.name for field in schemas.DATASETS[dataset].fields}
    lists = [(name, False, words) for name, words in _synonyms()["party"].items()]
    lists += [(name, True, words) for name, words in _synonyms().get(dataset, {}).items()]
    lists += [(name, True, [name]) for name in sorted(fields) if name not in _synonyms().get(dataset, {})]
    ranks: dict[tuple[str, bool], dict[str, int]] = {}
    for name, own, words in lists:
        if name in fields:
            entry = ranks.setdefault((name, own), {})
            for rank, word in enumerate(words):
                entry.setdefault(key_of(word), rank)
    return ranks


def _address_lines(keys: Sequence[str]) -> dict[str, tuple[int, ...]]:
    """Addresses spread over several numbered columns."""
    found: dict[str, tuple[int, ...]] = {}
    for field, stems in _synonyms()["address_lines"].items():
        stem_keys = {key_of(stem) for stem in stems}
        lines: dict[str, list[int]] = {}
        for place, key in enumerate(keys):
            line = _LINE.match(key)
            if line and line[1] in stem_keys:
                lines.setdefault(line[1], []).append(place)
        if lines:
            found[field] = _with_places(keys, sorted(lines.values(), key=len)[-1])
    return found


def _with_places(keys: Sequence[str], lines: list[int]) -> tuple[int, ...]:
    """The columns of an address and, right behind them, those that name its town or county."""
    places = {key_of(word) for word in _synonyms()["address_places"]["headings"]}
    after = lines[-1] + 1
    while after < len(keys) and keys[after] in places:
        lines = [*lines, after]
        after += 1
    return tuple(lines)


@functools.cache
def _synonyms() -> dict[str, Any]:
    text = resources.files("fraudmatch.extract").joinpath("synonyms.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
