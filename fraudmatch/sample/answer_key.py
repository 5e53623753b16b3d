"""The answer key: who, where and what the rows are about, and which pairs a rule is to find."""

from __future__ import annotations

import csv
import io

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from fraudmatch.sample.layouts import Extract
from fraudmatch.sample.places import PARTNERS
from fraudmatch.sample.plant import Case
from fraudmatch.sample.registers import World
from fraudmatch.sample.render import has_second
from fraudmatch.sample.streams import Array

CASE_COLUMNS = (
    "case_id", "rule_id", "kind", "why", "left_partner", "left_dataset", "left_ref", "right_partner",
    "right_dataset", "right_ref",
)  # fmt: skip


class TruthTables:
    """Collects the truth extract by extract; rows that only a loader's faults would add are not in it."""

    def __init__(self, world: World, references: dict[str, pa.Array]) -> None:
        self._world, self._references = world, references
        self._parts: dict[str, list[pa.Table]] = {"persons": [], "properties": [], "organisations": []}

    def add(self, extract: Extract, rows: Array) -> None:
        """The truth of the rows of one extract."""
        register = self._world[extract.dataset]
        person, second, firm = register["person"][rows], register["second"][rows], register["firm"][rows]
        names_people = "surname" in extract.tokens or "full_name" in extract.tokens
        if names_people:
            self._add("persons", "entity", extract, rows, person, party=1)
        if has_second(extract):
            self._add("persons", "entity", extract, rows, second, party=2)
        if "postcode" in extract.tokens:
            self._add("properties", "property", extract, rows, register["property"][rows], party=1)
            if has_second(extract):
                there = np.where(second >= 0, register["property"][rows], -1)
                self._add("properties", "property", extract, rows, there, party=2)
        if (
            "organisation_name" in extract.tokens or "company_number" in extract.tokens
        ):  # officers bear a number only
            own_columns = np.full(len(rows), -1) if names_people else person
            people = np.where(own_columns >= 0, 1_000_000_000 + own_columns, -1)
            self._add(
                "organisations", "organisation", extract, rows, np.where(firm >= 0, firm, people), party=1
            )

    def _add(self, table: str, name: str, extract: Extract, rows: Array, value: Array, *, party: int) -> None:
        some = np.flatnonzero(value >= 0)
        partner = self._world[extract.dataset]["partner"][rows[some]]
        self._parts[table].append(pa.table({
            "partner": pa.array(PARTNERS).take(pa.array(partner)),
            "dataset": pa.array([extract.dataset] * len(some), pa.string()),
            "source_ref": self._references[extract.dataset].take(pa.array(rows[some])),
            "party": pa.array(np.full(len(some), party, dtype=np.int8)),
            name: pa.array(value[some].astype(np.int64)),
        }))  # fmt: skip

    def files(self) -> dict[str, bytes]:
        """The three Parquet files, sorted by partner, data set, reference and party."""
        keys = [(name, "ascending") for name in ("partner", "dataset", "source_ref", "party")]
        return {
            f"{name}.parquet": _parquet(pa.concat_tables(parts).sort_by(keys))
            for name, parts in self._parts.items()
        }


def _parquet(table: pa.Table) -> bytes:
    packed = io.BytesIO()
    pq.write_table(table.combine_chunks(), packed, compression="zstd", compression_level=9)
    return packed.getvalue()


def cases_file(world: World, cases: list[Case], references: dict[str, pa.Array]) -> str:
    """cases.csv: one row per pair or single record, numbered in the order of the rules."""
    lines = io.StringIO()
    writer = csv.writer(lines, lineterminator="\n")
    writer.writerow(CASE_COLUMNS)
    counted: dict[str, int] = {}
    for case in sorted(cases, key=lambda c: c.rule):
        left = _ends(world, references, case.left, case.left_rows)
        right = _ends(world, references, case.right, case.right_rows)
        for a, b in zip(left, right, strict=True):
            ends = sorted((a, b)) if case.left == case.right else [a, b]
            counted[case.rule] = counted.get(case.rule, 0) + 1
            number = f"{case.rule}-{counted[case.rule]:04d}"
            writer.writerow((number, case.rule, case.kind, case.why, *ends[0], *ends[1]))
    return lines.getvalue()


def _ends(
    world: World, references: dict[str, pa.Array], dataset: str | None, rows: Array
) -> list[tuple[str, str, str]]:
    """Partner, data set and reference of each row; blank where a rule looks at one record only."""
    if dataset is None:
        return [("", "", "")] * len(rows)
    partner = world[dataset]["partner"][rows].tolist()
    refs = references[dataset].take(pa.array(rows)).to_pylist()
    return [(PARTNERS[p], dataset, ref) for p, ref in zip(partner, refs, strict=True)]
