"""The independent count, held against the parser on every kind of quoting."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from fraudmatch.extract import counter
from fraudmatch.extract.counter import count_records
from fraudmatch.extract.delimited import _parse
from fraudmatch.extract.mapping import FileForm
from fraudmatch.extract.records import find_records

FORM = FileForm(pattern="*", format="delimited")
PIECES = st.lists(st.sampled_from(["a", "b", '"', '""', ",", "\n", "\r", "\r\n"]), min_size=1, max_size=25)


def _parsed(content: bytes) -> int | None:
    """Records as pyarrow sees them; null when it gives up."""
    try:
        table, misfits = _parse(content, FORM, 2)
    except pa.ArrowInvalid:
        return None
    return int(table.num_rows) + len(misfits)


@settings(max_examples=500, deadline=None)
@given(PIECES.map("".join))
@example('a,"b\nc"\n')
@example('a,"b""\n"\n')
@example('"a"b"\n')
@example('a,"b\n1,"c\n')
def test_counter_and_parser_agree_unless_a_damaged_quote_is_named(text: str) -> None:
    content = text.encode()
    found = find_records(content)
    assert len(found.starts) == count_records(content).records
    assert (
        b"".join(content[one:other] for one, other in zip(found.starts, found.ends, strict=True)) == content
    )
    if not found.damaged.any():
        assert count_records(content).records == _parsed(content)


@settings(max_examples=300, deadline=None)
@given(PIECES.map("".join), st.integers(1, 9), st.sampled_from([0, 3, 10**6]), st.integers(1, 9))
def test_the_count_does_not_depend_on_how_the_scanner_looks_at_the_text(
    text: str, window: int, rare: int, large: int
) -> None:
    content = text.encode()
    usual = count_records(content)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(counter, "_WINDOW", window)
        patch.setattr(counter, "_RARE", rare)
        patch.setattr(counter, "_LARGE", large)
        assert count_records(content) == usual


@pytest.mark.parametrize(
    ("text", "records"),
    [
        ("", 0),
        ("a", 1),
        ("a\n", 1),
        ("a\r", 1),
        ("a\r\n", 1),
        ("a\rb\nc\r\nd", 4),
        ("a\n\n\nb\n", 4),
        ('"a\nb","c"\n', 1),
        ('"a""\nb"\n', 1),
        ('a,O"Neil\nb\n', 2),
        ('"The "Old" Mill"\nb\n', 2),
        ('1,"a\n2,b\n3,c\n', 3),
        ('1,"a\n2,"b\n3,c\n', 3),
    ],
)
def test_records(text: str, records: int) -> None:
    assert count_records(text.encode()).records == records


def test_without_quotes_a_quote_is_a_letter() -> None:
    assert count_records(b'"a\nb"\n', quote="").records == 2


def test_skipped_lines_are_counted_apart_and_their_quotes_ignored() -> None:
    counted = count_records(b'A "title\nmore"\r\nx,y\n1,2\n', skip_rows=2)
    assert (counted.lines, counted.records) == (2, 2)
    assert count_records(b"only\n", skip_rows=3).lines == 1


@pytest.mark.parametrize(
    ("text", "open_end"), [('a\n1,"b\n', True), ('a\n1,"b"\n', False), ('a\n"x\n",5\n', False)]
)
def test_a_quote_left_open_in_the_last_record_is_said(text: str, open_end: bool) -> None:
    assert count_records(text.encode()).open_end is open_end


def test_damaged_records_and_stray_quotes_are_found() -> None:
    found = find_records(b'a,b\n1,"x"\n2,"y\n3,O"z\n4,"t"u\n')
    assert found.damaged.tolist() == [False, False, True, False, False]
    assert found.stray.tolist() == [False, False, False, True, True]
    assert [found.raw(place) for place in (0, 2)] == [b"a,b", b'2,"y']


def test_records_over_several_lines() -> None:
    found = find_records(b'x\r\n1,"a\r\nb\n",c\r\n\r\n2', start=3)
    assert found.lines.tolist() == [3, 1, 1]
    assert found.lengths.tolist() == [11, 0, 1]
    assert found.of([3, 9, 17, 18]).tolist() == [0, 0, 1, 2]


def test_escapes() -> None:
    text = b'1,"a\\"b\nc"\n2,d\n'
    assert count_records(text, escape="\\").records == len(find_records(text, escape="\\").starts) == 2


def test_other_delimiters_and_quotes() -> None:
    assert count_records(b"a|'b\nc'|d\ne\n", delimiter="|", quote="'").records == 2
    assert count_records(b"a^b\n", delimiter="^").records == 1
    assert count_records(b'a]"b\nc"\n', delimiter="]").records == 1
