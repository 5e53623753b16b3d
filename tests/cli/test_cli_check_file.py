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
