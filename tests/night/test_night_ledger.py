"""Whole nights and the ledger: the same bytes again, rules changed, and nights cut short."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import pytest

from fraudmatch.exercise import Night, run_night
from fraudmatch.ledger.chain import entries
from fraudmatch.ledger.entry import Entry
from fraudmatch.ledger.whole import verify_site
from fraudmatch.sample import generate
from fraudmatch.site import Site, load_site
from fraudmatch.store.file import transaction

OVERRIDE = """
[[override]]
rule = "FM-CT-001"
partner = "all"
off = true
by = "Hub analyst"
on = 2026-03-01
why = "Being rewritten."
"""


class CutError(Exception):
    """Stands for whatever ends a night."""


@pytest.fixture(scope="module")
def new(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small site without any night."""
    root = tmp_path_factory.mktemp("ledger") / "site"
    generate(root, people=1_000, seed=5)
    return root


@pytest.fixture(scope="module")
def first(new: Path, tmp_path_factory: pytest.TempPathFactory) -> Night:
    """The same after its first night; tests copy it."""
    root = tmp_path_factory.mktemp("first") / "site"
    shutil.copytree(new, root)
    return run_night(load_site(root))


def copy_of(root: Path, tmp_path: Path) -> Site:
    shutil.copytree(root, tmp_path / "site")
    return load_site(tmp_path / "site")


def reports(night: Night) -> dict[str, str]:
    return {
        path.relative_to(night.run.reports).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(night.run.reports.rglob("*"))
        if path.is_file()
    }


def ledger(site: Site) -> list[Entry]:
    with transaction(site.outcomes_store) as connection:
        return [Entry(*row) for row in entries(connection)]


def actions(site: Site) -> list[str]:
    return [entry.action.removeprefix("run.") for entry in ledger(site)]


def cut_at(stage: str, point: str):
    """A checkpoint that ends the night there."""

    def at(where: str, when: str) -> None:
        if (where, when) == (stage, point):
            raise CutError

    return at


def test_fresh_copies_and_the_same_night_again_give_the_same_bytes(
    first: Night, new: Path, tmp_path: Path
) -> None:
    site = copy_of(new, tmp_path)
    other = run_night(site)
    assert reports(other) == reports(first)
    again = run_night(site)
    assert reports(again) == reports(first)
    assert actions(site) == ["begun", "published"] * 2
    assert verify_site(site, again.run.folder.name).fault is None


def test_changed_rules_are_told_and_told_again(first: Night, tmp_path: Path) -> None:
    site = copy_of(first.site.root, tmp_path)
    with (site.root / "site.toml").open("a", encoding="utf-8") as file:
        file.write(OVERRIDE)
    changed = run_night(load_site(site.root))
    assert changed.run.folder.name != first.run.folder.name
    hub = (changed.run.reports / "index.html").read_text(encoding="utf-8")
    assert "RULES CHANGED" in hub
    assert "override of FM-CT-001 for all is new, by Hub analyst on 1 March 2026" in hub
    assert [entry.object for entry in ledger(site) if entry.action == "settings.changed"][-1:] == [
        "site.toml"
    ]
    bytes_then = reports(changed)
    again = run_night(load_site(site.root))
    assert reports(again) == bytes_then
    assert verify_site(site, again.run.folder.name).fault is None


@pytest.mark.parametrize("stage", ["score", "report", "seal"])
def test_a_night_gone_on_with_prints_what_it_would_have_printed(
    stage: str, first: Night, new: Path, tmp_path: Path
) -> None:
    site = copy_of(new, tmp_path)
    with pytest.raises(CutError):
        run_night(site, at=cut_at(stage, "committed"))
    done = run_night(site, resume=True)
    assert reports(done) == reports(first)
    assert verify_site(site, done.run.folder.name).fault is None


@pytest.mark.parametrize("point", ["begin", "mid", "durable", "committed"])
def test_a_night_cut_short_around_its_entry_is_published_and_entered(
    point: str, first: Night, new: Path, tmp_path: Path
) -> None:
    """Entry, then folder, then pointer."""
    site = copy_of(new, tmp_path)
    with pytest.raises(CutError):
        run_night(site, at=cut_at("publish", point))
    pointer = site.runs_folder / "latest.txt"
    assert ("published" in actions(site)) == (point != "begin")
    assert pointer.exists() == (point == "committed")
    done = run_night(site)
    assert reports(done) == reports(first)
    assert actions(site)[-1] == "published"
    assert verify_site(site, done.run.folder.name).fault is None


def test_where_the_ledger_takes_nothing_no_night_begins_and_the_last_one_stands(
    first: Night, tmp_path: Path
) -> None:
    import sqlite3

    from fraudmatch.errors import StoreError

    site = copy_of(first.site.root, tmp_path)
    connection = sqlite3.connect(site.outcomes_store)
    connection.execute(
        "CREATE TRIGGER full BEFORE INSERT ON ledger WHEN NEW.action = 'run.published'"
        " BEGIN SELECT RAISE(ABORT, 'no more'); END"
    )
    connection.close()
    with (site.root / "site.toml").open("a", encoding="utf-8") as file:
        file.write(OVERRIDE)
    with pytest.raises(StoreError, match="no more"):
        run_night(load_site(site.root))
    assert (site.runs_folder / "latest.txt").read_text(encoding="utf-8").strip() == first.run.folder.name
    assert actions(site)[-1] == "failed"
