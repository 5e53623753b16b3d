"""A generated site is a site: it loads, only the meant faults are refused, and the key fits the rows."""

from __future__ import annotations

import filecmp
import os
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import pytest

from fraudmatch.errors import ConfigurationError
from fraudmatch.extract import Extracted, extract
from fraudmatch.reasons import FATAL
from fraudmatch.sample import FEWEST_PEOPLE, generate
from fraudmatch.sample.layouts import extracts
from fraudmatch.schemas import DATASETS, is_fatal
from fraudmatch.scoring import load_library
from fraudmatch.shipped import shipped
from fraudmatch.site import load_site

#: Reasons a sample may be reprimanded for, and whether they refuse a row.
MEANT = {
    "DUPLICATE_ROW": True,
    "KEY_MISSING": True,
    "ROW_TOO_FEW_FIELDS": True,
    "RECORD_LENGTH": True,
    "CODE_UNKNOWN": False,
    "DATE_PLACEHOLDER": False,
    "DOB_PLACEHOLDER": False,
}

#: Rules that look at one record, or at the members of a group one by one: their cases have no right side.
SINGLE_RECORDS = {
    rule.id
    for rule in load_library([shipped("rules")]).rules
    if rule.file.pair is None or rule.file.pair.right is None
}


@pytest.fixture(scope="module")
def extracted(small_site: Path) -> Extracted:
    return extract(load_site(small_site))


def same_files(left: Path, right: Path) -> bool:
    names = sorted(str(p.relative_to(left)) for p in left.rglob("*") if p.is_file())
    assert names == sorted(str(p.relative_to(right)) for p in right.rglob("*") if p.is_file())
    return not any(filecmp.cmpfiles(left, right, names, shallow=False)[1:])


GENERATE = (
    "import sys, pathlib, fraudmatch.sample as s; s.generate(pathlib.Path(sys.argv[1]), people=1000, seed=3)"
)


def test_same_seed_same_bytes_whatever_the_hash_seed(tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    generate(here, people=FEWEST_PEOPLE, seed=3)
    environment = {**os.environ, "PYTHONHASHSEED": "77"}
    subprocess.run([sys.executable, "-c", GENERATE, str(there)], check=True, env=environment)
    assert same_files(here, there)


def test_another_seed_another_partnership(small_site: Path, tmp_path: Path) -> None:
    generate(tmp_path, people=FEWEST_PEOPLE, seed=4)
    assert not same_files(small_site / "answer_key", tmp_path / "answer_key")


def test_every_delivery_loads(small_site: Path, extracted: Extracted) -> None:
    files = [path for path in (small_site / "deliveries").rglob("*") if path.is_file()]
    assert len(files) > len(extracts()) - 4  # a system that holds nothing delivers nothing
    assert extracted.deliveries.column("state").to_pylist() == ["loaded"] * len(files)


def test_all_council_data_sets_are_there(extracted: Extracted) -> None:
    named = {name for name, table in extracted.received.items() if table.num_rows}
    assert named == set(DATASETS) - {"person", "organisation"}  # which are for files outside a night


def test_only_the_meant_faults_are_found(extracted: Extracted) -> None:
    # A spoilt UPRN takes a workbook of some size.
    rejects = [r for r in extracted.rejects.to_pylist() if r["reason"] != "PRECISION_LOST"]
    found = {(r["reason"], r["disposition"] in FATAL) for r in rejects}
    assert {reason for reason, _ in found} == set(MEANT)
    assert all(MEANT[reason] == fatal for reason, fatal in found)


def test_few_rows_are_refused(extracted: Extracted) -> None:
    received = pc.sum(extracted.deliveries.column("received")).as_py()
    rejected = pc.sum(extracted.deliveries.column("rejected")).as_py()
    assert 0 < rejected < received * 0.03


def loaded_references(extracted: Extracted) -> dict[tuple[str, str, str], dict[str, object]]:
    found = {}
    for dataset, table in extracted.received.items():
        for row in table.to_pylist():
            key = (row["partner"], dataset, row["source_ref"])
            assert key not in found
            found[key] = row
    return found


def key_rows(site: Path, name: str) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = pq.read_table(site / "answer_key" / f"{name}.parquet").to_pylist()
    return rows


@pytest.mark.parametrize("name", ["persons", "properties", "organisations"])
def test_key_rows_are_loaded_rows(small_site: Path, extracted: Extracted, name: str) -> None:
    rows = key_rows(small_site, name)
    ends = [(r["partner"], r["dataset"], r["source_ref"], r["party"]) for r in rows]
    assert len(set(ends)) == len(ends)
    assert {end[:3] for end in ends} <= set(loaded_references(extracted))


def test_every_row_that_names_somebody_is_in_the_key(small_site: Path, extracted: Extracted) -> None:
    persons = {(r["partner"], r["dataset"], r["source_ref"]) for r in key_rows(small_site, "persons")}
    firms = {(r["partner"], r["dataset"], r["source_ref"]) for r in key_rows(small_site, "organisations")}
    for key, row in loaded_references(extracted).items():
        assert key in persons if row["surname"] or row["full_name"] else key in firms


def test_addresses_are_in_the_key(small_site: Path, extracted: Extracted) -> None:
    keyed = {(r["partner"], r["dataset"], r["source_ref"]) for r in key_rows(small_site, "properties")}
    addressed = {key for key, row in loaded_references(extracted).items() if row["address"]}
    assert addressed == keyed


def test_cases_name_loaded_rows_and_the_rules_own_data_sets(small_site: Path, extracted: Extracted) -> None:
    cases = pa_csv.read_csv(
        small_site / "answer_key" / "cases.csv",
        convert_options=pa_csv.ConvertOptions(
            column_types={"left_ref": pa.string(), "right_ref": pa.string()}
        ),
    ).to_pylist()
    references = loaded_references(extracted)
    assert len({case["case_id"] for case in cases}) == len(cases)
    for case in cases:
        ends = [
            (case[f"{side}_partner"], case[f"{side}_dataset"], case[f"{side}_ref"])
            for side in ("left", "right")
        ]
        alone = ends[1] == ("", "", "")
        assert ends[0] in references and (alone or ends[1] in references)
        assert alone == (case["rule_id"] in SINGLE_RECORDS)
    rules = {
        kind: {c["rule_id"] for c in cases if c["kind"] == kind}
        for kind in ("planted", "look_alike", "near_miss")
    }
    assert rules["planted"] == rules["look_alike"] == rules["near_miss"]
    assert len(rules["planted"]) >= 60


def test_case_rows_are_spared_faults(small_site: Path, extracted: Extracted) -> None:
    lines = (small_site / "answer_key" / "cases.csv").read_text(encoding="utf-8").splitlines()[1:]
    in_cases = {tuple(line.split(",")[at : at + 3]) for line in lines for at in (4, 7)}
    for fault in extracted.rejects.filter(pc.invert(is_fatal(extracted.rejects))).to_pylist():
        table = extracted.received[fault["dataset"]]
        here = pc.and_(
            pc.equal(table.column("delivery"), fault["delivery"]),
            pc.equal(table.column("source_row"), fault["source_row"]),
        )
        row = table.filter(here).to_pylist()[0]
        assert (row["partner"], fault["dataset"], row["source_ref"]) not in in_cases


@pytest.mark.parametrize(("people", "seed"), [(FEWEST_PEOPLE - 1, 1), (5_000, -1)])
def test_impossible_orders_are_refused(tmp_path: Path, people: int, seed: int) -> None:
    with pytest.raises(ConfigurationError, match="cannot be made"):
        generate(tmp_path / "site", people=people, seed=seed)
    assert not (tmp_path / "site").exists()
