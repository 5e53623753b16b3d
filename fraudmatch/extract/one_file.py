"""One file of one delivery: cells in, records and faults out, every row accounted for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch import schemas
from fraudmatch.arrivals import ExtractedFile, in_order
from fraudmatch.errors import ConservationError
from fraudmatch.extract.columns import Wiring, wire
from fraudmatch.extract.content import digest, read_bytes
from fraudmatch.extract.control import control_faults
from fraudmatch.extract.corrected import as_corrections, as_sent, corrects
from fraudmatch.extract.cuts import noted
from fraudmatch.extract.declared import REPEATS_ARE_EVIDENCE, extracted_on, one_row_of
from fraudmatch.extract.encrypted import NO_KEYS, Keys
from fraudmatch.extract.faults import FaultList, Origin
from fraudmatch.extract.fields import Cells, FieldReader, blank_rows
from fraudmatch.extract.grid import Fault, Grid, Refused
from fraudmatch.extract.mapping import Mapping
from fraudmatch.extract.other_dataset import wrong_dataset
from fraudmatch.extract.parquet import grid_of
from fraudmatch.extract.printable import printable
from fraudmatch.extract.quarantine import quarantine_faults, sent_back
from fraudmatch.extract.readers import read_grid
from fraudmatch.extract.reading import Reading
from fraudmatch.extract.repetitions import conflicts, repetitions
from fraudmatch.extract.unpack import EXPANDED_LIMIT
from fraudmatch.extract.values.parsed import per_distinct
from fraudmatch.extract.values.words import read_codes
from fraudmatch.reasons import FATAL, REASONS, Disposition

#: What becomes of a file of which nothing is loaded, the gravest first.
_STATES = ((Disposition.REJECT, "refused"), (Disposition.HOLD, "held"), (Disposition.DEFER, "deferred"))


def extract_file(
    path: Path,
    mapping: Mapping,
    *,
    partner: str,
    partner_ids: Collection[str],
    as_at: dt.date | None = None,
    expanded_mb: int = EXPANDED_LIMIT >> 20,
    keys: Keys = NO_KEYS,
    others: Collection[Mapping] = (),
) -> ExtractedFile:
    """Read one file as its mapping declares, in this process.

    A night reads in workers (`side_by_side`); here are drafts, notebooks and tests, where a person has
    chosen the file and one file is all there is to lose.

    Args:
        path: the file as delivered.
        partner: who supplied it; also whose the rows are, unless the mapping has [council].
        partner_ids: ids a [council] column may name.
        as_at: the day two-digit years are read against; null takes a fixed day.
        expanded_mb: how far it may grow when it is unpacked.
        keys: for what is encrypted.
        others: further mappings of the partner, to tell a file that is in the wrong place.

    Raises:
        ConservationError: the program lost or invented a row; never the fault of the file.
    """
    mapping = as_corrections(mapping, path.name)
    origin = Origin(partner, mapping.dataset, printable(path.name))
    try:
        content = read_bytes(path)
        origin = replace(origin, delivery=digest(content))
        if not content:
            raise Refused([Fault("FILE_EMPTY")])
        reading = Reading.of(mapping, limit=expanded_mb << 20, keys=keys)
        grid = as_sent(read_grid(content, mapping.file, reading), path.name)
        del content  # as large as the grid, and no longer needed
        return _loaded(grid, mapping, origin, partner_ids, as_at, others)
    except Refused as refused:
        file = replace(refused_file(refused, origin), slot=mapping.slot)
        empty = all(fault.reason == "FILE_NO_ROWS" for fault in refused.faults)
        lawful = empty and mapping.delivery.may_be_empty
        return file.with_row(state="loaded").without_faults() if lawful else file


def extract_table(table: pa.Table, mapping: Mapping, *, partner: str, name: str) -> ExtractedFile:
    """Read a table in memory as its mapping declares, as a Parquet file would be read.

    Args:
        table: any columns that can be text.
        partner: whose rows they are.
        name: what to call the table in faults; stands for the digest of a file as well.

    Raises:
        ConservationError: the program lost or invented a row.
    """
    origin = Origin(partner, mapping.dataset, name, name)
    try:
        return _loaded(grid_of(table, counted=table.num_rows), mapping, origin, [partner], None)
    except Refused as refused:
        return refused_file(refused, origin)


def refused_file(refused: Refused, origin: Origin) -> ExtractedFile:
    """A file of which nothing is loaded: all its rows count as rejected.

    It is refused when one fault refuses it, else held when one holds it, else put off.
    """
    faults = FaultList(origin)
    faults.add(refused.faults)
    empty = schemas.empty(schemas.received_schema(origin.dataset)) if origin.dataset else pa.table({})
    done = {fault.done for fault in refused.faults}
    state = next((state for kind, state in _STATES if kind in done), "refused")
    delivery = _delivery(origin, state, loaded=0, rejected=refused.records, skipped=refused.skipped)
    return ExtractedFile(origin.dataset, empty, faults.table(), delivery)


def _loaded(
    grid: Grid, mapping: Mapping, origin: Origin, partner_ids: Collection[str], as_at: dt.date | None,
    others: Collection[Mapping] = (),
) -> ExtractedFile:  # fmt: skip
    """The records of a file that could be read."""
    try:
        wiring = _wired(grid, mapping, others)
        rows = _Rows.of(grid, mapping, wiring, FaultList(origin))
        if not rows.alive.any() and not grid.spoilt:
            raise Refused([Fault("FILE_NO_ROWS")])
    except Refused as refused:
        blank = int(blank_rows(grid, np.ones(grid.rows, bool)).sum())
        records = grid.rows - blank + len(grid.spoilt)
        raise Refused(refused.faults, records=records, skipped=grid.skipped + blank) from None
    rows.faults.add([*wiring.notes, *grid.notes, *grid.spoilt, *rows.delimiters_alone()])
    rows.heed_marks()
    reader = FieldReader(mapping, rows.cells, rows.faults, rows.alive, rows.fatal, as_at)
    columns = {
        field.name: reader.read(field, wiring.fields.get(field.name, ())) for field in rows.dataset.fields
    }
    columns["partner"] = rows.partners(origin.partner, partner_ids)
    rows.reject_without_keys(columns)
    rows.reject_repetitions()
    rows.reject_conflicts(columns)
    received = rows.received(columns, origin)
    delivery = _delivery(origin, "loaded", loaded=received.num_rows, rejected=rows.rejected(),
                         skipped=grid.skipped + int((~rows.alive).sum()),
                         extracted_on=extracted_on(mapping.delivery, origin.file, grid))  # fmt: skip
    rejects = rows.faults.table()
    hold_conservation(grid, delivery, rejects)
    file = ExtractedFile(
        mapping.dataset, received, rejects, delivery, mapping.slot, grid.headings,
        sent_back(grid, rows.fatal & rows.alive, mapping.file), tuple(reader.orders), wiring.feeds(len(grid.headings)),
        corrects(grid, rows.alive),
    )  # fmt: skip
    totals = control_faults(grid, mapping, delivery["received"][0].as_py(), columns, rows.alive)
    return with_file_faults(
        file, [*reader.holds, *totals, *quarantine_faults(rejects, mapping, delivery)], origin
    )


def _wired(grid: Grid, mapping: Mapping, others: Collection[Mapping]) -> Wiring:
    """The columns a mapping needs; a file that has those of another data set is told so."""
    try:
        return wire(mapping, grid.headings)
    except Refused as refused:
        missing = any(fault.reason == "COLUMN_MISSING" for fault in refused.faults)
        other = wrong_dataset(grid.headings, mapping, others) if missing else None
        raise Refused([other]) if other else refused from None


def _delivery(
    origin: Origin,
    state: str,
    *,
    loaded: int,
    rejected: int,
    skipped: int,
    extracted_on: dt.date | None = None,
) -> pa.Table:
    """DELIVERIES, one row."""
    row = {**asdict(origin), "received": loaded + rejected, "loaded": loaded, "rejected": rejected,
           "skipped": skipped, "state": state, "extracted_on": extracted_on}  # fmt: skip
    return pa.Table.from_pylist([row], schema=schemas.DELIVERIES)


def with_file_faults(file: ExtractedFile, found: Sequence[Fault], origin: Origin) -> ExtractedFile:
    """The file with faults of the whole of it; when one of them is fatal, nothing of it is loaded."""
    if not found:
        return file
    faults = FaultList(origin)
    faults.add(found)
    rejects = schemas.sort_rejects(pa.concat_tables([file.rejects, faults.table()]))
    if not any(fault.done in FATAL for fault in found):
        return replace(file, rejects=rejects)
    row = file.delivery.to_pylist()[0]
    delivery = _delivery(origin, "held", loaded=0, rejected=row["received"], skipped=row["skipped"],
                         extracted_on=row["extracted_on"])  # fmt: skip
    return replace(file, received=file.received.slice(0, 0), rejects=rejects, delivery=delivery)


def hold_conservation(grid: Grid, delivery: pa.Table, rejects: pa.Table) -> None:
    """What was counted must have been loaded, rejected or skipped, and every rejected row be named.

    Raises:
        ConservationError: it is not so.
    """
    row = delivery.to_pylist()[0]
    kept = row["loaded"] + row["rejected"] + row["skipped"]
    fatal = rejects.filter(pc.and_(schemas.is_fatal(rejects), pc.is_valid(rejects["source_row"])))
    named = len(pc.unique(fatal["source_row"]))
    if kept != grid.counted or named != row["rejected"]:
        raise ConservationError(
            f"{row['partner']}/{row['file']}: {grid.counted} records counted, but {row['loaded']} loaded, "
            f"{row['rejected']} rejected ({named} of them named) and {row['skipped']} skipped.",
            remedy="This is a fault of the program; report it with the mapping and the shape of the file.",
        )


@dataclass(frozen=True)
class _Rows:
    """The rows of one file on their way to RECEIVED.

    Attributes:
        alive: rows (bool) that are not blank.
        fatal: rows (bool) that are rejected; filled step by step.
    """

    mapping: Mapping
    wiring: Wiring
    cells: Cells
    faults: FaultList
    alive: np.ndarray
    fatal: np.ndarray

    @classmethod
    def of(cls, grid: Grid, mapping: Mapping, wiring: Wiring, faults: FaultList) -> _Rows:
        """Clean the columns the mapping reads and tell blank rows from records."""
        cells = Cells.of(grid, wiring.used, mapping.file.null_values)
        bare = np.ones(grid.rows, bool)
        for column in cells.columns.values():
            bare &= column.is_null().to_numpy(zero_copy_only=False)
        alive = ~blank_rows(grid, bare)
        return cls(mapping, wiring, cells, faults, alive, np.zeros(grid.rows, bool))

    @property
    def dataset(self) -> schemas.Dataset:
        """The data set of the mapping."""
        return schemas.DATASETS[self.mapping.dataset]

    def delimiters_alone(self) -> list[Fault]:
        """A note on blank rows that are not empty lines."""
        raw, blank = self.cells.grid.raw, self.cells.grid.source_rows[~self.alive]
        if raw is None or not len(blank) or self.mapping.file.format != "delimited":
            return []
        blank = np.sort(blank[raw.lengths(blank) > 0])
        return [noted("BLANK_ROW", blank)] if len(blank) else []

    def rejected(self) -> int:
        """How many records are rejected, those the reader could not read included."""
        return int((self.fatal & self.alive).sum()) + len(self.cells.grid.spoilt)

    def _reject(
        self, reason: str, rows: np.ndarray, *, field: str | None = None, column: str | None = None
    ) -> None:
        """Set rows aside; blank ones are no records."""
        rows = rows & self.alive
        self.faults.add_rows(reason, self.cells.grid.source_rows[rows], field=field, column=column)
        np.logical_or(self.fatal, rows, out=self.fatal)

    def heed_marks(self) -> None:
        """Set aside, or speak of, the rows whose cells the reader marked."""
        for mark in self.cells.grid.marks:
            if mark.column is not None and mark.column not in self.wiring.used:
                continue
            column = None if mark.column is None else self.cells.heading((mark.column,))
            within = mark.rows < len(self.alive)
            rows = mark.rows[within][self.alive[mark.rows[within]]]
            if not REASONS[mark.reason].fatal:
                self.faults.add([Fault(mark.reason, column=column, detail=mark.details[0])])
                continue
            said = dict(zip(mark.rows.tolist(), mark.details, strict=True))
            details = [said[row] for row in rows.tolist()]
            self.faults.add_rows(
                mark.reason, self.cells.grid.source_rows[rows], column=column, detail=details
            )
            self.fatal[rows] = True

    def partners(self, supplier: str, partner_ids: Collection[str]) -> pa.Array:
        """Whose record each row is; a value the code list lacks rejects the row."""
        council = self.mapping.council
        if council is None or self.wiring.council is None:
            return pa.repeat(pa.scalar(supplier, pa.string()), len(self.alive))
        codes = {code: partner for code, partner in council.codes.items() if partner in partner_ids}
        texts = pc.fill_null(self.cells.columns[self.wiring.council], "")
        partners = per_distinct(texts, lambda distinct: read_codes(distinct, codes)).values
        unknown = partners.is_null().to_numpy(zero_copy_only=False)
        self._reject("UNKNOWN_PARTNER", unknown, column=self.cells.heading((self.wiring.council,)))
        return partners

    def reject_without_keys(self, columns: dict[str, pa.Array]) -> None:
        """Set aside rows without a field that every row needs."""
        for field in self.dataset.fields:
            if field.key:
                absent = columns[field.name].is_null().to_numpy(zero_copy_only=False)
                column = self.cells.heading(self.wiring.fields[field.name])
                self._reject("KEY_MISSING", absent, field=field.name, column=column)

    def reject_repetitions(self) -> None:
        """Set aside rows whose mapped cells all repeat those of an earlier row, saying which."""
        if self.mapping.dataset in REPEATS_ARE_EVIDENCE:
            return
        numbers = self.cells.grid.source_rows
        rows = np.flatnonzero(self.alive & ~self.fatal)
        rows = rows[np.argsort(numbers[rows], kind="stable")]
        keys = [self.cells.columns[place] for place in sorted(self.wiring.used)]
        later, first = repetitions(keys, rows)
        self.faults.add_rows(
            "DUPLICATE_ROW", numbers[later], detail=[f"repeats record {n}" for n in numbers[first]]
        )
        self.fatal[later] = True

    def reject_conflicts(self, columns: dict[str, pa.Array]) -> None:
        """Set aside all rows that share their keys with others and differ, where a key names one row."""
        one_row = one_row_of(self.mapping.dataset, self.mapping.delivery)
        if one_row is None:
            return
        rows = np.flatnonzero(self.alive & ~self.fatal)
        keys = [columns[name] for name in ("partner", "source_ref", *one_row)]
        wrong, first = conflicts(keys, rows)
        numbers = self.cells.grid.source_rows
        detail = [f"differs from the row of the same reference at record {n}" for n in numbers[first]]
        self.faults.add_rows("DUPLICATE_KEY_CONFLICT", numbers[wrong], field="source_ref", detail=detail)
        self.fatal[wrong] = True

    def received(self, columns: dict[str, pa.Array], origin: Origin) -> pa.Table:
        """RECEIVED of the rows that stand."""
        count = len(self.alive)
        columns["dataset"] = pa.repeat(pa.scalar(self.mapping.dataset, pa.string()), count)
        columns["delivery"] = pa.repeat(pa.scalar(origin.delivery, pa.string()), count)
        columns["source_row"] = pa.array(self.cells.grid.source_rows, pa.int64())
        table = pa.table(columns)
        standing = self.alive & ~self.fatal
        if not standing.all():
            table = table.filter(pa.array(standing))
        schema = schemas.received_schema(self.mapping.dataset)
        return in_order(schemas.conform(table, schema, what=f"RECEIVED of {origin.file}"))
