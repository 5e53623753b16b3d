"""Where a linked person lives, and whose National Insurance number a record carries."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from fraudmatch.scoring.sides import Night

DAY = dt.date
Rows = list[Mapping[str, Any]]


def column(tiny_night: Callable[[Rows], Any], dataset: str, name: str, rows: Rows) -> list[Any]:
    drawn = tiny_night(rows)
    night = Night(drawn.records, drawn.details, drawn.groups, drawn.as_at)
    return night.side(dataset).column(name).to_pylist()  # type: ignore[no-any-return]


def permit(person: object, place: object) -> dict[str, Any]:
    return {"dataset": "permit", "person": person, "property": place}


def test_a_running_entry_at_the_property_says_that_somebody_lives_there(tiny_night: Any) -> None:
    rows: Rows = [
        permit("a", "here"), permit("b", "here"), permit("c", "here"), permit("d", "here"),
        {"dataset": "electoral_register", "person": "a", "property": "here", "date_added": DAY(2020, 1, 1)},
        {"dataset": "council_tax", "person": "b", "property": "here", "discount_type": "none"},
        {"dataset": "housing_tenancy", "person": "c", "property": "here", "tenancy_start": DAY(2020, 1, 1)},
    ]  # fmt: skip
    assert column(tiny_night, "permit", "resident_here", rows) == [True, True, True, False]


def test_what_has_ended_lies_elsewhere_or_is_a_second_home_says_nothing(tiny_night: Any) -> None:
    rows: Rows = [
        permit("a", "here"), permit("b", "here"), permit("c", "here"), permit("e", "here"),
        {"dataset": "electoral_register", "person": "a", "property": "here", "date_removed": DAY(2024, 1, 1)},
        {"dataset": "electoral_register", "person": "b", "property": "there"},
        {"dataset": "council_tax", "person": "c", "property": "here", "discount_type": "second_home"},
        {"dataset": "council_tax", "person": "e", "property": "here", "discount_type": "empty"},
    ]  # fmt: skip
    assert column(tiny_night, "permit", "resident_here", rows) == [False] * 4


def test_without_person_or_property_residence_is_unknown(tiny_night: Any) -> None:
    rows: Rows = [
        permit(None, "here"),
        permit("a", None),
        {"dataset": "electoral_register", "property": "here"},
    ]
    assert column(tiny_night, "permit", "resident_here", rows) == [None, None]


def holder(
    dataset: str, person: str, surname: str, born: dt.date, nino: str | None = "AB123456", **more: Any
) -> Any:
    named = {"person": person, "surname": surname, "forename": "ANN", "date_of_birth": born, "nino": nino}
    return {"dataset": dataset} | named | more


def others(tiny_night: Any, rows: Rows) -> list[Any]:
    return column(tiny_night, "payroll", "others_with_nino", rows)


def test_records_of_others_with_the_number_are_counted_over_all_data_sets(tiny_night: Any) -> None:
    rows: Rows = [
        holder("payroll", "a", "MARSH", DAY(1980, 1, 1)),
        holder("care_payment", "b", "REED", DAY(1991, 2, 2)),
        holder("housing_tenancy", "c", "FENN", DAY(1972, 3, 3)),
        holder("blue_badge", "a", "MARSH", DAY(1980, 1, 1)),
        holder("blue_badge", "e", "SEDGE", DAY(1960, 3, 3), nino="CE123456"),
    ]
    assert others(tiny_night, rows) == [2]


def test_one_person_or_one_birthday_or_one_name_is_nobody_else(tiny_night: Any) -> None:
    employee = holder("payroll", "a", "MARSH", DAY(1980, 1, 1))
    for other in (
        holder("care_payment", "a", "REED", DAY(1991, 2, 2)),
        holder("care_payment", "b", "REED", DAY(1980, 1, 1)),
        holder("care_payment", "b", "MARSH", DAY(1991, 2, 2)),
    ):
        assert others(tiny_night, [employee, other]) == [0]


def test_another_forename_under_one_surname_is_another_name(tiny_night: Any) -> None:
    rows: Rows = [
        holder("payroll", "a", "MARSH", DAY(1980, 1, 1)),
        holder("care_payment", "b", "MARSH", DAY(1991, 2, 2)) | {"forename": "OTTO"},
    ]
    assert others(tiny_night, rows) == [1]


def test_a_widows_pension_carries_the_members_number(tiny_night: Any) -> None:
    rows: Rows = [
        holder("payroll", "a", "MARSH", DAY(1980, 1, 1)),
        holder("pension", "b", "REED", DAY(1981, 2, 2), widow=True),
    ]
    assert others(tiny_night, rows) == [0]
    rows[1]["widow"] = False  # type: ignore[index]
    assert others(tiny_night, rows) == [1]


def test_a_record_that_lacks_number_or_birthday_is_not_judged(tiny_night: Any) -> None:
    rows: Rows = [
        holder("payroll", "a", "MARSH", DAY(1980, 1, 1), nino=None),
        holder("payroll", "b", "REED", DAY(1981, 2, 2)) | {"date_of_birth": None},
    ]
    assert others(tiny_night, rows) == [None, None]
