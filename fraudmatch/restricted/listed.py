"""The list of a partner, `partners/<partner>/restricted.csv`: one record a line, by data set and reference."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch.datasets import DATASETS
from fraudmatch.errors import Problem, SiteError
from fraudmatch.site import Site

#: Name of the list, in the folder of the partner's mappings.
LIST_FILE = "restricted.csv"
_COLUMNS = ("data_set", "reference")


@dataclass(frozen=True, order=True)
class Entry:
    """One line of a list; `row` counts from 1 with the heading."""

    partner: str
    dataset: str
    reference: str
    row: int


@dataclass(frozen=True)
class Listed:
    """The lists of all partners, sorted; nothing where nobody keeps one."""

    entries: tuple[Entry, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.entries)

    @cached_property
    def keys(self) -> pa.Array:
        """A key for each entry, in their order; see `keys_of`."""
        columns = (
            [getattr(one, name) for one in self.entries] for name in ("partner", "dataset", "reference")
        )
        return keys_of(*(pa.array(list(column), pa.string()) for column in columns))

    @property
    def digest(self) -> str:
        """SHA-256 of what the lists say; "" where there is nothing on them."""
        told = "\n".join(sorted(set(self.keys.to_pylist())))
        return hashlib.sha256(told.encode("utf-8")).hexdigest() if told else ""

    def in_cells(self, sent_back: pa.Table) -> pa.Array:
        """Which rows of SENT_BACK have a listed reference of their partner in a cell, or anywhere in a line that was not cut.

        What a row that was set aside is about cannot be known for sure, so one cell that reads like a reference suffices.
        """
        by_partner: dict[str, set[str]] = {}
        for one in self.entries:
            by_partner.setdefault(one.partner, set()).add(_plain(one.reference))
        told = [
            any(_plain(cell) in mine for cell in row["cells"] or ())
            or any(reference in _plain(row["line"] or "") for reference in mine)
            for row in sent_back.select(["partner", "cells", "line"]).to_pylist()
            for mine in [by_partner.get(row["partner"], set())]
        ]
        return pa.array(told, pa.bool_())

    def lacking(self, records: pa.Table) -> list[Entry]:
        """Entries that fit no record: the list or the extract may write the reference otherwise.

        Args:
            records: RECORDS.
        """
        found = pc.is_in(self.keys, value_set=pc.unique(_keys_of_records(records)))
        return [one for one, there in zip(self.entries, found.to_pylist(), strict=True) if not there]

    def records(self, records: pa.Table) -> pa.Array:
        """Which of RECORDS are listed, all parties of a reference alike."""
        return pc.is_in(_keys_of_records(records), value_set=self.keys)


def keys_of(partner: pa.Array, dataset: pa.Array, reference: pa.Array) -> pa.Array:
    """Partner, data set and reference in one text; null where the reference is.

    References are compared without blanks, capitals and leading zeros, which spreadsheets take off: that may restrict one
    record too many, and never one too few.
    """
    bare = pc.replace_substring_regex(pc.utf8_lower(reference), r"[\s\x{00a0}]+", "")
    short = pc.replace_substring_regex(bare, "^0+", "")
    return pc.binary_join_element_wise(partner, dataset, short, "\x1f")


def _keys_of_records(records: pa.Table) -> pa.Array:
    columns = (records[name].combine_chunks() for name in ("partner", "dataset", "source_ref"))
    return keys_of(*columns)


def _plain(text: str) -> str:
    return "".join(text.split()).lower().lstrip("0")


def standing_of(site: Site) -> tuple[tuple[str, int, int], ...]:
    """When each list was last changed, and its size: another value = read them again."""
    found = ((partner, _path(site, partner)) for partner in site.partner_ids)
    there = ((partner, path.stat()) for partner, path in found if path.exists())
    return tuple((partner, told.st_mtime_ns, told.st_size) for partner, told in there)


def _path(site: Site, partner: str) -> Path:
    return site.root / "partners" / partner / LIST_FILE


def read_listed(site: Site) -> Listed:
    """The lists of a site.

    Raises:
        SiteError: a list has faults, all of which are named. Then nothing may be shown: who is meant is not known.
    """
    entries: list[Entry] = []
    for partner in site.partner_ids:
        path = _path(site, partner)
        if path.exists():
            entries += _entries(path, partner)
    return Listed(tuple(sorted(entries)))


def _entries(path: Path, partner: str) -> list[Entry]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            rows = list(csv.reader(lines, strict=True))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not a CSV file in UTF-8"
        raise SiteError(
            f"{path} cannot be read: {reason}. Whose records are restricted is not known, so nothing is shown.",
            remedy="Save it as CSV UTF-8, readable by the account of the night.",
        ) from error
    found, problems = [], list(_faults(rows, path.name))
    if problems:
        raise SiteError(f"{path} has faults.", problems=problems)
    for number, row in enumerate(rows[1:], 2):
        if any(cell.strip() for cell in row):
            found.append(Entry(partner, row[0].strip(), row[1].strip(), number))
    return found


def _faults(rows: list[list[str]], file: str) -> Iterator[Problem]:
    """What is wrong with a list; never a reference."""
    if not rows or tuple(cell.strip() for cell in rows[0]) != _COLUMNS:
        yield Problem(file, "row 1", f"the first line is to say {','.join(_COLUMNS)}.")
        return
    for number, row in enumerate(rows[1:], 2):
        cells = [cell.strip() for cell in row]
        if not any(cells):
            continue
        if len(cells) != len(_COLUMNS):
            yield Problem(file, f"row {number}", "it is to have two cells, data set and reference.")
        elif cells[0] not in DATASETS:
            yield Problem(file, f"row {number}", "there is no such data set; see docs/datasets.md.")
        elif not _plain(cells[1]):
            yield Problem(file, f"row {number}", "it has no reference.")
