"""The bad-input catalogue of the reliability brief: every case does what the brief says."""

from __future__ import annotations

import importlib
import pkgutil
from pathlib import Path

import catalogue
import pytest
from beforehand import rows_set_aside_go_back, the_check_says_the_same
from cases import Case, tried
from further import NOT_MADE, SHOWN

from fraudmatch.reasons import REASONS

CASES: list[Case] = [
    case
    for module in sorted(one.name for one in pkgutil.iter_modules(catalogue.__path__))
    for case in importlib.import_module(f"catalogue.{module}").CASES
]

#: Files of more bytes are read once, and neither checked beforehand nor looked at again.
LARGE = 100_000

#: Cases of the brief that have no fixture yet, and why. To become empty.
MADE = {number for case in CASES for number in [case.number]}
ABSENT: dict[int, str] = dict.fromkeys(set(range(1, 185)) - MADE, "to be made")


def test_every_case_of_the_brief_has_a_fixture_or_a_reason() -> None:
    made = {case.number for case in CASES}
    assert made | ABSENT.keys() == set(range(1, 185)) and not made & ABSENT.keys()
    assert len({case.name for case in CASES}) == len(CASES)


def test_what_comes_after_a_case_is_shown_where_it_is_said_to_be() -> None:
    root = Path(__file__).resolve().parents[1]
    for number, shown in SHOWN.items():
        assert number in MADE
        for file, function in shown:
            text = (root / file).read_text(encoding="utf-8")
            assert text.startswith(f"def {function}(") or f"\ndef {function}(" in text, (number, function)
    assert NOT_MADE.keys() <= MADE


def test_counts_are_stated_wherever_bytes_are_text() -> None:
    unreadable = {"ENCODING_MISMATCH", "ENCODING_UNDECLARED"}
    assert all(case.expected.counts or unreadable & case.expected.codes.keys() for case in CASES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_bad_input_does_what_the_brief_says(case: Case, tmp_path: Path) -> None:
    one = tried(tmp_path, case)
    expected = case.expected
    assert one.codes == dict(expected.codes)
    for reject in one.rejects:
        usual = str(REASONS[reject["reason"]].disposition)
        assert reject["disposition"] in expected.done.get(reject["reason"], usual).split("|"), reject
    assert one.delivery["state"] == expected.state
    counts = tuple(one.delivery[name] for name in ("received", "loaded", "rejected", "skipped"))
    assert counts[0] == counts[1] + counts[2]
    if expected.counts is None:
        assert one.delivery["state"] == "refused" and counts[1] == 0
    else:
        assert counts == expected.counts
    for reason, records in expected.records.items():
        found = [reject["source_row"] for reject in one.rejects if reject["reason"] == reason]
        assert tuple(found) == records
    if case.also is not None:
        case.also(one)
    content = case.content()
    if case.before is None and len(content) <= LARGE:
        the_check_says_the_same(case, one)
        if expected.state == "loaded" and counts[2]:
            rows_set_aside_go_back(case, one, content)
