"""Names that others chose, fit to be printed: no control sign, no turned writing direction, one line."""

from __future__ import annotations

import unicodedata

#: Control, format (writing direction), surrogate, private, unassigned; line and paragraph separators.
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def printable(name: str, longest: int = 255) -> str:
    r"""The name with every sign that prints otherwise than it reads written as \xNN or \uNNNN.

    Args:
        longest: what is longer is cut, with an ellipsis; file systems end at 255.
    """
    shown = "".join(_shown(sign) for sign in name)
    return shown if len(shown) <= longest else shown[: longest - 1] + "…"


def _shown(sign: str) -> str:
    if unicodedata.category(sign) not in _HIDDEN:
        return sign
    # A surrogate stands for a byte of a name that is no text; it cannot be written as it is.
    number = ord(sign)
    return (
        f"\\x{number:02x}" if number < 256 else f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"
    )
