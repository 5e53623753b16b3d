"""Numbers people and firms are known by: each follows from a position, none is anybody's real one.

National Insurance numbers have the published shape and invented values; telephone numbers of the
first households and firms come from the ranges Ofcom keeps for drama, those of all others start
with 04 or 06, which the national numbering plan gives to nobody, so that two strangers never share
one and nobody can be rung; sort codes start with 00; e-mail addresses end in example.org.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch.sample.formats import padded
from fraudmatch.sample.name_styles import fold
from fraudmatch.sample.names import MALE
from fraudmatch.sample.registers import World
from fraudmatch.sample.streams import Array

_FIRST, _SECOND = "ABCEGHJKLMNOPRSTWXYZ", "ABCEGHJKLMNPRSTWXYZ"
_NEVER = {"BG", "GB", "KN", "NK", "NT", "TN", "ZZ", "CR", "MW", "NC", "PY", "PZ", "MA"}
_PREFIXES = [a + b for a in _FIRST for b in _SECOND if a + b not in _NEVER]
#: Telephone ranges for drama (Ofcom): area code and first figures, each followed by 000 to 999.
_DRAMA = ("01134960", "01144960", "01154960", "01164960", "01174960", "01214960", "01314960", "01414960",
          "01514960", "01614960", "02079460", "01914980", "02920180", "01632960", "07700900", "03069990")  # fmt: skip


def ninos(who: Array, spaced: bool) -> pa.Array:
    """National Insurance numbers of people, one each."""
    total = len(_PREFIXES) * 1_000_000
    number = (who * 48_271_003 + 12_345_679) % total
    prefix = pa.array(_PREFIXES).take(pa.array(number // 1_000_000))
    suffix = pa.array(list("ABCD")).take(pa.array(who * 31 % 4))
    figures = padded(number % 1_000_000, 6)
    if not spaced:
        return pc.binary_join_element_wise(prefix, figures, suffix, "")
    pairs = [pc.utf8_slice_codeunits(figures, at, at + 2) for at in (0, 2, 4)]
    return pc.binary_join_element_wise(prefix, *pairs, suffix, " ")


def phones(serial: Array, beyond: str) -> pa.Array:
    """Telephone numbers by serial number, one each; null below 0.

    Args:
        serial: the first 16,000 take the ranges for drama.
        beyond: the two figures, 04 or 06, that the numbers of all others start with.
    """
    drama = len(_DRAMA) * 1000
    spread = np.where(serial < drama, serial, 0) * 7 % drama
    first = pc.binary_join_element_wise(
        pa.array(_DRAMA).take(pa.array(spread // 1000)), padded(spread % 1000, 3), ""
    )
    # The factor has none in common with a thousand million: different people, different numbers.
    rest = pc.binary_join_element_wise(pa.scalar(beyond), padded(serial * 61_803_399 % 1_000_000_000, 9), "")
    text = pc.if_else(pa.array(serial < drama), first, rest)
    return pc.if_else(pa.array(serial < 0), pa.scalar(None, pa.string()), text)


#: So many numbers for drama are the households' and the rest the firms'.
_DRAMA_HOUSEHOLDS, _DRAMA_FIRMS = 12_000, 4_000


def person_phones(world: World, who: Array) -> pa.Array:
    """One number per household, and one of their own for people outside of households."""
    household = world.people.household[np.maximum(who, 0)]
    own = np.where(household >= 0, household, len(world.homes) + who)
    serial = np.where(
        (household >= 0) & (own < _DRAMA_HOUSEHOLDS), own, own + _DRAMA_HOUSEHOLDS + _DRAMA_FIRMS
    )
    return phones(np.where(who >= 0, serial, -1), "04")


def firm_phones(firms: Array) -> pa.Array:
    """One number per firm."""
    return phones(np.where(firms >= 0, firms + _DRAMA_HOUSEHOLDS, -1), "06")


def emails(world: World, who: Array) -> pa.Array:
    """first.last.number@example.org, the number telling namesakes apart."""
    words, at = world.words, np.maximum(who, 0)

    def plain(codes: Array) -> pa.Array:
        return words.text(words.change(codes, lambda w: fold(w).lower().replace(" ", "").replace("'", "")))

    people = world.people
    number = pa.array(at).cast(pa.string())
    local = pc.binary_join_element_wise(plain(people.forename[at]), plain(people.surname[at]), number, ".")
    return pc.if_else(pa.array(who >= 0), pc.binary_join_element_wise(local, "@example.org", ""), None)


def bank_of_people(world: World, who: Array) -> Array:
    """The account of each person; three couples in ten share the head's."""
    people, at = world.people, np.maximum(who, 0)
    household = people.household[at]
    joint = (household >= 0) & (people.role[at] == 1) & (household % 10 < 3)
    return np.where(joint, world.homes.head[np.maximum(household, 0)], at)


def banks(account: Array, hyphens: bool) -> tuple[pa.Array, pa.Array]:
    """Sort codes and account numbers of accounts."""
    branch = padded(account * 7 % 9000 + 1000, 4)
    halves = [pc.utf8_slice_codeunits(branch, 0, 2), pc.utf8_slice_codeunits(branch, 2, 4)]
    sort_code = pc.binary_join_element_wise("00", *halves, "-" if hyphens else "")
    return sort_code, padded((account * 7919 + 1_234_567) % 100_000_000, 8)


def sexes(world: World, who: Array) -> pa.Array:
    """M or F."""
    return pa.array(np.where(world.people.sex[np.maximum(who, 0)] == MALE, "M", "F"))
