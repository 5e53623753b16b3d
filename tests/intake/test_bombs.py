"""Files made to break a reader: how long and how much memory the refusal takes, in a process of its own."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from cases import MAPPING
from catalogue.b_workbooks import far, laughs
from containers import GZIP, SHEET, XLSX, ZIP, bomb, book_of, in_sheet, lying_sizes, with_parts, zipped

_READ = """
import json, re, sys, time
from pathlib import Path
from fraudmatch.extract import extract_file, load_mapping
mapping = load_mapping(Path(sys.argv[2]))
begun = time.perf_counter()
file = extract_file(Path(sys.argv[1]), mapping, partner="avon", partner_ids=["avon"])
seconds = time.perf_counter() - begun
# The peak of this program alone; getrusage would count the process that started it.
peak = int(re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1]) / 1024
print(json.dumps([file.rejects["reason"].to_pylist(), seconds, peak]))
"""


def _strings() -> bytes:
    """Two million different texts, that pack a hundredfold and no more."""
    texts = b"".join(b"<si><t>%x</t></si>" % (n * 2654435761 % 2**32) for n in range(2_000_000))
    return with_parts(
        book_of(), {"xl/sharedStrings.xml": lambda xml: xml.replace(b"</sst>", texts + b"</sst>")}
    )


#: What, the file, its mapping, the reasons, seconds and megabytes at most (T08, T09, T10 of the brief).
BOMBS: list[tuple[str, Callable[[], bytes], str, list[str], float, float]] = [
    ("gzip", lambda: gzip.compress(bomb(100)), GZIP, ["CONTAINER_TOO_LARGE"], 2, 300),
    ("zip", lambda: zipped({"x.csv": bomb(100)}), ZIP, ["CONTAINER_TOO_LARGE"], 2, 300),
    ("a lying header", lambda: lying_sizes(bomb(100)), ZIP, ["CONTAINER_TOO_LARGE"], 2, 300),
    ("a zip in the place of a workbook", lambda: zipped({"xl/workbook.xml": bomb(100)}), XLSX,
     ["CONTAINER_TOO_LARGE"], 2, 300),
    ("one cell in the last corner", far(b"XFD1048576"), SHEET, ["WORKBOOK_TOO_LARGE"], 5, 500),
    ("one cell in the last corner that is read", far(b"OJ1048576"), SHEET, ["WORKBOOK_TOO_LARGE"], 5, 500),
    ("two million texts", _strings, SHEET, [], 10, 900),
    ("entities", lambda: with_parts(book_of(), {"xl/sharedStrings.xml": laughs}), SHEET, ["XML_DTD_FORBIDDEN"], 1, 300),
    ("a cell outside its row", lambda: in_sheet(book_of(), b'<c r="A2"', b'<c r="A1048576"'), SHEET,
     ["WORKBOOK_TOO_LARGE"], 5, 500),
    ("a gigabyte of commas", lambda: gzip.compress(b"," * (1 << 27)), GZIP, ["CONTAINER_TOO_LARGE"], 2, 300),
    ("a PDF", lambda: b"%PDF-1.7" + bytes(1000) + b"x", MAPPING, ["CONTENT_TYPE_MISMATCH"], 2, 300),
]  # fmt: skip


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells the memory in this way")
@pytest.mark.parametrize(
    ("content", "mapping", "reasons", "seconds", "megabytes"),
    [b[1:] for b in BOMBS],
    ids=[b[0] for b in BOMBS],
)
def test_a_bomb_is_refused_cheaply(
    tmp_path: Path,
    content: Callable[[], bytes],
    mapping: str,
    reasons: list[str],
    seconds: float,
    megabytes: float,
) -> None:
    (tmp_path / "payroll.bin").write_bytes(content())
    (tmp_path / "payroll.toml").write_text(mapping, encoding="utf-8")
    arguments = [sys.executable, "-c", _READ, str(tmp_path / "payroll.bin"), str(tmp_path / "payroll.toml")]
    said = json.loads(subprocess.run(arguments, capture_output=True, text=True, check=True).stdout)
    assert said[0] == reasons
    # Seconds with room for a machine that does other things; the memory is what counts.
    assert said[1] < seconds * 2
    assert said[2] < megabytes
