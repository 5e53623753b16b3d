"""Homes with very many people: what counts as many."""

from __future__ import annotations

import datetime as dt

import pyarrow as pa

from fraudmatch import schemas
from fraudmatch.arrivals import Declared
from fraudmatch.intake.crowding import crowded_homes
from fraudmatch.intake.delivered import Delivered
from fraudmatch.intake.profile import profile_of


def delivered(homes: list[int], dataset: str = "council_tax") -> Delivered:
    """A delivery with so many people in each home."""
    uprns = [str(home) for home, people in enumerate(homes, 1) for _ in range(people)]
    schema = schemas.received_schema(dataset)
    known = {
        "uprn": pa.array(uprns),
        "surname": pa.array([f"Alder{number}" for number in range(len(uprns))]),
        "source_row": pa.array(range(2, len(uprns) + 2), schema.field("source_row").type),
    }
    columns = {field.name: known.get(field.name, pa.nulls(len(uprns), field.type)) for field in schema}
    received = pa.table({name: columns[name].cast(schema.field(name).type) for name in schema.names})
    return Delivered(
        "avon",
        dataset,
        received,
        len(uprns),
        profile_of(dataset, received, schemas.empty(schemas.REJECTS)),
        None,
        Declared(),
        None,
        False,
        dt.date(2026, 3, 31),
    )


def details(one: Delivered) -> list[str]:
    return [fault.detail for fault in crowded_homes(one)]


def test_the_worst_homes_are_told_with_figures_and_record_numbers() -> None:
    assert details(delivered([2, 60, 180, 51, 52, 50])) == [
        "4 homes with more than 50 people: 180 (first in record 64), 60 (first in record 4), "
        "52 (first in record 295), …"
    ]


def test_where_homes_have_many_people_as_a_rule_ten_times_as_many_are_many() -> None:
    usual = [8] * 20 + [1] * 9_980
    assert details(delivered([*usual, 80])) == []
    assert details(delivered([*usual, 81])) == [
        "1 home with more than 80 people: 81 (first in record 10,142)"
    ]


def test_firms_are_no_people() -> None:
    assert details(delivered([99], "organisation")) == []
