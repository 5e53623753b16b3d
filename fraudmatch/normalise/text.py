"""Folding text for comparison. What comes out is never shown to people.

One convention in the whole stage: text or None in, text or None out; blank becomes None;
nothing raises on dirty text; doing it twice changes nothing more. `fold` works in this order:

1. text that is not ASCII: in words of mixed scripts lookalikes become Latin; control signs become
   blanks, invisible signs go, signs and emoji become blanks, the rest is transliterated by anyascii (Ł -> L, ß -> ss, ＳＭＩＴＨ -> SMITH);
2. apostrophes go (O'BRIEN -> OBRIEN);
3. upper case;
4. every sign but letters, digits and those the caller keeps becomes a blank;
5. runs of blanks become one, outer blanks go.
"""

from __future__ import annotations

import re
import string
import unicodedata
from functools import cache, lru_cache

#: A value and the code of the fault found in it; either may be None. See `reasons.REASONS`.
Reading = tuple[str | None, str | None]

NOTHING: Reading = (None, None)

_APOSTROPHES = "'`´‘’ʼʹ′＇‛"  # typed for one another in names such as O'Brien


@cache
def _table(kept: str) -> dict[int, str | None]:
    """Translation of the ASCII signs: upper case, blanks, and the signs in `kept`."""
    table: dict[int, str | None] = {}
    for code in range(128):
        sign = chr(code)
        if sign in string.ascii_letters or sign in string.digits:
            table[code] = sign.upper()
        else:
            table[code] = sign if sign in kept else " "
    table[ord("'")] = table[ord("`")] = None
    return table


#: UTF-8 of two bytes that was read as Windows-1252: Ã or Â, and a sign for a byte from 80 to BF.
_TWICE = re.compile("[ÃÂ][\u00a0-\u00bf€‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ\u0081]")


def decoded_once(text: str) -> str:
    """Text with letters that were decoded twice put right (RenÃ© -> René); anything else as it is."""
    return _TWICE.sub(_once, text) if "Ã" in text or "Â" in text else text


def _once(found: re.Match[str]) -> str:
    both = bytes(_byte_of(sign) for sign in found[0])
    return both.decode("utf-8", "replace")


def _byte_of(sign: str) -> int:
    """The byte a sign was read from: by Windows-1252, or by its number where that has no sign."""
    return ord(sign) if ord(sign) < 256 else sign.encode("cp1252")[0]


def ascii_of(text: str) -> str:
    """`text` in ASCII letters; see steps 1 and 2 of the module."""
    if text.isascii():
        return text
    from anyascii import anyascii

    from fraudmatch.normalise.confusables import by_shape

    out = []
    for sign in unicodedata.normalize("NFKC", by_shape(decoded_once(text))):
        kind = unicodedata.category(sign)
        if sign in _APOSTROPHES or kind == "Cf":
            continue
        if kind in ("Cc", "So", "Sk", "Cs", "Co", "Cn"):
            out.append(" ")
        else:
            out.append(anyascii(sign))
    return "".join(out)


@lru_cache(maxsize=8192)  # several readers fold the same text one after another
def fold(text: str, kept: str = "") -> str:
    """`text` in upper-case ASCII words with single blanks; may be empty.

    Args:
        text: anything.
        kept: punctuation that stays, for example "&,".
    """
    return " ".join(ascii_of(text).translate(_table(kept)).split())


def compact(text: str) -> str:
    """The letters and digits of `text`, upper-case ASCII, nothing between them."""
    return "".join(ascii_of(text).translate(_table("")).split())


def one_blank(text: str) -> str:
    """`text` as written, runs of white space as one blank."""
    return " ".join(text.split())


def says_nothing(text: str) -> bool:
    """Whether an identifier or contact field holds a word for "not known", or no sign at all."""
    from fraudmatch.normalise.wordlists import words

    folded = fold(text)
    return not folded or folded in words("placeholders", "blanks")
