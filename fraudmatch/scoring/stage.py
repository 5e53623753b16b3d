"""The stage: LINKS, RECORDS and the rule library in, FLAGS out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from fraudmatch import schemas
from fraudmatch.scoring.flags import flags_of, held_in_order, held_of, in_order, members_of_flags
from fraudmatch.scoring.judge import Bench, LookedAt, Scorer, judge
from fraudmatch.scoring.library import Library
from fraudmatch.scoring.rows import PairRows
from fraudmatch.scoring.sides import Night


@dataclass(frozen=True)
class Scored:
    """What the rules of a night made.

    Attributes:
        flags: FLAGS.
        held: HELD. members: MEMBERS of the flags of groups.
        looked_at: rule id -> what it saw, for every rule that ran; all nought when no partner
            sent its data set.
        links: model -> its view of every flagged pair it was asked about, once, ordered by
            left_id and right_id with left_id < right_id; for evidence.
    """

    flags: pa.Table
    held: pa.Table
    looked_at: Mapping[str, LookedAt]
    links: Mapping[str, pa.Table]
    members: pa.Table


def score(
    records: pa.Table,
    details: Mapping[str, pa.Table],
    groups: pa.Table,
    library: Library,
    scorers: Mapping[str, Scorer],
    *,
    as_at: dt.date,
    payment_links: pa.Table | None = None,
) -> Scored:
    """Run every trial and live rule of the library over the night.

    Args:
        records: RECORDS, record_id dense from 0.
        details: DETAILS by data set; a data set may be absent.
        groups: GROUPS.
        library: see `load_library`.
        scorers: "person", "organisation" (and "payment") -> the model run in full on given
            pairs; called with left_id < right_id, each pair once per rule, and only with
            pairs for which all else in the sentence is true.
        as_at: the date the exercise speaks of.
        payment_links: LINKS of the payment model; without it no payments are paired.

    Raises:
        RunError: a rule needs a model that is not there, or a model lost pairs.
        RuleFileError: a rule names a level the model lacks, or a number not yet in force.
        BudgetError: a rule would bring together more pairs than can be meant.
    """
    bench = Bench(Night(records, details, groups, as_at), scorers, payment_links, library.constants(as_at))
    looked_at: dict[str, LookedAt] = {}
    flags, held, views = [schemas.empty(schemas.FLAGS)], [schemas.empty(schemas.HELD)], []
    members = [schemas.empty(schemas.MEMBERS)]
    for rule in library.rules:
        if rule.runs:
            judged = judge(rule, bench)
            looked_at[rule.id] = judged.looked_at
            flags.append(flags_of(rule, judged.rows))
            held.append(held_of(rule, judged.held))
            members.append(members_of_flags(rule, judged.rows))
            if isinstance(judged.rows, PairRows):
                views.append(judged.rows)
    table = schemas.conform(in_order(pa.concat_tables(flags)), schemas.FLAGS, what="FLAGS")
    back = schemas.conform(held_in_order(pa.concat_tables(held), table), schemas.HELD, what="HELD")
    of_groups = pa.concat_tables(members).sort_by([(n, "ascending") for n in schemas.MEMBERS.names])
    of_groups = schemas.conform(of_groups, schemas.MEMBERS, what="MEMBERS")
    return Scored(table, back, looked_at, _evidence(views), of_groups)


def _evidence(views: list[PairRows]) -> dict[str, pa.Table]:
    """Model -> its view of the flagged pairs, each pair once, in order."""
    gathered: dict[str, list[pa.Table]] = {}
    for rows in views:
        for model, table in rows.links.items():
            gathered.setdefault(model, []).append(table)
    return {model: _distinct_pairs(pa.concat_tables(gathered[model])) for model in sorted(gathered)}


def _distinct_pairs(links: pa.Table) -> pa.Table:
    links = links.filter(links["left_id"].is_valid())
    if not links.num_rows:
        return links
    low, high = links["left_id"].to_numpy().astype(np.int64), links["right_id"].to_numpy().astype(np.int64)
    _, first = np.unique(low * (high.max() + 1) + high, return_index=True)
    return links.take(pa.array(first))
