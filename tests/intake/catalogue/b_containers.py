"""B. Containers and workbooks: cases 21 to 42; of A, what a file is (14, 20) and what it is called (17)."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

from cases import MAPPING, Case, Tried, csv_of, rows
from containers import (
    GZIP,
    NAMED,
    XLSX,
    ZIP,
    bomb,
    book_of,
    linked,
    locked,
    lying_sizes,
    many_members,
    ole,
    with_parts,
    zipped,
)
from expectations import held, refused, says, sound

MADE_B = {14, 17, 20} | set(range(21, 43))

SOUND = csv_of(rows(10))


def own_name(one: Tried) -> None:
    """The name is shown with what does not print escaped, and nothing was written beside the site's folders."""
    assert re.fullmatch(r"[^\x00-\x1f\x7f‪-‮]{1,255}", one.delivery["file"])
    made = {path.name for path in one.site.root.iterdir()}
    assert made == {"site.toml", "partners", "deliveries"}


ARRIVAL = [
    Case(14, "a workbook named .csv", book_of, refused("CONTENT_TYPE_MISMATCH"),
         also=says("CONTENT_TYPE_MISMATCH", "looks like an XLSX workbook", 'set format = "xlsx"')),
    Case(14, "a web page named .csv", lambda: b"\r\n <!DOCTYPE html><html><table></table></html>",
         refused("CONTENT_TYPE_MISMATCH"), also=says("CONTENT_TYPE_MISMATCH", "looks like HTML")),
    Case(14, "a PDF named .csv", lambda: b"%PDF-1.7\n", refused("CONTENT_TYPE_MISMATCH"),
         also=says("CONTENT_TYPE_MISMATCH", "looks like PDF")),
    Case(14, "a web page named .xls", lambda: b"<html><body><table><tr><td>Ref</td></tr></table></body></html>",
         refused("CONTENT_TYPE_MISMATCH"), file="payroll.xls", mapping=XLSX),
    Case(14, "XML of an old spreadsheet", lambda: b'<?xml version="1.0"?><Workbook></Workbook>',
         refused("CONTENT_TYPE_MISMATCH"), also=says("CONTENT_TYPE_MISMATCH", "XML")),
    Case(14, "text named .xlsx", lambda: SOUND, refused("CONTENT_TYPE_MISMATCH"), file="payroll.xlsx", mapping=XLSX),
    Case(14, "gzip nobody declared", lambda: gzip.compress(SOUND), refused("CONTENT_TYPE_MISMATCH"),
         also=says("CONTENT_TYPE_MISMATCH", 'set compression = "gzip"')),
    Case(14, "an archive nobody declared", lambda: zipped({"payroll.csv": SOUND}),
         refused("CONTENT_TYPE_MISMATCH"), also=says("CONTENT_TYPE_MISMATCH", 'set compression = "zip"')),
    Case(14, "a binary workbook", lambda: with_parts(book_of(), {"xl/workbook.bin": lambda _: b"\x83\x01"}),
         refused("CONTENT_TYPE_MISMATCH"), file="payroll.xlsb", mapping=XLSX),
    *(
        Case(17, f"a name with {what}", lambda: SOUND, sound(), file=name, also=own_name,
             mapping=MAPPING.replace('"payroll*"', '"*"'))
        for what, name in (
            ("a device of Windows", "CON.csv"), ("two dots", "payroll..csv"), ("a drive", "c:payroll.csv"),
            ("backslashes", "payroll\\..\\..\\x.csv"), ("255 signs", "p" * 251 + ".csv"), ("an emoji", "payroll 🙂.csv"),
            ("turned writing", "payroll\u202evsc.exe"), ("a line end", "payroll\n2.csv"), ("an escape", "payroll\x1b[2J.csv"),
            ("no text", "payroll\udcff.csv"), ("markup", "<script>alert(1)<script>.csv"), ("a dash", "--help.csv"),
            ("a trailing dot", "payroll.csv."), ("quotes", "payroll'\";--.csv"), ("a formula", "=cmd|' C'!A0.csv"),
        )
    ),
    Case(20, "zeros at the end", lambda: SOUND + bytes(8192), refused("NUL_PADDING"),
         also=says("NUL_PADDING", "the last 8,192 bytes are zero")),
    Case(20, "nothing but zeros", lambda: bytes(4096), refused("NUL_PADDING"),
         also=says("NUL_PADDING", "the last 4,096 bytes are zero")),
    Case(20, "zeros inside the archive", lambda: gzip.compress(SOUND + bytes(512)), refused("NUL_PADDING"), mapping=GZIP),
    Case(20, "zeros at the end of a workbook", lambda: book_of() + bytes(512), refused("NUL_PADDING"),
         file="payroll.xlsx", mapping=XLSX),
]  # fmt: skip

GZIPPED = [
    *(
        Case(21, f"gzip cut {what}", lambda cut=cut: gzip.compress(SOUND, mtime=0)[:cut], refused("CONTAINER_TRUNCATED"),
             mapping=GZIP)
        for what, cut in (("by one byte", -1), ("in its check sum", -6), ("in half", 300), ("in its header", 5))
    ),
    Case(21, "the second member cut", lambda: many_members(SOUND, 2)[:-9], refused("CONTAINER_TRUNCATED"), mapping=GZIP),
    Case(22, "gzip with text after it", lambda: gzip.compress(SOUND) + b"garbage", refused("CONTAINER_CORRUPT"),
         mapping=GZIP),
    Case(22, "gzip with zeros and text after it", lambda: gzip.compress(SOUND) + bytes(20) + b"x",
         refused("CONTAINER_CORRUPT"), mapping=GZIP),
    Case(22, "gzip with a wrong check sum", lambda: (p := gzip.compress(SOUND))[:-8] + bytes(4) + p[-4:],
         refused("CONTAINER_CORRUPT"), mapping=GZIP),
    Case(23, "three members", lambda: many_members(SOUND, 3), sound(), mapping=GZIP),
    Case(23, "a thousand members", lambda: many_members(SOUND, 1000), sound(), mapping=GZIP),
    Case(23, "gzip padded to a tape block", lambda: gzip.compress(SOUND) + bytes(60), sound(), mapping=GZIP),
]  # fmt: skip

ZIPPED = [
    Case(24, "a locked archive", lambda: locked(zipped({"payroll.csv": SOUND})), refused("CONTAINER_ENCRYPTED"),
         mapping=ZIP, also=says("CONTAINER_ENCRYPTED", "payroll.csv")),
    Case(24, "a locked workbook", lambda: ole("Root Entry", "EncryptionInfo", "EncryptedPackage"),
         refused("CONTAINER_ENCRYPTED"), file="payroll.xlsx", mapping=XLSX,
         also=says("CONTAINER_ENCRYPTED", 'encryption = "password"')),
    Case(24, "an age file", lambda: b"age-encryption.org/v1\n-> X25519 x\n", refused("CONTAINER_ENCRYPTED"),
         also=says("CONTAINER_ENCRYPTED", 'encryption = "age"')),
    Case(25, "one file in an archive", lambda: zipped({"a/b/x.csv": SOUND}), sound(), mapping=ZIP),
    Case(25, "one stored file", lambda: zipped({"x.csv": SOUND}, method=0), sound(), mapping=ZIP),
    Case(25, "a workbook in an archive", lambda: zipped({"x.xlsx": book_of()}), sound(),
         mapping=XLSX.replace('format = "xlsx"', 'format = "xlsx"\ncompression = "zip"')),
    Case(25, "what systems add to an archive", lambda: zipped({"x.csv": SOUND, "__MACOSX/._x.csv": b"x", ".DS_Store": b"x"}),
         sound(), mapping=ZIP),
    Case(25, "two files", lambda: zipped({"x.csv": SOUND, "y.csv": SOUND}), held("ZIP_MULTIPLE_MEMBERS"), mapping=ZIP,
         also=says("ZIP_MULTIPLE_MEMBERS", "2 files: x.csv, y.csv")),
    Case(25, "two files of which one is named", lambda: zipped({"readme.txt": b"hi", "NS_payroll_3.csv": SOUND}),
         sound(), mapping=NAMED),
    Case(25, "two files that fit the name", lambda: zipped({"payroll1.csv": SOUND, "payroll2.csv": SOUND}),
         held("ZIP_MULTIPLE_MEMBERS"), mapping=NAMED),
    Case(25, "no file that fits the name", lambda: zipped({"x.csv": SOUND}), refused("FILE_UNREADABLE"), mapping=NAMED),
    Case(25, "an archive without files", lambda: zipped({"folder/": b""}), refused("FILE_EMPTY"), mapping=ZIP),
    *(
        Case(26, f"a member {what}", lambda name=name: zipped({"payroll.csv": SOUND, name: b"x"}),
             refused("ZIP_UNSAFE_PATH"), mapping=NAMED)
        for what, name in (
            ("above the folder", "../../payroll2.csv"), ("from the root", "/etc/passwd"), ("on a drive", "C:/x.csv"),
            ("with backslashes", "..\\x.csv"), ("of a device", "nul.csv"), ("with a stream", "x.csv:y"),
            ("with a trailing dot", "x.csv."), ("above in the middle", "a/../../x.csv"),
        )
    ),
    Case(26, "a symbolic link", lambda: linked("payroll.csv", b"/etc/passwd"), refused("ZIP_UNSAFE_PATH"), mapping=ZIP),
    Case(27, "a gzip bomb", lambda: gzip.compress(bomb(100)), refused("CONTAINER_TOO_LARGE"), mapping=GZIP,
         also=says("CONTAINER_TOO_LARGE", "200 times its size")),
    Case(27, "a zip bomb", lambda: zipped({"x.csv": bomb(100)}), refused("CONTAINER_TOO_LARGE"), mapping=ZIP,
         also=says("CONTAINER_TOO_LARGE", "200 times its size")),
    Case(27, "a bomb that lies about its size", lambda: lying_sizes(bomb(100)), refused("CONTAINER_TOO_LARGE"), mapping=ZIP),
    Case(27, "a small member that lies about its size", lambda: lying_sizes(SOUND, declared=100),
         refused("CONTAINER_CORRUPT"), mapping=ZIP),
    Case(27, "an archive in an archive", lambda: zipped({"x.zip": zipped({"x.csv": SOUND})}),
         refused("CONTAINER_TOO_LARGE"), mapping=ZIP, also=says("CONTAINER_TOO_LARGE", "1 level")),
    Case(27, "gzip in gzip", lambda: gzip.compress(gzip.compress(SOUND)), refused("CONTAINER_TOO_LARGE"), mapping=GZIP),
    Case(27, "ten members", lambda: zipped({"payroll.csv": SOUND, **{f"{n}.txt": b"x" for n in range(9)}}),
         sound(), mapping=NAMED),
    Case(27, "eleven members", lambda: zipped({"payroll.csv": SOUND, **{f"{n}.txt": b"x" for n in range(10)}}),
         refused("CONTAINER_TOO_LARGE"), mapping=NAMED, also=says("CONTAINER_TOO_LARGE", "11 files; at most 10")),
    Case(27, "a limit of the site", lambda: gzip.compress(csv_of(rows(10_000))), refused("CONTAINER_TOO_LARGE"), mapping=GZIP,
         arrange=lambda root: _limit(root, "expanded_mb = 1"), also=says("CONTAINER_TOO_LARGE", "beyond 1,048,576 bytes")),
    Case(28, "a wrong check sum", lambda: zipped({"pay.csv": SOUND}, method=0).replace(b"ALDERTON", b"ALDERSON", 1),
         refused("CONTAINER_CORRUPT"), mapping=ZIP, also=says("CONTAINER_CORRUPT", "pay.csv", "check sum")),
    Case(28, "a damaged stream", lambda: (z := zipped({"pay.csv": SOUND}))[:60] + bytes(30) + z[90:],
         refused("CONTAINER_CORRUPT"), mapping=ZIP),
    Case(28, "an archive cut short", lambda: zipped({"pay.csv": SOUND})[:-30], refused("CONTAINER_TRUNCATED"), mapping=ZIP),
    Case(29, "an old workbook", lambda: ole("Root Entry", "Workbook"), refused("XLS_LEGACY"), file="payroll.xls",
         mapping=XLSX),
    Case(29, "an old workbook named .csv", lambda: ole("Root Entry", "Book"), refused("XLS_LEGACY")),
]  # fmt: skip


def _limit(root: Path, line: str) -> None:
    path = root / "site.toml"
    path.write_text(f"{path.read_text()}\n[limits]\n{line}\n")


CASES = [*ARRIVAL, *GZIPPED, *ZIPPED]
