"""Every kind of bad file: a clear reject with file, row, column and mend, and nothing lost."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from extract_views import brief, counts
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fraudmatch.errors import ConservationError
from fraudmatch.extract import ExtractedFile, Mapping, delimited, extract_file, one_file
from fraudmatch.reasons import REASONS

Read = Callable[..., ExtractedFile]
MappingOf = Callable[..., Mapping]

HEADER = "Ref,Surname,DOB,Disc,Charge\n"
GOOD = '1,Testa,31/01/1980,SPD,"1,234.50"\n'


def detail(file: ExtractedFile, reason: str) -> str:
    return next(str(row["detail"]) for row in file.rejects.to_pylist() if row["reason"] == reason)


def test_a_good_file(read: Read) -> None:
    file = read(HEADER + GOOD)
    assert counts(file) == (1, 1, 0, 1, "loaded")
    assert brief(file) == []
    row = file.received.to_pylist()[0]
    assert (row["partner"], row["dataset"], row["source_row"]) == ("avon", "council_tax", 2)
    assert (row["discount_type"], row["charge_annual_pence"]) == ("single_person", 123450)


FILES: list[tuple[str, str | bytes, list[tuple[Any, ...]], tuple[Any, ...]]] = [
    ("missing column", "Ref,DOB,Disc\n1,,\n", [("COLUMN_MISSING", None, "surname", "Surname")], (1, 0, 1, 1, "refused")),
    (
        "duplicated heading",
        "Ref,Surname,surname,DOB,Disc\n1,a,b,,\n",
        [("COLUMN_DUPLICATE", None, "surname", "Surname")],
        (1, 0, 1, 1, "refused"),
    ),
    ("bytes that are no letter", (HEADER + "1,Test\x8d,,,\n").encode("latin-1"), [("BAD_BYTES", 2, None, None)],
     (1, 0, 1, 1, "loaded")),
    ("short row", HEADER + GOOD + "2,Testb\n", [("ROW_TOO_FEW_FIELDS", 3, None, None)], (2, 1, 1, 1, "loaded")),
    ("long row", HEADER + GOOD + "2,Testb,,,,x\n", [("ROW_TOO_MANY_FIELDS", 3, None, None)], (2, 1, 1, 1, "loaded")),
    ("unknown code", HEADER + "1,Testa,,XX,\n", [("CODE_UNKNOWN", 2, "discount_type", "Disc")], (1, 1, 0, 1, "loaded")),
    ("bad date", HEADER + "1,Testa,31/02/1980,,\n", [("DATE_INVALID", 2, "date_of_birth", "DOB")],
     (1, 1, 0, 1, "loaded")),
    ("bad amount", HEADER + "1,Testa,,,ten\n", [("NUMBER_INVALID", 2, "charge_annual_pence", "Charge")],
     (1, 1, 0, 1, "loaded")),
    ("empty file", b"", [("FILE_EMPTY", None, None, None)], (0, 0, 0, 0, "refused")),
    ("header only", HEADER, [("FILE_NO_ROWS", None, None, None)], (0, 0, 0, 1, "held")),
    ("header and blank lines", HEADER + "\n,,,,\n", [("FILE_NO_ROWS", None, None, None)], (0, 0, 0, 3, "held")),
    ("wrong delimiter", HEADER.replace(",", "|") + "1|Testa|||\n", [("DELIMITER_MISMATCH", None, None, None)],
     (1, 0, 1, 1, "refused")),
    ("unclosed quote", HEADER + '1,"Testa,,,\n2,Testb,,,\n3,Testc,,,\n', [("UNCLOSED_QUOTE", 2, None, None)],
     (3, 2, 1, 1, "loaded")),
    ("quote closed by another row's", HEADER + '1,"Testa,,,\n2,"Testb,,,\n',
     [("UNCLOSED_QUOTE", 2, None, None), ("UNCLOSED_QUOTE", 3, None, None)], (2, 0, 2, 1, "loaded")),
    ("quote left open in the last row", HEADER + GOOD + '2,Testb,,,"9\n', [("UNCLOSED_QUOTE", 3, None, None)],
     (2, 1, 1, 1, "loaded")),
    ("unclosed quote in the header", 'Ref,"Surname,DOB,Disc\n1,a,,\n', [("UNCLOSED_QUOTE", None, None, None)],
     (1, 0, 1, 1, "refused")),
    ("key blank", HEADER + " ,Testa,,,\n", [("KEY_MISSING", 2, "source_ref", "Ref")], (1, 0, 1, 1, "loaded")),
    ("error cell", HEADER + "1,#N/A,,,\n", [("CELL_ERROR", 2, "surname", "Surname")], (1, 1, 0, 1, "loaded")),
    ("repeated row", HEADER + GOOD + GOOD, [("DUPLICATE_ROW", 3, None, None)], (2, 1, 1, 1, "loaded")),
    ("unknown column", "Ref,Surname,DOB,Disc,Charge,Mood,Printed  ON\n1,a,,,,x,y\n", [("COLUMN_UNEXPECTED", None, None, "Mood")],
     (1, 1, 0, 1, "loaded")),
    ("blank heading", "Ref,Surname,DOB,Disc,Charge,\n1,a,,,,x\n", [("COLUMN_UNEXPECTED", None, None, "(column 6)")],
     (1, 1, 0, 1, "loaded")),
    ("a workbook under another name", b"PK\x03\x04rest", [("CONTENT_TYPE_MISMATCH", None, None, None)], (0, 0, 0, 0, "refused")),
    ("absent column", "Ref,Surname,DOB,Disc\n1,a,,\n", [("COLUMN_ABSENT", None, "charge_annual_pence", "Charge")],
     (1, 1, 0, 1, "loaded")),
    ("blank header", "\n1,2\n", [("HEADER_NOT_FOUND", None, None, None)], (1, 0, 1, 1, "refused")),
]  # fmt: skip


@pytest.mark.parametrize(
    ("content", "rejects", "sums"), [case[1:] for case in FILES], ids=[case[0] for case in FILES]
)
def test_bad_files(
    read: Read, content: str | bytes, rejects: list[tuple[Any, ...]], sums: tuple[Any, ...]
) -> None:
    file = read(content)
    assert brief(file) == rejects
    assert counts(file) == sums
    assert all(row["file"] == "CTAX_1.csv" and row["partner"] == "avon" for row in file.rejects.to_pylist())
    assert all(REASONS[reason].remedy for reason in file.rejects["reason"].to_pylist())


def test_rejects_never_carry_the_value(read: Read) -> None:
    file = read(HEADER + "1,Testa,SECRETDATE,SECRETCODE,SECRETSUM\n")
    assert len(brief(file)) == 3
    assert "SECRET" not in str(file.rejects.to_pylist())


@pytest.mark.parametrize(
    ("content", "reason", "said"),
    [
        ("Ref,Sumame,DOB,Disc\n1,,,\n", "COLUMN_MISSING", "Did you mean 'Sumame'?"),
        ("Ref;Surname;DOB\n1;a;\n", "DELIMITER_MISMATCH", "declared ',', but the header holds 2 of ';'"),
        (
            b"Ref,Surname,DOB,Disc\n1,a,,\n2,\x8d,,\n",
            "BAD_BYTES",
            "byte 0x8D",
        ),
        (
            HEADER + '1,a,,,\n2,"b,,,\n3,c,,,\n',
            "UNCLOSED_QUOTE",
            "opened in record 3",
        ),
        (HEADER + GOOD + "5,x\n", "ROW_TOO_FEW_FIELDS", "2 cells where the header has 5"),
        (HEADER + GOOD + GOOD, "DUPLICATE_ROW", "repeats record 2"),
        (HEADER + "1,a,1980-01-01,,\n", "DATE_INVALID", "declared: %d/%m/%Y"),
    ],
)
def test_details_say_where_and_what(read: Read, content: str | bytes, reason: str, said: str) -> None:
    assert said in detail(read(content), reason)


def test_all_missing_columns_are_named_at_once(read: Read) -> None:
    file = read("Ref,Other\n1,2\n")
    assert [row[3] for row in brief(file)] == ["DOB", "Disc", "Surname"]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("last", [True, False])
def test_line_ends(read: Read, end: str, last: bool) -> None:
    text = (HEADER + GOOD + '2,"Te\nst",,,\n').replace("\n", end)
    file = read(text if last else text.removesuffix(end))
    assert counts(file) == (2, 2, 0, 1, "loaded")
    assert file.received["surname"].to_pylist() == ["Testa", f"Te{end}st"]


@pytest.mark.parametrize(
    ("content", "surname"),
    [
        (("\ufeff" + HEADER + "1,Siân,,,\n").encode(), "Siân"),
        ((HEADER + "1,Siân,,,\n").encode("cp1252"), "Siân"),
        ((HEADER + "1,Siân Llŷr,,,\n").encode(), "Siân Llŷr"),
    ],
)
def test_encodings_are_tried_strictly_in_order(read: Read, content: bytes, surname: str) -> None:
    file = read(content)
    assert brief(file) == []
    assert file.received["surname"].to_pylist() == [surname]


def test_blanks_that_do_not_break_are_no_letters_of_a_dos_code_page(
    read: Read, mapping_of: MappingOf
) -> None:
    """Byte A0 is that blank in cp1252 and á in cp850; behind a word it is both as likely."""
    file = '[file]\npattern = "*"\nformat = "delimited"\nencoding = "cp1252"\n'
    fields = '[fields]\nsource_ref = "Ref"\nsurname = "Surname"\n'
    alone = mapping_of(text=f'dataset = "person"\n{file}{fields}')
    rows = "".join(f"{number},Testa\u00a0\n" for number in range(20))
    assert counts(read(("Ref,Surname\n" + rows).encode("cp1252"), alone)) == (20, 20, 0, 1, "loaded")
    dos = ("Ref,Surname\n" + rows.replace("Testa\u00a0", "Ren\u00e9")).encode("cp850")
    assert brief(read(dos, alone)) == [("ENCODING_UNDECLARED", None, None, None)]


def test_utf16(read: Read, mapping_of: MappingOf) -> None:
    text = mapping_of().path.read_text().replace('["utf-8", "cp1252"]', '["utf-16"]')
    file = read((HEADER + "1,Siân,,,\n").encode("utf-16"), mapping_of(text=text))
    assert file.received["surname"].to_pylist() == ["Siân"]


def test_one_bad_row_at_the_end_of_a_large_file(read: Read) -> None:
    rows = "".join(f"{number},Test{number:010d},31/01/1980,SPD,{number}.00\n" for number in range(50_000))
    content = HEADER + rows + "50000,short\n" + "50001,Last,,,\n"
    assert len(content) > 2_000_000
    file = read(content)
    assert brief(file) == [("ROW_TOO_FEW_FIELDS", 50_002, None, None)]
    assert counts(file) == (50_002, 50_001, 1, 1, "loaded")
    last = dict(
        zip(file.received["source_ref"].to_pylist(), file.received["source_row"].to_pylist(), strict=True)
    )
    assert (last["0"], last["49999"], last["50001"]) == (2, 50_001, 50_003)


def test_a_cell_larger_than_a_block(read: Read) -> None:
    content = HEADER + '1,"' + "word " * 3_000_000 + '",,,\n2,short\n3,Last,,,\n'
    file = read(content)
    assert brief(file) == [("RECORD_TOO_LONG", 2, None, None), ("ROW_TOO_FEW_FIELDS", 3, None, None)]
    assert counts(file) == (3, 1, 2, 1, "loaded")


def test_short_rows_filled_and_blank_surplus_let_pass(read: Read, mapping_of: MappingOf) -> None:
    mapping = mapping_of('short_rows = "fill"\nlong_rows = "empty"')
    file = read(HEADER + '1,"a ""q""\nb"\n2,b,,,, ,\n3,c,,,,x\n4,d,,SPD,\n', mapping)
    assert brief(file) == [("ROW_TOO_MANY_FIELDS", 4, None, None)]
    rows = [(row["source_ref"], row["source_row"], row["surname"]) for row in file.received.to_pylist()]
    assert rows == [("1", 2, 'a "q"\nb'), ("2", 3, "b"), ("4", 5, "d")]


def test_preamble_lines_are_skipped_and_counted(read: Read, mapping_of: MappingOf) -> None:
    file = read('Report "of\n\n' + HEADER + GOOD, mapping_of("skip_rows = 2"))
    assert counts(file) == (1, 1, 0, 3, "loaded")
    assert file.received["source_row"].to_pylist() == [4]


def test_no_header(read: Read, mapping_of: MappingOf) -> None:
    mapping = mapping_of('header = false\ncolumns = ["Ref", "Surname", "DOB", "Disc"]')
    file = read("1,Testa,,\n2,Testb,,\n", mapping)
    assert counts(file) == (2, 2, 0, 0, "loaded")
    assert file.received["source_row"].to_pylist() == [1, 2]


def test_gzip_whole_in_two_members_and_cut_short(read: Read, mapping_of: MappingOf) -> None:
    mapping = mapping_of('compression = "gzip"')
    packed = gzip.compress((HEADER + GOOD).encode()) + gzip.compress(b"2,Testb,,,\n")
    assert counts(read(packed, mapping)) == (2, 2, 0, 1, "loaded")
    assert brief(read(packed[:-9], mapping)) == [("CONTAINER_TRUNCATED", None, None, None)]
    assert "gzip" in detail(read(packed), "CONTENT_TYPE_MISMATCH")


def test_payments_may_repeat(read: Read, mapping_of: MappingOf) -> None:
    text = """
dataset = "payment"
file = { pattern = "*", format = "delimited", date_formats = ["%d/%m/%Y"] }
fields = { source_ref = "Ref", gross_pence = "Amount" }
"""
    file = read("Ref,Amount\n1,5.00\n1,5.00\n", mapping_of(text=text))
    assert counts(file) == (2, 2, 0, 1, "loaded")


def test_rows_equal_in_the_mapped_columns_only_repeat(read: Read) -> None:
    file = read("Ref,Surname,DOB,Disc,Charge,Printed on\n1,a,,,,x\n1,a,,,,y\n1,b,,,,x\n")
    assert brief(file) == [("DUPLICATE_ROW", 3, None, None)]


def test_a_parser_that_loses_a_row_is_caught(
    read: Read, mapping_of: MappingOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = delimited._parse_once

    def lossy(*arguments: Any) -> Any:
        table, misfits = real(*arguments)
        return table.slice(0, table.num_rows - 1), misfits

    monkeypatch.setattr(delimited, "_parse_once", lossy)
    file = read(HEADER + GOOD + "2,Testb,,,\n")
    assert brief(file) == [("COUNT_MISMATCH", None, None, None)]
    assert detail(file, "COUNT_MISMATCH") == "the parser read 2 records, the count says 3"
    assert counts(file) == (2, 0, 2, 1, "held")


def test_a_program_that_loses_a_row_is_an_error(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    real = one_file.in_order
    monkeypatch.setattr(one_file, "in_order", lambda table: real(table).slice(1))
    with pytest.raises(ConservationError, match="3 records counted, but 1 loaded, 0 rejected"):
        read(HEADER + GOOD + "2,Testb,,,\n")


def test_a_file_that_cannot_be_opened(tmp_path: Path, mapping_of: MappingOf) -> None:
    file = extract_file(tmp_path / "CTAX_0.csv", mapping_of(), partner="avon", partner_ids=["avon"])
    assert brief(file) == [("FILE_UNREADABLE", None, None, None)]
    assert counts(file) == (0, 0, 0, 0, "refused")


ROWS = st.lists(
    st.tuples(
        st.sampled_from(["1", "2", "", "é"]),
        st.sampled_from(["Testa", " x ", '"a\nb"', '"q""q"', "#N/A"]),
        st.sampled_from(["31/01/1980", "bad", "", "NULL"]),
        st.sampled_from(["SPD", "QQ", ""]),
        st.sampled_from([",1.00", ",1,2", "", ",x"]),
    ),
    min_size=1,
    max_size=12,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS, seed=st.randoms(use_true_random=False))
def test_nothing_is_lost_and_row_order_does_not_matter(
    read: Read, rows: list[tuple[str, ...]], seed: Any
) -> None:
    lines = [",".join(row[:4]) + row[4] + "\n" for row in rows]
    shuffled = list(lines)
    seed.shuffle(shuffled)
    first, second = read(HEADER + "".join(lines)), read(HEADER + "".join(shuffled))
    received, loaded, rejected, skipped, _ = counts(first)
    assert received == loaded + rejected
    assert received + skipped == len(lines) + 1
    assert counts(first) == counts(second)
    columns = [name for name in first.received.column_names if name not in {"source_row", "delivery"}]
    views = [sorted(map(str, file.received.select(columns).to_pylist())) for file in (first, second)]
    assert views[0] == views[1]


def test_same_bytes_same_tables(read: Read) -> None:
    content = HEADER + GOOD + "2,short\n3,Testc,x,QQ,1.234\n"
    first, second = read(content), read(content)
    assert first.received.equals(second.received)
    assert first.rejects.equals(second.rejects)
    assert first.delivery.equals(second.delivery)
