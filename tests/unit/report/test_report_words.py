from __future__ import annotations

import datetime as dt

import pytest

from fraudmatch.report import words


@pytest.mark.parametrize(
    ("probability", "expected"),
    [
        (None, "not needed"),
        (1.0, "very strong"),
        (0.999, "very strong"),
        (0.998, "strong"),
        (0.99, "strong"),
        (0.949999988, "good"),
        (0.9499, "fair"),
        (0.8, "fair"),
        (0.79, "weak"),
        (0.0, "weak"),
    ],
)
def test_identity_words(probability: float | None, expected: str) -> None:
    assert words.identity_words(probability) == expected


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ("discount_annual_pence", "Discount annual (£)"),
        ("hours_weekly_hundredths", "Hours weekly"),
        ("name_as_written", "Name"),
        ("job_title", "Job title"),
        ("uprn", "UPRN"),
    ],
)
def test_field_headings(field: str, expected: str) -> None:
    assert words.field_heading(field) == expected


@pytest.mark.parametrize(
    ("pence", "expected"),
    [
        (None, "–"),
        (0, "£0.00"),
        (5, "£0.05"),
        (-5, "-£0.05"),
        (123_456_789, "£1,234,567.89"),
        (-100, "-£1.00"),
    ],
)
def test_pounds(pence: int | None, expected: str) -> None:
    assert words.pounds(pence) == expected


def test_small_words() -> None:
    assert words.long_date(dt.date(2026, 1, 9)) == "9 January 2026"
    assert words.counted(1, "flag") == "1 flag" and words.counted(1_200, "flag") == "1,200 flags"
    assert words.comparison_label("nino") == "National Insurance number"
    assert words.comparison_label("shoe_size") == "shoe size"
    assert words.dataset_title(None) == "not recognised" and words.dataset_title("deaths") == "Deaths"
    assert words.fact_phrase("both_live", {}) == "both live"


def test_nothing_printed_calls_anyone_a_fraudster() -> None:
    printed = (words.NOT_A_FINDING, words.DISCLOSURE, words.VALUE_CLASSES)
    assert not any("fraud" in text.lower() for text in printed)
