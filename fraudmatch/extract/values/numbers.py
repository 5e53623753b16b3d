"""Amounts of money and whole numbers, exactly: digits are shifted, never multiplied as floats."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

#: A figure with an optional currency sign and one mark of a credit: a leading or trailing
#: minus, brackets, or the CR of a ledger (DR is its opposite). Thousands may be set off by
#: commas, and then all of them are. At most 15 digits, which always fit 64 bits in pence.
_FIGURE = (
    r"^(?P<open>\()?[\s]*(?P<before>[-+\x{2212}])?[\s]*(?:£|GBP)?[\s]*(?P<inside>[-+\x{2212}])?[\s]*"
    r"(?P<whole>\d{1,3}(?:,\d{3}){1,4}|\d{1,15})?(?:\.(?P<part>\d{0,17}))?"
    r"[\s]*(?P<after>[-\x{2212}]|CR|DR)?[\s]*(?P<close>\))?$"
)
#: Decimals beyond those wanted: none but zeros; or what binary fractions leave behind when a
#: spreadsheet or a database prints them in full (45.10 as 45.100000000000001, or as
#: 45.099999999999994 with the penny still to come): six or more 0s or 9s and at most two digits.
_NOTHING_MORE = r"^(?:0*|0{6,}\d{1,2})$"
_NEARLY_ONE = r"^9{6,}\d{0,2}$"
#: What stands where a pound sign was, when it was decoded by another code page: £ as Ł (ISO 8859-2), œ and ú
#: (DOS code pages), Â£ (UTF-8 as Windows-1252), Ј (Cyrillic), or as a sign for what is no text.
_BAD_CURRENCY = r"^[\s(+-]*(?:Â£|[ŁœúЈ\x{FFFD}])\s*[-+]?\s*[.\d][\d,.]*\s*(?:[-)]|CR|DR)*\s*$"
_MINUS = pa.array(["-", "−", "CR", "("])


def parse_amounts(texts: pa.Array, unit: str) -> pa.Array:
    """Texts as pence.

    Args:
        texts: distinct texts, no nulls; "1,234.50", "£12", "-5.00", "(5.00)", "5.00-", "5.00 CR".
        unit: "pounds" (at most two decimals; further zeros are let pass) or "pence" (none).

    Returns:
        int64 pence of the same length; null where the text is no such amount.
    """
    return _shifted(texts, 2 if unit == "pounds" else 0)


def bad_currency(texts: pa.Array) -> pa.Array:
    """Which texts (bool) are amounts with a letter where their pound sign was."""
    return pc.match_substring_regex(texts, _BAD_CURRENCY)


def parse_whole(texts: pa.Array, scale: int = 1) -> pa.Array:
    """Texts as whole numbers, after multiplication by `scale` (1, 10, 100 or 1000).

    Returns:
        int64 of the same length; null where the text times `scale` is not whole.
    """
    return _shifted(texts, {1: 0, 10: 1, 100: 2, 1000: 3}[scale])


def _shifted(texts: pa.Array, places: int) -> pa.Array:
    """Figures times ten to the power of `places`, null where that is not whole or no figure."""
    found = pc.extract_regex(pc.utf8_upper(texts), _FIGURE)
    part = pc.utf8_rpad(found.field("part"), places, "0")
    rest = pc.utf8_slice_codeunits(part, places, 99)
    whole = pc.replace_substring(found.field("whole"), ",", "")
    digits = pc.binary_join_element_wise(whole, pc.utf8_slice_codeunits(part, 0, places), "")
    nearly = pc.match_substring_regex(rest, _NEARLY_ONE)
    exact = pc.or_(nearly, pc.match_substring_regex(rest, _NOTHING_MORE))
    minus = _marks_of_credit(found)
    sound = pc.fill_null(pc.and_(exact, _well_formed(found, minus)), False)
    # The leading 0 is for figures without a whole part, such as ".50", when no place is wanted.
    size = pc.if_else(sound, pc.binary_join_element_wise("0", digits, ""), None).cast(pa.int64())
    size = pc.add(size, nearly.cast(pa.int64()))
    return pc.if_else(pc.equal(minus, 1), pc.negate(size), size)


def _marks_of_credit(found: pa.Array) -> pa.Array:
    """How many marks say the figure is a credit."""
    marks = [
        pc.is_in(found.field(name), _MINUS).cast(pa.int8()) for name in ("open", "before", "inside", "after")
    ]
    return pc.add(pc.add(marks[0], marks[1]), pc.add(marks[2], marks[3]))


def _well_formed(found: pa.Array, minus: pa.Array) -> pa.Array:
    """At least one digit, brackets in pairs, at most one mark of a credit, 15 digits at most."""
    figures = pc.binary_length(pc.binary_join_element_wise(found.field("whole"), found.field("part"), ""))
    long = pc.binary_length(pc.replace_substring(found.field("whole"), ",", ""))
    paired = pc.equal(pc.binary_length(found.field("open")), pc.binary_length(found.field("close")))
    return pc.and_(
        pc.and_(pc.greater(figures, 0), pc.less_equal(long, 15)), pc.and_(paired, pc.less_equal(minus, 1))
    )
