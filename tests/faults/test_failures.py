"""F02, F03, F08, F10–F27, F41: what fails by an error is said in words, leaves the night before in force, and can be gone on with."""

from __future__ import annotations

import errno
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter, namedtuple
from pathlib import Path

import pyarrow as pa
import pytest
from click.testing import CliRunner
from stopping import Stopped, gone_on, in_child, stopping_at
from tiny import check_invariants, published

from fraudmatch import durable, exercise, room
from fraudmatch.audit import open_run, run_ids
from fraudmatch.checkpoints import POINTS, STAGES
from fraudmatch.cli import cli, main
from fraudmatch.errors import BusyError, DiskError, MemoryLackError, RunError
from fraudmatch.exercise import run_night
from fraudmatch.site import load_site
from fraudmatch.steps import linking, reporting

EVERYWHERE = [(stage, point) for stage in STAGES for point in POINTS]


@pytest.mark.parametrize(("stage", "point"), EVERYWHERE)
def test_an_error_there(tiny, site: Path, counts: Counter[str], stage: str, point: str) -> None:
    def stop() -> None:
        raise Stopped

    with pytest.raises(Stopped):
        run_night(load_site(site), at=stopping_at(stage, point, stop))
    gone_on(site, tiny.golden, counts)


@pytest.mark.parametrize(
    ("nth", "number"),
    [
        (1, errno.ENOSPC), (2, errno.EIO), (4, errno.EROFS), (7, errno.EACCES), (12, errno.ENOSPC),
        (20, errno.EIO), (28, errno.ENOSPC), (36, errno.EIO), (45, errno.ENOSPC), (60, errno.EIO), (75, errno.ENOSPC),
    ],
)  # fmt: skip
def test_the_nth_sync_fails(
    tiny, site: Path, counts: Counter[str], monkeypatch: pytest.MonkeyPatch, nth: int, number: int
) -> None:
    calls, sync = [0], os.fsync

    def failing(handle: int) -> None:
        calls[0] += 1
        if calls[0] == nth:
            raise OSError(number, os.strerror(number), "somewhere")
        sync(handle)

    monkeypatch.setattr(durable.os, "fsync", failing)
    with pytest.raises(DiskError, match=os.strerror(number)) as told:
        run_night(load_site(site))
    assert "free" in told.value.message
    assert "--resume" in told.value.remedy
    monkeypatch.setattr(durable.os, "fsync", sync)
    gone_on(site, tiny.golden, counts)


def test_a_limit_on_the_size_of_files(tiny, site: Path, counts: Counter[str], capfd) -> None:
    resource = pytest.importorskip("resource")

    def night() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (12_000, 12_000))
        main(["run", str(site), "-q"])

    assert in_child(night) == 1
    told = capfd.readouterr().err
    assert "FM125" in told or "FM124" in told, told  # which file meets the limit first, the ledger or a table
    assert "did not finish" in (site / "runs" / "morning.txt").read_text(encoding="utf-8")
    gone_on(site, tiny.golden, counts)


def test_too_little_room_is_told_before_anything_begins(
    site: Path, counts: Counter[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(room.shutil, "disk_usage", lambda path: usage(10, 9, 1))
    with pytest.raises(DiskError, match="needs about"):
        run_night(load_site(site))
    counts["faults"] += 1
    assert not list((site / "runs").glob("[!.]*"))


@pytest.mark.parametrize("error", [MemoryError(), pa.lib.ArrowMemoryError("malloc of size 9 failed")])
def test_want_of_memory(
    tiny, site: Path, counts: Counter[str], monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def greedy(*args: object, **more: object) -> None:
        raise error

    monkeypatch.setattr(linking, "make", greedy)
    with pytest.raises(MemoryLackError, match="stage link"):
        run_night(load_site(site))
    monkeypatch.undo()
    assert gone_on(site, tiny.golden, counts).taken_over == ("extract", "normalise")


def command(*args: object) -> list[str]:
    return [sys.executable, "-m", "fraudmatch", *(str(arg) for arg in args)]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_told_to_stop(tiny, site: Path, counts: Counter[str], number: int) -> None:
    with subprocess.Popen(command("run", site), stderr=subprocess.PIPE, stdout=subprocess.PIPE) as started:
        assert started.stderr is not None
        for line in started.stderr:
            if b"extract" in line:  # early, so that a slow machine has not finished before it is told
                break
        begun = time.monotonic()
        started.send_signal(number)
        assert started.wait(timeout=10) == 130
        assert time.monotonic() - begun < 10
    assert "was stopped" in (site / "runs" / "morning.txt").read_text(encoding="utf-8")
    gone_on(site, tiny.golden, counts)


def test_a_second_start_is_turned_away_and_the_first_is_not_disturbed(
    tiny, site: Path, counts: Counter[str]
) -> None:
    turned_away = []

    def second() -> None:
        code = in_child(lambda: main(["run", str(site), "-q"]))
        turned_away.append(code)

    run_night(load_site(site), at=stopping_at("link", "begin", second))
    assert turned_away == [75]
    assert published(site) == tiny.golden
    gone_on(site, tiny.golden, counts)


def test_who_holds_the_lock_is_named(site: Path, counts: Counter[str], capfd) -> None:
    def second() -> None:
        in_child(lambda: main(["run", str(site), "-q"]))

    run_night(load_site(site), at=stopping_at("score", "begin", second))
    told = capfd.readouterr().err
    assert f"process {os.getpid()}" in told
    assert "FM127" in told
    assert BusyError.exit_code == 75
    counts["faults"] += 1


def test_the_output_cannot_be_written(tiny, site: Path, counts: Counter[str]) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("there is no /dev/full on this system")
    with Path("/dev/full").open("w") as full:
        subprocess.run(command("run", site, "-q"), stdout=full, stderr=subprocess.PIPE, check=False)
    assert published(site) == tiny.golden
    assert "The night finished" in (site / "runs" / "morning.txt").read_text(encoding="utf-8")
    gone_on(site, tiny.golden, counts)


class Backwards:
    """A clock that goes back an hour whenever it is asked, years from now."""

    def __init__(self, real: object) -> None:
        self._real, self._at = real, real.datetime(2061, 10, 30, 1, 59, 59, tzinfo=real.UTC)  # type: ignore[attr-defined]
        self.datetime = self

    def __getattr__(self, name: str) -> object:
        return getattr(self._real, name)

    def now(self, zone: object = None) -> object:
        self._at -= self._real.timedelta(hours=1)  # type: ignore[attr-defined]
        return self._at


def test_the_clock_is_wrong_and_goes_back(
    tiny, site: Path, counts: Counter[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from fraudmatch import manifest

    for module in (exercise, manifest):
        monkeypatch.setattr(module, "dt", Backwards(module.dt))
    night = run_night(load_site(site))
    assert night.run.manifest["started"].startswith("2061")
    monkeypatch.undo()
    assert published(site) == tiny.golden
    gone_on(site, tiny.golden, counts)


def test_deliveries_vanish(site: Path, counts: Counter[str]) -> None:
    first = run_night(load_site(site))
    shutil.rmtree(site / "deliveries" / "cotswold")
    told = CliRunner().invoke(cli, ["run", str(site), "--as-at", "2026-04-01", "-q"])
    assert told.exit_code in (0, 4), told.output
    run = open_run(site / "runs")
    states = {row["state"] for row in run.manifest["deliveries"] if row["partner"] == "cotswold"}
    assert states == {"stands"}
    assert run.read("flags").num_rows >= first.scored.flags.num_rows * 0.9
    assert "cotswold" in (site / "runs" / "morning.txt").read_text(encoding="utf-8")
    counts["faults"] += 1
    counts["invariants"] += 1
    assert check_invariants(site) == []


def test_every_flipped_bit_is_found(tiny, site: Path, counts: Counter[str]) -> None:
    run = run_night(load_site(site)).run
    files = sorted(name for name in run.manifest["artefacts"] if (run.folder / name).stat().st_size)
    assert {Path(name).suffix for name in files} >= {".parquet", ".csv", ".xlsx", ".html"}
    draw, found = random.Random(11), 0
    for turn in range(200):
        path = run.folder / files[turn % len(files)]
        sound = path.read_bytes()
        spot = draw.randrange(len(sound))
        path.write_bytes(sound[:spot] + bytes([sound[spot] ^ (1 << draw.randrange(8))]) + sound[spot + 1 :])
        told = CliRunner().invoke(cli, ["verify", str(site)])
        found += told.exit_code == 1 or isinstance(told.exception, RunError)
        if path.suffix == ".parquet":
            with pytest.raises(RunError, match="SHA-256"):
                open_run(site / "runs").read(path.stem)
        path.write_bytes(sound)
    assert found == 200
    counts["faults"] += 200
    path.write_bytes(sound[:-1])
    assert run_night(load_site(site)).run.manifest["run_id"] == run.manifest["run_id"]
    gone_on(site, tiny.golden, counts)


@pytest.mark.parametrize("how", ["empty", "one", "half", "all but one", "gone"])
def test_a_cut_file_is_found_and_made_again(tiny, site: Path, counts: Counter[str], how: str) -> None:
    run = run_night(load_site(site)).run
    path = run.tables / "flags.parquet"
    sound = path.read_bytes()
    if how == "gone":
        path.unlink()
    else:
        path.write_bytes(sound[: {"empty": 0, "one": 1, "half": len(sound) // 2, "all but one": -1}[how]])
    with pytest.raises(RunError):
        open_run(site / "runs").read("flags")
    run_night(load_site(site), resume=True)
    assert path.read_bytes() == sound
    gone_on(site, tiny.golden, counts)


def test_a_manifest_cut_at_any_length_is_no_night(tiny, site: Path, counts: Counter[str]) -> None:
    run = run_night(load_site(site)).run
    path = run.folder / "manifest.json"
    sound = path.read_bytes()
    for length in range(0, len(sound) - 1, max(1, len(sound) // 60)):
        path.write_bytes(sound[:length])
        assert run_ids(site / "runs") == []
        with pytest.raises(RunError):
            open_run(site / "runs")
        counts["faults"] += 1
    run_night(load_site(site), resume=True)
    gone_on(site, tiny.golden, counts)


@pytest.mark.parametrize(
    "junk", [b"", b"nothing like it", b"\xff\xfe\x00", b"../../elsewhere\n", b"2026-01-01-gone\n"]
)
def test_a_pointer_of_junk(tiny, site: Path, counts: Counter[str], junk: bytes) -> None:
    run = run_night(load_site(site)).run
    (site / "runs" / "latest.txt").write_bytes(junk)
    assert open_run(site / "runs").manifest["run_id"] == run.manifest["run_id"]
    gone_on(site, tiny.golden | {"runs/latest.txt": published(site)["runs/latest.txt"]}, counts)


def test_failing_again_and_again_takes_no_more_room(
    tiny, site: Path, counts: Counter[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: object, **more: object) -> None:
        raise OSError(errno.EIO, "Input/output error")

    sizes = []
    for _ in range(6):
        with monkeypatch.context() as patch:
            patch.setattr(reporting, "report", broken)
            with pytest.raises(DiskError):
                run_night(load_site(site))
        sizes.append(sum(path.stat().st_size for path in site.rglob("*") if path.is_file()))
    assert max(sizes) - min(sizes) < 200  # the lock says when each began
    gone_on(site, tiny.golden, counts)


@pytest.mark.parametrize("code", [0, 1, 2, 3, 4, 75, 130])
def test_every_ending_has_a_page(site: Path, counts: Counter[str], code: int) -> None:
    import datetime as dt

    from fraudmatch.morning import morning_of, write_morning

    now = dt.datetime(2026, 3, 31, 5, tzinfo=dt.UTC)
    page = morning_of(load_site(site), now=now, exit_code=code, failure="FM125 <b>No room</b>", red=True)
    write_morning(load_site(site), page)
    runs = site / "runs"
    assert page.headline in (runs / "morning.txt").read_text(encoding="utf-8")
    assert json.loads((runs / "morning.json").read_text(encoding="utf-8"))["exit_code"] == code
    assert "<b>No room" not in (runs / "morning.html").read_text(encoding="utf-8")
    assert f"fraudmatch_last_run_exit_code {code}" in (runs / "metrics.prom").read_text(encoding="utf-8")
    assert len((runs / "morning.txt").read_text(encoding="utf-8").splitlines()) < 60
