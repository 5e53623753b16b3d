"""F01, F04, F07: a night that dies at any of its 45 points is gone on with, and nobody can tell by what comes out."""

from __future__ import annotations

import os
import random
from collections import Counter
from pathlib import Path

import pytest
from stopping import KILLED, Unsynced, die, gone_on, in_child, killed_at, stopping_at
from tiny import check_invariants

from fraudmatch.checkpoints import POINTS, STAGES
from fraudmatch.exercise import run_night
from fraudmatch.site import load_site

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="copies of a warm process need os.fork")

EVERYWHERE = [(stage, point) for stage in STAGES for point in POINTS]


def finished_before(stage: str, point: str) -> tuple[str, ...]:
    """The stages that count as finished when a night dies there: none of them may be made again."""
    done = STAGES.index(stage) + (point == "committed")
    return STAGES if "seal" in STAGES[:done] else STAGES[:done]


def test_there_are_forty_five_points() -> None:
    assert len(EVERYWHERE) == 45


@pytest.mark.parametrize(("stage", "point"), EVERYWHERE)
def test_killed_there(tiny, site: Path, counts: Counter[str], stage: str, point: str) -> None:
    assert killed_at(site, stage, point) == KILLED
    assert gone_on(site, tiny.golden, counts).taken_over == finished_before(stage, point)


@pytest.mark.parametrize("seed", range(20))
def test_killed_again_while_it_went_on(tiny, site: Path, counts: Counter[str], seed: int) -> None:
    first, second = sorted(random.Random(seed).sample(range(EVERYWHERE.index(("seal", "durable"))), 2))
    assert killed_at(site, *EVERYWHERE[first]) == KILLED
    assert killed_at(site, *EVERYWHERE[second], resume=True) == KILLED
    gone_on(site, tiny.golden, counts)


@pytest.mark.parametrize("place", range(0, 45, 3))
def test_power_cut_there(
    tiny, site: Path, counts: Counter[str], monkeypatch: pytest.MonkeyPatch, place: int
) -> None:
    stage, point = EVERYWHERE[place]
    draw = random.Random(place)

    def night() -> None:
        unsynced = Unsynced(monkeypatch.setattr)

        def cut() -> None:
            for folder in ("runs", "accepted"):
                unsynced.cut(site / folder, draw)
            die()

        run_night(load_site(site), at=stopping_at(stage, point, cut))

    assert in_child(night) == KILLED
    gone_on(site, tiny.golden, counts)


@pytest.mark.parametrize(("stage", "point"), [("link", "mid"), ("report", "written"), ("keep", "mid")])
def test_without_resume_it_begins_anew_and_ends_the_same(
    tiny, site: Path, counts: Counter[str], stage: str, point: str
) -> None:
    assert killed_at(site, stage, point) == KILLED
    told: list[str] = []
    run_night(load_site(site), say=told.append)
    assert any("earlier start" in line or "unfinished night" in line for line in told)
    gone_on(site, tiny.golden, counts)


def test_a_stage_whose_files_were_changed_is_made_again(tiny, site: Path, counts: Counter[str]) -> None:
    assert killed_at(site, "cases", "begin") == KILLED
    table = site / "runs" / ".building" / "run" / "tables" / "groups.parquet"
    table.write_bytes(table.read_bytes()[:-9])
    night = gone_on(site, tiny.golden, counts)
    assert night.taken_over == ("extract", "normalise", "score")
    assert night.run.manifest["stages"]["made_again"] == ["link"]


def test_what_was_made_from_other_inputs_is_not_taken(tiny, site: Path, counts: Counter[str]) -> None:
    kept = (site / "site.toml").read_text(encoding="utf-8")
    (site / "site.toml").write_text(kept.replace("Invented", "Other"), encoding="utf-8")
    assert killed_at(site, "report", "begin") == KILLED
    (site / "site.toml").write_text(kept, encoding="utf-8")
    assert gone_on(site, tiny.golden, counts).taken_over == ()


def test_a_data_set_that_came_to_an_unfinished_night_and_is_gone_leaves_nothing(
    tiny, site: Path, counts: Counter[str]
) -> None:
    assert killed_at(site, "report", "begin") == KILLED
    sent = list((site / "deliveries").glob("*/*PAYROLL*"))
    assert sent
    for path in sent:
        path.unlink()
    less = run_night(load_site(site), resume=True)
    assert "details_payroll" not in less.run.names()
    assert check_invariants(site) == []
    counts["faults"] += 1
    counts["invariants"] += 1


def test_a_kill_while_a_changed_night_is_replaced_leaves_one_of_them(
    tiny, site: Path, counts: Counter[str]
) -> None:
    night = run_night(load_site(site))
    page = night.run.reports / "index.html"
    page.write_bytes(page.read_bytes() + b" ")  # somebody changed it, so the same night again replaces it
    assert killed_at(site, "publish", "mid") == KILLED
    # The one moment without a night in force: it was damaged, and its folder has to give way to the sound one.
    assert not night.run.folder.exists()
    run_night(load_site(site), resume=True)
    gone_on(site, tiny.golden, counts)
