"""Words of an organisation's name: legal forms and abbreviations in one spelling, and the core.

The core is what tells one organisation from another: no legal form, THE in front, UK behind or
web address around it; initials closed up (B B C is BBC); abbreviations written out (ASSOC is
ASSOCIATION), since the width of a field and not the firm decides which of them is written.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, lru_cache

from fraudmatch.forenames import known_forenames
from fraudmatch.normalise.address_parts import is_saint
from fraudmatch.normalise.text import ascii_of, fold
from fraudmatch.normalise.wordlists import table, words

_Rewrites = dict[str, tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]]


@cache
def _rewrites(key: str) -> _Rewrites:
    """A table of spellings by the first word of what is written, the longest first."""
    pairs = [
        (tuple(written.split()), tuple(kept.split())) for written, kept in table("organisations", key).items()
    ]
    found: dict[str, list[tuple[tuple[str, ...], tuple[str, ...]]]] = {}
    for written, kept in sorted(pairs, key=lambda pair: (-len(pair[0]), pair[0])):
        found.setdefault(written[0], []).append((written, kept))
    return {first: tuple(rules) for first, rules in found.items()}


@cache
def form_words() -> frozenset[str]:
    """Every word of a legal form as it may be written."""
    rules = (rule for found in _rewrites("forms").values() for rule in found)
    return frozenset(word for written, _ in rules for word in written)


def _rewritten(tokens: list[str], key: str, *, after: int) -> list[str]:
    """`tokens` with the spellings of a table in place of what is written, from position `after` on."""
    rewrites = _rewrites(key)
    if rewrites.keys().isdisjoint(tokens):
        return tokens
    out: list[str] = []
    at = 0
    while at < len(tokens):
        found = rewrites.get(tokens[at], ()) if at >= after else ()
        for written, kept in found:
            if tuple(tokens[at : at + len(written)]) == written:
                out += kept
                at += len(written)
                break
        else:
            out.append(tokens[at])
            at += 1
    return out


def _one_spelling(tokens: list[str]) -> list[str]:
    """Legal forms in one spelling, also where the width of a field cut LIMITED short."""
    out = _rewritten(tokens, "forms", after=1)
    if len(out) > 1 and out[-1] in words("organisations", "cut_forms"):
        out = [*out[:-1], "LTD"]
    return out


def folded_words(text: str) -> list[str]:
    """Words of an organisation's name; & and + as AND, @ as AT, legal forms in one spelling."""
    spoken = ascii_of(text).replace("&", " AND ").replace("+", " AND ").replace("@", " AT ")
    previous: list[str] = []
    tokens = fold(spoken).split()
    while tokens != previous:
        previous, tokens = tokens, _one_spelling(tokens)
    return tokens


def _initials_joined(tokens: list[str]) -> list[str]:
    """Runs of single letters as one word: T R L -> TRL."""
    out: list[str] = []
    open_run = False
    for word in tokens:
        single = len(word) == 1 and word.isalpha()
        if single and open_run:
            out[-1] += word
        else:
            out.append(word)
        open_run = single
    return out


def _written_out(tokens: list[str]) -> list[str]:
    """Abbreviations written out; ST is SAINT before a saint's name or in front, else STREET."""
    spoken = [
        ("SAINT" if is_saint(tokens, at) else "STREET") if word == "ST" and len(tokens) > 1 else word
        for at, word in enumerate(tokens)
    ]
    return _rewritten(spoken, "abbreviations", after=0)


def _names_person(tokens: list[str]) -> bool:
    """Whether the words are initials or forenames, as behind the form of JOHNS LTD R D."""
    return bool(tokens) and all(len(word) == 1 or word in known_forenames() for word in tokens)


def _until_form(tokens: list[str]) -> list[str]:
    """The words up to LTD, PLC, LLP or CIC inside the name, for a branch or a note follows them; or
    all but the form where the owner's initials or forename do.
    """
    for at, word in enumerate(tokens):
        if word in ("LTD", "PLC", "LLP", "CIC") and any(len(w) > 2 and w != "THE" for w in tokens[:at]):
            return tokens[:at] + (tokens[at + 1 :] if _names_person(tokens[at + 1 :]) else [])
    return tokens


def _core_once(tokens: list[str]) -> list[str]:
    core = _written_out(_initials_joined(tokens))
    less, front = words("organisations", "core_less"), words("organisations", "core_less_front")
    while len(core) > 1 and core[-1] in less:
        core = core[:-1]
    while len(core) > 1 and core[0] in front:
        core = core[1:]
    return core


@lru_cache(maxsize=100_000)
def _core(tokens: tuple[str, ...]) -> tuple[str, ...]:
    previous: list[str] = []
    core = _until_form(list(tokens))
    while core != previous:
        previous, core = core, _core_once(core)
    return tuple(core)


def core_words(tokens: Sequence[str]) -> list[str]:
    """The core of a name out of its folded words; all of them when nothing would be left."""
    return list(_core(tuple(tokens)))
