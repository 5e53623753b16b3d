"""The command, and the site committed in sample_data."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from click.testing import CliRunner

from fraudmatch.cli.sample import command
from fraudmatch.errors import SiteError
from fraudmatch.sample import generate

COMMITTED = Path(__file__).parents[3] / "sample_data"


def test_the_command_writes_a_site(tmp_path: Path) -> None:
    made = CliRunner().invoke(command, ["--people", "1000", "--seed", "2", "--out", str(tmp_path / "s")])
    assert made.exit_code == 0
    assert made.stdout == ""
    assert "planting cases" in made.stderr
    assert (tmp_path / "s" / "site.toml").is_file()


def test_quiet_is_quiet(tmp_path: Path) -> None:
    made = CliRunner().invoke(command, ["--people", "1000", "--out", str(tmp_path / "s"), "--quiet"])
    assert made.exit_code == 0
    assert made.output == ""


def test_a_full_folder_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "kept.txt").write_text("mine")
    made = CliRunner().invoke(command, ["--people", "1000", "--out", str(tmp_path)])
    assert isinstance(made.exception, SiteError)
    assert [path.name for path in tmp_path.iterdir()] == ["kept.txt"]


@pytest.fixture(scope="module")
def made_again(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("committed")
    generate(folder, people=20_000, seed=1)
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    """Files whose bytes no compressor or library version has a hand in; others by name alone."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            content = path.read_bytes()
            content = gzip.decompress(content) if path.suffix == ".gz" else content
            plain = path.suffix not in (".xlsx", ".parquet")
            found[str(path.relative_to(folder))] = content if plain else b""
    return found


def test_the_committed_site_is_what_the_command_writes(made_again: Path) -> None:
    kept = {k: v for k, v in contents(COMMITTED).items() if not k.startswith("runs")}
    assert kept == contents(made_again)


def test_the_committed_site_is_small() -> None:
    files = [p for p in COMMITTED.rglob("*") if p.is_file() and "runs" not in p.parts]
    assert sum(path.stat().st_size for path in files) < 10_000_000
