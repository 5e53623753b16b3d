"""Every plain form says of a text what its reading function says, and the forms do fit what is written plainly."""

from __future__ import annotations

from collections.abc import Callable

import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from fraudmatch.normalise import plain_forms
from fraudmatch.normalise.contacts import read_email, read_phone
from fraudmatch.normalise.distinct import Read, read_column
from fraudmatch.normalise.identifiers import read_account, read_nino, read_sort_code, read_uprn
from fraudmatch.normalise.plain_forms import Plain
from fraudmatch.normalise.text import Reading
from fraudmatch.normalise.wordlists import words

Reader = Callable[[str], Reading]

_DIGITS = st.text("0123456789", min_size=1, max_size=13) | st.sampled_from("0123456789").flatmap(
    lambda digit: st.integers(1, 12).map(lambda count: digit * count)
)
_FIGURES = st.one_of(_DIGITS, _DIGITS.map(lambda text: f"0{text}"), _DIGITS.map(lambda text: f"07{text}"))
_GROUPS = st.lists(st.text("0123456789", min_size=2, max_size=6) | st.sampled_from(["00", "000", "0000", "01632", "020"]),
                   min_size=2, max_size=4)  # fmt: skip
_GROUPED = st.builds(lambda sign, groups: sign.join(groups), st.sampled_from([" ", "-", ""]), _GROUPS)
_LETTERS = st.text("ABCDFGKMNOPQRTUVWYZ", min_size=2, max_size=2)
_SIX = st.text("0123456789", min_size=6, max_size=6) | st.sampled_from(
    ["123456", "000000", "111222", "111111", "999999", "123987"]
)
_NINOS = st.builds(
    lambda sign, letters, six, end: sign.join([letters, six[:2], six[2:4], six[4:], *end]),
    st.sampled_from(["", " "]), _LETTERS, _SIX, st.sampled_from(["", "A", "D", "E", " "]),
)  # fmt: skip
_BOXES = st.sampled_from(
    [*sorted(words("placeholders", "mailboxes")), "a.b", "a..b", ".a", "A", "é", "x-", "mailto:b", "'c"]
)
_DOMAINS = st.sampled_from([*sorted(words("placeholders", "mail_domains")), "example.org", "x.y.co.uk", "-x.org", "x-y.org",
                            "EXAMPLE.org", "x", "x.1a", "x.a1", "x..org", "example.org.", "xnone.com"])  # fmt: skip
_EMAILS = st.builds("{}@{}".format, _BOXES | st.text("abz09.-_'+", max_size=5), _DOMAINS)
_ANY = st.text(max_size=16)

FORMS: dict[str, tuple[Plain, Reader, list[Reader], st.SearchStrategy[str], str]] = {
    "phone in groups": (plain_forms.PHONE, read_phone, [], _GROUPED, "020 7946 0123"),
    "nino in groups": (plain_forms.NINO, read_nino, [], _NINOS, "AB 65 43 21 C"),
    "sort code in groups": (plain_forms.SORT_CODE, read_sort_code, [], _GROUPED, "01-02-03"),
    "uprn": (plain_forms.UPRN, read_uprn, [], _FIGURES | _GROUPED | _ANY, "100023336956"),
    "account": (plain_forms.ACCOUNT, read_account, [], _FIGURES | _GROUPED | _ANY, "01234567"),
    "sort_code": (plain_forms.SORT_CODE, read_sort_code, [], _FIGURES | _GROUPED | _ANY, "010203"),
    "phone": (plain_forms.PHONE, read_phone, [lambda text: read_phone(text, lenient=True)], _FIGURES | _GROUPED | _ANY, "01632960123"),
    "nino": (plain_forms.NINO, read_nino, [lambda text: read_nino(text, lenient=True)], _NINOS | _ANY, "AB654321C"),
    "email": (plain_forms.email(), read_email, [], _EMAILS | _ANY, "j.o'hare+x@mail.example.org"),
}  # fmt: skip


def _said(read: Read) -> tuple[list[str | None], dict[str, list[int]]]:
    return read.values.to_pylist(), {reason: rows.tolist() for reason, rows in read.faults.items()}


@pytest.mark.parametrize("name", FORMS)
def test_a_form_says_what_its_function_says(name: str) -> None:
    form, function, lenient, texts, _ = FORMS[name]

    @given(st.lists(st.none() | texts, min_size=1, max_size=8))
    @example(["\n", "12345678\n", "123456\n", "01632960123\n", "AB654321C\n", "a@example.org\n", ""])
    def holds(values: list[str | None]) -> None:
        column = pa.array(values, pa.string())
        for read in (function, *lenient):
            assert _said(read_column(column, read, form)) == _said(read_column(column, read))

    holds()


@pytest.mark.parametrize("name", FORMS)
def test_what_is_written_plainly_is_not_read_one_by_one(name: str) -> None:
    form, function, _, _, plain = FORMS[name]

    def never(text: str) -> Reading:
        raise AssertionError(text)

    column = pa.array([plain, None, plain])
    assert read_column(column, never, form).values.to_pylist() == [
        function(plain)[0],
        None,
        function(plain)[0],
    ]
