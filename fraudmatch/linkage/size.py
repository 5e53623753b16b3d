"""A model for the number of records at hand: how likely two of them, drawn at random, are one entity.

If a record has one partner among n, one pair in n is a match: at twice the records a pair drawn at random
is half as likely one, since namesakes grow with the square and true pairs do not. Where a record
has eight partners, it is eight times as likely. Whole bits only, so that a few more records change no
weight (docs/decisions/0006, 0007).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Protocol, TypeVar

import numpy as np
import pyarrow as pa

from fraudmatch.linkage.model import Comparison, Level, Model

#: A handful of records is a part of something larger: fewer than this have the prior of so many.
FEWEST = 2000

#: Most bits a prior is raised by because records recur: sixteen partners a record.
MOST = 4


class HasLinks(Protocol):
    """What a linking gave, as far as this module looks."""

    @property
    def links(self) -> pa.Table:
        """LINKS."""


Made = TypeVar("Made", bound=HasLinks)


def bits_for(model: Model, left: int, right: int | None = None) -> int:
    """By how many bits the prior is higher for so many records than for `model.records`; 0 where it names none.

    Args:
        left: records of the table; right: of the other table, when two are linked across.
    """
    if model.records is None:
        return 0
    return round(math.log2(model.records / max(left, right or 0, FEWEST)))


def sized(model: Model, left: int, right: int | None = None) -> Model:
    """The model with the prior that fits the number of records linked; once sized, it holds."""
    return shifted(model, bits_for(model, left, right), None)


def shifted(model: Model, bits: int, records: int | None) -> Model:
    """The model for 2^-bits times the records: the prior and the u of local levels move."""
    comparisons = [_moved(one, bits) for one in model.comparison] if bits else model.comparison
    return model.model_copy(
        update={"prior": model.prior + bits, "records": records, "comparison": comparisons}
    )


def _moved(comparison: Comparison, bits: int) -> Comparison:
    """The comparison for 2^-bits times the records: the u of local levels rises by that many bits."""
    return comparison.model_copy(update={"levels": [_shifted(level, bits) for level in comparison.levels]})


def _shifted(level: Level, bits: int) -> Level:
    if not level.local:
        return level
    return level.model_copy(update={"u": min(float(f"{level.u * 2.0**bits:.6g}"), level.m)})


def recurring(model: Model, bits: int) -> Model:
    """The model for records of which each has 2^bits times the partners its prior expects.

    Few entities fill the file, so it is linked like one of 2^-bits times the records.
    """
    return shifted(model, bits, None).model_copy(update={"recurs": model.recurs + bits})


def recurrence(model: Model, links: pa.Table, left: int, right: int | None = None) -> int:
    """By how many bits more pairs are matches than the model's prior expects; 0 to `MOST`.

    The matches are counted without labels, as the sum of the probabilities of the links, which is what
    an EM step makes the next prior of (Fellegi and Sunter 1969; Winkler 1988). It is never lowered:
    two files that share few entities would lose those.

    Args:
        model: as it was linked by. links: LINKS it gave. left, right: numbers of records.
    """
    matches = float(np.sort(links["match_probability"].to_numpy()).sum())
    most, least = max(left, right or left), min(left, right or left)
    pairs = least * max(most, FEWEST) / (1 if right is not None else 2)
    if matches <= 0 or pairs <= 0:
        return 0
    return min(MOST, max(0, round(math.log2(matches / pairs) - model.prior)))


def link_sized(
    run: Callable[[Model], Made], model: Model, left: int, right: int | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> Made:  # fmt: skip
    """Link by the model sized for the records, and once more where they recur more often than it expects.

    Args:
        run: links by a model. left, right: numbers of records.
        say: told when files are linked again.
    """
    here = sized(model, left, right)
    made = run(here)
    bits = recurrence(here, made.links, left, right) if model.records is not None else 0
    if not bits:
        return made
    say(f"link: records recur about {2**bits} times as often as expected; linking again")
    return run(recurring(here, bits))
