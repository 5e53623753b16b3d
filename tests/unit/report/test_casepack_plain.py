"""Packs made from a night narrowed to the case are those that filtering the whole night makes, byte for byte."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pyarrow as pa
import pytest
from canaries import USED, one_detail, one_record, some_flags
from plain_packs import PlainNight, reference
from report_nights import ALONE, CROWD, RULES, SINGLE, TWO_JOBS, evidence, flag, make_night, table, with_cases

from fraudmatch import schemas
from fraudmatch.casepack import CaseNight, CasePack, RuleFacts, pack_page
from fraudmatch.outcomes import Decision, Event
from fraudmatch.report import ReportInput
from fraudmatch.report.decided import listed
from fraudmatch.site import Partner

BODIES = tuple(
    Partner(id=f"body{letter}", name=f"Body {letter.upper()}", contact=letter * 3) for letter in "abcd"
)
FACTS = {rule_id: RuleFacts({"base": 40, "other_is_adult": 25}) for rule_id in RULES | {CROWD.id: CROWD}}
AGREEMENTS = ("agrees", "close", "differs", "missing")
COMPARED = ("surname", "phone", "date_of_birth", "address", "postcode", "nino")


def random_night(seed: int) -> ReportInput:
    """Flags of pairs, of single records and of groups, in cases of one flag and of many; some of them decided."""
    rng = random.Random(seed)
    records = [one_record(n, rng.choice(BODIES).id, rng.choice(USED)) for n in range(rng.randint(40, 80))]
    for row in rng.sample(records, 10):
        row["party"] = 2
    details = {name: [one_detail(row, name) for row in records if row["dataset"] == name] for name in USED}
    flags = [one for rule in (SINGLE, TWO_JOBS) for one in some_flags(rng, rule, records)]
    flags += [flag(ALONE, row, None) for row in records if row["dataset"] == ALONE.left][:4]
    groups, members = random_groups(rng, records)
    flags += groups
    for one in flags:
        one["value_estimate_pence"] = rng.choice([None, rng.randint(1, 10**6)])
        one["priority"] = rng.randint(0, 100)
    night = make_night(records, details, flags, random_evidence(rng, flags))
    night = replace(
        night, partners=BODIES, rules=RULES | {CROWD.id: CROWD}, members=members, attached=random_attached(rng, flags),
        deliveries=dated(rng, night.deliveries),
    )  # fmt: skip
    worklist = with_cases(listed(night), per_person=rng.choice([1, 3, 8])).worklist
    return replace(night, worklist=worklist)


def random_groups(
    rng: random.Random, records: Sequence[dict[str, object]]
) -> tuple[list[dict[str, object]], pa.Table]:
    """Flags of groups of accounts, some of one partner and some of many, and MEMBERS."""
    accounts = [row for row in records if row["dataset"] == CROWD.left]
    rng.shuffle(accounts)
    flags, members = [], []
    while len(accounts) > 2 and len(flags) < 4:
        size = rng.randint(2, 5)
        group = sorted(accounts[:size], key=lambda row: int(str(row["record_id"])))
        accounts = accounts[size:]
        flags.append(flag(CROWD, group[0], None, facts='{"many":true}'))
        members += [{"flag_key": flags[-1]["flag_key"], "record_id": row["record_id"]} for row in group]
    members.sort(key=lambda row: (str(row["flag_key"]), int(str(row["record_id"]))))
    return flags, table(schemas.MEMBERS, members)


def random_evidence(rng: random.Random, flags: Sequence[dict[str, object]]) -> list[dict[str, object]]:
    return [
        row
        for one in flags
        for model in rng.sample(("person_v1", "property_v1"), rng.randint(0, 2))
        for row in evidence(
            one["flag_key"], model,
            *((name, rng.choice(AGREEMENTS), rng.uniform(-9, 9)) for name in rng.sample(COMPARED, rng.randint(1, 6))),
        )
    ]  # fmt: skip


def random_attached(rng: random.Random, flags: Sequence[dict[str, object]]) -> pa.Table:
    """Some flags that are asked about again, and some that stay decided and are in no case."""
    rows = [
        {
            "flag_key": one["flag_key"], "rule_id": one["rule_id"], "partner": one["left_partner"], "outcome": "cleared",
            "decided_on": dt.date(2026, 1, rng.randint(1, 28)), "event": number,
            "state": rng.choice(schemas.OPEN_STATES + schemas.SETTLED_STATES[:1]), "changed": ["left.address", "fact.many"],
        }
        for number, one in enumerate(rng.sample(list(flags), len(flags) // 4), 1)
    ]  # fmt: skip
    return table(schemas.ATTACHED, sorted(rows, key=lambda row: str(row["flag_key"])))


def dated(rng: random.Random, deliveries: pa.Table) -> pa.Table:
    days = [rng.choice([None, dt.date(2026, 5, rng.randint(1, 28))]) for _ in range(len(deliveries))]
    place = deliveries.column_names.index("accepted_on")
    return deliveries.set_column(place, deliveries.schema.field(place), pa.array(days, pa.date32()))


def random_events(seed: int, night: ReportInput) -> list[Event]:
    """Decisions of everybody about flags of tonight and others, naming records of tonight and others."""
    rng = random.Random(seed)
    keys = [*night.flags["flag_key"].to_pylist(), "0" * 32]
    records = [*map(reference, night.records.to_pylist()), None, "bodya:payroll:gone"]
    events = []
    for number in range(1, 200):
        told = Decision(
            rng.choice(keys), SINGLE.id, rng.choice(BODIES).id, "cleared", dt.date(2026, 2, 3), reason="moved",
            left_ref=rng.choice(records), right_ref=rng.choice(records),
        )  # fmt: skip
        events.append(Event(number, str(number), "2026-02-03T10:00:00Z", None, told))
    return events


def all_packs(cases: CaseNight | PlainNight) -> dict[tuple[str, str], CasePack | None]:
    assert cases.night.worklist is not None
    keys = cases.night.worklist.cases["case_key"].to_pylist()
    return {(key, one.id): cases.pack(key, one) for key in keys for one in BODIES}


@pytest.mark.parametrize("seed", range(6))
def test_every_pack_is_the_one_that_filtering_everything_makes(seed: int) -> None:
    night = random_night(seed)
    events = random_events(seed, night)
    cases, plain = CaseNight(night, FACTS, events), PlainNight(night, FACTS, events)
    packs = all_packs(cases)
    assert packs == all_packs(plain)
    made = [pack for pack in packs.values() if pack is not None]
    assert [pack_page(pack, cases.night) for pack in made] == [pack_page(pack, plain.night) for pack in made]
    assert cases.pack("none", BODIES[0]) is plain.pack("none", BODIES[0]) is None


def test_the_random_nights_have_what_a_pack_can_go_wrong_with() -> None:
    packs = [all_packs(CaseNight(night := random_night(seed), FACTS, random_events(seed, night))) for seed in range(6)]  # fmt: skip
    made = [pack for some in packs for pack in some.values() if pack is not None]
    flags = [one for pack in made for one in pack.flags]
    assert None in packs[0].values()
    assert max(len(pack.flags) for pack in made) > 5
    assert {pack.place is None for pack in made} == {True, False}
    assert {bool(one.members) for one in flags} == {True, False}
    assert {one.seen for one in flags} == {True, False, None}
    assert {one.row["since_decided"] is None for one in flags} == {True, False}
    assert {bool(pack.events) for pack in made} == {True, False}
    whole = {pack.key: len(pack.flags) for pack in made if pack.place is not None}
    assert any(len(pack.flags) < whole.get(pack.key, 0) for pack in made)  # a party of some flags only


def test_decisions_that_come_while_the_night_is_open_are_told() -> None:
    night = random_night(1)
    events = random_events(1, night)
    growing = events[:50]
    cases = CaseNight(night, FACTS, growing)
    assert all_packs(cases) == all_packs(PlainNight(night, FACTS, events[:50]))
    growing += events[50:]
    assert all_packs(cases) == all_packs(PlainNight(night, FACTS, events))


def test_many_threads_at_once_get_what_one_would() -> None:
    night = random_night(3)
    events = random_events(3, night)
    alone = all_packs(CaseNight(night, FACTS, events))
    cases = CaseNight(night, FACTS, events)  # nothing is made yet
    order = list(alone)
    random.Random(3).shuffle(order)
    bodies = {one.id: one for one in BODIES}
    with ThreadPoolExecutor(16) as threads:
        found = list(threads.map(lambda asked: cases.pack(asked[0], bodies[asked[1]]), order * 2))
    assert found == [alone[asked] for asked in order * 2]
