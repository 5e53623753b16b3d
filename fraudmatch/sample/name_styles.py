"""How a register writes a name: what is left out, shortened, swapped, folded or mistyped."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch.sample import misspell
from fraudmatch.sample.formats import joined
from fraudmatch.sample.names import SWAPPING
from fraudmatch.sample.registers import World
from fraudmatch.sample.streams import Array, chance, draw
from fraudmatch.sample.word_lists import rows as list_rows

#: Shares of rows, of those to whom it can apply.
BIRTH_NAME = 0.02
PET_FORM = 0.04
INITIAL_ONLY = 0.03
SWAPPED = 0.03
FOLDED = 0.5
JOINING_VARIANT = 0.25
MIDDLE_FULL, MIDDLE_INITIAL, MIDDLE_ABSENT = 0.38, 0.3, 0.32

#: Letters that Unicode does not decompose.
_UNDECOMPOSED = str.maketrans({"ł": "l", "Ł": "L", "ø": "o", "đ": "d"})


@dataclass
class Name:
    """The parts of names as written, as arrays of text; null = not written."""

    title: pa.Array
    forename: pa.Array
    middle: pa.Array
    surname: pa.Array


def fold(word: str) -> str:
    """A word without its accents."""
    plain = unicodedata.normalize("NFD", word.translate(_UNDECOMPOSED))
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


@cache
def _pet_forms() -> dict[str, list[str]]:
    forms: dict[str, list[str]] = {}
    for row in list_rows("diminutives.csv"):
        forms.setdefault(row["name"], []).append(row["form"])
    return forms


def write_names(
    world: World, rng: np.random.Generator, who: Array, *, style: dict[str, str], encoding: str, form: Array,
    initials: float = INITIAL_ONLY,
) -> Name:  # fmt: skip
    """The names of people as one register writes them.

    Args:
        who: people, -1 for nobody.
        form: 1 writes the birth name whatever chance says; 2 writes names in full and without a slip.
        initials: the share of rows with an initial for the forename.
    """
    people, words = world.people, world.words
    some = who >= 0
    at = np.maximum(who, 0)

    def of(column: Array) -> Array:
        return np.where(some, column[at], -1)

    surname = _surnames(world, rng, at, of(people.surname), form)
    forename = _forenames(world, rng, of(people.forename), initials)
    middle = _middles(world, rng, of(people.middle))
    swap = np.isin(people.tradition[at], SWAPPING) & some & chance(rng, SWAPPED, len(who)) & (form != 2)
    forename, surname = np.where(swap, surname, forename), np.where(swap, forename, surname)
    flat = chance(rng, FOLDED, len(who))
    written = []
    whole = (of(people.forename), of(people.middle), of(people.surname))
    for codes, full in zip((forename, middle, surname), whole, strict=True):
        codes = np.where(flat, words.change(codes, fold), codes)
        codes = misspell.misread(words, misspell.mistype(words, codes, rng), rng)
        codes = np.where(form == 2, full, codes)
        written.append(
            world.words.text(words.change(codes, lambda word: _fit(word, style["case"], encoding)))
        )
    return Name(_titles(world, rng, at, some, style["case"]), *written)


def _fit(word: str, case: str, encoding: str) -> str:
    """A word in the partner's case, without letters its encoding does not have."""
    try:
        word.encode(encoding)
    except UnicodeEncodeError:
        word = fold(word)
    return word.upper() if case == "upper" else word


def _surnames(world: World, rng: np.random.Generator, who: Array, surname: Array, form: Array) -> Array:
    people = world.people
    former = (people.birth_surname[who] != people.surname[who]) & chance(rng, BIRTH_NAME, len(who))
    surname = np.where((former | (form == 1)) & (surname >= 0), people.birth_surname[who], surname)
    loose = chance(rng, JOINING_VARIANT, len(who))
    tight = chance(rng, 0.5, len(who))
    spaced = world.words.change(surname, lambda name: _respell(name, " "))
    closed = world.words.change(surname, lambda name: _respell(name, ""))
    return np.where(loose, np.where(tight, closed, spaced), surname)


def _respell(name: str, gap: str) -> str:
    """O'Neill as O Neill or ONeill, Smith-Jones as Smith Jones, McLean as Mc Lean."""
    if "-" in name or "'" in name:
        return name.replace("-", " ").replace("'", gap)
    if gap and name.startswith("Mc") and len(name) > 4:
        return f"Mc {name[2:]}"
    return name


def _forenames(world: World, rng: np.random.Generator, forename: Array, initials: float) -> Array:
    words, forms = world.words, _pet_forms()
    which = rng.random(len(forename))
    first = words.change(forename, lambda name: forms.get(name, [name])[0])
    last = words.change(forename, lambda name: forms.get(name, [name])[-1])
    pet = chance(rng, PET_FORM, len(forename))
    forename = np.where(pet, np.where(which < 0.6, first, last), forename)
    short = chance(rng, initials, len(forename))
    return np.where(short, words.change(forename, lambda name: name[:1]), forename)


def _middles(world: World, rng: np.random.Generator, middle: Array) -> Array:
    kind = draw(rng, (MIDDLE_FULL, MIDDLE_INITIAL, MIDDLE_ABSENT), len(middle))
    initial = world.words.change(middle, lambda name: name[:1])
    return np.select([kind == 0, kind == 1], [middle, initial], -1)


def _titles(world: World, rng: np.random.Generator, who: Array, some: Array, case: str) -> pa.Array:
    """Mr, Mrs, Miss, Ms and a few Drs; one in twelve left out."""
    people, words = world.people, world.words
    mr, mrs, miss, ms, dr = (
        words.code(t.upper() if case == "upper" else t) for t in ("Mr", "Mrs", "Miss", "Ms", "Dr")
    )
    woman = people.sex[who] == 1
    title = np.where(woman, np.where(people.married[who], mrs, miss), mr)
    title = np.where(woman & chance(rng, 0.2, len(who)), ms, title)
    title = np.where(who * 7919 % 1000 < 13, dr, title)
    return words.text(np.where(some & chance(rng, 0.92, len(who)), title, -1))


def whole_names(name: Name, order: str) -> pa.Array:
    """Names in one field: "MR JOHN P SMITH", or with the surname first "SMITH, JOHN P"."""
    if order == "surname_first":
        given = joined(name.forename, name.middle)
        return joined(name.surname, given, by=", ")
    return joined(name.title, name.forename, name.middle, name.surname)


def joint_names(name: Name, other: Name) -> pa.Array:
    """Two people in one field: "MR J & MRS A SMITH", or with both surnames when they differ."""
    alone = whole_names(name, "given_first")
    both = pc.and_(other.surname.is_valid(), name.surname.is_valid())
    left, right = joined(name.title, name.forename), joined(other.title, other.forename, other.surname)
    same = pc.fill_null(pc.equal(name.surname, other.surname), False)
    shared = joined(left, right, by=" & ")
    apart = joined(joined(left, name.surname), right, by=" & ")
    return pc.if_else(both, pc.if_else(same, shared, apart), alone)


def firm_names(
    world: World, rng: np.random.Generator, codes: Array, style: dict[str, str], encoding: str
) -> pa.Array:
    """Organisations as typed: legal form in full or short, & or "and", now and then a slip."""
    words = world.words
    other = words.change(codes, _other_form)
    codes = np.where(chance(rng, 0.3, len(codes)), other, codes)
    codes = misspell.mistype(words, codes, rng, 0.008)
    return words.text(words.change(codes, lambda word: _fit(word, style["case"], encoding)))


def _other_form(name: str) -> str:
    for short, long in (("Ltd", "Limited"), ("PLC", "Public Limited Company")):
        if name.endswith(f" {long}"):
            return name.removesuffix(long) + short
        if name.endswith(f" {short}"):
            return name.removesuffix(short) + long
    return name
