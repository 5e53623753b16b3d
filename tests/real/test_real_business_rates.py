"""The business rates lists of three councils in one night."""

from __future__ import annotations

import gzip
import json
import re
from collections import Counter
from pathlib import Path

import openpyxl
import pyarrow.compute as pc
import pytest
from real_sites import FILES, column, digests, flags_of, lay_out, night_of, rows_of

from fraudmatch.exercise import Night
from fraudmatch.schemas import is_fatal

ENCODINGS = {"bradford": ("cp1252",), "hambleton": ("utf-8",), "selby": ("utf-8",)}

#: Of each council: heading of the relief, what in it stands for small business relief.
RELIEF = {
    "bradford": ("Mandatory Reliefs", {"Small Business Rate Relief"}),
    "selby": ("Type", None),  # several reliefs in a cell
}

LEGAL_FORM = re.compile(r"\b(LTD|LIMITED|LLP|PLC|CIC|THE|AND)\b|[^A-Z0-9 ]")


@pytest.fixture(scope="module")
def site(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return lay_out("business_rates", data, tmp_path_factory.mktemp("rates"))


@pytest.fixture(scope="module")
def night(site: Path) -> Night:
    return night_of(site)


def test_every_row_is_loaded_or_rejected_with_a_reason(night: Night, data: Path) -> None:
    rejects = night.prepared.rejects
    for one in night.prepared.deliveries.to_pylist():
        path = data / FILES["business_rates"][one["partner"]]
        rows = rows_of(path, ENCODINGS[one["partner"]])
        ragged = sum(len(row) != len(rows[0]) for row in rows[1:])
        assert one["state"] == "loaded"
        assert one["received"] == len(rows) - 1 == one["loaded"] + one["rejected"]
        fatal = rejects.filter(pc.and_(is_fatal(rejects), pc.equal(rejects["file"], one["file"])))
        assert one["rejected"] == ragged == len(set(fatal["source_row"].to_pylist()))


def test_faults_are_few_and_of_known_kinds(night: Night) -> None:
    counts = Counter(
        (row["partner"], row["reason"])
        for row in night.prepared.rejects.select(["partner", "reason"]).to_pylist()
    )
    assert counts["bradford", "ROW_TOO_FEW_FIELDS"] == 72
    assert counts["selby", "CODE_UNKNOWN"] == 4  # a date where Y should stand
    assert {reason for _, reason in counts} <= {
        "ROW_TOO_FEW_FIELDS", "CODE_UNKNOWN", "NAME_MISSING", "POSTCODE_INVALID", "POSTCODE_CORRECTED",
        "NAME_PLACEHOLDER", "NAME_UNREADABLE", "FIELD_TRUNCATION_SUSPECTED", "NAME_HAS_DIGITS", "NON_PERSON", "POSTCODE_PLACEHOLDER",
    }  # fmt: skip


def test_blank_ratepayers_are_kept_as_rows_without_a_party(night: Night, data: Path) -> None:
    records = night.prepared.records
    for partner in ENCODINGS:
        rows = rows_of(data / FILES["business_rates"][partner], ENCODINGS[partner])
        blank = sum(not name for name in column(rows, "Ratepayer"))
        own = records.filter(pc.equal(records["partner"], partner))
        assert pc.sum(pc.is_null(own["party_kind"])).as_py() >= blank > 900


def _with_relief(data: Path, partner: str) -> set[str]:
    """Ratepayers of small business relief, by our own folding of their names."""
    rows = rows_of(data / FILES["business_rates"][partner], ENCODINGS[partner])
    heading, words = RELIEF[partner]
    pairs = zip(column(rows, "Ratepayer"), column(rows, heading), strict=True)
    named = {
        name
        for name, relief in pairs
        if name and (relief in words if words else "Small Business Rate" in relief)
    }
    return {" ".join(LEGAL_FORM.sub("", name.upper()).split()) for name in named}


def test_no_ratepayer_has_relief_in_two_councils_and_the_report_agrees(night: Night, data: Path) -> None:
    """Hambleton leaves its reliefs blank; between the other two an exact search finds nobody."""
    assert min(len(_with_relief(data, partner)) for partner in RELIEF) > 400
    assert not _with_relief(data, "bradford") & _with_relief(data, "selby")
    assert night.scored.looked_at["FM-BR-001"].left > 10_000
    assert flags_of(night, "FM-BR-001").num_rows == 0


def test_one_ratepayer_written_into_two_lists_is_flagged(data: Path, tmp_path: Path) -> None:
    """The same night with one name of Selby's list on a relieved property of Bradford's."""
    site = lay_out("business_rates", data, tmp_path)
    name = _plant(site, data)
    found = flags_of(night := night_of(site), "FM-BR-001")
    records = night.prepared.records
    pairs = [
        (records["partner"][left].as_py(), records["partner"][right].as_py())
        for left, right in zip(found["left_id"].to_pylist(), found["right_id"].to_pylist(), strict=True)
    ]
    assert ("bradford", "selby") in [tuple(sorted(pair)) for pair in pairs]
    assert all(left != right for left, right in pairs)
    names = {records["name_as_written"][row].as_py() for row in found["left_id"].to_pylist()}
    assert name in names
    for facts in found["facts"].to_pylist():
        known = json.loads(facts)
        assert known["relief_left"] and known["relief_right"] and not known["small_other"]


def _plant(site: Path, data: Path) -> str:
    """Give a relieved property of Bradford the name of a relieved ratepayer of Selby."""
    selby = rows_of(data / FILES["business_rates"]["selby"], ENCODINGS["selby"])
    name = next(
        name
        for name, relief, value in zip(
            column(selby, "Ratepayer"), column(selby, "Type"), column(selby, "Rateable value"), strict=True
        )
        if name.endswith(" Ltd") and relief == "Small Business Rate" and int(value) > 5000 and "," not in name
    )
    path = site / "deliveries" / "bradford" / "bradford.csv.gz"
    lines = gzip.decompress(path.read_bytes()).decode("cp1252").split("\n")
    for number, line in enumerate(lines):
        cells = line.split(",")
        if cells[1:2] == [""] and cells[2].startswith('"') and ",Small Business Rate Relief," in line:
            value = int(line.split('"')[2].split(",")[5])
            if value > 5000:
                lines[number] = ",".join([cells[0], name, *cells[2:]])
                break
    path.unlink()
    path.write_bytes(gzip.compress("\n".join(lines).encode("cp1252"), mtime=0))
    return name


def test_flags_on_void_properties_hold_what_they_say(night: Night) -> None:
    found = flags_of(night, "FM-BR-002")
    assert found.num_rows > 20
    assert all(any(json.loads(facts).values()) for facts in found["facts"].to_pylist())


def test_what_can_be_reviewed_by_hand(night: Night) -> None:
    """A property in another council is rare, and lists without charity numbers say nothing of charities."""
    assert flags_of(night, "FM-BR-003").num_rows <= 5
    assert flags_of(night, "FM-BR-005").num_rows <= 40
    assert flags_of(night, "FM-BR-009").num_rows == 0


def test_reports_open_and_a_second_night_gives_the_same_bytes(
    night: Night, data: Path, tmp_path: Path
) -> None:
    reports = night.run.reports
    for partner in ENCODINGS:
        book = openpyxl.load_workbook(reports / partner / "exceptions.xlsx", read_only=True)
        assert book.sheetnames[0] == "Summary" and len(book.sheetnames) > 1
        book.close()
        assert "<html" in (reports / partner / "index.html").read_text(encoding="utf-8")
    again = night_of(lay_out("business_rates", data, tmp_path))
    assert digests(again.run.reports) == digests(reports)
