"""D. Structure: cases 57 to 83."""

from __future__ import annotations

from cases import HEADINGS, MAPPING, Case, Expected, Tried, csv_of, row, rows

from catalogue.c_encodings import said

MADE_D = set(range(57, 84))
HEADER = ",".join(HEADINGS)
LOADED = (10, 10, 0, 1)
FIXED = """
dataset = "payroll"
[file]
pattern = "payroll*"
format = "fixed_width"
date_formats = ["%d%m%Y"]
columns = { Ref = [1, 6], Surname = [7, 12], DOB = [19, 8], Salary = [27, 9] }
{more}
[fields]
source_ref = "Ref"
surname = "Surname"
date_of_birth = "DOB"
gross_to_date_pence = "Salary"
"""


def file(lines: str) -> str:
    """The usual mapping with lines added to [file]; tables come last."""
    return MAPPING.replace("[fields]", f"{lines}\n[fields]")


def plain(count: int, first: int = 1, **changed: str) -> list[str]:
    """Rows as lines without quotes."""
    return [
        ",".join(row(n, Address=f"{n} Quarry Lane", **changed).values()) for n in range(first, first + count)
    ]


def text(*lines: str, end: str = "\r\n", header: str = HEADER) -> bytes:
    """Lines under the header."""
    return (end.join([header, *lines]) + end).encode()


def fixed(number: int) -> str:
    """A fixed-width line of 35 characters."""
    return f"E{number:05d}{'ALDERTON':<12}{number % 28 + 1:02d}0119802500000.5"[:34] + "0"


def with_(place: int, line: str, count: int = 10) -> list[str]:
    """Sound lines with one put in before `place` (from 0)."""
    lines = plain(count)
    return [*lines[:place], line, *lines[place:]]


def changed(number: int, old: str, new: str, count: int = 10) -> bytes:
    """A file in whose row `number` (from 1) some text is changed."""
    lines = plain(count)
    assert old in lines[number - 1]
    lines[number - 1] = lines[number - 1].replace(old, new)
    return text(*lines)


def back(*raw: str) -> object:
    """The rows that go back to the supplier."""

    def hold(one: Tried) -> None:
        (own,) = [file for file in _files(one) if file.quarantined is not None]
        assert own.quarantined is not None
        assert own.quarantined["raw"].to_pylist() == list(raw)

    return hold


def _files(one: Tried) -> list:  # type: ignore[type-arg]
    from fraudmatch.extract import extract

    return list(extract(one.site).files)


def _of_one_line(one: Tried) -> None:
    said("opened in record 5")(one)
    assert one.record("E00005")["source_ref"] == "E00005"


def _a_newline_stays(one: Tried) -> None:
    assert (
        "\n" in one.record("E00003")["address_as_written"]
        or "Top flat" in one.record("E00003")["address_as_written"]
    )


def extra_from(place: int, count: int) -> bytes:
    """Lines that have one cell more from `place` (from 0) on."""
    return text(*(line + (",x" if n >= place else "") for n, line in enumerate(plain(count))))


DAMAGED = plain(10)
DAMAGED[3] = DAMAGED[3].replace("4 Quarry Lane", '"4 Quarry Lane')
RAGGED = [f"note {n}" for n in range(60)]
SPLIT = plain(10)
SPLIT[3:4] = [
    "E00004,Mr,Ellen,EVERLEYa,05/05/1954,AB000004C,4 Quarry Lane",
    "Exampleton," + ",".join(SPLIT[3].split(",")[7:]),
]
LONG_NOTE = '"' + "\r\n".join(["a"] * 51) + '"'
FIFTY = '"' + "\r\n".join(["a"] * 50) + '"'
NINE = "E00009,"
TOTAL = "£250,000.00"
TRAILED = 'footers = ["* rows selected.", "---*", "Page *"]'
TYPES = """header = false
columns = ["Type", {}]
[file.record_types]
rows = ["D"]
skip = ["H"]
[file.trailer]
mark = "T"
rows = 2""".format(", ".join(f'"{heading}"' for heading in HEADINGS))


def typed(*more: str) -> bytes:
    """A file whose lines begin with their type."""
    lines = ["H,20260331", *("D," + line for line in plain(10)), *more]
    return ("\r\n".join(lines) + "\r\n").encode()


CASES = [
    *(Case(57, f"delimiter {name}", lambda sign=sign: text(*plain(10)).replace(b",", sign.encode()),
           Expected("refused", {"DELIMITER_MISMATCH": 1}, counts=(10, 0, 10, 1)),
           also=said(f"declared ',', but the header holds 17 of {sign!r}"))
      for name, sign in (("pipe", "|"), ("tab", "\t"), ("semicolon", ";"))),
    Case(57, "pipe, and a comma in a heading",
         lambda: text(*plain(10), header=HEADER.replace("Sort code", "Sort; code")).replace(b",", b"|").replace(b";", b","),
         Expected("refused", {"DELIMITER_MISMATCH": 1}, counts=(10, 0, 10, 1))),
    Case(58, "too many fields", lambda: changed(4, "4 Quarry Lane", "4 Quarry Lane, Exampleton"),
         Expected("loaded", {"ROW_TOO_MANY_FIELDS": 1}, counts=(10, 9, 1, 1)),
         also=said("19 cells where the header has 18")),
    Case(59, "too few fields", lambda: text(*with_(4, "E9,Mr,Brian")),
         Expected("loaded", {"ROW_TOO_FEW_FIELDS": 1}, counts=(11, 10, 1, 1)), also=back("E9,Mr,Brian")),
    Case(60, "an extra column from some row on", lambda: extra_from(1000, 1030),
         Expected("loaded", {"ROW_TOO_MANY_FIELDS": 30, "QUARANTINE_HIGH": 1}, {"QUARANTINE_HIGH": "flag"},
                  counts=(1030, 1000, 30, 1)), also=said("so in every row from record 1,002 on")),
    Case(60, "an extra column in more than one row of twenty", lambda: extra_from(180, 200),
         Expected("held", {"ROW_TOO_MANY_FIELDS": 20, "QUARANTINE_HIGH": 1}, counts=(200, 0, 200, 1)),
         also=said("20 of 200 rows (10.0 %)", "ROW_TOO_MANY_FIELDS (20)")),
    Case(60, "an extra column, a mapping that lets more pass", lambda: extra_from(180, 200),
         Expected("loaded", {"ROW_TOO_MANY_FIELDS": 20, "QUARANTINE_HIGH": 1}, {"QUARANTINE_HIGH": "flag"},
                  counts=(200, 180, 20, 1)), mapping=MAPPING + "[quarantine]\nhold_percent = 10\n"),
    Case(61, "unclosed quote, whole rows behind it", lambda: text(*DAMAGED),
         Expected("loaded", {"UNCLOSED_QUOTE": 1}, counts=(10, 9, 1, 1)), also=_of_one_line),
    Case(61, "unclosed quote, and fragments behind it", lambda: text(*DAMAGED[:4], *RAGGED[:5], *DAMAGED[4:]),
         Expected("loaded", {"UNCLOSED_QUOTE": 6}, counts=(15, 9, 6, 1))),
    Case(61, "unclosed quote, 50 lines damaged", lambda: text(*DAMAGED[:4], *RAGGED[:49], *plain(1200, 5)),
         Expected("loaded", {"UNCLOSED_QUOTE": 50, "QUARANTINE_HIGH": 1}, {"QUARANTINE_HIGH": "flag"},
                  counts=(1253, 1203, 50, 1))),
    Case(61, "unclosed quote, 51 lines damaged", lambda: text(*DAMAGED[:4], *RAGGED[:50], *plain(1200, 5)),
         Expected("refused", {"UNCLOSED_QUOTE": 1}, {"UNCLOSED_QUOTE": "reject"}, counts=(1254, 0, 1254, 1)),
         also=said("opened in record 5")),
    Case(61, "unclosed quote in the headings", lambda: text(*plain(10), header=HEADER.replace("Title", '"Title')),
         Expected("refused", {"UNCLOSED_QUOTE": 1}, {"UNCLOSED_QUOTE": "reject"}, counts=(10, 0, 10, 1))),
    Case(62, "stray quote within a cell", lambda: changed(4, "EVERLEY", 'O"NEIL'),
         Expected("loaded", {"STRAY_QUOTE": 1}, counts=LOADED)),
    Case(62, "stray quote behind a quoted cell", lambda: changed(4, "4 Quarry Lane", '"The "Old" Mill"'),
         Expected("loaded", {"STRAY_QUOTE": 1}, counts=LOADED)),
    Case(62, "quotes doubled as they should be", lambda: changed(4, "4 Quarry Lane", '"The ""Old"" Mill"'),
         Expected("loaded", {}, counts=LOADED)),
    Case(63, "line end within quotes", lambda: changed(3, "3 Quarry Lane", '"Top flat\r\n3 Quarry Lane"'),
         Expected("loaded", {}, counts=LOADED), also=_a_newline_stays),
    Case(64, "row in two pieces", lambda: text(*SPLIT),
         Expected("loaded", {"ROW_SPLIT_SUSPECTED": 2}, counts=(11, 9, 2, 1)), also=back(*SPLIT[3:5])),
    Case(64, "row in three pieces", lambda: text(*with_(3, "E9,Mr,Brian\r\nSmith,01/01/1980\r\n" + "x," * 14)),
         Expected("loaded", {"ROW_SPLIT_SUSPECTED": 3}, counts=(13, 10, 3, 1))),
    *(Case(65, f"line ends {name}", lambda end=end: csv_of(rows(10), end=end), Expected("loaded", {}, counts=LOADED))
      for name, end in (("CR", "\r"), ("LF", "\n"), ("CR LF", "\r\n"))),
    Case(65, "line ends mixed", lambda: (HEADER + "\r\n" + "".join(
        line + ("\r", "\n", "\r\n")[n % 3] for n, line in enumerate(plain(10)))).encode(),
        Expected("loaded", {}, counts=LOADED)),
    Case(66, "blank lines", lambda: text(*with_(4, ""), "", ""), Expected("loaded", {}, counts=(10, 10, 0, 4))),
    Case(66, "lines of blanks", lambda: text(*with_(4, "   ")), Expected("loaded", {}, counts=(10, 10, 0, 2))),
    Case(67, "lines of delimiters", lambda: text(*with_(4, "," * 17), "," * 17),
         Expected("loaded", {"BLANK_ROW": 1}, counts=(10, 10, 0, 3)), also=said("2 records: 6, 13")),
    Case(67, "a line of other delimiters", lambda: text(*with_(4, ",,,")),
         Expected("loaded", {"BLANK_ROW": 1}, counts=(10, 10, 0, 2))),
    Case(68, "header repeated", lambda: text(*with_(4, HEADER), HEADER),
         Expected("loaded", {"REPEATED_HEADER": 1}, counts=(10, 10, 0, 3)), also=said("2 records: 6, 13")),
    Case(69, "trailer with rows and total", lambda: text(*plain(10), f'TRAILER,10,"{TOTAL}"'),
         Expected("loaded", {"TRAILER": 1}, counts=(10, 10, 0, 2)),
         mapping=file('[file.trailer]\nmark = "TRAILER"\nrows = 2\ntotal = 3\nof = "gross_to_date_pence"')),
    Case(69, "trailer as wide as the rows", lambda: text(*plain(10), "TRAILER,10" + "," * 16),
         Expected("loaded", {"TRAILER": 1}, counts=(10, 10, 0, 2)),
         mapping=file('[file.trailer]\nmark = "TRAILER"\nrows = 2')),
    Case(69, "trailer that counts itself and the header", lambda: text(*plain(10), "TRAILER,000012"),
         Expected("loaded", {"TRAILER": 1}, counts=(10, 10, 0, 2)),
         mapping=file('[file.trailer]\nmark = "TRAILER"\nrows = 2\nrows_besides = 2')),
    Case(69, "trailer of fixed width", lambda: "".join(fixed(n) + "\n" for n in range(1, 11)).encode() + b"TRL00000010\n",
         Expected("loaded", {"TRAILER": 1}, counts=(10, 10, 0, 1)),
         mapping=FIXED.replace("{more}", '[file.trailer]\nmark = "TRL"\nrows = [4, 8]')),
    Case(70, "footers declared", lambda: text(*with_(5, "Page 2"), "-----", "10 rows selected."),
         Expected("loaded", {"FOOTER": 1}, counts=(10, 10, 0, 4)), mapping=file(TRAILED),
         also=said("3 records: 7, 13, 14")),
    Case(70, "footers not declared", lambda: text(*with_(5, "Page 2"), "-----", "10 rows selected."),
         Expected("loaded", {"ROW_TOO_FEW_FIELDS": 3}, counts=(13, 10, 3, 1))),
    Case(71, "lines above the headings", lambda: b"Payroll extract\r\nPrinted 31/03/2026\r\n" + text(*plain(10)),
         Expected("refused", {"HEADER_NOT_FOUND": 1}, counts=(12, 0, 12, 1)),
         also=said("best candidate: line 3, with 18 of 18 headings; set skip_rows = 2")),
    Case(71, "lines above the headings, declared", lambda: b"Payroll extract\r\nPrinted\r\n" + text(*plain(10)),
         Expected("loaded", {}, counts=(10, 10, 0, 3)), mapping=file("skip_rows = 2")),
    Case(72, "no headings", lambda: "".join(line + "\r\n" for line in plain(10)).encode(),
         Expected("refused", {"HEADER_NOT_FOUND": 1}, counts=(9, 0, 9, 1)), also=said("the first line looks like a row")),
    Case(72, "no headings, declared", lambda: "".join(line + "\r\n" for line in plain(10)).encode(),
         Expected("loaded", {}, counts=(10, 10, 0, 0)),
         mapping=file("header = false\ncolumns = [{}]".format(", ".join(f'"{name}"' for name in HEADINGS)))),
    *(Case(73, f"a first cell that begins with {sign}", lambda sign=sign: changed(4, "E00004", f"{sign}E4"),
           Expected("loaded", {}, counts=LOADED), also=lambda one, sign=sign: one.record(f"{sign}E4") and None)
      for sign in ("#", "//", "--")),
    Case(74, "NUL in a row", lambda: changed(4, "EVERLEY", "EVER\0LEY"),
         Expected("loaded", {"CONTROL_CHARS": 1}, counts=(10, 9, 1, 1)), also=said("0x00")),
    *(Case(75, f"control byte {code:02X} in a name", lambda code=code: changed(4, "EVERLEY", f"EVER{chr(code)}LEY"),
           Expected("loaded", {"CONTROL_CHARS_STRIPPED": 1}, counts=LOADED),
           also=lambda one: _surname(one, "E00004", "EVERLEYA"))
      for code in (*range(1, 9), 11, 12, *range(14, 26), *range(27, 32), 127)),
    Case(76, "Ctrl-Z at the end", lambda: text(*plain(10)) + b"\x1a", Expected("loaded", {}, counts=LOADED)),
    Case(76, "Ctrl-Z on a line of its own at the end", lambda: text(*plain(10)) + b"\x1a\r\n",
         Expected("loaded", {}, counts=LOADED)),
    Case(76, "Ctrl-Z in the middle", lambda: changed(4, "EVERLEY", "EVER\x1aLEY"),
         Expected("loaded", {"CONTROL_CHARS": 1}, counts=(10, 9, 1, 1)), also=said("0x1A")),
    Case(77, "a cell of 10,001 characters", lambda: changed(4, "4 Quarry Lane", "é" * 10_001),
         Expected("loaded", {"FIELD_TOO_LONG": 1}, counts=(10, 9, 1, 1)), also=said("10,001 characters")),
    Case(77, "a cell of 10,000 characters", lambda: changed(4, "4 Quarry Lane", "é" * 10_000),
         Expected("loaded", {"FIELD_TOO_LONG": 1}, {"FIELD_TOO_LONG": "flag"}, counts=LOADED)),
    Case(77, "a record of 50 lines", lambda: changed(4, "4 Quarry Lane", FIFTY), Expected("loaded", {}, counts=LOADED)),
    Case(77, "a record of 51 lines", lambda: changed(4, "4 Quarry Lane", LONG_NOTE),
         Expected("loaded", {"RECORD_TOO_LONG": 1}, counts=(10, 9, 1, 1)), also=said("51 lines")),
    Case(77, "a record of more than a MiB", lambda: changed(4, "4 Quarry Lane", "x" * (1 << 20)),
         Expected("loaded", {"RECORD_TOO_LONG": 1}, counts=(10, 9, 1, 1))),
    Case(77, "a row of a million cells", lambda: text(*with_(4, "x" + "," * 999_999)),
         Expected("loaded", {"ROW_TOO_MANY_FIELDS": 1}, counts=(11, 10, 1, 1)), also=said("1,000,000 cells")),
    Case(77, "400 columns", lambda: text(*(line + ",x" * 382 for line in plain(10)), header=HEADER + ",Spare" * 382),
         Expected("loaded", {"COLUMN_UNEXPECTED": 382}, counts=LOADED)),
    Case(77, "401 columns", lambda: text(*(line + ",x" * 383 for line in plain(10)), header=HEADER + ",Spare" * 383),
         Expected("refused", {"TOO_MANY_COLUMNS": 1}, counts=(10, 0, 10, 1))),
    Case(78, "no end of the last line", lambda: text(*plain(10)).rstrip(),
         Expected("loaded", {"NO_FINAL_NEWLINE": 1}, counts=LOADED)),
    Case(79, "last row cut within a cell", lambda: text(*plain(10))[:-60],
         Expected("loaded", {"LAST_ROW_INCOMPLETE": 1}, counts=(10, 9, 1, 1))),
    Case(79, "last row cut within quotes", lambda: csv_of(rows(10))[: csv_of(rows(10)).rindex(b"Quarry")],
         Expected("loaded", {"LAST_ROW_INCOMPLETE": 1}, counts=(10, 9, 1, 1))),
    Case(79, "last row cut, and the totals missing", lambda: text(*plain(10))[:-60],
         Expected("held", {"LAST_ROW_INCOMPLETE": 1, "CONTROL_COUNT_MISMATCH": 1}, counts=(10, 0, 10, 1)),
         mapping=file('[file.trailer]\nmark = "TRAILER"\nrows = 2'), also=said("the trailer is missing")),
    Case(80, "fixed width: a line too short", lambda: "".join(
        fixed(n)[: 32 if n == 4 else 35] + "\n" for n in range(1, 11)).encode(),
        Expected("loaded", {"RECORD_LENGTH": 1}, counts=(10, 9, 1, 0)), mapping=FIXED.replace("{more}", ""),
        also=said("32 characters for 35")),
    Case(80, "fixed width: a line too long where the length is declared", lambda: "".join(
        fixed(n) + ("   " if n == 4 else "") + "\n" for n in range(1, 11)).encode(),
        Expected("loaded", {"RECORD_LENGTH": 1}, counts=(10, 9, 1, 0)),
        mapping=FIXED.replace("{more}", "record_length = 35"), also=said("38 characters for 35")),
    Case(81, "several record types", lambda: typed("T,10"),
         Expected("loaded", {"TRAILER": 1}, counts=(10, 10, 0, 2)), mapping=file(TYPES)),
    Case(81, "an unknown record type", lambda: typed("X,1,2", "T,11"),
         Expected("loaded", {"TRAILER": 1, "RECORD_TYPE_UNKNOWN": 1}, counts=(11, 10, 1, 2)), mapping=file(TYPES),
         also=said("type 'X'")),
    Case(81, "an unknown record type as wide as a row", lambda: typed("X," + plain(1)[0], "T,11"),
         Expected("loaded", {"TRAILER": 1, "RECORD_TYPE_UNKNOWN": 1}, counts=(11, 10, 1, 2)), mapping=file(TYPES)),
    Case(82, "backslash before a quote", lambda: changed(4, "4 Quarry Lane", '"The \\"Old\\" Mill"'),
         Expected("loaded", {"ESCAPE_UNDECLARED": 1}, counts=(10, 9, 1, 1))),
    Case(82, "backslash before a delimiter", lambda: changed(4, "4 Quarry Lane", "4 Quarry Lane\\, Exampleton"),
         Expected("loaded", {"ESCAPE_UNDECLARED": 1}, counts=(10, 9, 1, 1))),
    Case(82, "backslash declared", lambda: changed(4, "4 Quarry Lane", '"The \\"Old\\" Mill, \\\\ 4"'),
         Expected("loaded", {}, counts=LOADED), mapping=file('escape = "\\\\"'),
         also=lambda one: _address(one, "E00004", 'The "Old" Mill, \\ 4')),
    Case(82, "a backslash that escapes nothing", lambda: changed(4, "4 Quarry Lane", '"C:\\4"'),
         Expected("loaded", {}, counts=LOADED)),
    *(Case(83, f"a line of {name}", lambda line=line: text(*with_(4, line)),
           Expected("loaded", {"ROW_TOO_FEW_FIELDS": 1}, counts=(11, 10, 1, 1)))
      for name, line in (("JSON", '{"error": "timeout"}'), ("XML", '<row id="1"/>'), ("HTML", "<br><b>ORA-01555</b>"))),
]  # fmt: skip


def _surname(one: Tried, ref: str, surname: str) -> None:
    assert one.record(ref)["surname"] == surname


def _address(one: Tried, ref: str, address: str) -> None:
    assert address in one.record(ref)["address_as_written"]
