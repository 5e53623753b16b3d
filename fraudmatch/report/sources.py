"""Looking records up by id: their columns, their details, the file they came in."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch.report.deliveries import data_of
from fraudmatch.report.inputs import ReportInput


class RecordSource:
    """Columns of RECORDS and DETAILS at given record ids.

    `record_id` is dense from 0 (checked by `checked`), so it is a row number of RECORDS.
    """

    def __init__(self, night: ReportInput) -> None:
        self._records = night.records
        self._groups = _by_id(night.groups)
        self._details = {name: _by_id(table) for name, table in sorted(night.details.items())}
        self._files = _file_names(night.deliveries)
        self._days = _days(night.deliveries)
        self._found: tuple[str, pa.Array | None, pa.Array | None] = ("", None, None)

    def of_records(self, column: str, ids: pa.Array) -> pa.Array:
        """A column of RECORDS at `ids`; null where the id is null."""
        return _flat(self._records[column].take(ids))

    def of_details(self, dataset: str, column: str, ids: pa.Array) -> pa.Array:
        """A column of DETAILS[dataset] at `ids`; null for records of other data sets."""
        name, of_ids, places = self._found
        if name != dataset or of_ids is not ids:  # a rule shows many columns of the same records
            places = _places(self._details[dataset], ids)
            self._found = dataset, ids, places
        return _flat(self._details[dataset].table[column].take(places))

    def has_details(self, dataset: str) -> bool:
        """Whether the night has DETAILS of that data set."""
        return dataset in self._details

    def person(self, ids: pa.Array) -> pa.Array:
        """Person group of the night at `ids`; null where the record takes no part."""
        return _flat(self._groups.table["person_id"].take(_places(self._groups, ids)))

    def file(self, partner: str, ids: pa.Array) -> pa.Array:
        """Name of the delivered file at `ids`, by preference under the name `partner` gave it."""
        encoded = self.of_records("delivery", ids).dictionary_encode()
        names = [
            self._files.get((partner, delivery)) or self._files.get(("", delivery))
            for delivery in encoded.dictionary.to_pylist()
        ]
        return pa.array(names, pa.string()).take(encoded.indices)

    def data_of(self, ids: pa.Array) -> pa.Array:
        """date32: the day the data of each record are of; null where the id is null or nobody says."""
        pairs = pc.binary_join_element_wise(
            self.of_records("partner", ids), self.of_records("delivery", ids), "\n"
        ).dictionary_encode()
        days = [self._days.get(pair) for pair in pairs.dictionary.to_pylist()]
        return pa.array(days, pa.date32()).take(pairs.indices)


def _flat(column: pa.ChunkedArray | pa.Array) -> pa.Array:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


@dataclass(frozen=True)
class _ById:
    """A table in the order of record_id, with these ids as numbers, so that it can be searched."""

    table: pa.Table
    ids: npt.NDArray[np.uint32]


def _by_id(table: pa.Table) -> _ById:
    ids = table["record_id"].to_numpy()
    if np.all(ids[:-1] < ids[1:]):
        return _ById(table, ids)
    table = table.sort_by("record_id")
    return _ById(table, table["record_id"].to_numpy())


def _places(known: _ById, ids: pa.Array) -> pa.Array:
    """Rows of the table at record ids; null where the id is null or absent."""
    wanted = pc.fill_null(ids, 0).to_numpy()
    place = np.searchsorted(known.ids, wanted)
    present = place < len(known.ids)
    present[present] = known.ids[place[present]] == wanted[present]
    absent = ~present | pc.is_null(ids).to_numpy(zero_copy_only=False)
    return pa.array(place, pa.int64(), mask=absent)


def _days(deliveries: pa.Table) -> dict[str, dt.date | None]:
    """Partner and delivery -> the day its data are of."""
    wanted = deliveries.select(["partner", "delivery", "extracted_on", "accepted_on"]).to_pylist()
    return {
        f"{row['partner']}\n{row['delivery']}": data_of(row["extracted_on"], row["accepted_on"])
        for row in wanted
        if row["accepted_on"] is not None
    }


def _file_names(deliveries: pa.Table) -> dict[tuple[str, str], str]:
    """(partner, delivery) -> file name, and ("", delivery) -> name whoever sent it; smallest first."""
    names: dict[tuple[str, str], str] = {}
    rows = deliveries.select(["partner", "delivery", "file"]).to_pylist()
    for row in sorted(rows, key=lambda row: (row["file"], row["partner"])):
        names.setdefault((row["partner"], row["delivery"]), row["file"])
        names.setdefault(("", row["delivery"]), row["file"])
    return names
