"""From the pairs a rule picked out to rows of FLAGS."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch import schemas
from fraudmatch.scoring.groups import GroupRows
from fraudmatch.scoring.kernels import Evaluation
from fraudmatch.scoring.keys import truth
from fraudmatch.scoring.rows import PairRows
from fraudmatch.scoring.rulefile import VALUE_CLASSES
from fraudmatch.scoring.rules import IDENTITY_MODEL, Rule

#: What flags are made of: pairs, single records or groups.
Rows = PairRows | GroupRows


def flag_key(rule_id: str, *origins: tuple[str, str, str], grouped_by: str = "") -> str:
    """The key by which a decision is recognised next night.

    Args:
        origins: (partner, dataset, source_ref) of the one or two records, in any order; of a group its
            first member.
        grouped_by: what the members of a group share; "" for pairs and single records.

    Returns:
        the first 32 hexadecimal digits of a sha256.
    """
    said: list[object] = [rule_id, sorted(origins)]
    if grouped_by:
        said.insert(1, grouped_by)
    canonical = json.dumps(said, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode("utf-8")).hexdigest()[:32]


def risk_points(rule: Rule, evaluation: Evaluation, size: int) -> np.ndarray:
    """Base plus the points of every true fact, held to 0–100: int64 per row."""
    points = np.full(size, rule.file.points["base"], dtype=np.int64)
    for name, node in rule.facts.items():
        worth = rule.file.points.get(name, 0)
        if worth:
            points += worth * evaluation.true(node)
    return np.clip(points, 0, 100)


def value_pence(rule: Rule, kind: str, evaluation: Evaluation, size: int) -> pa.Array:
    """A value in whole pence, rounded half away from nought, never below 0; null where not known."""
    node = rule.values.get(kind)
    if node is None:
        return pa.nulls(size, pa.int64())
    exact = evaluation.of(node)
    rounded = pc.round(exact, 0, round_mode="half_towards_infinity")
    return pc.max_element_wise(rounded, pa.scalar(0.0), skip_nulls=False).cast(pa.int64())


def facts_json(rule: Rule, evaluation: Evaluation, size: int) -> pa.Array:
    """Canonical JSON of the facts of every row; each distinct set of answers is written once."""
    names = sorted(rule.facts)
    answers = np.empty((size, len(names)), dtype=np.int8)
    for place, name in enumerate(names):
        answer = evaluation.of(rule.facts[name])
        answers[:, place] = np.where(np.asarray(pc.is_valid(answer)), truth(answer), -1)
    distinct, where = np.unique(answers, axis=0, return_inverse=True)
    meaning = {-1: None, 0: False, 1: True}
    texts = [
        json.dumps({n: meaning[int(a)] for n, a in zip(names, row, strict=True)}, separators=(",", ":"))
        for row in distinct
    ]
    return pa.array(texts, pa.string()).take(pa.array(where.reshape(-1)))


def flags_of(rule: Rule, rows: Rows) -> pa.Table:
    """FLAGS of the pairs, records or groups in `rows`, for all of which the sentence is true."""
    size = len(rows)
    evaluation = Evaluation(rows)
    points = risk_points(rule, evaluation, size)
    weight, probability = _identity(rule, rows)
    columns = {
        **_origin_columns(rule, rows),
        "risk_points": pa.array(points.astype(np.int16)),
        "identity_weight": weight,
        "identity_probability": probability,
        "priority": priority_of(points, probability),
        **{f"value_{kind}_pence": value_pence(rule, kind, evaluation, size) for kind in VALUE_CLASSES},
        "facts": facts_json(rule, evaluation, size),
    }
    return pa.table(columns).select(schemas.FLAGS.names).cast(schemas.FLAGS)


def members_of_flags(rule: Rule, rows: Rows) -> pa.Table:
    """MEMBERS of the groups in `rows`, in no order; none of a rule about pairs or single records."""
    if not isinstance(rows, GroupRows) or not len(rows):
        return schemas.empty(schemas.MEMBERS)
    place, ids = rows.member_ids()
    keys = _origin_columns(rule, rows)["flag_key"].take(pa.array(place))
    return pa.table([keys, pa.array(ids.astype(np.uint32))], schema=schemas.MEMBERS)


def held_of(rule: Rule, held: Mapping[str, Rows]) -> pa.Table:
    """HELD of what the facts of `unless` held back, in no order."""
    tables = [schemas.empty(schemas.HELD)]
    for fact, rows in held.items():
        if len(rows):
            columns = _origin_columns(rule, rows) | {"fact": pa.repeat(fact, len(rows))}
            tables.append(pa.table(columns).select(schemas.HELD.names).cast(schemas.HELD))
    return pa.concat_tables(tables)


def held_in_order(held: pa.Table, flags: pa.Table) -> pa.Table:
    """One row per flag_key, without those that another pair of the same references flags."""
    held = held.filter(pc.invert(pc.is_in(held["flag_key"], value_set=flags["flag_key"].combine_chunks())))
    held = held.sort_by([(name, "ascending") for name in ("flag_key", "fact", "left_id", "right_id")])
    keys = held["flag_key"].to_numpy(zero_copy_only=False)
    first = np.ones(len(keys), dtype=bool)
    first[1:] = keys[1:] != keys[:-1]
    held = held.filter(pa.array(first))
    return held.sort_by([(name, "ascending") for name in ("rule_id", "fact", "flag_key")])


def _identity(rule: Rule, rows: Rows) -> tuple[pa.Array, pa.Array]:
    """How sure the link is, where the rule rests on one: (log2 weight, probability)."""
    model = IDENTITY_MODEL.get(rule.file.pair.relation)
    if model is None or model not in rows.links:
        return pa.nulls(len(rows), pa.float32()), pa.nulls(len(rows), pa.float32())
    weight, probability = (rows.column("link", f"{model}_{what}") for what in ("weight", "probability"))
    return weight.cast(pa.float32()), probability.cast(pa.float32())


def priority_of(points: np.ndarray, probability: pa.Array) -> pa.Array:
    """int16, 0 to 100: points times the probability of the link; the points where none is said."""
    sure = pc.fill_null(probability.cast(pa.float64()), 1.0).to_numpy(zero_copy_only=False)
    return pa.array(np.clip(np.rint(points * sure), 0, 100).astype(np.int16))


def _origin_columns(rule: Rule, rows: Rows) -> dict[str, pa.Array]:
    size, pair = len(rows), rule.file.pair
    left = [rows.left("partner"), pa.repeat(pair.left, size), rows.left("source_ref")]
    right = None
    if pair.right is not None:
        right = [rows.right("partner"), pa.repeat(pair.right, size), rows.right("source_ref")]
    return {
        "flag_key": _keys(rule, left, right),
        "rule_id": pa.repeat(rule.id, size),
        "rule_version": pa.array(np.full(size, rule.file.version, dtype=np.int32)),
        "relation": pa.repeat(pair.relation, size),
        "left_id": pa.array(rows.left_ids.astype(np.uint32)),
        "right_id": pa.array(rows.right_ids.astype(np.uint32)) if right else pa.nulls(size, pa.uint32()),
        "left_partner": left[0],
        "right_partner": right[0] if right else pa.nulls(size, pa.string()),
    }


def _keys(rule: Rule, left: list[pa.Array], right: list[pa.Array] | None) -> pa.Array:
    by = rule.file.group.by if rule.file.group else ""
    lefts = zip(*(column.to_pylist() for column in left), strict=True)
    if right is None:
        return pa.array([flag_key(rule.id, one, grouped_by=by) for one in lefts], pa.string())
    rights = zip(*(column.to_pylist() for column in right), strict=True)
    keys = [flag_key(rule.id, one, other) for one, other in zip(lefts, rights, strict=True)]
    return pa.array(keys, pa.string())


def in_order(flags: pa.Table) -> pa.Table:
    """One row per flag_key, the strongest, in the order of FLAGS.

    Strongest: priority, risk points, value, then the smallest record ids. The order by value
    counts the classes together; nothing is printed from that sum.
    """
    if not flags.num_rows:
        return flags
    number = {
        name: flags[name].to_numpy().astype(np.int64) for name in ("priority", "risk_points", "left_id")
    }
    worth = sum(
        pc.fill_null(flags[f"value_{kind}_pence"], 0).to_numpy().astype(np.int64) for kind in VALUE_CLASSES
    )
    right = pc.fill_null(flags["right_id"].cast(pa.int64()), -1).to_numpy()
    rule, key = (_ranks(flags[name]) for name in ("rule_id", "flag_key"))
    order = np.lexsort(
        (right, number["left_id"], key, -np.asarray(worth), -number["risk_points"], -number["priority"], rule)
    )
    _, first = np.unique(key[order], return_index=True)
    return flags.take(pa.array(order[np.sort(first)]))


def _ranks(texts: pa.ChunkedArray) -> np.ndarray:
    """Place of each text among the distinct ones in byte order."""
    plain = texts.combine_chunks()
    distinct = pc.unique(plain)
    distinct = distinct.take(pc.sort_indices(distinct))
    return np.asarray(pc.index_in(plain, value_set=distinct).to_numpy(zero_copy_only=False), dtype=np.int64)
