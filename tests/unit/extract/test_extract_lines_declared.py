"""What a mapping may declare about lines, and how it is told what is wrong."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from fraudmatch.errors import MappingError
from fraudmatch.extract import ExtractedFile, Mapping


@pytest.mark.parametrize(
    ("lines", "where", "said"),
    [
        ('trailer = { mark = "T", total = 3 }', "file.trailer", "total and of go together"),
        (
            'trailer = { mark = "T", total = 3, of = "charge_annual_penc" }',
            "file.trailer.of",
            "no amount among",
        ),
        ('trailer = { mark = "T", rows = [4, 8] }', "file", "a trailer's cells are numbers"),
        ('trailer = { mark = "T", row = 2 }', "file.trailer.row", "unknown key"),
        ('escape = ","', "file", "neither their delimiter nor their quote"),
        ("record_length = 20", "file", "record_length is for fixed_width"),
        ("record_types = { rows = [] }", "file.record_types.rows", "at least 1 item"),
    ],
)
def test_faults_of_declarations(
    mapping_of: Callable[..., Mapping], lines: str, where: str, said: str
) -> None:
    with pytest.raises(MappingError) as caught:
        mapping_of(lines)
    assert any(problem.where == where and said in problem.what for problem in caught.value.problems)


def test_rows_set_aside_come_back_as_they_were_written(read: Callable[..., ExtractedFile]) -> None:
    text = 'Ref,Surname,DOB,Disc,Charge\r\n1,a,,,\r\n,"b\r\nc",,,\r\n3,short\r\n4,d"e,,,\r\n1,a,,,\r\n'
    back = read(text).quarantined
    assert back is not None
    assert back.select(["source_row", "raw"]).to_pylist() == [
        {"source_row": 3, "raw": ',"b\r\nc",,,'},
        {"source_row": 4, "raw": "3,short"},
        {"source_row": 6, "raw": "1,a,,,"},
    ]
    assert read("Ref,Surname,DOB,Disc,Charge\n1,a,,,\n").quarantined is None


def test_bytes_that_are_no_text_come_back_marked(read: Callable[..., ExtractedFile]) -> None:
    lines = "Ref,Surname,DOB,Disc,Charge\n1,Siân,,,\n2,Zo\udc81,,,\n3,René,,,\n"
    back = read(lines.encode("utf-8", "surrogateescape")).quarantined
    assert back is not None and back.select(["source_row", "raw"]).to_pylist() == [
        {"source_row": 3, "raw": "2,Zo\ufffd,,,"}
    ]
