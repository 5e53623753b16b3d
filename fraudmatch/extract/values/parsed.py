"""What reading a column's distinct texts gives: values, and what is to be said of which text."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch.reasons import Disposition

Mask = npt.NDArray[np.bool_]


class Remark(NamedTuple):
    """What is to be said of a text.

    Attributes:
        reason: a code of `reasons.REASONS`.
        detail: further words for people, or None; never a value of anybody.
        disposition: what is done, where it is not what the catalogue says of the reason.
    """

    reason: str
    detail: str | None = None
    disposition: Disposition | None = None


@dataclass(frozen=True)
class Parsed:
    """Distinct texts after reading.

    Attributes:
        values: one per text; null where the text is not read, or says that nothing is known.
        remarks: what is to be said, with the texts (bool) it is said of; a text may have several.
    """

    values: pa.Array
    remarks: tuple[tuple[Remark, Mask], ...] = field(default=())

    def spread(self, indices: pa.Array) -> Parsed:
        """From distinct texts to rows.

        Args:
            indices: per row the position of its text; null for a blank row, of which nothing is said.
        """
        values = self.values.take(indices)
        if not self.remarks:
            return Parsed(values)
        codes = pc.fill_null(indices, len(self.values)).to_numpy(zero_copy_only=False)
        return Parsed(values, tuple((said, np.append(texts, False)[codes]) for said, texts in self.remarks))


Parser = Callable[[pa.Array], Parsed]


def mask_of(truths: pa.Array) -> Mask:
    """A boolean array of Arrow as one of numpy; null is False."""
    mask: Mask = pc.fill_null(truths, False).to_numpy(zero_copy_only=False)
    return mask


def said(pairs: Iterable[tuple[Remark, Mask]]) -> tuple[tuple[Remark, Mask], ...]:
    """Only the remarks that are said of some text."""
    return tuple((remark, texts) for remark, texts in pairs if texts.any())


def per_distinct(texts: pa.Array, parse: Parser) -> Parsed:
    """`parse` applied to the distinct texts of a column and spread over its rows; null stays null."""
    encoded = texts.dictionary_encode()
    return parse(encoded.dictionary).spread(encoded.indices)
