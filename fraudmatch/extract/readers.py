"""From the bytes of a file to its cells, by the format the mapping declares."""

from __future__ import annotations

from fraudmatch.extract.counter import count_records
from fraudmatch.extract.cuts import without_end_mark
from fraudmatch.extract.delimited import read_delimited
from fraudmatch.extract.encodings import to_utf8
from fraudmatch.extract.encrypted import decrypt
from fraudmatch.extract.grid import Fault, Grid, Refused
from fraudmatch.extract.header import Wanted
from fraudmatch.extract.kinds import hold_kind, refuse_padding
from fraudmatch.extract.mapping import FileForm
from fraudmatch.extract.reading import PLAIN, Reading
from fraudmatch.extract.unpack import unpack


def read_grid(content: bytes, form: FileForm, reading: Reading = PLAIN) -> Grid:
    """The cells of a file.

    Args:
        content: the file as delivered, not empty.
        reading: what is known besides the form.

    Raises:
        Refused: the file cannot be read as declared.
    """
    refuse_padding(content)
    content = decrypt(content, form.encryption, reading.keys, limit=reading.limit)
    content = unpack(content, form, limit=reading.limit)
    if not content:
        raise Refused([Fault("FILE_EMPTY", detail="nothing is left after decompression")])
    refuse_padding(content)
    hold_kind(content, form)
    if form.format == "xlsx":
        from fraudmatch.extract.workbook import read_workbook

        return read_workbook(content, form, reading)
    if form.format == "parquet":
        from fraudmatch.extract.parquet import read_parquet

        return read_parquet(content, form)
    return _read_text(content, form, reading.wanted)


def _read_text(content: bytes, form: FileForm, wanted: Wanted) -> Grid:
    try:
        text = to_utf8(content, form)
    except Refused as refused:
        raise _with_rows(refused, content, form) from None
    if form.format == "fixed_width":
        from fraudmatch.extract.fixed_width import read_fixed_width

        return read_fixed_width(text, form)
    return read_delimited(text, form, wanted)


def _with_rows(refused: Refused, content: bytes, form: FileForm) -> Refused:
    """The same refusal with the rows counted; the undecoded bytes keep line ends and quotes."""
    quote = form.quote if form.format == "delimited" else ""
    counted = count_records(
        without_end_mark(content), delimiter=form.delimiter, quote=quote, escape=form.escape,
        skip_rows=form.skip_rows,
    )  # fmt: skip
    rows = max(counted.records - form.has_header, 0)
    return Refused(refused.faults, records=rows, skipped=counted.lines + counted.records - rows)
