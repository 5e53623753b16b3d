"""Sound files with up to five random mutations: nothing is lost, and what was not touched loads unchanged."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from cases import HEADINGS, MAPPING, OWN, csv_of, rows
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fraudmatch.extract import ExtractedFile, Mapping, extract_file, load_mapping

#: Bytes that mean something to somebody.
SIGNS = (b",", b'"', b"\n", b"\r", b"\r\n", b"\\", b";", b"\t", b"\0", b"\x1a", b"\x1b", b"\x7f", b"\x81", b"\xe9",
         b"\xff", b"\xed\xa0\x80", b"\xef\xbb\xbf", "é".encode(), "Ã©".encode(), b"'", b"#", b"=", b" ", b"x")  # fmt: skip
LINES = (b"\r\n", b",,,\r\n", b"," * 17 + b"\r\n", b"note\r\n", b'{"a": [1, 2]}\r\n', ",".join(HEADINGS).encode() + b"\r\n",
         b"TRAILER,12,5.00\r\n", b"# a comment\r\n", b'"\r\n', b'""\r\n', b"\x1a\r\n", b"   \r\n")  # fmt: skip
#: Whole files under other encodings, or with something before or behind them.
WHOLE: tuple[Callable[[bytes], bytes], ...] = (
    lambda content: content,
    lambda content: b"\xef\xbb\xbf" + content,
    lambda content: content.decode("utf-8", "replace").encode("utf-16"),
    lambda content: content.decode("utf-8", "replace").encode("utf-16-le"),
    lambda content: content.decode("utf-8", "replace").encode("cp1252", "replace"),
    lambda content: content + b"\x1a",
    lambda content: content[:-1],
    lambda content: content[: len(content) // 2],
    lambda content: content.replace(b"\r\n", b"\r"),
    lambda content: content + b"\xef\xbb\xbf" + content[: content.find(b"\n") + 1],
)
#: Those after which an untouched row must still be there, if the file is loaded at all.
HARMLESS = (0, 1, 2, 5, 8, 9)

MAPPINGS = (
    MAPPING,
    MAPPING.replace("[fields]", 'short_rows = "fill"\nlong_rows = "empty"\n[fields]'),
    MAPPING.replace("[fields]", 'encoding = ["utf-8", "cp1252"]\nescape = "\\\\"\n[fields]'),
    MAPPING.replace("[fields]", '[file.trailer]\nmark = "TRAILER"\nrows = 2\n[fields]'),
)


@dataclass
class Line:
    """One line of the file on its way through the mutations."""

    text: bytes
    touched: bool = False


@st.composite
def mutated(draw: st.DrawFn) -> tuple[bytes, set[str], int]:
    """A file, the references of rows that were not touched, and which of WHOLE was done to it."""
    table = rows(draw(st.integers(1, 12)))
    for place in range(0, len(table), 4):
        table[place]["Surname"] = "Siân"
    lines = [Line(line) for line in csv_of(table).splitlines(keepends=True)]
    for _ in range(draw(st.integers(0, 5))):
        MUTATIONS[draw(st.integers(0, len(MUTATIONS) - 1))](draw, lines)
    _spread(lines)
    untouched = {
        line.text.split(b",")[0].decode()
        for line in lines[1:]
        if not line.touched and line.text.startswith(b"E0")
    }
    if lines[0].touched:
        untouched = set()
    whole = draw(st.sampled_from((0, 0, 0, 0, *range(len(WHOLE)))))
    return WHOLE[whole](b"".join(line.text for line in lines)), untouched, whole


def _spread(lines: list[Line]) -> None:
    """Two damaged quotes may hold everything between them together, as quotes do."""
    quoted = [place for place, line in enumerate(lines) if line.touched and b'"' in line.text]
    for line in lines[min(quoted, default=0) : max(quoted, default=0)]:
        line.touched = True


def _any(draw: st.DrawFn, lines: list[Line]) -> int:
    return draw(st.integers(0, len(lines) - 1))


def _sign(draw: st.DrawFn, lines: list[Line]) -> None:
    line = lines[_any(draw, lines)]
    place, size = draw(st.integers(0, len(line.text))), draw(st.integers(0, 3))
    line.text = line.text[:place] + draw(st.sampled_from(SIGNS)) + line.text[place + size :]
    line.touched = True
    _join(lines)


def _shorten(draw: st.DrawFn, lines: list[Line]) -> None:
    line = lines[_any(draw, lines)]
    start = draw(st.integers(0, len(line.text)))
    line.text = line.text[:start] + line.text[draw(st.integers(start, len(line.text))) :]
    line.touched = True
    _join(lines)


def _join(lines: list[Line]) -> None:
    """A line that has lost its end runs on into the next, also when only half of CR LF is left."""
    for line, following in itertools.pairwise(lines):
        if not line.text.endswith((b"\n", b"\r")) or (
            line.text.endswith(b"\r") and following.text.startswith(b"\n")
        ):
            following.touched = True


def _insert(draw: st.DrawFn, lines: list[Line]) -> None:
    lines.insert(draw(st.integers(1, len(lines))), Line(draw(st.sampled_from(LINES)), touched=True))


def _repeat(draw: st.DrawFn, lines: list[Line]) -> None:
    place = _any(draw, lines)
    lines.insert(place + 1, Line(lines[place].text, touched=True))


def _remove(draw: st.DrawFn, lines: list[Line]) -> None:
    if len(lines) > 2:
        del lines[draw(st.integers(1, len(lines) - 1))]
        _join(lines)


def _end(draw: st.DrawFn, lines: list[Line]) -> None:
    line = lines[_any(draw, lines)]
    if line.text.endswith(b"\r\n"):
        line.text = line.text[:-2] + draw(st.sampled_from((b"\n", b"\r", b"\r\n", b"\n\n", b"\r\r\n")))


def _move(draw: st.DrawFn, lines: list[Line]) -> None:
    if len(lines) > 2 and lines[-1].text.endswith((b"\r", b"\n")):
        line = lines.pop(draw(st.integers(1, len(lines) - 1)))
        lines.insert(draw(st.integers(1, len(lines))), line)
        _join(lines)


MUTATIONS = (_sign, _sign, _sign, _shorten, _insert, _repeat, _remove, _end, _move)


@pytest.fixture(scope="module")
def mappings(tmp_path_factory: pytest.TempPathFactory) -> list[Mapping]:
    folder = tmp_path_factory.mktemp("mappings")
    found = []
    for number, text in enumerate(MAPPINGS):
        path = folder / f"payroll{number}.toml"
        path.write_text(text, encoding="utf-8")
        found.append(load_mapping(path))
    return found


def _read(path: Path, content: bytes, mapping: Mapping) -> ExtractedFile:
    path.write_bytes(content)
    return extract_file(path, mapping, partner=OWN, partner_ids=[OWN])


def _values(file: ExtractedFile) -> dict[str, list[dict[str, Any]]]:
    """Reference -> what was read of its rows, wherever they stood."""
    found: dict[str, list[dict[str, Any]]] = {}
    for one in file.received.to_pylist():
        plain = {name: value for name, value in one.items() if name not in {"source_row", "delivery"}}
        found.setdefault(one["source_ref"], []).append(plain)
    return found


@settings(max_examples=500, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(made=mutated(), which=st.integers(0, len(MAPPINGS) - 1))
def test_nothing_is_lost_and_untouched_rows_load_unchanged(
    made: tuple[bytes, set[str], int], which: int, mappings: list[Mapping], tmp_path: Path
) -> None:
    content, untouched, whole = made
    file = _read(tmp_path / "payroll.csv", content, mappings[which])
    row = file.delivery.to_pylist()[0]
    assert row["received"] == row["loaded"] + row["rejected"]
    assert row["loaded"] == file.received.num_rows
    _every_line_is_counted(content, row)
    if row["state"] == "loaded":
        back = file.quarantined.num_rows if file.quarantined is not None else 0
        assert back == row["rejected"]
        if whole in HARMLESS:
            sound = rows(12)
            for place in range(0, 12, 4):
                sound[place]["Surname"] = "Siân"
            expected = _values(_read(tmp_path / "payroll.csv", csv_of(sound), mappings[0]))
            found = _values(file)
            for ref in untouched:
                assert expected[ref][0] in found.get(ref, []), ref


def _every_line_is_counted(content: bytes, row: dict[str, Any]) -> None:
    """A third count, by line ends alone: the same where there are no quotes, never less than the records."""
    if row["state"] == "refused":
        return
    text = (
        content.decode("utf-16") if content[:2] in {b"\xff\xfe", b"\xfe\xff"} else content.decode("latin-1")
    )
    text = re.sub("\x1a[\x1a\r\n]*$", "", text) if text[-64:].strip("\r\n")[-1:] == "\x1a" else text
    lines = len(re.split("\r\n|\r|\n", text)) - text.endswith(("\r", "\n")) if text else 0
    counted = row["received"] + row["skipped"]
    assert counted == lines if '"' not in text else counted <= lines
