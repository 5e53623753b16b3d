"""What a pair needs, one fixed-width row per record, side by side in memory.

The row of a model is a structured array: `code_k` the codes the comparisons read, the facts of
texts, `common_k` the weight of agreeing on a value, `key_p` the key of each blocking pass, and
`apart`, the number shared by records known to differ.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numba as nb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch.linkage import arrays
from fraudmatch.linkage.encode import Encoder, Ints, days, numbers, packed_date
from fraudmatch.linkage.kinds import KINDS
from fraudmatch.linkage.model import Comparison, Model, weight
from fraudmatch.linkage.model_files import frequency_table
from fraudmatch.linkage.texts import LONGEST, text_facts

#: Facts of a text in the order `text_facts` gives them, and how a row holds them.
_TEXT_FACTS = {
    "signature": np.uint64, "sketch": np.uint64, "head": np.uint32, "first": np.int32,
    "size": np.uint8, "spare": np.uint8,
}  # fmt: skip

#: What `may` wants of two texts -> the facts of each text it is made from.
_MADE_FROM = {
    "shared": ("signature", "spare"), "prefix": ("head",), "size_a": ("size",), "size_b": ("size",),
    "first_a": ("first",), "first_b": ("first",), "sketch_a": ("sketch",), "sketch_b": ("sketch",),
}  # fmt: skip


@dataclass(frozen=True)
class Layout:
    """Where each comparison's values stand in a row.

    Attributes:
        columns: per comparison, the numbers of its codes (one per column expression).
        alike: per comparison, the number of its alike codes, or -1.
        facts: per comparison, the facts of its text that the row holds; empty without texts.
        weighed: per comparison, whether it has a `common` weight.
        dtype: of the rows.
    """

    columns: list[list[int]]
    alike: list[int]
    facts: list[tuple[str, ...]]
    weighed: list[bool]
    dtype: np.dtype[np.void]


def layout(model: Model) -> Layout:
    """Places for the values of a model's comparisons and keys; wide fields first, without gaps."""
    columns: list[list[int]] = []
    alike: list[int] = []
    slots = 0
    for comparison in model.comparison:
        columns.append(list(range(slots, slots + len(comparison.columns))))
        slots += len(comparison.columns)
        alike.append(slots if comparison.alike else -1)
        slots += bool(comparison.alike)
    facts = [text_facts_of(comparison) for comparison in model.comparison]
    weighed = [comparison.frequencies is not None for comparison in model.comparison]
    fields = [
        (f"{fact}_{c}", kind)
        for fact, kind in _TEXT_FACTS.items()
        for c in range(len(columns))
        if fact in facts[c]
    ]
    fields += [(f"code_{slot}", np.int32) for slot in range(slots)]
    fields += [(f"common_{c}", np.int32) for c in range(len(columns)) if weighed[c]]
    fields += [(f"key_{p}", np.int32) for p in range(len(model.passes))] + [("apart", np.int32)]
    fields.sort(key=lambda one: -np.dtype(one[1]).itemsize)
    return Layout(columns, alike, facts, weighed, _whole_words(fields))


def _whole_words(fields: Sequence[tuple[str, npt.DTypeLike]]) -> np.dtype[np.void]:
    """The row type, ending on a multiple of eight bytes so that rows can be moved by words."""
    names, kinds = [name for name, _ in fields], [np.dtype(kind) for _, kind in fields]
    ends = np.cumsum([kind.itemsize for kind in kinds])
    return np.dtype(
        {
            "names": names,
            "formats": kinds,
            "offsets": [0, *ends[:-1].tolist()],
            "itemsize": -(-int(ends[-1]) // 8) * 8,
        }
    )


def text_facts_of(comparison: Comparison) -> tuple[str, ...]:
    """The facts of its text that the screen reads; empty when the comparison has no texts."""
    wanted = {
        fact for test in comparison.tests for want in KINDS[test].wants for fact in _MADE_FROM.get(want, ())
    }
    return tuple(fact for fact in _TEXT_FACTS if fact in wanted)


@nb.njit(cache=True, nogil=True)
def _moved(words, order):  # type: ignore[no-untyped-def]
    made = np.empty((len(order), words.shape[1]), np.uint64)
    for place in range(len(order)):
        row = order[place]
        for word in range(words.shape[1]):  # a row at once would compile numpy's broadcasting too
            made[place, word] = words[row, word]
    return made


def moved(rows: npt.NDArray[np.void], order: npt.NDArray[np.integer]) -> npt.NDArray[np.void]:
    """The rows in another order, side by side: what a block compares is then read in one go."""
    words = rows.view(np.uint64).reshape(len(rows), rows.itemsize // 8)
    made: npt.NDArray[np.void] = _moved(words, order).view(rows.dtype).reshape(len(order))
    return made


def empty_rows(count: int, dtype: np.dtype[np.void]) -> npt.NDArray[np.void]:
    """Rows that say nothing: no key, known to differ from nobody."""
    rows = np.zeros(count, dtype)
    fill(rows, _unknown(dtype), threads=1)
    return rows


@dataclass(frozen=True)
class Column:
    """A field of rows: a value for each row; or for each code, and the code of each row; or for all.

    Attributes:
        values: by row; by code where there are codes; of no dimension where it is one for all.
        codes: int32 by row; a missing value may hold anything.
    """

    values: npt.NDArray[np.generic]
    codes: Ints | None = None

    def part(self, start: int, stop: int) -> npt.NDArray[np.generic]:
        """The values of the rows start … stop - 1."""
        if self.codes is not None:
            return self.values.take(self.codes[start:stop], mode="clip")
        return self.values[start:stop] if self.values.ndim else self.values


def _unknown(dtype: np.dtype[np.void]) -> dict[str, Column]:
    """-1 for the fields that no comparison reads."""
    names = [name for name in dtype.names or () if name == "apart" or name.startswith("key_")]
    return dict.fromkeys(names, Column(np.array(-1, np.int32)))


def pack(
    encoder: Encoder, model: Model, more: Mapping[str, Column], threads: int | None = None
) -> npt.NDArray[np.void]:
    """Rows, structured [n], of the encoder's table for a model; see `Layout`.

    Args:
        more: `apart` and keys as far as they are known; -1 without.
    """
    with ThreadPoolExecutor(threads) as pool:
        made = [columns_of(encoder, model, position, pool) for position in range(len(model.comparison))]
    columns = {name: column for one in made for name, column in one.items()}
    rows = np.zeros(len(encoder), layout(model).dtype)
    fill(rows, {**columns, **_unknown(rows.dtype), **more}, threads)
    return rows


#: Rows filled together, few enough to stay in the processor's cache meanwhile.
_NEAR = 8192


def fill(rows: npt.NDArray[np.void], columns: Mapping[str, Column], threads: int | None = None) -> None:
    """Write columns into rows."""

    def write(start: int) -> None:
        stop = min(start + _NEAR, len(rows))
        for name, column in columns.items():
            rows[name][start:stop] = column.part(start, stop)

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(write, range(0, len(rows), _NEAR)))


def columns_of(
    encoder: Encoder, model: Model, position: int, pool: ThreadPoolExecutor | None = None
) -> dict[str, Column]:
    """The fields of a row that one comparison reads; a missing value holds any facts, they are
    never read."""
    places, comparison = layout(model), model.comparison[position]
    slots = zip(places.columns[position], _columns(encoder, comparison), strict=True)
    made = {f"code_{slot}": Column(codes) for slot, codes in slots}
    if comparison.alike:
        made[f"code_{places.alike[position]}"] = Column(encoder.codes(comparison.alike).codes)
    values = encoder.codes(comparison.columns[0])
    if not len(values.values):
        return made
    if places.facts[position]:
        for fact, found in zip(_TEXT_FACTS, facts_of(values.values, pool), strict=True):
            if fact in places.facts[position]:
                made[f"{fact}_{position}"] = Column(found, values.codes)
    if comparison.frequencies is not None:
        made[f"common_{position}"] = Column(value_weights(comparison, values.values), values.codes)
    return made


def texts_of(encoder: Encoder, comparison: Comparison) -> pa.Array | None:
    """The distinct texts of a comparison by code, cut to `LONGEST`; None if it looks at none."""
    return _cut(encoder.codes(comparison.columns[0]).values) if comparison.reads_text else None


def _cut(values: pa.Array) -> pa.Array:
    """The texts, cut to the length that is compared."""
    longest = pc.max(pc.binary_length(values)).as_py() or 0
    return values if longest <= LONGEST else pc.utf8_slice_codeunits(values, 0, LONGEST)


def _columns(encoder: Encoder, comparison: Comparison) -> list[Ints]:
    """The columns of a comparison as its tests want them: codes, packed dates, or numbers."""
    reads = {KINDS[test].reads for test in comparison.tests}
    if "cross" in reads:
        return [column.codes for column in encoder.shared(*comparison.columns)]
    read = packed_date if "date" in reads else days if "number" in reads else None
    if read is None:
        return [encoder.codes(expression).codes for expression in comparison.columns]
    return [numbers(encoder.codes(expression), expression, read) for expression in comparison.columns]


#: Texts whose facts are found in one go.
_TEXTS = 1 << 16


def facts_of(values: pa.Array, pool: ThreadPoolExecutor | None = None) -> list[npt.NDArray[np.generic]]:
    """The facts of each text of a string array without nulls, in the order of `_TEXT_FACTS`."""
    offsets, octets = arrays.text_parts(values)
    starts = range(0, max(len(values), 1), _TEXTS)
    found = (pool.map if pool else map)(
        lambda start: text_facts(offsets[start : start + _TEXTS + 1].astype(np.int64), octets), starts
    )
    return [np.concatenate(parts) for parts in zip(*found, strict=True)]


def value_weights(comparison: Comparison, values: pa.Array) -> Ints:
    """Weight of exact agreement on each value: log2(m / frequency), never above log2(m / u).

    The term-frequency adjustment of Newcombe et al. (1959) and Splink: agreeing on a common
    value says less. A value the table does not list weighs as the level's own u says.
    """
    chances = frequency_table(comparison) or {}
    exact = comparison.levels[0]
    plain = weight(exact.m, exact.u)
    m = exact.m
    return np.array(
        [weight(m, max(chances[v], exact.u)) if v in chances else plain for v in values.to_pylist()], np.int32
    )
