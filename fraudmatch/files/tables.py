"""Tables made ready for a model: normalised records with what a model reads besides, or tables that
hold its columns already."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch.errors import MappingError, Problem
from fraudmatch.extract.headings import did_you_mean
from fraudmatch.linkage.commonplace import measured
from fraudmatch.linkage.explaining.values import shown_of
from fraudmatch.linkage.linker import Linked, link
from fraudmatch.linkage.model import Model
from fraudmatch.linkage.night import link_properties
from fraudmatch.linkage.size import link_sized
from fraudmatch.schemas import DELIVERIES, REJECTS, empty

Say = Callable[[str], None]

#: What the first and the second file are called.
SIDES = ("left", "right")


@dataclass(frozen=True)
class Readied:
    """Records ready for a model.

    Attributes:
        records: RECORDS, or for files linked as they are source_ref, partner, party, source_row and
            the columns of the model; partner is "left" or "right".
        table: what the model reads, row by row with `records`.
        apart: int32 [n]; records with the same number (not -1) are known to differ.
        side: int8 [n] 0 or 1 when two files are linked with each other, else None.
        deliveries / rejects: what was received and what was wrong with it.
    """

    records: pa.Table
    table: pa.Table
    apart: npt.NDArray[np.int32]
    side: npt.NDArray[np.int8] | None
    deliveries: pa.Table
    rejects: pa.Table

    @property
    def counts(self) -> tuple[int, int | None]:
        """Records of the first file and of the second; None without a second."""
        if self.side is None:
            return self.table.num_rows, None
        rights = int(self.side.sum())
        return self.table.num_rows - rights, rights


def model_table(
    records: pa.Table, model: Model, *, threads: int | None = None, say: Say = lambda _: None
) -> pa.Table:
    """RECORDS with the columns a model may read besides: property_id."""
    if "property_id" not in model.base_columns:
        return records
    say("link: properties")
    return records.append_column("property_id", link_properties(records, threads=threads))


def link_ready(
    ready: Readied, model: Model, *, threads: int | None = None, budget: int | None = None,
    together: npt.NDArray[np.int64] | None = None, parted: npt.NDArray[np.int64] | None = None,
    say: Say = lambda _: None,
) -> Linked:  # fmt: skip
    """Link what was read, by the model sized for it; arguments as of `linkage.link`."""
    say(f"link: {model.id}")
    model = measured(model, lambda name: ready.table[name])
    return link_sized(
        lambda one: link(
            ready.table, one, apart=ready.apart, side=ready.side, threads=threads, budget=budget,
            together=together, parted=parted, progress=say,
        ),
        model, *ready.counts, say=say,
    )  # fmt: skip


def readable(records: pa.Table, expression: str, value: str | None) -> str | None:
    """A value for people: a property, which is known by a record's number, as that record's address."""
    return shown_of(records, expression, [int(value)])[0] if expression == "property_id" and value else value


def side_of(records: pa.Table) -> npt.NDArray[np.int8]:
    """int8 [records]: 0 for partner "left", 1 for "right"."""
    return np.asarray(pc.equal(records["partner"], "right").to_numpy(zero_copy_only=False), np.int8)


# ---------------------------------------------------------------------------------------
# Files that hold the model's columns already
# ---------------------------------------------------------------------------------------


def as_they_are(
    tables: Sequence[pa.Table], model: Model, *, ref: str | None = None, names: Sequence[str] = SIDES
) -> Readied:
    """One or two tables that hold the columns of the model already: nothing is normalised.

    Args:
        ref: the column that names a row; None = its number from 1.
        names: what to call the tables in errors.

    Raises:
        MappingError: a table lacks a column.
    """
    wanted = [*model.base_columns, *([ref] if ref else [])]
    faults = [
        Problem(name, column, "there is no such column.", did_you_mean(column, table.column_names))
        for name, table in zip(names, tables, strict=False)
        for column in wanted
        if column not in table.column_names
    ]
    if faults:
        raise MappingError(
            f"Without a mapping a file must hold all columns of model {model.id}.",
            problems=faults,
            remedy="Name the columns as the model does, or give a mapping (fraudmatch mapping draft FILE).",
        )
    parts = [_plain_records(table, model, side, ref) for side, table in zip(SIDES, tables, strict=False)]
    records = pa.concat_tables(parts, promote_options="permissive")
    nobody = np.full(records.num_rows, -1, np.int32)
    side = side_of(records) if len(tables) == 2 else None
    deliveries = pa.concat_tables(
        [_delivery(side, name, table) for side, name, table in zip(SIDES, names, tables, strict=False)]
    )
    return Readied(records, records, nobody, side, deliveries, empty(REJECTS))


def _plain_records(table: pa.Table, model: Model, side: str, ref: str | None) -> pa.Table:
    rows = pa.array(np.arange(1, table.num_rows + 1))
    columns = {name: plain_text(table[name]) for name in model.base_columns}
    return pa.table(
        {
            "source_ref": (table[ref] if ref else rows).cast(pa.string()),
            "partner": pa.repeat(pa.scalar(side), table.num_rows),
            "dataset": pa.repeat(pa.scalar("table"), table.num_rows),
            "delivery": pa.repeat(pa.scalar(side), table.num_rows),
            "party": pa.repeat(pa.scalar(1, pa.int8()), table.num_rows),
            "source_row": rows,
        }
        | columns
    )


def plain_text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """A column as models read it: text in one kind, moments as days, "" as not known."""
    kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    if pa.types.is_timestamp(kind) or pa.types.is_date64(kind):
        return column.cast(pa.date32(), safe=False)
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        text = column.cast(pa.string())
        return pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text)
    return column


def _delivery(side: str, name: str, table: pa.Table) -> pa.Table:
    count = table.num_rows
    row = {"partner": side, "dataset": None, "file": name, "delivery": name, "received": count,
           "loaded": count, "rejected": 0, "skipped": 0, "state": "loaded"}  # fmt: skip
    return pa.Table.from_pylist([row], schema=DELIVERIES)


def links_by_ref(links: pa.Table, refs: pa.Array) -> pa.Table:
    """LINKS as they are written: by reference first; the rows of the records come last.

    Args:
        links: LINKS; ids are rows. refs: string array, the reference of each row.
    """
    left, right = (links[side].combine_chunks() for side in ("left_id", "right_id"))
    table = links.drop_columns(["left_id", "right_id", "model", "relation"])
    table = table.append_column("left_id", left).append_column("right_id", right)
    return table.add_column(0, "right_ref", refs.take(right)).add_column(0, "left_ref", refs.take(left))
