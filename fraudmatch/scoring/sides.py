"""The records of one data set as columns a rule may read, derived ones included.

Nothing is computed before a rule asks for it, and then once a night.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch import schemas
from fraudmatch.scoring import households, payments, residence
from fraudmatch.scoring.calendars import years_between
from fraudmatch.scoring.catalogue import DERIVED_OF
from fraudmatch.scoring.kernels import numeric
from fraudmatch.scoring.keys import truth

_EPOCH = dt.date(1970, 1, 1)

#: What a payment takes from its creditor's standing record when its own is blank.
_LENT_BY_CREDITOR = ("bank", "vat_number", "company_number", "organisation_name", "organisation_core")


def day_number(day: dt.date) -> float:
    """Days since 1970-01-01."""
    return float((day - _EPOCH).days)


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

    @cached_property
    def row_mate(self) -> np.ndarray:
        """record_id of the other party named on the same source row; -1 where there is none."""
        return households.row_mates(self)

    @cached_property
    def deceased(self) -> pa.Array:
        """Per record_id: linked to a death by the as-at date; null where nobody is linked."""
        return households.deceased(self)


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
        if name in _DERIVE:
            return _DERIVE[name](self)
        if name in DERIVED_OF.get(self.dataset, {}):
            return _DERIVE_OF[name](self)
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


def age(date_of_birth: pa.Array, as_at: dt.date) -> pa.Array:
    """Completed years at `as_at`; null without a date of birth, never negative."""
    born = date_of_birth.cast(pa.int32())
    days = pc.fill_null(born, 0).to_numpy(zero_copy_only=False).astype(np.float64)
    years = years_between(days, np.full(len(days), day_number(as_at)))
    unknown = np.asarray(pc.is_null(born)) | (years < 0)
    return pa.array(years.astype(np.int64), mask=unknown)


def running(valid_from: pa.Array, valid_to: pa.Array, as_at: dt.date) -> pa.Array:
    """Started by `as_at` (or start unknown) and not ended by then; never null."""
    day = pa.scalar(as_at, pa.date32())
    started = pc.fill_null(pc.less_equal(valid_from, day), True)
    return pc.and_(started, pc.fill_null(pc.greater(valid_to, day), True))


def _interval_end(side: Side, which: str) -> pa.Array:
    """valid_from or valid_to; null throughout where the data set has no such date."""
    name = getattr(schemas.DATASETS[side.dataset], which)
    return side.column(name) if name else pa.nulls(len(side), pa.date32())


def _running(side: Side) -> pa.Array:
    return running(side.column("valid_from"), side.column("valid_to"), side.night.as_at)


_DERIVE: dict[str, Callable[[Side], pa.Array]] = {
    "age": lambda side: age(side.column("date_of_birth"), side.night.as_at),
    "valid_from": lambda side: _interval_end(side, "valid_from"),
    "valid_to": lambda side: _interval_end(side, "valid_to"),
    "running": _running,
    "deceased": lambda side: side.night.deceased.take(pa.array(side.ids)),
    "newer_address": lambda side: households.newer_address(side),
    "account_users": lambda side: payments.account_users(side),
    "resident_here": lambda side: residence.resident_here(side),
    "others_with_nino": lambda side: residence.others_with_nino(side),
}
_DERIVE_OF: dict[str, Callable[[Side], pa.Array]] = {
    "survivor": lambda side: households.survivor(side),
    "invoice_ref_clean": lambda side: side.detail("invoice_ref_clean"),
    "nino_kind": lambda side: side.detail("nino_kind"),
    "same_amount_count": lambda side: payments.same_amount_count(side),
    "credited": lambda side: payments.credited(side),
}
