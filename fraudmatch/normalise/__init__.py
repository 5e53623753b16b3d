"""RECEIVED -> RECORDS and DETAILS: one spelling for names, dates, addresses and identifiers.

Changes when people write a value another way. The functions of one kind of value live in one
module each; `plain_forms` tells what needs no reading. `assemble` has the columns of a data set read (`columns` is
how, `shared_columns`, `party_columns` and `details` are which), `layout` holds them, `ordering` numbers the records.
"""

from __future__ import annotations

import datetime as dt
import gc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Normalised", "normalise"]


@dataclass(frozen=True)
class Normalised:
    """What the stage gives.

    Attributes:
        records: RECORDS, record_id dense from 0.
        details: data set -> DETAILS, one row for every record of the data set, by record_id.
        rejects: REJECTS; none has a fatal disposition, no row is lost here.
    """

    records: pa.Table
    details: dict[str, pa.Table]
    rejects: pa.Table


def normalise(received: Mapping[str, pa.Table], deliveries: pa.Table, *, as_at: dt.date) -> Normalised:
    """Normalise every received row into one record, or two where it names two persons.

    Args:
        received: data set -> RECEIVED.
        deliveries: DELIVERIES; tells supplier and file of a delivery for the rejects.
        as_at: the date the exercise speaks of; nobody is born after it.

    Raises:
        ConservationError: a row comes from a delivery that `deliveries` does not list.
        SchemaError: a table lacks a column of its schema.
    """
    from fraudmatch.normalise.assemble import read_dataset
    from fraudmatch.normalise.ordering import number_records
    from fraudmatch.normalise.rejects import rejects_of

    with _no_cycle_search():
        read = [read_dataset(name, received[name], as_at) for name in sorted(received)]
        records, details = number_records(read)
        return Normalised(records, details, rejects_of(read, deliveries))


@contextmanager
def _no_cycle_search() -> Iterator[None]:
    """Python's search for reference cycles, off: millions of small tuples make it run again and
    again for a fifth of the time, and the stage makes no cycles.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
