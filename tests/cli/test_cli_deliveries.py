"""Held deliveries as an analyst at the hub deals with them: seen, released, refused, withdrawn."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result

from fraudmatch.cli import cli
from fraudmatch.errors import GateError, SiteError

SITE = """name = "Trial"
as_at = 2026-03-31
[[partner]]
id = "northshire"
name = "Northshire"
[[partner]]
id = "southshire"
name = "Southshire"
"""
MAPPING = """
dataset = "payroll"
[file]
pattern = "PAY*"
format = "delimited"
[fields]
source_ref = "Ref"
surname = "Surname"
phone = "Phone"
"""


def call(*arguments: object) -> Result:
    return CliRunner().invoke(cli, [str(argument) for argument in arguments])


def deliver(site: Path, count: int, name: str = "PAY.csv", first: int = 1) -> None:
    lines = [f"E{n:04d},Alderton,01632 {960000 + n}" for n in range(first, first + count)]
    text = "\n".join(["Ref,Surname,Phone", *lines]) + "\n"
    (site / "deliveries/northshire" / name).write_text(text, encoding="utf-8")


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A site whose newest run holds 50 rows where 100 were accepted the month before."""
    folder = tmp_path / "site"
    for partner in ("northshire", "southshire"):
        (folder / "partners" / partner).mkdir(parents=True)
        (folder / "deliveries" / partner).mkdir(parents=True)
    (folder / "site.toml").write_text(SITE, encoding="utf-8")
    (folder / "partners/northshire/payroll.toml").write_text(MAPPING, encoding="utf-8")
    deliver(folder, 100)
    assert call("run", folder, "--as-at", "2026-02-28", "-q").exit_code == 0
    deliver(folder, 50)
    held = call("run", folder, "-q")
    assert held.exit_code == 4
    assert "stands (data of 28 February 2026)" in held.output
    assert "50 rows, where 100 were accepted on 2026-02-28" in " ".join(held.output.split())
    assert "The oldest data in use are of 28 February 2026, 31 days before" in held.output
    return folder


def states(site: Path) -> dict[str, str]:
    told = json.loads(call("deliveries", site, "--json").output)["deliveries"]
    return {one["file"] + " " + one["state"]: one["data_of"] for one in told}


def test_deliveries_says_what_is_in_use_and_what_is_held_and_why(site: Path) -> None:
    said = call("deliveries", site)
    assert said.exit_code == 0
    words = " ".join(said.output.split())
    assert "There are far fewer rows than in the extract in use (50 rows, where 100" in words
    assert "fraudmatch release" in words and "northshire payroll" in words
    assert states(site) == {"PAY.csv held": None, "PAY.csv stands": "2026-02-28"}


def test_a_released_delivery_is_used_from_its_night_on_and_says_who_let_it_in(site: Path) -> None:
    done = call("release", site, "northshire", "payroll", "--by", "A. Lyst", "--reason", "Two schools left")
    assert done.exit_code == 0, done.output
    (line,) = csv.DictReader((site / "releases.csv").read_text(encoding="utf-8").splitlines())
    assert (line["decision"], line["by"], line["on"]) == ("release", "A. Lyst", "2026-03-31")
    night = call("run", site, "-q")
    assert night.exit_code == 0
    assert "released by A. Lyst on 2026-03-31: Two schools left" in " ".join(night.output.split())
    assert states(site) == {"PAY.csv loaded": "2026-03-31"}
    page = next((site / "runs").glob("2026-03-31-*/reports/northshire/index.html"))
    pages = [
        path.read_text(encoding="utf-8") for path in (site / "runs").glob("2026-03-31-*/reports/index.html")
    ]
    assert page.exists() and any("released by A. Lyst" in text for text in pages)


def test_a_release_is_for_one_delivery_only(site: Path) -> None:
    assert call("release", site, "northshire", "payroll", "--reason", "Agreed").exit_code == 0
    deliver(site, 20)
    assert call("run", site, "-q").exit_code == 4
    assert states(site) == {"PAY.csv held": None, "PAY.csv stands": "2026-02-28"}


def test_a_release_does_not_reach_back(site: Path) -> None:
    assert (
        call("release", site, "northshire", "payroll", "--reason", "Agreed", "--on", "2026-04-01").exit_code
        == 0
    )
    assert call("run", site, "-q").exit_code == 4
    assert call("run", site, "--as-at", "2026-04-01", "-q").exit_code == 0


def test_a_refused_delivery_stays_refused_and_the_one_before_stands(site: Path) -> None:
    assert (
        call("release", site, "northshire", "payroll", "--refuse", "--reason", "Wrong month").exit_code == 0
    )
    assert call("run", site, "-q").exit_code == 4
    assert states(site) == {"PAY.csv refused": None, "PAY.csv stands": "2026-02-28"}
    assert "Wrong month" in call("deliveries", site).output


def test_what_is_withdrawn_stands_no_longer_and_is_refused_when_it_comes_again(site: Path) -> None:
    gone = call("withdraw", site, "northshire", "payroll", "--by", "A. Lyst", "--reason", "Asked back")
    assert gone.exit_code == 0, gone.output
    assert not list((site / "accepted/northshire/payroll").iterdir())
    assert call("run", site, "-q").exit_code == 0
    assert states(site) == {"PAY.csv loaded": "2026-03-31"}
    deliver(site, 100)
    assert call("run", site, "--as-at", "2026-04-01", "-q").exit_code == 4
    assert states(site) == {"PAY.csv refused": None, "PAY.csv stands": "2026-03-31"}


def test_of_two_files_a_release_says_which(site: Path) -> None:
    deliver(site, 99)
    deliver(site, 98, "PAY2.csv")
    assert call("run", site, "-q").exit_code == 4
    both = call("release", site, "northshire", "payroll", "--reason", "Newest")
    assert isinstance(both.exception, GateError) and "--file" in str(both.exception)
    assert (
        call("release", site, "northshire", "payroll", "--reason", "Newest", "--file", "PAY2.csv").exit_code
        == 0
    )
    call("run", site, "-q")
    assert states(site) == {"PAY.csv held": None, "PAY2.csv loaded": "2026-03-31"}


def test_what_cannot_be_released_says_so(site: Path) -> None:
    wrong = call("release", site, "northshire", "payrol", "--reason", "x")
    assert isinstance(wrong.exception, SiteError) and "Did you mean: northshire payroll?" in str(
        wrong.exception
    )
    deliver(site, 100)
    assert call("run", site, "-q").exit_code == 0
    nothing = call("release", site, "northshire", "payroll", "--reason", "x")
    assert isinstance(nothing.exception, GateError) and not (site / "releases.csv").exists()


def test_faults_of_releases_are_named_all_at_once(site: Path) -> None:
    (site / "releases.csv").write_text(
        "partner,slot,delivery,decision,on,by,reason,file\n"
        f"northshire,payroll,{'0' * 64},perhaps,2026-03-31,A,why,\n"
        "northshire,payroll,abc,release,2026-03-31,A,why,\n"
        f"northshire,payroll,{'0' * 64},release,31/03/2026,A,,\n",
        encoding="utf-8",
    )
    failed = call("run", site, "-q")
    assert isinstance(failed.exception, SiteError)
    assert [problem.where for problem in failed.exception.problems] == ["line 2", "line 3", "line 4"]


def test_a_run_repeated_on_its_night_gives_the_same_bytes(site: Path) -> None:
    first = call("run", site, "-q", "--json")
    again = call("run", site, "-q", "--json")
    assert json.loads(first.output)["run_id"] == json.loads(again.output)["run_id"]


def test_no_report_prints_a_value_that_is_for_matching_only(site: Path) -> None:
    call("release", site, "northshire", "payroll", "--reason", "Agreed")
    assert call("run", site, "-q").exit_code == 0
    run = next(path for path in (site / "runs").iterdir() if path.name.startswith("2026-03-31"))
    assert pq.read_table(run / "tables/records.parquet")["phone"].null_count == 0
    for path in (run / "reports").rglob("*"):
        if path.suffix in (".csv", ".html", ".json"):
            assert "01632" not in path.read_text(encoding="utf-8-sig"), path
