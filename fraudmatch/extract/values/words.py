"""Flags and codes: words from a closed list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch.extract.values.parsed import Parsed, Remark, mask_of, said

_YES = ("Y", "YES", "TRUE", "1")
_NO = ("N", "NO", "FALSE", "0")


def read_flags(texts: pa.Array, codes: Mapping[str, str]) -> Parsed:
    """Texts as booleans, by a code list where there is one; CODE_UNKNOWN where neither says."""
    values = pc.equal(translate(texts, codes), "true") if codes else parse_flags(texts)
    return Parsed(values, said([(Remark("CODE_UNKNOWN"), mask_of(values.is_null()))]))


def read_codes(texts: pa.Array, codes: Mapping[str, str]) -> Parsed:
    """Texts as our words by a code list; CODE_UNKNOWN where it lacks them."""
    values = translate(texts, codes)
    return Parsed(values, said([(Remark("CODE_UNKNOWN"), mask_of(values.is_null()))]))


def parse_flags(texts: pa.Array) -> pa.Array:
    """Y, YES, TRUE, 1 and N, NO, FALSE, 0 in any case as booleans; null for anything else."""
    upper = pc.utf8_upper(texts)
    yes = pc.is_in(upper, value_set=pa.array(_YES))
    known = pc.or_(yes, pc.is_in(upper, value_set=pa.array(_NO)))
    return pc.if_else(known, yes, pa.scalar(None, pa.bool_()))


def translate(texts: pa.Array, codes: Mapping[str, str]) -> pa.Array:
    """The partner's codes in our words.

    A code is looked up as it is written and then without regard to case, provided the list
    does not hold two codes that differ by case alone.

    Args:
        texts: distinct texts, no nulls.
        codes: their code -> our word.

    Returns:
        string of the same length; null where the list lacks the code.
    """
    exact = {code.strip(): word for code, word in codes.items()}
    loose = _without_case(exact)
    words = [exact.get(text, loose.get(text.casefold())) for text in texts.to_pylist()]
    return pa.array(words, pa.string())


def spelt_as_ours(allowed: Sequence[str]) -> dict[str, str]:
    """The code list of a column that uses our own words."""
    return {word: word for word in allowed}


def _without_case(exact: Mapping[str, str]) -> dict[str, str]:
    folded = [code.casefold() for code in exact]
    return {code.casefold(): word for code, word in exact.items() if folded.count(code.casefold()) == 1}
