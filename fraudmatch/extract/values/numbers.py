"""Amounts of money and whole numbers, exactly: digits are shifted, never multiplied as floats.

What a mark behind a figure means, which words mean nought and which units may follow is declared in
the mapping. A figure that can be read in two ways is not read.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch.extract.values.parsed import Mask, Parsed, Remark, mask_of, said
from fraudmatch.reasons import Disposition

#: Marks at a figure whose meaning a mapping declares: brackets around it, or what stands behind it.
MARKS = ("()", "-", "CR", "DR", "C", "D")

#: A figure with an optional currency sign, an optional sign in front and an optional mark. Thousands
#: may be set off by commas, and then all of them are. At most 15 digits, which always fit 64 bits in pence.
_FIGURE = (
    r"^(?P<open>\()?\s*(?P<before>[-+\x{2212}])?\s*(?:£|GBP)?\s*(?P<inside>[-+\x{2212}])?\s*"
    r"(?P<whole>\d{1,3}(?:,\d{3}){1,4}|\d{1,15})?(?:\.(?P<part>\d{0,30}))?"
    r"\s*(?P<after>[-\x{2212}]|CR|DR|C|D)?\s*(?P<close>\))?$"
)
#: Decimals beyond those wanted: none but zeros; or what binary fractions leave behind when a
#: spreadsheet or a database prints them in full (45.10 as 45.100000000000001, or as
#: 45.099999999999994 with the penny still to come): six or more 0s or 9s and at most two digits.
_NOTHING_MORE = r"^(?:0*|0{6,}\d{1,2})$"
_NEARLY_ONE = r"^9{6,}\d{0,2}$"
#: Beyond half of the last place: more than half, or half exactly (which goes to the even neighbour).
_OVER_HALF = r"^(?:[6-9]|50*[1-9])"
_HALF = r"^50*$"
#: The remains of a sum of binary fractions that should have been nought: 6.82121E-13.
_RESIDUE = r"^[-+]?\d(?:\.\d+)?E-(?:0?[5-9]|0?[1-9]\d{1,2})$"
#: What programs write and people do not.
_OF_MACHINES = r"^[-+]?(?:NAN|INF|INFINITY|\d+(?:\.\d+)?E[-+]?\d+|\d+(?:_\d+)+(?:\.\d+)?|0X[0-9A-F]+)$"
#: 1.234,56 or 12,5: the comma may set off thousands or pence.
_TWO_WAYS = r"^[-+]?£?\s*(?:\d{1,3}(?:\.\d{3})+,\d*|\d+,\d{1,2}|\d{1,3}(?:\.\d{3}){2,})$"
#: A letter or sign where the pound sign stood before the bytes were read in another encoding.
_BAD_POUND = r"^[-+(]?\s*(?:Â£|[ŁŒÚЈÂ?#₤\x{FFFD}\x{9C}])\s*[-+]?\d"


class Marks(NamedTuple):
    """What a mapping declares about figures.

    Attributes:
        negative / positive: marks of `MARKS` that mean a minus, and those that do not.
        zeros: words that mean 0, in upper case.
        units: what may follow a figure and is left out, in upper case.
    """

    negative: tuple[str, ...] = ()
    positive: tuple[str, ...] = ()
    zeros: tuple[str, ...] = ()
    units: tuple[str, ...] = ()


#: A mapping that declares nothing.
NO_MARKS = Marks()


@dataclass(frozen=True)
class _Figures:
    """Texts taken apart.

    Attributes:
        found: whether a text has the form of a figure with at least one digit.
        digits: its digits up to the places wanted; those beyond are `rest`.
        minus: whether it is negative.
        unclear: whether a mark stands at it whose meaning is not declared, or more marks than one.
    """

    found: Mask
    digits: pa.Array
    rest: pa.Array
    minus: Mask
    unclear: Mask


def read_amounts(texts: pa.Array, unit: str, marks: Marks = NO_MARKS) -> Parsed:
    """Texts as pence.

    Args:
        texts: distinct texts, no nulls; "1,234.50", "£12", "-5.00".
        unit: "pounds" (decimals beyond two are rounded, half to even) or "pence" (no decimals but zeros).
        marks: what the mapping declares.

    Returns:
        int64 pence of the same length. AMOUNT_ROUNDED where a fraction of a penny was dropped;
        AMOUNT_SIGN_UNCLEAR, AMOUNT_AMBIGUOUS, AMOUNT_BAD_CURRENCY and NUMBER_INVALID where a text is not read.
    """
    upper = _bare(texts, marks)
    zero, residue = _noughts(upper, marks)
    figures = _taken_apart(upper, 2 if unit == "pounds" else 0, marks)
    if unit == "pounds":
        up, sound, exact = _half_even(figures)
    else:
        up, sound, exact = _nearly_whole(figures)
    good = figures.found & ~figures.unclear & sound & ~residue
    values = _sized(figures, good, up)
    values = pc.if_else(pa.array(zero | residue), pa.scalar(0, pa.int64()), values)
    rounded = (good & ~exact) | residue
    return Parsed(
        values, said([(Remark("AMOUNT_ROUNDED"), rounded), *_why_not(upper, figures, good | zero | residue)])
    )


def read_whole(texts: pa.Array, scale: int = 1, marks: Marks = NO_MARKS) -> Parsed:
    """Texts as whole numbers, after multiplication by `scale` (1, 10, 100 or 1000).

    Returns:
        int64 of the same length; null and NUMBER_INVALID (or a graver reason, as for amounts) where the
        text times `scale` is not whole.
    """
    upper = _bare(texts, marks)
    zero, _ = _noughts(upper, marks)
    figures = _taken_apart(upper, {1: 0, 10: 1, 100: 2, 1000: 3}[scale], marks)
    up, sound, _ = _nearly_whole(figures)
    good = figures.found & ~figures.unclear & sound
    values = pc.if_else(pa.array(zero), pa.scalar(0, pa.int64()), _sized(figures, good, up))
    return Parsed(values, said(_why_not(upper, figures, good | zero)))


def parse_amounts(texts: pa.Array, unit: str, marks: Marks = NO_MARKS) -> pa.Array:
    """The values of `read_amounts`."""
    return read_amounts(texts, unit, marks).values


def parse_whole(texts: pa.Array, scale: int = 1, marks: Marks = NO_MARKS) -> pa.Array:
    """The values of `read_whole`."""
    return read_whole(texts, scale, marks).values


def _bare(texts: pa.Array, marks: Marks) -> pa.Array:
    """Texts in upper case without a declared unit behind them."""
    upper = pc.utf8_upper(texts)
    if not marks.units:
        return upper
    units = "|".join(re.escape(unit) for unit in sorted(marks.units, key=len, reverse=True))
    return pc.replace_substring_regex(upper, rf"(\d)\s*(?:{units})$", r"\1")


def _noughts(upper: pa.Array, marks: Marks) -> tuple[Mask, Mask]:
    """Words declared to mean 0, and remains of sums that are 0."""
    zero = mask_of(pc.is_in(upper, value_set=pa.array(marks.zeros, pa.string())))
    return zero, mask_of(pc.match_substring_regex(upper, _RESIDUE)) & ~zero


def _taken_apart(upper: pa.Array, places: int, marks: Marks) -> _Figures:
    """Texts as digits, what is beyond `places` decimals, sign and marks."""
    found = pc.extract_regex(upper, _FIGURE)
    part = pc.utf8_rpad(found.field("part"), places, "0")
    whole = pc.replace_substring(found.field("whole"), ",", "")
    figures = pc.binary_length(pc.binary_join_element_wise(whole, found.field("part"), ""))
    opened, closed = (_length(found.field(name)) > 0 for name in ("open", "close"))
    form = mask_of(pc.greater(figures, 0)) & (opened == closed) & mask_of(pc.is_valid(found))
    form &= mask_of(pc.less_equal(pc.binary_length(whole), 15))
    minus, unclear = _sign(found, opened, marks)
    # The leading 0 is for figures without a whole part, such as ".50", when no place is wanted.
    digits = pc.binary_join_element_wise("0", whole, pc.utf8_slice_codeunits(part, 0, places), "")
    return _Figures(form, digits, pc.utf8_slice_codeunits(part, places, 99), minus, unclear & form)


def _sign(found: pa.Array, bracketed: Mask, marks: Marks) -> tuple[Mask, Mask]:
    """Which figures are negative, and whose sign is not clear."""
    before = [mask_of(pc.is_in(found.field(name), pa.array(["-", "−"]))) for name in ("before", "inside")]
    signs = sum((_length(found.field(name)) > 0).astype(int) for name in ("before", "inside"))
    behind = pc.replace_substring(found.field("after"), "−", "-")
    marked = _length(behind) > 0
    negative = mask_of(pc.is_in(behind, pa.array(marks.negative, pa.string())))
    positive = mask_of(pc.is_in(behind, pa.array(marks.positive, pa.string())))
    negative |= bracketed & ("()" in marks.negative)
    positive |= bracketed & ("()" in marks.positive)
    several = signs + marked + bracketed > 1
    unknown = (marked | bracketed) & ~negative & ~positive
    return before[0] | before[1] | negative, several | unknown


def _length(texts: pa.Array) -> np.ndarray:
    lengths: np.ndarray = pc.fill_null(pc.binary_length(texts), 0).to_numpy(zero_copy_only=False)
    return lengths


def _half_even(figures: _Figures) -> tuple[Mask, Mask, Mask]:
    """Which figures go up to the next penny; all are sound; which lose nothing."""
    odd = mask_of(pc.match_substring_regex(figures.digits, r"[13579]$"))
    half = mask_of(pc.match_substring_regex(figures.rest, _HALF))
    over = mask_of(pc.match_substring_regex(figures.rest, _OVER_HALF))
    exact = mask_of(pc.match_substring_regex(figures.rest, r"^0*$"))
    return over | (half & odd), np.ones(len(odd), np.bool_), exact


def _nearly_whole(figures: _Figures) -> tuple[Mask, Mask, Mask]:
    """Which figures are whole but for what binary fractions leave, and which of those go up."""
    nearly = mask_of(pc.match_substring_regex(figures.rest, _NEARLY_ONE))
    nothing = mask_of(pc.match_substring_regex(figures.rest, _NOTHING_MORE))
    return nearly, nearly | nothing, mask_of(pc.match_substring_regex(figures.rest, r"^0*$"))


def _sized(figures: _Figures, good: Mask, up: Mask) -> pa.Array:
    """The figures that are good as numbers."""
    size = pc.if_else(pa.array(good), figures.digits, pa.scalar(None, pa.string())).cast(pa.int64())
    size = pc.add(size, pa.array(up.astype(np.int64)))
    return pc.if_else(pa.array(figures.minus), pc.negate(size), size)


def _why_not(upper: pa.Array, figures: _Figures, read: Mask) -> Sequence[tuple[Remark, Mask]]:
    """For each text that is not read, the one reason."""
    left = ~read
    if not left.any():
        return []
    said_of = []
    for remark, texts in (
        (Remark("AMOUNT_SIGN_UNCLEAR"), figures.unclear),
        (
            Remark("AMOUNT_BAD_CURRENCY"),
            mask_of(pc.match_substring_regex(upper, _BAD_POUND)) & ~figures.found,
        ),
        (Remark("AMOUNT_AMBIGUOUS"), mask_of(pc.match_substring_regex(upper, _TWO_WAYS))),
        (
            Remark("NUMBER_INVALID", "as programs write it", Disposition.QUARANTINE),
            mask_of(pc.match_substring_regex(upper, _OF_MACHINES)),
        ),
    ):
        said_of.append((remark, texts & left))
        left = left & ~texts
    return [*said_of, (Remark("NUMBER_INVALID"), left)]
