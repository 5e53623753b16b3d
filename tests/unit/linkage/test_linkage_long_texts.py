"""Names of absurd length are linked as their first 120 characters are, and cost no more (threat T14)."""

from __future__ import annotations

import time

import pyarrow as pa

from fraudmatch import schemas
from fraudmatch.linkage import link, load_model
from fraudmatch.linkage.texts import LONGEST


def people(length: int) -> pa.Table:
    """Two hundred pairs of records whose surnames are so long, the second of each with a slip at its third letter."""
    rows = []
    for number in range(200):
        born = 4000 + 37 * number
        surname = "".join(chr(65 + (number * 7 + place * place) % 26) for place in range(length))
        for record, name in enumerate((surname, surname[:2] + "Q" + surname[3:])):
            rows.append(
                {"record_id": 2 * number + record, "surname": name, "forename": "CAROL", "born": born}
            )
    count = len(rows)
    columns = {field.name: pa.nulls(count, field.type) for field in schemas.RECORDS} | {
        "property_id": pa.nulls(count, pa.int64())
    }
    columns |= {name: pa.array([row[name] for row in rows]) for name in ("surname", "forename")}
    columns["date_of_birth"] = pa.array([row["born"] for row in rows], pa.int32()).cast(pa.date32())
    columns["postcode"] = pa.array([f"GL{row['born'] % 9} 1AB" for row in rows])
    return pa.table(columns)


def linked(records: pa.Table) -> tuple[list[tuple[int, int]], float]:
    begun = time.perf_counter()
    links = link(records, load_model("person")).links
    took = time.perf_counter() - begun
    return list(zip(links["left_id"].to_pylist(), links["right_id"].to_pylist(), strict=True)), took


def test_long_names_link_as_their_beginnings_do_and_take_no_longer() -> None:
    linked(people(9))  # compiled once, and not timed
    short, usual = linked(people(LONGEST))
    long, took = linked(people(10_000))
    assert long == short
    assert len(short) >= 150
    assert took < 3 * usual + 1
