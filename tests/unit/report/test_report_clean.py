from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fraudmatch.report.clean import (
    CELL_UNITS,
    clean,
    clean_text,
    fit_cell,
    guard,
    lines,
    relabel,
    typed_lines,
)
from fraudmatch.report.layout import bar, fitted, paragraph, text_table

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


@pytest.mark.parametrize(
    ("given_text", "expected"),
    [
        ("plain", "plain"),
        ("Łukasz Ó Súilleabháin", "Łukasz Ó Súilleabháin"),
        ("a\tb", "a␉b"),
        ("a\r\nb", "a␍␊b"),
        ("\x00", "␀"),
        ("\x1b[31m", "␛[31m"),
        ("\x7f", "␡"),
        ("\x85", "\ufffd"),
        ("\u202egnp", "⟦U+202E⟧gnp"),
        ("\ufffe", "\ufffd"),
        ("a\u00a0b", "a\u00a0b"),
    ],
)
def test_clean_text(given_text: str, expected: str) -> None:
    assert clean_text(given_text) == expected


@given(st.lists(st.none() | TEXT, max_size=20))
def test_the_column_is_cleaned_as_each_text_is(texts: list[str | None]) -> None:
    expected = [None if text is None else clean_text(text) for text in texts]
    assert clean(pa.array(texts, pa.string())).to_pylist() == expected


@given(TEXT)
def test_clean_text_is_printable_and_stable(text: str) -> None:
    once = clean_text(text)
    assert clean_text(once) == once
    assert len(once) == len(text)
    assert not any(ord(character) < 0x20 or 0x7F <= ord(character) < 0xA0 for character in once)


@pytest.mark.parametrize(
    ("text", "guarded"),
    [
        ("=1", True),
        ("+1", True),
        ("-1", True),
        ("@x", True),
        ("\tx", True),
        ("\rx", True),
        (" =1", True),
        ("\u00a0=1", True),
        ("\u3000@", True),
        ("＝1", True),
        ("＋1", True),
        ("－1", True),
        ("＠1", True),
        ("﹦1", True),
        ("\ufeff=1", True),
        ("a=1", False),
        ("1-2", False),
        ("", False),
        ("'=1", False),
        (" x", False),
    ],
)
def test_guard(text: str, guarded: bool) -> None:
    assert guard(pa.array([text, None])).to_pylist() == ["'" + text if guarded else text, None]


def test_lines_stay_and_every_other_control_is_marked() -> None:
    assert lines("one\r\ntwo\n\tthree\u202e\x00") == "one\ntwo\n\tthree⟦U+202E⟧␀"
    assert typed_lines("one\r\ntwo\u202e\x00") == "one\ntwo\u202e␀"


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("x" * CELL_UNITS, False),
        ("x" * (CELL_UNITS + 1), True),
        ("😀" * 16_383, False),
        ("😀" * 16_384, True),
    ],
)
def test_fit_cell(text: str, cut: bool) -> None:
    fitted_text, was_cut = fit_cell(text)
    assert was_cut is cut
    assert len(fitted_text.encode("utf-16-le")) // 2 <= CELL_UNITS
    assert ("cut here" in fitted_text) is cut


def test_relabel_asks_once_per_code_and_keeps_null() -> None:
    asked: list[str] = []

    def label(code: str) -> str:
        asked.append(code)
        return code.upper()

    assert relabel(pa.array(["a", None, "b", "a"]), label).to_pylist() == ["A", None, "B", "A"]
    assert asked == ["a", "b"]


def test_text_table_lines_up() -> None:
    lines = text_table(("rule", "flags"), [("FM-1", "7"), ("FM-22", "1,000")], right=(1,))
    assert lines == ["rule   flags", "─────  ─────", "FM-1       7", "FM-22  1,000"]


@pytest.mark.parametrize(
    ("amount", "most", "expected"),
    [(8, 8, "+" * 24), (-4, 8, "-" * 12), (0, 8, ""), (0.01, 8, "+"), (1, 0, "")],
)
def test_bar(amount: float, most: float, expected: str) -> None:
    assert bar(amount, most) == expected


@given(TEXT, st.integers(1, 30))
def test_fitted_is_never_longer(text: str, most: int) -> None:
    assert len(fitted(text, most)) <= most


def test_paragraphs_wrap_and_indent() -> None:
    lines = paragraph("word " * 60)
    assert len(lines) > 2
    assert all(line.startswith("  word") and len(line) <= 100 for line in lines)
