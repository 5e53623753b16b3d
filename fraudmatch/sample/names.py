"""What people are called: forenames by sex, tradition and year of birth; surnames by frequency.

British forenames follow their frequency in the person's birth cohort and surnames their share
of the population (`lists/forenames.csv`, `lists/surnames.csv`); names of other traditions are
drawn from short lists, the first of them more often, as real frequencies fall off with rank.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from fraudmatch.sample.streams import Array, Streams, chance, day, draw
from fraudmatch.sample.word_lists import rows, words_of
from fraudmatch.sample.words import Words

TRADITIONS = (
    "british", "welsh", "muslim", "hindu", "sikh", "polish", "yoruba", "igbo", "akan", "chinese",
)  # fmt: skip
#: Shares of households by naming tradition; smaller traditions are larger than in the real
#: district so that their difficulties are met in a small site (design choice, stated in the key).
TRADITION_SHARES = (0.865, 0.03, 0.025, 0.015, 0.01, 0.025, 0.006, 0.005, 0.004, 0.015)
#: Traditions in which forms are filled in with family name first more often than by others.
SWAPPING = (2, 3, 4, 9)

MALE, FEMALE = 0, 1
_BANDS = (1930, 1945, 1958, 1967, 1979, 1990, 2000, 2012)


@dataclass(frozen=True)
class NameTables:
    """Words and weights names are drawn from.

    Attributes:
        forenames: (tradition, sex) -> codes; weights: the same keys -> one row of weights per
            birth band (a single row where the list does not know bands).
        surnames / surname_weights: tradition -> codes and weights.
    """

    forenames: dict[tuple[int, int], Array]
    weights: dict[tuple[int, int], Array]
    surnames: dict[int, Array]
    surname_weights: dict[int, Array]


def name_tables(words: Words) -> NameTables:
    """Read the lists and give every name its code in `words`."""
    forenames, weights = _british_forenames(words)
    listed = rows("surnames.csv")
    surnames = {0: words.codes(row["name"] for row in listed)}
    surname_weights = {0: np.asarray([float(row["weight"]) for row in listed])}
    for number, tradition in enumerate(TRADITIONS[1:], start=1):
        for sex, kind in enumerate("MF"):
            forenames[number, sex], weight = _ranked(words, tradition, kind)
            weights[number, sex] = weight[None, :]
        surnames[number], surname_weights[number] = _ranked(words, tradition, "S")
    return NameTables(forenames, weights, surnames, surname_weights)


def _british_forenames(words: Words) -> tuple[dict[tuple[int, int], Array], dict[tuple[int, int], Array]]:
    forenames, weights = {}, {}
    for sex, letter in enumerate("MF"):
        listed = [row for row in rows("forenames.csv") if row["sex"] == letter]
        forenames[0, sex] = words.codes(row["name"] for row in listed)
        weights[0, sex] = np.asarray([[float(row[str(band)] or 0) for row in listed] for band in _BANDS])
    return forenames, weights


def _ranked(words: Words, tradition: str, kind: str) -> tuple[Array, Array]:
    """Names of a short list, weighted 1 / (rank + 4)."""
    codes = words.codes(words_of("cultures.csv", tradition=tradition, kind=kind))
    return codes, 1.0 / (np.arange(len(codes)) + 4.0)


def draw_forenames(
    rng: np.random.Generator, tables: NameTables, sex: Array, tradition: Array, born: Array
) -> Array:
    """A forename for each person, by tradition, sex and birth band."""
    named = np.full(len(sex), -1, dtype=np.int64)
    edges = [day((a + b) // 2, 1, 1) for a, b in pairwise(_BANDS)]
    band = np.searchsorted(edges, born)
    for key, codes in tables.forenames.items():
        kind = (tradition == key[0]) & (sex == key[1])
        for row, weight in enumerate(tables.weights[key]):
            who = np.flatnonzero(kind & (band == row) if len(tables.weights[key]) > 1 else kind)
            named[who] = codes[draw(rng, weight, len(who))]
    return named


def draw_surnames(rng: np.random.Generator, tables: NameTables, tradition: Array) -> Array:
    """A family name for each person, by tradition."""
    named = np.full(len(tradition), -1, dtype=np.int64)
    for key, codes in tables.surnames.items():
        who = np.flatnonzero(tradition == key)
        named[who] = codes[draw(rng, tables.surname_weights[key], len(who))]
    return named


def gendered(words: Words, surnames: Array, tradition: Array, sex: Array) -> Array:
    """Family names as borne by women where the form differs: Polish -ski becomes -ska."""
    women = np.flatnonzero((tradition == TRADITIONS.index("polish")) & (sex == FEMALE))
    changed = surnames.copy()
    changed[women] = words.change(
        surnames[women], lambda name: name[:-1] + "a" if name.endswith(("ski", "cki")) else name
    )
    return changed


def double_barrelled(words: Words, left: Array, right: Array) -> Array:
    """Two family names joined by a hyphen, once per distinct pair."""
    return words.pair(left, right, lambda a, b: a if a == b or "-" in a + b else f"{a}-{b}")


def middle_names(
    streams: Streams, tables: NameTables, words: Words, sex: Array, tradition: Array, born: Array
) -> Array:
    """Middle names, -1 for none: 74 % of people have one; Sikh names carry Singh or Kaur."""
    rng = streams("middle names")
    middle = draw_forenames(rng, tables, sex, tradition, born - 25 * 365)
    west_african = np.flatnonzero((tradition >= 6) & (tradition <= 8))
    middle[west_african] = draw_forenames(
        rng, tables, sex[west_african], tradition[west_african], born[west_african]
    )
    sikh = tradition == TRADITIONS.index("sikh")
    middle[~chance(rng, 0.74, len(sex))] = -1
    middle[sikh] = np.where(sex[sikh] == MALE, words.code("Singh"), words.code("Kaur"))
    middle[tradition == TRADITIONS.index("chinese")] = -1
    return middle
