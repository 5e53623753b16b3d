"""The records of one data set as columns a rule may read, derived ones included.

Nothing is computed before a rule asks for it, and then once a night.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch import schemas
from fraudmatch.scoring import documents, households, payments, residence
from fraudmatch.scoring.boards import Boards
from fraudmatch.scoring.confirmed import Confirmations
from fraudmatch.scoring.contacts import CONTACTS, Contacts, contacts_of
from fraudmatch.scoring.derived import derive_for
from fraudmatch.scoring.kernels import numeric
from fraudmatch.scoring.keys import truth

#: What a payment takes from its creditor's standing record when its own is blank.
_LENT_BY_CREDITOR = (
    "bank", "vat_number", "company_number", "organisation_name", "organisation_core", "postcode",
)  # fmt: skip


def flat(column: pa.ChunkedArray | pa.Array) -> pa.Array:
    """One array of plain (not dictionary) values."""
    array = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    if isinstance(array, pa.ChunkedArray):
        array = pa.concat_arrays(array.chunks)
    if pa.types.is_dictionary(array.type):
        array = array.cast(array.type.value_type)
    return pc.cast(array, pa.string()) if pa.types.is_large_string(array.type) else array


class Night:
    """Tonight's tables, by record_id.

    Args:
        records: RECORDS; record_id is dense, so that a record_id is a position.
        details: DETAILS by data set.
        groups: GROUPS.
        as_at: the date the exercise speaks of.
    """

    def __init__(
        self, records: pa.Table, details: Mapping[str, pa.Table], groups: pa.Table, as_at: dt.date
    ) -> None:
        self.records = _by_record_id(records)
        self.details = details
        self.as_at = as_at
        self.size = records.num_rows
        self._groups = groups
        self._columns: dict[str, pa.Array] = {}
        self._sides: dict[str, Side] = {}
        self._contacts: dict[str, Contacts] = {}

    def record(self, name: str) -> pa.Array:
        """A column of RECORDS, in order of record_id."""
        if name not in self._columns:
            self._columns[name] = flat(self.records[name])
        return self._columns[name]

    def side(self, dataset: str) -> Side:
        """The records of a data set; empty when no partner sent it."""
        if dataset not in self._sides:
            self._sides[dataset] = Side(self, dataset)
        return self._sides[dataset]

    @cached_property
    def group_ids(self) -> dict[str, np.ndarray]:
        """Group column -> id per record_id as int64, -1 where null."""
        where = self._groups["record_id"].to_numpy()
        found = {}
        for name in ("person_id", "property_id", "organisation_id", "account_id"):
            ids = np.full(self.size, -1, dtype=np.int64)
            ids[where] = pc.fill_null(self._groups[name].cast(pa.int64()), -1).to_numpy()
            found[name] = ids
        return found

    def contacts(self, name: str) -> Contacts:
        """Telephone numbers or e-mail addresses (`phone`, `email`) of all records."""
        if name not in self._contacts:
            self._contacts[name] = contacts_of(self, name)
        return self._contacts[name]

    @cached_property
    def row_mate(self) -> np.ndarray:
        """record_id of the other party named on the same source row; -1 where there is none."""
        return households.row_mates(self)

    @cached_property
    def confirmations(self) -> Confirmations:
        """Who is known where by which date of birth and National Insurance number."""
        return Confirmations(self)

    @cached_property
    def boards(self) -> Boards:
        """Who is in office in which company."""
        return Boards(self)

    @cached_property
    def deceased(self) -> pa.Array:
        """Per record_id: linked to a death by the as-at date; null where nobody is linked."""
        return households.deceased(self)

    @cached_property
    def others_with_nino(self) -> pa.Array:
        """Per record_id: other people's records with the same National Insurance number."""
        return residence.others_with_nino(self)

    @cached_property
    def document(self) -> np.ndarray:
        """Which document each payment is a line of, in the order of the payments."""
        return documents.document_of(self.side("payment"))


def _by_record_id(records: pa.Table) -> pa.Table:
    """RECORDS in order; left as they are when they are, because sorting copies every text."""
    ids = records["record_id"].to_numpy()
    return records if (ids[1:] > ids[:-1]).all() else records.sort_by("record_id")


class Side:
    """Columns of the records of one data set, in order of record_id.

    Attributes:
        ids: record_id of each row, ascending.
    """

    def __init__(self, night: Night, dataset: str) -> None:
        self.night = night
        self.dataset = dataset
        self.ids = self._record_ids()
        self._columns: dict[str, pa.Array] = {}
        self._numeric: dict[str, pa.Array] = {}

    def __len__(self) -> int:
        return len(self.ids)

    def _record_ids(self) -> np.ndarray:
        chosen = pc.equal(self.night.record("dataset"), self.dataset)
        return np.flatnonzero(truth(chosen))

    def numeric(self, name: str) -> pa.Array:
        """A column in the form the kernels take."""
        if name not in self._numeric:
            self._numeric[name] = numeric(self.column(name))
        return self._numeric[name]

    def column(self, name: str) -> pa.Array:
        """A column under the name a rule uses."""
        if name not in self._columns:
            self._columns[name] = self._make(name)
        return self._columns[name]

    def _make(self, name: str) -> pa.Array:
        derive = derive_for(self.dataset).get(name)
        if derive is not None:
            return derive(self)
        if schemas.DATASETS[self.dataset].field(name) and name not in schemas.RECORDS.names:
            return self.detail(name)
        own = self.night.record(name).take(pa.array(self.ids))
        if self.dataset == "payment" and name in _LENT_BY_CREDITOR:
            return pc.coalesce(own, payments.from_creditor(self, name))
        return own

    def detail(self, name: str) -> pa.Array:
        """A column of DETAILS in the order of `ids`; null for a record without details."""
        details = self.night.details.get(self.dataset)
        if details is None:
            return pa.nulls(len(self), schemas.details_schema(self.dataset).field(name).type)
        column, position = flat(details[name]), self._detail_position
        return column if position is None else column.take(position)

    @cached_property
    def _detail_position(self) -> pa.Array | None:
        """Row of DETAILS of each record; None when they stand in the order of `ids` already."""
        own = self.night.details[self.dataset]["record_id"].to_numpy()
        if np.array_equal(own, self.ids):
            return None
        where = np.full(self.night.size, -1, dtype=np.int64)
        where[own] = np.arange(len(own))
        position = where[self.ids]
        return pa.array(position, mask=position < 0)

    def group(self, name: str) -> np.ndarray:
        """Group id per row as int64; -1 where null."""
        return np.asarray(self.night.group_ids[name][self.ids])

    def key(self, relation: str) -> np.ndarray:
        """What records must share to be brought together by `relation`, as int64; -1 = with nothing."""
        if relation in CONTACTS:
            return np.asarray(self.night.contacts(relation).key[self.ids])
        return self.group(f"{relation}_id")
