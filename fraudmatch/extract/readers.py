"""From the bytes of a file to its cells, by the format the mapping declares."""

from __future__ import annotations

from fraudmatch.extract.content import decompress
from fraudmatch.extract.counter import count_records
from fraudmatch.extract.cuts import without_end_mark
from fraudmatch.extract.delimited import read_delimited
from fraudmatch.extract.encodings import to_utf8
from fraudmatch.extract.grid import Fault, Grid, Refused
from fraudmatch.extract.header import Wanted
from fraudmatch.extract.mapping import FileForm

#: First bytes of formats that are often sent under another format's name.
_SIGNATURES = (
    (b"PK\x03\x04", "an XLSX or ZIP file"),
    (b"\xd0\xcf\x11\xe0", "an old XLS workbook or an encrypted one; save it as XLSX without a password"),
    (b"\x1f\x8b", 'gzip; set compression = "gzip"'),
    (b"%PDF", "a PDF"),
    (b"PAR1", "Parquet"),
    (b"<!DOCTYPE", "a web page"),
    (b"<html", "a web page"),
)


def read_grid(content: bytes, form: FileForm, wanted: Wanted = ()) -> Grid:
    """The cells of a file.

    Args:
        content: the file as delivered, not empty.
        wanted: headings the mapping needs, each with its alternatives.

    Raises:
        Refused: the file cannot be read as declared.
    """
    content = decompress(content, form.compression)
    if not content:
        raise Refused([Fault("FILE_EMPTY", detail="nothing is left after decompression")])
    if form.format == "xlsx":
        from fraudmatch.extract.workbook import read_workbook

        return read_workbook(content, form)
    if form.format == "parquet":
        from fraudmatch.extract.parquet import read_parquet

        return read_parquet(content, form)
    return _read_text(content, form, wanted)


def _read_text(content: bytes, form: FileForm, wanted: Wanted) -> Grid:
    kind = signature(content)
    if kind:
        raise Refused([Fault("FILE_UNREADABLE", detail=f"it looks like {kind}")])
    try:
        text = to_utf8(content, form)
    except Refused as refused:
        raise _with_rows(refused, content, form) from None
    if form.format == "fixed_width":
        from fraudmatch.extract.fixed_width import read_fixed_width

        return read_fixed_width(text, form)
    return read_delimited(text, form, wanted)


def signature(content: bytes) -> str | None:
    """What the first bytes say a file really is, when that is no text."""
    return next((kind for start, kind in _SIGNATURES if content.startswith(start)), None)


def _with_rows(refused: Refused, content: bytes, form: FileForm) -> Refused:
    """The same refusal with the rows counted; the undecoded bytes keep line ends and quotes."""
    quote = form.quote if form.format == "delimited" else ""
    counted = count_records(
        without_end_mark(content), delimiter=form.delimiter, quote=quote, escape=form.escape,
        skip_rows=form.skip_rows,
    )  # fmt: skip
    rows = max(counted.records - form.has_header, 0)
    return Refused(refused.faults, records=rows, skipped=counted.lines + counted.records - rows)
