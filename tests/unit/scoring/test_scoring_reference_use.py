"""How invoice numbers are used, what VAT creditors charge, and pairs by columns that agree."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from fraudmatch.errors import RuleFileError
from fraudmatch.scoring import load_library
from fraudmatch.scoring.sides import Night, Side
from fraudmatch.scoring.stage import score

PAYMENT = {
    "dataset": "payment", "partner": "ashford", "creditor_ref": "C1", "gross_pence": 12_000, "vat_pence": 2_000,
    "invoice_ref": "77",
}  # fmt: skip
CREDITOR = {"dataset": "creditor", "partner": "ashford", "source_ref": "C1", "party_kind": "organisation"}


def side_of(tiny_night: Any, rows: list[dict[str, Any]], dataset: str = "payment") -> Side:
    drawn = tiny_night(rows)
    return Night(drawn.records, drawn.details, drawn.groups, drawn.as_at).side(dataset)


def day(number: int) -> dict[str, Any]:
    import datetime as dt

    return {"payment_date": dt.date(2025, 6, number)}


CREDITORS = [
    ("one creditor twice", [{}, {}], [1, 1]),
    ("two creditors", [{}, {"creditor_ref": "C2"}], [2, 2]),
    ("another spelling", [{}, {"creditor_ref": "C2", "invoice_ref": "INV-0077"}], [2, 2]),
    ("another partner", [{}, {"creditor_ref": "C2", "partner": "birchley"}], [1, 1]),
    ("no number", [{}, {"creditor_ref": "C2", "invoice_ref": None}], [1, None]),
    ("no creditor", [{}, {"creditor_ref": None}], [1, None]),
]


@pytest.mark.parametrize(("name", "changes", "expected"), CREDITORS, ids=[each[0] for each in CREDITORS])
def test_creditors_under_one_number(
    tiny_night: Any, name: str, changes: list[dict[str, Any]], expected: list[int | None]
) -> None:
    side = side_of(tiny_night, [PAYMENT | change for change in changes])
    assert side.column("reference_creditors").to_pylist() == expected


DAYS = [
    ("one day", [day(1), day(1)], [1, 1]),
    ("two days", [day(1), day(2), day(2)], [2, 2, 2]),
    ("another creditor", [day(1), day(2) | {"creditor_ref": "C2"}], [1, 1]),
    ("the invoice date stands in", [day(1), {"invoice_date": day(5)["payment_date"]}], [2, 2]),
    ("no date", [day(1), {}], [1, None]),
]


@pytest.mark.parametrize(("name", "changes", "expected"), DAYS, ids=[each[0] for each in DAYS])
def test_days_under_one_number(
    tiny_night: Any, name: str, changes: list[dict[str, Any]], expected: list[int | None]
) -> None:
    side = side_of(tiny_night, [PAYMENT | change for change in changes])
    assert side.column("reference_days").to_pylist() == expected


def test_vat_of_a_creditor_is_that_of_its_payments_less_credits(tiny_night: Any) -> None:
    rows = [
        CREDITOR, CREDITOR | {"partner": "birchley"}, CREDITOR | {"source_ref": "C2"}, PAYMENT, PAYMENT,
        PAYMENT | {"vat_pence": -500}, PAYMENT | {"creditor_ref": "C2", "vat_pence": None},
        PAYMENT | {"creditor_ref": None},
    ]  # fmt: skip
    side = side_of(tiny_night, rows, "creditor")
    assert side.column("vat_charged_pence").to_pylist() == [3_500, None, None]


def test_vat_without_any_payments_is_unknown(tiny_night: Any) -> None:
    assert side_of(tiny_night, [CREDITOR], "creditor").column("vat_charged_pence").to_pylist() == [None]


def test_whether_numbers_are_sent_is_said_by_partner(tiny_night: Any) -> None:
    rows = [
        CREDITOR,
        CREDITOR | {"source_ref": "C2", "vat_number": "987654321"},
        CREDITOR | {"partner": "birchley"},
    ]
    assert side_of(tiny_night, rows, "creditor").column("vat_numbers_sent").to_pylist() == [True, True, False]


def test_nobody_sends_numbers_where_there_are_no_creditors(tiny_night: Any) -> None:
    assert side_of(tiny_night, [PAYMENT], "creditor").column("vat_numbers_sent").to_pylist() == []


RULE = """
id = "FM-XX-001"
title = "One amount"
version = 1
status = "live"
owner = "audit"
service = "creditors"
description = "Two payments of one amount."
legal_basis = [{ title = "None" }]
innocent_explanations = ["Chance."]
next_step = "Compare them."
[pair]
left = "payment"
right = "payment"
relation = "equal"
[facts]
FACTS
[reasons]
same_gross = "one amount"
same_number = "one number"
[flag]
when = "same_gross and same_number"
[points]
base = 50
[show]
left = ["gross_pence"]
[[example]]
name = "one amount and number"
left = { gross_pence = 100, invoice_ref = "7" }
right = { gross_pence = 100, invoice_ref = "7" }
expect = { flagged = true, points = 50 }
[[example]]
name = "two amounts"
left = { gross_pence = 100, invoice_ref = "7" }
right = { gross_pence = 200, invoice_ref = "8" }
expect = { flagged = false }
"""


def library_with(folder: Path, facts: str) -> Any:
    (folder / "fm-xx-001.toml").write_text(RULE.replace("FACTS", facts), encoding="utf-8")
    return load_library([folder])


def test_records_are_brought_together_by_all_columns_that_agree(tiny_night: Any, tmp_path: Path) -> None:
    facts = "\n".join((
        'same_gross = "left.gross_pence = right.gross_pence"',
        'same_number = "left.invoice_ref_clean = right.invoice_ref_clean"',
    ))  # fmt: skip
    library = library_with(tmp_path, facts)
    rows = [
        PAYMENT, PAYMENT | {"invoice_ref": "inv 77", "creditor_ref": "C2"}, PAYMENT | {"gross_pence": 12_001},
        PAYMENT | {"invoice_ref": "78"}, PAYMENT | {"invoice_ref": None}, PAYMENT | {"invoice_ref": None},
    ]  # fmt: skip
    drawn = tiny_night(rows)
    scored = score(drawn.records, drawn.details, drawn.groups, library, {}, as_at=drawn.as_at)
    found = scored.flags.select(["left_id", "right_id"]).to_pylist()
    assert found == [{"left_id": 0, "right_id": 1}]
    assert scored.looked_at["FM-XX-001"].pairs == 1


def test_a_rule_by_equal_columns_needs_one(tmp_path: Path) -> None:
    facts = 'same_gross = "left.gross_pence >= right.gross_pence"\nsame_number = "left.gross_pence > 5"'
    with pytest.raises(RuleFileError, match=r"left\.x = right\.y"):
        library_with(tmp_path, facts)


def test_payments_take_the_postcode_of_their_creditor(tiny_night: Any) -> None:
    side = side_of(
        tiny_night, [CREDITOR | {"postcode": "GL7 1QQ"}, PAYMENT, PAYMENT | {"postcode": "GL7 1QR"}]
    )
    assert side.column("postcode").equals(pa.array(["GL7 1QQ", "GL7 1QR"]))


OFFICER = {"dataset": "company_officer", "partner": "ashford", "company_number": "91000001"}


@pytest.mark.parametrize(
    ("change", "creditors", "declared"),
    [
        ({}, 1, False),
        ({"partner": "birchley"}, 1, False),
        ({"interest_declared": True}, 1, True),
        ({"creditor_status": "dormant", "interest_declared": True}, 0, False),
        ({"creditor_type": "refund"}, 0, False),
        ({"company_number": "91000002"}, 0, False),
        ({"company_number": None}, 0, False),
    ],
)
def test_whether_a_company_is_paid(
    tiny_night: Any, change: dict[str, Any], creditors: int, declared: bool
) -> None:
    rows = [OFFICER, OFFICER | {"company_number": None}, CREDITOR | {"company_number": "91000001"} | change]
    side = side_of(tiny_night, rows, "company_officer")
    assert side.column("company_creditors").to_pylist() == [creditors, None]
    assert side.column("company_declared").to_pylist() == [declared, None]
