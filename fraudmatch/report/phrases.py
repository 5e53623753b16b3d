"""FLAGS with words beside the codes: reasons, what is not known, identity, what agrees.

Everything here is the same for every reader: facts and agreement, never a value of a record.
Work is done once per night and on distinct values.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch.report.clean import clean
from fraudmatch.report.words import ONLY_IF_FOUND, PRIOR, comparison_label, fact_phrase, identity_words
from fraudmatch.schemas import RuleText

#: Agreement of EVIDENCE -> column that lists the comparisons with it.
AGREEMENTS = {"agrees": "agrees", "close": "nearly_agrees", "differs": "differs", "missing": "missing"}


def flags_in_words(flags: pa.Table, evidence: pa.Table, rules: Mapping[str, RuleText]) -> pa.Table:
    """FLAGS and seven columns more, rows as they were.

    reasons / not_known: phrases of the facts that are true / unknown, joined by "; ".
    identity: a word; probability_hundredths: per cent times 100, at most 99.99 (null: no link).
    agrees / nearly_agrees / differs / missing: labels of the comparisons, joined by ", ";
    null where there is none.
    """
    reasons, not_known = _fact_columns(flags, rules)
    extra = {
        "reasons": reasons,
        "not_known": not_known,
        "identity": _identity(flags["identity_probability"]),
        "probability_hundredths": _probability(flags["identity_probability"]),
        **agreement_columns(flags["flag_key"], evidence),
    }
    for name, column in extra.items():
        flags = flags.append_column(name, column)
    return flags


def _fact_columns(flags: pa.Table, rules: Mapping[str, RuleText]) -> tuple[pa.Array, pa.Array]:
    """Phrases of true and of unknown facts; the JSON is read once per distinct (rule, facts)."""
    joined = pc.binary_join_element_wise(flags["rule_id"], flags["facts"], pa.scalar("\n"))
    encoded = joined.combine_chunks().dictionary_encode()
    true: list[str | None] = []
    unknown: list[str | None] = []
    for pair in encoded.dictionary.to_pylist():
        rule_id, facts = pair.split("\n", 1)
        said = json.loads(facts)
        reasons = rules[rule_id].reasons
        true.append(_phrases((fact for fact in said if said[fact] is True), reasons))
        unknown.append(_phrases((fact for fact in said if said[fact] is None), reasons))
    codes = encoded.indices
    return clean(pa.array(true, pa.string()).take(codes)), clean(pa.array(unknown, pa.string()).take(codes))


def _phrases(facts: Iterable[str], reasons: Mapping[str, str]) -> str | None:
    """Phrases in the order in which the rule gives them, then the rest by name."""
    order = {fact: place for place, fact in enumerate(reasons)}
    names = sorted(facts, key=lambda fact: (order.get(fact, len(order)), fact))
    return "; ".join(fact_phrase(fact, reasons) for fact in names) or None


def _identity(probability: pa.ChunkedArray) -> pa.Array:
    encoded = probability.combine_chunks().dictionary_encode(null_encoding="encode")
    words = [identity_words(value) for value in encoded.dictionary.to_pylist()]
    return pa.array(words, pa.string()).take(encoded.indices)


def _probability(probability: pa.ChunkedArray) -> pa.Array:
    """Per cent in hundredths. 100 is never shown: no link is certain."""
    per_myriad = pc.round(pc.multiply(probability.cast(pa.float64()), 10_000.0))
    return pc.min_element_wise(
        per_myriad.cast(pa.int64()), pa.scalar(9_999), skip_nulls=False
    ).combine_chunks()


def agreement_columns(flag_keys: pa.ChunkedArray, evidence: pa.Table) -> dict[str, pa.Array]:
    """Per flag the comparisons that agree, nearly agree, differ or are missing.

    Args:
        flag_keys: keys of the flags, in the order wanted.
        evidence: EVIDENCE; rows of other flags are left out.
    """
    keys = flag_keys.combine_chunks()
    flag = pc.index_in(evidence["flag_key"].combine_chunks(), value_set=keys)
    told = pc.and_(pc.is_valid(flag), _tells_something(evidence))
    kept, flag = evidence.filter(told), flag.filter(told).to_numpy()
    order = np.lexsort((kept["position"].to_numpy(), _codes(kept["model"]), flag))
    kept, flag = kept.take(pa.array(order)), flag[order]
    labels = kept["comparison"].combine_chunks().dictionary_encode()
    texts = clean(pa.array([comparison_label(name) for name in labels.dictionary.to_pylist()], pa.string()))
    codes = labels.indices.to_numpy()
    agreements = pc.if_else(_only_if_found(kept), "close", kept["agreement"])
    return {
        column: _lists(flag, codes, texts, pc.equal(agreements, agreement).to_numpy(), len(keys))
        for agreement, column in AGREEMENTS.items()
    }


def _only_if_found(evidence: pa.Table) -> pa.ChunkedArray:
    return pc.is_in(evidence["comparison"], value_set=pa.array(sorted(ONLY_IF_FOUND)))


def _tells_something(evidence: pa.Table) -> pa.Array:
    """Rows worth a reader's time: no starting points, nothing that was looked for and not found."""
    found = pc.is_in(evidence["agreement"], value_set=pa.array(["agrees", "close"]))
    usual = pc.and_(_only_if_found(evidence), pc.invert(found))
    return pc.invert(pc.or_(pc.equal(evidence["comparison"], PRIOR), usual)).combine_chunks()


def _codes(column: pa.ChunkedArray) -> np.ndarray:
    """Ranks of a string column by its sorted distinct values."""
    return pc.rank(column.combine_chunks(), tiebreaker="dense").to_numpy()  # type: ignore[no-any-return]


def _lists(flag: np.ndarray, codes: np.ndarray, texts: pa.Array, wanted: np.ndarray, flags: int) -> pa.Array:
    """The wanted labels of each flag, each once, joined by ", "; null for none.

    `flag` is sorted; `codes` point into `texts`.
    """
    flag, codes = flag[wanted].astype(np.int64), codes[wanted].astype(np.int64)
    # two models may have judged the same comparison: the first to say so is enough
    _, first = np.unique(flag * max(len(texts), 1) + codes, return_index=True)
    first.sort()
    flag, codes = flag[first], codes[first]
    offsets = np.searchsorted(flag, np.arange(flags + 1)).astype(np.int32)
    lists = pa.ListArray.from_arrays(pa.array(offsets), texts.take(pa.array(codes)))
    joined = pc.binary_join(lists, ", ")
    return pc.if_else(pc.equal(joined, ""), pa.scalar(None, pa.string()), joined)
