"""The commonest sound writing of contacts and identifiers, told by one search over a whole column.

Nearly every telephone number, e-mail address and identifier of a file is different, so that reading distinct values
one by one saves nothing. Most are written plainly, though: what a form here fits needs no reading function,
for it would say the same (the tests hold every form to its function). Everything else goes there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch.normalise.wordlists import words


@dataclass(frozen=True)
class Plain:
    """One plain form.

    Attributes:
        form: what the whole text looks like (RE2).
        but: texts of that form that mean something else and are read one by one (RE2, anywhere in the
            text); null = none does.
        without: a sign that is left out of the value.
        signs: how many signs from the front are the value then; null = all of them.
    """

    form: str
    but: str | None = None
    without: str = ""
    signs: int | None = None

    def fits(self, texts: pa.Array) -> pa.BooleanArray:
        """Which texts have the form; null where the text is."""
        found = pc.match_substring_regex(texts, f"^(?:{self.form})$")
        if self.but is None:
            return found
        return pc.and_not(found, pc.match_substring_regex(texts, self.but))

    def value(self, texts: pa.Array) -> pa.Array:
        """What is compared of texts that have the form."""
        packed = pc.replace_substring(texts, self.without, "") if self.without else texts
        return packed if self.signs is None else pc.utf8_slice_codeunits(packed, 0, self.signs)


_SAME_DIGIT = "|".join(f"[{digit} ]+" for digit in "0123456789")
_THREE_ALIKE = "|".join(f"{digit}{digit} ?{digit}" for digit in "0123456789")

UPRN = Plain("[1-9][0-9]{0,11}")
ACCOUNT = Plain("[0-9]{8}", but="^0+$")
SORT_CODE = Plain("[0-9]{2}-?[0-9]{2}-?[0-9]{2}", but="^[0-]+$", without="-")
#: A second digit and nothing but one digit behind it is typed to fill the field.
PHONE = Plain(
    "0(?:[0-9]{9,10}|[0-9]{4} [0-9]{5,6}|[0-9]{2} [0-9]{4} [0-9]{4}|[0-9]{3} [0-9]{3} [0-9]{4}"
    "|[0-9]{4} [0-9]{3} [0-9]{3})",
    but=f"^0[0-9](?:{_SAME_DIGIT})$",
    without=" ",
)
#: Prefixes that are not given out or stand for no number, and figures that forms and fingers begin with.
NINO = Plain(
    "[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z](?:[0-9]{6}[A-D]?| [0-9]{2} [0-9]{2} [0-9]{2}(?: [A-D])?)",
    but=f"^(?:BG|GB|KN|NK|NT|TN|ZZ|CR|MW|PY|PZ|FY|NC|OO|.. ?(?:12 ?3|{_THREE_ALIKE}))",
    without=" ",
    signs=8,
)


@cache
def email() -> Plain:
    """An address in lower case that begins with a letter or digit; not those of mailboxes nobody reads."""
    boxes, domains = (
        "|".join(re.escape(word) for word in sorted(words("placeholders", key)))
        for key in ("mailboxes", "mail_domains")
    )
    return Plain(
        r"[a-z0-9][a-z0-9!#$%&'*+/=?^_`{|}~.-]*@(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]",
        but=rf"\.\.|^(?:{boxes})@|@(?:{domains})$",
    )
