"""The stage: FLAGS, GROUPS and OUTCOMES in, CASES and CASE_FLAGS out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch.casework.priority import DECIMALS, Numbers, chances, stake, values_of
from fraudmatch.casework.subjects import Ids, Ties, join
from fraudmatch.casework.terms import Terms
from fraudmatch.casework.times import Times
from fraudmatch.casework.yields import Yields
from fraudmatch.schemas import CASE_FLAGS, CASES, VALUE_CLASSES, RuleText, conform

#: Outcomes after which a flag is not offered again.
_DECIDED = ("confirmed", "error", "cleared")

#: Digits of the leading flag's key that make the key of a case.
_KEY_DIGITS = 16


@dataclass(frozen=True)
class Casework:
    """The cases of a night.

    Attributes:
        cases: CASES. flags: CASE_FLAGS.
        decided: flags that a person has decided and that are in no case.
        crowded: persons, properties and firms with too many flags to be one case.
        apart: flags that stand alone because their chain was too long.
    """

    cases: pa.Table
    flags: pa.Table
    decided: int
    crowded: int
    apart: int


@dataclass(frozen=True)
class _Open:
    """Open flags in the order (case, leading first), one entry of every array per flag."""

    flags: pa.Table
    chance: pa.Table
    case: Ids
    begins: Ids
    values: Mapping[str, Numbers]


def make_cases(
    flags: pa.Table, groups: pa.Table, rules: Mapping[str, RuleText], outcomes: pa.Table, terms: Terms,
    ties: Ties | None = None, settled: pa.Array | None = None,
) -> Casework:  # fmt: skip
    """Join the flags that nobody has decided yet into cases, and rank those.

    Args:
        flags: FLAGS. groups: GROUPS, dense by record_id. rules: the text of every rule that flagged.
        outcomes: OUTCOMES; they set the yields and minutes.
        terms: the numbers in force. ties: what joins flags beside GROUPS; nothing when None.
        settled: keys of the flags that are left out; every flag that has been decided when None.
    """
    done = _decided(outcomes) if settled is None else settled
    left = flags.filter(pc.invert(pc.is_in(flags["flag_key"], value_set=done)))
    reviews = {rule_id: rule.review for rule_id, rule in rules.items()}
    yields = Yields(reviews, outcomes, partner_cap=terms.partner_cap, rule_cap=terms.rule_cap)
    times = Times(reviews, outcomes, partner_cap=terms.partner_cap)
    grouped_by = {rule_id: rule.grouped_by for rule_id, rule in rules.items() if rule.grouped_by}
    joined = join(left, groups, terms.most_flags, ties, grouped_by)
    ordered = _ordered(left, chances(left, yields, terms), joined.case, terms)
    cases, rank = _ranked(_columns(ordered, rules, times, terms))
    return Casework(
        cases, _case_flags(ordered, rank), flags.num_rows - left.num_rows, joined.crowded, joined.apart
    )


def _decided(outcomes: pa.Table) -> pa.Array:
    keys = outcomes.filter(pc.is_in(outcomes["outcome"], value_set=pa.array(_DECIDED)))["flag_key"]
    return keys.combine_chunks()


def _ordered(flags: pa.Table, chance: pa.Table, case: Ids, terms: Terms) -> _Open:
    """Flags case by case; the leading one has most at stake, then the highest priority, then the least key.

    The leading flag decides key and owner of the case, so nothing learnt from outcomes may choose it.
    """
    keys = flags["flag_key"].combine_chunks()
    place = pc.rank(keys, sort_keys="ascending", tiebreaker="first").to_numpy().astype(np.int64)
    worth = stake(values_of(flags), terms)
    order = np.lexsort((place, -flags["priority"].to_numpy().astype(np.int64), -worth, case))
    taken = pa.array(order)
    flags, case = flags.take(taken), case[order]
    begins = np.flatnonzero(np.diff(case, prepend=-1))
    number = np.cumsum(np.diff(case, prepend=-1) != 0) - 1
    return _Open(flags, chance.take(taken), number.astype(np.int64), begins, values_of(flags))


def _columns(
    ordered: _Open, rules: Mapping[str, RuleText], times: Times, terms: Terms
) -> dict[str, pa.Array]:
    """Columns of CASES but for the rank, one row per case."""
    flags, begins, size = ordered.flags, ordered.begins, len(ordered.begins)
    leading = flags.take(pa.array(begins))
    keys = leading["flag_key"].combine_chunks()
    expected, worth = _expected(ordered, rules, terms)
    minutes = _minutes(ordered, times, terms)
    priority = np.bincount(ordered.case[_firsts(ordered)], weights=worth, minlength=size) / minutes
    at_lead = ordered.chance.take(pa.array(begins))
    return {
        "case_key": pc.utf8_slice_codeunits(keys, 0, _KEY_DIGITS),
        "leading_flag_key": keys,
        "leading_rule_id": leading["rule_id"],
        "owner": leading["left_partner"],
        "flags": np.diff(np.append(begins, len(ordered.case))).astype(np.int32),
        "rules": _distinct(ordered.case, _codes(flags["rule_id"]), size),
        "partners": _partners(ordered, size),
        "identity_probability": at_lead["identity_probability"],
        "risk_probability": at_lead["risk_probability"],
        "chance_real": np.round(_together(ordered, rules, np.zeros_like(ordered.case)), DECIMALS),
        **expected,
        "minutes": minutes.astype(np.int32),
        "priority": np.round(priority, 3),
    }  # fmt: skip


def _together(ordered: _Open, rules: Mapping[str, RuleText], part: Ids) -> Numbers:
    """The chance that something is real, per (case, part): 1 − Π(1 − p) over right-hand data sets.

    Flags that rest on one data set are one witness: of them the greatest chance counts. Witnesses of
    different data sets are taken for independent.
    """
    witness = {rule_id: rule.right or rule.left for rule_id, rule in rules.items()}
    codes = _codes(
        pa.array([witness[rule_id] for rule_id in ordered.flags["rule_id"].to_pylist()], pa.string())
    )
    chance = ordered.chance["chance_real"].to_numpy()
    order = np.lexsort((codes, part, ordered.case))
    case, part, codes, chance = ordered.case[order], part[order], codes[order], chance[order]
    new_part = _changes(case, part)
    new = new_part | _changes(codes)
    begins = np.flatnonzero(new)
    if not len(begins):
        return np.zeros(0)
    greatest = np.maximum.reduceat(chance, begins)
    begins_of_parts = np.flatnonzero(new_part[begins])
    return np.asarray(1.0 - np.multiply.reduceat(1.0 - greatest, begins_of_parts))


def _firsts(ordered: _Open) -> Ids:
    """The first flag of every left record in its case, in the order (case, left_id)."""
    lefts = ordered.flags["left_id"].to_numpy().astype(np.int64)
    order = np.lexsort((lefts, ordered.case))
    return np.asarray(order[_changes(ordered.case[order], lefts[order])], dtype=np.int64)


def _expected(
    ordered: _Open, rules: Mapping[str, RuleText], terms: Terms
) -> tuple[dict[str, pa.Array], Numbers]:
    """Value and expected value of the cases by class, and what each left record weighs in the ranking.

    Two rules about one left record speak of the same money: the greatest of a class counts. Money
    of different left records of a case is added within its class.
    """
    size = len(ordered.begins)
    lefts = ordered.flags["left_id"].to_numpy().astype(np.int64)
    firsts, order = _firsts(ordered), np.lexsort((lefts, ordered.case))
    chance = _together(ordered, rules, lefts)
    begins = np.flatnonzero(_changes(ordered.case[order], lefts[order]))
    greatest = {
        kind: np.fmax.reduceat(values[order], begins) if len(begins) else np.zeros(0)
        for kind, values in ordered.values.items()
    }
    columns = {}
    for kind in VALUE_CLASSES:
        known = np.bincount(ordered.case[firsts], weights=~np.isnan(greatest[kind]), minlength=size) > 0
        for name, amount in (("value", greatest[kind]), ("expected", greatest[kind] * chance)):
            total = np.bincount(ordered.case[firsts], weights=np.nan_to_num(amount), minlength=size)
            columns[f"{name}_{kind}_pence"] = pa.array(np.rint(total).astype(np.int64), mask=~known)
    return columns, stake(greatest, terms) * chance


def _minutes(ordered: _Open, times: Times, terms: Terms) -> Numbers:
    """The longest rule of a case in full and of every further rule the stated share, rounded up."""
    rule_ids = ordered.flags["rule_id"].combine_chunks().dictionary_encode()
    of_rule = np.array([times.minutes(rule_id) for rule_id in rule_ids.dictionary.to_pylist()], float)
    codes = rule_ids.indices.to_numpy().astype(np.int64)
    minutes = of_rule[codes]
    order = np.lexsort((codes, ordered.case))
    first = order[_changes(ordered.case[order], codes[order])]
    total = np.bincount(ordered.case[first], weights=minutes[first], minlength=len(ordered.begins))
    longest = np.maximum.reduceat(minutes, ordered.begins) if len(minutes) else np.zeros(0)
    return np.ceil(longest + terms.further_rule * (total - longest))


def _partners(ordered: _Open, size: int) -> npt.NDArray[np.int32]:
    """How many partners a case concerns."""
    sides = [ordered.flags[f"{side}_partner"].combine_chunks() for side in ("left", "right")]
    both = pa.concat_arrays(sides)
    case = np.concatenate([ordered.case, ordered.case])
    there = np.asarray(pc.is_valid(both))
    return _distinct(case[there], _codes(both.filter(pa.array(there))), size)


def _distinct(case: Ids, codes: Ids, size: int) -> npt.NDArray[np.int32]:
    pairs = np.unique(np.stack([case, codes], 1), axis=0)
    return np.asarray(np.bincount(pairs[:, 0], minlength=size), dtype=np.int32)


def _codes(texts: pa.ChunkedArray | pa.Array) -> Ids:
    whole = texts.combine_chunks() if isinstance(texts, pa.ChunkedArray) else texts
    return np.asarray(whole.dictionary_encode().indices.to_numpy(), dtype=np.int64)


def _changes(*columns: Ids) -> npt.NDArray[np.bool_]:
    """Where a row differs from the one before it, in any column; the first row does."""
    changed = np.zeros(len(columns[0]), dtype=bool)
    changed[:1] = True
    for column in columns:
        changed[1:] |= column[1:] != column[:-1]
    return changed


def _ranked(columns: Mapping[str, pa.Array]) -> tuple[pa.Table, Ids]:
    """CASES in their order, and the rank of every case in the order it was made."""
    table = pa.table(dict(columns))
    order = pc.sort_indices(
        table, [("priority", "descending"), ("chance_real", "descending"), ("leading_flag_key", "ascending")]
    )
    rank = np.empty(len(order), dtype=np.int64)
    rank[order.to_numpy()] = np.arange(1, len(order) + 1)
    table = table.take(order).append_column("rank", pa.array(np.arange(1, len(order) + 1), pa.int32()))
    return conform(table, CASES, what="CASES"), rank


def _case_flags(ordered: _Open, rank: Ids) -> pa.Table:
    """CASE_FLAGS in their order."""
    keys = ordered.flags["flag_key"].combine_chunks()
    position = np.arange(len(ordered.case)) - ordered.begins[ordered.case]
    columns = {
        "case_key": pc.utf8_slice_codeunits(
            keys.take(pa.array(ordered.begins[ordered.case])), 0, _KEY_DIGITS
        ),
        "position": position.astype(np.int32),
        "flag_key": keys,
        "rule_id": ordered.flags["rule_id"],
        **{name: ordered.chance[name] for name in ordered.chance.column_names},
    }
    table = pa.table(columns).take(pa.array(np.lexsort((position, rank[ordered.case]))))
    return conform(table, CASE_FLAGS, what="CASE_FLAGS")
