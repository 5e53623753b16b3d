"""What local overrides make of the flags of a night.

Rules run as they are written; overrides act on the flags afterwards, so that what each took away can
be counted. They take flags away or rank them anew and never make one: no partner comes to see more of
another's records by them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch.schemas import FLAGS, OVERRULED, Override, conform, empty
from fraudmatch.scoring.flags import in_order, priority_of
from fraudmatch.scoring.keys import truth
from fraudmatch.scoring.library import Library
from fraudmatch.scoring.overrides import ALL
from fraudmatch.scoring.rules import Rule

_Numbered = tuple[int, Override]


@dataclass(frozen=True)
class _View:
    """Flags of one rule as the overrides of those who own one side leave them.

    Attributes:
        points: int64 [flags]. kept: bool [flags].
        touched: (place of the override, effect, bool [flags]), effect as in OVERRULED.
    """

    points: np.ndarray
    kept: np.ndarray
    touched: list[tuple[int, str, np.ndarray]]


def overrule(flags: pa.Table, overrides: Sequence[Override], library: Library) -> tuple[pa.Table, pa.Table]:
    """FLAGS as the overrides leave them, and OVERRULED.

    A flag belongs to the partner of its left record. Where a rule compares a data set with itself and
    neither side comes first, a flag belongs to both partners: it goes only when both let it go, and
    keeps the greater points, so that no partner loses a flag by another's decision.
    """
    by_rule: dict[str, list[_Numbered]] = {}
    for place, override in enumerate(overrides, 1):
        by_rule.setdefault(override.rule_id, []).append((place, override))
    if not by_rule:
        return flags, empty(OVERRULED)
    others = pc.invert(pc.is_in(flags["rule_id"], value_set=pa.array(sorted(by_rule))))
    parts, rows = [flags.filter(others)], [empty(OVERRULED)]
    for rule_id, own in sorted(by_rule.items()):
        rule = library.rule(rule_id)
        of_rule = flags.filter(pc.equal(flags["rule_id"], rule_id)).combine_chunks()
        if rule is not None and of_rule.num_rows:
            left, touched = _of_rule(rule, of_rule, own)
            parts.append(left)
            rows.append(touched)
    table = conform(in_order(pa.concat_tables(parts).combine_chunks()), FLAGS, what="FLAGS")
    overruled = pa.concat_tables(rows).sort_by([("override", "ascending"), ("flag_key", "ascending")])
    return table, conform(overruled, OVERRULED, what="OVERRULED")


def _of_rule(rule: Rule, flags: pa.Table, own: Sequence[_Numbered]) -> tuple[pa.Table, pa.Table]:
    """The flags of one rule that stay, with their points, and its rows of OVERRULED."""
    sides = ("left_partner", "right_partner") if rule.symmetric else ("left_partner",)
    views = [_view(rule, flags, own, side) for side in sides]
    kept = np.logical_or.reduce([view.kept for view in views])
    points = np.maximum.reduce([np.where(view.kept, view.points, -1) for view in views])
    changed = kept & (points != flags["risk_points"].to_numpy())
    effect = {"points": changed, "taken_away": ~kept}
    touched: dict[tuple[int, str], np.ndarray] = {}
    for view in views:
        for place, what, mask in view.touched:
            none = np.zeros(len(kept), dtype=bool)
            touched[place, what] = touched.get((place, what), none) | (mask & effect[what])
    rows = [_rows(flags.filter(pa.array(mask)), *key) for key, mask in touched.items()]
    left = _with_points(flags, points, changed).filter(pa.array(kept))
    return left, pa.concat_tables([empty(OVERRULED), *rows])


def _view(rule: Rule, flags: pa.Table, own: Sequence[_Numbered], side: str) -> _View:
    """What those who own one side make of the flags."""
    points = flags["risk_points"].to_numpy().astype(np.int64)
    kept, touched = np.ones(len(points), dtype=bool), []
    for partner in sorted(pc.unique(flags[side]).to_pylist()):
        mine = truth(pc.equal(flags[side].combine_chunks(), partner))
        # Those for all come first, so that a partner's own points win over them.
        ordered = sorted(
            (one for one in own if one[1].partner in (ALL, partner)), key=lambda one: one[1].partner != ALL
        )
        given: dict[str, int] = {}
        for place, override in ordered:
            if override.points:
                given |= override.points
                touched.append((place, "points", mine))
        if given:
            points = np.where(mine, _points(rule, flags, given), points)
        for place, override in ordered:
            if override.points:
                continue
            goes = mine & (override.off | (points < (override.least_points or 0)))
            kept &= ~goes
            touched.append((place, "taken_away", goes))
    return _View(points, kept, touched)


def _points(rule: Rule, flags: pa.Table, given: Mapping[str, int]) -> np.ndarray:
    """Risk points with some facts worth something else, from the answers the flags carry."""
    worth = dict(rule.file.points) | dict(given)
    answers = pc.dictionary_encode(flags["facts"].combine_chunks())
    distinct = []
    for text in answers.dictionary.to_pylist():
        true = [name for name, answer in json.loads(text).items() if answer]
        distinct.append(worth["base"] + sum(worth.get(name, 0) for name in true))
    chosen = np.asarray(distinct, dtype=np.int64)[answers.indices.to_numpy()]
    return np.asarray(np.clip(chosen, 0, 100))


def _with_points(flags: pa.Table, points: np.ndarray, changed: np.ndarray) -> pa.Table:
    """The flags with new points, and the priority that follows, where they changed."""
    probability = flags["identity_probability"].combine_chunks()
    mask = pa.array(changed)
    for name, values in (
        ("risk_points", pa.array(points.astype(np.int16))),
        ("priority", priority_of(points, probability)),
    ):
        place = flags.column_names.index(name)
        column = pc.if_else(mask, values, flags[name].combine_chunks())
        flags = flags.set_column(place, flags.schema.field(name), column)
    return flags


def _rows(flags: pa.Table, place: int, effect: str) -> pa.Table:
    """OVERRULED of these flags."""
    same = {name: flags[name] for name in OVERRULED.names if name in flags.column_names}
    count = flags.num_rows
    columns = same | {
        "override": pa.array(np.full(count, place, dtype=np.int16)),
        "effect": pa.repeat(effect, count),
    }
    return pa.table({name: columns[name] for name in OVERRULED.names}, schema=OVERRULED)
