"""The linkage core on any one or two files: extract → normalise → link, without rules.

Used by `fraudmatch link`. The files need a mapping like any partner's; `dataset = "person"` or
`"organisation"` serves a file that is no council data set. A Parquet file that already holds the
columns of the model needs none and is linked as it is.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from fraudmatch.errors import MappingError, Problem, RunError
from fraudmatch.extract import ExtractedFile, extract_file, load_mapping
from fraudmatch.extract.headings import did_you_mean
from fraudmatch.link_folder import keep
from fraudmatch.linkage import Linked, Model, link
from fraudmatch.linkage.night import forename_root_column, known_apart, link_properties
from fraudmatch.normalise import forename_roots, normalise
from fraudmatch.schemas import DELIVERIES, REJECTS, empty, sort_rejects

Say = Callable[[str], None]

#: What the first and the second file are called.
SIDES = ("left", "right")

#: Date against which plausibility of dates is judged when none is given: none is in the future.
_ANY_DAY = dt.date(9999, 12, 31)


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


@dataclass(frozen=True)
class LinkedFiles:
    """What linking files gave.

    Attributes:
        records: RECORDS; partner is "left" or "right".
        linked: the linking; ids are rows of `records`.
        deliveries / rejects: what was received and what was wrong with it.
        two: whether two files were linked with each other (else one with itself).
        readied: the records as the model read them.
    """

    records: pa.Table
    linked: Linked
    deliveries: pa.Table
    rejects: pa.Table
    two: bool
    readied: Readied


def link_files(
    paths: list[Path], mappings: list[Path], model: Model, *, threads: int | None = None,
    budget: int | None = None, ref: str | None = None, say: Say = lambda _: None,
) -> LinkedFiles:  # fmt: skip
    """Link one file with itself, or two with each other.

    Args:
        paths: one or two files.
        mappings: one for each, or one for both; none for Parquet files that hold the model's columns.
        model: a person, property or organisation model; any model for files linked as they are.
        budget: most candidate pairs before a BudgetError.
        ref: for files linked as they are, the column that names a row; None = its number from 1.

    Raises:
        MappingError: a mapping is wrong or does not fit.
        RunError: a file was refused; the message says why.
        BudgetError: too many candidate pairs.
    """
    ready = ready_files(paths, mappings, model, threads=threads, ref=ref, say=say)
    say(f"link: {model.id}")
    linked = link(
        ready.table, model, apart=ready.apart, side=ready.side, threads=threads, budget=budget, progress=say
    )
    return LinkedFiles(ready.records, linked, ready.deliveries, ready.rejects, len(paths) == 2, ready)


def ready_files(
    paths: list[Path], mappings: list[Path], model: Model, *, threads: int | None = None,
    ref: str | None = None, say: Say = lambda _: None,
) -> Readied:  # fmt: skip
    """Read files as `link_files` does, up to what the model reads; nothing is linked by it yet.

    Raises:
        MappingError, RunError: as `link_files`.
    """
    if not mappings:
        say("read")
        return as_they_are([_parquet(path) for path in paths], model, ref=ref, names=[p.name for p in paths])
    mappings = mappings * len(paths) if len(mappings) == 1 else mappings
    say("extract")
    made = [
        _extracted(partner, path, mapping)
        for partner, path, mapping in zip(SIDES, paths, mappings, strict=False)
    ]
    return ready_extracted(made, model, threads=threads, say=say)


def _extracted(partner: str, path: Path, mapping_path: Path) -> ExtractedFile:
    mapping = load_mapping(mapping_path)
    if mapping.council is not None:
        raise MappingError(
            f"{mapping_path} tells councils apart, which `link` has no use for.",
            problems=[Problem(mapping_path.name, "council", "Remove this table.")],
        )
    return extract_file(path, mapping, partner=partner, partner_ids=[partner])


def ready_extracted(
    made: Sequence[ExtractedFile], model: Model, *, threads: int | None = None, say: Say = lambda _: None
) -> Readied:
    """Normalise what was extracted from one or two files (partner "left", then "right").

    Raises:
        RunError: a file was refused.
    """
    received: dict[str, list[pa.Table]] = {}
    for one in made:
        received.setdefault(str(one.dataset), []).append(one.received)
    delivered = pa.concat_tables([one.delivery for one in made])
    rejects = pa.concat_tables([one.rejects for one in made])
    _refuse_refused(delivered, rejects)
    say("normalise")
    tables = {dataset: pa.concat_tables(parts) for dataset, parts in received.items()}
    normalised = normalise(tables, delivered, as_at=_ANY_DAY)
    records = normalised.records
    return Readied(
        records=records,
        table=model_table(records, model, threads=threads, say=say),
        apart=known_apart(records),
        side=_side(records) if len(made) == 2 else None,
        deliveries=delivered,
        rejects=sort_rejects(pa.concat_tables([rejects, normalised.rejects])),
    )


def _refuse_refused(deliveries: pa.Table, rejects: pa.Table) -> None:
    refused = deliveries.filter(pc.not_equal(deliveries["state"], "loaded"))
    if refused.num_rows:
        fatal = rejects.filter(pc.and_(rejects["fatal"], pc.is_null(rejects["source_row"])))
        problems = [
            Problem(row["file"], row["column"] or "", f"{row['reason']} {row['detail'] or ''}".strip())
            for row in fatal.to_pylist()
        ]
        raise RunError(
            "A file could not be read by its mapping.",
            problems=problems,
            remedy="Correct the mapping or the file.",
        )


def model_table(
    records: pa.Table, model: Model, *, threads: int | None = None, say: Say = lambda _: None
) -> pa.Table:
    """RECORDS with the columns a model may read besides: property_id, forename_root."""
    table = records
    if "property_id" in model.base_columns:
        say("link: properties")
        table = table.append_column("property_id", link_properties(records, threads=threads))
    if "forename_root" in model.base_columns:
        roots = forename_root_column(records["forename"], forename_roots())
        table = table.append_column("forename_root", roots)
    return table


def _side(records: pa.Table) -> npt.NDArray[np.int8]:
    return np.asarray(pc.equal(records["partner"], "right").to_numpy(zero_copy_only=False), np.int8)


# ---------------------------------------------------------------------------------------
# Files that hold the model's columns already
# ---------------------------------------------------------------------------------------


def _parquet(path: Path) -> pa.Table:
    try:
        return pq.read_table(path)
    except (pa.ArrowException, OSError) as error:
        raise MappingError(
            f"{path} is no Parquet file, so it needs a mapping.",
            remedy=f"Draft one with: fraudmatch mapping draft {path}",
        ) from error


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
        for name, table in zip(names, tables, strict=True)
        for column in wanted
        if column not in table.column_names
    ]
    if faults:
        raise MappingError(
            f"Without a mapping a file must hold all columns of model {model.id}.",
            problems=faults,
            remedy="Name the columns as the model does, or give a mapping (fraudmatch mapping draft FILE).",
        )
    parts = [
        _plain_records(table, model, side, ref) for side, table in zip(SIDES, tables, strict=False)
    ]
    records = pa.concat_tables(parts, promote_options="permissive")
    nobody = np.full(records.num_rows, -1, np.int32)
    side = _side(records) if len(tables) == 2 else None
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
