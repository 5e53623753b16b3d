"""The stage as a whole: RECEIVED in, RECORDS, DETAILS and REJECTS out."""

import datetime as dt

import numpy as np
import pyarrow as pa
import pytest

from fraudmatch.errors import ConservationError, SchemaError
from fraudmatch.normalise import normalise
from fraudmatch.reasons import REASONS
from fraudmatch.schemas import (
    DELIVERIES,
    RECORDS,
    REJECTS,
    details_schema,
    is_fatal,
    received_schema,
    sort_rejects,
)

AS_AT = dt.date(2026, 4, 1)


def received(dataset, rows, partner="anytown"):
    base = {"partner": partner, "dataset": dataset, "delivery": f"sha-{dataset}"}
    full = [{**base, "source_row": at + 2, "source_ref": f"R{at:03}", **row} for at, row in enumerate(rows)]
    return pa.Table.from_pylist(full, schema=received_schema(dataset))


def deliveries(*datasets):
    rows = [
        {
            "partner": "supplier", "dataset": name, "file": f"{name}.csv", "delivery": f"sha-{name}",
            "received": 1, "loaded": 1, "rejected": 0, "skipped": 1, "state": "loaded",
        }
        for name in datasets
    ]  # fmt: skip
    return pa.Table.from_pylist(rows, schema=DELIVERIES)


def run(dataset, rows):
    return normalise({dataset: received(dataset, rows)}, deliveries(dataset), as_at=AS_AT)


def only(dataset, row):
    out = run(dataset, [row])
    return out.records.to_pylist()[0], {(r["field"], r["reason"]) for r in out.rejects.to_pylist()}


def _surname(number: int) -> str:
    """A surname of letters alone for each number under 17,576."""
    return "Doe" + "".join(chr(97 + number // place % 26) for place in (676, 26, 1))


def test_one_person_in_columns():
    row = {
        "title": "Mr", "forename": "John  Paul", "surname": "O'Bloggs", "nino": "ab 65 43 21 c",
        "address": "Flat 2, 10 High St, Anytown", "postcode": "gl501aa", "sort_code": "12-34-56",
        "account": "01234567", "date_of_birth": dt.date(1980, 2, 3),
    }  # fmt: skip
    record, faults = only("council_tax", row)
    expected = {
        "party_kind": "person", "title": "MR", "forename": "JOHN", "middle_names": "PAUL", "surname": "OBLOGGS",
        "sex": "M", "nino": "AB654321", "flat": "2", "number": "10", "street": "HIGH STREET", "town": "ANYTOWN",
        "postcode": "GL50 1AA", "bank": "12345601234567", "name_as_written": "Mr John Paul O'Bloggs",
        "address_as_written": "Flat 2, 10 High St, Anytown, gl501aa", "party": 1, "source_row": 2,
    }  # fmt: skip
    assert {name: record[name] for name in expected} == expected
    assert faults == set()


@pytest.mark.parametrize(
    ("row", "names", "field"),
    [
        ({"full_name": "MR J & MRS A SMITH"}, [("J", "SMITH"), ("A", "SMITH")], "full_name"),
        ({"full_name": "Smith J & A"}, [("J", "SMITH"), ("A", "SMITH")], "full_name"),
        (
            {"title": "Mr & Mrs", "forename": "J", "surname": "Smith"},
            [("J", "SMITH"), (None, "SMITH")],
            "title",
        ),
        ({"forename": "John & Anne", "surname": "Smith"}, [("JOHN", "SMITH"), ("ANNE", "SMITH")], "forename"),
        ({"surname": "Mr A Jones & Ms B Patel"}, [("A", "JONES"), ("B", "PATEL")], "surname"),
    ],
)
def test_two_names_in_a_field_are_two_records(row, names, field):
    out = run("council_tax", [{**row, "band": "C", "second_date_of_birth": dt.date(1975, 5, 6)}])
    records = out.records.to_pylist()
    got = [(r["party"], r["forename"], r["surname"]) for r in records]
    assert got == [(1, *names[0]), (2, *names[1])]
    assert [r["date_of_birth"] for r in records] == [None, dt.date(1975, 5, 6)]
    assert [(r["field"], r["reason"]) for r in out.rejects.to_pylist()] == [
        (field, "JOINT_NAME" if names[0][1] == names[1][1] else "MULTIPLE_PERSONS")
    ]
    assert out.details["council_tax"]["band"].to_pylist() == ["C", "C"]


def test_second_columns_come_before_a_joined_name():
    row = {
        "full_name": "J & A Smith",
        "second_forename": "Anne",
        "second_surname": "Smith",
        "second_nino": "AB123457A",
    }
    records = run("council_tax", [row]).records.to_pylist()
    assert [(r["forename"], r["nino"]) for r in records] == [("J", None), ("ANNE", "AB123457")]


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ({}, (None, "NAME_MISSING")),
        ({"full_name": "The Occupier"}, ("full_name", "NON_PERSON")),
        ({"surname": "Unknown"}, ("surname", "NAME_PLACEHOLDER")),
        ({"surname": "12345"}, ("surname", "NAME_UNREADABLE")),
        ({"title": "Mr", "surname": "The Occupier"}, ("surname", "NON_PERSON")),
        ({"organisation_name": "REDACTED"}, ("organisation_name", "NAME_PLACEHOLDER")),
    ],
)
def test_a_row_that_names_nobody_stays(row, fault):
    record, faults = only("council_tax", row)
    assert record["party_kind"] is None
    assert record["organisation_name"] is None and record["surname"] is None
    assert faults == {fault}


def test_a_whole_name_serves_where_the_columns_name_nobody():
    record, faults = only("council_tax", {"surname": "Unknown", "full_name": "Ann Bloggs"})
    assert (record["forename"], record["surname"]) == ("ANN", "BLOGGS")
    assert faults == {("surname", "NAME_PLACEHOLDER")}


def test_placeholder_in_the_surname_column_of_creditors():
    record, faults = only("creditor", {"surname": "The Occupier"})
    assert record["party_kind"] is None and faults == {("surname", "NAME_PLACEHOLDER")}


def test_second_identity_without_a_name_is_reported():
    _, faults = only("council_tax", {"surname": "Bloggs", "second_date_of_birth": dt.date(1980, 1, 2)})
    assert faults == {("second_surname", "NAME_MISSING")}


@pytest.mark.parametrize(
    ("dataset", "row", "kind"),
    [
        ("creditor", {"organisation_name": "Acme Ltd"}, "organisation"),
        ("creditor", {"trading_name": "Rose Cafe"}, "organisation"),
        ("creditor", {"full_name": "Acme Ltd"}, "organisation"),
        ("creditor", {"full_name": "Mr J Bloggs"}, "person"),
        ("creditor", {"surname": "Bloggs Plumbing"}, "organisation"),
        ("council_tax", {"full_name": "Anytown Borough Council"}, "organisation"),
        ("council_tax", {"surname": "Acme Care Home"}, "organisation"),
        ("council_tax", {"full_name": "Rose Bloggs"}, "person"),
        ("organisation", {"full_name": "Rose Bloggs"}, "organisation"),
    ],
)
def test_party_kind(dataset, row, kind):
    assert only(dataset, row)[0]["party_kind"] == kind


def test_postcode_comes_from_the_address_when_its_column_is_blank():
    record, _ = only("council_tax", {"surname": "Bloggs", "address": "10 High Street, Anytown, GL50 1AA"})
    assert record["postcode"] == "GL50 1AA" and record["town"] == "ANYTOWN"
    assert record["address_as_written"] == "10 High Street, Anytown, GL50 1AA"


def test_postcode_is_not_said_twice_in_the_address_as_written():
    row = {"surname": "Bloggs", "address": "10 High Street, GL50 1AA", "postcode": "GL50 1AA"}
    assert only("council_tax", row)[0]["address_as_written"] == "10 High Street, GL50 1AA"


@pytest.mark.parametrize(
    ("dataset", "born", "kept", "reason"),
    [
        ("payroll", dt.date(1980, 2, 3), True, None),
        ("payroll", dt.date(1900, 1, 1), False, "DOB_PLACEHOLDER"),
        ("payroll", dt.date(1970, 1, 1), False, "DOB_PLACEHOLDER"),
        ("payroll", dt.date(9999, 12, 31), False, "DOB_PLACEHOLDER"),
        ("payroll", dt.date(2026, 4, 2), False, "DOB_FUTURE"),
        ("payroll", dt.date(2013, 4, 1), True, None),
        ("payroll", dt.date(2013, 4, 2), True, "AGE_UNEXPECTED"),
        ("waiting_list", dt.date(2026, 4, 1), True, None),
        ("pension", dt.date(1921, 4, 2), True, None),
        ("pension", dt.date(1921, 4, 1), True, "AGE_IMPLAUSIBLE"),
        ("pension", dt.date(1905, 4, 2), True, "AGE_IMPLAUSIBLE"),
        ("pension", dt.date(1905, 4, 1), False, "AGE_IMPLAUSIBLE"),
        ("deaths", dt.date(1879, 12, 31), True, None),
        ("deaths", dt.date(1799, 12, 31), False, "AGE_IMPLAUSIBLE"),
        ("person", dt.date(1770, 1, 1), True, None),
        ("person", dt.date(1900, 1, 1), True, None),
        ("person", dt.date(1499, 1, 1), False, "AGE_IMPLAUSIBLE"),
    ],
)
def test_dates_of_birth(dataset, born, kept, reason):
    record, faults = only(dataset, {"surname": "Bloggs", "date_of_birth": born})
    assert record["date_of_birth"] == (born if kept else None)
    assert faults == ({("date_of_birth", reason)} if reason else set())


def births(*groups):
    """Rows with so many different names for each date, beside two births on most days of three years."""
    spread = [dt.date(1974, 1, 2) + dt.timedelta(days=at // 2 % 1000) for at in range(2000)]
    rows = [{"surname": _surname(at), "date_of_birth": day} for at, day in enumerate(spread)]
    return rows + [
        {"surname": _surname(at % names), "date_of_birth": day}
        for day, count, names in groups
        for at in range(count)
    ]


@pytest.mark.parametrize(
    ("count", "names", "overused"), [(40, 40, True), (19, 19, True), (16, 16, False), (60, 3, False)]
)
def test_a_birthday_under_too_many_names_stands_for_not_known(count, names, overused):
    day = dt.date(1975, 1, 1)
    out = run("payroll", births((day, count, names)))
    reasons = out.rejects["reason"].to_pylist()
    assert set(reasons) <= {"DOB_OVERUSED"} and (len(reasons) > count - 1) == overused
    assert (day in out.records["date_of_birth"].to_pylist()) != overused


def test_years_alone_in_files_of_any_kind_are_not_overused():
    out = run("person", births((dt.date(1975, 1, 1), 40, 40)))
    assert out.records["date_of_birth"].null_count == 0


def test_deliveries_do_not_make_one_another_overused():
    day = dt.date(1975, 1, 1)
    rows = [
        {"surname": _surname(at), "date_of_birth": day, "delivery": f"sha-payroll-{at % 3}"}
        for at in range(27)
    ]
    table = received("payroll", rows)
    held = pa.concat_tables(
        [
            deliveries("payroll").set_column(3, "delivery", pa.array([f"sha-payroll-{at}"])).cast(DELIVERIES)
            for at in range(3)
        ]
    )
    assert normalise({"payroll": table}, held, as_at=AS_AT).rejects.num_rows == 0


@pytest.mark.parametrize(("names", "overused"), [(25, True), (24, False)])
def test_a_telephone_number_under_too_many_names_is_not_evidence(names, overused):
    rows = [
        {"surname": _surname(at % names), "phone": "01632 960111", "email": f"d{at}@example.org"}
        for at in range(60)
    ]
    out = run("payroll", rows)
    assert set(out.records["phone"].to_pylist()) == ({None} if overused else {"01632960111"})
    assert out.rejects["reason"].to_pylist() == ["VALUE_OVERUSED"] * (60 if overused else 0)
    assert out.records["email"].null_count == 0


def test_an_end_before_its_beginning_stays_and_is_said():
    start, end = dt.date(2020, 5, 1), dt.date(2020, 4, 30)
    row = {"surname": "Bloggs", "liability_start": start, "liability_end": end, "discount_start": start,
           "discount_end": end}  # fmt: skip
    out = run("council_tax", [row, {**row, "liability_end": start, "discount_end": None}])
    assert [(r["field"], r["reason"]) for r in out.rejects.to_pylist()] == [
        ("discount_end", "DATE_SEQUENCE"), ("liability_end", "DATE_SEQUENCE")]  # fmt: skip
    assert out.details["council_tax"]["liability_end"].null_count == 0


def test_years_alone_in_historical_data_are_no_placeholders():
    born = [dt.date(1800, 1, 1)] * 50 + [dt.date(1900, 1, 1)] * 50 + [dt.date(1700, 1, 1)] * 50
    out = run("person", [{"surname": "Bloggs", "date_of_birth": date} for date in born])
    assert set(out.records["date_of_birth"].to_pylist()) == {None, dt.date(1800, 1, 1), dt.date(1700, 1, 1)}


def test_far_future_ends_mean_running_and_cause_no_fault():
    row = {
        "surname": "Bloggs",
        "employment_start": dt.date(1900, 1, 1),
        "employment_end": dt.date(9999, 12, 31),
    }
    out = run("payroll", [row])
    assert out.details["payroll"].select(["employment_start", "employment_end"]).to_pylist() == [
        {"employment_start": None, "employment_end": None}
    ]
    assert [(r["field"], r["reason"]) for r in out.rejects.to_pylist()] == [
        ("employment_start", "DATE_PLACEHOLDER")
    ]


def test_details_pass_through_by_record_id():
    rows = [
        {"surname": "B", "source_ref": "2", "gross_to_date_pence": 20},
        {"surname": "A", "source_ref": "1"},
    ]
    out = run("payroll", rows)
    details = out.details["payroll"]
    assert details.schema.equals(details_schema("payroll"))
    assert details["gross_to_date_pence"].to_pylist() == [None, 20]
    assert details["record_id"].to_pylist() == out.records["record_id"].to_pylist() == [0, 1]


def test_what_stands_in_a_number_is_told_where_rules_ask():
    rows = [{"surname": "A", "nino": written} for written in ("AB654321C", "TN010180F", "XX12345", None)]
    for dataset in ("payroll", "council_tax_reduction"):
        done = run(dataset, rows)
        kinds = dict(
            zip(*(done.details[dataset][c].to_pylist() for c in ("record_id", "nino_kind")), strict=True)
        )
        by_source = dict(
            zip(*(done.records[c].to_pylist() for c in ("source_row", "record_id")), strict=True)
        )
        told = [kinds[by_source[row]] for row in sorted(by_source)]
        assert told == ["valid", "temporary", "invalid", None]


def test_partners_come_before_data_sets_in_the_order():
    tables = {
        "payroll": pa.concat_tables([received("payroll", [{"surname": "A"}], p) for p in ("b", "a")]),
        "pension": received("pension", [{"surname": "A"}], "a"),
    }
    out = normalise(tables, deliveries("payroll", "pension"), as_at=AS_AT)
    got = list(zip(out.records["partner"].to_pylist(), out.records["dataset"].to_pylist(), strict=True))
    assert got == [("a", "payroll"), ("a", "pension"), ("b", "payroll")]
    assert out.details["payroll"]["record_id"].to_pylist() == [0, 2]


def mixed_rows():
    rows = []
    for at in range(60):
        rows.append({
            "source_ref": f"R{at % 7}", "full_name": ["Mr J & Mrs A Smith", "The Occupier", "Ann Bloggs", None][at % 4],
            "postcode": ["GL50 1AA", "GL5O 1AA", "??", None][at % 4], "discount_annual_pence": at % 5,
            "address": f"{at % 9} High Street, Anytown",
        })  # fmt: skip
    return rows


def test_row_order_does_not_matter():
    table = received("council_tax", mixed_rows())
    order = np.random.default_rng(3).permutation(table.num_rows)
    shuffled = table.take(pa.array(order))
    first, second = (
        normalise({"council_tax": t}, deliveries("council_tax"), as_at=AS_AT) for t in (table, shuffled)
    )
    assert first.records.equals(second.records)
    assert first.details["council_tax"].equals(second.details["council_tax"])
    assert first.rejects.equals(second.rejects)


def test_source_rows_do_not_decide_the_order_of_what_differs_in_details():
    rows = [{"source_ref": "1", "surname": "A", "gross_to_date_pence": p} for p in (3, 1, 2)]
    for turned in (rows, rows[::-1]):
        details = run("payroll", turned).details["payroll"]
        assert details["gross_to_date_pence"].to_pylist() == [1, 2, 3]


def test_schemas_and_order_of_rejects():
    out = run("council_tax", mixed_rows())
    assert out.records.schema.equals(RECORDS) and out.rejects.schema.equals(REJECTS)
    assert out.rejects.equals(sort_rejects(out.rejects))
    assert set(out.rejects["reason"].to_pylist()) <= set(REASONS)
    assert not any(is_fatal(out.rejects).to_pylist())
    assert set(out.rejects["partner"].to_pylist()) == {"supplier"}


def test_nothing_received():
    out = normalise({}, deliveries(), as_at=AS_AT)
    assert out.records.num_rows == out.rejects.num_rows == 0 and out.details == {}
    out = run("person", [])
    assert out.records.num_rows == 0 and out.details["person"].num_rows == 0


def test_data_set_without_details_keeps_its_rows():
    out = run("person", [{"surname": "Bloggs", "postcode": "4011", "nino": "786-77-6454"}])
    assert out.details["person"].to_pylist() == [{"record_id": 0}]
    record = out.records.to_pylist()[0]
    assert (record["postcode"], record["nino"]) == ("4011", "786776454")


def test_rows_of_an_unknown_delivery_stop_the_night():
    with pytest.raises(ConservationError, match="council_tax"):
        normalise({"council_tax": received("council_tax", [{}])}, deliveries("payroll"), as_at=AS_AT)


def test_a_table_without_its_columns_is_refused():
    with pytest.raises(SchemaError):
        normalise({"payroll": pa.table({"a": [1]})}, deliveries("payroll"), as_at=AS_AT)
