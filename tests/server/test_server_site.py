"""A site whose store is on a server: every command as with a file, moved there and back, and out of a backup."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from fraudmatch.audit import open_run
from fraudmatch.cli import cli
from fraudmatch.errors import BusyError, SiteError
from fraudmatch.place import Server
from fraudmatch.sample import generate
from fraudmatch.site import load_site


def run(*args: object) -> Result:
    return CliRunner().invoke(cli, [str(arg) for arg in args])


def good(*args: object) -> str:
    done = run(*args)
    assert done.exit_code in (0, 4), (done.output, done.exception)
    return done.stdout


def say_where(root: Path, place: Server) -> None:
    """The line in site.toml that puts the store on the server."""
    told = (root / "site.toml").read_text(encoding="utf-8")
    (root / "site.toml").write_text(f'store = "{place.name}"\n{told}', encoding="utf-8")


def say_nothing(root: Path) -> None:
    told = (root / "site.toml").read_text(encoding="utf-8")
    lines = [line for line in told.splitlines(keepends=True) if not line.startswith("store =")]
    (root / "site.toml").write_text("".join(lines), encoding="utf-8")


@pytest.fixture(scope="module")
def new(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("new") / "site"
    generate(root, people=1_000, seed=5)
    return root


def tables(root: Path) -> dict[str, str]:
    found = open_run(root / "runs").manifest["artefacts"]
    return {name: digest for name, digest in found.items() if name.startswith("tables/")}


@pytest.mark.slow
def test_nights_decisions_backups_and_the_ledger_with_the_store_on_a_server(
    new: Path, place: Server, tmp_path: Path
) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    for root in (here, there):
        shutil.copytree(new, root)
    say_where(there, place)
    for root in (here, there):
        good("run", root, "-q", "--as-at", "2026-03-31")
    assert tables(here) == tables(there) and not (there / "outcomes.sqlite").exists()
    flag = open_run(there / "runs").read("flags")["flag_key"][0].as_py()
    told = ("--outcome", "cleared", "--reason", "moved", "--by", "R. Green")
    for root in (here, there):
        good("outcomes", "record", root, flag, *told)
        good("run", root, "-q", "--as-at", "2026-04-01")
    states = [open_run(root / "runs").manifest["outcomes"] for root in (here, there)]
    assert states[0] == states[1] and states[0]["states"]["stays_cleared"] == 1
    kept = json.loads(good("outcomes", "list", there, "--json"))["outcomes"]
    assert [each["flag_key"] for each in kept] == [flag]
    assert "The ledger is whole" in good("audit", "verify", there)
    assert "same to the byte" in good("replay", there, "-q")
    assert flag[:8] in good("explain", there, flag)

    key, vault = tmp_path / "key", tmp_path / "vault"
    vault.mkdir()
    good("backup", "--new-key", key)
    good("backup", there, "--to", vault, "--key", key, "-q")
    good("backup", there, "--to", vault, "--key", key, "-q", "--decisions")
    assert "Drill passed" in good("drill", there, "--from", vault, "--key", key, "-q")
    back = tmp_path / "back"
    assert "is a file now" in good("restore", vault, back, "--key", key, "-q")
    refused = run("outcomes", "list", back)
    assert isinstance(refused.exception, SiteError) and "lies there too" in str(refused.exception)
    say_nothing(back)
    assert json.loads(good("outcomes", "list", back, "--json"))["outcomes"] == kept
    assert "The ledger is whole" in good("audit", "verify", back)


def test_a_site_moves_to_the_server_and_back_with_all_it_holds(
    new: Path, place: Server, tmp_path: Path
) -> None:
    root = tmp_path / "site"
    shutil.copytree(new, root)
    nowhere = run("outcomes", "move", root)
    assert isinstance(nowhere.exception, SiteError) and "does not say where" in str(nowhere.exception)
    good("run", root, "-q", "--as-at", "2026-03-31")
    flag = open_run(root / "runs").read("flags")["flag_key"][0].as_py()
    good("outcomes", "record", root, flag, "--outcome", "error", "--by", "R. Green")
    say_where(root, place)
    assert isinstance(run("run", root, "-q").exception, SiteError)
    said = good("outcomes", "move", root, "--by", "R. Green")
    assert "1 decisions and 3 entries" in said and "outcomes.sqlite.moved-1" in said
    assert "The ledger is whole: 4 entries" in good("audit", "verify", root)
    assert isinstance(run("outcomes", "move", root).exception, SiteError)  # there is no file any more
    good("run", root, "-q", "--as-at", "2026-04-01")
    assert open_run(root / "runs").manifest["outcomes"]["last_event"] == 1
    assert isinstance(run("outcomes", "move", root, "--back-from", place.name).exception, SiteError)
    say_nothing(root)
    assert "stays there" in good("outcomes", "move", root, "--back-from", place.name)
    assert "The ledger is whole" in good("audit", "verify", root)
    assert json.loads(good("outcomes", "list", root, "--json"))["outcomes"][0]["flag_key"] == flag
    assert load_site(root).outcomes_store == root / "outcomes.sqlite"


def test_the_store_is_not_moved_under_a_run(new: Path, place: Server, tmp_path: Path) -> None:
    root = tmp_path / "site"
    shutil.copytree(new, root)
    good("run", root, "-q", "--as-at", "2026-03-31")
    say_where(root, place)
    script = (
        "import sys; from pathlib import Path; from fraudmatch.locking import locked\n"
        "with locked(Path(sys.argv[1]), 'now'):\n    print('held', flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", script, str(root / "runs" / ".lock")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None and holder.stdin is not None
        assert holder.stdout.readline() == b"held\n"
        assert isinstance(run("outcomes", "move", root).exception, BusyError)
        holder.stdin.close()
    assert (root / "outcomes.sqlite").is_file()
