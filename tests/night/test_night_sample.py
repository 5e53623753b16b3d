"""The whole night on the sample partnership: what it finds, and that it always finds the same."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pyarrow.compute as pc
import pytest
from shuffling import shuffle_site

from fraudmatch.audit import open_run
from fraudmatch.errors import RunError
from fraudmatch.evaluation.answer_key import evaluate_site
from fraudmatch.exercise import run_night
from fraudmatch.inputs import rule_folders
from fraudmatch.kept import read_night, write_reports
from fraudmatch.scoring.library import load_library
from fraudmatch.shipped import shipped
from fraudmatch.site import load_site

#: Files that say which physical row a line came from; rows that move, move them.
WHERE_ROWS_ARE = {"sources.csv", "rejects.csv"}


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    folder = tmp_path_factory.mktemp("night") / "site"
    shutil.copytree(shipped("sample_data"), folder)
    return folder, run_night(load_site(folder))


def test_people_are_linked_as_the_answer_key_says(sample):
    found = evaluate_site(sample[0])
    assert found["persons"]["f1"] >= 0.98
    assert found["properties"]["f1"] >= 0.98
    assert found["organisations"]["f1"] >= 0.98


def test_planted_cases_are_flagged_and_lawful_look_alikes_are_not(sample):
    cases = evaluate_site(sample[0])["cases"]["all"]
    assert cases["planted"] >= 300 and cases["look_alikes"] >= 300
    assert cases["planted_share"] >= 0.95
    assert cases["look_alikes_share"] <= 0.05


def test_every_live_rule_is_proved_by_cases_of_all_three_kinds(sample):
    rules = evaluate_site(sample[0])["cases"]["by_rule"]
    live = {
        rule.id
        for rule in load_library(rule_folders(load_site(sample[0]))).rules
        if rule.file.status == "live"
    }
    assert len(live) > 90
    for kind in ("planted", "look_alikes", "near_misses"):
        assert not [rule for rule in sorted(live) if rule not in rules or not rules[rule][kind]], kind


def test_every_rule_finds_its_planted_cases_and_lets_lawful_ones_be(sample):
    rules = evaluate_site(sample[0])["cases"]["by_rule"]
    # At this size a rule has a dozen planted cases or a few more, and one missed is 8 %; of 120 and more, at
    # 200,000 people, every rule finds 95 % (benchmarks/README.md).
    missed = {rule: one["planted"] - one["planted_flagged"] for rule, one in rules.items()}
    assert {rule: number for rule, number in missed.items() if number > 2} == {}
    wrong = {rule: one["look_alikes_flagged"] for rule, one in rules.items() if one["look_alikes_flagged"]}
    assert all(number <= 1 for number in wrong.values()) and len(wrong) <= 3, wrong
    assert not [rule for rule, one in rules.items() if one["near_misses_flagged"]]


def test_every_flag_is_in_one_case_and_every_case_is_owned_by_who_bears_the_loss(sample):
    night = sample[1]
    flags, made = night.scored.flags, night.casework
    assert sorted(made.flags["flag_key"].to_pylist()) == sorted(flags["flag_key"].to_pylist())
    assert len(set(made.cases["case_key"].to_pylist())) == made.cases.num_rows < flags.num_rows
    owner = dict(zip(flags["flag_key"].to_pylist(), flags["left_partner"].to_pylist(), strict=True))
    for case in made.cases.select(["leading_flag_key", "owner"]).to_pylist():
        assert owner[case["leading_flag_key"]] == case["owner"]


def test_every_row_is_loaded_or_rejected(sample):
    deliveries = sample[1].prepared.deliveries
    assert pc.all(
        pc.equal(deliveries["received"], pc.add(deliveries["loaded"], deliveries["rejected"]))
    ).as_py()
    assert pc.sum(deliveries["rejected"]).as_py() > 0, "the sample plants faults; the night must show them"


def test_every_record_leads_back_to_a_delivered_row(sample):
    prepared = sample[1].prepared
    delivered = set(prepared.deliveries["delivery"].to_pylist())
    assert set(prepared.records["delivery"].to_pylist()) <= delivered
    assert pc.min(prepared.records["source_row"]).as_py() >= 1


def test_no_report_calls_anyone_a_fraudster(sample):
    for path in sample[1].files:
        if path.suffix in (".csv", ".html"):
            assert "fraudster" not in path.read_text(encoding="utf-8-sig").lower()


def report_bytes(folder: Path) -> dict[str, bytes]:
    found = {
        p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()
    }
    return {
        name: content
        for name, content in found.items()
        if Path(name).name not in WHERE_ROWS_ARE and Path(name).parent.name != "to-correct"
    }


def differing(one: dict[str, bytes], other: dict[str, bytes]) -> list[str]:
    return sorted(name for name in {*one, *other} if one.get(name) != other.get(name))


def test_the_same_night_twice_gives_the_same_bytes(sample):
    folder, first = sample
    before = report_bytes(first.run.reports)
    again = run_night(load_site(folder))
    assert again.run.folder.name == first.run.folder.name
    assert differing(before, report_bytes(again.run.reports)) == []
    assert len(before) > 50


def test_shuffled_rows_and_one_thread_give_the_same_bytes(sample, tmp_path):
    folder, first = sample
    shutil.copytree(folder / "partners", tmp_path / "partners")
    shutil.copytree(folder / "deliveries", tmp_path / "deliveries")
    shutil.copytree(folder / "rules", tmp_path / "rules")
    shutil.copy(folder / "site.toml", tmp_path)
    assert shuffle_site(load_site(tmp_path), seed=7) > 50
    shuffled = run_night(load_site(tmp_path), threads=1)
    assert shuffled.run.folder.name == first.run.folder.name
    before, after = report_bytes(first.run.reports), report_bytes(shuffled.run.reports)
    assert differing(before, after) == []


def test_reports_can_be_written_again_from_the_kept_tables(sample, tmp_path):
    folder, first = sample
    write_reports(load_site(folder), tmp_path / "again")
    assert differing(report_bytes(first.run.reports), report_bytes(tmp_path / "again")) == []


def test_the_manifest_names_every_artefact(sample):
    run = open_run(load_site(sample[0]).runs_folder)
    manifest = json.loads((run.folder / "manifest.json").read_text(encoding="utf-8"))
    files = {p.relative_to(run.folder).as_posix() for p in run.folder.rglob("*") if p.is_file()}
    assert files == set(manifest["artefacts"]) | {"manifest.json"}
    assert set(manifest["seconds"]) == {"extract", "normalise", "link", "score", "cases", "report"}


def test_a_changed_artefact_is_noticed_before_it_is_used(sample, tmp_path):
    folder = tmp_path / "site"
    shutil.copytree(sample[0], folder)
    site = load_site(folder)
    path = open_run(site.runs_folder).tables / "flags.parquet"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(RunError, match=r"flags\.parquet is not the file that was published"):
        read_night(site)
