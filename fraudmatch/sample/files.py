"""Columns as the bytes of a file: delimited, fixed width, XLSX or Parquet, the same bytes every time."""

from __future__ import annotations

import datetime as dt
import gzip
import io
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from fraudmatch.sample.render import Column
from fraudmatch.sample.streams import EPOCH, NULL

#: What the lines above the heading say, where a partner's system writes some.
PREAMBLE = ("Extract for data matching", "Invented records - no real person or address", "")
_LINE_END = "\r\n"
#: Fixed-width columns are as wide as their widest value and one more, at least this.
_NARROWEST = 4
_CREATED = dt.datetime(2026, 3, 31)


def file_bytes(
    columns: list[Column], form: dict[str, Any], *, last_line: str = ""
) -> tuple[bytes, dict[str, tuple[int, int]]]:
    """The file, and for fixed width where each column stands (first character from 1, width).

    `last_line` is put at the end of text files as it is.
    """
    places: dict[str, tuple[int, int]] = {}
    if form["format"] == "xlsx":
        content = _workbook(columns, form["sheet"])
    elif form["format"] == "parquet":
        content = _parquet(columns)
    elif form["format"] == "fixed_width":
        content, places = _fixed_width(columns, form["encoding"])
    else:
        content = _delimited(columns, form)
    if last_line:
        content += (last_line + _LINE_END).encode(str(form["encoding"]).removesuffix("-sig"))
    if str(form["name"]).endswith(".gz"):
        content = _gzipped(content)
    return content, places


def _gzipped(content: bytes) -> bytes:
    packed = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", fileobj=packed, mtime=0, compresslevel=6) as stream:
        stream.write(content)
    return packed.getvalue()


def _delimited(columns: list[Column], form: dict[str, Any]) -> bytes:
    delimiter = str(form["delimiter"])
    heading = delimiter.join(_quoted(column.heading, delimiter) for column in columns) + _LINE_END
    preamble = "".join(line + _LINE_END for line in PREAMBLE[: int(form.get("skip", 0))])
    cells = [_quoted_column(column.text, delimiter) for column in columns]
    lines = pc.binary_join_element_wise(*cells, delimiter, null_handling="replace", null_replacement="")
    return (preamble + heading).encode(form["encoding"]) + _body(
        lines, str(form["encoding"]).removesuffix("-sig")
    )


def _body(lines: pa.Array, encoding: str) -> bytes:
    """Lines with their ends, in an encoding."""
    ended = pc.binary_join_element_wise(lines, _LINE_END, "")
    _, offsets, text = ended.buffers()
    end = int(np.frombuffer(offsets, dtype=np.int32)[len(ended)])
    body: bytes = text.to_pybytes()[:end]
    return body if encoding == "utf-8" else body.decode().encode(encoding)


def _quoted(text: str, delimiter: str) -> str:
    return '"' + text.replace('"', '""') + '"' if delimiter in text or '"' in text else text


def _quoted_column(texts: pa.Array, delimiter: str) -> pa.Array:
    needs = pc.or_(pc.match_substring(texts, delimiter), pc.match_substring(texts, '"'))
    if not pc.any(needs).as_py():
        return texts
    doubled = pc.replace_substring(texts, '"', '""')
    return pc.if_else(needs, pc.binary_join_element_wise('"', doubled, '"', ""), texts)


def _fixed_width(columns: list[Column], encoding: str) -> tuple[bytes, dict[str, tuple[int, int]]]:
    places, cells, first = {}, [], 1
    for column in columns:
        longest = pc.max(pc.utf8_length(column.text)).as_py() or 0
        width = max(longest, _NARROWEST) + 1
        cells.append(pc.utf8_rpad(pc.fill_null(column.text, ""), width, " "))
        places[column.heading] = (first, width)
        first += width
    return _body(pc.binary_join_element_wise(*cells, ""), encoding), places


def _parquet(columns: list[Column]) -> bytes:
    """Dates as dates, the rest as text."""
    arrays = []
    for column in columns:
        if column.days is None:
            arrays.append(column.text)
            continue
        known = column.days != NULL
        arrays.append(
            pa.array(np.where(known, column.days, 0).astype("int32"), mask=~known).cast(pa.date32())
        )
    packed = io.BytesIO()
    pq.write_table(pa.table(arrays, names=[c.heading for c in columns]), packed, compression="zstd")
    return packed.getvalue()


def _workbook(columns: list[Column], sheet: str) -> bytes:
    """A workbook with dates as date cells and everything else as typed."""
    import xlsxwriter

    packed = io.BytesIO()
    book = xlsxwriter.Workbook(
        packed, {"in_memory": True, "constant_memory": False, "strings_to_formulas": False}
    )
    book.set_properties({"created": _CREATED, "title": "Invented records"})
    page = book.add_worksheet(sheet)
    as_date = book.add_format({"num_format": "dd/mm/yyyy"})
    for place, column in enumerate(columns):
        page.write_string(0, place, column.heading)
        days = column.days.tolist() if column.days is not None else [NULL] * len(column.text)
        for row, (text, day) in enumerate(zip(column.text.to_pylist(), days, strict=True), start=1):
            if day != NULL:
                page.write_datetime(
                    row, place, dt.datetime.combine(EPOCH + dt.timedelta(day), dt.time()), as_date
                )
            elif text is not None:
                page.write_string(row, place, text)
    book.close()
    return packed.getvalue()
