"""Shuffle the rows of every delivery of a site, whatever its format, and nothing else."""

from __future__ import annotations

import gzip
import random
from pathlib import Path

import openpyxl
import pyarrow.parquet as pq

from fraudmatch.extract import Mapping, load_mapping
from fraudmatch.site import Site


def shuffle_site(site: Site, seed: int) -> int:
    """Shuffle in place; the number of files whose rows moved."""
    moved = 0
    chance = random.Random(seed)
    for partner in site.partner_ids:
        mappings = [load_mapping(path) for path in site.mappings_of(partner)]
        for path in site.deliveries_of(partner):
            mapping = next(m for m in mappings if m.fits(path.name))
            moved += _shuffle(path, mapping, chance)
    return moved


def _shuffle(path: Path, mapping: Mapping, chance: random.Random) -> int:
    form = mapping.file.format
    if form == "parquet":
        table = pq.read_table(path)
        order = list(range(table.num_rows))
        chance.shuffle(order)
        pq.write_table(table.take(order), path)
    elif form == "xlsx":
        book = openpyxl.load_workbook(path)
        sheet = book[mapping.file.sheet] if mapping.file.sheet else book.worksheets[0]
        top = mapping.file.skip_rows + 1
        rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=top + 1)]
        chance.shuffle(rows)
        for number, row in enumerate(rows, top + 1):
            for column, value in enumerate(row, 1):
                sheet.cell(number, column).value = value
        book.save(path)
    else:
        _shuffle_text(path, mapping, chance)
    return 1


def _shuffle_text(path: Path, mapping: Mapping, chance: random.Random) -> None:
    packed = path.suffix == ".gz"
    content = gzip.decompress(path.read_bytes()) if packed else path.read_bytes()
    end = b"\r\n" if b"\r\n" in content else b"\n"
    assert content.count(b'"') % 2 == 0 and content.endswith(end)
    lines = content.removesuffix(end).split(end)
    top = mapping.file.skip_rows + int(mapping.file.has_header)
    body = lines[top:]
    chance.shuffle(body)
    shuffled = end.join(lines[:top] + body) + end
    path.write_bytes(gzip.compress(shuffled, mtime=0) if packed else shuffled)
