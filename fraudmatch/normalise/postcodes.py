"""UK postcodes: one blank before the last three signs, upper case.

The shape follows the published description (six outward forms, then digit and two letters;
letters that never occur in a place are refused) with P allowed as the third letter, for N1P
is a real district. The area must be one of the list, and a two-digit district does not start
with 0.
"""

from __future__ import annotations

import re
from itertools import product

from fraudmatch.normalise.text import NOTHING, Reading, compact, fold, says_nothing
from fraudmatch.normalise.wordlists import words

_SHAPE = re.compile(
    r"(?:GIR0AA|(?:([A-PR-UWYZ])\d[\dA-HJKPSTUW]?|([A-PR-UWYZ][A-HK-Y])\d[\dABEHMNPRVWXY]?)"
    r"\d[ABD-HJLNP-UW-Z]{2})"
)
_AT_END = re.compile(r"(?:^|[\s,])([A-Z]{1,2}\d[A-Z\d]?)\s*(\d[A-Z]{2})[\s,.]*$", re.IGNORECASE)
_FORMS = ("A9", "A99", "AA9", "A9A", "AA99", "AA9A")
_TO_DIGIT = {"O": "0", "I": "1", "L": "1", "S": "5"}
_TO_LETTER = {"0": "O", "1": "I", "5": "S"}
_MOST_SWAPS = 2


def is_postcode(packed: str) -> bool:
    """Whether seven or fewer signs without a blank are a postcode of a known area."""
    found = _SHAPE.fullmatch(packed)
    if found is None:
        return False
    if packed == "GIR0AA":
        return True
    area = found[1] or found[2]
    district = packed[len(area) : -3]
    if len(district) == 2 and district.isdigit() and district[0] == "0":
        return False
    return area in words("postcode_areas", "areas") or area in words("postcode_areas", "not_places")


def _spaced(packed: str) -> str:
    return f"{packed[:-3]} {packed[-3:]}"


def _swapped(sign: str, wanted: str) -> str | None:
    """`sign` as the letter (A) or digit (9) that its position wants, or None."""
    if wanted == "9":
        return sign if sign.isdigit() else _TO_DIGIT.get(sign)
    return sign if sign.isalpha() else _TO_LETTER.get(sign)


def _repaired(packed: str) -> str | None:
    """The one postcode that differs least from `packed` by swapped letters and digits."""
    if not 5 <= len(packed) <= 7 or not packed.isalnum():
        return None
    found: dict[str, int] = {}
    for outward, inward in product(_FORMS, ("9AA",)):
        form = outward + inward
        if len(form) != len(packed):
            continue
        signs = [_swapped(sign, wanted) for sign, wanted in zip(packed, form, strict=True)]
        if None in signs:
            continue
        candidate = "".join(sign for sign in signs if sign)
        swaps = sum(a != b for a, b in zip(candidate, packed, strict=True))
        if swaps <= _MOST_SWAPS and is_postcode(candidate):
            found[candidate] = swaps
    least = [candidate for candidate, swaps in found.items() if swaps == min(found.values())]
    return least[0] if len(least) == 1 else None


#: Words for having no home, packed.
_NO_ABODE = frozenset({"NFA", "NOFIXEDABODE", "OFNOFIXEDABODE"})


def read_postcode(text: str, *, lenient: bool = False) -> Reading:
    """The postcode in `text`.

    Args:
        text: as written.
        lenient: for files that are not a council's own: what is no UK postcode (ZIP codes,
            Australian codes) is kept in upper case with single blanks and is no fault.

    Returns:
        The postcode and None; or the postcode and POSTCODE_CORRECTED where letters and digits
        (O and 0, I and 1, S and 5) had been swapped; or None and POSTCODE_INVALID; or None and
        POSTCODE_PLACEHOLDER for codes that mean "none", such as ZZ99 (no fault when lenient); or
        None and None for blanks and forces post.
    """
    packed = compact(text)
    if is_postcode(packed) and packed[:-3] not in words("postcode_areas", "pseudo_outward"):
        return _spaced(packed), None
    if packed in _NO_ABODE or packed[:-3] in words("postcode_areas", "pseudo_outward"):
        is_forces = packed.startswith("BF1")
        return NOTHING if lenient or is_forces else (None, "POSTCODE_PLACEHOLDER")
    if says_nothing(text) or packed.startswith("BFPO"):
        return NOTHING
    if lenient:
        return (fold(text), None) if packed.strip("0") else NOTHING
    repaired = _repaired(packed)
    return (_spaced(repaired), "POSTCODE_CORRECTED") if repaired else (None, "POSTCODE_INVALID")


def postcode(text: str) -> str | None:
    """The postcode in `text`, repaired where it can be, or None."""
    return read_postcode(text)[0]


def cut_at_end(text: str) -> tuple[str, str] | None:
    """(the address without it, the packed postcode) when an address ends in something of its shape."""
    end = text.rstrip(" ,.")
    if not end[-3:-2].isdigit():  # most addresses; the search is dear
        return None
    found = _AT_END.search(text)
    return (text[: found.start()], (found[1] + found[2]).upper()) if found else None


def postcode_at_end(text: str) -> str | None:
    """The valid postcode that ends an address, or None; no repair, an address is full of codes."""
    cut = cut_at_end(text)
    if cut is None or not is_postcode(cut[1]):
        return None
    return None if cut[1][:-3] in words("postcode_areas", "pseudo_outward") else _spaced(cut[1])
