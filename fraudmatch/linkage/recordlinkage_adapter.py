"""Our comparisons and blocking inside recordlinkage: for `Compare().add(…)` and `Index().add(…)`.

    import recordlinkage
    from fraudmatch.linkage.recordlinkage_adapter import KeyIndex, LevelFeature, MatchWeight

    pairs = recordlinkage.Index([KeyIndex(["surname:sound", "date_of_birth"], "postcode")]).index(people)
    features = recordlinkage.Compare([LevelFeature("surname", "surname", "jaro_winkler 0.92")])
    features.compute(pairs, people)

Listing pairs costs memory by the pair; `fraudmatch.link` links without listing them. Importing
recordlinkage takes seconds, so nothing else of fraudmatch imports this module.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from recordlinkage.base import BaseCompareFeature, BaseIndexAlgorithm

from fraudmatch.errors import ModelError
from fraudmatch.linkage.candidates import all_pairs, blocking_keys
from fraudmatch.linkage.compare import MISSING
from fraudmatch.linkage.explaining.values import base_columns
from fraudmatch.linkage.linker import prepare
from fraudmatch.linkage.model import MILLI, Comparison, Model, probability

#: A pass: one key, several, or several as they stand in a model.
PassKeys = str | Sequence[str]

#: Most pairs an index lists unless told otherwise: 16 bytes each, and more inside pandas.
MOST_PAIRS = 50_000_000

_ALWAYS = {"name": "any", "when": "otherwise", "m": 1.0, "u": 1.0}


class LevelFeature(BaseCompareFeature):  # type: ignore[misc]
    """One of our comparisons as a feature of `recordlinkage.Compare`.

    Args:
        left_on, right_on: the columns of the left and right frame, in the order of `columns_of` the
            comparison; for one test on one column just its name.
        comparison: a Comparison of a model, or one test such as "exact" or "jaro_winkler 0.92", which
            gives 1.0 where it holds and 0.0 where not.
        value: of a Comparison: "level" (0 = the strongest), or "weight" (match weight in bits, without
            what other comparisons change in it).
        missing_value: where nothing can be compared; None = NaN for levels, 0.0 otherwise, as
            recordlinkage has it.
        label: name of the feature; None = the name of the comparison, or the test.

    An empty text counts as missing. Dates are datetime64 columns, or ISO text.

    Raises:
        ModelError: the number of columns does not fit the comparison.
    """

    name = "level"
    description = "Compare record pairs by a comparison of a fraudmatch model."

    def __init__(
        self, left_on: str | Sequence[str], right_on: str | Sequence[str], comparison: Comparison | str, *,
        value: Literal["level", "weight"] = "level", missing_value: float | None = None, label: str | None = None,
    ) -> None:  # fmt: skip
        self._is_test = isinstance(comparison, str)
        made = _test(comparison) if isinstance(comparison, str) else comparison
        left, right = ([each] if isinstance(each, str) else list(each) for each in (left_on, right_on))
        columns = columns_of(made)
        if not len(left) == len(right) == len(columns):
            raise ModelError(
                f"{made.name} reads {len(columns)} columns ({', '.join(columns)}); "
                f"{len(left)} are named on the left and {len(right)} on the right.",
                remedy="Name one column for each, in this order.",
            )
        super().__init__(
            left, right, label=label or (comparison if isinstance(comparison, str) else made.name)
        )
        nothing = float("nan") if value == "level" and not self._is_test else 0.0
        self.missing_value = nothing if missing_value is None else missing_value
        self.comparison, self.value = made, value

    def _compute_vectorized(self, *series: pd.Series[Any]) -> pd.Series[Any]:
        count = len(series) // 2
        table = _stacked(columns_of(self.comparison), series[:count], series[count:])
        levels, weights = _judged(_model([self.comparison]), table)
        level = levels[:, 0]
        if self._is_test:
            made = (level == 0).astype(np.float64)
        else:
            made = level.astype(np.float64) if self.value == "level" else weights[:, 0] / MILLI
        return pd.Series(np.where(level == MISSING, self.missing_value, made), index=series[0].index)


class MatchWeight(BaseCompareFeature):  # type: ignore[misc]
    """The match weight of a whole model as a feature, exactly as `fraudmatch.linkage` weighs a pair.

    Args:
        model: a model; both frames hold its `base_columns`.
        value: "weight" (bits, prior included) or "probability" (0 to 1).
        label: name of the feature; None = the model's id.
    """

    name = "match_weight"
    description = "Weigh record pairs by a fraudmatch model."

    def __init__(
        self, model: Model, *, value: Literal["weight", "probability"] = "weight", label: str | None = None
    ) -> None:
        super().__init__(list(model.base_columns), list(model.base_columns), label=label or model.id)
        self.model, self.value = model, value

    def _compute_vectorized(self, *series: pd.Series[Any]) -> pd.Series[Any]:
        count = len(series) // 2
        table = _stacked(list(self.model.base_columns), series[:count], series[count:])
        _, weights = _judged(self.model, table)
        bits = (weights.sum(1) + self.model.prior_milli) / MILLI
        return pd.Series(bits if self.value == "weight" else probability(bits), index=series[0].index)


class KeyIndex(BaseIndexAlgorithm):  # type: ignore[misc]
    """Our blocking passes as an algorithm of `recordlinkage.Index`: pairs that share all keys of a pass.

    A missing value blocks with nothing. Blocks over the limit are cut finer or left out as the
    linkage core does it; `plans` says afterwards what was left out.

    Args:
        passes: each a column expression ("surname:sound"), or several to share; or one Model.
        block_limit: pairs one block may hold; None = the model's, else its default.
        most_pairs: more pairs than this are refused.
        verify_integrity, suffixes: as recordlinkage has them.

    Attributes:
        plans: PassPlan of each pass of the last call.
    """

    name = "key"
    description = "Record pairs that agree on the keys of a blocking pass."

    def __init__(
        self, *passes: PassKeys | Model, block_limit: int | None = None, most_pairs: int = MOST_PAIRS,
        **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(**kwargs)
        model = passes[0] if passes and isinstance(passes[0], Model) else None
        self.model = model or _model([], [each for each in passes if not isinstance(each, Model)])
        if block_limit is not None:
            self.model = self.model.model_copy(update={"block_limit": block_limit})
        self.most_pairs = most_pairs
        self.plans: list[Any] = []

    def _link_index(self, df_a: pd.DataFrame, df_b: pd.DataFrame) -> pd.MultiIndex:
        side = np.repeat(np.array([0, 1], np.int8), [len(df_a), len(df_b)])
        left, right = self._pairs(df_a, df_b, side)
        return _multiindex(df_a, df_b, left, right - len(df_a))

    def _dedup_index(self, df_a: pd.DataFrame) -> pd.MultiIndex:
        earlier, later = self._pairs(df_a, df_a.iloc[:0], None)
        return _multiindex(df_a, df_a, later, earlier)  # the later first, as recordlinkage has it

    def _pairs(
        self, df_a: pd.DataFrame, df_b: pd.DataFrame, side: npt.NDArray[np.int8] | None
    ) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        keys = [expression for one in self.model.passes for expression in (*one.key, *one.refine)]
        columns = list(dict.fromkeys(name for expression in keys for name in base_columns(expression)))
        table = _stacked(columns, [df_a[name] for name in columns], [df_b[name] for name in columns])
        made, self.plans = blocking_keys(table, self.model, side)
        return all_pairs(made, side, most=self.most_pairs)


def columns_of(comparison: Comparison) -> list[str]:
    """The columns a comparison reads, each once, in order: `postcode:sector` reads postcode."""
    expressions = [*comparison.columns, *([comparison.alike] if comparison.alike else [])]
    return list(dict.fromkeys(name for expression in expressions for name in base_columns(expression)))


def _test(when: str) -> Comparison:
    """One test as a comparison of two levels."""
    columns = ["a", "b"] if when in ("both", "either") else ["a"]
    holds = {"name": when, "when": when, "m": 1.0, "u": 1.0}
    return Comparison.model_validate({"name": "test", "columns": columns, "levels": [holds, _ALWAYS]})


def _model(comparisons: Sequence[Comparison], passes: Sequence[PassKeys] = ("a",)) -> Model:
    """A model that holds just these; parts that are not asked for stand for nothing."""
    nothing = [{"name": "any", "columns": ["a"], "levels": [_ALWAYS]}]
    made = [one.model_dump() for one in comparisons]
    keys = [{"key": [each] if isinstance(each, str) else list(each)} for each in passes]
    return Model.model_validate(
        {
            "name": "adapter", "version": 1, "relation": "person", "description": "for recordlinkage",
            "prior": 0.0, "threshold": 0.0, "pass": keys, "comparison": made or nothing,
        }
    )  # fmt: skip


def _judged(model: Model, table: pa.Table) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.int32]]:
    """Levels and weights of row k of the upper half with row k of the lower half."""
    count = table.num_rows // 2
    wanted = [*model.base_columns, *(name for name in ("a",) if name not in table.column_names)]
    for name in wanted:
        if name not in table.column_names:
            table = table.append_column(name, pa.nulls(table.num_rows, pa.string()))
    rows = np.arange(count)
    return prepare(table, model).levels_and_weights(rows, rows + count)


def _stacked(
    names: Sequence[str], upper: Sequence[pd.Series[Any]], lower: Sequence[pd.Series[Any]]
) -> pa.Table:
    """Columns of two frames, one on top of the other, as models read them."""
    columns = {}
    for name, one, other in zip(names, upper, lower, strict=True):
        parts = [_plain(pa.array(each, from_pandas=True)) for each in (one, other)]
        kinds = {part.type for part in parts if part.null_count < len(part)}
        kind = kinds.pop() if len(kinds) == 1 else pa.string()
        columns[name] = pa.chunked_array([part.cast(kind) for part in parts])
    return pa.table(columns)


def _plain(column: pa.Array) -> pa.Array:
    """Time stamps as days, numbers as they are, all else as text; "" as missing."""
    if pa.types.is_timestamp(column.type):
        return column.cast(pa.date32(), safe=False)
    if pa.types.is_integer(column.type) or pa.types.is_date32(column.type):
        return column
    text = column.cast(pa.string())
    return pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text)


def _multiindex(
    df_a: pd.DataFrame, df_b: pd.DataFrame, left: npt.NDArray[np.int64], right: npt.NDArray[np.int64]
) -> pd.MultiIndex:
    levels: Any = [df_a.index, df_b.index]  # codes into the indexes: labels are not written out
    codes: Any = [left, right]
    return pd.MultiIndex(levels=levels, codes=codes, verify_integrity=False)
