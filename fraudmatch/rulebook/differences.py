"""Two libraries compared rule by rule: what was added, removed and changed, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from fraudmatch.rulebook.manual import numbers_of
from fraudmatch.rulebook.words import amount, data_sets, law
from fraudmatch.scoring import Library
from fraudmatch.scoring.rulefile import DatedNumber, RuleFile
from fraudmatch.scoring.rules import Rule

#: Keys of a rule file that hold plain text, and what people call them.
_TEXTS = (
    ("title", "title"), ("status", "status"), ("owner", "owner"), ("service", "service"),
    ("description", "description"), ("next_step", "next step"),
)  # fmt: skip


@dataclass(frozen=True)
class Change:
    """One rule that differs.

    Attributes:
        kind: added | removed | changed.
        title: of the newer one; of the older where it was removed.
        words: what differs, a line each; of an added or removed rule what it is.
    """

    rule_id: str
    kind: str
    title: str
    words: tuple[str, ...]


def differences(old: Library, new: Library) -> tuple[Change, ...]:
    """What differs between two libraries, by rule id. A rule whose numbers changed has changed."""
    found = []
    for rule_id in sorted({rule.id for library in (old, new) for rule in library.rules}):
        before, after = old.rule(rule_id), new.rule(rule_id)
        if before is not None and after is not None:
            words = tuple(_changes(before, after, old, new))
            if words:
                found.append(Change(rule_id, "changed", after.file.title, words))
        elif after is not None:
            found.append(Change(rule_id, "added", after.file.title, _about(after)))
        elif before is not None:
            found.append(Change(rule_id, "removed", before.file.title, _about(before)))
    return tuple(found)


def _about(rule: Rule) -> tuple[str, ...]:
    return (f"version {rule.file.version}, {rule.file.status}; {data_sets(rule.file)}",)


def _changes(before: Rule, after: Rule, old: Library, new: Library) -> Iterator[str]:
    one, other = before.file, after.file
    if one.version != other.version:
        yield f"version {one.version} → {other.version}"
    for key, called in _TEXTS:
        yield from _text(called, getattr(one, key), getattr(other, key))
    yield from _text("records", _together(one), _together(other))
    yield from _named("fact", one.facts, other.facts)
    yield from _named("reason of", one.reasons, other.reasons)
    yield from _text("flagged when", one.flag.when, other.flag.when)
    yield from _listed("held back by", one.flag.unless, other.flag.unless)
    points = [{name: str(worth) for name, worth in file.points.items()} for file in (one, other)]
    yield from _named("points of", *points)
    yield from _named(
        "value", *({str(kind): text for kind, text in file.value.items()} for file in (one, other))
    )
    yield from _listed("law", [law(x) for x in one.legal_basis], [law(x) for x in other.legal_basis])
    yield from _listed("innocent explanation", one.innocent_explanations, other.innocent_explanations)
    for side in ("left", "right"):
        yield from _listed(f"shown on the {side}", getattr(one.show, side), getattr(other.show, side))
    yield from _text("review", _review(one), _review(other))
    yield from _examples(one, other)
    yield from _numbers(before, after, old, new)


def _together(file: RuleFile) -> str:
    """The records a rule is about, as one line that differs when anything about them does."""
    group = getattr(file, "group", None)
    if group is not None:
        return f"{group.of} by {group.by}, {group.scope}, member: {group.member or 'every record'}"
    return f"{data_sets(file)} by {file.pair.relation}, {file.pair.scope}"


def _review(file: RuleFile) -> str:
    review = getattr(file, "review", None)
    return "" if review is None else str(review.model_dump(mode="json"))


def _text(called: str, one: str, other: str) -> Iterator[str]:
    one, other = " ".join(one.split()), " ".join(other.split())
    if one != other:
        yield f"{called}: {one} → {other}"


def _named(called: str, one: Mapping[str, str], other: Mapping[str, str]) -> Iterator[str]:
    """What a table of the file gained, lost and says differently."""
    for name in [*one, *(name for name in other if name not in one)]:
        if name not in other:
            yield f"{called} {name} removed: {one[name]}"
        elif name not in one:
            yield f"{called} {name} added: {other[name]}"
        else:
            yield from _text(f"{called} {name}", one[name], other[name])


def _listed(called: str, one: list[str], other: list[str]) -> Iterator[str]:
    """What a list gained and lost; where only its order differs, that."""
    yield from (f"{called} removed: {each}" for each in one if each not in other)
    yield from (f"{called} added: {each}" for each in other if each not in one)
    if one != other and set(one) == set(other):
        yield f"{called}: in another order"


def _examples(one: RuleFile, other: RuleFile) -> Iterator[str]:
    before, after = ({x.name: x for x in file.example} for file in (one, other))
    yield from (f"example removed: {name}" for name in before if name not in after)
    yield from (f"example added: {name}" for name in after if name not in before)
    yield from (
        f"example changed: {name}" for name in before if name in after and before[name] != after[name]
    )


def _numbers(before: Rule, after: Rule, old: Library, new: Library) -> Iterator[str]:
    """Dated numbers that both versions speak of and that hold something else."""
    for scope, name in numbers_of(after):
        if (scope, name) not in numbers_of(before):
            continue
        kind = "parameters" if scope == "param" else "values"
        one, other = (_in_words(getattr(library, kind)[name]) for library in (old, new))
        yield from _text(f"{scope}.{name}", one, other)


def _in_words(dated: DatedNumber) -> str:
    entries = sorted(dated.in_force, key=lambda entry: entry.starts)
    return ", ".join(f"{amount(x.value, dated.unit)} from {x.starts.isoformat()}" for x in entries)
