"""How the backups stand: red until a drill has passed, and red again when none has for two days."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from backed_up import NOW, Place

from fraudmatch.backup import drill, note_backup, note_drill, standing_of
from fraudmatch.backup.standing import hours_since


def test_red_until_proved_and_after_two_days(place: Place) -> None:
    assert standing_of(place.site, NOW).red
    assert "ever taken" in standing_of(place.site, NOW).lines[0]
    taken = place.take()
    note_backup(place.site, place.vault.folder, taken)
    assert standing_of(place.site, NOW).red
    assert "ever proved" in standing_of(place.site, NOW).lines[0]
    done = drill(place.vault, place.root, now=NOW)
    note_drill(place.site, place.vault.folder, done, now=NOW)
    stands = standing_of(place.site, NOW + dt.timedelta(hours=48))
    assert not stands.red
    assert "was restored in a drill" in stands.lines[-1]
    late = standing_of(place.site, NOW + dt.timedelta(hours=48, minutes=1))
    assert late.red
    assert "No drill has passed" in late.lines[0]


def test_a_failed_drill_is_red_until_one_passes(place: Place) -> None:
    note_backup(place.site, place.vault.folder, place.take())
    done = drill(place.vault, place.root, now=NOW)
    note_drill(place.site, place.vault.folder, done, now=NOW)
    later = NOW + dt.timedelta(hours=1)
    note_drill(place.site, place.vault.folder, None, now=later, why="It broke.")
    stands = standing_of(place.site, later)
    assert stands.red
    assert "It broke." in stands.lines[0]
    note_drill(place.site, place.vault.folder, done, now=later + dt.timedelta(hours=1))
    assert not standing_of(place.site, later + dt.timedelta(hours=1)).red


@pytest.mark.parametrize("junk", ["", "{", "[]", "null"])
def test_what_cannot_be_read_is_not_proved(place: Place, junk: str) -> None:
    Path(place.site.backups_file).write_text(junk, encoding="utf-8")
    assert standing_of(place.site, NOW).red


@pytest.mark.parametrize(
    ("hours", "words"), [(0.5, "less than an hour"), (1, "an hour"), (5, "5 hours"), (72, "3 days")]
)
def test_ages_in_words(hours: float, words: str) -> None:
    assert hours_since("2026-03-31T23:05:00Z", NOW + dt.timedelta(hours=hours)) == words
