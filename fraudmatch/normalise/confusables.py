"""Letters of other scripts that look like Latin ones, for words that mix scripts.

A table of our own: capitals and small letters of Greek and Cyrillic whose printed shape is a Latin
letter's. A word in one script alone is left to be transliterated; only a word with Latin letters
and lookalikes is read by shape, for nobody's name is spelt in two alphabets.
"""

from __future__ import annotations

import re

_CYRILLIC = dict(zip("АВЕЅІЈКМНОРСТХУԚԜаеѕіјорсхуԛԝһԁ", "ABESIJKMHOPCTXYQWaesijopcxyqwhd", strict=True))
_GREEK = dict(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧονικρ", "ABEZHIKMNOPTYXovikp", strict=True))
_AS_LATIN = str.maketrans(_CYRILLIC | _GREEK)
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f]")
_OTHER = re.compile(r"[\u0370-\u03ff\u0400-\u052f]")
_WORD = re.compile(r"[^\W\d_]+")


def _is_mixed(word: str) -> bool:
    return _LATIN.search(word) is not None and _OTHER.search(word) is not None


def mixes_scripts(text: str) -> bool:
    """Whether a word of `text` has Latin letters and Greek or Cyrillic ones."""
    return _OTHER.search(text) is not None and any(map(_is_mixed, _WORD.findall(text)))


def by_shape(text: str) -> str:
    """`text` with the lookalikes in words of mixed scripts as the Latin letters they look like."""
    if _OTHER.search(text) is None:
        return text

    def read(found: re.Match[str]) -> str:
        return found[0].translate(_AS_LATIN) if _is_mixed(found[0]) else found[0]

    return _WORD.sub(read, text)
