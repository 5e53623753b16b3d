"""How telling the words of an organisation's name are, in bits.

A word that one firm in 2^k bears is worth k bits: two firms that share TINCKNELL are likely one,
two that share CARE and SERVICES are not. This is the inverse document frequency of Spärck Jones
(1972) with a frozen table, so that adding unrelated records to a night changes no weight.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib import resources

#: Bits of a word the table does not list: it was met in fewer than five of 31,377 names.
UNLISTED = 14.0

#: The most a surname, three letters or a number can be worth: too many firms could bear them.
SHARED = 12.0

#: Words that tell no firm from another; a name of nothing else keeps them.
_IDLE = frozenset(
    [
        *("AND", "OF", "THE", "FOR", "IN", "AT", "ON", "TO", "AN", "WITH", "BY", "CO", "UK", "GB"),
        *("LTD", "PLC", "LLP", "CIC", "CIO", "INC", "LLC"),
    ]
)


@cache
def _table(name: str) -> Mapping[str, float]:
    """Value -> bits of a shipped table of frequencies."""
    path = resources.files("fraudmatch.linkage") / "models" / "frequencies" / f"{name}.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    rows = csv.DictReader(line for line in lines if not line.startswith("#"))
    return {row["value"]: -math.log2(int(row["per_million"]) / 1_000_000) for row in rows}


@lru_cache(maxsize=200_000)
def bits(word: str) -> float:
    """What sharing this word (from `telling_words`) is worth: -log2 of the share of names that hold it."""
    listed = _table("organisation_words").get(word, UNLISTED)
    common = len(word) <= 3 or word.isdigit() or word in _table("surnames")
    return min(listed, SHARED) if common else listed


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("S") and not word.endswith("SS") else word


@lru_cache(maxsize=200_000)
def telling_words(name: str) -> tuple[str, ...]:
    """The words of a name, each once and in order: singular, without AND, OF, LTD and the like.

    A name that consists of such words alone keeps them all.
    """
    words = name.split()
    kept = [_singular(word) for word in words if word not in _IDLE] or words
    return tuple(dict.fromkeys(kept))


@lru_cache(maxsize=200_000)
def rarest_word(name: str) -> str:
    """The word worth most; of several the first in the alphabet, so that word order does not matter."""
    return min(telling_words(name), key=lambda word: (-bits(word), word))


def _contradicting(own: list[str], others: list[str]) -> float:
    """Bits of the words that do not open a word of the other side, nor are opened by one: J and JOHN,
    SPORT and SPORTING, or a last word cut at the width of a field contradict nobody."""
    return math.fsum(
        bits(word)
        for word in own
        if not any(other.startswith(word) or word.startswith(other) for other in others)
    )


def words_in_common(one: str, two: str) -> float:
    """What two names have in common, in bits; large where they are surely one firm's.

    The bits of the shared words, the rarest of them 2.25 times and all but the two rarest half: a
    firm is known by one telling word and described by the rest, which often come together
    (UNIVERSITY HOSPITAL NHS TRUST). Off that, twice, the bits of the words the side with fewer bits
    has alone: where both sides have words of their own they contradict each other (LARKFIELD
    SCHOOL, LARKFIELD COUNCIL). Off that a fifth of the other side's: a name may be written longer
    or shorter. The factors were chosen on the labelled supplier names that benchmarks/README.md
    describes; results change little around them. -inf without a shared word.
    """
    a, b = telling_words(one), telling_words(two)
    shared = sorted((bits(word) for word in a if word in b), reverse=True)
    if not shared:
        return -math.inf
    own, others = [w for w in a if w not in b], [w for w in b if w not in a]
    fewer, more = sorted((_contradicting(own, others), _contradicting(others, own)))
    common = 2.25 * shared[0] + math.fsum(shared[1:2]) + 0.5 * math.fsum(shared[2:])
    return common - 2.0 * fewer - 0.2 * more
