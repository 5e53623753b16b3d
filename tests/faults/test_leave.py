"""A partner leaves: what it takes, what is left of it, and that a leave that dies anywhere is finished."""

from __future__ import annotations

import datetime as dt
import io
import json
import os
import shutil
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result
from stopping import KILLED, die, in_child
from three_nights import make_three_nights

from fraudmatch.accounts import Account, Accounts
from fraudmatch.audit import faults_in, open_run, run_ids
from fraudmatch.caselog import Act, CaseLog
from fraudmatch.cli import cli
from fraudmatch.errors import GateError, SiteError
from fraudmatch.exercise import run_night
from fraudmatch.ledger.whole import verify_site
from fraudmatch.outcomes.store import open_store
from fraudmatch.retention import left_partners, purge
from fraudmatch.retention.leaving import POINTS, remove_partner
from fraudmatch.retention.left import without_partner
from fraudmatch.retention.purge import POINTS as PURGE_POINTS
from fraudmatch.site import load_site

GONE, DAY = "cheltenham", dt.date(2026, 4, 2)
NOTE = "Rang Mr Quentin Nobodysuch"
WHO = ("--by", "R. Green", "--reason", "Notice 9", "--on", DAY.isoformat())


def run(*args: object) -> Result:
    return CliRunner().invoke(cli, [str(arg) for arg in args])


@pytest.fixture(scope="session")
def decided(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three nights, and a decision with words on a flag of each of two partners."""
    root = make_three_nights(tmp_path_factory.mktemp("leaving") / "site")
    flags = open_run(root / "runs").read("flags").to_pylist()
    for partner, note in ((GONE, NOTE), ("gloucestershire", "Another note")):
        key = next(row["flag_key"] for row in flags if row["left_partner"] == partner)
        done = run("outcomes", "record", root, key, "--outcome", "cleared", "--reason", "moved", "--minutes", "12", "--note", note, "--by", "A. Officer")  # fmt: skip
        assert done.exit_code == 0, done.output
        worked(root, partner, key, note)
    return root


def worked(root: Path, partner: str, flag: str, note: str) -> None:
    """Somebody of a partner noted something about a case and gave it away."""
    name, now = f"{partner[:4]}.officer", dt.datetime(2026, 4, 1, 9, tzinfo=dt.UTC)
    Accounts(load_site(root)).add(
        Account(name, "Ada Nobodyelse", partner, ("investigator",)),
        "three good words",
        by="root",
        recorded_at=now,
    )
    log = CaseLog(open_store(root / "outcomes.sqlite"))
    told = Act(flag[:16], (flag,), partner, name, "note", {}, note)
    log.add(told, key=f"{partner}-1", version=0, recorded_at=now)
    given = replace(told, kind="assigned", detail={"to": name}, note=None)
    log.add(given, key=f"{partner}-2", version=1, recorded_at=now)


@pytest.fixture
def site(decided: Path, tmp_path: Path) -> Path:
    root = tmp_path / "site"
    shutil.copytree(decided, root)
    return root


def own_values(root: Path) -> set[str]:
    """References of the partner that nobody else has."""
    rows = open_run(root / "runs").read("records").to_pylist()
    others = {row["source_ref"] for row in rows if row["partner"] != GONE}
    return {row["source_ref"] for row in rows if row["partner"] == GONE} - others


def holding(root: Path, words: set[str]) -> list[str]:
    """Tables, texts and the store with one of some words in them."""
    found = []
    for path in sorted(path for path in root.rglob("*") if path.is_file()):
        written = path.read_bytes()
        if written[:4] == b"PAR1":
            written = str(pq.read_table(io.BytesIO(written)).to_pylist()).encode()
        if any(word.encode() in written for word in words):
            found.append(path.relative_to(root).as_posix())
    return found


def test_a_partner_takes_what_is_its_own_and_nothing_else(site: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    before = sorted(path for path in site.rglob("*") if path.name != "outcomes.sqlite-journal")
    done = run("leave", site, GONE, "--out", out, *WHO)
    assert done.exit_code == 0, done.output
    assert sorted(path for path in site.rglob("*") if path.name != "outcomes.sqlite-journal") == before
    for path in (site / "deliveries" / GONE).iterdir():
        assert (out / "deliveries" / path.name).read_bytes() == path.read_bytes()
    rows = open_run(site / "runs").read("records").to_pylist()
    mine = [row for row in rows if row["partner"] == GONE]
    taken = [row for path in out.glob("records/*.parquet") for row in pq.read_table(path).to_pylist()]
    assert len(taken) == len(mine) > 100
    assert {(row["dataset"], row["source_ref"], row["surname"], row["postcode"]) for row in taken} == {
        (row["dataset"], row["source_ref"], row["surname"], row["postcode"]) for row in mine
    }
    assert "hours_weekly_hundredths" in pq.read_schema(out / "records" / "payroll.parquet").names
    theirs = {row["source_ref"] for row in rows if row["partner"] != GONE} - {
        row["source_ref"] for row in mine
    }
    copied = {name for name in holding(out, theirs) if not name.startswith(("reports/", "deliveries/"))}
    assert copied == set()
    (decision,) = json.loads((out / "decisions.json").read_text(encoding="utf-8"))
    assert decision["note"] == NOTE
    noted, given = json.loads((out / "acts.json").read_text(encoding="utf-8"))
    assert noted["note"] == NOTE and given["detail"] == {"to": "chel.officer"}
    (account,) = json.loads((out / "accounts.json").read_text(encoding="utf-8"))
    assert account["username"] == "chel.officer" and "argon2" not in str(account)
    assert "Another note" not in "".join(path.read_text(encoding="utf-8") for path in out.glob("*.*"))
    assert {one["partner"] for one in json.loads((out / "ledger.json").read_text(encoding="utf-8"))} == {GONE}
    told = json.loads((out / "certificate.json").read_text(encoding="utf-8"))
    assert set(told["files"]) == {
        path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file() and path.parent / path.stem != out / "certificate"
    }  # fmt: skip
    assert "Notice 9" not in run("audit", "list", site, "--json").stdout


def test_nothing_of_it_is_left_once_a_newer_night_is_in_force(site: Path, tmp_path: Path) -> None:
    mine = own_values(site)
    slot = (GONE, "housing_tenancy")
    assert run("withdraw", site, *slot, "--reason", "Sent in error", "--by", "R. Green").exit_code == 0
    assert len(holding(site, mine)) > 5
    done = run("leave", site, GONE, "--out", tmp_path / "out", *WHO, "--remove")
    assert done.exit_code == 0, done.output
    assert "is out of the site" in done.stdout
    newest = open_run(site / "runs")
    assert run_ids(site / "runs") == [newest.folder.name]
    assert faults_in(newest) == []
    assert all(name.startswith("runs/") for name in holding(site, mine))
    assert not any((site / name / GONE).exists() for name in ("deliveries", "accepted", "partners"))
    night = run_night(load_site(site), as_at=DAY)
    assert set(night.prepared.records["partner"].to_pylist()) == {"cotswold", "gloucestershire"}
    assert night.scored.flags.num_rows > 0
    loaded = load_site(site)
    assert purge(loaded, loaded.retention, DAY)
    assert holding(site, mine | {NOTE}) == []
    assert verify_site(loaded, night.run.folder.name).fault is None
    assert purge(loaded, loaded.retention, DAY) == []


def test_its_decisions_keep_what_is_counted_and_lose_their_words(site: Path, tmp_path: Path) -> None:
    before = {event.decision.partner: event for event in open_store(site / "outcomes.sqlite").events()}
    assert run("leave", site, GONE, "--out", tmp_path / "out", *WHO, "--remove").exit_code == 0
    after = {event.decision.partner: event for event in open_store(site / "outcomes.sqlite").events()}
    assert after["gloucestershire"] == before["gloucestershire"]
    was, now = before[GONE].decision, after[GONE].decision
    assert (now.note, now.decided_by, now.left_ref, now.right_ref) == (None, None, None, None)
    assert (now.flag_key, now.outcome, now.reason, now.minutes, now.basis) == (
        was.flag_key, was.outcome, was.reason, was.minutes, was.basis,
    )  # fmt: skip
    assert NOTE.encode() not in (site / "outcomes.sqlite").read_bytes()
    entry = next(one for one in json.loads(run("audit", "list", site, "--json").stdout)["entries"] if one["action"] == "decision.erased")  # fmt: skip
    assert entry["actor"] == "R. Green"
    assert run("audit", "verify", site).exit_code == 0


def test_what_its_people_did_keeps_what_is_counted_and_they_sign_in_no_more(
    site: Path, tmp_path: Path
) -> None:
    def acts() -> dict[tuple[str, str], Act]:
        events = CaseLog(open_store(site / "outcomes.sqlite")).events()
        return {(event.act.partner, event.act.kind): event.act for event in events}

    before = acts()
    assert run("leave", site, GONE, "--out", tmp_path / "out", *WHO, "--remove").exit_code == 0
    after = acts()
    assert set(after) == set(before)
    for key in (("gloucestershire", "note"), ("gloucestershire", "assigned")):
        assert after[key] == before[key]
    assert after[GONE, "note"] == replace(before[GONE, "note"], note=None, actor="erased")
    assert after[GONE, "assigned"].detail == {"to": "erased"} and after[GONE, "assigned"].actor == "erased"
    accounts = Accounts(load_site(site))
    gone, stays = accounts.find("chel.officer"), accounts.find("glou.officer")
    assert gone is not None and not gone.active and gone.display_name == "erased"
    assert accounts.who("chel.officer", "three good words") is None
    known = accounts.who("glou.officer", "three good words")
    assert stays is not None and known is not None and known.account == stays
    told = json.loads(run("audit", "list", site, "--json").stdout)["entries"]
    actions = [one["action"] for one in told]
    assert actions.count("case.erased") == 2 and actions.count("account.changed") == 3
    assert run("audit", "verify", site).exit_code == 0


def test_a_decision_altered_after_it_was_erased_is_found(site: Path, tmp_path: Path) -> None:
    import sqlite3

    assert run("leave", site, GONE, "--out", tmp_path / "out", *WHO, "--remove").exit_code == 0
    with sqlite3.connect(site / "outcomes.sqlite") as connection:
        connection.execute("DROP TRIGGER outcome_events_no_UPDATE")
        connection.execute(
            "UPDATE outcome_events SET outcome = 'error', reason = NULL WHERE partner = ?", (GONE,)
        )
    connection.close()
    assert run("audit", "verify", site).exit_code == 1


@pytest.mark.skipif(not hasattr(os, "fork"), reason="copies of a warm process need os.fork")
@pytest.mark.parametrize("point", POINTS)
def test_a_leave_that_dies_can_be_given_again_or_is_gone_on_with(site: Path, point: str) -> None:
    loaded = load_site(site)

    def stop(here: str) -> None:
        if here == point:
            die()

    assert in_child(lambda: remove_partner(loaded, GONE, DAY, by="R. Green", at=stop)) == KILLED
    loaded = load_site(site)
    assert (GONE in loaded.partner_ids) == (point != "out")
    assert verify_site(loaded, open_run(loaded.runs_folder).folder.name).fault is None
    if GONE in loaded.partner_ids:
        assert left_partners(loaded) == {}
        assert (site / "deliveries" / GONE).is_dir()
        assert purge(loaded, None, DAY) == []
        remove_partner(loaded, GONE, DAY, by="R. Green")
    else:
        purge(loaded, loaded.retention, DAY)
    assert not any((site / name / GONE).exists() for name in ("deliveries", "accepted", "partners"))
    assert NOTE.encode() not in (site / "outcomes.sqlite").read_bytes()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="copies of a warm process need os.fork")
@pytest.mark.parametrize("point", PURGE_POINTS)
def test_the_purge_of_one_who_left_is_finished_by_the_next(site: Path, point: str) -> None:
    loaded = load_site(site)
    assert in_child(lambda: remove_partner(loaded, GONE, DAY, by="R. Green", at=lambda here: die() if here == "out" else None)) == KILLED  # fmt: skip
    left = load_site(site)

    def stop(here: str) -> None:
        if here == point:
            die()

    assert in_child(lambda: purge(left, left.retention, DAY, at=stop)) == KILLED
    purge(left, left.retention, DAY)
    assert not any((site / name / GONE).exists() for name in ("deliveries", "accepted", "partners"))
    assert NOTE.encode() not in (site / "outcomes.sqlite").read_bytes()
    assert verify_site(left, open_run(left.runs_folder).folder.name).fault is None
    assert len(run_ids(left.runs_folder)) == 1
    assert not list(site.rglob("*.plan.json"))


def test_what_stands_against_it_is_named_and_nothing_is_changed(site: Path, tmp_path: Path) -> None:
    (site / "holds.toml").write_text(
        f'[[hold]]\npartner = "{GONE}"\nreason = "Claim"\nby = "Head of legal services"\nuntil = 2099-12-31\n'
    )
    with (site / "site.toml").open("a", encoding="utf-8") as file:
        file.write(
            f'[[override]]\nrule = "FM-CT-001"\npartner = "{GONE}"\noff = true\nby = "B"\non = 2026-03-01\nwhy = "W"\n'
        )
    before = (site / "site.toml").read_bytes()
    done = run("leave", site, GONE, "--out", tmp_path / "out", *WHO, "--remove")
    assert isinstance(done.exception, GateError)
    assert [problem.where for problem in done.exception.problems] == ["hold 1", "override 1"]
    assert (site / "site.toml").read_bytes() == before
    assert not (site / "purges").exists()
    assert len(run_ids(site / "runs")) == 3


@pytest.mark.parametrize("wrong", [("nosuch", "out"), (GONE, "site/inside")])
def test_what_cannot_be_meant_is_refused_before_anything(
    site: Path, tmp_path: Path, wrong: tuple[str, str]
) -> None:
    partner, folder = wrong
    assert run("leave", site, partner, "--out", tmp_path / folder, *WHO).exit_code == 2
    assert not (tmp_path / folder).exists()


def test_site_toml_without_a_partner_is_otherwise_the_same() -> None:
    text = 'name = "T" # why\n\n[[partner]]\nid = "a"\nname = "A [x]"\n\n[[partner]]  # second\nid = "b"\nname = "B"\n[limits]\n'
    assert (
        without_partner(text, "a")
        == 'name = "T" # why\n\n[[partner]]  # second\nid = "b"\nname = "B"\n[limits]\n'
    )
    assert (
        without_partner(text, "b")
        == 'name = "T" # why\n\n[[partner]]\nid = "a"\nname = "A [x]"\n\n[limits]\n'
    )
    with pytest.raises(SiteError):
        without_partner('name = "T"\npartner = [{id = "a", name = "A"}, {id = "b", name = "B"}]\n', "a")
