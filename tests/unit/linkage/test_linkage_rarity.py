import math

import pytest

from fraudmatch.linkage.derive import DERIVATIONS
from fraudmatch.linkage.rarity import SHARED, UNLISTED, bits, rarest_word, telling_words, words_in_common


def test_rare_words_are_worth_more_than_common_ones():
    assert bits("CARE") < bits("PLUMBING") < bits("ZYXOPHANE") == UNLISTED


@pytest.mark.parametrize("word", ["ARMITAGE", "QZX", "90210"])
def test_surnames_initials_and_numbers_are_worth_no_more_than_their_most(word):
    assert bits(word) <= SHARED < UNLISTED


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("LARKFIELD AND SONS TYRES", ("LARKFIELD", "SON", "TYRE")),
        ("GLASS GLASS GAS", ("GLASS", "GAS")),
        ("THE AND OF", ("THE", "AND", "OF")),
    ],
)
def test_telling_words(name, words):
    assert telling_words(name) == words


def test_the_rarest_word_does_not_hang_on_word_order():
    assert rarest_word("CARE TYRES ZYXOPHANE QUOBB") == rarest_word("ZYXOPHANE QUOBB TYRES CARE") == "QUOBB"


def test_words_of_both_sides_alone_contradict():
    longer = words_in_common("ZYXOPHANE TYRES", "ZYXOPHANE TYRES LARKFIELD")
    other = words_in_common("ZYXOPHANE TYRES QUOBB", "ZYXOPHANE TYRES LARKFIELD")
    assert other < longer - 10
    assert words_in_common("ZYXOPHANE SCHOOL", "ZYXOPHANE COUNCIL") < longer


def test_an_initial_or_a_cut_word_contradicts_nobody():
    assert words_in_common("J ZYXOPHANE TYRES", "JOHN ZYXOPHANE TYRES") == words_in_common(
        "ZYXOPHANE TYRES", "ZYXOPHANE TYRES"
    )


def test_without_a_shared_word_nothing_is_in_common():
    assert words_in_common("ZYXOPHANE", "QUOBB") == -math.inf


@pytest.mark.parametrize(
    ("derivation", "name", "made"),
    [
        ("squeezed", "SMOOTH WALL", "SMOOTHWALL"),
        ("squeezed", "A B C", None),
        ("first_telling_word", "OF TYRES", "TYRE"),
        ("heads", "THE TYRE CENTRE", "CE TY"),
        ("heads", "TYRES", None),
        ("rarest_word", "CARE ZYXOPHANE", "ZYXOPHANE"),
    ],
)
def test_derivations_of_names(derivation, name, made):
    assert DERIVATIONS[derivation](name) == made
