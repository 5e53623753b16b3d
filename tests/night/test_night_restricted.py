"""Fifty people of the sample are put on their councils' lists (threat T24): nothing that everybody reads holds a word of them, and
the nominated officers see every one of them.
"""

from __future__ import annotations

import datetime as dt
import json
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from canaries import texts_of
from click.testing import CliRunner, Result
from restricting import plant, values_alone, write_list

from fraudmatch.cli import cli
from fraudmatch.errors import FraudmatchError, GateError, SiteError
from fraudmatch.exercise import run_night
from fraudmatch.kept import Kept, read_night
from fraudmatch.nights import changes_between, read_two
from fraudmatch.outcomes import references
from fraudmatch.replay import replay
from fraudmatch.shipped import shipped
from fraudmatch.site import load_site

MANY = 50


@dataclass(frozen=True)
class Planted:
    """A site with a night from before there were lists, and one after.

    Attributes:
        people: the listed records, each with its flag. values: what could be read of restricted records alone.
    """

    root: Path
    before: Kept
    night: Kept
    people: list[dict[str, Any]]
    values: set[str]

    def there(self, texts: Iterator[tuple[str, str]]) -> set[str]:
        """Which of the values stand in any of these texts."""
        whole = "\n".join(text for _, text in texts)
        return {value for value in self.values if value in whole}


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Planted:
    root = tmp_path_factory.mktemp("restricted") / "site"
    shutil.copytree(shipped("sample_data"), root)
    run_night(load_site(root))
    before = read_night(load_site(root))
    people = plant(root, before, MANY)
    assert run("run", root).exit_code == 0
    night = read_night(load_site(root))
    return Planted(root, before, night, people, values_alone(night))


def run(*args: object) -> Result:
    return CliRunner().invoke(cli, [str(arg) for arg in args])


def everybody(folder: Path) -> Iterator[tuple[str, str]]:
    """The words of a night that go to everybody: reports, morning page, manifest, and tables without private ones and records."""
    yield from texts_of(folder / "reports")
    for name in ("morning.txt", "morning.html", "morning.json", "metrics.prom"):
        yield name, (folder.parent / name).read_text(encoding="utf-8")
    yield "manifest", (folder / "manifest.json").read_text(encoding="utf-8")


def test_reports_hold_no_word_of_them_and_would_have(planted: Planted) -> None:
    assert len(planted.people) == MANY and len(planted.values) > MANY
    assert planted.there(everybody(planted.night.run.folder)) == set()
    had = planted.there(everybody(planted.before.run.folder))
    references_ = {record["source_ref"] for record in planted.people} & planted.values
    assert len(references_) > 40 and references_ <= had


def test_every_one_of_them_is_in_the_queue_of_its_council(planted: Planted) -> None:
    site, seen = load_site(planted.root), Counter()
    for partner in site.partner_ids:
        kept = read_night(site, nominated=partner)
        rows = {row["flag_key"]: row for row in kept.flags.to_pylist()}
        in_cases = set(kept.case_flags["flag_key"].to_pylist())
        for record in planted.people:
            row = rows.get(record["flag_key"])
            if row is not None and record["flag_key"] in in_cases:
                assert record["partner"] == partner
                assert (
                    kept.prepared.records["source_ref"][record["record_id"]].as_py() == record["source_ref"]
                )
                seen[record["flag_key"]] += 1
        assert set(kept.cases["owner"].to_pylist()) <= {partner}
    assert len(seen) == MANY and set(seen.values()) == {1}


def test_no_flag_is_lost(planted: Planted) -> None:
    before = set(planted.before.flags["flag_key"].to_pylist())
    ordinary = set(planted.night.flags["flag_key"].to_pylist())
    told = planted.night.run.manifest["restricted"]
    run_ = planted.night.run
    restricted = set(run_.read("restricted_flags")["flag_key"].to_pylist())
    assert ordinary | restricted == before and not ordinary & restricted
    assert told["listed"] == MANY and told["flags"] == len(restricted) >= MANY and told["without_record"] == 0
    for name in ("held", "members", "evidence", "overruled"):
        whole = pq.read_table(planted.before.run.tables / f"{name}.parquet").num_rows
        assert run_.read(name).num_rows + run_.read(f"restricted_{name}").num_rows == whole


def test_tables_of_restricted_flags_are_for_the_owner_of_the_files_alone(planted: Planted) -> None:
    private = list(planted.night.run.tables.glob("restricted*.parquet"))
    assert len(private) == 9 and {path.stat().st_mode & 0o777 for path in private} == {0o600}


def test_the_run_says_how_many_and_nothing_more(planted: Planted) -> None:
    said = run("run", planted.root, "--as-at", "2026-03-31").output
    told = planted.night.run.manifest["restricted"]
    assert f"{MANY} records on the lists of restricted people: {told['flags']} flags" in said
    assert not {value for value in planted.values if value in said}


def test_nobody_who_explains_packs_tries_or_measures_sees_them(planted: Planted, tmp_path: Path) -> None:
    root, flag = planted.root, planted.people[0]["flag_key"]
    row = next(row for row in planted.before.flags.to_pylist() if row["flag_key"] == flag)
    ids = pc.cast([row["left_id"], row["right_id"]], "uint32")
    left, right = references(planted.before.prepared.records, ids).to_pylist()
    assert "0 flags" in run("explain", root, flag).output
    said = run("explain", root, left, right)
    assert isinstance(said.exception, GateError) and "nominated officer" in str(said.exception)
    said = run("explain", root, left, right, "--rule", row["rule_id"])
    assert isinstance(said.exception, GateError)
    assert isinstance(
        run("pack", root, flag, "--out", tmp_path / "pack").exception, FraudmatchError | SystemExit
    )
    told = [run("rules", "try", row["rule_id"], root).output]
    assert run("report", root, "--out", tmp_path / "again").exit_code == 0
    assert (
        run("pack", root, "--for", row["left_partner"], "--best", 20, "--out", tmp_path / "best").exit_code
        == 0
    )
    assert run("evaluate", root, "--plan-review", 60, "--out", tmp_path / "sample.csv").exit_code == 0
    texts = [*texts_of(tmp_path), *(("printed", text) for text in told)]
    assert len(texts) > 60 and planted.there(iter(texts)) == set()


def test_reports_made_again_are_the_same_bytes(planted: Planted, tmp_path: Path) -> None:
    assert run("report", planted.root, "--out", tmp_path / "again").exit_code == 0
    made, then = tmp_path / "again", planted.night.run.reports
    names = sorted(path.relative_to(then) for path in then.rglob("*") if path.is_file())
    assert names and all((made / name).read_bytes() == (then / name).read_bytes() for name in names)


def test_the_night_can_be_made_again_with_its_lists(planted: Planted, tmp_path: Path) -> None:
    made = replay(load_site(planted.root), planted.night.run.folder.name, tmp_path / "again")
    assert made.differ == made.missing == made.more == ()


def test_the_page_of_the_night_says_why_flags_are_gone(planted: Planted) -> None:
    tonight, before = read_two(
        planted.root / "runs", planted.night.run.folder.name, planted.before.run.folder.name
    )
    changes = changes_between(tonight, before)
    assert (
        changes.gone == {"restricted": planted.night.run.manifest["restricted"]["flags"]} and not changes.new
    )


def test_who_came_onto_a_list_after_the_night_is_hidden_from_then_on(
    planted: Planted, tmp_path: Path
) -> None:
    root = tmp_path / "site"
    shutil.copytree(planted.root, root)
    (root / "runs" / "latest.txt").write_text(planted.before.run.folder.name + "\n", encoding="utf-8")
    kept = read_night(load_site(root))
    assert kept.run.folder.name == planted.before.run.folder.name
    assert set(kept.flags["flag_key"].to_pylist()) == set(planted.night.flags["flag_key"].to_pylist())
    gone = {record["flag_key"] for record in planted.people}
    assert not gone & set(kept.case_flags["flag_key"].to_pylist())
    assert run("report", root, "--out", tmp_path / "again").exit_code == 0
    assert planted.there(texts_of(tmp_path / "again")) == set()


def test_a_flag_on_restricted_records_of_two_councils_is_shown_to_nobody(tmp_path: Path) -> None:
    root = tmp_path / "site"
    shutil.copytree(shipped("sample_data"), root)
    night = run_night(load_site(root))
    kept = read_night(load_site(root))
    row = next(
        one for one in kept.flags.to_pylist() if one["right_partner"] not in (None, one["left_partner"])
    )
    rows = {
        row[f"{side}_partner"]: kept.prepared.records.slice(row[f"{side}_id"], 1).to_pylist()[0]
        for side in ("left", "right")
    }
    for partner, record in rows.items():
        write_list(root, partner, [(record["dataset"], record["source_ref"])])
    again = run_night(load_site(root))
    assert again.run.folder.name != night.run.folder.name
    told = again.run.manifest["restricted"]
    assert told["listed"] == 2 and told["for_nobody"] >= 1
    for partner in (None, *load_site(root).partner_ids):
        seen = read_night(load_site(root), nominated=partner)
        assert row["flag_key"] not in seen.flags["flag_key"].to_pylist()
    assert "nobody sees" in run("run", root).output


def test_a_list_with_faults_stops_the_night_and_every_reader(planted: Planted, tmp_path: Path) -> None:
    root = tmp_path / "site"
    shutil.copytree(planted.root, root)
    (root / "partners" / "cotswold" / "restricted.csv").write_text("reference\n1\n", encoding="utf-8")
    for command in (
        ("run", root, "--as-at", dt.date(2026, 4, 1)),
        ("report", root, "--out", tmp_path / "out"),
        ("check", root),
    ):
        assert isinstance(run(*command).exception, SiteError), command
    assert not (tmp_path / "out").exists()
    assert (root / "runs" / "latest.txt").read_text().strip() == planted.night.run.folder.name


def test_check_names_lines_that_fit_no_record_and_no_reference(planted: Planted, tmp_path: Path) -> None:
    root = tmp_path / "site"
    shutil.copytree(planted.root, root, ignore=shutil.ignore_patterns("runs"))
    write_list(root, "cotswold", [("council_tax", "NOBODY-1")])
    said = CliRunner().invoke(cli, ["check", str(root)])
    assert "cotswold/restricted.csv, row 2: no record" in said.stderr and "NOBODY-1" not in said.output
    told = json.loads(CliRunner().invoke(cli, ["check", str(root), "--json"]).stdout)
    assert told["restricted_without_record"] == ["cotswold/restricted.csv, row 2"]


def test_who_asks_what_is_held_about_oneself_is_told_of_restricted_flags_too(
    planted: Planted, tmp_path: Path
) -> None:
    record = planted.people[0]
    name = f"{record['partner']}:{record['dataset']}:{record['source_ref']}"
    who = ("--reference", name, "--by", "R. Green", "--reason", "Request 17", "--person", 1)
    done = run("subject", planted.root, *who, "--out", tmp_path / "told")
    assert done.exit_code == 0, done.output
    assert any(record["flag_key"] in text for _, text in texts_of(tmp_path / "told"))
