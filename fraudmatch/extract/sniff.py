"""Looking at an unknown file to propose how it should be declared. Used for drafts, never in a run."""

from __future__ import annotations

import codecs
import csv
import io
import itertools
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from fraudmatch.extract import sniff_evidence as why
from fraudmatch.extract.encodings import other_code_page
from fraudmatch.extract.grid import Refused
from fraudmatch.extract.kinds import kind_of
from fraudmatch.extract.mapping import FileForm
from fraudmatch.extract.unpack import unpack
from fraudmatch.extract.workbook_parts import survey

#: Records looked at to find delimiter, preamble and header.
LOOKED_AT = 300
_DELIMITERS = (",", "\t", ";", "|", "^", "~")
_ANY = {"pattern": "*", "format": "delimited"}


@dataclass(frozen=True)
class Sniffed:
    """A proposal for [file], and what a person should know about it.

    Attributes:
        form: how the file seems to be made.
        notes: doubts and findings, one sentence each.
        evidence: key of [file] -> what speaks for its value and what against, one sentence each.
    """

    form: FileForm
    notes: tuple[str, ...]
    evidence: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def sniff(content: bytes, pattern: str) -> Sniffed:
    """Propose the form of a file.

    Args:
        content: the file as delivered, not empty.
        pattern: glob for its name.

    Raises:
        Refused: it is compressed and damaged.
    """
    notes: list[str] = []
    kind = kind_of(content)
    compression = kind if kind in {"gzip", "zip"} else "none"
    content = unpack(content, FileForm.model_validate({**_ANY, "compression": compression}))
    base = {"pattern": pattern, "compression": compression}
    if content.startswith(b"PAR1"):
        return Sniffed(FileForm.model_validate({**base, "format": "parquet"}), ())
    if content.startswith(b"PK\x03\x04"):
        return _workbook(content, base)
    encoding = _encoding(content)
    text = content.decode(encoding, "replace").removeprefix("\ufeff")
    base["encoding"] = encoding
    delimiter = _delimiter(text)
    if delimiter is None and _looks_fixed(text):
        sniffed = _fixed(text, base, notes)
    else:
        sniffed = _delimited(text, base, delimiter or ",", notes)
    return replace(
        sniffed, evidence={"encoding": tuple(why.of_encoding(content, encoding)), **sniffed.evidence}
    )


def _encoding(content: bytes) -> str:
    """The first encoding that decodes all of it; ISO 8859-1 decodes anything."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    for name in ("utf-8", "cp1252"):
        try:
            content.decode(name)
        except UnicodeDecodeError:
            continue
        return name if name == "utf-8" else other_code_page(content, name) or name
    return "iso-8859-1"


def _records(text: str, delimiter: str, wanted: int = LOOKED_AT) -> list[list[str]]:
    """The first records of a text; what cannot be parsed ends the list."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    records = []
    try:
        for cells in itertools.islice(reader, wanted):
            records.append(cells)
    except csv.Error:
        pass
    return records


def _usual_width(records: Sequence[Sequence[str]]) -> tuple[int, float]:
    """The commonest number of cells, and the share of non-blank records that have it."""
    widths = Counter(len(cells) for cells in records if any(cell.strip() for cell in cells))
    if not widths:
        return 0, 0.0
    width, times = max(widths.items(), key=lambda item: (item[1], item[0]))
    return width, times / sum(widths.values())


def _delimiter(text: str) -> str | None:
    """The sign that cuts most records into one number (at least two) of cells, or None."""
    best, proof = None, (0.0, 0)
    for sign in _DELIMITERS:
        width, share = _usual_width(_records(text, sign))
        if width > 1 and share >= 0.6 and (round(share, 1), width) > proof:
            best, proof = sign, (round(share, 1), width)
    return best


def _delimited(text: str, base: dict[str, str], delimiter: str, notes: list[str]) -> Sniffed:
    records = _records(text, delimiter)
    width, share = _usual_width(records)
    first = next((place for place, cells in enumerate(records) if len(cells) == width), 0)
    header = _is_header(records[first]) if width else True
    if first:
        notes.append(f"{first} lines before the first full row; check skip_rows")
    if not header:
        notes.append("the first row looks like a record, not like headings: name the columns yourself")
    if share < 1:
        notes.append(f"{1 - share:.1%} of the first rows have another number of cells than {width}")
    names = [] if header else [f"COLUMN_{place + 1}" for place in range(width)]
    form = {
        **base,
        "format": "delimited",
        "delimiter": delimiter,
        "skip_rows": first,
        "header": header,
        "columns": names,
    }
    shares = {sign: _usual_width(_records(text, sign)) for sign in _DELIMITERS}
    evidence = {
        "delimiter": tuple(why.of_delimiter(shares, delimiter)),
        "quote": tuple(why.of_quote("\n".join(text.splitlines()[:LOOKED_AT]), delimiter)),
        "header": tuple(why.of_header(records, first, header)),
    }
    return Sniffed(FileForm.model_validate(form), tuple(notes), evidence)


def _is_header(cells: Sequence[str]) -> bool:
    """Headings are words: no figures or dates, and seldom repeated."""
    filled = [cell.strip() for cell in cells if cell.strip()]
    figures = sum(bool(why.FIGURE.match(cell)) for cell in filled)
    return bool(filled) and figures == 0 and len(set(filled)) > len(filled) / 2


def _workbook(content: bytes, base: dict[str, str]) -> Sniffed:
    from python_calamine import CalamineError, CalamineWorkbook

    survey(content)  # refuses what would break the parser
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
        sheets = {name: workbook.get_sheet_by_name(name).height for name in workbook.sheet_names}
    except CalamineError as error:
        raise Refused([]) from error
    sheet = next((name for name, height in sheets.items() if height), workbook.sheet_names[0])
    notes = (
        [f"sheets: {', '.join(f'{name} ({height} rows)' for name, height in sheets.items())}"]
        if len(sheets) > 1
        else []
    )
    rows = workbook.get_sheet_by_name(sheet).to_python(skip_empty_area=False)[:LOOKED_AT]
    records = [[str(cell) for cell in row] for row in rows]
    filled = [sum(bool(cell.strip()) for cell in cells) for cells in records]
    first = next((place for place, count in enumerate(filled) if count >= max(filled, default=0) * 0.6), 0)
    notes += [f"{first} rows before the headings; check skip_rows"] if first else []
    form = FileForm.model_validate({**base, "format": "xlsx", "sheet": sheet, "skip_rows": first})
    return Sniffed(form, tuple(notes), {"header": tuple(why.of_header(records, first, True))})


def _looks_fixed(text: str) -> bool:
    """Nearly all lines of one length, and long enough for columns."""
    widths = Counter(len(line) for line in text.splitlines()[:LOOKED_AT] if line.strip())
    if not widths:
        return False
    width, times = widths.most_common(1)[0]
    return width >= 20 and times >= 0.8 * sum(widths.values()) and sum(widths.values()) > 1


def _fixed(text: str, base: dict[str, str], notes: list[str]) -> Sniffed:
    """Columns begin where every line has a blank before a character."""
    lines = [line for line in text.splitlines()[:LOOKED_AT] if line.strip()]
    width = max(len(line) for line in lines)
    blank = [all(line[place : place + 1].strip() == "" for line in lines) for place in range(width)]
    starts = [place for place in range(width) if not blank[place] and (place == 0 or blank[place - 1])]
    columns = {
        f"COLUMN_{number}": [start + 1, end - start]
        for number, (start, end) in enumerate(itertools.pairwise([*starts, width]), start=1)
    }
    notes.append("columns were cut where every line has a blank; columns that touch are still together")
    form = FileForm.model_validate({**base, "format": "fixed_width", "columns": columns})
    return Sniffed(form, tuple(notes))
