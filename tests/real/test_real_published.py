"""Every published file loads through a mapping, and every row of it is accounted for."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow.compute as pc
import pytest
from real_sites import FILES, lay_out, records_of, taken_in

from fraudmatch.reasons import FATAL, REASONS
from fraudmatch.schemas import is_fatal

pytestmark = pytest.mark.slow

#: Published files that hold no records of people, firms, premises or payments, and what they hold.
NO_EXTRACTS = {
    "error_tables/*": "slips of typing, scanning and hearing",
    "name_variants_rigour/*": "names and legal forms, no bearers",
    "nicknames/*": "pairs of names",
    "popular_names_by_country/*": "names by how common they are",
    "senzing_truthset/*_truthset_key.csv": "which records are one",
    "splink_fake_1000/fake_1000_labels.csv": "judged pairs",
    "trafford_spending/trafford_counter_fraud.csv": "yearly totals of a council",
    "uk_address_edge_cases/*": "an exercise in ranking",
    "uk_local_authorities/*": "codes of councils",
    "uk_names/*": "names by how common they are",
    "uk_postcodes_100k/*": "postcodes alone",
}

#: Rows set aside: partner and file -> reason -> how many. Every other file loads whole.
SET_ASIDE = {
    ("bradford", "bradford.csv.gz"): {"ROW_TOO_FEW_FIELDS": 72},  # a cell is missing in the middle
    # Rows that hold the name of the council and nothing else.
    ("devon", "DCCSpendingOver500_201110.csv.gz"): {"KEY_MISSING": 1622},
    ("registers", "gambling-commission.tsv.gz"): {"DUPLICATE_ROW": 179},  # repeated cell by cell
    # Four people counted twice at two addresses; nobody can say which entry is right.
    ("pseudopeople", "electoral_like_census_2020.csv.gz"): {"DUPLICATE_KEY_CONFLICT": 8},
}

_KNOWN = re.compile(r"^\| (\S+) \| [\d,]+ \| ([\d,]+) x \d+ \|", re.MULTILINE)


@pytest.fixture(scope="module", params=sorted(FILES))
def taken(request: pytest.FixtureRequest, data: Path) -> Iterator[tuple[str, Any]]:
    """A site, and what came of its deliveries."""
    with TemporaryDirectory() as scratch:
        yield request.param, taken_in(lay_out(request.param, data, Path(scratch)))


def test_every_row_is_loaded_or_set_aside_with_a_reason(taken: tuple[str, Any], data: Path) -> None:
    name, prepared = taken
    rejects = prepared.rejects.filter(is_fatal(prepared.rejects))
    for one in prepared.deliveries.to_pylist():
        where = (one["partner"], one["file"])
        assert one["state"] == "loaded", where
        assert one["received"] == len(records_of(_path(data, name, *where))), where
        assert one["received"] == one["loaded"] + one["rejected"], where
        own = rejects.filter(
            pc.and_(pc.equal(rejects["partner"], where[0]), pc.equal(rejects["file"], where[1]))
        )
        rows = own.filter(pc.is_valid(own["source_row"]))
        assert one["rejected"] == len(set(rows["source_row"].to_pylist())), where
        assert Counter(rows["reason"].to_pylist()) == SET_ASIDE.get(where, {}), where
        assert set(rows["reason"].to_pylist()) <= {
            code for code, reason in REASONS.items() if reason.disposition in FATAL
        }


def test_no_file_loses_a_tenth_of_its_rows_but_the_one_that_says_why(taken: tuple[str, Any]) -> None:
    shares = {
        (one["partner"], one["file"]): one["rejected"] / one["received"]
        for one in taken[1].deliveries.to_pylist()
    }
    worst = max(shares, key=lambda where: shares[where])
    assert shares[worst] < 0.015 or worst == ("devon", "DCCSpendingOver500_201110.csv.gz")


def test_counts_are_those_that_came_with_the_files(taken: tuple[str, Any], data: Path) -> None:
    """The list beside the files counts every record under the header, blank ones too."""
    name, prepared = taken
    for one in prepared.deliveries.to_pylist():
        path = _path(data, name, one["partner"], one["file"])
        header = 0 if path.suffix == ".parquet" else 1
        assert one["received"] + one["skipped"] - header == _counted(path), path.name


def test_every_record_has_its_row(taken: tuple[str, Any]) -> None:
    """One first party for each row that was loaded, under the partner it belongs to."""
    name, prepared = taken
    first = prepared.records.filter(pc.equal(prepared.records["party"], 1))
    assert first.num_rows == sum(one["loaded"] for one in prepared.deliveries.to_pylist())
    if name == "registers":  # one list of five councils
        owners = Counter(first.filter(pc.equal(first["dataset"], "creditor"))["partner"].to_pylist())
        assert owners == {
            "salford": 92,
            "trafford": 1041,
            "sheffield": 4814,
            "calderdale": 2471,
            "devon": 11998,
        }


def test_what_the_cells_say_is_read(taken: tuple[str, Any]) -> None:
    """Dates and amounts of all layouts: nearly all are known."""
    details = taken[1].details
    known = {
        (dataset, name): 1 - table[name].null_count / table.num_rows
        for dataset, table in details.items()
        for name in table.column_names
        if table.num_rows and name in {"payment_date", "gross_pence", "issue_date", "licence_expiry"}
    }
    assert all(share > 0.999 for share in known.values()), known
    if taken[0] in {"payments", "invoice_lines", "spending", "people"}:
        assert {("payment", "payment_date"), ("payment", "gross_pence")} <= known.keys()


def test_no_file_is_forgotten(data: Path) -> None:
    files = {path for path in data.glob("*/**/*") if path.is_file() and path.name != "SOURCE.md"}
    mapped = {path for site in FILES.values() for pattern in site.values() for path in data.glob(pattern)}
    others = {path for pattern in NO_EXTRACTS for path in data.glob(pattern)} - set(data.glob("*/SOURCE.md"))
    assert mapped | others == files and not mapped & others
    assert len(mapped) == 95


def _path(data: Path, site: str, partner: str, file: str) -> Path:
    (found,) = [path for path in data.glob(FILES[site][partner]) if path.name == file]
    return found


def _counted(path: Path) -> int:
    """Rows of a file by the list that came with it."""
    source = next(folder / "SOURCE.md" for folder in path.parents if (folder / "SOURCE.md").is_file())
    named = _known(source)
    return next(count for name, count in named.items() if path.as_posix().endswith("/" + name))


@cache
def _known(source: Path) -> dict[str, int]:
    text = source.read_text(encoding="utf-8")
    return {name: int(count.replace(",", "")) for name, count in _KNOWN.findall(text)}
