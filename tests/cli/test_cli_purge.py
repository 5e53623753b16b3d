"""`fraudmatch purge` as a person meets it; what it removes is tried in tests/faults/test_purge.py."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from small_night import ONE, make_site, publish_night

from fraudmatch.cli import cli
from fraudmatch.errors import GateError, RunError, SiteError
from fraudmatch.site import load_site

ON = ("--on", "2030-01-01")


def run(*args: object) -> Result:
    return CliRunner().invoke(cli, [str(arg) for arg in args])


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """Two nights, the older one long past its time; no months are agreed."""
    folder = make_site(tmp_path / "site")
    publish_night(folder, (ONE,), "2026-03-31-second")
    for path in folder.glob("runs/*/manifest.json"):
        told = json.loads(path.read_text(encoding="utf-8")) | {"deliveries": [], "inputs": {}}
        path.write_text(json.dumps(told), encoding="utf-8")
    return folder


def agreed(site: Path, terms: str = "") -> None:
    with (site / "site.toml").open("a", encoding="utf-8") as file:
        file.write(f"\n[retention]\n{terms}\n")


def test_without_agreed_months_nothing_goes_and_dry_run_says_what_would(site: Path) -> None:
    refused = run("purge", site, *ON)
    assert isinstance(refused.exception, GateError)
    assert "no [retention]" in str(refused.exception)
    told = run("purge", site, "--dry-run", *ON)
    assert told.exit_code == 0
    assert "runs/2026-03-31-first  (runs: 12 months, since 2026-03-31)" in told.stdout
    assert "2026-03-31-second: is the newest night" in told.stdout
    assert "Nothing was removed" in told.stdout
    assert not (site / "purges").exists()
    assert (site / "runs" / "2026-03-31-first").is_dir()


def test_it_prints_the_certificate_and_then_finds_nothing(site: Path) -> None:
    agreed(site)
    done = run("purge", site, *ON, "--by", "R. Green")
    assert done.exit_code == 0, done.output
    assert done.stdout.startswith((site / "purges" / "0001.txt").read_text(encoding="utf-8"))
    assert "names no folder of backups" in done.stdout
    assert not (site / "runs" / "2026-03-31-first").exists()
    assert run("verify", site).exit_code == 0
    assert "Nothing is to be removed on 2030-01-01" in run("purge", site, *ON).stdout
    assert sorted(path.name for path in (site / "purges").iterdir()) == [
        "0001.json",
        "0001.txt",
        "first-seen.json",
    ]


def test_backups_that_still_have_it_are_listed_with_the_day_they_fall_away(
    site: Path, tmp_path: Path
) -> None:
    key, vault = tmp_path / "key", tmp_path / "vault"
    vault.mkdir()
    assert run("backup", "--new-key", key).exit_code == 0
    for path in site.glob("runs/*/manifest.json"):  # what a backup says of itself
        told = json.loads(path.read_text(encoding="utf-8")) | {"cases": 0}
        path.write_text(json.dumps(told), encoding="utf-8")
    assert run("backup", site, "--to", vault, "--key", key, "-q").exit_code == 0
    agreed(
        site, f'[backup]\nto = ["{vault.as_posix()}", "nowhere"]\nkey = "{key.as_posix()}"\nkeep_days = 35'
    )
    assert run("purge", site, *ON).exit_code == 0
    told = json.loads((site / "purges" / "0001.json").read_text(encoding="utf-8"))["backups"]
    assert [one["backup"] for one in told] == ["000001", "could not be listed; it may hold them"]
    assert told[0]["files"] >= 1
    assert told[0]["falls_away_from"] > told[0]["taken_at"][:10]


def test_a_clock_far_from_the_newest_night_is_not_believed(site: Path) -> None:
    agreed(site)
    path = site / "runs" / "2026-03-31-second" / "manifest.json"
    told = json.loads(path.read_text(encoding="utf-8")) | {"as_at": "2019-03-31"}
    path.write_text(json.dumps(told), encoding="utf-8")
    refused = run("purge", site)
    assert isinstance(refused.exception, GateError)
    assert "--on" in str(refused.exception)
    assert (site / "runs" / "2026-03-31-first").is_dir()


@pytest.mark.parametrize(
    "terms", ["runs = 0", "runs = -3", 'runs = "keep"', "decisions = 0", "year = 1", "[retention.data_set.nosuch]\nruns = 1"]
)  # fmt: skip
def test_months_that_cannot_be_meant_are_refused(site: Path, terms: str) -> None:
    agreed(site, terms)
    with pytest.raises(SiteError):
        load_site(site)


def test_a_site_without_a_night_has_nothing_to_purge(tmp_path: Path) -> None:
    (tmp_path / "site.toml").write_text(
        'name = "T"\n[retention]\n[[partner]]\nid = "northshire"\nname = "N"\n'
    )
    assert isinstance(run("purge", tmp_path).exception, RunError)
