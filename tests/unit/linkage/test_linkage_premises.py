"""House numbers and flats written another way, pair by pair."""

import pytest

from fraudmatch.linkage.kinds import KINDS


def holds(word, one, two):
    """The kind's own word on one pair, which must be the same from either side."""
    straight, turned = (KINDS[word].reference(*pair, 0.0) for pair in ((one, two), (two, one)))
    assert straight == turned
    return straight


@pytest.mark.parametrize(
    ("one", "two", "answer"),
    [
        ("10-12", "12", True),
        ("10-12", "11", False),
        ("10-14", "12", True),
        ("92-92A", "92", True),
        ("10-12", "12-14", True),
        ("10", "12", False),
        ("10", "10A", False),
        ("10-12", "ROSE COTTAGE", False),
    ],
)
def test_a_range_holds_the_numbers_of_its_side_of_the_street(one, two, answer):
    assert holds("overlap", one, two) is answer


@pytest.mark.parametrize(
    ("one", "two", "answer"),
    [("10", "ROSE COTTAGE", True), ("10", "12", False), ("ROSE COTTAGE", "ELM COTTAGE", False)],
)
def test_a_name_stands_for_a_number(one, two, answer):
    assert holds("name_for_number", one, two) is answer


@pytest.mark.parametrize(
    ("one", "two", "answer"),
    [
        ("B", "2", True),
        ("B", "3", False),
        ("A", "1F", True),
        ("2", "1F", True),
        ("TF", "2F", True),
        ("TF", "GF", False),
        ("GF", "1F", False),
        ("GARDEN", "BF", True),
        ("1F-2F", "1F", False),
        ("A", "B", False),
        ("1", "2", False),
        ("ANNEXE", "A", False),
    ],
)
def test_flats_named_by_another_scheme(one, two, answer):
    assert holds("renamed", one, two) is answer


@pytest.mark.parametrize(
    ("one", "two", "answer"),
    [
        ("ZYXOPHANE TYRES", "ZYXOPHAN TYRES", True),
        ("ZYXOPHANE TYRES", "ZYXOPHANETYRES", True),
        ("LARK DESIGN", "LARK DEIGN", True),
        ("LARK BOOKS", "LARK BOKOS", True),
        ("SAINT MARKS", "SAINT MARYS", False),
        ("LARK PHARMACY 1269", "LARK PHARMACY 1270", False),
        ("B AND S ROOFING", "C AND S ROOFING", False),
        ("LARKHAM TRUST", "OAKHAM TRUST", False),
        ("ZYXOPHAN TYERS", "ZYXOPHANE TYRES", False),
    ],
)
def test_a_slip_is_in_one_word_and_makes_no_other_name(one, two, answer):
    assert holds("slip", one, two) is answer
