"""`fraudmatch pack`."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result

from fraudmatch.cli import cli
from fraudmatch.errors import GateError
from fraudmatch.exercise import Night


def run(*args: object) -> Result:
    return CliRunner().invoke(cli, [str(arg) for arg in args])


@pytest.fixture
def site(night: Night, tmp_path: Path) -> Path:
    folder = tmp_path / "site"
    shutil.copytree(night.site.root, folder)
    shutil.copy(night.site.root.parent / "outcomes.sqlite", folder / "outcomes.sqlite")
    return folder


def table(site: Path, name: str) -> list[dict]:
    rows: list[dict] = pq.read_table(next(site.glob(f"runs/*/tables/{name}.parquet"))).to_pylist()
    return rows


def test_the_best_cases_of_a_partner_each_have_a_page_and_an_entry(site: Path, tmp_path: Path) -> None:
    done = run("pack", site, "--for", "cheltenham", "--best", 5, "--out", tmp_path / "packs")
    assert done.exit_code == 0, done.output
    cases = [row for row in table(site, "cases") if row["owner"] == "cheltenham"]
    best = [row["case_key"] for row in sorted(cases, key=lambda row: row["rank"])[:5]]
    pages = sorted(path.name for path in (tmp_path / "packs").iterdir())
    assert pages == sorted([f"case-{key}.html" for key in best] + ["index.html"])
    entries = json.loads(run("audit", "list", site, "--json").stdout)["entries"][-5:]
    assert [(one["action"], one["object"], one["partner"]) for one in entries] == [
        ("record.viewed", key, "cheltenham") for key in best
    ]


def test_a_case_is_found_by_a_flag_and_written_for_who_bears_the_loss(site: Path, tmp_path: Path) -> None:
    row = table(site, "case_flags")[0]
    done = run("pack", site, row["flag_key"][:12], "--out", tmp_path / "one")
    assert done.exit_code == 0, done.output
    (page,) = (tmp_path / "one").iterdir()
    assert page.name == f"case-{row['case_key']}.html"
    owner = next(one["owner"] for one in table(site, "cases") if one["case_key"] == row["case_key"])
    said = page.read_text(encoding="utf-8")
    assert "place in your list" in said and owner.replace("_", " ") in said.lower()
    again = run("pack", site, row["case_key"], "--out", tmp_path / "again")
    assert again.exit_code == 0 and said == next((tmp_path / "again").iterdir()).read_text(encoding="utf-8")


def test_the_other_party_may_have_it_too_and_a_stranger_not(site: Path, tmp_path: Path) -> None:
    shared = next(
        row for row in table(site, "flags") if row["right_partner"] not in (None, row["left_partner"])
    )
    inside = {row["flag_key"]: row["case_key"] for row in table(site, "case_flags")}
    parties = {
        partner for row in table(site, "flags") if inside.get(row["flag_key"]) == inside[shared["flag_key"]]
        for partner in (row["left_partner"], row["right_partner"])
    }  # fmt: skip
    other = run(
        "pack", site, shared["flag_key"], "--for", shared["right_partner"], "--out", tmp_path / "other"
    )
    assert other.exit_code == 0, other.output
    stranger = next(one for one in ("cotswold", "tewkesbury", "gloucestershire") if one not in parties)
    refused = run("pack", site, shared["flag_key"], "--for", stranger, "--out", tmp_path / "no")
    assert isinstance(refused.exception, GateError) and "is a party of no flag" in str(refused.exception)
    assert not (tmp_path / "no").exists()


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ((), "Name cases, or give"),
        (("--best", "3"), "--best goes with --for"),
        (("zz",), "0 cases begin with"),
        (("ab", "--for", "nowhere"), "--for names no partner"),
        (("ab", "--for", "cheltenham", "--best", "2"), "Name cases, or give"),
    ],
)
def test_what_cannot_be_meant_is_told(site: Path, tmp_path: Path, args: tuple[str, ...], said: str) -> None:
    done = run("pack", site, *args, "--out", tmp_path / "packs")
    assert done.exit_code == 2 and said in done.output
    assert not (tmp_path / "packs").exists()


def test_a_folder_that_holds_something_is_left_alone(site: Path, tmp_path: Path) -> None:
    (tmp_path / "packs").mkdir()
    (tmp_path / "packs" / "mine.txt").write_text("mine")
    done = run("pack", site, "--for", "cheltenham", "--best", 1, "--out", tmp_path / "packs")
    assert done.exit_code == 2 and [p.name for p in (tmp_path / "packs").iterdir()] == ["mine.txt"]


def test_a_rule_that_changed_since_is_named(
    site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from fraudmatch.scoring.library import Library

    real = Library.rule

    def older(self: Library, rule_id: str) -> object:
        rule = real(self, rule_id)
        if rule is not None and rule_id == "FM-CT-001":
            object.__setattr__(rule.file, "version", rule.file.version + 1)
        return rule

    monkeypatch.setattr(Library, "rule", older)
    rows = table(site, "case_flags")
    changed = {row["case_key"] for row in rows if row["rule_id"] == "FM-CT-001"}
    other = next(row["case_key"] for row in rows if row["case_key"] not in changed)
    done = run("pack", site, min(changed), "--out", tmp_path / "packs")
    assert isinstance(done.exception, GateError) and "FM-CT-001 has changed" in str(done.exception)
    assert not (tmp_path / "packs").exists()
    assert run("pack", site, other, "--out", tmp_path / "packs").exit_code == 0
