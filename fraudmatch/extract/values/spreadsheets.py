"""What spreadsheets and exports of floating-point numbers do to numbers, references and codes.

A spreadsheet that opens a CSV file takes long numbers for quantities (1.00012E+11, or sixteen digits
of which the last are 0), takes zeros off their front, makes dates of sort codes, and writes marks that
mean "this is text" ('00123, ="00123"). What can be undone without doubt is undone and said; what
cannot is not known. Nothing here evaluates a formula.
"""

from __future__ import annotations

import unicodedata

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch.extract.values.parsed import Mask, Parsed, Remark, mask_of, said
from fraudmatch.reasons import Disposition

#: Digits a spreadsheet keeps of a number; those behind them become 0.
_KEPT_DIGITS = 15
#: Zeros in the place of lost digits, over all distinct numbers of a column, that are no chance any more
#: (one in a thousand).
_ZEROS_TO_BELIEVE = 3

_TEXT_FORMULA = r'^="([^"]*)"$'
_TEXT_QUOTE = r"^'([\d£+\-.(].*)$"
_FLOAT = r"^(0|[1-9]\d*)\.0+$"
_SCIENTIFIC = r"^\d(?:[.,]\d+)?[Ee]\+\d{1,3}$"
_DAY_OF_SORT_CODE = (
    r"(?i)^\d{1,4}[ /.\-](?:JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC)[A-Z]*(?:[ /.\-]\d{2,4})?$"
    r"|^(?:JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC)[A-Z]*[ /.\-]\d{2,4}$"
    r"|^\d{1,2}[/.\-]\d{1,2}[/.\-]\d{4}(?:[ T].*)?$|^\d{4}[/.\-]\d{1,2}[/.\-]\d{1,2}(?:[ T].*)?$"
)

#: Digits of an account number and of a sort code, and the fewest that losing zeros leaves.
LENGTHS = {"account": (8, 5), "sort_code": (6, 4)}


def may_be_marked(texts: pa.Array) -> bool:
    """Whether any text could carry what this module undoes; a quick look at the bytes of a whole column.

    True says nothing; False says that `plain_identifiers` would find nothing but lost zeros, dates in
    the place of sort codes and numbers that lost their last digits.
    """
    content = b"".join(part.to_pybytes() for part in [texts.buffers()[2]] if part is not None)
    marks = (b"'", b'="', b".0", b"E+", b"e+")
    return not content.isascii() or any(mark in content for mark in marks)


def without_marks(texts: pa.Array) -> Parsed:
    """Texts without a spreadsheet's mark of text, and with digits of other scripts as ours.

    Args:
        texts: distinct texts, no nulls.

    Returns:
        string of the same length, "" where only the mark stood; EXCEL_TEXT_PREFIX and DIGITS_NORMALISED.
    """
    bare = pc.replace_substring_regex(texts, _TEXT_FORMULA, r"\1")
    bare = pc.replace_substring_regex(bare, _TEXT_QUOTE, r"\1")
    marked = mask_of(pc.not_equal(bare, texts))
    plain = _our_digits(bare)
    foreign = mask_of(pc.not_equal(plain, bare))
    remarks = said([(Remark("EXCEL_TEXT_PREFIX"), marked), (Remark("DIGITS_NORMALISED"), foreign)])
    return Parsed(pc.utf8_trim_whitespace(plain), remarks)


def _our_digits(texts: pa.Array) -> pa.Array:
    """Texts whose digits, and the signs written with them, are those of ASCII."""
    if mask_of(pc.string_is_ascii(texts)).all():
        return texts
    return pa.array([text if text.isascii() else _in_ascii(text) for text in texts.to_pylist()], pa.string())


def _in_ascii(text: str) -> str:
    """Decimal digits of any script as ours; where there were any, full-width signs beside them too."""
    digits = "".join(
        str(unicodedata.decimal(sign)) if not sign.isascii() and unicodedata.decimal(sign, None) is not None
        else sign
        for sign in text
    )  # fmt: skip
    if digits == text:
        return text
    return "".join(
        unicodedata.normalize("NFKC", sign) if "\uff01" <= sign <= "\uff5e" else sign for sign in digits
    )


def plain_identifiers(texts: pa.Array, *, number: bool, kind: str, lost_zeros: bool, key: bool) -> Parsed:
    """References and numbers as they were before a spreadsheet had them.

    Args:
        texts: distinct texts, no nulls.
        number: whether the field holds digits, so that a .0 behind them is what a float leaves.
        kind: the field's name; "account" and "sort_code" have a length of their own.
        lost_zeros: whether the mapping declares that zeros were lost in front.
        key: whether the field names the row: a value that is lost then sets the row aside.

    Returns:
        string of the same length; null where digits are lost (but not a key's) or a date stands in their place.
    """
    marks = without_marks(texts)
    values = marks.values
    blank = mask_of(pc.equal(values, ""))
    remarks = list(marks.remarks)
    if number:
        bare = pc.replace_substring_regex(values, _FLOAT, r"\1")
        remarks.append((Remark("FLOAT_SUFFIX"), mask_of(pc.not_equal(bare, values))))
        values = bare
    dated = _dates_of_sort_codes(values, kind)
    lost = _digits_lost(values) & ~dated
    worst = Disposition.QUARANTINE if key else None
    remarks += [(Remark("EXCEL_DATE_IN_SORTCODE"), dated), (Remark("PRECISION_LOST", None, worst), lost)]
    if lost_zeros:
        values, padded = _with_zeros(values, kind)
        remarks.append((Remark("LEADING_ZERO_RESTORED"), padded))
    # A key that lost digits sets its row aside for that; as null it would be told as missing besides.
    gone = pa.array(dated | blank | (lost & (not key)))
    return Parsed(pc.if_else(gone, pa.scalar(None, pa.string()), values), said(remarks))


def _dates_of_sort_codes(texts: pa.Array, kind: str) -> Mask:
    if kind != "sort_code":
        return np.zeros(len(texts), np.bool_)
    return mask_of(pc.match_substring_regex(texts, _DAY_OF_SORT_CODE))


def _digits_lost(texts: pa.Array) -> Mask:
    """Numbers in scientific notation, and long ones whose last digits were rounded to zeros.

    One number of sixteen digits ends in 0 one time in ten; that a whole column of long numbers does is
    no chance.
    """
    lost = mask_of(pc.match_substring_regex(texts, _SCIENTIFIC))
    length = pc.binary_length(texts).to_numpy(zero_copy_only=False)
    if not (length > _KEPT_DIGITS).any():
        return lost
    digits = mask_of(pc.match_substring_regex(texts, r"^[1-9]\d{15,24}$"))
    zeros = mask_of(pc.match_substring_regex(texts, r"^[1-9]\d{14}0+$"))
    believed = (length[digits] - _KEPT_DIGITS).sum() >= _ZEROS_TO_BELIEVE and bool((zeros == digits).all())
    return lost | zeros if believed else lost


def _with_zeros(texts: pa.Array, kind: str) -> tuple[pa.Array, Mask]:
    """Account numbers and sort codes in their full length; which of them were short."""
    full, fewest = LENGTHS[kind]
    digits = pc.replace_substring_regex(texts, r"[\s\-]", "")
    short = mask_of(pc.match_substring_regex(digits, rf"^\d{{{fewest},{full - 1}}}$"))
    padded = pc.utf8_lpad(digits, full, "0")
    return pc.if_else(pa.array(short), padded, texts), short
