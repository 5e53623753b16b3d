"""A night of a handful of records, drawn in a test."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from fraudmatch import schemas
from fraudmatch.references import clean_reference

AS_AT = dt.date(2026, 4, 1)


class TinyNight:
    """Records, details and groups from dictionaries.

    Each row names its dataset, partner, source_ref; keys `person`, `property`, `organisation`
    and `account` name groups; the rest are columns of RECORDS or details.
    """

    def __init__(self, rows: list[Mapping[str, Any]]) -> None:
        self.rows = [dict(row) for row in rows]
        self.records = self._records()
        self.groups = self._groups()
        self.details = {name: self._details(name) for name in sorted({r["dataset"] for r in self.rows})}
        self.as_at = AS_AT

    def _records(self) -> pa.Table:
        columns = {}
        for field in schemas.RECORDS:
            given = [row.get(field.name) for row in self.rows]
            if field.name == "record_id":
                given = list(range(len(self.rows)))
            if field.name in ("delivery", "source_ref", "partner") and None in given:
                given = [g or f"{field.name}{i}" for i, g in enumerate(given)]
            if field.name == "source_row":
                given = [g or i + 1 for i, g in enumerate(given)]
            if field.name == "party_kind":
                given = [g or "person" for g in given]
            if field.name == "party":
                given = [g or 1 for g in given]
            columns[field.name] = pa.array(given, field.type)
        return pa.table(columns, schema=schemas.RECORDS)

    def _groups(self) -> pa.Table:
        columns = {"record_id": pa.array(range(len(self.rows)), pa.uint32())}
        for name in ("person", "property", "organisation", "account"):
            first: dict[object, int] = {}
            ids = []
            for place, row in enumerate(self.rows):
                label = row.get(name)
                ids.append(None if label is None else first.setdefault(label, place))
            columns[f"{name}_id"] = pa.array(ids, pa.uint32())
        return pa.table(columns, schema=schemas.GROUPS)

    def _details(self, dataset: str) -> pa.Table:
        schema = schemas.details_schema(dataset)
        own = [(i, row) for i, row in enumerate(self.rows) if row["dataset"] == dataset]
        columns = {
            field.name: pa.array(
                [i if field.name == "record_id" else row.get(field.name) for i, row in own], field.type
            )
            for field in schema
        }
        if dataset == "payment":  # as normalise derives it
            columns["invoice_ref_clean"] = clean_reference(columns["invoice_ref"])
        return pa.table(columns, schema=schema)

    def shuffled(self, seed: int) -> tuple[pa.Table, dict[str, pa.Table], pa.Table]:
        """The same tables with their rows in another order."""
        rng = np.random.default_rng(seed)

        def mixed(table: pa.Table) -> pa.Table:
            return table.take(pa.array(rng.permutation(table.num_rows)))

        return mixed(self.records), {n: mixed(t) for n, t in self.details.items()}, mixed(self.groups)


class FixedScorer:
    """A model that knows a few pairs by their ids and remembers what it was asked."""

    def __init__(self, known: Mapping[tuple[int, int], float] | None = None, other: float = 0.001) -> None:
        self.known, self.other = dict(known or {}), other
        self.asked: list[tuple[int, int]] = []

    def __call__(self, left: np.ndarray, right: np.ndarray) -> pa.Table:
        pairs = list(zip(left.tolist(), right.tolist(), strict=True))
        self.asked += pairs
        sure = [self.known.get(pair, self.other) for pair in pairs]
        return pa.table(
            {
                "left_id": pa.array(left, pa.uint32()),
                "right_id": pa.array(right, pa.uint32()),
                "match_weight": pa.array([round(float(np.log2(p / (1 - p))), 3) for p in sure], pa.float32()),
                "match_probability": pa.array(sure, pa.float32()),
                "forename_level": pa.array([0] * len(pairs), pa.int8()),
            }
        )


@pytest.fixture
def tiny_night() -> Callable[[list[Mapping[str, Any]]], TinyNight]:
    """Builds a night from rows."""
    return TinyNight


@pytest.fixture
def fixed_scorer() -> type[FixedScorer]:
    """Builds a model from known pairs."""
    return FixedScorer
