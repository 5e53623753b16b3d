"""Which records are restricted, what rests on them, and that parting loses nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from fraudmatch.restricted import Apart, FlagTables, Hidden, Listed, apart, ids_of, resting_on, without
from fraudmatch.restricted.listed import Entry
from fraudmatch.schemas import EVIDENCE, FLAGS, HELD, MEMBERS, OVERRULED

PARTNERS = ("ashby", "brook", "coln")
MANY = 12


def filled(schema: pa.Schema, rows: list[dict[str, Any]]) -> pa.Table:
    """Rows of a schema, what is needed and not told filled up."""
    plain = {pa.string(): "x", pa.date32(): None}
    told = [
        {
            field.name: row.get(field.name, None if field.nullable else plain.get(field.type, 0))
            for field in schema
        }
        for row in rows
    ]
    return pa.Table.from_pylist(told, schema=schema)


@st.composite
def nights(draw: st.DrawFn) -> tuple[pa.Table, pa.Table, Listed, FlagTables]:
    """Records with groups, lists, and flags of pairs, single records and groups."""
    partners = draw(st.lists(st.sampled_from(PARTNERS), min_size=MANY, max_size=MANY))
    persons = draw(st.lists(st.one_of(st.none(), st.integers(0, 4)), min_size=MANY, max_size=MANY))
    records = pa.table(
        {"partner": partners, "dataset": ["council_tax"] * MANY, "source_ref": [f"R{n}" for n in range(MANY)]}
    )
    groups = pa.table({"person_id": pa.array(persons, pa.uint32())})
    chosen = draw(st.lists(st.tuples(st.sampled_from(PARTNERS), st.integers(0, MANY)), max_size=4))
    listed = Listed(tuple(sorted(Entry(p, "council_tax", f"R{n}", 2) for p, n in chosen)))
    ids = st.integers(0, MANY - 1)
    flags, members, held = [], [], []
    for number in range(draw(st.integers(0, 10))):
        key, left, right = f"{number:032}", draw(ids), draw(st.one_of(st.none(), ids))
        row = {"flag_key": key, "left_id": left, "right_id": right, "left_partner": partners[left]}
        where = draw(st.sampled_from((flags, flags, held)))
        where.append(row)
        if where is flags and right is None and draw(st.booleans()):
            of = {left, *draw(st.lists(ids, min_size=1, max_size=3))}
            members += [{"flag_key": key, "record_id": one} for one in sorted(of)]
    evidence = [{"flag_key": row["flag_key"]} for row in flags]
    tables = FlagTables(
        filled(FLAGS, flags),
        filled(HELD, held),
        filled(MEMBERS, members),
        filled(EVIDENCE, evidence),
        filled(OVERRULED, []),
    )
    return records, groups, listed, tables


def slow_ids(records: pa.Table, groups: pa.Table, listed: Listed) -> set[int]:
    """The same, one record after the other."""
    rows, persons = records.to_pylist(), groups["person_id"].to_pylist()
    meant = {(one.partner, one.reference) for one in listed.entries}
    first = {n for n, row in enumerate(rows) if (row["partner"], row["source_ref"]) in meant}
    linked = {(rows[n]["partner"], persons[n]) for n in first if persons[n] is not None}
    return first | {n for n, row in enumerate(rows) if (row["partner"], persons[n]) in linked}


def slow_resting(tables: FlagTables, records: pa.Table, ids: set[int]) -> dict[str, str | None]:
    """Key -> whose record is restricted, null where records of several are; one flag after the other."""
    partners = records["partner"].to_pylist()
    found: dict[str, str | None] = {}
    for row in [*tables.flags.to_pylist(), *tables.held.to_pylist(), *tables.overruled.to_pylist()]:
        of = [m["record_id"] for m in tables.members.to_pylist() if m["flag_key"] == row["flag_key"]]
        whose = {partners[one] for one in (row["left_id"], row["right_id"], *of) if one in ids}
        if whose:
            found[row["flag_key"]] = whose.pop() if len(whose) == 1 else None
    return found


@given(nights())
def test_against_the_slow_way_and_nothing_is_lost(
    made: tuple[pa.Table, pa.Table, Listed, FlagTables],
) -> None:
    records, groups, listed, tables = made
    ids = ids_of(listed, records, groups)
    assert set(np.flatnonzero(ids).tolist()) == slow_ids(records, groups, listed)
    of = resting_on(tables, records, ids)
    slow = slow_resting(tables, records, slow_ids(records, groups, listed))
    assert dict(zip(of["flag_key"].to_pylist(), of["partner"].to_pylist(), strict=True)) == slow
    ordinary, restricted = apart(tables, of["flag_key"].combine_chunks())
    for name, table in tables.named().items():
        kept, taken = ordinary.named()[name].to_pylist(), restricted.named()[name].to_pylist()
        assert kept == [row for row in table.to_pylist() if row["flag_key"] not in slow]
        assert taken == [row for row in table.to_pylist() if row["flag_key"] in slow]


@given(nights())
def test_each_nominated_officer_sees_those_of_its_own_council_and_nobody_those_of_several(
    made: tuple[pa.Table, pa.Table, Listed, FlagTables],
) -> None:
    records, groups, listed, tables = made
    of = resting_on(tables, records, ids_of(listed, records, groups))
    every = Apart(of, apart(tables, of["flag_key"].combine_chunks())[1])
    slow = slow_resting(tables, records, slow_ids(records, groups, listed))
    assert every.partners() == sorted({one for one in slow.values() if one})
    for partner in PARTNERS:
        seen = every.seen_by(partner)
        keys = {key for key, whose in slow.items() if whose == partner}
        assert {key for table in seen.named().values() for key in table["flag_key"].to_pylist()} == keys


def test_a_decision_is_hidden_by_its_flag_or_by_a_record() -> None:
    hidden = Hidden(frozenset({"ashby:council_tax:1"}), frozenset({"f"}))
    assert hidden.hides("f") and hidden.hides("g", None, "ashby:council_tax:1")
    assert not hidden.hides("g", None, "ashby:council_tax:2") and not Hidden().hides("f", None, None)


def test_rows_are_left_out_by_their_keys() -> None:
    table = pa.table({"case_key": ["a", "b", "a"]})
    assert without(table, "case_key", {"a"}).to_pylist() == [{"case_key": "b"}]
    assert without(table, "case_key", ()) is table
