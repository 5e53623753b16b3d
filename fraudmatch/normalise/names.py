"""Names of persons: titles and suffixes off, forenames and surname apart, one spelling of signs.

Everything comes out in upper-case ASCII: apostrophes dropped (O'BRIEN -> OBRIEN), hyphens as
blanks, Mc and Mac and a lone O joined to what follows, a scanned digit inside a word read as the
letter it looks like, other digits and signs left out.
Forename and surname written the wrong way round cannot be known from one record; they stay as
written and the linkage core compares them crosswise.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import NamedTuple

from fraudmatch.forenames import known_forenames
from fraudmatch.normalise.lost_letters import initials_left, of_what_is_left, with_stand_ins
from fraudmatch.normalise.peerages import without_ordinals, without_peerage
from fraudmatch.normalise.text import fold, says_nothing
from fraudmatch.normalise.wordlists import phrases, table, words

_IN_BRACKETS = re.compile(r"\([^)]*\)?|\[[^\]]*\]?")
_DOUBLE_BARREL = re.compile(r"[A-Za-z']+(?:-[A-Za-z']+)+")
_EVERYDAY_TITLES = frozenset({"MR", "MRS", "MISS", "MS", "MX"})
_TRAILING_TITLES = _EVERYDAY_TITLES | {"DR", "REV"}
_PLAIN = re.compile(r"[A-Za-z' .-]+")
_NOT_LETTERS = re.compile(r"[^A-Z ]+")
# A digit between letters, or after three, is a letter badly scanned: PHI1IP, WIL5ON, THORNT0N.
_SCANNED = re.compile(r"(?<=[A-Z])[013568](?=[A-Z])|(?<=[A-Z]{3})[013568](?![0-9])")
_READ_AS = str.maketrans("013568", "OIESGB")


class PersonName(NamedTuple):
    """One person's name in parts; null where the text does not say."""

    title: str | None = None
    forename: str | None = None
    middle_names: str | None = None
    surname: str | None = None
    name_suffix: str | None = None

    @property
    def usable(self) -> bool:
        """Whether it names somebody."""
        return self.forename is not None or self.surname is not None


@lru_cache(maxsize=200_000)
def letters(text: str) -> str:
    """Folded words of a name, letters only, remarks in brackets and DEC'D left out; may be empty."""
    folded = fold(without_ordinals(_IN_BRACKETS.sub(" ", text) if "(" in text or "[" in text else text))
    if not folded.replace(" ", "").isalpha():
        folded = _SCANNED.sub(lambda found: found[0].translate(_READ_AS), folded)
        folded = " ".join(_NOT_LETTERS.sub(" ", folded).split())
    plain = folded
    return " ".join(word for word in plain.split() if word != "DECD") if "DECD" in plain else plain


@cache
def _by_first_word(wanted: tuple[tuple[str, ...], ...]) -> dict[str, tuple[tuple[str, ...], ...]]:
    """Phrases by their first word, the longest first."""
    found: dict[str, list[tuple[str, ...]]] = {}
    for phrase in wanted:
        found.setdefault(phrase[0], []).append(phrase)
    return {word: tuple(several) for word, several in found.items()}


def starts_with(tokens: list[str], name: str, key: str, at: int = 0) -> int:
    """How many words the longest phrase of a list takes at position `at` of `tokens`; 0 for none."""
    if at >= len(tokens):
        return 0
    several = _by_first_word(phrases(name, key)).get(tokens[at], ())
    return next((len(p) for p in several if tuple(tokens[at : at + len(p)]) == p), 0)


def is_placeholder(text: str) -> bool:
    """Whether a name field holds words for "not known" or "whoever lives there".

    "Null", "Na", "None" and "Nan" are surnames that people bear and are not placeholders; "N/A" is.
    """
    folded = fold(text)
    if folded in words("names", "placeholders"):
        return True
    return bool(starts_with(folded.split(), "names", "placeholder_starts"))


def without_prefix(text: str) -> str:
    """A folded name without "EXECUTORS OF THE LATE", "C/O" and the like in front."""
    tokens = text.split()
    while taken := starts_with(tokens, "names", "prefixes"):
        if taken == len(tokens):
            break
        tokens = tokens[taken:]
    return " ".join(tokens)


def _without_remarks(tokens: list[str]) -> list[str]:
    """Words before NEE, AKA, S/O and the like; all of them when nothing stands before."""
    for at in range(1, len(tokens)):
        if starts_with(tokens, "names", "remarks", at) and at + 1 < len(tokens):
            return tokens[:at]
    return tokens


def _titles_off(tokens: list[str], *, whole: bool) -> tuple[str | None, list[str]]:
    """Titles at the front and the words after them; at least one word is left.

    Args:
        whole: the words are a whole name, so that LORD and MAJOR may be titles; not after MR or MRS,
            where they are forenames.
    """
    titles, either = table("names", "titles"), table("names", "titles_or_names")
    found: list[str] = []
    while len(tokens) > 1:
        word = tokens[0]
        if word in titles and len(word) > 1:
            found.append(titles[word])
        elif whole and word in either and len(tokens) > 2 and not _EVERYDAY_TITLES.intersection(found):
            found.append(either[word])
        else:
            break
        tokens = tokens[1:]
    return (found[-1] if found else None), tokens


def _suffixes_off(tokens: list[str]) -> tuple[str | None, list[str]]:
    """JR, II … kept and OBE, DECEASED … dropped at the end; at least one word is left."""
    kept: str | None = None
    while len(tokens) > 1:
        word = tokens[-1]
        if word in table("names", "suffixes"):
            kept = table("names", "suffixes")[word]
        elif word not in words("names", "dropped_suffixes"):
            break
        tokens = tokens[:-1]
    return kept, tokens


def _joined(tokens: list[str]) -> list[str]:
    """MC DONALD -> MCDONALD, MAC DONALD -> MACDONALD, O BRIEN -> OBRIEN."""
    out: list[str] = []
    for word in tokens:
        before = out[-1] if out else ""
        joins = (
            len(word) > 2 if before in ("MC", "MAC") else before == "O" and word in words("names", "after_o")
        )
        if joins:
            out[-1] = before + word
        else:
            out.append(word)
    return out


def _text(tokens: list[str]) -> str | None:
    return " ".join(tokens) or None


def title(text: str) -> str | None:
    """A title column in one spelling (REVD -> REV); unknown titles stay as folded."""
    tokens = letters(text).split()
    if not tokens or says_nothing(text):
        return None
    known = {**table("names", "titles_or_names"), **table("names", "titles")}
    return " ".join(dict.fromkeys(known.get(word, word) for word in tokens))


def sex(text: str) -> str | None:
    """M or F from M, F, MALE, FEMALE; None for anything else."""
    return table("names", "sex").get(fold(text))


def sex_of_title(text: str) -> str | None:
    """M or F from a title that tells, else None."""
    return table("names", "sex_of_title").get(text)


@of_what_is_left
def read_forenames(text: str) -> PersonName:
    """A forename column: the first forename, the others as middle names, a title in front off.

    A field that holds nothing but a title gives the title alone.
    """
    if (
        is_placeholder(text)
        or is_placeholder(plain := letters(text))
        or plain in words("names", "descriptions")
    ):
        return PersonName()
    tokens = _without_remarks(plain.split())
    found, tokens = _titles_off(tokens, whole=False)
    if len(tokens) == 1 and _only_a_rank(tokens[0]):
        return PersonName(title=found or table("names", "titles").get(tokens[0]))
    if not tokens or is_placeholder(" ".join(tokens)) or is_placeholder(tokens[0]):
        return PersonName()
    return PersonName(title=found, forename=tokens[0], middle_names=_text(tokens[1:]))


def _surname_once(text: str) -> PersonName:
    if is_placeholder(text):
        return PersonName()
    tokens = _without_remarks(without_prefix(letters(text)).split())
    found, tokens = _titles_off(tokens, whole=False)
    suffix, tokens = _suffixes_off(tokens)
    if len(tokens) == 1 and tokens[0] in words("names", "pure_ranks"):
        return PersonName(title=found, name_suffix=suffix)
    tokens = _joined(tokens)
    if len(tokens) == 2 and tokens[0] == "O" and len(tokens[1]) > 2:
        tokens = [tokens[0] + tokens[1]]
    return PersonName(title=found, surname=_text(tokens), name_suffix=suffix)


@of_what_is_left
def read_surname(text: str) -> PersonName:
    """A surname column: title in front off, suffix behind apart, particles and Mc joined.

    A surname column that also holds forenames keeps them: which word is which is not known.
    Read again until nothing changes, for what is left may be a title or a placeholder in turn.
    """
    name = _surname_once(text)
    while name.surname is not None:
        again = _surname_once(name.surname)
        if again.surname == name.surname:
            break
        name = PersonName(
            title=name.title or again.title,
            surname=again.surname,
            name_suffix=name.name_suffix or again.name_suffix,
        )
    return name


def middle_names(text: str) -> str | None:
    """A middle name column: folded words with single blanks."""
    plain = letters(with_stand_ins(text))
    return None if is_placeholder(text) or is_placeholder(plain) else initials_left(plain or None)


def forename(text: str) -> str | None:
    """The first forename in a forename column, or None."""
    return read_forenames(text).forename


def surname(text: str) -> str | None:
    """The surname in a surname column, or None."""
    return read_surname(text).surname


def _surname_start(tokens: list[str], titled: bool) -> int:
    """Position at which the surname starts: the last word and the particles before it."""
    start = len(tokens) - 1
    while start > 0 and tokens[start - 1] in words("names", "particles"):
        front = start - 1
        if front == 0 and not titled and tokens[0] in words("names", "particles_or_names"):
            break
        start = front
    if start == len(tokens) - 1 and len(tokens) > 2 and tokens[start - 1] in ("AP", "FERCH"):
        start -= 1
    return start


def _surname_first(tokens: list[str]) -> int | None:
    """How many words in front are the surname when initials follow ("CHANT A P"); else None."""
    long = 0
    while long < len(tokens) and len(tokens[long]) > 1:
        long += 1
    if long == 0 or long == len(tokens) or any(len(word) > 1 for word in tokens[long:]):
        return None
    if long > 1 and tokens[0] in known_forenames() and tokens[0] not in words("names", "particles"):
        return None  # JOHN SMITH A: the initial strayed to the end
    return long


def _parted(tokens: list[str], titled: bool) -> tuple[list[str], list[str]]:
    """Forenames and surname of a whole name without title and suffix."""
    if len(tokens) == 1:
        alone = tokens[0] in known_forenames() and not titled
        return (tokens, []) if alone else ([], tokens)
    first = _surname_first(tokens)
    if first is not None:
        return tokens[first:], tokens[:first]
    if len(tokens[-1]) == 1 and len(tokens) > 2 and tokens[0] in known_forenames():
        tokens = [tokens[0], tokens[-1], *tokens[1:-1]]
    start = _surname_start(tokens, titled)
    return tokens[:start], tokens[start:]


def _double_barrelled(text: str, fore: list[str], sur: list[str]) -> tuple[list[str], list[str]]:
    """Forenames and surname with all parts of a hyphenated last word in the surname."""
    found = _DOUBLE_BARREL.findall(text)
    parts = letters(found[-1]).split() if found else []
    whole = [*fore, *sur]
    if len(sur) < len(parts) < len(whole) and whole[-len(parts) :] == parts:
        return whole[: -len(parts)], parts
    return fore, sur


def _only_a_rank(word: str) -> bool:
    return word in words("names", "pure_ranks") or (len(word) > 1 and word in table("names", "titles"))


def _by_comma(text: str) -> PersonName | None:
    """ "SMITH, JOHN A": the surname stands before the comma. None where it does not."""
    before, _, after = text.partition(",")
    left, right = without_prefix(letters(before)).split(), letters(after.replace(",", " ")).split()
    found, left = _titles_off(left, whole=False)
    later: str | None
    suffix, right = _suffixes_off(["", *right])
    right = [word for word in right if word]
    if len(right) == 1 and len(right[0]) > 1 and right[0] in table("names", "titles"):
        later, right = table("names", "titles")[right[0]], []
    else:
        later, right = _titles_off(right, whole=True)
    if not left or not right:
        return None
    return PersonName(later or found, right[0], _text(right[1:]), _text(_joined(left)), suffix)


@cache
def _special() -> frozenset[str]:
    """Every word that any list gives a meaning of its own in a name."""
    lists = (
        "placeholders", "placeholder_starts", "prefixes", "remarks", "particles", "dropped_suffixes", "ranks",
        "pure_ranks",
    )  # fmt: skip
    tables = ("titles", "titles_or_names", "suffixes")
    in_lists = [word for key in lists for phrase in phrases("names", key) for word in phrase]
    return frozenset([*in_lists, *(word for key in tables for word in table("names", key)), "O"])


def plain_name(text: str) -> PersonName | None:
    """The commonest form at once: perhaps a title, then forenames and one surname. Else None.

    A short cut for speed; it gives what `read_full_name` gives (the tests hold it to that).
    """
    if not _PLAIN.fullmatch(text) or "-" in text:
        return None
    tokens, found = fold(text).split(), None
    if len(tokens) > 2 and len(tokens[0]) > 1 and tokens[0] in table("names", "titles"):
        found, tokens = table("names", "titles")[tokens[0]], tokens[1:]
    if len(tokens) < 2 or len(tokens[-1]) == 1 or not _special().isdisjoint(tokens):
        return None
    return PersonName(found, tokens[0], _text(tokens[1:-1]), tokens[-1])


@of_what_is_left
def read_full_name(text: str) -> PersonName:
    """A whole name of one person in one field.

    In this order: titles of the peerage off; "EXECUTORS OF" and the like, remarks, titles and suffixes off; "SMITH, JOHN"
    turned round at the comma; "SMITH J" and "CHANT A P" read as surname and initials;
    otherwise the last word with the particles before it is the surname, the first word the
    forename, the rest middle names. One word alone is a forename if it is known as one, else a surname.
    """
    if is_placeholder(text):
        return PersonName()
    text = without_peerage(text)
    if "," in text and (turned := _by_comma(text)):
        return turned
    tokens = _without_remarks(without_prefix(letters(text)).split())
    if is_placeholder(" ".join(tokens)):
        return PersonName()
    found, tokens = _titles_off(tokens, whole=True)
    suffix, tokens = _suffixes_off(tokens)
    if len(tokens) > 1 and tokens[-1] in _TRAILING_TITLES:
        found, tokens = found or tokens[-1], tokens[:-1]  # SMITH J MR
    if not tokens or (len(tokens) == 1 and _only_a_rank(tokens[0])):
        return PersonName(found)
    fore, sur = _parted(_joined(tokens), found is not None)
    fore, sur = _double_barrelled(text, fore, sur)
    return PersonName(found, fore[0] if fore else None, _text(fore[1:]), _text(sur), suffix)
