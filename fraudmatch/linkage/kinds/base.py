"""What a comparison kind is: one file holds its word, exact test, screen test and slow reference.

A model's levels name kinds by their word: `jaro_winkler 0.92`. The screen asks a kind's `may`
about every pair, `holds` about the pairs that survive, and the tests ask `reference`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

Codes = npt.NDArray[np.int32]
Truths = npt.NDArray[np.bool_]
#: Something known of paired texts: one number, or a row of numbers, for each pair.
Measure = Callable[[list[str], list[str]], npt.NDArray[Any]]

#: Code of a missing value.
NULL = -2147483648

#: What the screen may ask for; `may` names those it wants as its arguments.
#: a, b: the codes of the compared column; c, d: those of the comparison's last column;
#: shared, size_a, size_b, prefix, first_a, first_b: of the two texts (see `texts`);
#: sketch_a, sketch_b: bit sets of the texts' words; number: the level's number.
FACTS = (
    "a", "b", "c", "d", "shared", "size_a", "size_b", "prefix", "first_a", "first_b",
    "sketch_a", "sketch_b", "number",
)  # fmt: skip


@dataclass(frozen=True)
class Pairs:
    """The pairs an exact test judges: those no earlier level has taken.

    Attributes:
        a, b: int32 codes of the two sides; c, d: those of the comparison's last column.
        measured: gives `measure(left texts, right texts)` for each pair; the measure is taken once
            per distinct pair of values, and once for all levels that ask for it.
    """

    a: Codes
    b: Codes
    c: Codes
    d: Codes
    measured: Callable[[Measure], npt.NDArray[Any]]


@dataclass(frozen=True)
class Kind:
    """One test a level may make of a pair.

    Attributes:
        word: its name in model files.
        help: when it holds, for the documentation.
        reads: what the codes of its columns are: "code" (equal values have equal codes), "text"
            (the same, and the texts are looked at), "date" (yyyymmdd), "number" (days since 1970, or the whole
            number itself), "cross" (two columns coded in one vocabulary).
        takes: what stands after the word in a model.
        which: whose codes a and b are: the comparison's first column, the one in its key
            `alike`, or the one the level names.
        decides: whether `may` is exact. If not, it may only err by saying yes.
        may: compiled; its arguments are among `FACTS`.
        holds: exact test of many pairs at once; gets `Pairs` and the level's number.
        reference: the same, slow and obvious, of two texts (dates in ISO form) and the number;
            a "cross" kind gets the texts a, b, c, d, None where missing.
    """

    word: str
    help: str
    reads: Literal["code", "text", "date", "number", "cross"]
    may: Callable[..., bool]
    holds: Callable[[Pairs, float], Truths]
    reference: Callable[..., bool]
    takes: Literal["number", "column"] | None = None
    which: Literal["first", "alike", "named"] = "first"
    decides: bool = True
    wants: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        code = getattr(self.may, "py_func", self.may).__code__
        wants = code.co_varnames[: code.co_argcount]
        unknown = set(wants) - set(FACTS)
        if unknown:
            raise TypeError(f"{self.word}: the screen has no {', '.join(sorted(unknown))}")
        object.__setattr__(self, "wants", wants)
