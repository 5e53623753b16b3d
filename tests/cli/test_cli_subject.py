"""`fraudmatch subject`: all of one person, nothing of another, and each look entered."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result

from fraudmatch.caselog import Act, CaseLog
from fraudmatch.cli import cli
from fraudmatch.errors import ConfigurationError, GateError, RunError
from fraudmatch.exercise import Night
from fraudmatch.outcomes.store import open_store

WHO = ("--by", "R. Green", "--reason", "Request 17 of Ashmole")
OF_A_PARTY = ("title", "forename", "middle_name", "surname", "full_name", "nino")


def run(*args: object) -> Result:
    return CliRunner().invoke(cli, [str(arg) for arg in args])


@pytest.fixture
def site(night: Night, tmp_path: Path) -> Path:
    folder = tmp_path / "site"
    shutil.copytree(night.site.root, folder)
    shutil.copy(night.site.root.parent / "outcomes.sqlite", folder / "outcomes.sqlite")
    return folder


def tables(site: Path) -> Path:
    (found,) = site.glob("runs/*/tables")
    return found


def read(site: Path, name: str) -> list[dict]:
    return pq.read_table(tables(site) / f"{name}.parquet").to_pylist()


def reference(row: dict) -> str:
    return f"{row['partner']}:{row['dataset']}:{row['source_ref']}"


def written(site: Path, out: Path, row: dict, *more: object) -> dict:
    """What is held on the person of a record, whose candidate is found among those of its reference."""
    from fraudmatch.audit import open_run
    from fraudmatch.subject import NightOnDisk, asked_for, candidates

    asked = asked_for(None, None, None, None, [reference(row)])
    found = candidates(NightOnDisk(open_run(site / "runs")), asked)
    (number,) = (n for n, one in enumerate(found, 1) if row["record_id"] in one.ids)
    done = run("subject", site, "--reference", reference(row), *WHO, "--person", number, "--out", out, *more)
    assert done.exit_code == 0, (done.output, done.exception)
    return json.loads((out / "subject.json").read_text(encoding="utf-8"))


def people(site: Path) -> dict[str, dict]:
    """A record of each kind: a first and a second party of a joint row, one side of a flagged pair of two people."""
    records, groups = read(site, "records"), {r["record_id"]: r["person_id"] for r in read(site, "groups")}
    second = next(r for r in records if r["party"] == 2 and groups[r["record_id"]] is not None)
    first = next(r for r in records if r["party"] == 1 and reference(r) == reference(second))
    pair = next(
        f["left_id"]
        for f in read(site, "flags")
        if f["right_id"] is not None and groups[f["left_id"]] is not None and groups[f["left_id"]] != groups[f["right_id"]]
    )  # fmt: skip
    return {"first": first, "second": second, "flagged": records[pair]}


def tokens(table: pa.Table, mine: list[bool], keep: set[str], number: Iterator[int]) -> pa.Table:
    """Every text of every row that is not mine as a token of its own, blanks too."""
    for place, field in enumerate(table.schema):
        if field.name in keep or not pa.types.is_string(field.type):
            continue
        values = [
            v if own else f"ZQX{next(number)}"
            for v, own in zip(table[field.name].to_pylist(), mine, strict=True)
        ]
        table = table.set_column(place, field, pa.array(values, pa.string()))
    return table


def make_canary(site: Path, ids: set[int], joint: dict[tuple, int]) -> None:
    """Every text of everybody else becomes a token, in the tables of the night and in accepted/."""
    number, folder = count(), tables(site)
    where = {"partner", "dataset", "delivery", "party_kind"}
    for path in [folder / "records.parquet", *folder.glob("details_*.parquet")]:
        table = pq.read_table(path)
        mine = [record in ids for record in table["record_id"].to_pylist()]
        pq.write_table(tokens(table, mine, where, number), path)
    for path in site.glob("accepted/*/*/*.parquet"):
        table = pq.read_table(path)
        rows = list(zip(*(table[c].to_pylist() for c in ("partner", "delivery", "source_row")), strict=True))
        table = tokens(table, [row in joint for row in rows], where, number)
        for name in [n for n in table.column_names if n.removeprefix("second_") in OF_A_PARTY] + ["landlord"]:
            if name not in table.column_names:
                continue
            others = [
                name == "landlord" or (joint.get(row) == 2) != name.startswith("second_") for row in rows
            ]
            values = table[name].to_pylist()
            told = [
                f"ZQX{next(number)}" if other and v else v for v, other in zip(values, others, strict=True)
            ]
            table = table.set_column(table.column_names.index(name), table.schema.field(name), pa.array(told, pa.string()))  # fmt: skip
        pq.write_table(table, path)
    manifest = folder.parent / "manifest.json"
    told = json.loads(manifest.read_text(encoding="utf-8"))
    for path in folder.glob("*.parquet"):
        told["artefacts"][f"tables/{path.name}"] = hashlib.sha256(path.read_bytes()).hexdigest()
    manifest.write_text(json.dumps(told), encoding="utf-8")


@pytest.mark.parametrize("kind", ["first", "second", "flagged"])
def test_nothing_of_another_person_is_written(site: Path, tmp_path: Path, kind: str) -> None:
    row = people(site)[kind]
    groups = read(site, "groups")
    person = groups[row["record_id"]]["person_id"]
    ids = {each["record_id"] for each in groups if each["person_id"] == person}
    partner, party = (
        {r["record_id"]: r["partner"] for r in read(site, "records")},
        {r["record_id"]: r["party"] for r in read(site, "records")},
    )
    origins = {
        (partner[o["record_id"]], o["delivery"], o["source_row"]): party[o["record_id"]]
        for o in read(site, "origins")
        if o["record_id"] in ids
    }
    make_canary(site, ids, origins)
    flags = [f for f in read(site, "flags") if f["left_id"] in ids or f["right_id"] in ids]
    if flags:
        note = ("--outcome", "cleared", "--reason", "moved", "--note", "ZQX note on somebody")
        assert run("outcomes", "record", site, flags[0]["flag_key"], *note).exit_code == 0
        key = flags[0]["flag_key"]
        act = Act(key[:16], (key,), flags[0]["left_partner"], "ada", "note", {}, "ZQX said on the telephone")
        log, now = CaseLog(open_store(site / "outcomes.sqlite")), dt.datetime(2026, 4, 1, tzinfo=dt.UTC)
        log.add(act, key="one", version=0, recorded_at=now)
        log.add(replace(act, flags=("0" * 32,)), key="two", version=1, recorded_at=now)
    held = written(site, tmp_path / "out", row)
    assert len(held["records"]) == len(ids)
    assert any(one["as_written"] for one in held["records"])
    for file in ("subject.json", "subject.html"):
        assert "ZQX" not in (tmp_path / "out" / file).read_text(encoding="utf-8"), file
    if flags:
        assert held["decisions"][0]["note"].startswith("held, not printed")
        (told,) = held["acts"]
        assert told["kind"] == "note" and told["note"].startswith("held, not printed")
        assert "decision.recorded" in {one["action"] for one in held["ledger"]}


def test_everything_of_the_person_is_there(site: Path, tmp_path: Path) -> None:
    row = people(site)["flagged"]
    groups = read(site, "groups")
    person = groups[row["record_id"]]["person_id"]
    ids = {each["record_id"] for each in groups if each["person_id"] == person}
    assert run("explain", site, read(site, "flags")[0]["flag_key"]).exit_code == 0
    held = written(site, tmp_path / "out", row)

    def touched(table: str) -> list[dict]:
        return [r for r in read(site, table) if r["left_id"] in ids or r["right_id"] in ids]

    members = {m["flag_key"] for m in read(site, "members") if m["record_id"] in ids}
    flags = {f["flag_key"] for f in touched("flags")} | members
    assert {f["flag_key"] for f in held["flags"] if f["is"] == "flag"} == flags
    assert sum(f["is"] == "held back" for f in held["flags"]) == len(touched("held"))
    links = [link for name in tables(site).glob("links_*.parquet") for link in touched(name.stem)]
    assert len(held["links"]) == len(links)
    mine = [r for r in read(site, "records") if r["record_id"] in ids]
    assert {one["record"].removesuffix("#2") for one in held["records"]} == {reference(r) for r in mine}
    assert all(
        one["normalised"].get("surname") == r["surname"] for one, r in zip(held["records"], mine, strict=True)
    )
    assert [one["run"] for one in held["nights"]] == [tables(site).parent.name]
    assert sum(one["records"] for one in held["deliveries"]) == len(ids)
    cases = {c["case_key"] for c in read(site, "case_flags") if c["flag_key"] in flags}
    assert {c["case_key"] for c in held["cases"]} == cases


def test_a_member_of_a_group_is_named_and_the_others_are_not(site: Path, tmp_path: Path) -> None:
    first = {f["flag_key"]: f["left_id"] for f in read(site, "flags")}
    person = {g["record_id"]: g["person_id"] for g in read(site, "groups")}
    member = next(
        m for m in read(site, "members")
        if person[m["record_id"]] is not None and person[m["record_id"]] != person[first[m["flag_key"]]]
    )  # fmt: skip
    row = read(site, "records")[member["record_id"]]
    held = written(site, tmp_path / "out", row)
    (flag,) = (f for f in held["flags"] if f["flag_key"] == member["flag_key"])
    assert flag["sides"][0]["who"] == "another person"
    assert flag["sides"][1]["record"].startswith(reference(row))
    assert reference(read(site, "records")[first[member["flag_key"]]]) not in json.dumps(held)


def test_for_one_partner_nothing_of_another_partner_is_named(site: Path, tmp_path: Path) -> None:
    records, groups = read(site, "records"), read(site, "groups")
    partners: dict[int, set[str]] = {}
    for record, group in zip(records, groups, strict=True):
        if group["person_id"] is not None:
            partners.setdefault(group["person_id"], set()).add(record["partner"])
    person = next(p for p, known in partners.items() if len(known) > 1)
    row = records[person]
    held = written(site, tmp_path / "out", row, "--for", row["partner"])
    assert {one["partner"] for one in held["records"]} == {row["partner"]}
    others = {reference(r) for r, g in zip(records, groups, strict=True) if g["person_id"] == person} - {
        one["record"] for one in held["records"]
    }
    text = (tmp_path / "out" / "subject.json").read_text(encoding="utf-8")
    assert others
    assert not [one for one in others if one in text]
    assert "this person, held by another partner" in text


def test_a_telephone_number_is_told_of_and_not_printed(site: Path, tmp_path: Path) -> None:
    row = next(r for r in read(site, "records") if r["phone"] and r["party_kind"] == "person")
    held = written(site, tmp_path / "out", row)
    assert "held, not printed" in json.dumps(held["records"])
    assert row["phone"] not in (tmp_path / "out" / "subject.json").read_text(encoding="utf-8")


def test_each_look_is_entered_without_a_value(site: Path, tmp_path: Path) -> None:
    row = people(site)["flagged"]
    written(site, tmp_path / "out", row)
    entries = json.loads(run("audit", "list", site, "--json").stdout)["entries"][-2:]
    assert [one["action"] for one in entries] == ["subject.searched", "subject.exported"]
    assert {one["actor"] for one in entries} == {"R. Green"}
    text = json.dumps(entries)
    assert row["source_ref"] not in text
    assert "Ashmole" not in text
    again = written(site, tmp_path / "again", row)
    assert "subject.exported" in {one["action"] for one in again["ledger"]}


def test_who_could_be_meant_is_listed_and_told_apart(site: Path) -> None:
    row = next(
        r
        for r in read(site, "records")
        if r["forename"] and r["surname"] and r["date_of_birth"] and r["postcode"]
    )
    name, born = f"{row['forename']} {row['surname']}", row["date_of_birth"].isoformat()
    done = run("subject", site, "--name", name, "--born", born, "--postcode", row["postcode"], *WHO)
    assert done.exit_code == 0, done.output
    assert "1  " in done.stdout
    assert "fits: name, born, postcode" in done.stdout
    assert row["partner"] in done.stdout


def test_a_record_left_out_is_not_written(site: Path, tmp_path: Path) -> None:
    groups = read(site, "groups")
    of_person: dict[int, list[int]] = {}
    for each in groups:
        of_person.setdefault(each["person_id"], []).append(each["record_id"])
    ids = next(ids for person, ids in of_person.items() if person is not None and len(ids) > 2)
    records = read(site, "records")
    gone = next(r for r in map(records.__getitem__, ids[1:]) if r["party"] == 1)
    held = written(site, tmp_path / "out", records[ids[0]], "--leave-out", reference(gone))
    assert len(held["records"]) == len(ids) - 1
    assert reference(gone) not in {one["record"] for one in held["records"]}


@pytest.mark.parametrize(
    "asked", [("--born", "1980-01-01"), ("--name", "Ada"), ("--nino", "none"), ("--reference", "x")]
)
def test_too_little_or_unreadable_is_refused_without_repeating_it(site: Path, asked: tuple[str, str]) -> None:
    done = run("subject", site, *asked, *WHO)
    assert isinstance(done.exception, ConfigurationError)
    assert asked[1] not in str(done.exception).replace("partner:data_set", "") or asked[1] == "x"


def test_nobody_fits_and_a_changed_table_is_not_read(site: Path) -> None:
    asked = ("subject", site, "--name", "Quentin Nobodysuch", "--born", "1903-01-01", *WHO)
    assert isinstance(run(*asked).exception, GateError)
    path = tables(site) / "records.parquet"
    pq.write_table(pq.read_table(path).slice(0, 10), path)
    assert isinstance(run(*asked).exception, RunError)
    assert pc.count(pq.read_table(path)["record_id"]).as_py() == 10


def test_hostile_names_are_text_on_the_page_and_on_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    from fraudmatch.cli.subject import _list
    from fraudmatch.subject import Candidate
    from fraudmatch.subject.page import _table

    _list([Candidate((1,), ("name",), {"northshire": 1}, ("\x1b[2JA",), (), 1)])
    assert "\x1b" not in capsys.readouterr().out
    assert "<script>" not in _table([{"name": "<script>\x1b"}])
    assert "\x1b" not in _table([{"name": "<script>\x1b"}])


def test_money_is_in_pounds_on_the_page() -> None:
    from fraudmatch.subject.page import _record, _table

    one = {"as_written": {"weekly_pence": 11789}, "normalised": {"weekly_pence": 11789}, "row": 1, "record": "r",
           "delivery": "d", "restriction": "", "dataset": "care_payment", "partner": "northshire"}  # fmt: skip
    assert "117.89" in _record(one)
    assert "11789" not in _record(one)
    assert "25.00" in _table([{"value_pence": {"estimate": 2500}}])
