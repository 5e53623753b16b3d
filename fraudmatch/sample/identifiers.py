"""Numbers people and firms are known by: each follows from a position, none is anybody's real one.

National Insurance numbers have the published shape and invented values; telephone numbers come
from the ranges Ofcom keeps for drama and are given to the first households only, so that two
strangers never share one; sort codes start with 00; e-mail addresses end in example.org.
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


def phones(serial: Array) -> pa.Array:
    """Telephone numbers by serial number; null from the end of the ranges on."""
    reserved = pa.array(_DRAMA)
    spread = serial * 7 % (len(_DRAMA) * 1000)
    text = pc.binary_join_element_wise(reserved.take(pa.array(spread // 1000)), padded(spread % 1000, 3), "")
    out = (serial < 0) | (serial >= len(_DRAMA) * 1000)
    return pc.if_else(pa.array(out), pa.scalar(None, pa.string()), text)


def person_phones(world: World, who: Array) -> pa.Array:
    """One number per household, for the first twelve thousand households."""
    household = world.people.household[np.maximum(who, 0)]
    return phones(np.where((who >= 0) & (household >= 0) & (household < 12_000), household, -1))


def firm_phones(firms: Array) -> pa.Array:
    """One number for each of the first four thousand firms."""
    return phones(np.where((firms >= 0) & (firms < 4_000), firms + 12_000, -1))


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
