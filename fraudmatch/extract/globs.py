"""Patterns with * and ? from mapping files, as expressions that take time in proportion to the text (threat T13).

`re` goes back and tries again; with a pattern such as `*a*a*a*b` that can take longer than a night. Here every
star takes the first place where what follows it fits and never comes back for another: where only stars and
question marks are wild, a later place fits nothing that the first would not.
"""

from __future__ import annotations

import re
from functools import lru_cache


@lru_cache(maxsize=256)
def glob(pattern: str) -> re.Pattern[str]:
    """A pattern with * and ? for whole texts, line breaks included, without regard to case; for `fullmatch`."""
    first, *rest = (
        "".join("." if sign == "?" else re.escape(sign) for sign in piece) for piece in pattern.split("*")
    )
    if not rest:
        return re.compile(first, re.IGNORECASE | re.DOTALL)
    *between, last = rest
    whole = first + "".join(f"(?>.*?{piece})" for piece in between if piece) + ".*" + last
    return re.compile(whole, re.IGNORECASE | re.DOTALL)
