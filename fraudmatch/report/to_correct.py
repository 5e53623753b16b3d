"""Rows that were set aside, sent back to the partner as a workbook and as CSV it can correct and deliver again.

The cells are the partner's own and stand as they came, so that what comes back loads as the original would have.
Nothing is cleaned here but what no workbook can hold; a formula stays text in a text cell, and in CSV behind an
apostrophe that comes off again when the file is read (`corrections`).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch import corrections
from fraudmatch.reasons import REASONS
from fraudmatch.report.clean import clean_text, fit_cell
from fraudmatch.report.inputs import ReportInput
from fraudmatch.report.to_correct_book import write_book
from fraudmatch.report.to_correct_rows import Row, Rows
from fraudmatch.report.words import dataset_title, field_heading
from fraudmatch.schemas import is_fatal
from fraudmatch.site import Partner

#: The folder of such files within a partner's.
FOLDER = "to-correct"
# What XML, and so a workbook, cannot hold; line ends and tabs it can.
_NEVER = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_FROM_LINE = "Fill the cells from the line as it came."
_FROM_FILE = "Fill the cells from the record of your own file."


@dataclass(frozen=True)
class ToCorrect:
    """What was written of one delivered file.

    Attributes:
        files: from the partner's folder, with / between. rows: how many there are to correct.
    """

    dataset_title: str
    file: str
    rows: int
    files: tuple[str, ...]


def write_to_correct(own: Path, partner: Partner, night: ReportInput, rejects: pa.Table) -> list[ToCorrect]:
    """Write the rows of a partner that wait to be corrected, by the file they came in; what was written.

    Args:
        own: the partner's folder. rejects: REJECTS of its own files.
    """
    mine = night.sent_back.filter(pc.equal(night.sent_back["partner"], partner.id)).to_pylist()
    if not mine:
        return []
    (own / FOLDER).mkdir(mode=0o700)
    faults = _faults(rejects)
    titles = {row["delivery"]: dataset_title(row["dataset"]) for row in night.deliveries.to_pylist()}
    written = []
    for slot, rows_of_slot in groupby(sorted(mine, key=_by_file), key=lambda row: row["slot"]):
        for number, (_, told) in enumerate(groupby(rows_of_slot, key=_by_file), 1):
            rows = _rows(list(told), faults)
            names = [corrections.named(slot, number, kind) for kind in ("xlsx", "csv")]
            write_book(own / FOLDER / names[0], rows, partner.name, _about(night), _kept)
            _write_csv(own / FOLDER / names[1], rows)
            files = tuple(f"{FOLDER}/{name}" for name in names)
            written.append(ToCorrect(titles[_delivery(rows, titles)], rows.file, len(rows.rows), files))
    return written


def _delivery(rows: Rows, titles: Mapping[str, str]) -> str:
    return next(digest for digest in titles if digest.startswith(rows.rows[0].delivery))


def _about(night: ReportInput) -> tuple[str, dt.date, str]:
    return night.site_name, night.as_at, night.run_id


def _by_file(row: Mapping[str, Any]) -> tuple[str, str, str]:
    return row["slot"], row["file"], row["delivery"]


def _faults(rejects: pa.Table) -> dict[tuple[str, int], list[dict[str, Any]]]:
    """Delivery and row -> what set it aside."""
    told = rejects.filter(pc.and_(is_fatal(rejects), pc.is_valid(rejects["source_row"])))
    found: dict[tuple[str, int], list[dict[str, Any]]] = {}
    for fault in told.to_pylist():
        found.setdefault((fault["delivery"], fault["source_row"]), []).append(fault)
    return found


def _rows(told: Sequence[dict[str, Any]], faults: Mapping[tuple[str, int], list[dict[str, Any]]]) -> Rows:
    """The rows of one file; those that came back in another order of columns are put under the same headings."""
    first = next((row for row in told if row["found_in"] == row["delivery"]), told[0])
    headings = tuple(_kept(heading) for heading in first["headings"])
    rows = tuple(
        _row(row, headings, faults.get((row["found_in"], row["source_row"]), []))
        for row in sorted(told, key=lambda row: int(row["record"]))
    )
    return Rows(told[0]["file"], headings, rows)


def _row(row: dict[str, Any], headings: tuple[str, ...], faults: Sequence[dict[str, Any]]) -> Row:
    cells = ("",) * len(headings)
    if row["cells"] is not None and row["found_in"] == row["delivery"]:
        cells = tuple(row["cells"])
    elif row["cells"] is not None:
        under = dict(zip(map(_folded, row["headings"]), row["cells"], strict=True))
        cells = tuple(under.get(_folded(heading), "") for heading in headings)
    remedies = [REASONS[fault["reason"]].remedy for fault in faults]
    if row["cells"] is None:
        remedies.append(_FROM_LINE if row["line"] else _FROM_FILE)
    named = {_folded(part) for fault in faults for part in (fault["column"] or "").split(" + ")}
    return Row(
        row["record"], " ".join(dict.fromkeys(map(_wrong, faults))), " ".join(dict.fromkeys(remedies)), cells,
        frozenset(
            place
            for place, name in enumerate(headings)
            if row["cells"] is None or _folded(name) in named - {""}
        ),
        _visible(row["line"] or ""), row["delivery"][: corrections.SHORT],
    )  # fmt: skip


def _wrong(fault: Mapping[str, Any]) -> str:
    """What is wrong with one cell or row; details hold counts and record numbers, never a value."""
    meaning = REASONS[fault["reason"]].meaning
    place = fault["column"] or (field_heading(fault["field"]) if fault["field"] else "")
    text = f"{meaning.removesuffix('.')} ({fault['detail']})." if fault["detail"] else meaning
    return f"{clean_text(place)}: {text}" if place else text


def _folded(heading: str) -> str:
    return " ".join(heading.split()).casefold()


def _kept(text: str) -> str:
    """A text as it came, but for what no workbook can hold."""
    return _NEVER.sub("\N{REPLACEMENT CHARACTER}", text)


def _visible(line: str) -> str:
    """A record that could not be read, on one line, every sign to be seen."""
    return fit_cell(clean_text(line))[0]


def _write_csv(path: Path, rows: Rows) -> None:
    """UTF-8 with a mark, CRLF, every cell quoted and guarded; a cell may span lines, as it did when it came."""
    lines = [rows.columns]
    lines += [
        (str(row.record), row.wrong, row.remedy, *row.cells, row.line, row.delivery) for row in rows.rows
    ]
    text = "".join(",".join(map(_cell, line)) + "\r\n" for line in lines)
    path.write_bytes(b"\xef\xbb\xbf" + text.encode("utf-8", "replace"))


def _cell(text: str) -> str:
    return '"' + corrections.guarded(_kept(text)).replace('"', '""') + '"'
