"""Guessing which column is which field, for a draft that a person confirms; a run never guesses."""

from __future__ import annotations

import functools
import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from importlib import resources
from typing import Any

from fraudmatch import schemas

_NOT_ALNUM = re.compile(r"[^a-z0-9]+")
#: Headings that speak for a data set: one that three or more share is no sign.
_A_SIGN = Fraction(1, 2)
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

    Fields that every data set has say nothing about which it is, and headings that several data sets read as
    fields of their own ("Start Date", "Status") say as little for each as there are many. A date of birth speaks
    against what mostly names firms. With no sign at all, or with such headings alone: "person".
    """
    name = key_of(file_name)
    own = {dataset.name: _own_columns(headings, dataset) for dataset in schemas.DATASETS.values()}
    claimed = Counter(place for places in own.values() for place in places)
    of_people = "date_of_birth" in recognise(headings, "person")
    votes = {}
    for dataset, places in own.items():
        words = any(word in name for word in _synonyms()["file_words"].get(dataset, ()))
        fields = sum(Fraction(1, claimed[place]) for place in places)
        share = Fraction(len(places), max(len(schemas.DATASETS[dataset].details), 1))
        firms = of_people and schemas.DATASETS[dataset].parties != "person"
        votes[dataset] = (fields + 2 * words - 2 * firms, words, share)
    best = max(votes, key=lambda each: votes[each])
    return best if votes[best][0] >= _A_SIGN else "person"


def _own_columns(headings: Sequence[str], dataset: schemas.Dataset) -> list[int]:
    """The columns that seem to hold fields which are not those of every data set, its own reference among them."""
    own = {field.name for field in dataset.details}
    refs = _ranks(dataset.name).get(("source_ref", True), {})
    return [
        place
        for field, places in recognise(headings, dataset.name).items()
        for place in places
        if field in own or (field == "source_ref" and key_of(headings[place]) in refs)
    ]


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
    """Addresses spread over several columns: numbered lines, or number, street and town."""
    found: dict[str, tuple[int, ...]] = {}
    for field, stems in _synonyms()["address_lines"].items():
        stem_keys = {key_of(stem) for stem in stems}
        lines: dict[str, list[int]] = {}
        for place, key in enumerate(keys):
            line = _LINE.match(key)
            if line and line[1] in stem_keys:
                lines.setdefault(line[1], []).append(place)
        if lines:
            found[field] = _with_neighbours(keys, sorted(lines.values(), key=len)[-1])
    streets = [place for place, key in enumerate(keys) if key in _keys("address_streets")]
    if streets and "address" not in found:
        whole = _with_neighbours(keys, streets[:1])
        found |= {"address": whole} if len(whole) > 1 else {}
    return found


def _with_neighbours(keys: Sequence[str], lines: list[int]) -> tuple[int, ...]:
    """The columns of an address, numbers and names of houses beside them, and the places right behind."""
    around, places = _keys("address_numbers"), _keys("address_places")
    first, last = lines[0], lines[-1]
    while first > 0 and keys[first - 1] in around:
        first -= 1
    behind = last + 1
    while behind < len(keys) and keys[behind] in around | places:
        behind += 1
    return (*range(first, lines[0]), *lines, *range(last + 1, behind))


@functools.cache
def _keys(part: str) -> frozenset[str]:
    """The headings of a list of the synonyms that stand for a part of an address."""
    return frozenset(key_of(word) for word in _synonyms()[part]["headings"])


@functools.cache
def _synonyms() -> dict[str, Any]:
    text = resources.files("fraudmatch.extract").joinpath("synonyms.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
