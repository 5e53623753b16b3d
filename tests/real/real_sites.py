"""Laying out a site of published files, and counting what is in them by other means."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import shutil
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from fraudmatch.exercise import Night, as_at_of, prepare, run_night
from fraudmatch.intake.decisions import COLUMNS
from fraudmatch.site import load_site
from fraudmatch.stages import Prepared, Stopwatch

SITES = Path(__file__).resolve().parent / "sites"

#: site -> partner -> glob below the data folder.
FILES = {
    "business_rates": {
        name: f"uk_business_rates/{name}.csv.gz" for name in ("bradford", "hambleton", "selby")
    },
    "payments": {
        "devon": "devon_spending/DCCSpendingOver500_*.csv.gz",
        "trafford": "trafford_spending/trafford-supplier-spend-*.csv.gz",
    },
    "invoice_lines": {"calderdale": "north_england_spending/calderdale/2021-??.csv.gz"},
    "spending": {
        "calderdale": "north_england_spending/calderdale/2021-??-card.csv.gz",
        **{
            name: f"north_england_spending/{name}/20??-??.csv.gz"
            for name in ("darlington", "leeds", "manchester")
        },
    },
    "registers": {
        "registers": "uk_addresses_registers/*.tsv.gz",
        "oxford": "oxford_hmo_register/*.csv.gz",
        "devon": "uk_supplier_name_truth/*.csv.gz",
    },
    "people": {
        "febrl": "febrl/dataset*.csv.gz",
        "historical": "historical_figures_50k/*.parquet",
        "pseudopeople": "pseudopeople_sample/*.csv.gz",
        "senzing": "senzing_truthset/[crw]*.csv",
        "splink": "splink_*/[ft]*[0n].[cp]*",  # two of transactions, and fake_1000 without its labels
    },
}


def lay_out(name: str, data: Path, folder: Path) -> Path:
    """Copy the site and put the published files into its deliveries; give the site folder."""
    site = folder / name
    shutil.copytree(SITES / name, site)
    for partner, pattern in FILES[name].items():
        deliveries = site / "deliveries" / partner
        deliveries.mkdir(parents=True)
        for path in sorted(data.glob(pattern)):
            place(path, deliveries / path.name)
    return site


def place(path: Path, target: Path) -> None:
    """Copy a file: a link to a place outside a partner's folder would be refused."""
    shutil.copyfile(path, target)


#: site -> partner, slot and why an analyst lets in what its gates hold.
LET_IN = {
    "business_rates": [
        (
            "bradford",
            "business_rates",
            "names end at 60 characters in the published list; 17 of them are cut",
        ),
    ],
    "spending": [
        ("calderdale", "cards", "card statements hold 25 characters of a merchant's name"),
        ("manchester", "spending", "the ledger holds 35 characters of a supplier's name"),
    ],
}


def night_of(site: Path) -> Night:
    """Run the night of a site folder, with what an analyst decided about its deliveries."""
    let_in(site)
    return run_night(load_site(site))


def taken_in(site: Path) -> Prepared:
    """Read and take in the deliveries of a site folder, with what an analyst decided; nothing is linked."""
    let_in(site)
    loaded = load_site(site)
    return prepare(loaded, as_at_of(loaded, None), Stopwatch(), lambda _: None)


def let_in(site: Path) -> None:
    """Write what an analyst decided about the deliveries of a site."""
    lines = [",".join(COLUMNS)]
    for partner, slot, why in LET_IN.get(site.name, []):
        for path in sorted((site / "deliveries" / partner).iterdir()):
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            lines.append(f'{partner},{slot},{digest},release,2000-01-01,analyst,"{why}",{path.name}')
    (site / "releases.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def flags_of(night: Night, rule: str) -> pa.Table:
    """The flags of one rule."""
    flags = night.scored.flags
    return flags.filter(pc.equal(flags["rule_id"], rule))


def records_of(path: Path) -> list[tuple[object, ...]]:
    """Rows of a published file that hold anything, without the header, by readers of other libraries than ours."""
    if path.suffix == ".parquet":
        return [tuple(row.values()) for row in pq.read_table(path).to_pylist()]
    if path.name.endswith(".tsv.gz"):
        lines = gzip.decompress(path.read_bytes()).decode().removesuffix("\n").split("\n")
        return [tuple(line.split("\t")) for line in lines[1:] if line.strip("\t")]
    return [tuple(row) for row in rows_of(path, ("utf-8-sig", "cp1252"))[1:]]


def rows_of(path: Path, encodings: tuple[str, ...]) -> list[list[str]]:
    """Cells of every row that is not blank, header first, read by the csv module."""
    content = path.read_bytes()
    content = gzip.decompress(content) if path.suffix == ".gz" else content
    return [row for row in csv.reader(io.StringIO(_text(content, encodings), newline="")) if any(row)]


def _text(content: bytes, encodings: tuple[str, ...]) -> str:
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise AssertionError(f"none of {encodings} fits")


def column(rows: list[list[str]], heading: str) -> Iterator[str]:
    """One column of the rows that are as long as their header."""
    place_of = [cell.strip() for cell in rows[0]].index(heading)
    return (row[place_of].strip() for row in rows[1:] if len(row) == len(rows[0]))


def digests(folder: Path) -> dict[str, str]:
    """sha256 of every file below a folder."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
