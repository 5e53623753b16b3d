"""Backup, drill and restore as somebody types them."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from fraudmatch.cli import cli
from fraudmatch.exercise import Night


def run(*args: object) -> Result:
    return CliRunner().invoke(cli, [str(arg) for arg in args])


@pytest.fixture
def site(night: Night, tmp_path: Path) -> Path:
    folder = tmp_path / "site"
    shutil.copytree(night.site.root, folder)
    (tmp_path / "elsewhere").mkdir()
    return folder


def test_from_the_key_to_a_site_on_another_machine(site: Path, tmp_path: Path) -> None:
    key, vault = tmp_path / "site.backup-key", tmp_path / "elsewhere"
    assert run("backup", "--new-key", key).exit_code == 0
    taken = run("backup", site, "--to", vault, "--key", key, "-q")
    assert taken.exit_code == 0, taken.output
    assert "Backup 000001" in taken.output
    assert run("backup", site, "--to", vault, "--key", key, "--decisions", "-q").exit_code == 0
    listed = run("backup", site, "--to", vault, "--key", key, "--list").output
    assert "000001" in listed
    assert "000002" in listed
    passed = run("drill", site, "--from", vault, "--key", key, "--json", "-q")
    assert passed.exit_code == 0, passed.output
    told = json.loads(passed.stdout)[0]
    assert told["backup"] == "000002"
    assert told["cases"] > 100
    back = run("restore", vault, tmp_path / "back", "--key", key, "-q")
    assert back.exit_code == 0, back.output
    assert "Every file was checked" in back.output
    assert run("report", tmp_path / "back", "--minutes", "600").exit_code == 0


def test_site_toml_may_name_folders_and_key(site: Path, tmp_path: Path) -> None:
    run("backup", "--new-key", tmp_path / "k")
    (tmp_path / "second").mkdir()
    with (site / "site.toml").open("a", encoding="utf-8") as file:
        file.write('\n[backup]\nto = ["../elsewhere", "../second"]\nkey = "../k"\nkeep_days = 35\n')
    taken = run("backup", site, "-q")
    assert taken.exit_code == 0, taken.output
    assert len(list((tmp_path / "elsewhere" / "backups").iterdir())) == 1
    assert len(list((tmp_path / "second" / "backups").iterdir())) == 1
    passed = run("drill", site, "-q")
    assert passed.exit_code == 0
    assert passed.output.count("Drill passed") == 2


def test_one_folder_missing_does_not_keep_the_other_from_its_backup(site: Path, tmp_path: Path) -> None:
    run("backup", "--new-key", tmp_path / "k")
    told = run(
        "backup",
        site,
        "--to",
        tmp_path / "gone",
        "--to",
        tmp_path / "elsewhere",
        "--key",
        tmp_path / "k",
        "-q",
    )
    assert told.exit_code == 1
    assert "is not there" in str(told.exception)
    assert (tmp_path / "elsewhere" / "backups" / "000001.age").is_file()


def test_what_is_lacking_is_said(site: Path, tmp_path: Path) -> None:
    assert "No folder for backups is named" in str(run("backup", site).exception)
    assert "No key for backups is named" in str(run("backup", site, "--to", tmp_path / "elsewhere").exception)
    run("backup", "--new-key", tmp_path / "k")
    with_key = ("--key", tmp_path / "k")
    assert "holds no backup" in str(run("drill", site, "--from", tmp_path / "elsewhere", *with_key).exception)
    failed = json.loads((site / "backups.json").read_text(encoding="utf-8"))["failed"]
    assert "holds no backup" in failed["why"]
    assert (
        "holds no backup" in run("backup", site, "--to", tmp_path / "elsewhere", *with_key, "--list").output
    )


def test_neither_key_nor_backups_lie_inside_the_site(site: Path, tmp_path: Path) -> None:
    run("backup", "--new-key", site / "k")
    told = run("backup", site, "--to", tmp_path / "elsewhere", "--key", site / "k")
    assert "lies inside the site" in str(told.exception)
    run("backup", "--new-key", tmp_path / "k")
    told = run("backup", site, "--to", site / "runs", "--key", tmp_path / "k")
    assert "lies inside the site" in str(told.exception)


def test_old_backups_go_and_the_newest_stays(site: Path, tmp_path: Path) -> None:
    from fraudmatch.backup import Vault, read_key, take_backup
    from fraudmatch.site import load_site

    run("backup", "--new-key", tmp_path / "k")
    vault = Vault(tmp_path / "elsewhere", read_key(tmp_path / "k"))
    for day in (1, 20):
        take_backup(load_site(site), vault, now=dt.datetime(2026, 1, day, tzinfo=dt.UTC))
    told = run(
        "backup", site, "--to", vault.folder, "--key", tmp_path / "k", "--keep-days", 30, "--decisions", "-q"
    )
    assert told.exit_code == 0, told.output
    assert "Removed 2 backups" in told.output
    assert vault.names() == ["000003"]
    assert run("drill", site, "--from", vault.folder, "--key", tmp_path / "k", "-q").exit_code == 0
