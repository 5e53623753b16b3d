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

from fraudmatch.exercise import Night, run_night
from fraudmatch.intake.decisions import COLUMNS
from fraudmatch.site import load_site

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
}


def night_of(site: Path) -> Night:
    """Run the night of a site folder, with what an analyst decided about its deliveries."""
    lines = [",".join(COLUMNS)]
    for partner, slot, why in LET_IN.get(site.name, []):
        for path in sorted((site / "deliveries" / partner).iterdir()):
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            lines.append(f'{partner},{slot},{digest},release,2000-01-01,analyst,"{why}",{path.name}')
    (site / "releases.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return run_night(load_site(site))


def flags_of(night: Night, rule: str) -> pa.Table:
    """The flags of one rule."""
    flags = night.scored.flags
    return flags.filter(pc.equal(flags["rule_id"], rule))


def rows_of(path: Path, encodings: tuple[str, ...]) -> list[list[str]]:
    """Cells of every row that is not blank, header first, read by the csv module."""
    content = gzip.decompress(path.read_bytes())
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
