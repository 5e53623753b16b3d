"""Past nights made again from what they kept, after deliveries, rules and decisions have changed."""

from __future__ import annotations

import datetime as dt
import hashlib
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pytest

from fraudmatch import manifest
from fraudmatch import replay as replaying
from fraudmatch.audit import open_run
from fraudmatch.errors import GateError, StoreError
from fraudmatch.exercise import run_night
from fraudmatch.kept import flag_in_newest_night
from fraudmatch.outcomes import Decision
from fraudmatch.outcomes.store import open_store
from fraudmatch.replay import Replayed, replay
from fraudmatch.sample import generate
from fraudmatch.scratch import scratch_folder
from fraudmatch.site import Site, load_site
from fraudmatch.steps import made_from, reporting

DAYS = [dt.date(2026, 3, 31), dt.date(2026, 4, 1), dt.date(2026, 4, 2)]
NOW = dt.datetime(2026, 4, 3, 9, tzinfo=dt.UTC)
OVERRIDE = """
[[override]]
rule = "FM-CT-001"
partner = "all"
off = true
by = "Hub analyst"
on = 2026-03-01
why = "Being rewritten."
"""


@dataclass(frozen=True)
class History:
    """A site after three nights; their ids in order."""

    root: Path
    runs: tuple[str, ...]


def decide(site: Site, place: int, on: dt.date) -> None:
    flag = open_run(site.runs_folder).read("flags")["flag_key"][place].as_py()
    store = open_store(site.outcomes_store)
    ((seen,), _) = flag_in_newest_night(site, flag, store.secret)
    told = Decision(
        flag, seen.rule_id, seen.partner, "cleared", on, reason="moved", decided_by="an officer", basis=seen.basis,
        left_ref=seen.left_ref, right_ref=seen.right_ref, rule_version=seen.rule_version,
    )  # fmt: skip
    store.record(told, key=f"{flag} {place}", recorded_at=NOW, supersedes=None)


def cut_last_row(file: Path) -> None:
    lines = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(b"".join(lines[:-1]))


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> History:
    """Deliveries, rules, mappings and decisions change between the nights, and after the last one."""
    root = tmp_path_factory.mktemp("history") / "site"
    generate(root, people=1_000, seed=7)
    deliveries = sorted((root / "deliveries").glob("*/*.csv"))
    ids = [run_night(load_site(root), as_at=DAYS[0]).run.folder.name]
    for place in range(3):
        decide(load_site(root), place, DAYS[0])
    for file in deliveries[:4]:
        cut_last_row(file)
    (root / "site.toml").write_text((root / "site.toml").read_text("utf-8") + OVERRIDE, encoding="utf-8")
    ids.append(run_night(load_site(root), as_at=DAYS[1]).run.folder.name)
    decide(load_site(root), 5, DAYS[0])  # told late: it must not count in the nights before
    deliveries[0].unlink()
    cut_last_row(deliveries[1])
    mapping = sorted((root / "partners").glob("*/*.toml"))[0]
    mapping.write_text(mapping.read_text("utf-8") + "\n# looked at again\n", encoding="utf-8")
    ids.append(run_night(load_site(root), as_at=DAYS[2]).run.folder.name)
    shutil.rmtree(root / "deliveries")
    return History(root, tuple(ids))


@pytest.fixture
def site(history: History, tmp_path: Path) -> Site:
    """A copy that a test may change."""
    shutil.copytree(history.root, tmp_path / "site")
    return load_site(tmp_path / "site")


def again(site: Site, run_id: str, **wanted: object) -> Replayed:
    with scratch_folder(site.root.parent) as folder:
        return replay(site, run_id, folder, **wanted)  # type: ignore[arg-type]


def content(root: Path) -> dict[str, str]:
    return {
        path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in root.rglob("*")
        if path.is_file()
    }


@pytest.mark.parametrize(("night", "threads"), [(0, 1), (0, 2), (1, 2), (2, 2)])
def test_every_past_night_comes_out_the_same_to_the_byte(history: History, night: int, threads: int) -> None:
    site, before = load_site(history.root), content(history.root)
    done = again(site, history.runs[night], threads=threads)
    assert done.is_same and not done.altered
    published = open_run(site.runs_folder, history.runs[night]).manifest["artefacts"]
    assert set(done.same) == set(published)
    assert content(history.root) == before  # it looks, and changes nothing


def test_the_nights_differ_so_that_the_comparison_means_something(history: History) -> None:
    nights = [open_run(history.root / "runs", run_id) for run_id in history.runs]
    for table, how_many in (("records", 3), ("deliveries", 3), ("flags", 2), ("attached", 2)):
        digests = {night.manifest["artefacts"][f"tables/{table}.parquet"] for night in nights}
        assert len(digests) >= how_many, table


def test_what_came_unchanged_is_kept_once(history: History) -> None:
    first, second = (history.root / "runs" / run_id / made_from.FOLDER for run_id in history.runs[:2])
    shared = {path.name for path in first.iterdir()} & {path.name for path in second.iterdir()}
    assert len(shared) > 10
    assert all((first / name).samefile(second / name) for name in shared)


def test_a_file_that_is_gone_or_was_changed_is_named(site: Site, history: History) -> None:
    run = open_run(site.runs_folder, history.runs[0])
    gone, changed = [name for name in run.manifest["inputs"] if name.startswith("deliveries/")][:2]
    kept = run.folder / made_from.FOLDER
    (kept / f"{run.manifest['inputs'][gone]}.zst").unlink()
    (kept / f"{run.manifest['inputs'][changed]}.zst").write_bytes(b"something else")
    with pytest.raises(GateError) as caught:
        again(site, history.runs[0])
    assert [problem.where for problem in caught.value.problems] == sorted([gone, changed])


@pytest.mark.parametrize("part", ["manifest", "version", "rule"])
def test_another_manifest_version_or_shipped_rule_is_named(
    site: Site, history: History, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    if part == "manifest":
        path = site.runs_folder / history.runs[0] / "manifest.json"
        path.write_text(path.read_text("utf-8").replace('"flags": ', '"flags":  '), encoding="utf-8")
        named = "manifest.json"
    elif part == "version":
        monkeypatch.setattr(manifest, "__version__", "99.0")
        named = "fraudmatch"
    else:
        told = replaying.of_the_program()
        named = sorted(told)[-1]
        monkeypatch.setattr(replaying, "of_the_program", lambda: told | {named: "0" * 64})
    with pytest.raises(GateError) as caught:
        again(site, history.runs[0])
    assert [problem.where for problem in caught.value.problems] == [named]
    if part == "version":
        assert again(site, history.runs[0], any_version=True).is_same


def test_a_store_older_than_the_night_is_refused(site: Site, history: History, tmp_path: Path) -> None:
    events = open_store(site.outcomes_store).last_sequence()
    assert open_run(site.runs_folder, history.runs[1]).manifest["outcomes"]["last_event"] == events - 1
    from fraudmatch.outcomes import outcomes_as_then

    with pytest.raises(StoreError, match="ends before decision"):
        outcomes_as_then(site.outcomes_store, DAYS[2], events + 1)
    with pytest.raises(StoreError, match="is not there"):
        outcomes_as_then(tmp_path / "none.sqlite", DAYS[2], 1)


def test_what_lies_there_changed_is_told_and_the_night_still_comes_out(site: Site, history: History) -> None:
    table = site.runs_folder / history.runs[1] / "tables" / "flags.parquet"
    table.write_bytes(table.read_bytes()[:-1] + b"!")
    done = again(site, history.runs[1])
    assert done.is_same and done.altered == ("tables/flags.parquet was changed",)


def test_a_program_that_does_otherwise_is_found_out(
    site: Site, history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = reporting.report

    def otherwise(*given: object) -> list[Path]:
        files: list[Path] = made(*given)  # type: ignore[arg-type]
        page = next(path for path in files if path.suffix == ".html")
        page.write_bytes(page.read_bytes() + b"<!-- -->")
        return files

    monkeypatch.setattr(reporting, "report", otherwise)
    done = again(site, history.runs[0])
    assert not done.is_same and len(done.differ) == 1 and done.differ[0].startswith("reports/")


def test_a_site_that_keeps_no_inputs_tells_their_digests_and_finds_them_where_they_lie(
    tmp_path: Path, one_site: Callable[[], Path]
) -> None:
    root = one_site()
    told = (root / "site.toml").read_text("utf-8")
    (root / "site.toml").write_text(
        told.replace("name =", "keep_inputs = false\nname =", 1), encoding="utf-8"
    )
    run = run_night(load_site(root), as_at=DAYS[0]).run
    assert not list((run.folder / made_from.FOLDER).iterdir())
    assert again(load_site(root), run.folder.name).is_same
    delivery = sorted((root / "deliveries").glob("*/*.csv"))[0]
    cut_last_row(delivery)
    with pytest.raises(GateError) as caught:
        again(load_site(root), run.folder.name)
    assert [problem.where for problem in caught.value.problems] == [delivery.relative_to(root).as_posix()]


def test_a_delivery_that_cannot_be_read_does_not_stop_the_night(
    one_site: Callable[[], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another program may hold it, or the account of the nights may not read it; tests that run as root cannot try that."""
    site, read = load_site(one_site()), made_from.sha256_of
    locked = sorted((site.root / "deliveries").glob("*/*.csv"))[0]

    def refused(path: Path) -> str:
        if path == locked:
            raise PermissionError(13, "Permission denied", str(path))
        return read(path)

    monkeypatch.setattr(made_from, "sha256_of", refused)
    run = run_night(site, as_at=DAYS[0]).run
    name = locked.relative_to(site.root).as_posix()
    assert run.manifest["inputs"][name] == ""
    with pytest.raises(GateError) as caught:
        again(site, run.folder.name)
    assert [problem.where for problem in caught.value.problems] == [name]


@pytest.fixture
def one_site(tmp_path: Path) -> Callable[[], Path]:
    def made() -> Path:
        generate(tmp_path / "fresh", people=1_000, seed=8)
        return tmp_path / "fresh"

    return made


@pytest.mark.parametrize("reason", made_from.NOT_KEPT)
def test_a_delivery_that_may_not_be_held_is_not_kept(one_site: Callable[[], Path], reason: str) -> None:
    from fraudmatch.audit import Building, StageOutput
    from fraudmatch.schemas import REJECTS

    site = load_site(one_site())
    barred, other = sorted((site.root / "deliveries").glob("*/*.csv"))[:2]
    row = {"partner": barred.parent.name, "file": barred.name, "delivery": "d", "disposition": "refuse"}
    told = row | {"reason": reason}
    rejects = pa.table([pa.array([told.get(f.name)], f.type) for f in REJECTS], schema=REJECTS)
    building = Building(site.root / "building")

    def making(out: StageOutput) -> None:
        made_from.keep(site, DAYS[0], rejects, out)

    building.make("extract", "", making)
    kept = {path.name.removesuffix(".zst") for path in (building.run / made_from.FOLDER).iterdir()}
    assert hashlib.sha256(barred.read_bytes()).hexdigest() not in kept
    assert hashlib.sha256(other.read_bytes()).hexdigest() in kept
    assert building.told("extract")["inputs"][barred.relative_to(site.root).as_posix()]
