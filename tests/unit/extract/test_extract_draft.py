from __future__ import annotations

import datetime as dt
import io
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter

from fraudmatch import schemas
from fraudmatch.errors import ConfigurationError, MappingError
from fraudmatch.extract import Mapping, extract_file, load_mapping
from fraudmatch.extract.draft import draft_mapping
from fraudmatch.extract.recognise import _synonyms, guess_dataset, recognise

TAX = (
    "Acc Ref,Liable Party Surname,DOB,Addr 1,Addr 2,Post Code,Disc Code,CT Band,Gross Charge,Colour\n"
    "100001,Testa,31/01/1980,1 High St,Town,ZZ1 1ZZ,SPD,A,1234.50,red\n"
    "100002,Testb,15/02/1975,2 High St,Town,ZZ1 1ZZ,,B,1234.50,\n"
    "100003,Testc,,3 High St,Town,ZZ1 1ZZ,DIS,a,1000,\n"
)


def drafted(tmp_path: Path, name: str, content: bytes, dataset: str | None = None) -> str:
    path = tmp_path / name
    path.write_bytes(content)
    return draft_mapping(path, dataset=dataset)


def loaded(tmp_path: Path, text: str) -> Mapping:
    path = tmp_path / "draft.toml"
    path.write_text(text, encoding="utf-8")
    return load_mapping(path)


def test_a_draft_is_a_mapping_but_for_the_codes(tmp_path: Path) -> None:
    text = drafted(tmp_path, "CTAX_202604.csv", TAX.encode())
    assert 'dataset = "council_tax"' in text
    assert 'pattern = "CTAX_*.csv"' in text
    with pytest.raises(MappingError) as caught:
        loaded(tmp_path, text)
    assert {problem.where for problem in caught.value.problems} == {
        "fields.discount_type.codes.DIS",
        "fields.discount_type.codes.SPD",
    }
    assert all("TODO" in problem.what for problem in caught.value.problems)
    mapping = loaded(tmp_path, text.replace('"TODO"', '"other"'))
    file = extract_file(tmp_path / "CTAX_202604.csv", mapping, partner="avon", partner_ids=["avon"])
    assert file.rejects.num_rows == 0
    row = file.received.to_pylist()[0]
    assert (row["source_ref"], row["surname"], row["address"]) == ("100001", "Testa", "1 High St, Town")
    assert (row["date_of_birth"], row["charge_annual_pence"]) == (dt.date(1980, 1, 31), 123450)
    assert mapping.ignore.columns == ("Colour",)


def test_evidence_shows_shapes_and_no_values_of_people(tmp_path: Path) -> None:
    text = drafted(tmp_path, "CTAX_202604.csv", TAX.encode())
    assert "67% filled, 2 distinct, like 99/99/9999, dates %d/%m/%Y" in text
    assert "Testa" not in text
    assert "1980" not in text


@pytest.mark.parametrize(
    ("content", "lines"),
    [
        (TAX.replace(",", ";").encode(), ['delimiter = ";"']),
        (TAX.replace(",", "\t").encode(), ['delimiter = "\\t"']),
        (TAX.replace("\n", "\r").encode(), ['delimiter = ","']),
        (TAX.replace("Testa", "Siân").encode("cp1252"), ['encoding = ["cp1252"]']),
        (("\ufeff" + TAX).encode(), ['encoding = ["utf-8"]', 'source_ref = "Acc Ref"']),
        (TAX.encode("utf-16"), ['encoding = ["utf-16"]', 'source_ref = "Acc Ref"']),
        (("Council tax\nPrinted today\n" + TAX).encode(), ["skip_rows = 2"]),
        (TAX.replace("DIS", "DIS,").encode(), ["have another number of cells than 10"]),
        (TAX.split("\n", 1)[1].encode(), ["header = false", '"COLUMN_10"']),
        (
            TAX.replace("31/01", "11/01").replace("15/02", "05/02").encode(),
            ["day and month could be changed over"],
        ),
        (TAX.replace("31/01/1980", "31/01/80").replace("1975", "75").encode(), ["two-digit years"]),
        (TAX.replace("1234.50", "1234").encode(), ["are they pounds or pence?"]),
    ],
)
def test_forms_are_recognised(tmp_path: Path, content: bytes, lines: list[str]) -> None:
    text = drafted(tmp_path, "CTAX.csv", content, "council_tax")
    for line in lines:
        assert line in text


TWICE = TAX.replace("100003", "100002")


@pytest.mark.parametrize(
    ("content", "lines"),
    [
        (
            TAX.encode(),
            ["# for: every byte is ASCII", "# against: a file of another month may hold a first £"],
        ),
        (
            TAX.replace("Testa", "Siân").encode(),
            ["# for: 2 bytes beyond ASCII, and all of them form valid UTF-8"],
        ),
        (
            TAX.replace("Testb", "Siân").encode("cp1252"),
            [
                "(line 3) is not UTF-8",
                "# against: other code pages",
            ],
        ),
        (
            TAX.replace("Testb", "Testë £5 £6 £7 £8").encode("cp850"),
            ["is read as cp850", 'encoding = ["cp850"]'],
        ),
        (TAX.encode(), ["# for: it cuts 100 % of the first records into 10 cells"]),
        (
            TAX.replace("DIS", "DIS,").encode(),
            ["# for: it cuts 75 %", "# against: 25 % of them have another number"],
        ),
        (TAX.replace("High St", "High St; x").encode(), ['delimiter = ","']),
        (
            TAX.replace("Testa", '"Testa, Q"').encode(),
            ["# for: 1 cell of those looked at in double quotes"],
        ),
        (TAX.replace("Testa", 'Te"sta').encode(), ["# against: 1 double quote inside cells"]),
        (TAX.replace("Testa", "'Testa'").encode(), ["# against: 1 cell in single quotes"]),
        (TAX.encode(), ["# for: row 1 holds words alone; 3 of the 3 rows looked at below hold figures"]),
        (TAX.replace("Colour", "").encode(), ["# against: 1 column without heading"]),
        (TAX.split("\n", 1)[1].encode(), ["figures in row 1, as in a record"]),
        (TAX.encode(), ["# for: 2 of 2 cells of 1 column of dates"]),
        (
            TAX.replace("31/01", "11/01").replace("15/02", "05/02").encode(),
            ["in 1 of the columns every date reads"],
        ),
        (TAX.encode(), ["# for: 2 of 3 amounts have a decimal point"]),
        (
            TAX.replace("1234.50", '"1234,50"').encode(),
            ["# against: 2 have one or two digits behind a comma"],
        ),
        (TAX.replace("1234.50", "1234").encode(), ["# against: 3 are whole figures and none has a point"]),
        (TAX.encode(), ["# for: its heading, and 3 different values in 3 filled rows"]),
        (TWICE.encode(), ["# against: 1 row with the reference of another"]),
        (TAX.replace("100003", "").encode(), ["# against: 1 blank row, which would be set aside"]),
    ],
)
def test_nothing_is_proposed_without_its_evidence(tmp_path: Path, content: bytes, lines: list[str]) -> None:
    text = drafted(tmp_path, "CTAX.csv", content, "council_tax")
    for line in lines:
        assert line in text


@pytest.mark.parametrize(
    ("heading", "value", "proposed", "ground"),
    [
        ("Line Ref", "A{n}", True, "named like a reference"),
        ("LineNo", "{n}", True, "named like a reference"),
        ("Paid out", "{n}.25", False, "it holds amounts"),
        ("Paid no", "{n}.25", False, "it holds amounts"),
        ("Ref of day", "{n}/01/2020", False, "it holds dates"),
        ("Colour", "A{n}", False, "its heading does not say that it is a reference"),
        ("Total value no", "{n}", False, "its heading names something else"),
        ("Remark no", "see page {n}", False, "which is not the form of a reference"),
    ],
)
def test_a_reference_is_proposed_with_its_grounds_or_left_to_a_person(
    tmp_path: Path, heading: str, value: str, proposed: bool, ground: str
) -> None:
    rows = "".join(f"Testa Ltd,{value.format(n=n)}\n" for n in range(10, 32))
    text = drafted(tmp_path, "p.csv", f"Supplier Name,{heading}\n{rows}".encode(), "payment")
    assert (f'source_ref = "{heading}"' in text.splitlines()) is proposed
    assert ("TODO no column is surely the reference" in text) is not proposed
    assert ground in text


def test_a_workbook(tmp_path: Path) -> None:
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    book.add_worksheet("Notes")
    page = book.add_worksheet("Extract")
    day = book.add_format({"num_format": "dd/mm/yyyy"})
    page.write_row(1, 0, ["Employee No", "Surname", "Date Started", "Hours"])
    for row in range(2, 6):
        page.write_row(row, 0, [row, f"Test{row}"])
        page.write_datetime(row, 2, dt.datetime(2020, 1, row), day)
    book.close()
    text = drafted(tmp_path, "Payroll.xlsx", stream.getvalue())
    mapping = loaded(tmp_path, text)
    assert (mapping.dataset, mapping.file.sheet, mapping.file.skip_rows) == ("payroll", "Extract", 1)
    file = extract_file(tmp_path / "Payroll.xlsx", mapping, partner="avon", partner_ids=["avon"])
    assert file.received["employment_start"].to_pylist()[0] == dt.date(2020, 1, 2)


def test_parquet_and_fixed_width(tmp_path: Path) -> None:
    stream = io.BytesIO()
    pq.write_table(pa.table({"Claim Ref": ["a", "b"], "Claim Start": [dt.date(2020, 1, 1)] * 2}), stream)
    assert (
        loaded(tmp_path, drafted(tmp_path, "ctr.parquet", stream.getvalue())).dataset
        == "council_tax_reduction"
    )
    lines = "".join(
        f"{number:06d} TESTA{number:02d}    {number % 28 + 1:02d}011980\n" for number in range(30)
    )
    mapping = loaded(tmp_path, drafted(tmp_path, "p.txt", lines.encode(), "person"))
    assert mapping.file.columns == {"COLUMN_1": (1, 7), "COLUMN_2": (8, 11), "COLUMN_3": (19, 8)}
    assert mapping.fields["source_ref"].column == ("COLUMN_1",)


@pytest.mark.parametrize(
    ("headings", "name", "dataset", "expected"),
    [
        (["Ratepayer", "Property Reference Number", "RV"], "q1.csv", "business_rates",
         {"organisation_name": (0,), "property_ref": (1,), "rateable_value_pence": (2,)}),
        (["BeneficiaryName", "TransactionNumber", "Payment Date", "Amount"], "spend.csv", "payment",
         {"organisation_name": (0,), "source_ref": (1,), "payment_date": (2,), "gross_pence": (3,)}),
        (["Elector Number", "Name", "Address1", "Address2", "Franchise Marker"], "x.csv", "electoral_register",
         {"source_ref": (0,), "full_name": (1,), "address": (2, 3), "franchise": (4,)}),
        (["ID", "First Name", "Last Name"], "x.csv", "person", {"source_ref": (0,), "forename": (1,), "surname": (2,)}),
    ],
)  # fmt: skip
def test_headings_are_recognised(
    headings: list[str], name: str, dataset: str, expected: dict[str, tuple[int, ...]]
) -> None:
    assert guess_dataset(headings, name) == dataset
    assert recognise(headings, dataset) == expected


def test_town_and_county_right_behind_the_lines_belong_to_the_address() -> None:
    found = recognise(["Ref", "Address 1", "Address 2", "Town", "County", "Postcode", "Village"], "person")
    assert found["address"] == (1, 2, 3, 4)


@pytest.mark.parametrize(
    ("headings", "address"),
    [
        (["Ref", "Flat No", "House Number", "Street", "Town", "Postcode"], (1, 2, 3, 4)),
        (["Ref", "street_number", "street_name", "unit_number", "city", "zipcode"], (1, 2, 3, 4)),
        (["Ref", "Street No", "Address 1", "Address 2", "Suburb", "Postcode"], (1, 2, 3, 4)),
        (["Ref", "Street", "Postcode"], None),
        (["Ref", "Unit No", "Grade", "Street"], None),
    ],
)
def test_an_address_in_parts_is_joined_from_the_parts_that_stand_together(
    headings: list[str], address: tuple[int, ...] | None
) -> None:
    assert recognise(headings, "person").get("address") == address


@pytest.mark.parametrize(
    ("headings", "dataset"),
    [
        (["Directorate", "Service", "Supplier", "Transaction Number", "Transaction Date", "Net Amount", "Account"], "payment"),
        (["Code", "Name", "Start Date", "End Date", "Status"], "person"),  # half the data sets have these
        (["Record", "Name Last", "Name First", "Date of Birth", "Date", "Amount"], "person"),
        (["Record", "Name", "Date", "Amount"], "payment"),
        (["Elector Number", "Surname", "Forename", "Status"], "electoral_register"),
    ],
)  # fmt: skip
def test_what_many_data_sets_have_says_little_about_which_it_is(headings: list[str], dataset: str) -> None:
    assert guess_dataset(headings, "x.csv") == dataset


def test_the_own_name_of_a_council_is_not_who_was_paid() -> None:
    found = recognise(["Organisation Name", "Supplier (Beneficiary) Name", "Amount"], "payment")
    assert found["organisation_name"] == (1,)


def test_a_reference_by_its_name_goes_before_a_column_that_happens_to_be_unique(tmp_path: Path) -> None:
    rows = "".join(f"{1000 + n},{n}.5,Testa Ltd,{900 + n}\n" for n in range(9))
    text = drafted(
        tmp_path,
        "list.csv",
        f"Other,Longitude,Ratepayer,Property Reference Number\n{rows}".encode(),
        "business_rates",
    )
    assert 'source_ref = "Property Reference Number"' in text
    assert 'property_ref = "Property Reference Number"' in text


def test_words_under_the_heading_of_a_number_are_no_number(tmp_path: Path) -> None:
    rows = "".join(f"{n},General Debits,1{n:02d}.50\n" for n in range(20))
    content = f"Transaction Number,Bank Account,Amount\n{rows}"
    assert "account =" not in drafted(tmp_path, "x.csv", content.encode(), "payment")
    figures = content.replace("General Debits", "12345678")
    assert 'account = "Bank Account"' in drafted(tmp_path, "x.csv", figures.encode(), "payment")


def test_yes_and_no_among_odd_values_are_known(tmp_path: Path) -> None:
    content = "Ref,Occupied\n1,Y\n2,No\n3,1/8/18\n"
    text = drafted(tmp_path, "x.csv", content.encode(), "business_rates")
    assert 'codes = { "1/8/18" = "TODO", "No" = "false", "Y" = "true" }' in text


@pytest.mark.parametrize(
    ("name", "pattern"),
    [("2021-01.csv", "????-??.csv"), ("2021-01-card.csv", "*card.csv"), ("CTAX_20260401.csv", "CTAX_*.csv")],
)
def test_a_pattern_fits_next_months_file_and_not_every_file(tmp_path: Path, name: str, pattern: str) -> None:
    assert f'pattern = "{pattern}"' in drafted(tmp_path, name, TAX.encode(), "council_tax")


def test_every_synonym_belongs_to_a_field() -> None:
    party = {field.name for field in schemas.PARTY_FIELDS}
    lists = dict(_synonyms())
    assert set(lists.pop("party")) <= party
    assert set(lists.pop("address_lines")) <= party
    for part in ("address_places", "address_numbers", "address_streets"):
        assert set(lists.pop(part)) == {"headings"}
    assert set(lists.pop("file_words")) <= set(schemas.DATASETS)
    for dataset, fields in lists.items():
        assert set(fields) <= {field.name for field in schemas.DATASETS[dataset].fields}


@pytest.mark.parametrize("content", [b"", b"\x1f\x8bbroken", b"PK\x03\x04broken", b"Ref,Surname\n"])
def test_what_cannot_be_drafted(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(ConfigurationError, match="No mapping can be drafted"):
        drafted(tmp_path, "x.csv", content)


def test_an_unknown_data_set(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as caught:
        drafted(tmp_path, "x.csv", TAX.encode(), "counciltax")
    assert "council_tax" in caught.value.remedy
