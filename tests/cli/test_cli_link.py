"""`fraudmatch link` and `fraudmatch explain` on its folder, as an analyst at a terminal uses them."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

import fraudmatch
from fraudmatch.cli import cli
from fraudmatch.errors import ConfigurationError, FraudmatchError, MappingError

MAPPING = """
dataset = "person"
[file]
pattern = "*.csv"
format = "delimited"
date_formats = ["%d/%m/%Y"]
[fields]
source_ref = "ref"
full_name = "name"
date_of_birth = "born"
nino = "ni"
address = "address"
postcode = "postcode"
"""
LEFT = """ref,name,born,ni,address,postcode
a1,Peregrine Ashmole,03/04/1971,AB654321C,1 Quince Lane,GL50 1AA
a2,Mr Rufus & Mrs Dorothea Brackley,,,7 Quince Lane,GL50 1AA
a3,Tobias Cattermole,31/02/1960,,9 Medlar Road,OX18 2BB
"""
RIGHT = """ref,name,born,ni,address,postcode
b1,Peregrin Ashmole,03/04/1971,AB654321C,1 Quince Ln,GL50 1AA
b2,Dorothea Brackley,19/11/1960,,7 Quince Lane,GL50 1AA
a3,Tobias Cattermole,31/02/1960,,4 Sorrel Way,OX28 4DD
"""
MODEL = """
name = "tiny"
version = 1
relation = "person"
description = "Three columns of one's own."
prior = -6.0
threshold = 0.0
pass = [ { key = ["town"] }, { key = ["name:initial"] } ]
[[comparison]]
name = "name"
columns = ["name"]
levels = [ { name = "same", when = "exact", m = 0.9, u = 0.0001 }, { name = "differs", when = "otherwise", m = 0.1, u = 0.9999 } ]
[[comparison]]
name = "born"
columns = ["born"]
levels = [ { name = "same", when = "exact", m = 0.9, u = 0.001 }, { name = "differs", when = "otherwise", m = 0.1, u = 0.999 } ]
"""


def run(*arguments: str | Path) -> str:
    done = CliRunner().invoke(cli, [str(each) for each in arguments])
    if isinstance(done.exception, FraudmatchError):
        raise done.exception
    assert done.exit_code == 0, done.output
    return done.stdout


@pytest.fixture(scope="module")
def files(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("files")
    for name, text in (("m.toml", MAPPING), ("left.csv", LEFT), ("right.csv", RIGHT), ("tiny.toml", MODEL)):
        (folder / name).write_text(text, encoding="utf-8")
    people = {"id": ["p", "q", "r"], "name": ["Ann", "Ann", "Bob"], "town": ["X", "X", "X"],
              "born": ["1990", "1990", ""]}  # fmt: skip
    pq.write_table(pa.table(people), folder / "people.parquet")
    return folder


@pytest.fixture(scope="module")
def linked(files) -> Path:
    run(
        "link",
        files / "left.csv",
        files / "right.csv",
        "--mapping",
        files / "m.toml",
        "--out",
        files / "out",
        "-q",
    )
    return files / "out"


def test_a_link_is_explained_from_the_folder(linked) -> None:
    text = run("explain", linked, "a1", "b1")
    assert "Linked: compared" in text
    assert "a slip in a long name" in text and "PEREGRINE" in text and "PEREGRIN " in text
    assert "Same group of 2 records" in text
    assert "met  AB654321" in text
    assert "never proof" in text and "Peregrine Ashmole · 1 Quince Lane" in text


def test_a_fault_of_the_file_is_named_as_the_reason_not_to_meet(linked) -> None:
    text = run("explain", linked, "a3", "a3")
    assert "date_of_birth not known left and right (the value is not a date" in text
    assert "date_of_birth not known left (the" in run("explain", linked, "a3", "b2")


def test_second_parties_and_files_are_named_by_hash_and_prefix(linked) -> None:
    assert "DOROTHEA" in run("explain", linked, "a2#2", "b2")
    assert "known to be two" in run("explain", linked, "left:a2", "left:a2#2")
    assert "in one file" in run("explain", linked, "left:a1", "left:a3")
    with pytest.raises(ConfigurationError, match="no record called 'a11'") as refused:
        run("explain", linked, "a11", "b1")
    assert "a1" in refused.value.remedy


def test_from_inside_the_folder_two_references_are_enough(linked, monkeypatch) -> None:
    monkeypatch.chdir(linked)
    assert run("explain", "a1", "b1") == run("explain", linked, "a1", "b1")


def test_the_plan_counts_and_writes_nothing(files) -> None:
    before = sorted(files.rglob("*"))
    arguments = (
        "link",
        files / "left.csv",
        files / "right.csv",
        "--mapping",
        files / "m.toml",
        "--plan",
        "-q",
    )
    text = run(*arguments)
    assert "new pairs" in text and "Largest blocks" in text and "capture and recapture" in text
    made = json.loads(run(*arguments, "--json"))
    assert made["candidate_pairs"] == sum(one["new"] for one in made["passes"])
    assert made["coverage"]["found"] > 1.5
    assert json.loads(run(*arguments, "--json", "--budget", "0"))["coverage"] is None
    assert "more pairs than the budget" in " ".join(run(*arguments, "--budget", "0").split())
    assert sorted(files.rglob("*")) == before


def test_decided_pairs_and_one_to_one(files, tmp_path) -> None:
    twice = RIGHT + "b1x,Peregrin Ashmole,03/04/1971,AB654321C,1 Quince Ln,GL50 1AA\n"
    (tmp_path / "right.csv").write_text(twice.replace("b2,", "b1y,"), encoding="utf-8")
    decided = tmp_path / "decided.csv"
    decided.write_text("left_ref,right_ref,decision\na3,b1y,same\na2#2,b1y,different\na3,left:a1,same\na1,a3,different\n"
                       "a3,b1y,different\n", encoding="utf-8")  # fmt: skip
    arguments = (
        "link",
        files / "left.csv",
        tmp_path / "right.csv",
        "--mapping",
        files / "m.toml",
        "--out",
        tmp_path / "o",
        "-q",
    )
    loose = json.loads(run(*arguments, "--json"))
    assert (loose["links"], loose["decided"], loose["ties"]) == (4, 0, 0)
    text = run(*arguments, "--decided", decided, "--one-to-one")
    assert "Left out: a3 and b1y decided same" in text and "Ties between links as good: 1" in text
    links = pq.read_table(tmp_path / "o" / "links.parquet").to_pylist()
    assert [(row["left_ref"], row["right_ref"]) for row in links] == [("a1", "b1"), ("a3", "a3")]
    ties = pq.read_table(tmp_path / "o" / "ties.parquet").to_pylist()
    assert [(row["left_ref"], row["right_ref"], row["kept"]) for row in ties] == [
        ("a1", "b1", True),
        ("a1", "b1x", False),
    ]
    assert "a person decided that they differ" in run("explain", tmp_path / "o", "a2#2", "b1y")
    assert "best assignment" in run("explain", tmp_path / "o", "a1", "b1x")


def test_decisions_that_do_not_fit_are_all_named(files, tmp_path) -> None:
    decided = tmp_path / "decided.csv"
    decided.write_text("left_ref,right_ref,decision\na1,b1,maybe\na9,b1,same\n", encoding="utf-8")
    arguments = (
        "link",
        files / "left.csv",
        files / "right.csv",
        "--mapping",
        files / "m.toml",
        "--out",
        tmp_path,
        "-q",
    )
    with pytest.raises(ConfigurationError) as refused:
        run(*arguments, "--decided", decided)
    assert "line 2: 'maybe' is no decision" in str(refused.value)
    assert "line 3: no records are called 'a9'" in str(refused.value)
    decided.write_text("left_ref,right_ref\n", encoding="utf-8")
    with pytest.raises(ConfigurationError, match="no column decision"):
        run(*arguments, "--decided", decided)


def test_a_parquet_file_with_the_model_s_columns_needs_no_mapping(files, tmp_path) -> None:
    run(
        "link",
        files / "people.parquet",
        "--model",
        files / "tiny.toml",
        "--ref",
        "id",
        "--out",
        tmp_path,
        "-q",
    )
    links = pq.read_table(tmp_path / "links.parquet").to_pylist()
    assert [(row["left_ref"], row["right_ref"]) for row in links] == [("p", "q")]
    text = run("explain", tmp_path, "p", "r")
    assert "below the threshold" in text and "born" in text
    run("link", files / "people.parquet", "--model", files / "tiny.toml", "--out", tmp_path, "-q")
    assert pq.read_table(tmp_path / "links.parquet")["right_ref"].to_pylist() == ["2"]


def test_a_parquet_file_is_linked_within_a_limit_of_memory(files, tmp_path) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    common = ("link", files / "people.parquet", "--model", files / "tiny.toml", "--ref", "id", "-q", "--out")
    run(*common, tmp_path / "whole")
    said = run(*common, tmp_path / "within", "--memory", "1GB", "--scratch", scratch)
    assert said.startswith("3 records, 3 of 3 pairs compared\n1 links, 2 clusters in ")
    whole, within = (pq.read_table(tmp_path / name / "links.parquet") for name in ("whole", "within"))
    assert within.equals(whole)
    clusters = [pq.read_table(tmp_path / name / "clusters.parquet") for name in ("whole", "within")]
    assert clusters[0].to_pylist() == clusters[1].to_pylist()
    assert not list(scratch.iterdir())


@pytest.mark.parametrize(("memory", "said"), [("2 parsecs", "no amount of memory"), ("20MB", "too little")])
def test_memory_that_cannot_be_meant_is_refused(files, tmp_path, memory, said) -> None:
    with pytest.raises(ConfigurationError, match=said):
        run(
            "link",
            files / "people.parquet",
            "--model",
            files / "tiny.toml",
            "--memory",
            memory,
            "--out",
            tmp_path,
        )


def test_a_notebook_gets_what_the_command_line_writes(files, linked) -> None:
    left, right = (
        pd.read_csv(files / f"{name}.csv", index_col="ref", dtype=str) for name in ("left", "right")
    )
    found = fraudmatch.link(
        left, right, date_format="%d/%m/%Y", columns={"nino": "ni", "date_of_birth": "born"}
    )
    written = pq.read_table(linked / "links.parquet")
    made = found.to_arrow(words=False)
    for theirs, ours in (("left_ref", "left"), ("right_ref", "right"), ("match_weight", "match_weight"),
                         ("forename_level", "forename_level")):  # fmt: skip
        assert made[ours].to_pylist() == written[theirs].to_pylist()


def test_a_parquet_file_without_the_columns_says_which(files, tmp_path) -> None:
    with pytest.raises(MappingError) as refused:
        run("link", files / "people.parquet", "--ref", "idd", "--out", tmp_path, "-q")
    text = str(refused.value)
    assert "people.parquet: surname: there is no such column." in text
    assert "idd: there is no such column. Did you mean 'id'?" in text
    with pytest.raises(MappingError, match="needs a mapping"):
        run("link", files / "left.csv", "--out", tmp_path, "-q")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("link", "left.csv", "--mapping", "m.toml"), "--out"),
        (("link", "left.csv", "--mapping", "m.toml", "--ref", "id", "--out", "x"), "--ref"),
        (("link", "left.csv", "--mapping", "m.toml", "--one-to-one", "--out", "x"), "two files"),
        (("link", "left.csv", "right.csv", "--mapping", "m.toml", "--one-to-one", "--plan"), "--plan"),
        (("link", "people.parquet", "--memory", "2GB", "--plan"), "--memory"),
        (("explain", "nowhere", "a", "b"), "no folder"),
        (("explain", ".", "a", "b", "c"), "one flag, or two records"),
    ],
)
def test_what_cannot_be_meant_is_refused(files, monkeypatch, arguments, said) -> None:
    monkeypatch.chdir(files)
    done = CliRunner().invoke(cli, list(arguments))
    assert done.exit_code == 2 and said in done.output
