from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from fraudmatch.cli.mapping import command
from fraudmatch.errors import ConfigurationError, MappingError
from fraudmatch.extract import load_mapping

ROWS = "Tenancy Ref,Surname,Tenancy Start,Tenancy Type\n1,Testa,31/01/2020,S\n2,Testb,30/01/2020,S\n"


def test_draft_prints_a_mapping_and_counts_what_is_left(tmp_path: Path) -> None:
    (tmp_path / "rents_2026.csv").write_text(ROWS)
    run = CliRunner().invoke(command, ["draft", str(tmp_path / "rents_2026.csv"), "--partner", "avon"])
    assert run.exit_code == 0
    assert "partners/avon/housing_tenancy.toml" in run.stdout
    assert run.stderr.endswith("1 places are marked TODO.\n")
    assert "received 2, loaded 2." in run.stderr
    assert "Row 2\n" in run.stderr
    assert "2020-01-31" in run.stderr
    assert "# not known, with how many rows have them: S (2)" in run.stdout
    path = tmp_path / "m.toml"
    path.write_text(run.stdout.replace("TODO", "secure"))
    assert load_mapping(path).fits("rents_2027.csv")


def test_draft_takes_a_data_set(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text(ROWS)
    run = CliRunner().invoke(command, ["draft", str(tmp_path / "x.csv"), "--dataset", "person"])
    assert 'dataset = "person"' in run.stdout


def test_draft_of_nothing(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"nothing\.csv"):
        CliRunner().invoke(command, ["draft", str(tmp_path / "nothing.csv")], catch_exceptions=False)


def test_check(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.toml", tmp_path / "bad.toml"
    good.write_text(
        'dataset = "person"\nfile = { pattern = "*", format = "parquet" }\nfields = { source_ref = "Ref" }\n'
    )
    bad.write_text("datset = 1\n")
    run = CliRunner().invoke(command, ["check", str(good)])
    assert (run.exit_code, run.stdout) == (0, f"{good}: sound; person, 1 fields\n")
    with pytest.raises(MappingError) as caught:
        CliRunner().invoke(command, ["check", str(good), str(bad)], catch_exceptions=False)
    assert any(problem.where == "datset" for problem in caught.value.problems)


def test_draft_learns_headings_from_the_site(tmp_path: Path) -> None:
    (tmp_path / "partners/avon").mkdir(parents=True)
    (tmp_path / "deliveries/avon").mkdir(parents=True)
    (tmp_path / "site.toml").write_text('name = "T"\n[[partner]]\nid = "avon"\nname = "A"\n')
    (tmp_path / "partners/avon/rents.toml").write_text(
        'dataset = "housing_tenancy"\nfile = { pattern = "*", format = "parquet" }\n'
        'fields = { source_ref = "Ref", surname = "Zork Wibble" }\n'
    )
    file = tmp_path / "rents.csv"
    file.write_text("Tenancy Ref,Zork-Wibble,Tenancy Start\n1,Testa,31/01/2020\n2,Testb,30/01/2020\n")
    alone = CliRunner().invoke(command, ["draft", str(file)])
    assert "surname =" not in alone.stdout
    run = CliRunner().invoke(command, ["draft", str(file), "--site", str(tmp_path)])
    assert '# so read by avon/rents.toml\nsurname = "Zork-Wibble"' in run.stdout
    assert "Testa" not in run.stdout
    assert "Testa" in run.stderr
