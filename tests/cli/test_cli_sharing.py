"""`fraudmatch sharing`: what is agreed, how it stands on a day, and a record begun from a mapping."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from fraudmatch.cli import cli

MAPPING = """
dataset = "payroll"
[file]
pattern = "pay*.csv"
format = "delimited"
date_formats = ["%d/%m/%Y"]
[fields]
source_ref = "No"
surname = "Last"
date_of_birth = "Born"
"""
DECLARED = {
    'purpose = ""': 'purpose = "To find pay from two employers at once"',
    'gateway = ""': 'gateway = "An Act of 2001, section 5"',
    'notice_version = ""': 'notice_version = "2"',
    'notice_declared_by = ""': 'notice_declared_by = "Data protection officer"',
    "# notice_declared_on": "notice_declared_on",
    "# retention_months": "retention_months",
    "# start": "start",
    "# review": "review",
    "# end": "end",
}


def run(*arguments: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(cli, list(arguments))
    return done.exit_code, done.stdout, done.stderr


@pytest.fixture
def site(tmp_path: Path) -> Path:
    folder = tmp_path / "site"
    assert run("init", str(folder))[0] == 0
    (folder / "partners/first_council/pay.toml").write_text(MAPPING, encoding="utf-8")
    (folder / "deliveries/first_council/pay.csv").write_text(
        "No,Last,Born\n1,Ashmole,01/02/1980\n", encoding="utf-8"
    )
    return folder


def draft_into(site: Path, changes: dict[str, str]) -> None:
    code, text, err = run("sharing", str(site), "--draft", "first_council/pay")
    assert code == 0, err
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new, 1)
    with (site / "partners/first_council/sharing.toml").open("a", encoding="utf-8") as file:
        file.write(text)


def standing(site: Path, *more: str) -> tuple[str, str]:
    code, text, err = run("sharing", str(site), "--json", *more)
    assert code == 0, err
    (row,) = json.loads(text)["sharing"]
    assert (row["partner"], row["dataset"]) == ("first_council", "payroll")
    return row["standing"], row["why"]


def states(site: Path) -> list[tuple[str, int]]:
    text = run("run", str(site), "--as-at", "2026-06-30", "--json", "-q")[1]
    return [(row["state"], row["loaded"]) for row in json.loads(text)["deliveries"]]


def test_a_new_site_lets_nothing_in_until_people_have_declared_it(site: Path) -> None:
    assert standing(site) == ("nothing is loaded", "sharing.toml has no table for this data set")
    assert states(site) == [("refused", 0)]
    draft_into(site, {})
    assert standing(site)[0] == "nothing is loaded" and "gateway" in standing(site)[1]
    assert states(site) == [("refused", 0)]


@pytest.mark.parametrize("left_out", sorted(DECLARED))
def test_every_part_of_the_declaration_is_needed(site: Path, left_out: str) -> None:
    draft_into(site, {old: new for old, new in DECLARED.items() if old != left_out})
    said, why = standing(site, "--as-at", "2026-06-30")
    assert said == "nothing is loaded"
    assert why == f"sharing.toml leaves blank: {left_out.strip('# ').split(' ')[0]}"


def test_a_whole_record_lets_its_fields_in(site: Path) -> None:
    draft_into(site, DECLARED)
    assert standing(site, "--as-at", "2026-06-30") == ("in force", "")
    assert standing(site, "--as-at", "2026-03-31")[1] == "the agreement begins on 2026-04-01"
    assert standing(site, "--as-at", "2028-01-01")[0] == "in force, review due"
    assert standing(site, "--as-at", "2029-04-01")[1] == "the agreement ended on 2029-03-31"
    assert states(site) == [("loaded", 1)]
    record = (site / "partners/first_council/sharing.toml").read_text(encoding="utf-8")
    assert '"source_ref", "surname", "date_of_birth",' in record
    text = run("sharing", str(site), "--partner", "first_council")[1]
    assert "An Act of 2001, section 5" in text and "2029-03-31" in text


def test_a_record_is_drafted_once_and_for_a_mapping_there_is(site: Path) -> None:
    draft_into(site, DECLARED)
    for named, said in (("first_council/pay", "already"), ("first_council/ctax", "There is no mapping"),
                        ("avon/pay", "partners: first_council, second_council")):  # fmt: skip
        done = CliRunner().invoke(cli, ["sharing", str(site), "--draft", named])
        assert done.exit_code == 2 or done.exception
        assert said in f"{done.stderr} {done.exception}", named
