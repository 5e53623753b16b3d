"""A year of Calderdale's invoices, published line by line, in one night."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from real_sites import flags_of, lay_out, night_of, rows_of

from fraudmatch.exercise import Night

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def site(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return lay_out("invoice_lines", data, tmp_path_factory.mktemp("invoice_lines"))


@pytest.fixture(scope="module")
def night(site: Path) -> Night:
    return night_of(site)


def test_every_row_is_loaded(night: Night, site: Path) -> None:
    files = sorted((site / "deliveries" / "calderdale").iterdir())
    rows = sum(len(rows_of(path, ("utf-8-sig", "cp1252"))) - 1 for path in files)
    assert len(files) == 12
    assert night.prepared.records.num_rows == rows > 20_000


def test_equal_lines_are_held_back_and_a_list_to_review_is_left(night: Night) -> None:
    """Compared line by line the year holds over forty thousand pairs of one number and amount."""
    looked_at = night.scored.looked_at["FM-CR-001"]
    assert sum(looked_at.held.values()) > 40_000
    assert 10 <= flags_of(night, "FM-CR-001").num_rows <= 80
    held = Counter(night.scored.held["fact"].to_pylist())
    assert held.most_common(1)[0][0] == "many_lines"
    assert {"other_total", "shared_text", "usual_price"} <= held.keys()


def test_what_is_left_agrees_in_number_and_amount(night: Night) -> None:
    found, details = flags_of(night, "FM-CR-001"), night.prepared.details["payment"]
    sides = [
        details.take(pc.index_in(found[side], value_set=details["record_id"].combine_chunks()))
        for side in ("left_id", "right_id")
    ]
    for name in ("creditor_ref", "invoice_ref_clean", "gross_pence"):
        assert _column(sides[0], name).equals(_column(sides[1], name))


def _column(table: pa.Table, name: str) -> pa.Array:
    return table[name].combine_chunks()
