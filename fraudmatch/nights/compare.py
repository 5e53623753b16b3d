"""Flags that are new, gone or the same, and the one cause of each that is new or gone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

import numpy as np
import pyarrow.compute as pc

from fraudmatch.nights.contents import Contents, contents_of, fields_differing
from fraudmatch.nights.gather import NightRead

#: Cause -> (heading, what it means), in the order in which they are asked; the first that holds is the cause.
CAUSES: dict[str, tuple[str, str]] = {
    "rule": ("Rule changed", "The rule is new or has gone, or its version, status or text differs."),
    "restricted": (
        "Restricted",
        "A record it rests on is restricted in the other night: its partner's nominated officer alone sees it.",
    ),
    "override": ("Overridden", "In the other night a local override takes the flag away."),
    "dataset": (
        "Data set missing",
        "A partner's data set that it rests on has no records in the other night.",
    ),
    "record": ("Record new or gone", "A record it rests on is not in the other night, by its reference."),
    "content": ("Content changed", "A record it rests on has other content."),
    "grouping": (
        "Grouping changed",
        "A record it rests on is grouped with other records, as one person, property, organisation or account.",
    ),
    "around": ("Neighbour changed", "Another record of such a group has other content."),
    "setting": ("Setting changed", "None of these; a number, a model or the program differs."),
    "date": ("Date moved", "None of these; the nights speak of different dates."),
    "other": ("Unexplained", "None of these: to be looked into."),
}

#: Keys that stand as examples of a cause.
EXAMPLES = 3
_TAKEN_AWAY = "taken_away"


@dataclass(frozen=True)
class Example:
    """A flag named as an example of a cause."""

    flag_key: str
    rule_id: str


@dataclass(frozen=True)
class RuleLine:
    """What became of one rule's flags; new and gone by cause, which come to all of them.

    Attributes:
        tonight / before: flags of each night.
    """

    rule_id: str
    tonight: int
    before: int
    new: Mapping[str, int]
    gone: Mapping[str, int]

    @property
    def new_flags(self) -> int:
        """Flags the other night has not."""
        return sum(self.new.values())

    @property
    def gone_flags(self) -> int:
        """Flags of the other night that this one has not."""
        return sum(self.gone.values())

    @property
    def same(self) -> int:
        """Flags of both."""
        return self.tonight - self.new_flags

    @property
    def moved(self) -> int:
        """How much changed."""
        return self.new_flags + self.gone_flags


@dataclass(frozen=True)
class Changes:
    """What changed between two nights.

    Attributes:
        lines: rules with flags in either, most changed first.
        new_examples / gone_examples: cause -> the first flags of it by key, few.
        new_fields / gone_fields: field -> flags of the cause "content" that rest on a record in which it differs, most first.
    """

    lines: tuple[RuleLine, ...]
    new: Mapping[str, int]
    gone: Mapping[str, int]
    new_examples: Mapping[str, tuple[Example, ...]]
    gone_examples: Mapping[str, tuple[Example, ...]]
    new_fields: Mapping[str, int]
    gone_fields: Mapping[str, int]

    @property
    def same(self) -> int:
        """Flags of both nights."""
        return sum(line.same for line in self.lines)

    @property
    def causes(self) -> list[str]:
        """Causes that any flag has, in their order."""
        return [cause for cause in CAUSES if self.new.get(cause) or self.gone.get(cause)]


@dataclass(frozen=True)
class _Side:
    """A night as the causes ask of it."""

    night: NightRead
    rule_of: Mapping[str, str]
    rules: Mapping[str, str]
    contents: Contents
    taken_away: frozenset[str]
    restricted: frozenset[str]
    held_by: Mapping[str, list[int]]


def changes_between(tonight: NightRead, before: NightRead) -> Changes:
    """The flags of two nights held against one another by their keys."""
    there, gone_there = contents_of(tonight, before)
    mine, theirs = _side(tonight, before, there), _side(before, tonight, gone_there)
    now, then = mine.rule_of, theirs.rule_of
    last = _left(tonight, before)
    new = _causes(mine, theirs, now.keys() - then.keys(), last)
    gone = _causes(theirs, mine, then.keys() - now.keys(), last)
    return Changes(
        _lines(now, then, new, gone), _counted(new.values()), _counted(gone.values()),
        _examples(new, now), _examples(gone, then),
        _fields(mine, theirs, new), _fields(theirs, mine, gone),
    )  # fmt: skip


def _rule_of(night: NightRead) -> dict[str, str]:
    """Flag -> its rule."""
    keys, rules = (night.flags[name].to_pylist() for name in ("flag_key", "rule_id"))
    return dict(zip(keys, rules, strict=True))


def _side(night: NightRead, other: NightRead, contents: Contents) -> _Side:
    taken = pc.equal(night.overruled["effect"], _TAKEN_AWAY)
    members: dict[str, list[int]] = {}
    for row in night.members.to_pylist():
        members.setdefault(row["flag_key"], []).append(row["record_id"])
    keys = frozenset(night.overruled.filter(taken)["flag_key"].to_pylist())
    restricted = frozenset(night.restricted["flag_key"].to_pylist())
    rules = rules_of(night.manifest, other.manifest)
    return _Side(night, _rule_of(night), rules, contents, keys, restricted, members)


def rules_of(manifest: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, str]:
    """Rule -> what of it would make its flags other flags: version, status and, where both nights tell, the digests of its file.

    The file of a rule bears its name; of one that does not the version speaks alone, which a changed rule has to raise.
    """
    told = manifest.get("settings", {}) if "settings" in other else {}
    files: dict[str, list[str]] = {}
    for name, digest in sorted(told.items()):
        if name.startswith(("rules/", "shipped rules/")):
            files.setdefault(PurePosixPath(name).stem.upper(), []).append(digest)
    return {
        rule_id: f"{of['version']} {of['status']} {files.get(rule_id.upper(), [])}"
        for rule_id, of in manifest.get("rules", {}).items()
    }


def _left(tonight: NightRead, before: NightRead) -> str:
    """The cause of what nothing about rules and records explains."""
    if _numbers(tonight.manifest, before.manifest) != _numbers(before.manifest, tonight.manifest):
        return "setting"
    return "date" if tonight.as_at != before.as_at else "other"


def _numbers(manifest: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, str]:
    """Models, numbers of rules and versions, of those that both nights tell of."""
    settings = manifest.get("settings", {}) if "settings" in other else {}
    told = {
        name: digest
        for name, digest in settings.items()
        if name.startswith("model ") or "/parameters/" in name or "/values/" in name
    }
    return told | (dict(manifest.get("versions", {})) if "versions" in other else {})


def _causes(here: _Side, other: _Side, keys: Iterable[str], last: str) -> dict[str, str]:
    """The cause of every flag that is in this night and not in the other, by key, in the order of the keys."""
    wanted = set(keys)
    found = {key: _cause(here, other, key, ids, last) for key, ids in _ids(here, wanted)}
    return dict(sorted(found.items()))


def _cause(here: _Side, other: _Side, key: str, ids: list[int], last: str) -> str:
    rule_id = here.rule_of[key]
    if here.rules.get(rule_id) != other.rules.get(rule_id):
        return "rule"
    if key in other.restricted:
        return "restricted"
    if key in other.taken_away:
        return "override"
    mine, theirs = here.contents, other.contents
    at = mine.of_record[ids]
    if not theirs.datasets[mine.dataset[at]].all():
        return "dataset"
    if not theirs.records[at].all():
        return "record"
    for cause in ("content", "grouping", "around"):
        if (getattr(mine, cause)[at] != getattr(theirs, cause)[at]).any():
            return cause
    return last


def _fields(here: _Side, other: _Side, causes: Mapping[str, str]) -> dict[str, int]:
    """Field -> flags whose cause is the content, and which rest on a record in which the field differs."""
    keys = {key for key, cause in causes.items() if cause == "content"}
    if not keys:
        return {}
    rests_on = {key: set(here.contents.of_record[ids].tolist()) for key, ids in _ids(here, keys)}
    every = np.array(sorted(set().union(*rests_on.values())), np.int64)
    differing = fields_differing(here.night, other.night, (here.contents, other.contents), every)
    told = {name: set(places.tolist()) for name, places in differing.items()}
    counts = {
        name: sum(not at.isdisjoint(places) for at in rests_on.values()) for name, places in told.items()
    }
    return dict(sorted(counts.items(), key=lambda one: (-one[1], one[0])))


def _ids(here: _Side, keys: Collection[str]) -> Iterator[tuple[str, list[int]]]:
    """Each of these flags with the records it rests on."""
    columns = (here.night.flags[name].to_pylist() for name in ("flag_key", "left_id", "right_id"))
    for key, left, right in zip(*columns, strict=True):
        if key in keys:
            yield key, [*(one for one in (left, right) if one is not None), *here.held_by.get(key, ())]


def _lines(
    now: Mapping[str, str], then: Mapping[str, str], new: Mapping[str, str], gone: Mapping[str, str]
) -> tuple[RuleLine, ...]:
    tonight, before = Counter(now.values()), Counter(then.values())
    by_rule = [_by_rule(new, now), _by_rule(gone, then)]
    lines = [
        RuleLine(
            rule_id, tonight[rule_id], before[rule_id], *(_counted(of.get(rule_id, ())) for of in by_rule)
        )
        for rule_id in tonight | before
    ]
    return tuple(sorted(lines, key=lambda line: (-line.moved, line.rule_id)))


def _by_rule(causes: Mapping[str, str], rules: Mapping[str, str]) -> dict[str, list[str]]:
    """Rule -> the causes of its flags."""
    found: dict[str, list[str]] = {}
    for key, cause in causes.items():
        found.setdefault(rules[key], []).append(cause)
    return found


def _counted(causes: Iterable[str]) -> dict[str, int]:
    """Cause -> how many, in the order of the causes."""
    counts = Counter(causes)
    return {cause: counts[cause] for cause in CAUSES if counts[cause]}


def _examples(found: Mapping[str, str], rules: Mapping[str, str]) -> dict[str, tuple[Example, ...]]:
    named: dict[str, list[Example]] = {}
    for key, cause in found.items():
        if len(named.setdefault(cause, [])) < EXAMPLES:
            named[cause].append(Example(key, rules[key]))
    return {cause: tuple(each) for cause, each in named.items()}
