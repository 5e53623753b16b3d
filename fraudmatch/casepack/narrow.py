"""A night narrowed to the flags of one case, so that a pack costs what the case is large and not what the night is."""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch.outcomes import Event
from fraudmatch.report.inputs import ReportInput


class Runs:
    """The rows of a table by the value of one column: eight bytes a row, none where they stand in the order of values.

    Nothing of it changes once it is made, so any number of threads may read it.

    Args:
        table: rows of one value need not stand together; within a value they keep their order.
        column: of texts, without nulls.
    """

    def __init__(self, table: pa.Table, column: str) -> None:
        self.table = table.combine_chunks()  # rows are taken often, which joins the chunks anew each time
        self._values = self.table[column].combine_chunks()
        self._order = None if _in_order(self._values) else pc.sort_indices(self._values).to_numpy()

    def places(self, values: Iterable[str]) -> npt.NDArray[np.int64]:
        """Numbers of the rows with any of these values, ascending."""
        found = [self._of(value) for value in set(values)]
        return np.sort(np.concatenate(found)) if found else np.zeros(0, dtype=np.int64)

    def rows(self, values: Iterable[str]) -> pa.Table:
        """The rows with any of these values, in the order of the table."""
        return self.table.take(pa.array(self.places(values)))

    def _of(self, value: str) -> npt.NDArray[np.int64]:
        """Rows of one value, found as in a telephone book: Arrow sorts texts as Python does."""
        most = len(self._values)
        begin = end = bisect_left(range(most), value, key=self._value)
        while end < most and self._value(end) == value:  # there are few, and all of them are wanted
            end += 1
        return np.arange(begin, end) if self._order is None else self._order[begin:end].astype(np.int64)

    def _value(self, place: int) -> str:
        value: str = self._values[place if self._order is None else int(self._order[place])].as_py()
        return value


def _in_order(values: pa.Array) -> bool:
    before, after = values.slice(0, max(len(values) - 1, 0)), values.slice(1)
    return bool(pc.all(pc.less_equal(before, after), min_count=0).as_py())


class Narrowed:
    """A night whose tables of flags can be narrowed; those of records are found by their ids anyhow.

    Args:
        night: checked, and without flags that stay decided.
    """

    def __init__(self, night: ReportInput) -> None:
        self._flags, self._evidence, self._members, self._attached = (
            Runs(table, "flag_key") for table in (night.flags, night.evidence, night.members, night.attached)
        )
        self._night = replace(night, flags=self._flags.table, evidence=self._evidence.table)

    def to(self, flag_keys: Collection[str]) -> ReportInput:
        """The night with FLAGS, EVIDENCE, MEMBERS and ATTACHED of these flags alone, in their orders."""
        return replace(
            self._night, flags=self._flags.rows(flag_keys), evidence=self._evidence.rows(flag_keys),
            members=self._members.rows(flag_keys), attached=self._attached.rows(flag_keys),
        )  # fmt: skip


class EventsAbout:
    """Decisions by the flag and the records they are about.

    Args:
        events: in their order. May grow at its end while this is used; what came is seen.
    """

    def __init__(self, events: Sequence[Event]) -> None:
        self._events, self._seen, self._lock = events, 0, threading.Lock()
        self._by: defaultdict[str, list[int]] = defaultdict(list)

    def about(self, flag_keys: Collection[str], references: Collection[str]) -> list[Event]:
        """Decisions about any of these flags or records, in their order."""
        with self._lock:
            while self._seen < len(self._events):
                told = self._events[self._seen].decision
                for name in {told.flag_key, told.left_ref, told.right_ref} - {None}:
                    self._by[str(name)].append(self._seen)
                self._seen += 1
            places = {place for name in (*flag_keys, *references) for place in self._by.get(name, ())}
        return [self._events[place] for place in sorted(places)]


def whole(night: ReportInput) -> ReportInput:
    """The night with RECORDS in one piece: Arrow takes rows of a table in pieces by joining them first."""
    return replace(night, records=night.records.combine_chunks())
