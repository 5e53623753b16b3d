"""A newer night is published while people work: they go on, and then work that one, with all that was done."""

from __future__ import annotations

import datetime as dt
import shutil
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from desk_people import Person

from fraudmatch.exercise import run_night
from fraudmatch.review.desk import Desk
from fraudmatch.review.turning import Turnstile
from fraudmatch.site import load_site

Someone = Callable[..., Person]


def turned(desk: Desk, person: Person, before: str) -> None:
    """Use the desk until it shows another night."""
    for _ in range(200):
        assert person.get("/").status_code == 200
        if desk.night.run_id != before:
            return
        time.sleep(0.1)
    raise AssertionError("it still shows the old night")


def test_the_desk_turns_to_the_next_night_with_what_was_done(
    someone: Someone, desk: Desk, site_folder: Path
) -> None:
    ada = someone("ada")
    noted, decided = ada.cases()[:2]
    ada.fill_in(noted, "note", words="Rang, no answer")
    ada.fill_in(decided, "decide", outcome="error")
    flags, before = desk.night.decidable(decided, "cheltenham"), desk.night.run_id
    run_night(load_site(site_folder), as_at=dt.date(2026, 4, 1))
    turned(desk, ada, before)
    assert desk.night.as_at == dt.date(2026, 4, 1)
    assert not set(flags) & set(desk.night.case_of)
    assert "Rang, no answer" in ada.get(f"/case/{noted}").text
    assert ada.get(f"/case/{decided}").status_code == 404
    assert ada.fill_in(noted, "note", words="Rang again").status_code == 303
    assert [event.version for event in desk.board.history(noted)] == [1, 2]


def test_a_night_that_was_changed_is_not_shown(someone: Someone, desk: Desk, site_folder: Path) -> None:
    ada = someone("ada")
    shown = desk.night.run_id
    other = site_folder / "runs" / "2026-04-02-changed"
    shutil.copytree(site_folder / "runs" / shown, other)
    manifest = (other / "manifest.json").read_text(encoding="utf-8").replace(shown, other.name)
    (other / "manifest.json").write_text(manifest, encoding="utf-8")
    (other / "tables" / "flags.parquet").write_bytes(b"not what was published")
    (site_folder / "runs" / "latest.txt").write_text(other.name + "\n", encoding="utf-8")
    for _ in range(100):
        assert ada.get("/").status_code == 200
        if (desk._refused or ("",))[0] == other.name:
            break
        time.sleep(0.05)
    assert (desk._refused or ("",))[0] == other.name and desk.night.run_id == shown
    assert ada.cases()


def test_a_request_never_sees_two_nights() -> None:
    """Readers see one number from their beginning to their end, whatever the writer does."""
    turnstile, night, torn = Turnstile(), [0, 0], []

    def read() -> None:
        for _ in range(300):
            turnstile.enter()
            first = night[0]
            time.sleep(0)
            torn.append(first != night[1])
            turnstile.leave()

    def write() -> None:
        for _ in range(100):
            with turnstile.alone():
                night[0] += 1
                time.sleep(0)
                night[1] += 1

    people = [threading.Thread(target=read) for _ in range(6)] + [
        threading.Thread(target=write) for _ in range(2)
    ]
    for one in people:
        one.start()
    for one in people:
        one.join(timeout=60)
    assert night == [200, 200] and len(torn) == 1_800 and not any(torn)


def test_who_is_alone_lets_the_others_in_again_after_an_error() -> None:
    turnstile = Turnstile()
    with pytest.raises(ValueError, match="broken"), turnstile.alone():
        raise ValueError("broken")
    turnstile.enter()
    turnstile.leave()
