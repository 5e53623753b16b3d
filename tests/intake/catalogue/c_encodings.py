"""C. Encodings: cases 43 to 56."""

from __future__ import annotations

from collections.abc import Callable

from cases import MAPPING, Case, Expected, Tried, csv_of, row, rows

MADE_C = set(range(43, 57))


def declared(*encodings: str, more: str = "") -> str:
    """The usual mapping with encodings, and further tables."""
    named = ", ".join(f'"{name}"' for name in encodings)
    return MAPPING.replace('format = "delimited"', f'format = "delimited"\nencoding = [{named}]') + more


def welsh(count: int, surname: str = "Siân") -> list[dict[str, str]]:
    """Rows whose first has letters beyond ASCII."""
    return [row(1, Surname=surname), *rows(count)[1:]]


def in_(encoding: str, table: list[dict[str, str]]) -> bytes:
    """Rows as text in an encoding."""
    return csv_of(table).decode().encode(encoding)


def said(*words: str) -> Callable[[Tried], None]:
    """The details of the file's faults hold these words, in this order of faults."""

    def hold(one: Tried) -> None:
        details = " | ".join(str(reject["detail"]) for reject in one.rejects)
        assert all(word in details for word in words), details

    return hold


def reads(ref: str, name: str) -> Callable[[Tried], None]:
    """The record shows a name as it was written."""

    def hold(one: Tried) -> None:
        assert name in one.record(ref)["name_as_written"]

    return hold


def mixed(good: int, bad: int, whole: int) -> bytes:
    """UTF-8 with `good` rows of letters beyond ASCII, `bad` ones of Windows-1252 and plain ones."""
    names = ["Siân"] * good + ["Zo\udceb"] * bad
    table = [row(number, Surname=name) for number, name in enumerate(names, 1)]
    table += [row(number) for number in range(len(table) + 1, whole + 1)]
    lines = [",".join(table[0])] + [",".join(one.values()) for one in table]
    text = "\r\n".join(line for line in lines) + "\r\n"
    return text.replace(" Quarry Lane, ", " Quarry Lane ").encode("utf-8", "surrogateescape")


def _both_names(one: Tried) -> None:
    assert one.record("E00001")["surname"] == "RENE"
    reads("E00001", "RenÃ©")(one)


ALL_LOADED = (10, 10, 0, 1)

CASES = [
    Case(43, "UTF-8 without a mark", lambda: csv_of(welsh(10)), Expected("loaded", {}, counts=ALL_LOADED),
         also=reads("E00001", "Siân")),
    Case(43, "UTF-8 with a mark", lambda: b"\xef\xbb\xbf" + csv_of(welsh(10)),
         Expected("loaded", {}, counts=ALL_LOADED), also=reads("E00001", "Siân")),
    Case(43, "UTF-8 with a mark where cp1252 is declared", lambda: b"\xef\xbb\xbf" + csv_of(welsh(10)),
         Expected("loaded", {}, counts=ALL_LOADED), mapping=declared("cp1252"), also=reads("E00001", "Siân")),
    Case(44, "UTF-16 little end with a mark", lambda: b"\xff\xfe" + in_("utf-16-le", welsh(10)),
         Expected("loaded", {}, counts=ALL_LOADED), also=reads("E00001", "Siân")),
    Case(44, "UTF-16 big end with a mark", lambda: b"\xfe\xff" + in_("utf-16-be", welsh(10)),
         Expected("loaded", {}, counts=ALL_LOADED), also=reads("E00001", "Siân")),
    Case(44, "UTF-16 cut within a character", lambda: (b"\xff\xfe" + in_("utf-16-le", welsh(10)))[:-1],
         Expected("refused", {"ENCODING_MISMATCH": 1})),
    Case(45, "UTF-16 little end without a mark", lambda: in_("utf-16-le", rows(10)),
         Expected("refused", {"ENCODING_UNDECLARED": 1}),
         also=said("every second byte is zero", 'encoding = "utf-16-le"')),
    Case(45, "UTF-16 big end without a mark", lambda: in_("utf-16-be", rows(10)),
         Expected("refused", {"ENCODING_UNDECLARED": 1}), also=said('encoding = "utf-16-be"')),
    Case(45, "UTF-16 without a mark, declared", lambda: in_("utf-16-le", welsh(10)),
         Expected("loaded", {}, counts=ALL_LOADED), mapping=declared("utf-16-le"), also=reads("E00001", "Siân")),
    Case(46, "cp1252 declared", lambda: in_("cp1252", welsh(10)), Expected("loaded", {}, counts=ALL_LOADED),
         mapping=declared("cp1252"), also=reads("E00001", "Siân")),
    Case(46, "cp1252 declared after UTF-8", lambda: in_("cp1252", welsh(10)),
         Expected("loaded", {}, counts=ALL_LOADED), mapping=declared("utf-8", "cp1252"),
         also=reads("E00001", "Siân")),
    Case(46, "cp1252 with blanks that do not break behind words",
         lambda: in_("cp1252", [row(n, Surname="ALDERTON\u00a0") for n in range(1, 11)]),
         Expected("loaded", {}, counts=ALL_LOADED), mapping=declared("cp1252")),
    Case(47, "cp1252 bytes where UTF-8 is declared",
         lambda: in_("cp1252", [*rows(8), row(9, Surname="René"), row(10)]),
         Expected("refused", {"ENCODING_MISMATCH": 1}, counts=(10, 0, 10, 1)),
         also=said("record 10, byte 0xE9", 'looks like Windows-1252: set encoding = "cp1252"')),
    Case(48, "UTF-8 bytes where cp1252 is declared", lambda: csv_of(welsh(10, "René")),
         Expected("held", {"MOJIBAKE_SUSPECTED": 1}, counts=(10, 0, 10, 1)), mapping=declared("cp1252"),
         also=said("one place", 'set encoding = "utf-8"')),
    Case(48, "UTF-8 bytes where cp1252 is declared, and bytes cp1252 has not",
         lambda: csv_of([row(1, Surname="RENÉ"), row(2, Surname="ÁRON"), *rows(10)[2:]]),
         Expected("held", {"MOJIBAKE_SUSPECTED": 1}, counts=(10, 0, 10, 1)), mapping=declared("cp1252")),
    Case(49, "rows in two encodings", lambda: mixed(30, 5, 2000),
         Expected("loaded", {"BAD_BYTES": 5}, counts=(2000, 1995, 5, 1)), also=said("byte 0xEB")),
    Case(49, "too many rows in another encoding", lambda: mixed(30, 15, 2000),
         Expected("held", {"BAD_BYTES": 15, "QUARANTINE_HIGH": 1}, counts=(2000, 0, 2000, 1)),
         also=said("15 of 2,000 rows hold bytes that are no text")),
    Case(50, "decoded twice in the source system", lambda: csv_of(welsh(10, "RenÃ©")),
         Expected("loaded", {"MOJIBAKE_REPAIRED": 1}, counts=ALL_LOADED), also=_both_names),
    Case(51, "a letter lost as a question mark", lambda: csv_of(welsh(10, "Ll?r")),
         Expected("loaded", {"LOST_CHARS": 1}, counts=ALL_LOADED), also=reads("E00001", "Ll?r")),
    Case(51, "a letter lost as U+FFFD", lambda: csv_of(welsh(10, "Ll\ufffdr")),
         Expected("loaded", {"LOST_CHARS": 1}, counts=ALL_LOADED)),
    Case(51, "a question mark behind a name is none", lambda: csv_of(welsh(10, "Llyr?")),
         Expected("loaded", {}, counts=ALL_LOADED)),
    Case(52, "bytes that cp1252 does not have",
         lambda: in_("cp1252", [*welsh(10, "Renée Zoë"), row(11, Surname="Siân")]).replace(b"E00002,", b"E\x8102,")
         .replace(b"E00003,", b"E\x9003,"),
         Expected("loaded", {"BAD_BYTES": 2}, counts=(11, 9, 2, 1)), mapping=declared("cp1252"),
         also=said("byte 0x81", "byte 0x90")),
    *(Case(52, f"byte {code:02X}, which cp1252 does not have",
           lambda code=code: csv_of(rows(10)).replace(b"E00002,", b"E%c002," % code),
           Expected("loaded", {"BAD_BYTES": 1}, counts=(10, 9, 1, 1)), mapping=declared("cp1252"))
      for code in (0x81, 0x8D, 0x8F, 0x90, 0x9D)),
    Case(53, "code page 850 where UTF-8 is declared",
         lambda: in_("cp850", [row(n, Surname="René") for n in range(1, 11)]),
         Expected("refused", {"ENCODING_UNDECLARED": 1}, counts=(10, 0, 10, 1)),
         also=said("DOS code page 850", 'encoding = "cp850"')),
    Case(53, "code page 850 where cp1252 is declared",
         lambda: in_("cp850", [row(n, Surname="René") for n in range(1, 11)]),
         Expected("refused", {"ENCODING_UNDECLARED": 1}, counts=(10, 0, 10, 1)), mapping=declared("cp1252")),
    Case(53, "code page 850 declared", lambda: in_("cp850", welsh(10, "René")),
         Expected("loaded", {}, counts=ALL_LOADED), mapping=declared("cp850"), also=reads("E00001", "René")),
    Case(53, "EBCDIC", lambda: in_("cp037", rows(10)), Expected("refused", {"ENCODING_UNDECLARED": 1}),
         also=said("EBCDIC", 'encoding = "cp037"')),
    Case(53, "EBCDIC where cp1252 is declared", lambda: in_("cp037", rows(10)),
         Expected("refused", {"ENCODING_UNDECLARED": 1}), mapping=declared("utf-8", "cp1252")),
    Case(53, "EBCDIC declared", lambda: in_("cp037", rows(10)), Expected("loaded", {}, counts=ALL_LOADED),
         mapping=declared("cp037")),
    *(Case(54, f"pound sign decoded as {sign}", lambda sign=sign: csv_of([row(1, Salary=f"{sign}25000.00"), *rows(10)[1:]]),
           Expected("loaded", {"AMOUNT_BAD_CURRENCY": 1}, counts=(10, 9, 1, 1)))
      for sign in ("Ł", "œ", "ú", "Â£")),
    Case(54, "pound sign as it should be", lambda: csv_of([row(1, Salary="£25000.00"), *rows(10)[1:]]),
         Expected("loaded", {}, counts=ALL_LOADED)),
    Case(55, "two files joined", lambda: csv_of(rows(10)) + b"\xef\xbb\xbf" + csv_of([row(n) for n in range(11, 16)]),
         Expected("loaded", {"CONCATENATED_FILES": 1}, counts=(15, 15, 0, 2)), also=said("record 12")),
    Case(55, "two files joined, the first with a mark of its own",
         lambda: b"\xef\xbb\xbf" + csv_of(rows(10)) + b"\xef\xbb\xbf" + csv_of([row(n) for n in range(11, 16)]),
         Expected("loaded", {"CONCATENATED_FILES": 1}, counts=(15, 15, 0, 2))),
    Case(56, "half a character in UTF-8", lambda: csv_of(rows(10)).replace(b"E00002,", b"E\xed\xa0\xbd02,"),
         Expected("loaded", {"BAD_BYTES": 1}, counts=(10, 9, 1, 1)), also=said("half a character, U+D83D")),
    Case(56, "half a character in UTF-16",
         lambda: b"\xff\xfe" + in_("utf-16-le", rows(10)).replace("E00002,".encode("utf-16-le"), b"E\0\x3d\xd8"
                                                                  + "02,".encode("utf-16-le")),
         Expected("loaded", {"BAD_BYTES": 1}, counts=(10, 9, 1, 1)), also=said("half a character, U+D83D")),
]  # fmt: skip
