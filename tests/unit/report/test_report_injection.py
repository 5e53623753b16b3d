"""Hostile values: they reach every text of a report and stay text."""

from __future__ import annotations

import csv
import html
import re
import zipfile
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from payloads import FORMULAS, PAYLOADS, SCRIPTS
from report_nights import PARTNERS, SINGLE, flag, make_night, record

from fraudmatch import schemas
from fraudmatch.report import report
from fraudmatch.report.clean import clean_text


def hostile_night():
    people = []
    for number, payload in enumerate(PAYLOADS):
        text = {"name_as_written": payload, "address_as_written": payload, "source_ref": payload}
        people.append(record(number, "ashby", "council_tax", **text))
    other = record(len(PAYLOADS), "bramley", "electoral_register", source_ref="=2+2")
    flags = [flag(SINGLE, person, other, priority=50) for person in people]
    details = [{"record_id": number, "discount_type": text} for number, text in enumerate(PAYLOADS)]
    night = make_night([*people, other], {"council_tax": details}, flags)
    evil = (replace_contact(PARTNERS[0], "=3+3"), replace_contact(PARTNERS[1], "<b>=4+4</b>"), PARTNERS[2])
    rule = replace(SINGLE, title="=5+5 <i>", next_step="@next", reasons={"other_is_adult": "=6+6"})
    column = night.deliveries.column_names.index("file")
    files = night.deliveries.set_column(column, schemas.DELIVERIES.field("file"), [["=7.csv", "<u>.csv"]])
    return replace(
        night, partners=evil, rules={rule.id: rule}, site_name="=8+8 <s>", run_id="=9", deliveries=files
    )


def replace_contact(partner, contact):
    return partner.model_copy(update={"contact": contact, "name": f"{partner.name} {contact}"})


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("hostile")
    report(made, hostile_night())
    return made


def parts(path: Path) -> dict[str, str]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name).decode("utf-8") for name in archive.namelist()}


def test_there_are_as_many_as_were_promised() -> None:
    assert len(set(FORMULAS)) >= 40 and len(set(SCRIPTS)) >= 60
    assert len(set(PAYLOADS)) == len(PAYLOADS)


def test_workbooks_hold_no_formula_and_no_link(folder: Path) -> None:
    for path in folder.rglob("*.xlsx"):
        for name, text in parts(path).items():
            assert "<f>" not in text and "<f " not in text, name
            assert "TargetMode" not in text and "<hyperlink" not in text, name
            assert 'state="hidden"' not in text and 'hidden="1"' not in text.replace(
                '_FilterDatabase" localSheetId="1" hidden="1"', ""
            ), name


def test_workbooks_hold_known_parts_only(folder: Path) -> None:
    allowed = re.compile(
        r"^(\[Content_Types\]\.xml|_rels/\.rels|docProps/(app|core)\.xml|xl/(workbook|styles|sharedStrings)\.xml"
        r"|xl/theme/theme1\.xml|xl/_rels/workbook\.xml\.rels|xl/worksheets/sheet\d+\.xml"
        r"|xl/charts/chart1\.xml|xl/drawings/(_rels/)?drawing1\.xml(\.rels)?|xl/worksheets/_rels/sheet1\.xml\.rels)$"
    )
    for path in folder.rglob("*.xlsx"):
        assert [name for name in parts(path) if not allowed.match(name)] == []


def test_values_survive_in_the_workbook(folder: Path) -> None:
    sheet = openpyxl.load_workbook(folder / "ashby" / "exceptions.xlsx")["FM-CT-001"]
    rows = list(sheet.iter_rows(values_only=True))
    heading = next(position for position, row in enumerate(rows) if row[0] == "Rank")
    for name in ("Name", "Address", "Your reference"):
        column = rows[heading].index(name)
        cells = [row[column] for row in rows[heading + 1 :]]
        assert sorted(cells) == sorted(clean_text(payload) for payload in PAYLOADS)
    types = {
        cell.data_type
        for row in sheet.iter_rows(
            min_row=heading + 2,
            min_col=rows[heading].index("Name") + 1,
            max_col=rows[heading].index("Name") + 1,
        )
        for cell in row
    }
    assert types == {"s"}


def test_csv_cells_never_start_a_formula(folder: Path) -> None:
    seen = 0
    for path in folder.rglob("*.csv"):
        raw = path.read_bytes()
        assert raw.startswith(b"\xef\xbb\xbf") and raw.endswith(b"\r\n")
        assert raw.replace(b"\r\n", b"").count(b"\n") == 0
        with path.open(encoding="utf-8-sig", newline="") as lines:
            for row in csv.reader(lines):
                for cell in row:
                    bare = cell.lstrip(" \t\r\n\u00a0\u200b\ufeff")
                    seen += cell.startswith("'")
                    assert (
                        not bare or bare[0] not in "=+-@＝＋－＠\t\r" or re.fullmatch(r"-?\d+(\.\d\d)?", cell)
                    ), cell
    assert seen > 20


def test_csv_values_survive_behind_the_guard(folder: Path) -> None:
    with (folder / "ashby" / "FM-CT-001.csv").open(encoding="utf-8-sig", newline="") as lines:
        names = [row["Name"] for row in csv.DictReader(lines)]
    for payload in PAYLOADS:
        clean = clean_text(payload)
        assert clean in names or f"'{clean}" in names


def test_pages_show_hostile_text_as_text(folder: Path) -> None:
    for path in folder.rglob("*.html"):
        page = path.read_text("utf-8")
        tags = {tag.lower() for tag in re.findall(r"<\s*([a-zA-Z]+)", page)}
        assert not tags & {"script", "img", "i", "b", "s", "u", "iframe", "link", "object", "form"}, path
        assert "default-src 'none'" in page and " on" not in " ".join(re.findall(r"<[^>]*>", page))
        assert html.escape("=8+8 <s>") in page
        for link in re.findall(r'href="([^"]*)"', page):
            assert re.fullmatch(r"[\w-]+(/index)?\.(csv|xlsx|html)|[a-z]+/index\.html", link), link
            assert (path.parent / link).is_file()


def test_no_templates_switch_escaping_off() -> None:
    import fraudmatch

    templates = sorted(Path(fraudmatch.__file__).parent.rglob("templates/*.html"))
    assert {one.parent.parent.name for one in templates} == {
        "report",
        "casepack",
        "committee",
        "nights",
        "review",
    }
    for template in templates:
        text = template.read_text("utf-8")
        assert "|safe" not in text.replace(" ", "") and "autoescape" not in text
        assert not re.search(r"=\{\{", text), f"an attribute without quotes in {template.name}"


def test_the_style_hash_is_that_of_the_style(folder: Path) -> None:
    import base64
    import hashlib

    page = (folder / "index.html").read_text("utf-8")
    style = re.search(r"<style>(.*?)</style>", page, re.DOTALL)
    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style.group(1).encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in page
