"""Counts and sums for summaries. Money is kept by class: no total here mixes classes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch.reasons import REASONS
from fraudmatch.report.deliveries import delivery_notes
from fraudmatch.schemas import REJECTS, VALUE_CLASSES, RuleText, ValueClass, empty


@dataclass(frozen=True)
class RuleTotal:
    """Flags of one rule; an amount is pence, None where no flag carries one of that class.

    Attributes:
        on_trial: nobody has yet found its flags worth the time.
    """

    rule_id: str
    title: str
    flags: int
    actual_pence: int | None
    estimate_pence: int | None
    notional_pence: int | None
    prevented_pence: int | None = None
    on_trial: bool = False

    @property
    def named(self) -> str:
        """The id, with a word beside that of a rule on trial."""
        return f"{self.rule_id} (trial)" if self.on_trial else self.rule_id


@dataclass(frozen=True)
class CaseTotal:
    """Cases of one partner as the one that bears the loss: how many, officer minutes, how many are expected
    to be real, and expected pence by class (None: no case carries that class)."""

    owner: str
    cases: int
    minutes: int
    real: float
    actual_pence: int | None
    estimate_pence: int | None
    notional_pence: int | None
    prevented_pence: int | None


@dataclass(frozen=True)
class HeldTotal:
    """How often one fact held a flag of one rule back; `reason` is the fact in words."""

    rule_id: str
    reason: str
    held: int


@dataclass(frozen=True)
class ExtractTotal:
    """One delivered file: records received = loaded + rejected.

    Attributes:
        state: in words. data_of: the day its data are of; null where nothing of it is used.
        why: what was found of the whole file, in sentences; only where REJECTS were given.
    """

    partner: str
    dataset_title: str
    file: str
    received: int
    loaded: int
    rejected: int
    state: str
    data_of: dt.date | None = None
    why: tuple[str, ...] = ()


@dataclass(frozen=True)
class RejectTotal:
    """How often one kind of fault was found in one file."""

    file: str
    reason: str
    meaning: str
    remedy: str
    faults: int


def rule_totals(flags: pa.Table, rules: Mapping[str, RuleText]) -> tuple[RuleTotal, ...]:
    """Totals of the rules that have flags, by rule id."""
    totals = (_total(rule_id, rules[rule_id].title, own) for rule_id, own in by_rule(flags).items())
    return tuple(replace(total, on_trial=rules[total.rule_id].status == "trial") for total in totals)


def silent_trials(flagged: Iterable[str], rules: Mapping[str, RuleText]) -> list[str]:
    """Ids of the rules on trial that are not among `flagged`, sorted."""
    return sorted({rule_id for rule_id, text in rules.items() if text.status == "trial"} - set(flagged))


def held_totals(
    held: pa.Table, rules: Mapping[str, RuleText], partner_id: str | None = None
) -> tuple[HeldTotal, ...]:
    """What was held back, by rule and fact; of one partner as a party, or of all."""
    if partner_id is not None:
        mine = [
            pc.fill_null(pc.equal(held[f"{side}_partner"], partner_id), False) for side in ("left", "right")
        ]
        held = held.filter(pc.or_(*mine))
    counts = held.group_by(["rule_id", "fact"], use_threads=False).aggregate([([], "count_all")])
    rows = counts.sort_by([("rule_id", "ascending"), ("fact", "ascending")]).to_pylist()
    return tuple(
        HeldTotal(row["rule_id"], rules[row["rule_id"]].reasons[row["fact"]], row["count_all"])
        for row in rows
    )


def overall(flags: pa.Table) -> RuleTotal:
    """Totals over all rules: the same money may stand under two of them."""
    return _total("", "All rules", flags)


def case_totals(cases: pa.Table, owner: str = "") -> CaseTotal:
    """CASES of one owner added up; of all for ""."""
    own = cases.filter(pc.equal(cases["owner"], owner)) if owner else cases
    sums = {f"{kind}_pence": pc.sum(own[f"expected_{kind}_pence"]).as_py() for kind in VALUE_CLASSES}
    real = round(pc.sum(own["chance_real"]).as_py() or 0.0, 6)
    return CaseTotal(owner, len(own), pc.sum(own["minutes"]).as_py() or 0, real, **sums)


def by_rule(flags: pa.Table) -> dict[str, pa.Table]:
    """Rule id -> its flags in their order; by rule id. Cutting once is cheaper than a filter for every rule."""
    encoded = flags["rule_id"].combine_chunks().dictionary_encode()
    codes = encoded.indices.to_numpy()
    order = np.argsort(codes, kind="stable")
    ends = np.cumsum(np.bincount(codes, minlength=len(encoded.dictionary)))
    cut = flags.take(pa.array(order)).combine_chunks()
    parts = {
        rule_id: cut.slice(end - count, count)
        for rule_id, end, count in zip(
            encoded.dictionary.to_pylist(), ends.tolist(), np.diff(ends, prepend=0).tolist(), strict=True
        )
    }
    return dict(sorted(parts.items()))


def _total(rule_id: str, title: str, flags: pa.Table) -> RuleTotal:
    sums = {f"{kind}_pence": pc.sum(flags[f"value_{kind}_pence"]).as_py() for kind in VALUE_CLASSES}
    return RuleTotal(rule_id, title, len(flags), **sums)


def shown_classes(totals: Iterable[object]) -> tuple[ValueClass, ...]:
    """Classes of money that deserve a column: prevented only where one of `totals` carries it."""
    carried = any(getattr(total, "prevented_pence", None) is not None for total in totals)
    return VALUE_CLASSES if carried else VALUE_CLASSES[:3]


def extract_totals(
    deliveries: pa.Table, partner_id: str | None = None, rejects: pa.Table | None = None
) -> tuple[ExtractTotal, ...]:
    """Delivered files of one partner, or of all, in the order of DELIVERIES; why, where REJECTS are given."""
    if partner_id is not None:
        deliveries = deliveries.filter(pc.equal(deliveries["partner"], partner_id))
    notes = delivery_notes(deliveries, empty(REJECTS) if rejects is None else rejects)
    return tuple(
        ExtractTotal(
            row["partner"], note.dataset_title, row["file"], row["received"], row["loaded"], row["rejected"],
            note.in_words, note.data_of, note.why,
        )
        for row, note in zip(deliveries.to_pylist(), notes, strict=True)
    )  # fmt: skip


def reject_totals(rejects: pa.Table) -> tuple[RejectTotal, ...]:
    """Faults by file and reason, both in alphabetical order; a file that came again has no fault for that."""
    rejects = rejects.filter(pc.not_equal(rejects["reason"], "DUPLICATE_DELIVERY"))
    counts = rejects.group_by(["file", "reason"], use_threads=False).aggregate([([], "count_all")])
    rows = counts.sort_by([("file", "ascending"), ("reason", "ascending")]).to_pylist()
    return tuple(
        RejectTotal(
            row["file"],
            row["reason"],
            REASONS[row["reason"]].meaning,
            REASONS[row["reason"]].remedy,
            row["count_all"],
        )
        for row in rows
    )
