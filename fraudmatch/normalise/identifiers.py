"""Identifiers: National Insurance number, UPRN, bank details, company, charity and VAT numbers.

Each `read_…` gives (normalised value or None, reason code or None); the function without
`read_` gives the value alone. `lenient` is for files that are not a council's own (data sets
"person" and "organisation"): other nations' numbers are kept as upper-case letters and digits.
"""

from __future__ import annotations

import re

from fraudmatch.normalise.text import NOTHING, Reading, ascii_of, compact, says_nothing

# Letters D F I Q U V in neither place, O not second, seven prefixes never given out
# (HMRC NIM39110).
_NINO = re.compile(r"(?!BG|GB|KN|NK|NT|TN|ZZ)([A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]\d{6})[A-D]?")
# CR MW PY PZ are prefixes of administration; TN with a birth date, FY, NC, OO and PP999999 stood
# in for a number; two digits, a letter and five digits is HMRC's temporary reference.
_TEMPORARY = re.compile(r"(?:TN|CR|MW|PY|PZ|FY|NC|OO)\d{6}[A-Z]?|PP999999[A-Z]?|\d{2}[A-Z]\d{5}")
# Numbers of forms and guidance (HMRC prints QQ 12 34 56 C), and what fingers type to fill the field.
_EXAMPLES = re.compile(r"(?:QQ|AB|ZZ)123456[A-Z]?|(?:ZZ|AA|XX)(\d)\1{5}[A-Z]?")
_TYPED = frozenset(["123", *(digit * 3 for digit in "0123456789")])  # how their figures begin
_PLAIN_NINO = re.compile(r"[A-Z]{2}[0-9]{6}[A-Z]?")
_COMPANY_PREFIXED = re.compile(
    r"(AC|CE|CS|FC|FE|GE|GS|IC|IP|LP|NA|NC|NF|NI|NL|NO|NP|NR|NZ|OC|OE|PC|RC|RS|SA|SC|SE|SF|SG|SI|SL|SO|SP|SR|SZ|ZC)"
    r"(\d{1,6})"
)
_COMPANY_SUFFIXED = re.compile(r"(?:IP|SP|NP|RS)\d{5}[RS]|R0\d{6}")
_CHARITY = re.compile(r"\d{6,7}|SC\d{6}|NIC\d{6}")
_SORT_CODE_SIGNS = re.compile(r"[\d\s.\-–/]+")
_PLAIN_ACCOUNT = re.compile(r"[0-9]{8}")
_PLAIN_UPRN = re.compile(r"[1-9][0-9]{0,11}")
_VAT_WEIGHTS = (8, 7, 6, 5, 4, 3, 2)


def _one_digit(value: str) -> bool:
    """Whether a number is one digit over and over: zeros, nines."""
    return value.isdigit() and len(set(value)) == 1


def _whole(text: str) -> str:
    """A number without what spreadsheets leave on it: a quote in front, ".0" behind."""
    return re.sub(r"\.0+$", "", ascii_of(text).strip().strip("'=\""))


def read_nino(text: str, *, lenient: bool = False) -> Reading:
    """The National Insurance number: two letters and six digits, without the suffix.

    The suffix A–D does not tell people apart. Faults: NINO_PLACEHOLDER, NINO_INVALID.
    """
    packed = text if _PLAIN_NINO.fullmatch(text) else compact(text)
    found = _NINO.fullmatch(packed)
    if packed[2:5] in _TYPED and _EXAMPLES.fullmatch(packed):
        return None, "NINO_PLACEHOLDER"
    if found and not _TEMPORARY.fullmatch(packed) and found[1][2:] != "000000":
        return found[1], None
    if says_nothing(text):
        return NOTHING
    if lenient:
        return (None, None) if _one_digit(packed) else (packed, None)
    return None, "NINO_PLACEHOLDER" if _TEMPORARY.fullmatch(packed) else "NINO_INVALID"


def nino_kind(text: str) -> str | None:
    """What a National Insurance number as delivered is: valid, temporary or invalid; None where nothing is said."""
    value, fault = read_nino(text)
    if value is not None:
        return "valid"
    return {"NINO_PLACEHOLDER": "temporary", "NINO_INVALID": "invalid"}.get(fault or "")


def read_uprn(text: str) -> Reading:
    """The Unique Property Reference Number: 1 to 12 digits, no leading zeros. Fault: UPRN_INVALID.

    A number in scientific notation has lost its last digits and is refused.
    """
    if _PLAIN_UPRN.fullmatch(text):
        return text, None
    if says_nothing(text):
        return NOTHING
    digits = re.sub(r"[\s,]", "", _whole(text))
    if not (digits.isascii() and digits.isdigit()):
        return None, "UPRN_INVALID"
    short = digits.lstrip("0")
    return (short, None) if 1 <= len(short) <= 12 else (None, "UPRN_INVALID" if short else None)


def read_sort_code(text: str) -> Reading:
    """The six digits of a sort code; hyphens and blanks go. Fault: BANK_INVALID; zeros are null."""
    if says_nothing(text):
        return NOTHING
    digits = re.sub(r"\D", "", _whole(text))
    if not _SORT_CODE_SIGNS.fullmatch(ascii_of(_whole(text))) or len(digits) != 6:
        return None, "BANK_INVALID"
    return (digits, None) if digits.strip("0") else NOTHING


def read_account(text: str) -> Reading:
    """The eight digits of an account number. Fault: BANK_INVALID; zeros are null.

    Shorter ones are not filled here: whether zeros were lost is for the mapping to say (`lost_zeros`).
    """
    if _PLAIN_ACCOUNT.fullmatch(text):
        return (text, None) if text != "00000000" else NOTHING
    if says_nothing(text):
        return NOTHING
    digits = re.sub(r"[\s\-]", "", _whole(text))
    if not (digits.isascii() and digits.isdigit()) or len(digits) != 8:
        return None, "BANK_INVALID"
    return (digits, None) if digits.strip("0") else NOTHING


def read_company_number(text: str, *, lenient: bool = False) -> Reading:
    """The Companies House number in eight characters: "1234567" -> "01234567", "SC1234" -> "SC001234".

    Fault: COMPANY_NUMBER_INVALID; zeros are null.
    """
    if says_nothing(text):
        return NOTHING
    packed = compact(_whole(text))
    if packed.isdigit() and len(packed) <= 8:
        return (packed.zfill(8), None) if packed.strip("0") else NOTHING
    if found := _COMPANY_PREFIXED.fullmatch(packed):
        return found[1] + found[2].zfill(6), None
    if _COMPANY_SUFFIXED.fullmatch(packed):
        return packed, None
    return (packed, None) if lenient and not _one_digit(packed) else (None, "COMPANY_NUMBER_INVALID")


def read_charity_number(text: str, *, lenient: bool = False) -> Reading:
    """The charity number: six or seven digits, SC and six (Scotland), NIC and six (Northern Ireland).

    The number of a subsidiary ("1234567-1") is that of its charity. Fault: CHARITY_NUMBER_INVALID.
    """
    if says_nothing(text):
        return NOTHING
    packed = compact(re.sub(r"-\d{1,3}$", "", _whole(text)))
    if _CHARITY.fullmatch(packed) and packed.strip("0"):
        return packed, None
    return (packed, None) if lenient and not _one_digit(packed) else (None, "CHARITY_NUMBER_INVALID")


def _vat_holds(digits: str) -> bool:
    """Both checks of HMRC: the weighted sum with the last two digits, or the same plus 55, by 97."""
    weighted = sum(int(digit) * weight for digit, weight in zip(digits, _VAT_WEIGHTS, strict=False))
    total = weighted + int(digits[7:9])
    return total % 97 == 0 or (total + 55) % 97 == 0


def read_vat_number(text: str) -> Reading:
    """The nine digits of a UK VAT number; GB or XI in front and the branch behind go.

    Government and health numbers (GD, HA) have no nine digits and are null without a fault.
    Fault: VAT_NUMBER_INVALID.
    """
    if says_nothing(text):
        return NOTHING
    packed = compact(_whole(text))
    packed = packed.removeprefix("VAT").removeprefix("NO").removeprefix("GB").removeprefix("XI")
    if re.fullmatch(r"(?:GD|HA)\d{3}", packed):
        return NOTHING
    if re.fullmatch(r"\d{9}(?:\d{3})?", packed) and packed[:9].strip("0") and _vat_holds(packed):
        return packed[:9], None
    return None, "VAT_NUMBER_INVALID"


def nino(text: str) -> str | None:
    """The National Insurance number in `text`, or None."""
    return read_nino(text)[0]


def uprn(text: str) -> str | None:
    """The UPRN in `text`, or None."""
    return read_uprn(text)[0]


def company_number(text: str) -> str | None:
    """The company number in `text`, or None."""
    return read_company_number(text)[0]


def charity_number(text: str) -> str | None:
    """The charity number in `text`, or None."""
    return read_charity_number(text)[0]


def vat_number(text: str) -> str | None:
    """The VAT number in `text`, or None."""
    return read_vat_number(text)[0]
