"""Linking a file by spilled ranges of keys gives what linking it in memory gives."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from fraudmatch.errors import BudgetError, ModelError
from fraudmatch.linkage import link, link_file, passes, spill
from fraudmatch.linkage.model import Model

MODEL = Model.model_validate(
    {
        "name": "spilled", "version": 1, "relation": "person", "description": "", "prior": -6.0, "threshold": 0.0,
        "pass": [{"key": ["surname"]}, {"key": ["town", "forename:initial"]}, {"key": ["born"]}],
        "comparison": [
            {"name": "surname", "columns": ["surname"], "frequencies": {"WEBB": 0.1}, "levels": [
                {"name": "same", "when": "exact", "m": 0.8, "u": 0.02},
                {"name": "near", "when": "jaro_winkler 0.85", "m": 0.15, "u": 0.05},
                {"name": "differs", "when": "otherwise", "m": 0.05, "u": 0.93}]},
            {"name": "forename", "columns": ["forename"], "alike": "forename:initial", "levels": [
                {"name": "same", "when": "exact", "m": 0.8, "u": 0.02},
                {"name": "initial", "when": "alike", "m": 0.15, "u": 0.1},
                {"name": "differs", "when": "otherwise", "m": 0.05, "u": 0.88}]},
            {"name": "born", "columns": ["born"], "levels": [
                {"name": "same", "when": "exact", "m": 0.9, "u": 0.01},
                {"name": "swapped", "when": "swapped", "m": 0.05, "u": 0.01},
                {"name": "differs", "when": "otherwise", "m": 0.05, "u": 0.98}]},
            {"name": "town", "columns": ["town"], "levels": [
                {"name": "same", "when": "exact", "m": 0.7, "u": 0.2},
                {"name": "differs", "when": "otherwise", "m": 0.3, "u": 0.8}]},
        ],
    }
)  # fmt: skip


@pytest.fixture
def people(tmp_path):
    rng = np.random.default_rng(5)

    def some(values, share=0.9):
        return [
            values[k] if known else None
            for k, known in zip(rng.integers(0, len(values), 900), rng.random(900) < share, strict=True)
        ]

    table = pa.table(
        {
            "surname": some(
                ["WEBB", "WEB", "HARGREAVES", "HARGRAVES", "Ó BRIAIN", "LOCKE", "LOCK"]
                + [f"NAME{k}" for k in range(60)]
            ),
            "forename": some(["ANNA", "ANNE", "A", "BORIS", "ZOË", "B"]),
            "born": some([f"19{y}-0{m}-0{d}" for y in range(50, 80) for m in (1, 2) for d in (1, 2)]),
            "town": some(["X", "Y", "Z"], 0.7),
        }
    )
    path = tmp_path / "people.parquet"
    pq.write_table(table, path, row_group_size=100)
    return table, path


@pytest.mark.parametrize(("rows", "few"), [(7, 0), (100, 1 << 60), (100_000, 0)])
def test_ranges_of_any_size_give_the_links_of_memory(people, monkeypatch, rows, few):
    monkeypatch.setattr(spill, "LEAST_ROWS", rows)
    monkeypatch.setattr(passes, "FEW_PAIRS", few)
    table, path = people
    inside, outside = link(table, MODEL), link_file(path, MODEL, memory=1)
    assert outside.links.equals(inside.links) and inside.links.num_rows > 100
    assert outside.groups.tolist() == inside.groups.tolist()
    assert (outside.compared, outside.plan) == (inside.compared, inside.plan)
    assert (max(outside.ranges) > 1) == (rows < 900)


def test_nothing_is_left_in_the_scratch_folder(people, tmp_path):
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    link_file(people[1], MODEL, memory=1, scratch=scratch)
    with pytest.raises(BudgetError):
        link_file(people[1], MODEL, memory=1, scratch=scratch, budget=1)
    assert list(scratch.iterdir()) == []


def test_a_file_without_a_column_is_refused_by_name(tmp_path):
    pq.write_table(pa.table({"surname": ["WEBB"]}), tmp_path / "short.parquet")
    with pytest.raises(ModelError, match="born, forename, town"):
        link_file(tmp_path / "short.parquet", MODEL, memory=1)
