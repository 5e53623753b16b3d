"""Backups: what goes in comes out, and nobody without the key can read, alter or make one."""

from __future__ import annotations

import datetime as dt
import io
import json
import random
import shutil
import sqlite3
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from backed_up import NOTE, NOW, Place, decide

from fraudmatch.backup import DECISIONS, WHOLE, Vault, drill, new_key, read_key, restore
from fraudmatch.backup import vault as vaults
from fraudmatch.backup.take import held_of
from fraudmatch.caselog import Act, CaseLog
from fraudmatch.errors import BackupError, FraudmatchError
from fraudmatch.kept import read_night
from fraudmatch.outcomes.store import open_store
from fraudmatch.site import load_site


def tree(folder: Path) -> dict[str, bytes]:
    found = {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }
    away = (".sqlite", "-journal", ".lock")
    return {name: content for name, content in found.items() if not name.endswith(away)}


def events(folder: Path) -> list[tuple[object, ...]]:
    with sqlite3.connect(folder / "outcomes.sqlite") as connection:
        return connection.execute("SELECT * FROM outcome_events ORDER BY sequence").fetchall()


def test_what_went_in_comes_out(place: Place) -> None:
    taken = place.take()
    done = restore(place.vault, place.root / "back")
    assert tree(place.root / "back") == tree(place.site.root)
    assert len(tree(place.site.root)) > 50
    assert events(place.root / "back") == events(place.site.root)
    assert len(events(place.root / "back")) == 5 == done.last_event
    assert done.artefacts > 20
    assert done.backup == taken.backup
    assert [path.name for path in place.root.rglob(".*")] == [".lock"]


def test_only_owners_read_what_only_they_could(place: Place) -> None:
    place.take()
    back = restore(place.vault, place.root / "back").site
    assert back.outcomes_store.stat().st_mode & 0o077 == 0
    private = next(back.runs_folder.glob("*/tables/sent_back.parquet"))
    assert private.stat().st_mode & 0o077 == 0
    assert (back.root / "site.toml").stat().st_mode & 0o044


def test_a_file_is_kept_once(place: Place) -> None:
    first = place.take()
    again = place.take()
    assert first.new_files >= len(first.backup.files) - 3  # a few of the sample are the same
    assert (again.new_files, again.new_bytes) == (0, 0)
    assert again.backup.number == first.backup.number + 1
    (place.site.root / "site.toml").write_text(
        (place.site.root / "site.toml").read_text(encoding="utf-8") + "\n# more\n", encoding="utf-8"
    )
    assert place.take().new_files == 1


def test_decisions_alone_are_read_again(place: Place) -> None:
    place.take()
    decide(place.site, 3, first=5)
    (place.site.root / "site.toml").write_text("is not read\n", encoding="utf-8")
    taken = place.take(kind=DECISIONS)
    assert taken.backup.kind == DECISIONS
    assert taken.new_files == 1
    back = restore(place.vault, place.root / "back")
    assert back.last_event == 8
    assert back.site.name == place.site.name


def test_decisions_without_a_whole_backup_are_a_whole_one(place: Place) -> None:
    assert place.take(kind=DECISIONS).backup.kind == WHOLE


def test_a_decision_after_the_backup_is_not_in_it_and_one_before_is(place: Place) -> None:
    place.take()
    decide(place.site, 1, first=9)
    assert restore(place.vault, place.root / "back").last_event == 5
    place.take(kind=DECISIONS)
    assert restore(place.vault, place.root / "back2").last_event == 6
    assert restore(place.vault, place.root / "back3", "1").last_event == 5


def test_nothing_is_readable_without_the_key(place: Place) -> None:
    place.take()
    held = b"".join(path.read_bytes() for path in place.vault.folder.rglob("*") if path.is_file())
    names = "".join(path.name for path in place.vault.folder.rglob("*"))
    surnames = read_night(place.site).prepared.records["surname"].drop_null().to_pylist()
    for word in {NOTE, "cheltenham", "council_tax", *(name for name in surnames[:400] if len(name) > 5)}:
        assert word.encode() not in held
    for path in place.site.root.rglob("*.csv"):
        assert (
            vaults.hashlib.sha256(path.read_bytes()).hexdigest() not in names
        )  # a digest would tell who has the file


def test_another_key_is_refused(place: Place) -> None:
    place.take()
    other = new_key(place.root / "other.key")
    with pytest.raises(BackupError, match="another key"):
        Vault(place.vault.folder, other)
    (place.vault.folder / "vault.json").unlink()
    with pytest.raises(BackupError, match="made with another key"):
        restore(Vault(place.vault.folder, other), place.root / "back")
    assert not (place.root / "back").exists()


def forged(place: Place, body: dict[str, object], signature: str) -> None:
    """A backup as somebody makes it who knows the public key, which any file in the vault does not hide for ever."""
    said = json.dumps({"backup": body, "signature": signature}).encode()
    place.vault._sealed(io.BytesIO(said), place.vault.folder / "backups" / f"{body['number']:06d}.age")


def test_a_backup_that_somebody_else_made_is_refused(place: Place) -> None:
    taken = place.take()
    body = json.loads(json.dumps(asdict(taken.backup))) | {"number": 2}
    forged(place, body, "0" * 64)
    with pytest.raises(BackupError, match="not a backup made with this key"):
        place.vault.read()
    original = place.vault.folder / "backups" / "000001.age"
    shutil.copy(original, place.vault.folder / "backups" / "000002.age")  # an old one under a new number
    with pytest.raises(BackupError, match="not a backup made with this key"):
        place.vault.read()


def test_a_name_outside_the_site_is_refused(place: Place) -> None:
    taken = place.take()
    entries = tuple(replace(entry, path="../outside") for entry in taken.backup.files[:1])
    place.vault.add(replace(taken.backup, number=2, files=entries))
    with pytest.raises(BackupError, match="outside the site"):
        restore(place.vault, place.root / "back")
    assert not (place.root / "outside").exists()


def test_every_changed_byte_is_found_before_anything_stands(place: Place) -> None:
    place.take()
    draw = random.Random(7)
    files = sorted(path for path in place.vault.folder.rglob("*.age"))
    found = 0
    for number in range(200):
        path = files[-1] if number % 20 == 0 else draw.choice(files)
        sound = path.read_bytes()
        spot = draw.randrange(len(sound))
        path.write_bytes(sound[:spot] + bytes([sound[spot] ^ (1 << draw.randrange(8))]) + sound[spot + 1 :])
        with pytest.raises(BackupError):
            if path.parent.name == "backups":
                place.vault.read()
            else:
                entry = next(e for e in place.vault.read().files if e.object == path.stem)
                place.vault.fetch(entry, place.root / "one" / str(number))
        path.write_bytes(sound)
        found += 1
    assert found == 200
    path.write_bytes(sound[:-1])
    with pytest.raises(BackupError):
        restore(place.vault, place.root / "back")
    assert not (place.root / "back").exists()
    assert not list(place.root.glob(".back*"))


def test_a_missing_object_is_named(place: Place) -> None:
    taken = place.take()
    entry = next(entry for entry in taken.backup.files if entry.path == "site.toml")
    place.vault._path(entry.object).unlink()
    with pytest.raises(BackupError, match=r"site\.toml is missing"):
        restore(place.vault, place.root / "back")


def test_nothing_is_written_over(place: Place) -> None:
    place.take()
    (place.root / "full").mkdir()
    (place.root / "full" / "theirs.txt").write_text("kept", encoding="utf-8")
    with pytest.raises(BackupError, match="is not empty"):
        restore(place.vault, place.root / "full")
    assert (place.root / "full" / "theirs.txt").read_text(encoding="utf-8") == "kept"
    (place.root / "empty").mkdir()
    assert restore(place.vault, place.root / "empty").last_event == 5


@pytest.mark.parametrize("after", [0, 1, 7, 20])
def test_a_backup_that_is_cut_short_leaves_the_earlier_ones(
    place: Place, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    place.take()
    sound = sorted(path.name for path in place.vault.folder.rglob("*.age"))
    for number, path in enumerate(sorted(place.site.root.glob("deliveries/*/*"))):
        path.write_bytes(path.read_bytes() + b"%d\r\n" % number)
    moved = vaults.move_into_place
    left = [after]

    def full(draft: Path, path: Path) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise OSError(28, "No space left on device")
        moved(draft, path)

    monkeypatch.setattr(vaults, "move_into_place", full)
    with pytest.raises(BackupError, match="No space left"):
        place.take()
    assert place.vault.names() == ["000001"]
    assert len([*place.vault.folder.rglob("*.age")]) == len(sound) + after
    assert not [*place.vault.folder.rglob(".*")]
    monkeypatch.setattr(vaults, "move_into_place", moved)
    assert restore(place.vault, place.root / "back", "1").last_event == 5
    place.take()  # what was written before it was cut short is used
    assert restore(place.vault, place.root / "back2").backup.number == 2


def test_a_file_that_changes_while_it_is_read_is_read_again(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = place.site.root / "site.toml"
    text = path.read_text(encoding="utf-8")
    put, times = Vault.put, [2]

    def changing(self: Vault, source: Path, sha256: str) -> bool:
        if source == path and times[0]:
            times[0] -= 1
            path.write_text(f"{text}\n# {times[0]}\n", encoding="utf-8")
        return put(self, source, sha256)

    monkeypatch.setattr(Vault, "put", changing)
    place.take()
    assert restore(place.vault, place.root / "back").site.name == place.site.name
    assert (place.root / "back" / "site.toml").read_text(encoding="utf-8") == f"{text}\n# 0\n"
    path.write_text(f"{text}\n# now\n", encoding="utf-8")
    times[0] = 99
    with pytest.raises(BackupError, match="changes all the time"):
        place.take()


def test_a_damaged_store_takes_no_good_ones_place(place: Place) -> None:
    place.take()
    content = bytearray(place.site.outcomes_store.read_bytes())
    for spot in range(4096, len(content), 512):
        content[spot : spot + 64] = b"\xff" * 64
    place.site.outcomes_store.write_bytes(content)
    with pytest.raises(FraudmatchError):
        place.take()
    assert restore(place.vault, place.root / "back").last_event == 5


def test_links_are_told_and_not_followed(place: Place) -> None:
    (place.root / "elsewhere.csv").write_text("secret", encoding="utf-8")
    (place.site.root / "deliveries" / "link.csv").symlink_to(place.root / "elsewhere.csv")
    taken = place.take()
    assert taken.left_out == ("deliveries/link.csv",)
    assert "deliveries/link.csv" not in [entry.path for entry in taken.backup.files]


def test_a_vault_is_of_one_site(place: Place) -> None:
    place.take()
    other = place.site.model_copy(update={"name": "Another partnership"})
    with pytest.raises(BackupError, match="holds backups of"):
        vaults_take(other, place.vault)


def vaults_take(site: object, vault: Vault) -> object:
    from fraudmatch.backup import take_backup

    return take_backup(site, vault, now=NOW)  # type: ignore[arg-type]


def test_removing_backups_leaves_what_others_need(place: Place) -> None:
    place.take()
    old = place.site.root / "deliveries" / "old.csv"
    old.write_text("only in the second\n", encoding="utf-8")
    second = place.take().backup
    old.unlink()
    place.take()
    mine = next(entry for entry in second.files if entry.path == "deliveries/old.csv")
    place.vault.remove(["000001"])
    assert mine.object in place.vault.objects()
    assert place.vault.remove(["000002"]) > 0
    assert mine.object not in place.vault.objects()
    assert place.vault.names() == ["000003"]
    assert restore(place.vault, place.root / "back").last_event == 5


def test_nothing_is_removed_beside_a_backup_that_cannot_be_read(place: Place) -> None:
    place.take()
    place.take()
    path = place.vault.folder / "backups" / "000002.age"
    path.write_bytes(path.read_bytes()[:-1])
    before = place.vault.objects()
    with pytest.raises(BackupError):
        place.vault.remove(["000001"])
    assert place.vault.objects() == before
    assert place.vault.names() == ["000001", "000002"]


def test_a_drill_opens_the_case_list_and_leaves_nothing(place: Place) -> None:
    place.take()
    later = NOW + dt.timedelta(hours=3)
    empty = place.root / "room"
    empty.mkdir()
    done = drill(place.vault, empty, now=later)
    assert done.cases == read_night(place.site).cases.num_rows > 0
    assert done.last_event == 5
    assert done.age_seconds == 3 * 3600
    assert done.seconds > 0
    assert not list(empty.iterdir())


def test_a_drill_fails_when_the_night_is_not_as_its_manifest_says(place: Place) -> None:
    table = next(place.site.runs_folder.glob("*/tables/cases.parquet"))
    table.write_bytes(table.read_bytes()[:-1])
    place.take()
    with pytest.raises(BackupError, match="wrong files"):
        drill(place.vault, place.root, now=NOW)


def test_what_is_held_is_counted(place: Place) -> None:
    held = held_of(place.site)
    assert held["run"] == (place.site.runs_folder / "latest.txt").read_text(encoding="utf-8").strip()
    assert held["last_event"] == 5
    assert held["cases"] == read_night(place.site).cases.num_rows


def test_acts_about_cases_are_counted_and_a_store_that_lost_some_is_not_put_back(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = CaseLog(open_store(place.site.outcomes_store))
    for version in range(2):
        told = Act("ab" * 8, ("ab" * 16,), "cotswold", "ada", "note", {}, NOTE)
        log.add(told, key=f"{version}", version=version, recorded_at=NOW)
    held = held_of(place.site)
    assert (held["last_event"], held["last_act"]) == (5, 2)
    place.take()
    assert restore(place.vault, place.root / "back").last_act == 2
    assert drill(place.vault, place.root, now=NOW).last_act == 2
    # A backup of which the store is older than its list says: as if its last act had been lost on the way.
    monkeypatch.setattr("fraudmatch.backup.take.held_of", lambda _: held | {"last_act": 3})
    place.take()
    with pytest.raises(BackupError, match="2 of 3 acts about cases"):
        restore(place.vault, place.root / "back2")


def test_a_backup_of_before_acts_were_counted_is_put_back(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = {name: value for name, value in held_of(place.site).items() if name != "last_act"}
    monkeypatch.setattr("fraudmatch.backup.take.held_of", lambda _: held)
    place.take()
    assert restore(place.vault, place.root / "back").last_event == 5


@pytest.mark.parametrize(
    "text", ["", "# only words\n", "AGE-SECRET-KEY-1", "two\nlines\n", "age1notasecret"], ids=range(5)
)
def test_what_is_no_key_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "bad.key"
    path.write_text(text, encoding="utf-8")
    path.chmod(0o600)
    with pytest.raises(BackupError, match="holds no key"):
        read_key(path)


def test_a_key_is_never_overwritten_nor_open_to_others(tmp_path: Path) -> None:
    key = new_key(tmp_path / "a.key")
    assert (tmp_path / "a.key").stat().st_mode & 0o777 == 0o600
    assert read_key(tmp_path / "a.key").mark == key.mark
    with pytest.raises(BackupError, match="there already"):
        new_key(tmp_path / "a.key")
    (tmp_path / "a.key").chmod(0o644)
    with pytest.raises(BackupError, match="Others may read"):
        read_key(tmp_path / "a.key")


def test_a_site_before_its_first_night_can_be_put_back(place: Place) -> None:
    shutil.rmtree(place.site.runs_folder)
    place.site.outcomes_store.unlink()
    taken = place.take()
    assert taken.backup.held == {"run": None, "cases": 0, "last_event": 0, "last_act": 0}
    done = drill(place.vault, place.root, now=NOW)
    assert (done.cases, done.last_event) == (None, 0)
    assert load_site(place.site.root).name == place.site.name


def test_the_store_that_comes_back_takes_decisions(place: Place) -> None:
    place.take()
    back = restore(place.vault, place.root / "back").site
    decide(back, 1, first=77)
    assert open_store(back.outcomes_store).last_sequence() == 6
