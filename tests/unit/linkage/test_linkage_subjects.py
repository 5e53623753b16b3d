"""Who is known to be two: the parties of one row, and electors of one register at one home."""

import datetime as dt

import numpy as np
import pyarrow as pa

from fraudmatch.linkage import load_model
from fraudmatch.linkage.night import link_all
from fraudmatch.linkage.subjects import known_apart, people, subjects_of
from fraudmatch.schemas import RECORDS

HOME = {"number": "4", "street": "HEDGE LANE", "town": "EXTON", "postcode": "GL50 1AA"}
FATHER = {"party_kind": "person", "forename": "ALDOUS", "surname": "BRACKNELL", "sex": "M"}


def records(*rows: dict) -> pa.Table:
    """RECORDS; what a row does not say is null, its source row its number."""
    full = [
        {"record_id": n, "partner": "east", "dataset": "electoral_register", "delivery": "d1", "source_ref": f"r{n}",
         "source_row": n + 2, "party": 1, **FATHER, **HOME, **row}
        for n, row in enumerate(rows)
    ]  # fmt: skip
    return pa.Table.from_pylist(full, schema=RECORDS)


def register(table: pa.Table, removed: dict[int, dt.date]) -> dict[str, pa.Table]:
    """DETAILS of the register entries of a table."""
    ids = [
        row["record_id"] for row in table.select(["record_id", "dataset"]).to_pylist() if row["dataset"] == "electoral_register"
    ]  # fmt: skip
    gone = pa.array([removed.get(n) for n in ids], pa.date32())
    return {"electoral_register": pa.table({"record_id": pa.array(ids, pa.uint32()), "date_removed": gone})}


def persons(table: pa.Table, removed: dict[int, dt.date] | None = None) -> list[int]:
    """The person each record belongs to."""
    groups = link_all(table, register(table, removed or {})).groups
    return groups["person_id"].to_pylist()


def test_two_entries_of_one_register_at_one_home_are_father_and_son():
    assert persons(records({}, {})) == [0, 1]


def test_an_entry_that_was_removed_may_be_the_same_elector():
    assert persons(records({}, {}), {0: dt.date(2024, 1, 1)}) == [0, 0]


def test_entries_of_two_deliveries_may_be_the_same_elector():
    assert persons(records({}, {"delivery": "d2"})) == [0, 0]


def test_another_data_set_at_that_home_may_be_the_same_person():
    assert persons(records({}, {"dataset": "council_tax", "delivery": "d2"})) == [0, 0]


def test_entries_without_a_home_are_not_known_apart():
    nowhere = dict.fromkeys(HOME)
    table = records(nowhere, nowhere, {}, {})
    homes = pa.array([None, None, 2, 2], pa.uint32())
    apart = people(table, register(table, {}), homes).apart
    assert apart[0] == apart[1] == -1 and apart[2] == apart[3] >= 0


def test_the_two_parties_of_a_row_stay_known_apart_beside_the_register():
    council = {"dataset": "council_tax", "delivery": "d2", "source_row": 9}
    table = records({}, {**council, "party": 1}, {**council, "party": 2}, {})
    apart = people(table, register(table, {}), pa.array([0, 0, 0, 0], pa.uint32())).apart
    assert apart[0] == apart[3] >= 0 and apart[1] == apart[2] >= 0 and apart[0] != apart[1]
    assert np.array_equal(known_apart(table) >= 0, [False, True, True, False])


def test_what_a_finished_night_judged_can_be_made_again():
    table = records(
        {}, {}, {"dataset": "payment", "party_kind": "organisation", "organisation_core": "QUILL"}
    )
    made = link_all(table, register(table, {}))
    for relation, rows in (("person", 2), ("property", 1), ("organisation", 1), ("payment", 0)):
        judged = subjects_of(table, register(table, {}), made.groups, relation)
        assert judged.table.num_rows == rows == len(judged.first)
        assert {*load_model(relation).base_columns} <= {*judged.table.column_names}
        assert np.array_equal(judged.rows_of[judged.first], np.arange(rows))
