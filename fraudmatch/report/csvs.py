"""CSV files: UTF-8 with a mark, CRLF, every text quoted and guarded."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch.errors import ConservationError
from fraudmatch.reasons import REASONS
from fraudmatch.report.clean import clean_text, guard_text, relabel
from fraudmatch.report.disclosure import Column, Disclosure, Exceptions, sides_of
from fraudmatch.report.words import dataset_title, field_heading
from fraudmatch.schemas import is_fatal

_MARK = b"\xef\xbb\xbf"
_ROWS_AT_ONCE = 20_000  # rows that are texts at one time


def write_csv(path: Path, columns: Sequence[Column], table: pa.Table) -> None:
    """Write `table` (one column per entry of `columns`, by key) with its headings.

    Text is quoted and guarded against formulas; dates are ISO; pence become pounds with two
    decimals; null is an empty cell. No cell spans lines: control characters were replaced.

    Raises:
        ConservationError: the file, read back, does not hold one line per row.
    """
    with path.open("wb") as file:
        file.writelines(csv_parts(columns, table))
    if path.read_bytes().count(b"\n") != len(table) + 1:
        raise ConservationError(f"{path} does not hold {len(table)} rows.")


def csv_parts(columns: Sequence[Column], table: pa.Table) -> Iterator[bytes]:
    """What `write_csv` writes, part by part."""
    heading = ",".join(_CELLS["text"](column.heading) for column in columns)
    yield _MARK + heading.encode("utf-8") + b"\r\n"
    for begin in range(0, len(table), _ROWS_AT_ONCE):
        part = table.slice(begin, _ROWS_AT_ONCE)
        cells = [_cells(column.kind, part[column.key].to_pylist()) for column in columns]
        lines = (",".join(row) + "\r\n" for row in zip(*cells, strict=True))
        yield "".join(lines).encode("utf-8")


def _cells(kind: str, values: Sequence[Any]) -> list[str]:
    """Cells as they stand in the file. A call of Arrow costs more than most columns hold, hence plain Python."""
    written = {value: "" if value is None else _CELLS[kind](value) for value in set(values)}
    return [written[value] for value in values]


def _text(text: str) -> str:
    return '"' + guard_text(clean_text(text)).replace('"', '""') + '"'


def _two_decimals(number: int) -> str:
    """Whole hundredths as text with a point: -105 -> "-1.05"."""
    whole, rest = divmod(abs(number), 100)
    return f"{'-' if number < 0 else ''}{whole}.{rest:02d}"


_CELLS: dict[str, Callable[[Any], str]] = {
    "text": _text,
    "pence": _two_decimals,
    "hundredths": _two_decimals,
    "integer": str,
    "date": dt.date.isoformat,
}


def write_exceptions(path: Path, exceptions: Exceptions) -> None:
    """One rule's flags, every column, also the empty ones: the headings do not change overnight
    unless the rule does.
    """
    write_csv(path, exceptions.columns, exceptions.table)


_REJECT_COLUMNS = (
    Column("file", "File", "text", "flag"),
    Column("dataset", "Data set", "text", "flag"),
    Column("source_row", "Source row", "integer", "flag"),
    Column("field", "Field", "text", "flag"),
    Column("column", "Column heading", "text", "flag"),
    Column("consequence", "Consequence", "text", "flag"),
    Column("reason", "Reason", "text", "flag"),
    Column("meaning", "Meaning", "text", "flag"),
    Column("remedy", "What to do", "text", "flag"),
)


def write_rejects(path: Path, rejects: pa.Table) -> None:
    """The faults of one partner's own files, in the order of REJECTS; never a value."""
    codes = sorted(REASONS)
    place = pc.index_in(rejects["reason"], value_set=pa.array(codes))
    meanings = pa.array([REASONS[code].meaning for code in codes])
    remedies = pa.array([REASONS[code].remedy for code in codes])
    whole = pc.if_else(pc.is_null(rejects["source_row"]), "file ", "row ")
    fate = pc.if_else(is_fatal(rejects), "refused", "kept")
    consequence = pc.binary_join_element_wise(whole, fate, pa.scalar(""))
    table = pa.table(
        {
            "file": rejects["file"],
            "dataset": relabel(rejects["dataset"].combine_chunks(), dataset_title),
            "source_row": rejects["source_row"],
            "field": relabel(rejects["field"].combine_chunks(), field_heading),
            "column": rejects["column"],
            "consequence": consequence,
            "reason": rejects["reason"],
            "meaning": meanings.take(place),
            "remedy": remedies.take(place),
        }
    )
    write_csv(path, _REJECT_COLUMNS, table)


_SOURCE_COLUMNS = (
    Column("flag_key", "Flag key", "text", "trace"),
    Column("side", "Side", "text", "trace"),
    Column("file", "File", "text", "trace"),
    Column("delivery", "Delivery (SHA-256)", "text", "trace"),
    Column("source_row", "Source row", "integer", "trace"),
)


def write_sources(path: Path, partner_id: str, flags: pa.Table, disclosure: Disclosure) -> None:
    """Where each own record of each flag stands in the delivered files; by flag key, side, file and row.

    Of a group every own member is listed, under side "member".

    This file alone says row numbers, so it alone changes when a partner sends its rows in
    another order.
    """
    grouped = pc.equal(flags["relation"], "group")
    places, member_ids = disclosure.members.own(partner_id, flags["flag_key"])
    member_keys = flags["flag_key"].combine_chunks().take(pa.array(places))
    flags, source = flags.filter(pc.invert(grouped)), disclosure.source
    sides, keys = sides_of(partner_id, flags), flags["flag_key"].combine_chunks()
    left_own = pc.equal(flags["left_partner"], partner_id).combine_chunks()
    side = pc.if_else(left_own, "left", "right")
    seen = pc.is_valid(sides.seen_id)
    ids = pa.concat_arrays([sides.own_id, sides.seen_id.filter(seen), member_ids])
    more = ["right"] * pc.sum(seen, min_count=0).as_py() + ["member"] * len(member_ids)
    table = pa.table(
        {
            "flag_key": pa.concat_arrays([keys, keys.filter(seen), member_keys]),
            "side": pa.concat_arrays([side, pa.array(more, pa.string())]),
            "file": source.file(partner_id, ids),
            "delivery": source.of_records("delivery", ids),
            "source_row": source.of_records("source_row", ids),
        }
    )
    order = ("flag_key", "side", "file", "source_row")
    write_csv(path, _SOURCE_COLUMNS, table.sort_by([(k, "ascending") for k in order]))
