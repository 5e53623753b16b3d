"""Columns become integers: every text is looked at once per distinct value, not once per row.

`Encoder` answers, for a column expression of a model, which rows hold the same value
(`codes`) and what the values are. `pack` lays what a pair needs into fixed-width rows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch.linkage.bounds import NULL, signatures
from fraudmatch.linkage.derive import DERIVATIONS
from fraudmatch.linkage.model import DATE_PARTS, Comparison, Model, frequency_table, weight

Ints = npt.NDArray[np.int32]

#: Texts are compared up to this many characters, so that one absurd value costs no time.
LONGEST = 120


@dataclass(frozen=True)
class Codes:
    """One column as integers.

    Attributes:
        codes: int32 per row; equal values have equal codes; `NULL` where nothing is known.
        values: the distinct values by code, as text; empty where only equality matters.
    """

    codes: Ints
    values: list[str]


@dataclass
class Encoder:
    """Encodes column expressions of one table, each once.

    Attributes:
        table: any table that holds the base columns.
    """

    table: pa.Table
    _known: dict[str, Codes] = field(default_factory=dict)

    def __len__(self) -> int:
        return int(self.table.num_rows)

    def codes(self, expression: str) -> Codes:
        """The codes of `column`, `column:derivation` or `a+b:combination`."""
        if expression not in self._known:
            column, _, derivation = expression.partition(":")
            if "+" in column:
                first, second = column.split("+")
                made = _combined(*self.shared(first, second), derivation)
            elif derivation:
                made = _derived(self.codes(column), derivation)
            else:
                made = _encoded(self.table[column])
            self._known[expression] = made
        return self._known[expression]

    def shared(self, first: str, second: str) -> tuple[Codes, Codes]:
        """Two columns coded in one vocabulary, so that a value of one can equal one of the other."""
        left, right = self.codes(first), self.codes(second)
        place = {value: code for code, value in enumerate(left.values)}
        moved = np.array([place.setdefault(value, len(place)) for value in right.values], np.int32)
        values = list(place)
        return Codes(left.codes, values), Codes(_through(right.codes, moved), values)


def _encoded(column: pa.ChunkedArray) -> Codes:
    """Dictionary codes of a column; dates become ISO text, other types their text."""
    encoded = column.combine_chunks()
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.chunk(0) if encoded.num_chunks else pa.array([], column.type)
    if not pa.types.is_dictionary(encoded.type):
        encoded = encoded.dictionary_encode()
    codes = pc.fill_null(encoded.indices, NULL).to_numpy(zero_copy_only=False).astype(np.int32)
    return Codes(codes, encoded.dictionary.cast(pa.string()).to_pylist())


def _through(codes: Ints, moved: Ints) -> Ints:
    """`codes` translated by `moved`; null stays null."""
    if not len(moved):
        return codes
    known = codes != NULL
    return np.where(known, moved[np.where(known, codes, 0)], NULL).astype(np.int32)


def _derived(base: Codes, derivation: str) -> Codes:
    make = DERIVATIONS[derivation]
    place: dict[str, int] = {}
    moved = np.empty(len(base.values), np.int32)
    for code, value in enumerate(base.values):
        made = make(value)
        moved[code] = NULL if made is None else place.setdefault(made, len(place))
    codes = _through(base.codes, moved)
    if derivation == "presence":
        codes = np.where(codes == NULL, place.setdefault("-", len(place)), codes).astype(np.int32)
    return Codes(codes, list(place))


def _combined(left: Codes, right: Codes, how: str) -> Codes:
    """One code for the pair of values, null when either is; or the first of them that is known."""
    if how == "first_known":
        return Codes(np.where(left.codes != NULL, left.codes, right.codes), left.values)
    a, b = left.codes.astype(np.int64), right.codes.astype(np.int64)
    if how == "unordered":
        a, b = np.minimum(a, b), np.maximum(a, b)
    known = (left.codes != NULL) & (right.codes != NULL)
    return Codes(dense(np.where(known, a * (len(left.values) + 1) + b, -1)), [])


def dense(keys: npt.NDArray[np.int64]) -> Ints:
    """Keys (-1 = null) renumbered from 0 without gaps; null becomes `NULL`."""
    distinct, codes = np.unique(keys, return_inverse=True)
    shift = 1 if len(distinct) and distinct[0] == -1 else 0
    return np.where(keys == -1, NULL, codes - shift).astype(np.int32)


def join_keys(parts: list[Ints]) -> npt.NDArray[np.int64]:
    """Several code columns as one int64 key per row; -1 when any of them is null."""
    key = np.where(parts[0] == NULL, -1, parts[0].astype(np.int64))
    for part in parts[1:]:
        width = int(part.max(initial=0)) + 1
        if len(key) and int(key.max(initial=0)) > (1 << 62) // width:
            key = np.where(key == -1, -1, dense(key).astype(np.int64))
        key = np.where((key == -1) | (part == NULL), -1, key * width + part)
    return key


@dataclass(frozen=True)
class Packed:
    """What a pair needs, one fixed-width row per record.

    Attributes:
        codes: int32 [n, slots]; value codes, packed dates or whole numbers; `NULL` = missing.
        signature: uint64 [n, texts]; bag-of-characters signature.
        head: uint32 [n, texts]; first four characters, the first in the lowest byte.
        size: uint8 [n, texts]; length in characters.
        spare: uint8 [n, texts]; characters the signature has no room for.
        common: int32 [n, weighed]; weight of exact agreement on this value, thousandths.
        texts: per comparison with texts, the distinct values by code.
    """

    codes: Ints
    signature: npt.NDArray[np.uint64]
    head: npt.NDArray[np.uint32]
    size: npt.NDArray[np.uint8]
    spare: npt.NDArray[np.uint8]
    common: Ints
    texts: dict[str, npt.NDArray[np.object_]]

    def take(self, order: npt.NDArray[np.integer]) -> Packed:
        """The rows in another order."""
        return Packed(
            self.codes.take(order, 0),
            self.signature.take(order, 0),
            self.head.take(order, 0),
            self.size.take(order, 0),
            self.spare.take(order, 0),
            self.common.take(order, 0),
            self.texts,
        )


@dataclass(frozen=True)
class Layout:
    """Where each comparison's values stand in a packed row.

    Attributes:
        columns: per comparison, its slots in `codes` (one per column expression).
        alike: per comparison, the slot of its alike codes, or -1.
        text: per comparison, its place among the text columns, or -1.
        weighed: per comparison, its place in `common`, or -1.
        slots / texts / weights: widths.
    """

    columns: list[list[int]]
    alike: list[int]
    text: list[int]
    weighed: list[int]
    slots: int
    texts: int
    weights: int


def layout(model: Model) -> Layout:
    """Places for the values of a model's comparisons."""
    columns: list[list[int]] = []
    alike, text, weighed = [], [], []
    slots = texts = weights = 0
    for comparison in model.comparison:
        columns.append(list(range(slots, slots + len(comparison.columns))))
        slots += len(comparison.columns)
        alike.append(slots if comparison.alike else -1)
        slots += bool(comparison.alike)
        text.append(texts if has_text(comparison) else -1)
        texts += has_text(comparison)
        weighed.append(weights if comparison.frequencies else -1)
        weights += bool(comparison.frequencies)
    return Layout(columns, alike, text, weighed, slots, texts, weights)


def has_text(comparison: Comparison) -> bool:
    """Whether its values are looked at, not only compared for equality."""
    return bool(comparison.tests & {"jaro_winkler", "levenshtein", "edits", "begins", "initial"})


def pack(encoder: Encoder, model: Model) -> Packed:
    """The packed rows of the encoder's table for a model."""
    places, n = layout(model), len(encoder)
    made = Packed(
        codes=np.empty((n, places.slots), np.int32),
        signature=np.zeros((n, places.texts), np.uint64),
        head=np.zeros((n, places.texts), np.uint32),
        size=np.zeros((n, places.texts), np.uint8),
        spare=np.zeros((n, places.texts), np.uint8),
        common=np.zeros((n, places.weights), np.int32),
        texts={},
    )
    for position, comparison in enumerate(model.comparison):
        for slot, column in zip(places.columns[position], _columns(encoder, comparison), strict=True):
            made.codes[:, slot] = column.codes
        if comparison.alike:
            made.codes[:, places.alike[position]] = encoder.codes(comparison.alike).codes
        values = encoder.codes(comparison.columns[0])
        if has_text(comparison) and values.values:
            _pack_texts(made, comparison, values, places.text[position])
        if comparison.frequencies and values.values:
            weights = value_weights(comparison, values.values)
            made.common[:, places.weighed[position]] = weights[np.maximum(values.codes, 0)]
    return made


def _pack_texts(made: Packed, comparison: Comparison, values: Codes, place: int) -> None:
    """Fill the text columns of one comparison; a missing value holds any text, it is never read."""
    short = [value[:LONGEST] for value in values.values]
    made.texts[comparison.name] = np.array(short, dtype=object)
    rows = np.maximum(values.codes, 0)
    signature, head, size, spare = text_rows(short)
    made.signature[:, place] = signature[rows]
    made.head[:, place] = head[rows]
    made.size[:, place] = size[rows]
    made.spare[:, place] = spare[rows]


def _columns(encoder: Encoder, comparison: Comparison) -> list[Codes]:
    """The columns of a comparison as its tests want them: codes, packed dates, or numbers."""
    if comparison.tests & {"both", "either"}:
        return list(encoder.shared(*comparison.columns))
    columns = [encoder.codes(expression) for expression in comparison.columns]
    if comparison.tests & DATE_PARTS:
        return [_numbers(made, _packed_date) for made in columns]
    if "within" in comparison.tests:
        return [_numbers(made, _days) for made in columns]
    return columns


def _numbers(made: Codes, read: Callable[[str], int]) -> Codes:
    """The column with each value's number in place of its code."""
    moved = np.array([read(value) for value in made.values], np.int32)
    return Codes(_through(made.codes, moved), made.values)


def _packed_date(iso: str) -> int:
    """2026-03-31 → 20260331."""
    return int(iso.replace("-", ""))


def _days(value: str) -> int:
    """A date as days since 1970, or a whole number."""
    return int(np.datetime64(value, "D").astype(np.int64)) if "-" in value[1:] else int(value)


def text_rows(values: list[str]) -> tuple[npt.NDArray[np.generic], ...]:
    """Signature, head, size and spare of each value, in the order of `Packed`."""
    joined = "".join(values).encode("latin-1", "replace")
    ends = np.cumsum([len(value) for value in values], dtype=np.int64)
    offsets = np.concatenate([np.zeros(1, np.int64), ends])
    made: tuple[npt.NDArray[np.generic], ...] = signatures(offsets, np.frombuffer(joined, np.uint8))
    return made


def value_weights(comparison: Comparison, values: list[str]) -> Ints:
    """Weight of exact agreement on each value: log2(m / frequency), never above log2(m / u).

    The term-frequency adjustment of Newcombe et al. (1959) and Splink: agreeing on a common
    value says less. A value the table does not list weighs as the level's own u says.
    """
    chances = frequency_table(comparison) or {}
    exact = comparison.levels[0]
    plain = weight(exact.m, exact.u)
    m = exact.m
    return np.array(
        [weight(m, max(chances[v], exact.u)) if v in chances else plain for v in values], np.int32
    )
