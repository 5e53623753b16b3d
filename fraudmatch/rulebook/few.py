"""Why a tried rule flags little, and which flags of the night name the same records already."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from functools import reduce

import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch.errors import FraudmatchError
from fraudmatch.kept import Kept
from fraudmatch.report.layout import text_table
from fraudmatch.report.words import dataset_title
from fraudmatch.rulebook.again import Rerun
from fraudmatch.scoring import Library
from fraudmatch.scoring.asking import fact_counts
from fraudmatch.scoring.nodes import Kind, Node, conjuncts
from fraudmatch.scoring.rules import Rule

#: As many flags or fewer make people ask why.
FEW = 5


def without_each(rule: Rule, library: Library, again: Rerun) -> dict[str, int | None]:
    """Fact that the sentence demands -> flags there would be if it did not; None = it cannot do without.

    A fact that stands under `or` or `not` is not demanded by itself, and is left out.
    """
    demanded = conjuncts(rule.when)
    found: dict[str, int | None] = {}
    for name, node in rule.facts.items():
        parts = conjuncts(node)
        rest = [part for part in demanded if part not in parts]
        if len(rest) + len(parts) > len(demanded) or not rest:
            continue
        when = reduce(lambda one, other: Node("and", Kind.TRUTH, (one, other)), rest)
        try:
            found[name] = again([replace(rule, when=when)], library)[0].flags.num_rows
        except FraudmatchError:  # nothing else brings records together, or far too much does
            found[name] = None
    return found


def blank_columns(rule: Rule, kept: Kept) -> Iterator[str]:
    """Columns the rule names that are always or never blank in the night's records, in words."""
    pair = rule.file.pair
    named = {at for node in (rule.when, *rule.facts.values()) for at in node.columns}
    for scope, dataset in (("left", pair.left), ("right", pair.right)):
        for name in sorted(name for where, name in named if where == scope):
            column = _column(kept, dataset, name)
            if column is None or not len(column):
                continue
            if column.null_count in (0, len(column)):
                how = "never" if column.null_count == 0 else "always"
                yield f"{scope}.{name} is {how} blank in last night's records of {dataset_title(dataset)}."


def _column(kept: Kept, dataset: str | None, name: str) -> pa.ChunkedArray | None:
    """The column as delivered; None where it is worked out from others."""
    details = kept.prepared.details.get(dataset or "")
    if details is not None and name in details.column_names:
        return details[name]
    records = kept.prepared.records
    if dataset is None or name not in records.column_names:
        return None
    return records.filter(pc.equal(records["dataset"], dataset))[name]


def already_flagged(rule: Rule, flags: pa.Table, night: pa.Table) -> dict[str, int]:
    """Rule of the night -> how many of `flags` are about two records it flagged together; most first.

    Args:
        flags: FLAGS of the tried rule. night: FLAGS the night published.
    """
    by_records: dict[frozenset[int | None], set[str]] = {}
    for left, right, rule_id in zip(
        *(night[name].to_pylist() for name in ("left_id", "right_id", "rule_id")), strict=True
    ):
        if rule_id != rule.id:
            by_records.setdefault(frozenset((left, right)), set()).add(rule_id)
    found: Counter[str] = Counter()
    for left, right in zip(flags["left_id"].to_pylist(), flags["right_id"].to_pylist(), strict=True):
        found.update(by_records.get(frozenset((left, right)), ()))
    return dict(sorted(found.items(), key=lambda each: (-each[1], each[0])))


def fact_lines(rule: Rule, library: Library, kept: Kept) -> list[str]:
    """A table of the facts of the sentence: how often each is true, and the flags there would be without it."""
    again = Rerun(kept)
    counts, without = fact_counts(rule, again.bench(rule, library)), without_each(rule, library, again)
    if not counts:
        return []
    rows = [
        (
            one.fact, f"{one.true:,}", f"{one.false:,}", f"{one.unknown:,}",
            dataset_title(one.among) if one.among else "the pairs looked at", _flags_without(one.fact, without),
        )
        for one in counts
    ]  # fmt: skip
    headings = ("fact of the sentence", "true", "false", "not known", "among", "flags without it")
    return text_table(headings, rows, right=(1, 2, 3, 5), most=40)


def _flags_without(fact: str, without: dict[str, int | None]) -> str:
    """A number; a word where nothing is left to bring records together, or the fact stands under or or not."""
    if fact not in without:
        return "–"
    number = without[fact]
    return "not judged" if number is None else f"{number:,}"
