"""`fraudmatch committee`."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result

from fraudmatch.cli import cli
from fraudmatch.errors import SiteError
from fraudmatch.exercise import Night


def run(*args: object) -> Result:
    return CliRunner().invoke(cli, [str(arg) for arg in args])


@pytest.fixture
def site(night: Night, tmp_path: Path) -> Path:
    folder = tmp_path / "site"
    shutil.copytree(night.site.root, folder)
    shutil.copy(night.site.root.parent / "outcomes.sqlite", folder / "outcomes.sqlite")
    return folder


PERIOD = ("--from", "2026-03-01", "--to", "2026-04-30")


def test_the_report_counts_the_night_and_what_was_recorded(site: Path, tmp_path: Path) -> None:
    flags = pq.read_table(next(site.glob("runs/*/tables/flags.parquet"))).to_pylist()
    told = ("--outcome", "confirmed", "--minutes", "30", "--actual", "120.50", "--on", "2026-04-02")
    assert run("outcomes", "record", site, flags[0]["flag_key"], *told).exit_code == 0
    (site / "committee.toml").write_text("officer_hour_pounds = 40\n", encoding="utf-8-sig")
    done = run("committee", site, *PERIOD, "--out", tmp_path / "report")
    assert done.exit_code == 0, done.output
    assert f"{len(flags):,} flagged in 1 nights; 1 reviewed: 1 confirmed" in done.stdout
    figures = json.loads((tmp_path / "report" / "figures.json").read_text(encoding="utf-8"))
    mine = next(one for one in figures["partners"] if one["id"] == flags[0]["left_partner"])
    assert (mine["reviewed"], mine["found_actual_pence"], mine["cost_pence"]) == (1, 12_050, 2_000)
    with (tmp_path / "report" / "figures.csv").open(encoding="utf-8-sig", newline="") as file:
        assert sum(int(row["flags"]) for row in csv.DictReader(file)) == len(flags)
    page = (tmp_path / "report" / "index.html").read_text(encoding="utf-8")
    assert "£120.50" in page and "figures.csv" in page
    last = json.loads(run("audit", "list", site, "--json").stdout)["entries"][-1]
    assert last["action"] == "report.exported" and last["detail"]["committee"] == 1


def test_a_night_that_cannot_be_read_is_named(site: Path, tmp_path: Path) -> None:
    flags = next(site.glob("runs/*/tables/flags.parquet"))
    flags.write_bytes(flags.read_bytes()[:-1])
    done = run("committee", site, *PERIOD, "--out", tmp_path / "report")
    assert done.exit_code == 0 and f"{flags.parent.parent.name} can no longer be read" in done.stderr
    assert "can no longer be read" in (tmp_path / "report" / "index.html").read_text(encoding="utf-8")


def test_other_periods_have_other_figures(site: Path, tmp_path: Path) -> None:
    done = run("committee", site, "--from", "2025-01-01", "--to", "2025-12-31", "--out", tmp_path / "r")
    assert done.exit_code == 0 and done.stdout.startswith("0 flagged in 0 nights; 0 reviewed")


def test_faults_of_the_terms_are_named_and_nothing_is_written(site: Path, tmp_path: Path) -> None:
    (site / "committee.toml").write_text(
        'officer_hour = 3\n[[year]]\npartner = "cheltenham"\n', encoding="utf-8"
    )
    done = run("committee", site, *PERIOD, "--out", tmp_path / "r")
    assert isinstance(done.exception, SiteError)
    assert {problem.where for problem in done.exception.problems} == {"officer_hour", "year.0.ends"}
    assert not (tmp_path / "r").exists()


def test_contacts_of_nobody_and_for_nothing_are_named(site: Path, tmp_path: Path) -> None:
    (site / "committee.toml").write_text(
        '[[contact]]\nservice = "counsil tax"\ncontact = "x"\n[[year]]\npartner = "nowhere"\nends = 2026-03-31\n',
        encoding="utf-8",
    )
    done = run("committee", site, *PERIOD, "--out", tmp_path / "r")
    assert isinstance(done.exception, SiteError)
    assert [problem.where for problem in done.exception.problems] == [
        "contact.0.service",
        "year.0.partner",
    ]


def test_a_period_the_wrong_way_round_is_told(site: Path, tmp_path: Path) -> None:
    done = run("committee", site, "--from", "2026-04-01", "--to", "2026-03-01", "--out", tmp_path / "r")
    assert done.exit_code == 2 and "--to is before --from" in done.output
