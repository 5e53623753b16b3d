"""Flags of groups in the reports: each partner its own members in full, of others how many."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import openpyxl
import pyarrow as pa
import pytest
from canaries import Canaries, one_detail, one_record, random_site, texts_of, token
from report_nights import CROWD, RULES, flag, make_night, record, table

from fraudmatch import schemas
from fraudmatch.errors import ConservationError, SchemaError
from fraudmatch.report import ReportInput, report
from fraudmatch.report.explain import explain_flag

FACTS = '{"many":true}'


def members_table(members: Mapping[object, list[int]]) -> pa.Table:
    rows = [{"flag_key": key, "record_id": i} for key in sorted(members, key=str) for i in members[key]]
    return table(schemas.MEMBERS, rows)


def with_groups(
    records: list[dict[str, object]], groups: list[list[int]], details: list[dict[str, object]] | None = None
) -> ReportInput:
    flags = [flag(CROWD, records[ids[0]], None, facts=FACTS, value_estimate_pence=9_00) for ids in groups]
    rules = RULES | {CROWD.id: CROWD}
    members = members_table({f["flag_key"]: ids for f, ids in zip(flags, groups, strict=True)})
    return make_night(
        records, {"council_tax": details or []}, flags, changes={"members": members, "rules": rules}
    )


def account(number: int, partner: str, name: str) -> dict[str, object]:
    return record(number, partner, "council_tax", name_as_written=name, address_as_written="1 Elm Court")


PEOPLE = [
    account(0, "ashby", "Ada Brisk"),
    account(1, "ashby", "Bo Cray"),
    account(2, "bramley", "Cy Dunn"),
    account(3, "bramley", "Di Ebb"),
    account(4, "bramley", "Ed Fenn"),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("groups")
    report(made, with_groups(PEOPLE, [[0, 1, 2], [3, 4]]))
    return made


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


def test_each_partner_has_the_flag_with_its_own_first_member(folder: Path) -> None:
    (ashby,) = rows_of(folder / "ashby" / "FM-CT-090.csv")
    shared, own = rows_of(folder / "bramley" / "FM-CT-090.csv")
    said = [
        (row["Name"], row["Your records in the group"], row["Records of others in the group"])
        for row in (ashby, shared, own)
    ]
    assert said == [("Ada Brisk", "2", "1"), ("Cy Dunn", "1", "2"), ("Di Ebb", "2", "0")]
    assert ashby["Flag key"] == shared["Flag key"]
    assert not (folder / "carrow" / "FM-CT-090.csv").exists()


def test_members_stand_under_the_rank_of_their_flag(folder: Path) -> None:
    for partner, expected in (
        ("ashby", [("1", "Ada Brisk"), ("1", "Bo Cray")]),
        ("bramley", [("1", "Cy Dunn"), ("2", "Di Ebb"), ("2", "Ed Fenn")]),
    ):
        lines = rows_of(folder / partner / "FM-CT-090 members.csv")
        assert [(line["Rank"], line["Name"]) for line in lines] == expected
        book = openpyxl.load_workbook(folder / partner / "exceptions.xlsx", read_only=True)
        assert book.sheetnames == ["Summary", "FM-CT-090", "FM-CT-090 members"]
        cells = [cell for row in book["FM-CT-090 members"].values for cell in row]
        assert all(name in cells for _, name in expected)
        book.close()


def test_sources_lists_every_own_member(folder: Path) -> None:
    lines = rows_of(folder / "bramley" / "sources.csv")
    assert sorted((line["Side"], line["Source row"]) for line in lines) == [
        ("member", "4"), ("member", "5"), ("member", "6"),
    ]  # fmt: skip


def test_pages_count_and_link(folder: Path) -> None:
    page = (folder / "bramley" / "index.html").read_text("utf-8")
    assert 'href="FM-CT-090%20members.csv"' in page and "<strong>2</strong> flags" in page
    assert "members.csv" not in (folder / "carrow" / "index.html").read_text("utf-8")


@pytest.mark.parametrize("seed", range(4))
def test_no_partner_sees_a_value_of_anothers_member(seed: int, tmp_path: Path) -> None:
    """Every column of every record is a token of its own; of others' members none may appear."""
    night, groups = canary_groups(seed)
    report(tmp_path, night)
    owners = night.records["partner"].to_pylist()
    flagged = {number for ids in groups for number in ids}
    seen_own = 0
    for reader in night.partners:
        present = "\n".join(text for _, text in texts_of(tmp_path / reader.id))
        for number, owner in enumerate(owners):
            for column in ("name_as_written", "address_as_written", "source_ref", "phone", "email"):
                shown = str(token(number, column)) in present
                may = owner == reader.id and number in flagged and column not in ("phone", "email")
                assert shown == may, (reader.id, owner, column)
                seen_own += shown
    assert seen_own


def canary_groups(seed: int) -> tuple[ReportInput, list[list[int]]]:
    site: Canaries = random_site(seed)
    partners = [partner.id for partner in site.night.partners]
    records = [one_record(n, partners[n % len(partners)], "council_tax") for n in range(40)]
    groups = [[0, 1, 2, 3], [5, 5 + len(partners)], list(range(12, 25))]
    night = with_groups(records, groups, [one_detail(row, "council_tax") for row in records])
    return replace(night, partners=site.night.partners), groups


def test_members_must_fit_the_flags(tmp_path: Path) -> None:
    night = with_groups(PEOPLE, [[0, 1, 2]])
    key = night.flags["flag_key"].to_pylist()[0]
    for ids in ([1, 2], [], [0, 1, 99]):
        with pytest.raises(ConservationError):
            report(tmp_path / "a", replace(night, members=members_table({key: ids})))
    with pytest.raises(SchemaError, match="order"):
        report(tmp_path / "b", replace(night, members=members_table({key: [2, 0, 1]})))
    with pytest.raises(ConservationError):
        report(tmp_path / "c", replace(night, members=members_table({key: [0, 1, 2], "else": [3]})))
    assert not list(tmp_path.rglob("*.csv"))


def test_explain_lists_the_members() -> None:
    night = with_groups(PEOPLE, [[0, 1, 2]])
    row = night.flags.to_pylist()[0]
    lines = explain_flag(row, CROWD, night.evidence, PEOPLE[0], None, members=PEOPLE[:3])
    text = "\n".join(lines)
    assert "The 3 records of the group share the same property" in text
    assert all(name in text for name in ("Ada Brisk", "Bo Cray", "Cy Dunn"))
    many = explain_flag(row, CROWD, night.evidence, PEOPLE[0], None, members=PEOPLE[:1] * 50)
    assert any("10 more" in line for line in many)
