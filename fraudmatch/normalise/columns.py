"""Columns of RECEIVED through their reading functions, and the faults found on the way."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch.normalise.dates import birth_bounds, day_numbers, read_dates
from fraudmatch.normalise.distinct import Codes, Encoded, Mask, Read, flat, present, read_column
from fraudmatch.normalise.faults import Fault, faults_in
from fraudmatch.normalise.overuse import name_codes, overused_births, overused_contacts
from fraudmatch.normalise.plain_forms import Plain
from fraudmatch.normalise.text import Reading
from fraudmatch.schemas import Dataset

#: Data sets that hold any file, not a council's own: foreign numbers and codes are kept there.
ANY_FILE = ("person", "organisation")


class ColumnReader:
    """Reads columns of one RECEIVED table and collects their faults."""

    def __init__(self, table: pa.Table, dataset: Dataset, as_at: dt.date) -> None:
        self.table = table
        self.dataset = dataset
        self.as_at = as_at
        self.lenient = dataset.name in ANY_FILE
        self.faults: list[Fault] = []

    def raw(self, name: str) -> pa.Array:
        """The column as it was received."""
        return flat(self.table[name])

    def note(self, field: str, read: Read) -> pa.Array:
        """The values of a column that was read, its faults kept."""
        self.faults += faults_in(field, read)
        return read.values

    def text(self, name: str, function: Callable[[str], Reading], plain: Plain | None = None) -> pa.Array:
        """A text column through a reading function; see `distinct.read_column`."""
        return self.note(name, read_column(self.raw(name), function, plain))

    def birth(self, name: str) -> pa.Array:
        """A date of birth."""
        bounds = birth_bounds(self.dataset.name, self.as_at)
        born = self.note(name, read_dates(self.raw(name), bounds, birth=True))
        filled = present(born)
        if bounds.by_share or not filled.any():  # years alone, as 1 January, are no placeholders there
            return born
        overused = overused_births(day_numbers(born), filled, self.deliveries, self.names)
        return self._without(name, born, overused, "DOB_OVERUSED")

    def contact(self, name: str, function: Callable[[str], Reading], plain: Plain) -> pa.Array:
        """A telephone number or an e-mail address."""
        values = self.text(name, function, plain)
        if values.null_count == len(values):
            return values
        overused = overused_contacts(values, self.deliveries, self.names)
        return self._without(name, values, overused, "VALUE_OVERUSED")

    def _without(self, name: str, values: pa.Array, overused: Mask, reason: str) -> pa.Array:
        """Values without those that stand on too many rows."""
        if not overused.any():
            return values
        self.faults.append(Fault(reason, name, np.flatnonzero(overused)))
        return pc.if_else(pa.array(overused), pa.scalar(None, values.type), values)

    @cached_property
    def files(self) -> Encoded:
        """The delivery of each row."""
        return Encoded.of(self.raw("delivery"))

    @property
    def deliveries(self) -> Codes:
        """Per row a number for its delivery."""
        return self.files.codes

    def names(self) -> Codes:
        """Per row a number for the name on it."""
        return name_codes(self.table)
