"""Values made from values, for keys and for coarser agreement: each a function of one text.

A column expression in a model is `column` or `column:derivation`; `a+b:unordered`, `a+b:joined`
and `a+b:first_known` speak of two columns. Every derivation takes a distinct, non-null value and gives
a text or None; None never blocks and never agrees.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from fraudmatch.forenames import other_root, root
from fraudmatch.linkage.name_words import unlike_forename
from fraudmatch.linkage.rarity import rarest_word, telling_words
from fraudmatch.references import look_alike

Derivation = Callable[[str], str | None]

_SOUND_GROUPS = {
    **dict.fromkeys("BP", "B"),
    **dict.fromkeys("FVW", "V"),
    **dict.fromkeys("CGJKQXSZ", "K"),
    **dict.fromkeys("DT", "D"),
    **dict.fromkeys("MN", "N"),
    "L": "L",
    "R": "R",
}
_SOUND_REWRITES = (
    ("PH", "F"),
    ("GH", "H"),
    ("KN", "N"),
    ("WR", "R"),
    ("SCH", "S"),
    ("TH", "T"),
    ("MC", "MAC"),
)


def sound(value: str) -> str | None:
    """The consonants of a name in seven classes, after its first letter's class.

    Coarser than Soundex (Russell and Odell 1918): M with N, S with K, W with V, and vowels
    only at the front, so that typing and hearing errors stay inside one code.
    """
    text = "".join(ch for ch in value.upper() if "A" <= ch <= "Z")
    for written, heard in _SOUND_REWRITES:
        text = text.replace(written, heard)
    code = ["A" if text[:1] in set("AEIOUYH") and text else _SOUND_GROUPS.get(text[:1], "")]
    for ch in text[1:]:
        group = _SOUND_GROUPS.get(ch)
        if group and group != code[-1]:
            code.append(group)
    return "".join(code)[:6] or None


def initial(value: str) -> str | None:
    """The first character."""
    return value[0]


def first_token(value: str) -> str | None:
    """The text before the first blank."""
    return value.split(" ", 1)[0]


def last_token(value: str) -> str | None:
    """The text after the last blank."""
    return value.rsplit(" ", 1)[-1]


def before_last(value: str) -> str | None:
    """The text before the last blank; None for a single word."""
    return value.rpartition(" ")[0] or None


def first_two_tokens(value: str) -> str | None:
    """The first two words; None when there is only one of fewer than five letters."""
    words = value.split(" ")
    return " ".join(words[:2]) if len(words) > 1 or len(value) >= 5 else None


def sorted_tokens(value: str) -> str | None:
    """The words in alphabetical order, each once: word order stops mattering."""
    return " ".join(sorted(set(value.split(" "))))


def squeezed(value: str) -> str | None:
    """The text without blanks, so that SMOOTH WALL meets SMOOTHWALL; None below six characters."""
    text = value.replace(" ", "")
    return text if len(text) >= 6 else None


def first_telling_word(value: str) -> str | None:
    """The first word of an organisation's name that is no THE or AND, its plural S off."""
    return telling_words(value)[0]


def heads(value: str) -> str | None:
    """The first two letters of each telling word, which most slips leave; None for a lone word."""
    found = telling_words(value)
    return " ".join(sorted(word[:2] for word in found)) if len(found) > 1 else None


def outward(value: str) -> str | None:
    """GL50 1AA → GL50. None for a code without a blank."""
    head, blank, _ = value.partition(" ")
    return head if blank else None


def sector(value: str) -> str | None:
    """GL50 1AA → GL50 1. None for a code without a blank."""
    head, blank, tail = value.partition(" ")
    return f"{head} {tail[:1]}" if blank and tail else None


def look_alikes(value: str) -> str | None:
    """A cleaned invoice number with the letters that look like digits as digits (O, I, S)."""
    return look_alike(value)


_SHARED_MAILBOXES = frozenset(
    [
        "ACCOUNTS",
        "ADMIN",
        "BOOKINGS",
        "CONTACT",
        "CUSTOMERSERVICE",
        "ENQUIRIES",
        "ENQUIRY",
        "FINANCE",
        "HELLO",
        "HELP",
        "INFO",
        "INVOICES",
        "MAIL",
        "NOREPLY",
        "OFFICE",
        "PAYROLL",
        "POST",
        "PURCHASE",
        "RECEPTION",
        "SALES",
        "SCHOOL",
        "SECRETARY",
        "SERVICE",
        "SUPPORT",
        "TEAM",
        "WEBMASTER",
    ]
)


def mailbox(value: str) -> str | None:
    """An e-mail address, or None for a box many people read (info@, office@ …)."""
    name = re.sub(r"[^A-Z]", "", value.partition("@")[0].upper())
    return None if name in _SHARED_MAILBOXES else value


def presence(value: str) -> str | None:
    """ "has" for any value; the encoder fills "-" for null, so that absence compares."""
    return "has"


#: Derivations by the name a model uses.
DERIVATIONS: Mapping[str, Derivation] = {
    "sound": sound,
    "root": root,
    "other_root": other_root,
    "initial": initial,
    "first_token": first_token,
    "last_token": last_token,
    "before_last": before_last,
    "first_two_tokens": first_two_tokens,
    "sorted_tokens": sorted_tokens,
    "squeezed": squeezed,
    "rarest_word": rarest_word,
    "first_telling_word": first_telling_word,
    "heads": heads,
    "outward": outward,
    "sector": sector,
    "look_alikes": look_alikes,
    "presence": presence,
    "unlike_forename": unlike_forename,
    "mailbox": mailbox,
    "year": lambda value: value[:4],
}

#: Combinations of two columns by the name a model uses.
COMBINATIONS = ("unordered", "joined", "first_known")
