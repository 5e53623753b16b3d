"""The payments of Devon and Trafford in one night."""

from __future__ import annotations

import json
from collections import Counter
from decimal import Decimal
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from real_sites import flags_of, lay_out, night_of, rows_of

from fraudmatch.exercise import Night
from fraudmatch.schemas import is_fatal

pytestmark = pytest.mark.slow

ENCODINGS = ("utf-8-sig", "cp1252")


@pytest.fixture(scope="module")
def site(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return lay_out("payments", data, tmp_path_factory.mktemp("payments"))


@pytest.fixture(scope="module")
def night(site: Path) -> Night:
    return night_of(site)


def test_every_row_is_loaded_or_rejected_with_a_reason(night: Night, site: Path) -> None:
    deliveries = night.prepared.deliveries.to_pylist()
    assert len(deliveries) == 12
    rejects = night.prepared.rejects
    for one in deliveries:
        rows = rows_of(site / "deliveries" / one["partner"] / one["file"], ENCODINGS)
        assert one["state"] == "loaded"
        assert one["received"] == len(rows) - 1 == one["loaded"] + one["rejected"]
        fatal = rejects.filter(pc.and_(is_fatal(rejects), pc.equal(rejects["file"], one["file"])))
        assert one["rejected"] == len(set(fatal["source_row"].to_pylist()))


def test_only_rows_without_a_transaction_are_rejected(night: Night, site: Path) -> None:
    """One month of Devon ends in 1,622 rows that hold the name of the council and nothing else."""
    refused = {
        one["file"]: one["rejected"] for one in night.prepared.deliveries.to_pylist() if one["rejected"]
    }
    assert refused == {"DCCSpendingOver500_201110.csv.gz": 1622}
    rows = rows_of(site / "deliveries" / "devon" / "DCCSpendingOver500_201110.csv.gz", ENCODINGS)
    assert sum(not any(row[2:]) for row in rows[1:]) == 1622


def test_faults_are_of_known_kinds(night: Night) -> None:
    counts = Counter(
        zip(*(night.prepared.rejects[c].to_pylist() for c in ("partner", "reason")), strict=True)
    )
    assert counts["devon", "AMOUNT_ROUNDED"] == 1082  # 45.099999999999994, 6.82121E-13, and half pennies
    assert counts["trafford", "PRECISION_LOST"] == 26  # invoice numbers such as 1E+12
    assert {reason for _, reason in counts} <= {
        "KEY_MISSING", "AMOUNT_ROUNDED", "PRECISION_LOST", "NAME_MISSING", "VAT_NUMBER_INVALID", "NAME_PLACEHOLDER",
        "NAME_UNREADABLE", "COLUMN_ABSENT", "BLANK_ROW", "QUARANTINE_HIGH",
    }  # fmt: skip


def test_amounts_and_dates_of_every_layout_are_read(night: Night, site: Path) -> None:
    """The sum of the amounts, each rounded half to even; every payment is dated."""
    details = night.prepared.details["payment"]
    assert details["payment_date"].null_count == 0
    assert details["gross_pence"].null_count == 0
    expected = sum(_pence(site / "deliveries" / "devon" / path.name) for path in _files(site, "devon"))
    partner = night.prepared.records["partner"].take(details["record_id"])
    assert pc.sum(details.filter(pc.equal(partner, "devon"))["gross_pence"]).as_py() == expected


def _files(site: Path, partner: str) -> list[Path]:
    return sorted((site / "deliveries" / partner).iterdir())


def _pence(path: Path) -> int:
    rows = rows_of(path, ENCODINGS)
    place = [cell.strip() for cell in rows[0]].index("Amount")
    amounts = [Decimal(row[place].strip().replace(",", "") or "0") * 100 for row in rows[1:]]
    return sum(round(amount) for amount in amounts)


def test_the_rules_on_duplicate_payments_flag_pairs_that_agree(night: Night) -> None:
    both = {"devon", "trafford"}
    for rule, same_creditor, partners in (("FM-CR-001", True, both), ("FM-CR-003", False, {"devon"})):
        found = flags_of(night, rule)
        assert found.num_rows >= 3
        assert set(found["left_partner"].to_pylist()) == partners
        sides = [_payments(night, found[side]) for side in ("left_id", "right_id")]
        assert sides[0]["gross_pence"].equals(sides[1]["gross_pence"])
        agree = pc.equal(sides[0]["creditor_ref"], sides[1]["creditor_ref"])
        assert set(agree.to_pylist()) == {same_creditor}
        assert found["left_partner"].equals(found["right_partner"])
        for facts in found["facts"].to_pylist():
            known = json.loads(facts)
            assert known["two_invoices"] and known["same_reference"] and known["same_gross"]
            assert not known["netted_off"]


def test_a_year_of_payments_is_a_list_to_review_by_hand(night: Night) -> None:
    """Trafford lists documents as many lines and pays under the names of grant rounds."""
    found = flags_of(night, "FM-CR-001")
    partners = Counter(found["left_partner"].to_pylist())
    assert 5 <= partners["trafford"] <= 40
    assert 4 <= partners["devon"] <= 20
    held = Counter(night.scored.held["fact"].to_pylist())
    for fact in ("netted_off", "many_lines", "other_total", "series", "shared_text", "recurring_number"):
        assert held[fact] >= 10, fact


def _payments(night: Night, ids: pa.ChunkedArray) -> pa.Table:
    details = night.prepared.details["payment"]
    place = pc.index_in(ids, value_set=details["record_id"].combine_chunks())
    return details.take(place)


def test_suppliers_are_linked_within_and_across_the_councils(night: Night) -> None:
    """Councils by linked organisation; one VAT number is one organisation in both."""
    table = pa.table(
        {
            "group": night.linked.groups["organisation_id"],
            "partner": night.prepared.records["partner"],
            "vat": night.prepared.records["vat_number"],
            "name": night.prepared.records["organisation_core"],
        }
    )
    councils = table.group_by("group").aggregate([("partner", "count_distinct"), ("name", "count_distinct")])
    known = councils.filter(pc.is_valid(councils["group"]))
    assert pc.sum(pc.greater(known["partner_count_distinct"], 1)).as_py() >= 50
    assert pc.sum(pc.greater(known["name_count_distinct"], 1)).as_py() >= 100
    shared = (
        table.filter(pc.is_valid(table["vat"])).group_by("vat").aggregate([("partner", "count_distinct")])
    )
    assert pc.sum(pc.greater(shared["partner_count_distinct"], 1)).as_py() >= 50


def test_names_of_one_supplier_id_are_mostly_one_organisation(night: Night) -> None:
    """The creditor reference is no evidence for the organisation model, so it can judge it.

    Ids are used again for other suppliers and suppliers change their names, so that the share
    cannot come near 1.
    """
    details = night.prepared.details["payment"]
    table = pa.table(
        {
            "supplier": details["creditor_ref"],
            "partner": night.prepared.records["partner"],
            "name": night.prepared.records["organisation_name"],
            "group": night.linked.groups["organisation_id"],
        }
    ).drop_null()
    both = table.group_by(["partner", "supplier"]).aggregate(
        [("name", "count_distinct"), ("group", "count_distinct")]
    )
    several = both.filter(pc.greater(both["name_count_distinct"], 1))
    whole = pc.mean(pc.equal(several["group_count_distinct"], 1)).as_py()
    assert several.num_rows > 200
    assert whole >= 0.25


def test_reports_open(night: Night) -> None:
    for partner in ("devon", "trafford"):
        folder = night.run.reports / partner
        book = openpyxl.load_workbook(folder / "exceptions.xlsx", read_only=True)
        assert {"Summary", "FM-CR-001"} <= {name.split(" ")[0] for name in book.sheetnames}
        book.close()
        assert "FM-CR-001" in (folder / "index.html").read_text(encoding="utf-8")
        assert (folder / "FM-CR-001.csv").stat().st_size > 500
