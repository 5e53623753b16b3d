from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from fraudmatch.cli.check import command
from fraudmatch.errors import MappingError, SiteError

MAPPING = """
dataset = "council_tax"
file = { pattern = "tax*.csv", format = "delimited", date_formats = ["%d/%m/%Y"] }
fields = { source_ref = "Ref", surname = "Surname", date_of_birth = "DOB" }
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for folder in ("partners/avon", "deliveries/avon"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "site.toml").write_text('name = "T"\n[[partner]]\nid = "avon"\nname = "A"\n')
    (tmp_path / "partners/avon/tax.toml").write_text(MAPPING)
    (tmp_path / "deliveries/avon/tax.csv").write_text("Ref,Surname,DOB\n1,Testa,x\n2,Testb,x\n,Testc,\n")
    return tmp_path


def test_a_site_that_loads(root: Path) -> None:
    run = CliRunner().invoke(command, [str(root)])
    assert run.exit_code == 0
    assert "avon/tax.csv (council_tax): loaded; received 3, loaded 2, rejected 1, skipped 1" in run.stdout
    assert "warning DATE_INVALID x 2 field 'date_of_birth' column 'DOB'" in run.stdout
    assert "rows 2, 3" in run.stdout
    assert "What to do: Fill the field at source." in run.stdout
    assert run.stderr == "1 files, 0 refused; 2 rows load, 1 are rejected.\n"


def test_a_refused_file_is_exit_code_4(root: Path) -> None:
    (root / "deliveries/avon/tax.csv").write_bytes(b"")
    run = CliRunner().invoke(command, [str(root)])
    assert run.exit_code == 4
    assert "FILE_EMPTY" in run.stdout


def test_json_is_one_document(root: Path) -> None:
    (root / "partners/avon/idle.toml").write_text(MAPPING.replace("tax*", "zz*"))
    run = CliRunner().invoke(command, [str(root), "--json", "--partner", "avon"])
    document = json.loads(run.stdout)
    assert run.exit_code == 0
    assert run.stderr == ""
    assert document["files"][0]["received"] == 3
    assert [(f["reason"], f["rows"], f["first_rows"]) for f in document["findings"]] == [
        ("KEY_MISSING", 1, [4]),
        ("DATE_INVALID", 2, [2, 3]),
    ]
    assert document["mappings_without_files"] == ["avon/idle.toml"]


def test_idle_mappings_are_a_note(root: Path) -> None:
    (root / "partners/avon/idle.toml").write_text(MAPPING.replace("tax*", "zz*"))
    run = CliRunner().invoke(command, [str(root)])
    assert run.exit_code == 0
    assert "Note: the mapping avon/idle.toml fits no delivered file." in run.stderr


def test_configuration_errors_are_raised(root: Path) -> None:
    (root / "partners/avon/tax.toml").write_text("dataset = 1")
    with pytest.raises(MappingError):
        CliRunner().invoke(command, [str(root)], catch_exceptions=False)
    with pytest.raises(SiteError):
        CliRunner().invoke(command, [str(root / "nowhere")], catch_exceptions=False)


def test_nothing_delivered(root: Path) -> None:
    (root / "deliveries/avon/tax.csv").unlink()
    run = CliRunner().invoke(command, [str(root)])
    assert (run.exit_code, run.stdout) == (0, "")
    assert "No files were delivered." in run.stderr
