"""Retention: what a purge removes, what it leaves, and that one that dies anywhere is finished by the next."""

from __future__ import annotations

import datetime as dt
import io
import json
import os
import shutil
import sqlite3
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from stopping import KILLED, die, in_child
from three_nights import CANARY, DAY, contents, make_three_nights

from fraudmatch.audit import faults_in, open_run, purged_from, run_ids
from fraudmatch.caselog import Act, CaseLog
from fraudmatch.caselog.log import Telling
from fraudmatch.errors import BusyError, GateError, SiteError
from fraudmatch.exercise import run_night
from fraudmatch.ledger.whole import verify_site
from fraudmatch.locking import locked
from fraudmatch.outcomes import Decision
from fraudmatch.outcomes.store import open_store
from fraudmatch.retention import Purged, due_in, purge, read_holds, unaccounted
from fraudmatch.retention.purge import POINTS
from fraudmatch.site import Site, load_site

HOLD = """
[[hold]]
{what}
reason = "Claim 12 of 2026 against A. Nobodysuch"
by = "Head of legal services"
until = {until}
"""


@pytest.fixture(scope="session")
def three(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_three_nights(tmp_path_factory.mktemp("three") / "site")


@pytest.fixture
def kept(three: Path, tmp_path: Path) -> Path:
    root = tmp_path / "kept"
    shutil.copytree(three, root)
    return root


def purged(root: Path, on: dt.date = DAY) -> list[Purged]:
    site = load_site(root)
    assert site.retention is not None
    return purge(site, site.retention, on, by="R. Green")


def paths(root: Path, on: dt.date = DAY) -> dict[str, str]:
    """Path -> kind of what is due."""
    site = load_site(root)
    assert site.retention is not None
    return {one.path: one.kind for one in due_in(site, site.retention, read_holds(site, on)).items}


def held(root: Path, what: str, until: str = "2099-12-31") -> None:
    (root / "holds.toml").write_text(HOLD.format(what=what, until=until), encoding="utf-8")


def sound(root: Path) -> None:
    """Every night is as its manifest says but for what was purged, which the ledger has; nothing is half done."""
    site = load_site(root)
    nights = run_ids(site.runs_folder)
    newest = open_run(site.runs_folder)
    assert verify_site(site, newest.folder.name).fault is None
    assert unaccounted(site, nights) == []
    assert [fault for name in nights for fault in faults_in(open_run(site.runs_folder, name))] == []
    assert not [path for path in root.rglob(".*") if path.name != ".lock"]
    assert not list(root.rglob("*.plan.json"))


def entries(root: Path, action: str) -> list[tuple[str, str]]:
    with sqlite3.connect(f"{(root / 'outcomes.sqlite').as_uri()}?mode=ro", uri=True) as connection:
        return connection.execute(
            "SELECT object, detail FROM ledger WHERE action = ? ORDER BY seq", (action,)
        ).fetchall()


def of_the_purge(root: Path) -> dict[str, str]:
    """What a site holds, without the head of the ledger, which tells of the clock."""
    told = contents(root)
    for name in [name for name in told if name.startswith("purges/0")]:
        path, kind = root / name, Path(name).suffix
        text = path.read_text(encoding="utf-8")
        without = {key: value for key, value in json.loads(text).items() if key != "ledger"} if kind == ".json" else [
            line for line in text.splitlines() if not line.startswith("Ledger")
        ]  # fmt: skip
        told[name] = json.dumps(without)
    return told


def test_what_is_past_its_time_goes_and_nothing_else(kept: Path) -> None:
    before = contents(kept)
    due = paths(kept)
    assert set(due.values()) == {"delivery", "copy", "sent_back", "night"}
    (done,) = purged(kept)
    after = contents(kept)
    nights = tuple(f"{name}/" for name, kind in due.items() if kind == "night")
    gone = {name for name in before if name in due or name.startswith(nights)}
    assert before.keys() - after.keys() == gone
    assert {name for name in before.keys() & after.keys() if before[name] != after[name]} == set()
    marked = {
        f"runs/{name}/purged.json" for name in run_ids(kept / "runs") if purged_from(kept / "runs" / name)
    }
    certificates = {f"purges/{name}" for name in ("0001.json", "0001.txt", "first-seen.json")}
    assert after.keys() - before.keys() == marked | certificates
    assert marked
    sound(kept)
    told = {one["sha256"] for one in done.certificate["removed"] if one["kind"] != "night"}
    assert told == {before[name] for name, kind in due.items() if kind != "night"}
    (night,) = [name for name, kind in due.items() if kind == "night"]
    files = done.certificate["files_of_nights"][Path(night).name]
    assert set(files) == {before[name] for name in gone if name.startswith(f"{night}/") and not name.endswith("manifest.json")}  # fmt: skip
    assert purged(kept) == []


@pytest.mark.skipif(not hasattr(os, "fork"), reason="copies of a warm process need os.fork")
@pytest.mark.parametrize("point", POINTS)
def test_a_purge_that_dies_is_finished_by_the_next(kept: Path, tmp_path: Path, point: str) -> None:
    golden = tmp_path / "golden"
    shutil.copytree(kept, golden)
    purged(golden)
    site = load_site(kept)
    newest = open_run(site.runs_folder)

    def stop(here: str) -> None:
        if here == point:
            die()

    assert site.retention is not None
    assert in_child(lambda: purge(site, site.retention, DAY, by="R. Green", at=stop)) == KILLED
    assert faults_in(newest) == []
    assert verify_site(site, newest.folder.name).fault is None
    assert all(open_run(site.runs_folder, name) for name in run_ids(site.runs_folder))
    done = purged(kept)
    assert [one.finished for one in done] == [POINTS.index(point) > POINTS.index("listed")]
    assert of_the_purge(kept) == of_the_purge(golden)
    sound(kept)
    assert len(entries(kept, "purge.begun")) == len(entries(kept, "purge.done")) == 1
    assert purged(kept) == []


@pytest.mark.skipif(not hasattr(os, "fork"), reason="copies of a warm process need os.fork")
def test_a_hold_written_after_a_purge_died_wins(kept: Path) -> None:
    site = load_site(kept)
    due = paths(kept)
    assert site.retention is not None
    assert in_child(lambda: purge(site, site.retention, DAY, at=lambda here: die() if here == "entered" else None)) == KILLED  # fmt: skip
    held(kept, 'partner = "cheltenham"\ndata_set = "payroll"')
    (done,) = purged(kept)
    assert all((kept / name).exists() for name, kind in due.items() if kind in ("delivery", "night"))
    assert {one["kind"] for one in done.certificate["spared"]} >= {"delivery", "night"}
    (kept / "holds.toml").unlink()
    purged(kept)
    assert not any((kept / name).exists() for name in due)
    sound(kept)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="copies of a warm process need os.fork")
def test_another_file_under_the_name_of_a_listed_one_stays(kept: Path) -> None:
    site = load_site(kept)
    (name,) = [name for name, kind in paths(kept).items() if kind == "delivery"]
    assert site.retention is not None
    assert in_child(lambda: purge(site, site.retention, DAY, at=lambda here: die() if here == "entered" else None)) == KILLED  # fmt: skip
    (kept / name).write_bytes(b"Account Ref\nA1\n")
    (done,) = purged(kept)
    assert (kept / name).read_bytes() == b"Account Ref\nA1\n"
    assert [one["kind"] for one in done.certificate["spared"]] == ["delivery"]


@pytest.mark.parametrize(
    ("what", "stay"),
    [
        ('partner = "cheltenham"', {"delivery", "copy", "night", "sent_back"}),
        ('data_set = "payroll"', {"delivery", "copy", "night", "sent_back"}),
        ('night = "{first}"', {"night"}),
        (f'partner = "cheltenham"\ndata_set = "payroll"\nreference = "{CANARY}"', {"delivery", "copy", "night"}),
        ('partner = "cheltenham"\ndata_set = "payroll"\nreference = "nobody"', {"delivery", "copy"}),
        ('partner = "cotswold"\ndata_set = "deaths"', set()),
    ],
)  # fmt: skip
def test_what_is_held_stays(kept: Path, what: str, stay: set[str]) -> None:
    due = paths(kept)
    first = next(Path(name).name for name, kind in due.items() if kind == "night")
    held(kept, what.replace("{first}", first))
    left = set(paths(kept).values())
    assert set(due.values()) - left == stay
    held(kept, what.replace("{first}", first), until="2026-10-31")
    assert paths(kept) == due


def test_a_faulty_hold_stops_everything(kept: Path) -> None:
    before = contents(kept)
    for wrong in (
        'partner = "nosuch"',
        'data_set = "nosuch"',
        'reference = "A1"',
        'night = "x"\npartner = "cotswold"',
        "",
    ):
        held(kept, wrong)
        with pytest.raises(SiteError):
            purged(kept)
    (kept / "holds.toml").unlink()
    assert contents(kept) == before


def test_certificate_and_ledger_have_no_value_and_no_reason(kept: Path) -> None:
    held(kept, f'partner = "cheltenham"\ndata_set = "payroll"\nreference = "{CANARY}"', until="2026-10-31")
    (done,) = purged(kept)
    assert done.certificate["holds"][0]["in_force"] is False
    text = "".join(path.read_text(encoding="utf-8") for path in (kept / "purges").iterdir())
    text += json.dumps(entries(kept, "purge.begun") + entries(kept, "purge.done"))
    for word in (CANARY, "Nobodysuch", "CBC_PAYROLL"):
        assert word not in text


def test_the_newest_night_and_a_file_no_night_has_read_stay_for_ever(kept: Path) -> None:
    new = kept / "deliveries" / "cheltenham" / "new.csv"
    new.write_bytes(b"A\n1\n")
    newest = open_run(kept / "runs")
    purged(kept, dt.date(2050, 1, 1))
    assert new.is_file()
    assert faults_in(newest) == []
    assert purged_from(newest.folder) == {}
    assert run_ids(kept / "runs") == [newest.folder.name]
    again = run_night(load_site(kept), as_at=dt.date(2026, 4, 1))
    assert again.prepared.records.num_rows > 300


def test_one_data_set_may_have_other_months(kept: Path) -> None:
    general = paths(kept, dt.date(2025, 12, 1))
    with (kept / "site.toml").open("a", encoding="utf-8") as file:
        file.write("[retention.data_set.payroll]\ndeliveries = 1\nruns = 1\n")
    due = paths(kept, dt.date(2025, 12, 1))
    assert general == {}
    assert set(due.values()) == {"copy", "delivery", "night"}


def test_an_unfinished_night_goes_and_a_finished_one_is_published_first(kept: Path) -> None:
    if not hasattr(os, "fork"):
        pytest.skip("copies of a warm process need os.fork")
    from stopping import stopping_at

    def killed(stage: str, point: str) -> None:
        at = stopping_at(stage, point, die)
        assert in_child(lambda: run_night(load_site(kept), as_at=dt.date(2026, 4, 30), at=at)) == KILLED

    killed("link", "begin")
    assert (kept / "runs" / ".building").is_dir()
    purged(kept)
    assert not (kept / "runs" / ".building").exists()
    killed("publish", "begin")
    with pytest.raises(GateError):
        purged(kept, dt.date(2030, 1, 1))
    run_night(load_site(kept), as_at=dt.date(2026, 4, 30))
    assert purged(kept, dt.date(2030, 1, 1))
    sound(kept)


def test_no_purge_while_a_night_runs(kept: Path) -> None:
    with locked(kept / "runs" / ".lock", "now"), pytest.raises(BusyError):
        in_child_raises(load_site(kept))


def in_child_raises(site: Site) -> None:
    """The lock is of a process: another one asks."""

    def ask() -> None:
        assert site.retention is not None
        try:
            purge(site, site.retention, DAY)
        except BusyError:
            raise SystemExit(75) from None

    if in_child(ask) == 75:
        raise BusyError("busy")


def test_a_mark_without_a_purge_is_told(kept: Path) -> None:
    site = load_site(kept)
    night = open_run(site.runs_folder).folder
    (night / "tables" / "sent_back.parquet").unlink()
    (night / "purged.json").write_text('{"tables/sent_back.parquet": "0001"}', encoding="utf-8")
    assert unaccounted(site, [night.name]) == [
        f"{night.name}/tables/sent_back.parquet is missing, and no purge that was entered removed it"
    ]
    purged(kept)
    assert len(unaccounted(site, [night.name])) == 1
    certificate = kept / "purges" / "0001.json"
    certificate.write_text(certificate.read_text(encoding="utf-8") + " ", encoding="utf-8")
    assert len(unaccounted(site, run_ids(site.runs_folder))) > 1


def holding(root: Path, word: str) -> list[str]:
    """Files with a word in their bytes, unpacked where they are packed, tables in their texts too."""
    found = []
    for path in sorted(path for path in root.rglob("*") if path.is_file()):
        written = path.read_bytes()
        if path.suffix == ".zst":
            written = pa.CompressedInputStream(io.BytesIO(written), "zstd").read()
        elif path.suffix == ".parquet" or (path.parent.name == "inputs" and written[:4] == b"PAR1"):
            written += str(pq.read_table(io.BytesIO(written)).to_pylist()).encode()
        if word.encode() in written:
            found.append(path.relative_to(root).as_posix())
    return found


def test_a_record_that_left_is_in_no_byte_once_its_time_is_over(kept: Path) -> None:
    assert len(holding(kept, CANARY)) > 3
    purged(kept)
    left = holding(kept, CANARY)
    assert left
    newest = open_run(kept / "runs").folder.name
    assert all(name.startswith((f"runs/{newest}/inputs/", "accepted/", "runs/2026-01")) for name in left), (
        left
    )
    run_night(load_site(kept), as_at=dt.date(2027, 4, 30))
    purged(kept, dt.date(2027, 5, 1))
    assert holding(kept, CANARY) == []
    sound(kept)


def test_words_of_acts_about_cases_go_with_those_of_decisions(kept: Path) -> None:
    log = CaseLog(open_store(kept / "outcomes.sqlite"))
    told = Act("ab" * 8, ("ab" * 16,), "cheltenham", "ada", "note", {}, "Rang Mr Quentin Nobodysuch")
    log.add(told, key="one", version=0, recorded_at=dt.datetime(2026, 3, 31, 9, tzinfo=dt.UTC))
    assert "act" not in paths(kept, dt.date(2030, 1, 1)).values()
    with (kept / "site.toml").open("a", encoding="utf-8") as file:
        file.write("decisions = 24\n")
    assert "act" not in paths(kept, dt.date(2028, 3, 30)).values()
    assert paths(kept, dt.date(2028, 3, 31))["act 1"] == "act"
    site = load_site(kept)
    done = purge(site, site.retention, dt.date(2028, 3, 31), by="R. Green")[-1]
    assert "act 1" in {one["content"] for one in done.certificate["removed"]}
    assert "acts about cases" in (kept / "purges" / f"{done.number}.txt").read_text(encoding="utf-8")
    (event,) = log.events()
    assert (event.act.kind, event.act.note, event.act.actor) == ("note", None, "erased")
    assert b"Nobodysuch" not in (kept / "outcomes.sqlite").read_bytes()
    assert verify_site(site, open_run(site.runs_folder).folder.name).fault is None


@pytest.mark.skipif(not hasattr(os, "fork"), reason="copies of a warm process need os.fork")
@pytest.mark.parametrize("point", ["entered", "decisions", "erased"])
def test_a_purge_that_dies_between_words_of_decisions_and_of_acts_is_finished(kept: Path, point: str) -> None:
    log, told_at = CaseLog(open_store(kept / "outcomes.sqlite")), dt.datetime(2026, 3, 31, 9, tzinfo=dt.UTC)
    told = Decision(
        "ab" * 16, "FM-CT-001", "cheltenham", "error", dt.date(2026, 3, 31), note="Rang Nobodysuch"
    )
    act = Act("ab" * 8, ("ab" * 16,), "cheltenham", "ada", "decided", {}, "Rang Nobodysuch")
    log.add(act, key="one", version=0, recorded_at=told_at, tells=[Telling(told, None)])
    with (kept / "site.toml").open("a", encoding="utf-8") as file:
        file.write("decisions = 24\n")
    site, day = load_site(kept), dt.date(2028, 3, 31)

    def stop(here: str) -> None:
        if here == point:
            die()

    assert in_child(lambda: purge(site, site.retention, day, by="R. Green", at=stop)) == KILLED
    notes = {"entered": 2, "decisions": 1, "erased": 0}
    assert (log.store.events()[0].decision.note, log.events()[0].act.note).count("Rang Nobodysuch") == notes[
        point
    ]
    assert verify_site(site, open_run(site.runs_folder).folder.name).fault is None
    assert purge(site, site.retention, day, by="R. Green")[0].finished
    assert (log.store.events()[0].decision.note, log.events()[0].act.note) == (None, None)
    assert [len(entries(kept, f"{what}.erased")) for what in ("decision", "case")] == [1, 1]
    assert b"Nobodysuch" not in (kept / "outcomes.sqlite").read_bytes()
    assert verify_site(site, open_run(site.runs_folder).folder.name).fault is None


def test_words_of_decisions_go_after_their_months_and_a_hold_keeps_them(kept: Path) -> None:
    flag = open_run(kept / "runs").read("flags").slice(0, 1).to_pylist()[0]
    decision = Decision(
        flag["flag_key"], flag["rule_id"], flag["left_partner"], "cleared", dt.date(2026, 3, 31), reason="moved",
        decided_by="A. Officer", note="Rang Mr Nobodysuch",
    )  # fmt: skip
    store = open_store(kept / "outcomes.sqlite")
    store.record(
        decision, key="record:one", supersedes=None, recorded_at=dt.datetime(2026, 4, 1, tzinfo=dt.UTC)
    )
    assert "decision" not in paths(kept, dt.date(2030, 1, 1)).values()
    with (kept / "site.toml").open("a", encoding="utf-8") as file:
        file.write("decisions = 24\n")
    assert "decision" not in paths(kept, dt.date(2028, 3, 30)).values()
    assert paths(kept, dt.date(2028, 3, 31))["decision 1"] == "decision"
    held(kept, f'partner = "{flag["left_partner"]}"')
    assert "decision 1" not in paths(kept, dt.date(2028, 3, 31))
    (kept / "holds.toml").unlink()
    (done,) = purged(kept, dt.date(2028, 3, 31))
    assert "decision 1" in {one["content"] for one in done.certificate["removed"]}
    assert b"Nobodysuch" not in (kept / "outcomes.sqlite").read_bytes()
    (event,) = open_store(kept / "outcomes.sqlite").events()
    assert (event.decision.outcome, event.decision.note) == ("cleared", None)
    sound(kept)


SHARED = """
[deaths]
fields = ["source_ref"]
retention_months = 12
"""


@pytest.mark.parametrize("note_is_gone", [False, True])
def test_an_extract_that_may_stand_no_longer_goes(kept: Path, note_is_gone: bool) -> None:
    (kept / "partners" / "gloucestershire" / "sharing.toml").write_text(SHARED, encoding="utf-8")
    assert "accepted" not in paths(kept, dt.date(2026, 9, 29)).values()
    day = dt.date(2026, 9, 30)
    going = [kept / name for name, kind in paths(kept, day).items() if kind == "accepted"]
    assert {path.parent.name for path in going} == {"deaths"}
    if note_is_gone:  # a purge died between the two files of an extract
        if not hasattr(os, "fork"):
            pytest.skip("copies of a warm process need os.fork")
        site = load_site(kept)
        assert in_child(lambda: purge(site, site.retention, day, at=lambda here: die() if here == "entered" else None)) == KILLED  # fmt: skip
        next(path for path in going if path.suffix == ".json").unlink()
    purged(kept, day)
    assert not any(path.exists() for path in going)
    assert list((kept / "accepted").rglob("*.parquet"))
    sound(kept)
