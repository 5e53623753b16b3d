"""Rules that could not flag anything of a partner, because its extract lacks what they ask about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch.report.words import dataset_title
from fraudmatch.schemas import RuleText


@dataclass(frozen=True, order=True)
class Unjudged:
    """Rules that a field of one partner's extract would be needed for, and it is blank in every record.

    Attributes:
        rules: their ids, sorted.
    """

    partner: str
    dataset: str
    field: str
    rules: tuple[str, ...]


def unjudged(
    records: pa.Table,
    details: Mapping[str, pa.Table],
    rules: Mapping[str, RuleText],
    partner_id: str | None = None,
) -> list[Unjudged]:
    """What could not be judged of the extracts there are, by partner, data set and field.

    Args:
        records: RECORDS. details: DETAILS by data set.
        rules: those that ran.
        partner_id: whose extracts; null = all.
    """
    wanted: dict[tuple[str, str], list[str]] = {}
    for rule in rules.values():
        for needed in rule.demands:
            wanted.setdefault(needed, []).append(rule.id)
    found = []
    for dataset in sorted({dataset for dataset, _ in wanted} & details.keys()):
        fields = sorted(field for d, field in wanted if d == dataset)
        for partner, field in _never_filled(records, details[dataset], dataset, fields):
            if partner_id in (None, partner):
                ids = tuple(sorted(wanted[dataset, field]))
                found.append(Unjudged(partner, dataset_title(dataset), field, ids))
    return sorted(found)


def _never_filled(
    records: pa.Table, details: pa.Table, dataset: str, fields: list[str]
) -> list[tuple[str, str]]:
    """(Partner, field) of fields that no record of the partner's extracts of the data set fills."""
    partners = records.filter(pc.equal(records["dataset"], dataset))["partner"]
    table = pa.table({"partner": partners} | {field: details[field] for field in fields})
    counts = table.group_by("partner", use_threads=False).aggregate([(field, "count") for field in fields])
    return [
        (row["partner"], field) for row in counts.to_pylist() for field in fields if not row[f"{field}_count"]
    ]
