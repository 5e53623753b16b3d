from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from fraudmatch.cli.check import command
from fraudmatch.cli.run import command as run
from fraudmatch.errors import MappingError, SiteError
from fraudmatch.exercise import run_night
from fraudmatch.site import load_site

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
    told = CliRunner().invoke(command, [str(root)])
    assert told.exit_code == 0
    assert "avon/tax.csv (council_tax): loaded; received 3, loaded 2, rejected 1, skipped 1" in told.stdout
    assert "warning DATE_INVALID x 2 field 'date_of_birth' column 'DOB'" in told.stdout
    assert "rows 2, 3" in told.stdout
    assert "What to do: Fill the field at source." in told.stdout
    assert told.stderr == (
        "1 file, 0 refused; 2 rows load, 1 do not.\nThe gates were asked as on 2026-12-31. Nothing was kept.\n"
    )


def test_a_refused_file_is_exit_code_4(root: Path) -> None:
    (root / "deliveries/avon/tax.csv").write_bytes(b"")
    told = CliRunner().invoke(command, [str(root)])
    assert told.exit_code == 4
    assert "FILE_EMPTY" in told.stdout


def test_json_is_one_document(root: Path) -> None:
    (root / "partners/avon/idle.toml").write_text(MAPPING.replace("tax*", "zz*"))
    told = CliRunner().invoke(command, [str(root), "--json", "--partner", "avon"])
    document = json.loads(told.stdout)
    assert told.exit_code == 0
    assert told.stderr == ""
    assert document["files"][0]["received"] == 3
    assert [(f["reason"], f["rows"], f["first_rows"]) for f in document["findings"]] == [
        ("KEY_MISSING", 1, [4]),
        ("DATE_INVALID", 2, [2, 3]),
    ]
    assert document["mappings_without_files"] == ["avon/idle.toml"]


def test_idle_mappings_are_a_note(root: Path) -> None:
    (root / "partners/avon/idle.toml").write_text(MAPPING.replace("tax*", "zz*"))
    told = CliRunner().invoke(command, [str(root)])
    assert told.exit_code == 0
    assert "Note: the mapping avon/idle.toml fits no delivered file." in told.stderr


def test_configuration_errors_are_raised(root: Path) -> None:
    (root / "partners/avon/tax.toml").write_text("dataset = 1")
    with pytest.raises(MappingError):
        CliRunner().invoke(command, [str(root)], catch_exceptions=False)
    with pytest.raises(SiteError):
        CliRunner().invoke(command, [str(root / "nowhere")], catch_exceptions=False)


def test_nothing_delivered(root: Path) -> None:
    (root / "deliveries/avon/tax.csv").unlink()
    told = CliRunner().invoke(command, [str(root)])
    assert (told.exit_code, told.stdout) == (0, "")
    assert "No files were delivered." in told.stderr


def nightly(root: Path, rows: int) -> None:
    lines = [f"{number},Testa{chr(97 + number % 26)},01/01/1980" for number in range(1, rows + 1)]
    (root / "deliveries/avon/tax.csv").write_text("\n".join(["Ref,Surname,DOB", *lines]) + "\n")


def all_bytes(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


@pytest.fixture
def halved(root: Path) -> Path:
    """A site that accepted 100 rows in February and is sent 50 in March."""
    nightly(root, 100)
    assert CliRunner().invoke(run, [str(root), "--as-at", "2026-02-28", "-q"]).exit_code == 0
    nightly(root, 50)
    return root


def test_what_tonight_would_hold_is_said_held_and_nothing_is_written(halved: Path) -> None:
    before = all_bytes(halved)
    told = CliRunner().invoke(command, [str(halved), "--as-at", "2026-03-31"])
    assert told.exit_code == 4
    assert "avon/tax.csv (council_tax): held; received 50, loaded 0, rejected 50, skipped 1" in told.stdout
    assert "held VOLUME_LOW: There are far fewer rows" in told.stdout
    assert "50 rows, where 100 were accepted on 2026-02-28" in told.stdout
    assert "avon/tax.csv (council_tax): stands (data of 2026-02-28)" in told.stdout
    assert "1 file, 0 refused, 1 held, 1 of earlier nights stands in; 0 rows load, 50 do not." in told.stderr
    assert all_bytes(halved) == before


def test_check_says_what_the_run_says(halved: Path) -> None:
    told = json.loads(CliRunner().invoke(command, [str(halved), "--as-at", "2026-03-31", "--json"]).stdout)
    night = run_night(load_site(halved), as_at=dt.date(2026, 3, 31))
    assert [(file["file"], file["state"]) for file in told["files"]] == list(
        zip(*(night.prepared.deliveries[name].to_pylist() for name in ("file", "state")), strict=True)
    )
    assert {one["reason"] for one in told["findings"]} == set(night.prepared.rejects["reason"].to_pylist())
    assert (told["not_used"], told["as_at"], told["gates_asked"]) == (1, "2026-03-31", "all")


def test_gates_see_the_partner_that_is_not_tried(halved: Path) -> None:
    told = CliRunner().invoke(command, [str(halved), "--as-at", "2026-03-31", "--partner", "bourne"])
    assert isinstance(told.exception, SiteError)
    site = halved / "site.toml"
    site.write_text(site.read_text() + '[[partner]]\nid = "bourne"\nname = "B"\n')
    told = CliRunner().invoke(command, [str(halved), "--as-at", "2026-03-31", "--partner", "bourne"])
    assert (told.exit_code, told.stdout) == (0, "")  # what stands of avon is not bourne's


def test_sharing_records_are_asked(root: Path) -> None:
    site = root / "site.toml"
    site.write_text('sharing = "required"\n' + site.read_text())
    told = CliRunner().invoke(command, [str(root)])
    assert (told.exit_code, "refused SHARING_NOT_AGREED" in told.stdout) == (4, True)
