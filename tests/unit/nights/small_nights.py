"""Small nights for the tests of the run page, made of plain values; every name is invented."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from fraudmatch.nights import NightRead
from fraudmatch.schemas import (
    DELIVERIES,
    FLAGS,
    GROUPS,
    MEMBERS,
    OVERRULED,
    PROFILES,
    RECORDS,
    REJECTS,
    details_schema,
    links_schema,
)
from fraudmatch.steps.clean import ORIGIN

RECORDS_KEPT = pa.schema([column for column in RECORDS if column.name not in ORIGIN])


def table(schema: pa.Schema, rows: Iterable[Mapping[str, Any]]) -> pa.Table:
    told = list(rows)
    return pa.table([pa.array([row.get(f.name) for row in told], f.type) for f in schema], schema=schema)


@dataclass(frozen=True)
class Person:
    """A record: whose, under which reference, what it holds, and with whom it is grouped (null: with nobody)."""

    partner: str
    reference: str
    surname: str
    person: int | None = None
    home: int | None = None
    job: str = "Clerk"


@dataclass(frozen=True)
class Flagged:
    """A flag: its key and rule, and the places of its records among those of the night."""

    key: str
    rule: str
    records: tuple[int, ...]


def night(
    people: Sequence[Person] = (), flags: Sequence[Flagged] = (), *, run_id: str = "2026-03-31-one",
    as_at: dt.date = dt.date(2026, 3, 31), rules: Mapping[str, int] | None = None, overruled: Iterable[str] = (),
    deliveries: Iterable[Mapping[str, Any]] = (), rejects: Iterable[Mapping[str, Any]] = (),
    profiles: Iterable[Mapping[str, Any]] = (), weights: Sequence[float] | None = None, **manifest: Any,
) -> NightRead:  # fmt: skip
    """A night as it is read back. Flags of three records or more are of a group."""
    records = [
        {"record_id": place, "partner": one.partner, "dataset": "payroll", "source_ref": one.reference, "party": 1,
         "surname": one.surname}
        for place, one in enumerate(people)
    ]  # fmt: skip
    base = {"rule_version": 1, "relation": "person", "left_partner": "ashby", "risk_points": 1, "priority": 1, "facts": "{}"}  # fmt: skip
    told = [
        base | {"flag_key": one.key, "rule_id": one.rule, "left_id": one.records[0], "right_id": one.records[1] if len(one.records) == 2 else None}
        for one in flags
    ]  # fmt: skip
    members = [
        {"flag_key": one.key, "record_id": record}
        for one in flags
        if len(one.records) > 2
        for record in one.records
    ]
    taken = [
        {"override": 1, "flag_key": key, "rule_id": "R", "effect": "taken_away", "left_id": 0, "left_partner": "ashby"}
        for key in overruled
    ]  # fmt: skip
    grouped = [
        {"record_id": place, "person_id": one.person, "property_id": one.home} for place, one in enumerate(people)
    ]  # fmt: skip
    links = [
        {"left_id": 0, "right_id": 1, "model": "person_v1", "relation": "person", "match_weight": weight, "match_probability": 1.0}
        for weight in weights or ()
    ]  # fmt: skip
    jobs = [{"record_id": place, "job_title": one.job} for place, one in enumerate(people)]
    versions = {rule: {"version": version, "status": "live"} for rule, version in (rules or {}).items()}
    return NightRead(
        run_id, as_at, {"run_id": run_id, "rules": versions, **manifest}, table(DELIVERIES, deliveries),
        table(REJECTS, rejects), table(PROFILES, profiles), table(RECORDS_KEPT, records),
        {"payroll": table(details_schema("payroll"), jobs)}, table(GROUPS, grouped),
        {} if weights is None else {"person": table(links_schema(()), links)}, table(FLAGS, told), table(MEMBERS, members),
        table(OVERRULED, taken),
    )  # fmt: skip
