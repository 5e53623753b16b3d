"""One rule over one night: filter each side, join, ask the models last, keep what is true."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch.errors import BudgetError, RunError
from fraudmatch.scoring.contacts import CONTACTS, MOST_PARTIES
from fraudmatch.scoring.equal import equal_columns, equal_keys
from fraudmatch.scoring.groups import GroupRows, members_of
from fraudmatch.scoring.kernels import Evaluation
from fraudmatch.scoring.keys import count_pairs, pairs_by_key, truth
from fraudmatch.scoring.nodes import Node
from fraudmatch.scoring.rows import Constants, PairRows, SideRows, constant
from fraudmatch.scoring.rulefile import GroupPart
from fraudmatch.scoring.rules import Rule
from fraudmatch.scoring.sides import Night, Side

#: (left record ids, right record ids) -> LINKS-like rows for exactly those pairs, in that order.
Scorer = Callable[[np.ndarray, np.ndarray], pa.Table]

#: Rows a rule judges: pairs, single records or groups.
Judgeable = PairRows | GroupRows

#: More pairs than this from one rule mean that its sides share a group that is no group.
MOST_PAIRS = 2_000_000_000


@dataclass(frozen=True)
class LookedAt:
    """How many rows a rule saw.

    Attributes:
        left / right: records that passed the conditions about them alone; right is 0 for a
            rule about single records.
        pairs: pairs the relation and the scope brought together.
        flagged: pairs or records picked out, before those of the same references are merged.
        held: fact -> pairs or records it held back, among those for which the sentence is true.
        crowded: telephone numbers or e-mail addresses on either side that joined nothing, because
            more parties use them than `param.contact_most_parties`.
        groups: groups the members make, of a rule about groups; `left` counts the members.
    """

    left: int
    right: int
    pairs: int
    flagged: int
    held: Mapping[str, int] = field(default_factory=dict)
    crowded: int = 0
    groups: int = 0


@dataclass(frozen=True)
class Judged:
    """What a rule saw, picked out and held back.

    Attributes:
        rows: pairs, records or groups for which the sentence is true and nothing holds the flag back.
        held: the fact that holds it back -> the pairs; in the order of the rule, empty ones too.
    """

    looked_at: LookedAt
    rows: Judgeable
    held: Mapping[str, Judgeable]


@dataclass(frozen=True)
class Bench:
    """What every rule of the night works with."""

    night: Night
    scorers: Mapping[str, Scorer]
    payment_links: pa.Table | None
    constants: Constants


def judge(rule: Rule, bench: Bench) -> Judged:
    """What the rule saw, and the pairs, records or groups for which its sentence is true."""
    if rule.file.group is not None:
        return _judge_groups(rule, rule.file.group, bench)
    left = bench.night.side(rule.file.pair.left)
    from_left = _passing(rule.conditions("left"), left, "left", bench)
    if rule.file.pair.right is None:
        rows = _keep_true(PairRows(left, None, from_left, None, bench.constants), rule.conditions("pair"))
        return _parted(rule, rows, LookedAt(len(from_left), 0, 0, 0))
    right = bench.night.side(rule.file.pair.right)
    from_right = _passing(rule.conditions("right"), right, "right", bench)
    joined, pieces = 0, []
    for at_left, at_right in _joined(rule, bench, left, right, from_left, from_right):
        rows = _admitted(rule, PairRows(left, right, at_left, at_right, bench.constants))
        joined += len(rows)
        pieces.append(_keep_true(rows, rule.conditions("pair")))
    rows = _one(pieces, left, right, bench.constants)
    rows = rows.with_links(_ask_models(rule, rows, bench))
    rows = _keep_true(rows, rule.conditions("link"))
    crowded = _crowded(rule, bench, left.ids[from_left], right.ids[from_right])
    return _parted(rule, rows, LookedAt(len(from_left), len(from_right), joined, 0, crowded=crowded))


def brought_together(rule: Rule, bench: Bench, at_left: np.ndarray, at_right: np.ndarray) -> PairRows:
    """The pairs among these positions of the two sides that relation and scope bring together, models asked.

    What the sentence says of them plays no part. Only for rules about pairs.
    """
    left, right = bench.night.side(rule.file.pair.left), bench.night.side(str(rule.file.pair.right))
    pieces = [
        _admitted(rule, PairRows(left, right, *each, bench.constants))
        for each in _joined(rule, bench, left, right, at_left, at_right)
    ]
    rows = _one(pieces, left, right, bench.constants)
    return rows.with_links(_ask_models(rule, rows, bench))


def passing(rule: Rule, bench: Bench, scope: str) -> np.ndarray:
    """Positions of the records of a side ("left" or "right") that pass what is said about them alone."""
    dataset = rule.file.pair.left if scope == "left" else str(rule.file.pair.right)
    return _passing(rule.conditions(scope), bench.night.side(dataset), scope, bench)


def with_models(rule: Rule, bench: Bench, rows: PairRows) -> PairRows:
    """The same pairs, the models of the rule asked about them, brought together or not."""
    return rows.with_links(_ask_models(rule, rows, bench))


def _judge_groups(rule: Rule, part: GroupPart, bench: Bench) -> Judged:
    side = bench.night.side(part.of)
    chosen = _passing([rule.member] if rule.member else [], side, "left", bench)
    members = members_of(part, side, chosen)
    rows = _keep_true(GroupRows(members, bench.constants), rule.conditions("pair"))
    return _parted(rule, rows, LookedAt(len(members.at), 0, 0, 0, groups=members.number))


def _crowded(rule: Rule, bench: Bench, *ids: np.ndarray) -> int:
    """How many contacts of these records joined nothing."""
    relation = rule.file.pair.relation
    if relation not in CONTACTS:
        return 0
    contacts, chosen = bench.night.contacts(relation), np.concatenate(ids)
    return len(np.unique(contacts.key[chosen[contacts.parties[chosen] > _most_parties(bench)]]))


def _most_parties(bench: Bench) -> float:
    return float(constant(bench.constants, "param", MOST_PARTIES, bench.night.as_at).as_py())


def _parted(rule: Rule, rows: Judgeable, seen: LookedAt) -> Judged:
    """Part what is held back from what is flagged; the first fact that is true counts."""
    held: dict[str, Judgeable] = {}
    for name, node in rule.unless.items():
        holds = Evaluation(rows).true(node) if len(rows) else np.zeros(0, dtype=bool)
        held[name] = rows.where(holds)
        rows = rows.where(~holds)
    counts = {name: len(each) for name, each in held.items()}
    return Judged(replace(seen, flagged=len(rows), held=counts), rows, held)


def _passing(conditions: Sequence[Node], side: Side, scope: str, bench: Bench) -> np.ndarray:
    """Positions of the records for which every one of these conditions about them alone is true."""
    if not len(side):
        return np.empty(0, dtype=np.int64)
    evaluation = Evaluation(SideRows(side, scope, bench.constants))
    keep = np.ones(len(side), dtype=bool)
    for condition in conditions:
        keep &= evaluation.true(condition)
    return np.flatnonzero(keep)


_Rows = TypeVar("_Rows", PairRows, GroupRows)


def _keep_true(rows: _Rows, conditions: list[Node]) -> _Rows:
    for condition in conditions:
        if not len(rows):
            return rows
        rows = rows.where(Evaluation(rows).true(condition))
    return rows


def _joined(
    rule: Rule, bench: Bench, left: Side, right: Side, from_left: np.ndarray, from_right: np.ndarray
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Positions of the pairs the relation brings together, in pieces."""
    if rule.file.pair.relation == "payment":
        yield from _linked_payments(bench, left, from_left, from_right)
        return
    relation = rule.file.pair.relation
    if relation == "equal":
        keys_left, keys_right = equal_keys(equal_columns(rule.when), left, right, from_left, from_right)
    else:
        keys_left, keys_right = (
            _keys(bench, s, relation)[at] for s, at in ((left, from_left), (right, from_right))
        )
    expected = count_pairs(keys_left, keys_right)
    if expected > MOST_PAIRS:
        raise BudgetError(
            f"{rule.id} would bring together {expected:,} pairs by {relation}.",
            remedy="Look for a group that holds far too many records, or narrow the rule.",
        )
    for at_left, at_right in pairs_by_key(keys_left, keys_right):
        yield from_left[at_left], from_right[at_right]


def _keys(bench: Bench, side: Side, relation: str) -> np.ndarray:
    """What joins the records of a side; -1 for a contact that more parties use than can be meant."""
    key = side.key(relation)
    if relation not in CONTACTS:
        return key
    return np.where(bench.night.contacts(relation).parties[side.ids] > _most_parties(bench), -1, key)


def _linked_payments(
    bench: Bench, side: Side, from_left: np.ndarray, from_right: np.ndarray
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """The pairs of the payment model, both ways round, where both passed."""
    if bench.payment_links is None:
        return
    position = np.full(bench.night.size, -1, dtype=np.int64)
    position[side.ids] = np.arange(len(side))
    one = position[bench.payment_links["left_id"].to_numpy()]
    other = position[bench.payment_links["right_id"].to_numpy()]
    passed_left, passed_right = (np.isin(np.arange(len(side)), each) for each in (from_left, from_right))
    for at_left, at_right in ((one, other), (other, one)):
        keep = (at_left >= 0) & (at_right >= 0) & passed_left[at_left] & passed_right[at_right]
        yield at_left[keep], at_right[keep]


def _admitted(rule: Rule, rows: PairRows) -> PairRows:
    """Pairs of two source records within the scope; one way round when the rule is symmetric."""
    if rule.file.pair.left == rule.file.pair.right:
        rows = rows.where(_two_records(rule, rows))
    if rule.file.pair.scope == "any":
        return rows
    same = truth(rows.column("pair", "same_partner"))
    return rows.where(same if rule.file.pair.scope == "same_partner" else ~same)


def _two_records(rule: Rule, rows: PairRows) -> np.ndarray:
    """Not the same source reference twice: the parties of one row, or one record sent again."""
    left, right = rows.left_ids, rows.right_ids
    keep = left < right if rule.symmetric else left != right
    same_reference = truth(pc.equal(rows.left("source_ref"), rows.right("source_ref")))
    return np.asarray(keep & ~(same_reference & truth(rows.column("pair", "same_partner"))))


def _one(pieces: list[PairRows], left: Side, right: Side, constants: Constants) -> PairRows:
    none = np.empty(0, dtype=np.int64)
    at_left = np.concatenate([none, *(piece.at_left for piece in pieces)])
    at_right = np.concatenate([none, *(p.at_right for p in pieces if p.at_right is not None)])
    return PairRows(left, right, at_left, at_right, constants)


def _ask_models(rule: Rule, rows: PairRows, bench: Bench) -> dict[str, pa.Table]:
    """Model -> its view of each of `rows`, in their order; each pair is asked once."""
    if not len(rows):
        return {}
    low, high = np.minimum(rows.left_ids, rows.right_ids), np.maximum(rows.left_ids, rows.right_ids)
    code, where = np.unique(low * bench.night.size + high, return_inverse=True)
    first, second = (code // bench.night.size).astype(np.uint32), (code % bench.night.size).astype(np.uint32)
    spread = pa.array(where.reshape(-1))
    asked = {model: _one_model(model, first, second, bench, rule.id) for model in rule.models}
    return {model: table.take(spread) for model, table in asked.items() if table is not None}


def _one_model(
    model: str, first: np.ndarray, second: np.ndarray, bench: Bench, rule_id: str
) -> pa.Table | None:
    if model == "payment" and "payment" not in bench.scorers:
        return _payment_view(first, second, bench)
    if model not in bench.scorers:
        raise RunError(
            f"{rule_id} needs the {model} model, and the night has none.",
            remedy=f"Pass a scorer for {model}; the night has: {', '.join(sorted(bench.scorers)) or 'none'}.",
        )
    table = bench.scorers[model](first, second)
    if table.num_rows != len(first):
        raise RunError(f"The {model} model was asked {len(first)} pairs and judged {table.num_rows}.")
    return table


def _payment_view(first: np.ndarray, second: np.ndarray, bench: Bench) -> pa.Table | None:
    """The payment model's links of those pairs; null where it did not link them."""
    links = bench.payment_links
    if links is None:
        return None
    size = bench.night.size
    key = links["left_id"].to_numpy().astype(np.int64) * size + links["right_id"].to_numpy()
    order = np.argsort(key, kind="stable")
    wanted = first.astype(np.int64) * size + second
    at = np.minimum(np.searchsorted(key[order], wanted), max(len(key) - 1, 0))
    missing = key[order][at] != wanted if len(key) else np.ones(len(wanted), dtype=bool)
    position = order[at] if len(key) else at
    return links.take(pa.array(position, mask=missing))
