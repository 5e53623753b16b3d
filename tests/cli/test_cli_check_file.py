"""`fraudmatch check FILE --mapping`: for a partner, without a site."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from fraudmatch.cli.check import command

MAPPING = """
dataset = "council_tax"
file = { pattern = "tax*.csv", format = "delimited", date_formats = ["%d/%m/%Y"] }
fields = { source_ref = "Ref", surname = "Surname", date_of_birth = "DOB", postcode = "PC" }
"""
ROWS = "Ref,Surname,DOB,PC,Colour\n1,Testa,<b>soon,ZZ1\n2,Testb,01/01/1980,NOWHERE9\n,Testc,,\n,Testd,,\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "m.toml").write_text(MAPPING)
    rows = ROWS.splitlines()
    (tmp_path / "tax.csv").write_text("\n".join([rows[0], *(row + ",red" for row in rows[1:])]) + "\n")
    return tmp_path


def check(folder: Path, *options: str) -> Result:
    return CliRunner().invoke(
        command, [str(folder / "tax.csv"), "--mapping", str(folder / "m.toml"), *options]
    )


def test_faults_of_extract_and_of_normalise_the_dearest_first(folder: Path) -> None:
    run = check(folder, "--json", "--partner", "avon")
    found = json.loads(run.stdout)
    assert run.exit_code == 0
    assert (found["files"][0]["partner"], found["files"][0]["loaded"]) == ("avon", 2)
    first = found["findings"][0]
    assert (first["reason"], first["rows"], first["first_rows"]) == ("KEY_MISSING", 2, [4, 5])
    assert {"DATE_INVALID", "POSTCODE_INVALID"} <= {one["reason"] for one in found["findings"]}


def test_what_costs_the_whole_file_is_exit_code_4(folder: Path) -> None:
    (folder / "tax.csv").write_text("Ref,Name\n1,Testa\n")
    run = check(folder, "--html", str(folder / "p.html"))
    assert run.exit_code == 4
    assert "refused COLUMN_MISSING" in run.stdout
    assert "nothing of it loads" in (folder / "p.html").read_text()


def test_the_page_holds_no_value_unless_asked(folder: Path) -> None:
    assert check(folder, "--html", str(folder / "p.html")).exit_code == 0
    page = (folder / "p.html").read_text()
    assert "soon" not in page
    assert "NOWHERE9" not in page
    assert "Records 4, 5" in page
    assert check(folder, "--html", str(folder / "v.html"), "--show-values").exit_code == 0
    shown = (folder / "v.html").read_text()
    assert "2 <code>&lt;b&gt;soon</code>" in shown
    assert "3 <code>NOWHERE9</code>" in shown
    assert "Testa" not in shown


def test_fill_and_soundness_of_a_column(folder: Path) -> None:
    check(folder, "--html", str(folder / "p.html"))
    page = (folder / "p.html").read_text()
    row = page[page.index("<tr><td><code>DOB") :].split("</tr>")[0]
    assert row.count("50.0%") == 2  # two of four filled, one of those two sound


def test_options_that_do_not_fit_are_refused(folder: Path) -> None:
    alone = CliRunner().invoke(command, [str(folder / "tax.csv")])
    assert (alone.exit_code, "--mapping" in alone.stderr) == (2, True)
    assert check(folder, "--show-values").exit_code == 2
    assert CliRunner().invoke(command, [str(folder), "--html", "p.html"]).exit_code == 2


def test_gates_of_the_file_alone_are_asked_and_the_others_said_to_be_not(folder: Path) -> None:
    rows = [f"{number},Mickey Mouse,01/01/1980,ZZ1,red" for number in range(1, 9)]
    (folder / "tax.csv").write_text("\n".join(["Ref,Surname,DOB,PC,Colour", *rows]) + "\n")
    run = check(folder, "--html", str(folder / "p.html"))
    assert run.exit_code == 4
    assert "tax.csv (council_tax): held; received 8, loaded 0, rejected 8" in run.stdout
    assert "held TEST_DATA_SUSPECTED" in run.stdout
    for said in (run.stderr, (folder / "p.html").read_text()):
        assert "Not asked, as that needs a site: how the file compares with the extract in use" in said
    assert json.loads(check(folder, "--json").stdout)["gates_asked"] == "of the file alone"


def test_the_day_decides_centuries_and_age(folder: Path) -> None:
    mapping = MAPPING.replace('["%d/%m/%Y"]', '["%d/%m/%y"]') + (
        '[delivery]\nname = "tax_{date}.csv"\ndate_format = "%Y%m%d"\ndue_days = 10\n'
    )
    (folder / "m.toml").write_text(mapping)
    rows = ["Ref,Surname,DOB,PC", "1,Testa,01/05/24,", "2,Testb,01/05/25,"]
    (folder / "tax_20250101.csv").write_text("\n".join(rows) + "\n")

    def told(*options: str) -> tuple[str, list[str]]:
        call = [str(folder / "tax_20250101.csv"), "--mapping", str(folder / "m.toml"), "--json", *options]
        found = json.loads(CliRunner().invoke(command, call).stdout)
        return found["files"][0]["state"], [one["reason"] for one in found["findings"]]

    assert told("--as-at", "2025-01-05")[0] == "loaded"
    assert told("--as-at", "2025-03-01") == ("held", ["EXTRACT_OVERDUE", "CENTURY_INFERRED"])
    state, reasons = told()  # no day: nothing is late
    assert state == "loaded"
    assert "EXTRACT_STALE" not in reasons
    # On 5 January 2025 nobody was born on 1 May 2025: that is 1925, and the other is a child.
    with_day = told("--as-at", "2025-01-05")[1]
    assert with_day.count("AGE_UNEXPECTED") == 1


def test_rows_of_several_councils(folder: Path) -> None:
    mapping = MAPPING + '[council]\ncolumn = "Council"\ncodes = { AV = "avon", BO = "bourne" }\n'
    (folder / "m.toml").write_text(mapping)
    rows = ["Ref,Surname,DOB,PC,Council", "1,Testa,01/01/1980,,AV", "2,Testb,02/01/1980,,bo", "3,Testc,,,XX"]
    (folder / "tax.csv").write_text("\n".join(rows) + "\n")
    run = check(folder, "--partner", "avon")
    assert run.exit_code == 0
    assert "avon/tax.csv (council_tax): loaded; received 3, loaded 2, rejected 1, skipped 1" in run.stdout
    assert "rejected UNKNOWN_PARTNER" in run.stdout
    assert "rows 4" in run.stdout


def test_a_workbook(folder: Path) -> None:
    import xlsxwriter

    (folder / "m.toml").write_text(MAPPING.replace("tax*.csv", "tax*.xlsx").replace("delimited", "xlsx"))
    book = xlsxwriter.Workbook(folder / "tax.xlsx")
    sheet = book.add_worksheet("Extract")
    for number, row in enumerate(
        [["Ref", "Surname", "DOB", "PC"], ["1", "Testa", "01/01/1980", ""], ["2", "Testb", "soon", ""]]
    ):
        sheet.write_row(number, 0, row)
    book.close()
    call = [
        str(folder / "tax.xlsx"),
        "--mapping",
        str(folder / "m.toml"),
        "--html",
        str(folder / "p.html"),
        "--show-values",
    ]
    run = CliRunner().invoke(command, call)
    assert run.exit_code == 0
    assert "tax.xlsx (council_tax): loaded; received 2, loaded 2, rejected 0, skipped 1" in run.stdout
    assert "warning DATE_INVALID field 'date_of_birth' column 'DOB'" in run.stdout
    assert "3 <code>soon</code>" in (folder / "p.html").read_text()
