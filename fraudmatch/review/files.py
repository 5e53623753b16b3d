"""Tables of the desk as files that people take away: csv, xlsx, json."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import flask
import pyarrow as pa

from fraudmatch.ledger.entering import enter
from fraudmatch.report.clean import lines
from fraudmatch.report.csvs import csv_parts
from fraudmatch.report.disclosure import Column
from fraudmatch.report.inputs import ReportInput
from fraudmatch.report.worklist import table_as_workbook
from fraudmatch.review.desk import Desk
from fraudmatch.review.guard import account

#: Kind of file -> its media type.
KINDS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
}


def sent(name: str, kind: str, written: bytes) -> Any:
    """The answer that a browser saves as a file."""
    return flask.send_file(
        io.BytesIO(written), KINDS[kind], as_attachment=True, download_name=f"{name}.{kind}"
    )


def as_json(name: str, table: pa.Table, title: str, night: ReportInput) -> bytes:
    """A table as one JSON document; money in pence, dates as 2026-03-31."""
    told = {"title": title, "as_at": night.as_at.isoformat(), "run": night.run_id, name: table.to_pylist()}
    return (json.dumps(told, indent=1, ensure_ascii=False, default=str) + "\n").encode("utf-8")


def exported(
    desk: Desk, name: str, kind: str, columns: Sequence[Column], rows: Iterable[Mapping[str, Any]], title: str
) -> Any:  # fmt: skip
    """Rows as a file, entered in the ledger before it is written; any other kind of file is not there.

    Args:
        rows: by column key; dates as dates, money in pence.
    """
    if kind not in KINDS:
        flask.abort(404)
    night, told = desk.night.input, list(rows)
    text = str if kind == "json" else _on_one_line
    table = pa.table({one.key: _array(one, [row[one.key] for row in told], text) for one in columns})
    detail = {name: len(told), "kind": kind, "run": desk.night.run_id}
    enter(desk.site, "report.exported", by=account().username, partner=account().partner, detail=detail)
    if kind == "csv":
        return sent(name, kind, b"".join(csv_parts(columns, table)))
    if kind == "json":
        return sent(name, kind, as_json(name, table, title, night))
    return sent(name, kind, table_as_workbook(columns, table, title, f"Run {night.run_id}.", night))


def _array(column: Column, values: Sequence[Any], text: Callable[[str], str]) -> pa.Array:
    if column.kind == "text":
        return pa.array([None if value is None else text(lines(value)) for value in values], pa.string())
    return pa.array(values, pa.date32() if column.kind == "date" else pa.int64())


def _on_one_line(text: str) -> str:
    """A note of several lines for a cell: with / between them, since programs that read CSV stumble over line ends."""
    return " / ".join(text.split("\n"))
