"""Invoice numbers as compared: one reading for linking and for rules.

The number is cleaned once, when a payment is normalised, and kept in DETAILS as
`invoice_ref_clean`. The patterns are ours; RE2 runs them in linear time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

_PREFIX_APART = "^[^A-Z0-9]*(?:(?:INVOICE|INV|REF)[^A-Z0-9]+)?(?:(?:NUMBER|NUM|NO)[^A-Z0-9]+)?"
_PREFIX_BEFORE_DIGIT = "^(?:INVOICE|INV|REF)?(?:NUMBER|NUM|NO)?([0-9].*)$"
_YEAR_ONLY = "^(?:19|20)[0-9]{2}(?:(?:19|20)?[0-9]{2})?$"

#: Letters that are typed and scanned for digits, and the digits.
LOOK_ALIKES = (("O", "0"), ("I", "1"), ("S", "5"))


def letters_and_digits(references: pa.Array) -> pa.Array:
    """In capitals, without anything but letters and digits."""
    import pyarrow.compute as pc

    return pc.replace_substring_regex(pc.utf8_upper(references), "[^A-Z0-9]+", "")


def clean_reference(references: pa.Array) -> pa.Array:
    """Invoice numbers as compared: capitals, letters and digits only, INV, REF, NO and leading zeros off.

    INV, REF and NO come off where a sign or blank sets them apart, or where a digit follows, so
    that a number such as NORTH12 stays whole. What has no letter or digit becomes null, and so
    does what only names a year ("2025", "2024/25"): many payments carry it and it numbers none.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    apart = pc.replace_substring_regex(pc.utf8_upper(references), _PREFIX_APART, "")
    bare = pc.replace_substring_regex(letters_and_digits(apart), _PREFIX_BEFORE_DIGIT, r"\1")
    short = pc.replace_substring_regex(bare, "^0+", "")
    no_number = pc.or_(pc.equal(short, ""), pc.match_substring_regex(short, _YEAR_ONLY))
    return pc.if_else(no_number, pa.scalar(None, pa.string()), short)


def look_alike(reference: str) -> str:
    """A cleaned number with O as 0, I as 1 and S as 5."""
    for letter, digit in LOOK_ALIKES:
        reference = reference.replace(letter, digit)
    return reference
