"""How much of what each partner sent stands in a flag with another partner: the same figures for everybody.

A partner that invents records to learn whether others hold a person has few of them met, or many that nobody else
would have (threat T20 of the reliability brief). It shows in figures over time, and the others are those who look
at them. Counts of one to four are not told: beside a partner's own flags they could point at people (T26).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch.report.words import dataset_title

#: The least count that is told.
LEAST_TOLD = 5


@dataclass(frozen=True)
class Yield:
    """One data set of one partner.

    Attributes:
        records: in use tonight.
        met: of them, how many stand in a flag together with a record of another partner; null for one to four.
        once: what its extracts gave of records that came once and were gone, in words; "" for nothing.
    """

    partner: str
    dataset: str
    records: int
    met: int | None
    once: str

    @property
    def met_in_words(self) -> str:
        """The count and its share, or that it is small."""
        if self.met is None:
            return f"fewer than {LEAST_TOLD}"
        return f"{self.met:,} ({100 * self.met / self.records:.1f} %)" if self.met else "0"


def yields(records: pa.Table, flags: pa.Table, members: pa.Table, rejects: pa.Table) -> list[Yield]:
    """The figures of every partner and data set, by both.

    Args:
        records: RECORDS, record_id its position. flags: FLAGS. members: MEMBERS. rejects: REJECTS.
    """
    met = _counts(records.take(_met_others(records, flags, members)))
    once = _once(rejects)
    return [
        Yield(
            partner,
            dataset_title(dataset),
            count,
            _told(met.get((partner, dataset), 0)),
            once.get((partner, dataset), ""),
        )
        for (partner, dataset), count in sorted(_counts(records).items())
    ]


def _told(count: int) -> int | None:
    return None if 0 < count < LEAST_TOLD else count


def _counts(records: pa.Table) -> Mapping[tuple[str, str], int]:
    grouped = records.select(["partner", "dataset"]).group_by(["partner", "dataset"], use_threads=False)
    rows = grouped.aggregate([([], "count_all")]).to_pylist()
    return {(row["partner"], row["dataset"]): row["count_all"] for row in rows}


def _met_others(records: pa.Table, flags: pa.Table, members: pa.Table) -> pa.Array:
    """Records in flags that have records of two partners or more, each once, rising."""
    sides = [pa.table({"key": flags["flag_key"], "id": flags[side]}) for side in ("left_id", "right_id")]
    of_groups = pa.table({"key": members["flag_key"], "id": members["record_id"]})
    here = pa.concat_tables([*sides, of_groups])
    here = here.filter(pc.is_valid(here["id"]))
    here = here.append_column("partner", records["partner"].take(here["id"]))
    partners = here.group_by("key", use_threads=False).aggregate([("partner", "count_distinct")])
    shared = partners.filter(pc.greater(partners["partner_count_distinct"], 1))["key"]
    ids = pc.unique(here.filter(pc.is_in(here["key"], value_set=shared.combine_chunks()))["id"])
    return ids.take(pc.sort_indices(ids))


def _once(rejects: pa.Table) -> Mapping[tuple[str, str], str]:
    """(Partner, data set) -> what RECORDS_SEEN_ONCE says of its extracts; counts alone."""
    said: dict[tuple[str, str], list[str]] = {}
    for row in rejects.filter(pc.equal(rejects["reason"], "RECORDS_SEEN_ONCE")).to_pylist():
        said.setdefault((row["partner"], row["dataset"]), []).append(row["detail"])
    return {where: "; ".join(sorted(details)) for where, details in said.items()}
