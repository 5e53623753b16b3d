"""What `fraudmatch run` ends with, and the page it leaves for the morning."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from fraudmatch.cli import cli
from fraudmatch.errors import SiteError
from fraudmatch.exercise import run_night
from fraudmatch.sample import generate
from fraudmatch.site import load_site


def run(*args: object) -> Result:
    return CliRunner().invoke(cli, ["run", *(str(arg) for arg in args)])


def page(site: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((site / "runs" / "morning.json").read_text(encoding="utf-8"))
    return found


@pytest.fixture(scope="module")
def uneven(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site with one night, and then a delivery that is refused and one that did not come again."""
    root = tmp_path_factory.mktemp("uneven") / "site"
    generate(root, people=1_000, seed=5)
    run_night(load_site(root))
    deliveries = sorted((root / "deliveries").glob("*/*.csv"))
    deliveries[0].unlink()
    deliveries[1].write_bytes(b"\x00\x01 nothing that can be read")
    return root


@pytest.fixture
def site(uneven: Path, tmp_path: Path) -> Path:
    shutil.copytree(uneven, tmp_path / "site")
    return tmp_path / "site"


def test_a_scheduler_is_told_of_what_it_asked_for(site: Path) -> None:
    refused, missing = "deliveries are held or refused", "of some extracts nothing new came"
    unproved = "no backup was proved in time"
    for asked, code, causes in (
        ([], 4, [refused]),
        (["nothing"], 0, []),
        (["missing"], 4, [missing]),
        (["backup"], 4, [unproved]),
        (["held", "missing", "backup"], 4, [refused, missing, unproved]),
    ):
        options = [part for name in asked for part in ("--fail-on", name)]
        done = run(
            site, "-q", "--resume", "--as-at", "2026-04-01", *options
        )  # the same night again, which takes a moment
        assert done.exit_code == code, (asked, done.output, done.exception)
        told = page(site)
        assert (told["exit_code"], told["causes"]) == (code, causes)
        assert all(cause in told["headline"] for cause in causes)
        assert bool(told["to_do"]) == bool({refused, missing} & set(causes))
        assert told["headline"] in (site / "runs" / "morning.html").read_text(encoding="utf-8")


def test_a_site_whose_file_has_faults_gets_its_page_too(site: Path) -> None:
    (site / "site.toml").write_text("name = [", encoding="utf-8")
    done = run(site, "-q")
    assert isinstance(done.exception, SiteError)
    told = page(site)
    assert told["exit_code"] == 2 and "site.toml" in told["failure"] and told["in_force"]
    assert "could not begin" in told["headline"]


def test_what_run_cannot_fail_on_is_refused(site: Path) -> None:
    assert run(site, "--fail-on", "rain").exit_code == 2
