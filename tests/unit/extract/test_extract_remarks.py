"""What is said of cells: repairs as one line where they are many, rows set aside, the order of dates."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from extract_views import brief, counts

from fraudmatch.arrivals import DateOrder
from fraudmatch.extract import ExtractedFile, Mapping
from fraudmatch.extract.faults import MOST_REPAIRS

Read = Callable[..., ExtractedFile]
HEADER = "Ref,Surname,DOB,Disc,Charge\n"


def rows_of(births: list[str]) -> str:
    return HEADER + "".join(f"{at},Testa,{born},,\n" for at, born in enumerate(births))


@pytest.mark.parametrize("count", [MOST_REPAIRS, MOST_REPAIRS + 1])
def test_very_many_repairs_of_a_column_are_one_line(
    read: Read, mapping_of: Callable[..., Mapping], count: int
) -> None:
    mapping = mapping_of(fields='liability_start = { column = "DOB", formats = ["%d/%m/%y"] }')
    file = read(rows_of(["01/02/80"] * count), mapping)
    said = [one for one in file.rejects.to_pylist() if one["reason"] == "CENTURY_INFERRED"]
    if count == MOST_REPAIRS:
        assert len(said) == count and said[0]["source_row"] == 2
    else:
        assert [(one["source_row"], one["detail"]) for one in said] == [
            (None, "in 1,001 records, the first of them 2, 3, 4")
        ]
    assert counts(file) == (count, count, 0, 1, "loaded")


def test_the_order_of_day_and_month_is_counted_for_the_gates(read: Read) -> None:
    births = ["01/13/1980", "02/14/1980", "03/15/1980", "03/04/1980", "05/05/1980", "20/01/1980", ""]
    assert read(rows_of(births)).date_orders == (DateOrder("date_of_birth", "DOB", 6, 3, 1),)
    assert read(rows_of(births[1:])).date_orders == ()


def test_a_row_that_is_set_aside_for_two_cells_counts_once(
    read: Read, mapping_of: Callable[..., Mapping]
) -> None:
    mapping = mapping_of(fields='discount_annual_pence = { column = "Less", required = true }')
    content = "Ref,Surname,DOB,Disc,Charge,Less\n1,a,,,5CR,x\n2,a,,,5,\n3,a,,,5,1\n"
    file = read(content, mapping)
    assert brief(file) == [
        ("AMOUNT_SIGN_UNCLEAR", 2, "charge_annual_pence", "Charge"),
        ("NUMBER_INVALID", 2, "discount_annual_pence", "Less"),
        ("KEY_MISSING", 3, "discount_annual_pence", "Less"),
    ]
    assert counts(file) == (3, 1, 2, 1, "loaded")


def test_day_numbers_that_are_not_declared_are_named(read: Read) -> None:
    (said,) = read(rows_of(["29252"])).rejects.to_pylist()
    assert said["reason"] == "DATE_INVALID" and 'add "excel" if they are' in said["detail"]


def test_marks_of_a_field_replace_those_of_the_file(read: Read, mapping_of: Callable[..., Mapping]) -> None:
    mapping = mapping_of(
        file='negative_marks = ["CR"]',
        fields='discount_annual_pence = { column = "Less", positive_marks = ["CR"] }',
    )
    content = "Ref,Surname,DOB,Disc,Charge,Less\n1,a,,,5CR,5CR\n"
    (row,) = read(content, mapping).received.to_pylist()
    assert (row["charge_annual_pence"], row["discount_annual_pence"]) == (-500, 500)
