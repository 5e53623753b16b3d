"""Columns as integers: equal values have equal codes, however a column comes."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from fraudmatch.linkage import arrays
from fraudmatch.linkage.distinct import _hashes, mostly_differ, number_texts
from fraudmatch.linkage.encode import Codes, Encoder, ParquetColumns, coded_in_one, in_one
from fraudmatch.linkage.kinds import NULL


def values_by_row(codes: Codes) -> list[str | None]:
    texts = codes.values.to_pylist()
    return [None if code == NULL else texts[code] for code in codes.codes.tolist()]


def many_texts(count: int) -> list[str | None]:
    """Mostly different, some twice, some missing, some empty, some beyond ASCII, of many lengths."""
    rng = np.random.default_rng(2)
    made: list[str | None] = []
    for number in rng.integers(0, 2 * count, count).tolist():
        made.append(None if number % 17 == 0 else "é" * (number % 5) + str(number) * (number % 4))
    return made


def test_texts_are_numbered_as_arrow_numbers_them() -> None:
    texts = pa.array(many_texts(30_000), pa.string())
    for part in (texts, texts.slice(7, 20_000), texts.slice(0, 0), texts.slice(3, 1), texts.drop_null()):
        codes, values = number_texts(part)
        arrow = part.dictionary_encode()
        assert values.equals(arrow.dictionary)
        assert codes.tolist() == arrow.indices.fill_null(NULL).to_pylist()


@pytest.mark.parametrize("form", ["{:07d}", "{:08d}", "{:08d} HIGH STREET", "ABCDEFGH{:08d}", "{:d}"])
def test_hashes_spread_texts_that_differ_anywhere(form: str) -> None:
    offsets, octets = arrays.text_parts(pa.array([form.format(number) for number in range(1 << 15)]))
    hashes = _hashes(offsets, octets)
    # Thrown into twice as many slots by chance, 0.787 of them would lie alone or first in theirs.
    for slots in (hashes >> np.uint64(20) & np.uint64(0xFFFF), hashes & np.uint64(0xFFFF)):
        assert len(np.unique(slots)) > 0.77 * (1 << 15)
    assert len(np.unique(hashes)) == 1 << 15


def test_only_long_columns_of_mostly_different_texts_are_numbered_apart() -> None:
    assert mostly_differ(pa.array([str(number) for number in range(10_001)]))
    assert not mostly_differ(pa.array([str(number % 6_000) for number in range(10_001)]))
    assert not mostly_differ(pa.array([str(number) for number in range(10_000)]))


def columns() -> dict[str, pa.Array]:
    count = 12_000
    days = [dt.date(1950 + number % 60, 1, 2) for number in range(count)]
    return {
        "few": pa.array([None if number % 9 == 0 else f"NAME {number % 40}" for number in range(count)]),
        "most": pa.array(many_texts(count), pa.string()),
        "all": pa.array([f"{number} HIGH STREET" for number in range(count)]),
        "day": pa.array(days),
        "number": pa.array(range(count)),
        "nothing": pa.nulls(count, pa.string()),
    }


@pytest.mark.parametrize("name", list(columns()))
def test_a_file_is_encoded_as_the_table_it_holds(name: str, tmp_path: Path) -> None:
    table = pa.table(columns())
    pq.write_table(table, tmp_path / "people.parquet", row_group_size=5_000)
    file = Encoder(ParquetColumns(tmp_path / "people.parquet"))
    expected = [None if value is None else str(value) for value in table[name].to_pylist()]
    assert values_by_row(file.codes(name)) == expected
    assert values_by_row(Encoder(table).codes(name)) == expected


def test_a_column_that_the_file_holds_by_codes_is_read_by_codes(tmp_path: Path) -> None:
    pq.write_table(pa.table(columns()), tmp_path / "people.parquet")
    file = ParquetColumns(tmp_path / "people.parquet")
    assert pa.types.is_dictionary(file["few"].type)
    assert {file[name].type for name in ("most", "all")} == {pa.string()}
    cleaned = ParquetColumns(tmp_path / "people.parquet", clean=lambda column: column)
    assert cleaned["few"].type == pa.string()


def test_chunks_that_fit_no_single_array_are_coded_together() -> None:
    chunks = [["a", "b", None], [], ["b", "c"], ["a"]]
    column = pa.chunked_array(chunks, pa.string())
    coded = coded_in_one(column)
    assert coded.to_pylist() == column.to_pylist()
    assert coded.dictionary.to_pylist() == ["a", "b", "c"]


def test_a_column_without_chunks_is_an_empty_array() -> None:
    assert in_one(pa.chunked_array([], pa.string())).to_pylist() == []


def test_numbers_go_to_arrow_and_back() -> None:
    numbers = np.array([5, -1, 7, 2, 9, 11, 4, 8, 3], np.int32)
    array = arrays.to_arrow(numbers, missing=numbers < 3)
    assert array.to_pylist() == [5, None, 7, None, 9, 11, 4, 8, 3]
    known = arrays.known(array.slice(1))
    assert known is not None and known.tolist() == [False, True, False, True, True, True, True, True]
    assert arrays.to_numpy(array.slice(4)).tolist() == [9, 11, 4, 8, 3]
    assert arrays.known(array.slice(4)) is None
    assert arrays.from_texts(["é", "", "b"]).to_pylist() == ["é", "", "b"]
    assert arrays.repeated("é", 3).to_pylist() == ["é"] * 3 and len(arrays.repeated("x", 0)) == 0


def test_linking_a_file_imports_neither_pandas_nor_scipy(tmp_path: Path) -> None:
    people = {"surname": ["AB", "AB", "CD"], "nino": ["X", "X", None], "dob": [dt.date(1990, 1, 2)] * 3}
    pq.write_table(pa.table(people), tmp_path / "people.parquet")
    (tmp_path / "model.toml").write_text(
        """
        name = "small"
        version = 1
        relation = "person"
        description = "Invented."
        prior = -3.0
        threshold = 0.0
        block_limit = 100
        pass = [{ key = ["nino"] }, { key = ["surname", "dob:year"] }]
        [[comparison]]
        name = "surname"
        columns = ["surname"]
        levels = [
          { name = "same", when = "exact", m = 0.9, u = 0.001 },
          { name = "near", when = "jaro_winkler 0.9", m = 0.05, u = 0.01 },
          { name = "differs", when = "otherwise", m = 0.05, u = 0.9 },
        ]
        """
    )
    code = (
        "import sys; from pathlib import Path; from fraudmatch.linkage import link_file, load_model;"
        f"linked = link_file(Path({str(tmp_path / 'people.parquet')!r}), load_model({str(tmp_path / 'model.toml')!r}));"
        "print(linked.links.num_rows, 'pandas' in sys.modules, 'scipy.linalg' in sys.modules);"
        "import scipy.linalg.cython_blas"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout.split() == ["1", "False", "False"], done.stderr
    assert done.returncode == 0, done.stderr
