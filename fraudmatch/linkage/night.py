"""The models of a night in their order: property, organisation, person, payment.

The person model reads the property a record belongs to tonight; what each model judges is made in
`subjects`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from fraudmatch.linkage.block import PassPlan, plan
from fraudmatch.linkage.encode import Encoder
from fraudmatch.linkage.linker import Linked, link, prepare
from fraudmatch.linkage.model import Model
from fraudmatch.linkage.model_files import load_model
from fraudmatch.linkage.scorer import Scorer
from fraudmatch.linkage.size import sized
from fraudmatch.linkage.subjects import Subjects, addresses, organisations, payments, people
from fraudmatch.schemas import GROUPS, conform


@dataclass(frozen=True)
class Step:
    """What one model did tonight; for the summary and the manifest.

    Attributes:
        rows: rows it judged (distinct addresses or organisations, or records).
        compared / kept / links: candidate pairs, pairs after the screen, links.
    """

    model: Model
    rows: int
    compared: int
    kept: int
    links: int
    plan: list[PassPlan]
    seconds: dict[str, float]


@dataclass(frozen=True)
class LinkedNight:
    """What linking a night gave.

    Attributes:
        groups: GROUPS.
        links: LINKS by relation ("person", "payment"), ids are record ids.
        scorers: by relation; each judges any pairs of record ids with its model in full.
        steps: what each model did, in order.
    """

    groups: pa.Table
    links: dict[str, pa.Table]
    scorers: Mapping[str, Scorer]
    steps: list[Step]


@dataclass
class _Runner:
    """Runs the models of a night one after the other and notes what each did."""

    models: Mapping[str, Model]
    threads: int | None
    progress: Callable[[str], None] | None
    steps: list[Step] = field(default_factory=list)

    def __call__(self, name: str, subjects: Subjects) -> Linked:
        rows = subjects.table.num_rows
        if self.progress:
            self.progress(f"link · {name}, {rows:,} to compare")
        model = self.models.get(name) or load_model(name)
        made = link(
            subjects.table, sized(model, rows), apart=subjects.apart, threads=self.threads, progress=self.progress
        )  # fmt: skip
        self.steps.append(
            Step(model, rows, made.compared, made.kept, made.links.num_rows, made.plan, made.seconds)
        )
        return made


def link_all(
    records: pa.Table,
    details: Mapping[str, pa.Table],
    *,
    threads: int | None = None,
    progress: Callable[[str], None] | None = None,
    models: Mapping[str, Model] | None = None,
) -> LinkedNight:
    """Link everything a night received.

    Args:
        records: RECORDS, ordered by record_id.
        details: DETAILS by data set; `payment` and `electoral_register` are read.
        threads: at most this many.
        progress: told what is being done.
        models: by relation; shipped ones where absent.
    """
    run = _Runner(models or {}, threads, progress)
    homes, firms = addresses(records), organisations(records)
    property_id = _group_ids(homes, run("property", homes))
    linked_firms = run("organisation", firms)
    persons = people(records, details, property_id)
    linked_persons = run("person", persons)
    paid = payments(records, details)
    linked_paid = run("payment", paid)
    groups = {
        "record_id": records["record_id"],
        "person_id": _group_ids(persons, linked_persons),
        "property_id": property_id,
        "organisation_id": _group_ids(firms, linked_firms),
        "account_id": _accounts(records),
    }
    return LinkedNight(
        groups=conform(pa.table(groups), GROUPS, what="GROUPS"),
        links={
            "person": _renamed(linked_persons.links, persons.first),
            "payment": _renamed(linked_paid.links, paid.first),
        },
        scorers={
            "person": Scorer(linked_persons.linker, persons.rows_of),
            "organisation": Scorer(linked_firms.linker, firms.rows_of),
            "payment": Scorer(linked_paid.linker, paid.rows_of),
        },
        steps=run.steps,
    )


def linked_before(
    records: pa.Table,
    details: Mapping[str, pa.Table],
    groups: pa.Table,
    links: dict[str, pa.Table],
    *,
    threads: int | None = None,
) -> LinkedNight:
    """A night that was linked earlier, from its GROUPS and LINKS: nothing is compared again.

    Its scorers judge any pairs as those of the night itself; each is made ready when it is first asked for.
    It cannot tell what the models did: `steps` is empty.
    """
    judged = {
        "person": lambda: people(records, details, groups["property_id"].combine_chunks()),
        "organisation": lambda: organisations(records),
        "payment": lambda: payments(records, details),
    }
    return LinkedNight(groups, links, _Scorers(judged, threads), [])


class _Scorers(Mapping[str, Scorer]):
    """Scorers by relation, each made ready when it is first asked for."""

    def __init__(self, judged: Mapping[str, Callable[[], Subjects]], threads: int | None) -> None:
        self._judged, self._threads, self._ready = judged, threads, dict[str, Scorer]()

    def __getitem__(self, relation: str) -> Scorer:
        if relation not in self._ready:
            subjects = self._judged[relation]()
            model = sized(load_model(relation), subjects.table.num_rows)
            linker = prepare(subjects.table, model, subjects.apart, self._threads)
            self._ready[relation] = Scorer(linker, subjects.rows_of)
        return self._ready[relation]

    def __iter__(self) -> Iterator[str]:
        return iter(self._judged)

    def __len__(self) -> int:
        return len(self._judged)


def link_properties(records: pa.Table, *, threads: int | None = None) -> pa.Array:
    """uint32 [records]: the smallest record at the same property; null without an address."""
    homes = addresses(records)
    return _group_ids(homes, link(homes.table, load_model("property"), threads=threads))


def _group_ids(subjects: Subjects, linked: Linked) -> pa.Array:
    """uint32 [records]: the smallest record of each record's group; null = takes no part."""
    rows_of = subjects.rows_of
    outside = rows_of < 0
    smallest = subjects.first[linked.groups.astype(np.int64)]
    ids = np.zeros(len(rows_of), np.uint32)
    ids[~outside] = smallest[rows_of[~outside]]
    return pa.array(ids, mask=outside)


def _accounts(records: pa.Table) -> pa.Array:
    """For every record the smallest record with the same bank details; null without any."""
    codes = Encoder(records).codes("bank").codes
    known = codes >= 0
    first = np.full(int(codes.max(initial=-1)) + 1, records.num_rows, np.int64)
    np.minimum.at(first, codes[known], np.flatnonzero(known))
    ids = np.zeros(records.num_rows, np.uint32)
    ids[known] = first[codes[known]]
    return pa.array(ids, mask=~known)


def _renamed(links: pa.Table, ids: npt.NDArray[np.int64]) -> pa.Table:
    """LINKS with record ids in place of rows; the order stays, for `ids` ascend."""
    for column in ("left_id", "right_id"):
        place = links.column_names.index(column)
        renamed = pa.array(ids[links[column].to_numpy().astype(np.int64)].astype(np.uint32))
        links = links.set_column(place, links.schema.field(column), renamed)
    return links


def plan_all(records: pa.Table, details: Mapping[str, pa.Table]) -> dict[str, list[PassPlan]]:
    """What each model of a night would compare, pass by pass, without comparing anything.

    The person model's pass by property is counted on addresses written alike, since which
    addresses are one property is known only after linking; it is a lower bound.
    """
    homes = addresses(records)
    alike = pa.array(np.maximum(homes.rows_of, 0).astype(np.uint32), mask=homes.rows_of < 0)
    judged = {
        "property": homes,
        "organisation": organisations(records),
        "person": people(records, details, alike),
        "payment": payments(records, details),
    }
    return {name: plan(Encoder(one.table), load_model(name), None)[1] for name, one in judged.items()}
