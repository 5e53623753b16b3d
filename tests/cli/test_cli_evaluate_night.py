"""`fraudmatch evaluate` on the night of a site: page, errors, and a review sample of people."""

from __future__ import annotations

import csv
import json
import re
import shlex
import shutil
import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from html import unescape
from pathlib import Path

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from fraudmatch.audit import open_run
from fraudmatch.cli import cli
from fraudmatch.errors import GateError
from fraudmatch.evaluation.night import linking_of_night
from fraudmatch.kept import read_night
from fraudmatch.site import load_site


def run(*arguments: object) -> tuple[int, str, str]:
    done = CliRunner().invoke(cli, [str(one) for one in arguments])
    if done.exit_code and done.exception and not isinstance(done.exception, SystemExit):
        return 1, done.stdout, str(done.exception)
    return done.exit_code, done.stdout, done.stderr


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("night") / "a site"
    assert run("sample", "--people", "1000", "--seed", "3", "--out", folder)[0] == 0
    code, _, err = run("run", folder, "--quiet")
    assert code == 0, err
    return folder


@pytest.fixture(scope="module")
def measured(site: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict]:
    out = tmp_path_factory.mktemp("measured")
    code, text, err = run("evaluate", site, "--out", out, "--json", "-q", "--worst", "3")
    assert code == 0, err
    return out, json.loads(text)


def test_the_page_shows_each_relation_with_its_charts(measured: tuple[Path, dict]) -> None:
    html = (measured[0] / "evaluation.html").read_text(encoding="utf-8")
    headings = re.findall(r"<h2 id=\"(\w+)\">", html)
    assert headings == ["person", "property", "organisation"]
    assert "<script" not in html and "<link" not in html and "@import" not in html
    assert html.count("http") == html.count('xmlns="http://www.w3.org/2000/svg"')  # nothing is fetched
    pictures = html.split("<svg")[1:]
    assert len(pictures) == 9
    for picture in pictures:
        drawn = ElementTree.fromstring("<svg" + picture.split("</svg>")[0] + "</svg>")
        assert drawn.find("{http://www.w3.org/2000/svg}desc") is not None
    assert html.count("<h3>False links</h3>") == html.count("<h3>Missed: never compared</h3>") == 3


def test_figures_of_people_are_those_of_the_links_that_were_written(
    site: Path, measured: tuple[Path, dict]
) -> None:
    found = measured[1]
    at = {one["threshold"]: one for one in found["relations"]["person"]["thresholds"]}[0.0]
    assert at["links"] == found["person_links"]["found_pairs"]
    assert at["correct"] == found["person_links"]["correct_pairs"]
    assert at["precision"] == pytest.approx(found["person_links"]["precision"], abs=1e-6)
    written = open_run(site / "runs", None).read("links_person").num_rows
    assert written == at["links"]


def test_links_of_the_other_relations_are_those_the_night_counted(
    site: Path, measured: tuple[Path, dict]
) -> None:
    steps = {step["model"]: step["links"] for step in open_run(site / "runs", None).manifest["linkage"]}
    for relation in ("property", "organisation"):
        one = measured[1]["relations"][relation]
        at = {one["threshold"]: one for one in one["thresholds"]}[0.0]
        assert at["links"] == steps[f"{relation}_v1"]  # the key names every record of a sample
        assert at["precision"] > 0.8 and at["recall"] > 0.8


def test_errors_name_pairs_and_no_values(site: Path, measured: tuple[Path, dict]) -> None:
    out, found = measured
    records = read_night(load_site(site)).prepared.records
    surnames = {name for name in records["surname"].drop_null().to_pylist() if len(name) > 5}
    for relation in ("person", "property", "organisation"):
        text = (out / f"errors_{relation}.csv").read_text(encoding="utf-8-sig")
        rows = list(csv.DictReader(text.splitlines()))
        worst = [one for one in found["relations"][relation]["worst"] if one["kind"] == "false link"]
        false = [row for row in rows if row["error"] == "false link"]
        assert [row["left_ref"] for row in false[: len(worst)]] == [one["left_ref"] for one in worst]
        assert not surnames & set(re.findall(r"[A-Z]+", text))


def test_the_command_beside_the_errors_explains_the_pair(site: Path, measured: tuple[Path, dict]) -> None:
    """As written on the page: quoted for a shell, with the relation where it is needed."""
    html = (measured[0] / "evaluation.html").read_text(encoding="utf-8")
    commands = [unescape(one) for one in re.findall(r"<pre>(.*?)</pre>", html)]
    assert commands and {one.split()[0] for one in commands} == {"fraudmatch"}
    for line in commands:
        words = shlex.split(line)
        assert words[2] == str(site)
        code, text, err = run(*words[1:])
        assert code == 0, err
        assert "Match weight" in text
    named = {
        relation: measured[1]["relations"][relation]["worst"] for relation in ("property", "organisation")
    }
    assert any(named.values())
    for relation, worst in named.items():
        assert all(one["explain"].endswith(f"--relation {relation}") for one in worst)


def test_a_file_that_ends_in_html_gets_the_page_alone(site: Path, measured: tuple[Path, dict]) -> None:
    alone = measured[0] / "alone" / "night.html"
    code, text, err = run("evaluate", site, "--out", alone, "-q", "--worst", "3")
    assert code == 0, err
    assert alone.read_bytes() == (measured[0] / "evaluation.html").read_bytes()
    assert sorted(path.name for path in alone.parent.iterdir()) == ["night.html"]
    assert "persons" in text and "calibration error" in text and str(alone) in text


def test_without_a_page_the_tables_are_printed(site: Path) -> None:
    code, text, err = run("evaluate", site)
    assert code == 0, err
    lines, found = text.splitlines(), json.loads(run("evaluate", site, "--json")[1])
    persons = next(line for line in lines if line.startswith("persons "))
    assert f"{found['persons']['true_pairs']:,}" in persons and f"{found['persons']['f1']:.4f}" in persons
    rules = found["cases"]["by_rule"]
    told = {line.split()[0]: line for line in lines if line.startswith("FM-")}
    assert told.keys() == rules.keys()
    for rule, one in rules.items():
        assert f" {one['planted_flagged']:,} of {one['planted']:,} " in told[rule]


def test_a_sample_of_people_is_drawn_decided_and_turned_into_figures(site: Path, tmp_path: Path) -> None:
    """Decided by the answer key, all pairs of it: the intervals close on what the key says."""
    bare = tmp_path / "bare"
    shutil.copytree(site, bare)
    key = pq.read_table(bare / "answer_key" / "persons.parquet")
    shutil.rmtree(bare / "answer_key")
    sample = tmp_path / "sample.csv"
    code, text, err = run("evaluate", bare, "--plan-review", "100000", "--out", sample, "-q")
    assert code == 0, err
    with sample.open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert list(rows[0])[:4] == ["outcome", "note", "left_ref", "right_ref"]
    assert "name_as_written (left)" in rows[0] and not {"surname (left)", "property_id (left)"} & set(rows[0])
    entity = {
        ":".join([row["partner"], row["dataset"], row["source_ref"]])
        + ("#2" if row["party"] == 2 else ""): row["entity"]
        for row in key.to_pylist()
    }
    for row in rows:
        same = entity[row["left_ref"]] == entity[row["right_ref"]]
        row["outcome"] = "same" if same else "different"
    decided = tmp_path / "decided.csv"
    with decided.open("w", encoding="utf-8", newline="") as lines:
        out = csv.DictWriter(lines, list(rows[0]))
        out.writeheader()
        out.writerows(rows)
    code, text, err = run("evaluate", "--reviewed", decided, "--json")
    assert code == 0, err
    precision = json.loads(text)["precision"]
    expected = json.loads(run("evaluate", site, "--json")[1])["person_links"]["precision"]
    assert precision["value"] == pytest.approx(expected, abs=1e-6)
    assert precision["low"] == pytest.approx(precision["high"], abs=1e-9)


def test_a_smaller_sample_lies_inside_a_larger_one(site: Path, tmp_path: Path) -> None:
    drawn = []
    for size in (40, 90):
        path = tmp_path / f"{size}.csv"
        assert run("evaluate", site, "--plan-review", size, "--out", path, "-q")[0] == 0
        with path.open(encoding="utf-8-sig", newline="") as lines:
            drawn.append({(row["left_ref"], row["right_ref"]) for row in csv.DictReader(lines)})
    assert len(drawn[0]) == 40 and len(drawn[1]) == 90 and drawn[0] < drawn[1]


def test_a_model_changed_since_the_night_is_refused(site: Path) -> None:
    linking = linking_of_night(read_night(load_site(site)), "person", site).linking
    changed = linking.model.model_copy(update={"prior": linking.model.prior - 12})
    with pytest.raises(GateError, match=r"person_v1 gives .* links now and gave") as stopped:
        replace(linking, model=changed).compare(-5.0)
    assert "Run the night again" in str(stopped.value.remedy)


def test_names_are_those_explain_takes(site: Path) -> None:
    kept = read_night(load_site(site))
    linking = linking_of_night(kept, "person", site, "2026-03-31-x").linking
    records = kept.prepared.records
    joint = pc.and_(pc.equal(records["party"], 2), pc.equal(records["party_kind"], "person"))
    second = records.filter(pc.fill_null(joint, False)).slice(0, 1).to_pylist()[0]
    name = f"{second['partner']}:{second['dataset']}:{second['source_ref']}#2"
    assert name in linking.called
    assert linking.explain("a:b:c d", "e:f:g#2").endswith("'a:b:c d' 'e:f:g#2' --run 2026-03-31-x")


def test_usage(site: Path, tmp_path: Path) -> None:
    code, _, err = run("evaluate", site, "--truth", site / "site.toml")
    assert code == 2 and "answer_key" in err
    bare = tmp_path / "bare"
    shutil.copytree(site, bare)
    shutil.rmtree(bare / "answer_key")
    code, _, err = run("evaluate", bare, "--out", tmp_path / "page.html")
    assert code == 1 and "has no answer_key" in err and "--plan-review" in err
    assert "--out SAMPLE.csv" in run("evaluate", bare, "--plan-review", "5")[2]
    (tmp_path / "linked").mkdir()
    (tmp_path / "linked" / "links.parquet").touch()
    code, _, err = run("evaluate", tmp_path / "linked", "--run", "x", "--truth", site / "site.toml")
    assert code == 2 and "--run is for nights" in err
