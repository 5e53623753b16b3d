"""Telephone numbers and e-mail addresses. They match people and are never shown."""

from __future__ import annotations

import re

from fraudmatch.normalise.text import NOTHING, Reading, ascii_of, says_nothing
from fraudmatch.normalise.wordlists import words

_EMAIL = re.compile(
    r"[a-z0-9!#$%&'*+/=?^_`{|}~.-]+@(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]"
)
_PLAIN = re.compile(r"0[0-9]{9,10}")
_EXTENSION = re.compile(r"(?:\bext?n?\.?|\bx)\s*\d+\s*$", re.IGNORECASE)
_BETWEEN_NUMBERS = re.compile(r"[/;,]|\bor\b|\band\b", re.IGNORECASE)
_TRUNK_IN_BRACKETS = re.compile(r"\(0\)")


def _national(digits: str) -> str:
    """UK digits with 0 for the country code; a lost leading zero is put back on ten digits."""
    for country in ("0044", "44"):
        rest = digits.removeprefix(country).lstrip("0")
        if digits.startswith(country) and len(rest) in (9, 10):
            return f"0{rest}"
    return f"0{digits}" if len(digits) == 10 and digits[0] != "0" else digits


def _digits(text: str) -> str:
    return "".join(sign for sign in text if sign in "0123456789")


def _filler(digits: str) -> bool:
    """Whether a number is typed to fill the field: 00000000000, 07000000000, 11111111."""
    return not digits.strip("0") or len(set(digits[2:])) <= 1


def read_phone(text: str, *, lenient: bool = False) -> Reading:
    """The telephone number in `text` as digits, 0 for +44; the first one where several are given.

    Returns PHONE_INVALID for what has not 10 or 11 digits starting with 0 (`lenient`: 7 to 15
    digits of any country), and VALUE_OVERUSED for numbers made to fill the field.
    """
    if _PLAIN.fullmatch(text) and not _filler(text):
        return text, None
    if says_nothing(text):
        return NOTHING
    plain = _TRUNK_IN_BRACKETS.sub("", ascii_of(text))
    made_up = False
    for part in [plain, *_BETWEEN_NUMBERS.split(plain)]:
        digits = _digits(_EXTENSION.sub("", part))
        number = _national(digits)
        if 10 <= len(number) <= 11 and number[0] == "0":
            if not _filler(number):
                return number, None
            made_up = True
        if lenient and 7 <= len(digits) <= 15 and not _filler(digits):
            return digits, None
    return None, "VALUE_OVERUSED" if made_up else "PHONE_INVALID"


def phone(text: str) -> str | None:
    """The UK telephone number in `text`, or None."""
    return read_phone(text)[0]


def read_email(text: str) -> Reading:
    """The e-mail address in `text`, lower case.

    Returns EMAIL_INVALID for another shape and VALUE_OVERUSED for mailboxes nobody reads (noreply@…):
    many people share those, so they say nothing about who is who.
    """
    if "@" not in text and says_nothing(text):
        return NOTHING
    address = ascii_of(text).strip().strip("<>;,.").lower().removeprefix("mailto:").strip()
    if not _EMAIL.fullmatch(address) or ".." in address:
        return None, "EMAIL_INVALID"
    mailbox, _, domain = address.partition("@")
    if mailbox in words("placeholders", "mailboxes") or domain in words("placeholders", "mail_domains"):
        return None, "VALUE_OVERUSED"
    return address, None


def email(text: str) -> str | None:
    """The e-mail address in `text`, or None."""
    return read_email(text)[0]
