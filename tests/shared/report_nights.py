"""Small nights with invented people, for the tests of the reports."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import replace

import pyarrow as pa

from fraudmatch import schemas
from fraudmatch.casework import Terms, make_cases
from fraudmatch.report import ReportInput, Worklist
from fraudmatch.schemas import RuleText
from fraudmatch.site import Partner

AS_AT = dt.date(2026, 11, 20)

PARTNERS = (
    Partner(id="ashby", name="Ashby Borough Council", contact="matches@ashby.example"),
    Partner(id="bramley", name="Bramley District Council", contact="Counter Fraud Desk, 01632 960001"),
    Partner(id="carrow", name="Carrow & Vale Council"),
)

SINGLE = RuleText(
    id="FM-CT-001",
    version=3,
    title="Single person discount, and another adult registered at the property",
    status="live",
    owner="council-tax",
    service="council tax",
    description="Council tax has a single person discount and the register names another adult there.",
    legal_basis=(("Local Government Finance Act 1992, s.11", "https://law.example/1992"),),
    innocent_explanations=("The second adult is a full-time student.", "The second adult has moved out."),
    next_step="Send the discount review letter.",
    relation="property",
    left="council_tax",
    right="electoral_register",
    reasons={"other_is_adult": "the other person is 18 or over", "long_standing": "both have run for a year"},
    show_left=("discount_type", "discount_start", "discount_annual_pence"),
    show_right=("franchise", "date_added"),
)

TWO_JOBS = replace(
    SINGLE,
    id="FM-PAY-001",
    version=1,
    title="Full-time pay from two employers",
    relation="person",
    left="payroll",
    right="payroll",
    status="trial",
    reasons={"both_full_time": "both posts are full time"},
    show_left=("job_title", "hours_weekly_hundredths", "gross_to_date_pence"),
    show_right=("job_title", "hours_weekly_hundredths", "gross_to_date_pence"),
)

ALONE = replace(
    SINGLE,
    id="FM-BB-001",
    title="Badge still live after its last day",
    relation="none",
    left="blue_badge",
    right=None,
    reasons={"expired": "the last day has passed"},
    show_left=("badge_number", "badge_expiry"),
    show_right=(),
)

CROWD = replace(
    SINGLE,
    id="FM-CT-090",
    title="Many discounts at one property",
    relation="group",
    right=None,
    reasons={"many": "more than one household can explain"},
    show_left=("discount_type", "discount_annual_pence"),
    show_right=(),
    grouped_by="property",
)

RULES = {rule.id: rule for rule in (SINGLE, TWO_JOBS, ALONE)}


def table(schema: pa.Schema, rows: Iterable[Mapping[str, object]]) -> pa.Table:
    rows = list(rows)
    arrays = [pa.array([row.get(field.name) for row in rows], field.type) for field in schema]
    return pa.table(arrays, schema=schema)


def delivery_of(partner: str, dataset: str) -> str:
    return f"{partner}-{dataset}-digest".ljust(64, "0")


def record(record_id: int, partner: str, dataset: str, **fields: object) -> dict[str, object]:
    return {
        "record_id": record_id,
        "partner": partner,
        "dataset": dataset,
        "source_ref": f"{partner[0].upper()}{record_id:04d}",
        "party": 1,
        "delivery": delivery_of(partner, dataset),
        "source_row": record_id + 2,
        "party_kind": "person",
        **fields,
    }


def flag(
    rule: RuleText, left: Mapping[str, object], right: Mapping[str, object] | None, **fields: object
) -> dict[str, object]:
    key = f"{rule.id}|{left['record_id']}|{right['record_id'] if right else ''}"
    return {
        "flag_key": hashlib.sha256(key.encode()).hexdigest()[:32],
        "rule_id": rule.id,
        "rule_version": rule.version,
        "relation": rule.relation,
        "left_id": left["record_id"],
        "right_id": right["record_id"] if right else None,
        "left_partner": left["partner"],
        "right_partner": right["partner"] if right else None,
        "risk_points": 80,
        "priority": 72,
        "facts": json.dumps({"other_is_adult": True, "long_standing": None}, sort_keys=True),
        **fields,
    }


def evidence(flag_key: object, model: str, *seen: tuple[str, str, float]) -> list[dict[str, object]]:
    return [
        {
            "flag_key": flag_key,
            "model": model,
            "position": position,
            "comparison": comparison,
            "level": agreement,
            "agreement": agreement,
            "weight": weight,
        }
        for position, (comparison, agreement, weight) in enumerate(seen)
    ]


def make_night(
    records: list[dict[str, object]],
    details: Mapping[str, list[dict[str, object]]],
    flags: list[dict[str, object]],
    seen: list[dict[str, object]] | None = None,
    rejects: list[dict[str, object]] | None = None,
    changes: Mapping[str, object] | None = None,
) -> ReportInput:
    flags = sorted(flags, key=lambda row: (row["rule_id"], -int(str(row["priority"])), row["flag_key"]))
    night = ReportInput(
        site_name="Three Rivers exercise",
        as_at=AS_AT,
        run_id="2026-11-20-a1b2",
        partners=PARTNERS,
        records=table(schemas.RECORDS, records),
        details={name: table(schemas.details_schema(name), rows) for name, rows in details.items()},
        groups=table(
            schemas.GROUPS,
            ({"record_id": row["record_id"], "person_id": row["record_id"]} for row in records),
        ),
        flags=table(schemas.FLAGS, flags),
        held=schemas.empty(schemas.HELD),
        members=schemas.empty(schemas.MEMBERS),
        evidence=table(schemas.EVIDENCE, seen or []).sort_by(
            [("flag_key", "ascending"), ("model", "ascending"), ("position", "ascending")]
        ),
        rejects=schemas.rejects_table(rejects or []),
        deliveries=table(schemas.DELIVERIES, _deliveries(records)),
        rules=RULES,
    )
    return replace(night, **(changes or {}))  # type: ignore[arg-type]


def _deliveries(records: list[dict[str, object]]) -> list[dict[str, object]]:
    counts: dict[tuple[str, str], int] = {}
    for row in records:
        key = (str(row["partner"]), str(row["dataset"]))
        counts[key] = counts.get(key, 0) + 1
    return [
        {
            "partner": partner,
            "dataset": dataset,
            "file": f"{dataset}_{partner}.csv",
            "delivery": delivery_of(partner, dataset),
            "received": count + 1,
            "loaded": count,
            "rejected": 1,
            "skipped": 1,
            "state": "loaded",
        }
        for (partner, dataset), count in sorted(counts.items())
    ]


def usual_night(**changes: object) -> ReportInput:
    """Four kinds of flag: both own, two across partners (own left, own right), a single record."""
    people = [
        record(
            0, "ashby", "blue_badge", name_as_written="Ms Wilma Quill", address_as_written="4 Fen Way, Ashby"
        ),
        record(
            1,
            "ashby",
            "council_tax",
            name_as_written="Mr Tobias Hartnoll",
            address_as_written="10 Mill Lane, Ashby",
            date_of_birth=dt.date(1961, 2, 3),
            postcode="AS1 1AA",
            phone="01632960111",
        ),
        record(
            2,
            "ashby",
            "electoral_register",
            name_as_written="Greta Lindqvist",
            address_as_written="10 Mill Ln, Ashby",
        ),
        record(3, "ashby", "payroll", name_as_written="O'Dell, Fern", date_of_birth=dt.date(1899, 5, 6)),
        record(
            4,
            "bramley",
            "electoral_register",
            name_as_written="Piotr Zawada",
            address_as_written="Mill Lane 10",
        ),
        record(
            5, "bramley", "payroll", name_as_written="Fern O'Dell", address_as_written="8 Quay Row, Bramley"
        ),
        record(
            6, "carrow", "payroll", name_as_written="Nobody Flagged", address_as_written="1 Silent Street"
        ),
    ]
    details = {
        "blue_badge": [{"record_id": 0, "badge_number": "00123", "badge_expiry": dt.date(2026, 1, 31)}],
        "council_tax": [
            {
                "record_id": 1,
                "discount_type": "single_person",
                "discount_start": dt.date(2019, 4, 1),
                "discount_annual_pence": 45_050,
            }
        ],
        "electoral_register": [
            {"record_id": 2, "franchise": "full", "date_added": dt.date(2024, 12, 1)},
            {"record_id": 4, "franchise": "local", "date_added": dt.date(2023, 8, 9)},
        ],
        "payroll": [
            {
                "record_id": 3,
                "job_title": "Clerk",
                "hours_weekly_hundredths": 3_750,
                "gross_to_date_pence": 2_345_678,
            },
            {
                "record_id": 5,
                "job_title": "Warden",
                "hours_weekly_hundredths": 3_700,
                "gross_to_date_pence": 99,
            },
            {"record_id": 6, "job_title": "Porter", "hours_weekly_hundredths": 100, "gross_to_date_pence": 1},
        ],
    }
    flags = [
        flag(SINGLE, people[1], people[2], value_estimate_pence=45_050, priority=80),
        flag(SINGLE, people[1], people[4], value_estimate_pence=-5, value_actual_pence=100),
        flag(
            TWO_JOBS,
            people[3],
            people[5],
            value_notional_pence=5_000_00,
            identity_weight=12.5,
            identity_probability=0.99983,
            facts='{"both_full_time":true}',
        ),
        flag(ALONE, people[0], None, facts='{"expired":true}'),
    ]
    seen = [
        *evidence(
            flags[2]["flag_key"],
            "person_v1",
            ("surname", "agrees", 8.0),
            ("forename", "agrees", 6.0),
            ("date_of_birth", "missing", 0.0),
            ("nino", "differs", -3.0),
            ("phone", "agrees", 9.0),
            ("postcode", "close", 2.0),
        ),
        *evidence(flags[0]["flag_key"], "person_v1", ("surname", "differs", -4.0), ("sex", "differs", -5.0)),
    ]
    rejects = [
        {
            "partner": "ashby",
            "dataset": "payroll",
            "file": "payroll_ashby.csv",
            "delivery": "d1",
            "source_row": 9,
            "field": "nino",
            "column": "=NI No",
            "reason": "NINO_INVALID",
            "disposition": "flag",
        },
        {
            "partner": "bramley",
            "dataset": "payroll",
            "file": "payroll_bramley.csv",
            "delivery": "d2",
            "source_row": 4,
            "reason": "ROW_MALFORMED",
            "disposition": "quarantine",
        },
        {
            "partner": "bramley",
            "file": "notes.txt",
            "delivery": "d3",
            "reason": "FILE_NO_MAPPING",
            "disposition": "quarantine",
        },
    ]
    return make_night(people, details, flags, seen, rejects, changes)


TERMS = Terms(
    weights={"actual": 1.0, "estimate": 0.8, "notional": 0.5, "prevented": 0.5}, small_value=10_000, most_flags=20,
    doubling_points=20, further_rule=0.25, partner_cap=60, rule_cap=40, cleared_months=24,
)  # fmt: skip


def with_cases(night: ReportInput, per_person: int = 1) -> ReportInput:
    """The night with its cases; `per_person` records after one another are taken for one person."""
    groups = table(
        schemas.GROUPS,
        ({"record_id": n, "person_id": n - n % per_person} for n in range(len(night.records))),
    )
    made = make_cases(night.flags, groups, night.rules, schemas.empty(schemas.OUTCOMES), TERMS)
    return replace(night, worklist=Worklist(made.cases, made.flags))


def no_flags_night() -> ReportInput:
    return usual_night(flags=schemas.empty(schemas.FLAGS), evidence=schemas.empty(schemas.EVIDENCE))
