"""Patterns that users write: what they fit, and that no pattern takes long (threat T13)."""

from __future__ import annotations

import datetime as dt
import fnmatch
import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fraudmatch.extract.declared import declared_of
from fraudmatch.extract.globs import glob
from fraudmatch.extract.mapping import DeliveryForm
from fraudmatch.intake.register import Agreed
from fraudmatch.intake.sharing import forbidden

EVIL = (
    "*a" * 30 + "*b",
    "*?a" * 30 + "*b",
    "a*" * 100 + "b",
    "*" * 500 + "b",
    "*aa*aaa*aaaa*aaaaa*b",
    "?*" * 60 + "b",
    "*aab*" * 20,
    "(a+)+b*",
    "[a-z]*[a-z]*[a-z]*b",
    "*a?a?a?*" * 15 + "b",
)


@given(st.text("ab*?.", max_size=12), st.text("ab.\n", max_size=16))
def test_a_pattern_fits_what_the_standard_library_says(pattern: str, text: str) -> None:
    assert bool(glob(pattern).fullmatch(text)) is fnmatch.fnmatchcase(text, pattern)


def test_case_does_not_count_and_brackets_mean_themselves() -> None:
    assert glob("CTAX_*[1].csv").fullmatch("ctax_2026[1].CSV")
    assert not glob("CTAX_*[1].csv").fullmatch("ctax_20261.csv")


def _as_footer(pattern: str) -> None:
    assert not glob(pattern).fullmatch("a" * 100_000)


def _as_forbidden_heading(pattern: str) -> None:
    agreed = Agreed(fields=("surname",), forbidden_columns=(pattern,))
    assert not forbidden(agreed, ("a" * 100_000,))


def _as_name_of_a_delivery(pattern: str) -> None:
    form = DeliveryForm(name="{date}" + pattern)
    assert declared_of("council_tax", form, "a" * 255).part is None


@pytest.mark.parametrize("use", [_as_footer, _as_forbidden_heading, _as_name_of_a_delivery])
def test_ten_evil_patterns_take_no_time(use: Callable[[str], None]) -> None:
    begun = time.perf_counter()
    for pattern in EVIL:
        use(pattern)
    assert time.perf_counter() - begun < 3  # the slowest of them would outlast us all in `re`


@pytest.mark.parametrize(
    ("name", "file", "part"),
    [
        ("*_{part}of{parts}.csv", "CTAX_A_1of2.csv", 1),
        ("CTAX ({part}-{parts}).csv*", "ctax (2-3).csv.gz", 2),
        ("Größe_{part}.csv", "größe_7.csv", 7),
        ("CTAX_{part}.csv", "CTAX_A.csv", None),
        ("CTAX.csv", "CTAX.csv", None),
    ],
)
def test_the_name_of_a_delivery_tells_its_part(name: str, file: str, part: int | None) -> None:
    assert (
        declared_of(
            "council_tax", DeliveryForm.model_construct(**{**DeliveryForm().model_dump(), "name": name}), file
        ).part
        == part
    )


def test_nothing_hangs_on_today() -> None:
    assert forbidden(
        Agreed(fields=("surname",), forbidden_columns=("*health*",), start=dt.date(2020, 1, 1)),
        ("Health notes",),
    )
