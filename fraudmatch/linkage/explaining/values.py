"""The values of column expressions for a handful of rows, as text for people.

The encoder turns whole columns into numbers; explanations and plans want a few values back.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import pyarrow as pa

from fraudmatch.linkage.derive import DERIVATIONS

#: Between two values of a combined key.
BETWEEN = " + "


def values_of(records: pa.Table, expression: str, rows: Sequence[int]) -> list[str | None]:
    """The value of `column`, `column:derivation` or `a+b:combination` in each of some rows.

    Args:
        records: a table with the base columns.
        rows: row numbers of `records`.

    Returns:
        Text; dates as ISO; None where the value is not known or the derivation gives none.
    """
    column, _, derivation = expression.partition(":")
    if "+" in column:
        parts = [values_of(records, name, rows) for name in column.split("+")]
        return [_combined(one, other, derivation) for one, other in zip(*parts, strict=True)]
    held = records[column].take(pa.array(rows, pa.int64())).to_pylist()
    return [_derived(_text(value), derivation) for value in held]


#: What names a property to a reader; its number says nothing.
_ADDRESS = ("flat", "number", "building", "street", "town", "postcode")


def shown_of(records: pa.Table, expression: str, rows: Sequence[int]) -> list[str | None]:
    """As `values_of`, but a property is shown as the record's own address."""
    held = values_of(records, expression, rows)
    if expression != "property_id" or not {*_ADDRESS} <= {*records.column_names}:
        return held
    written = records.select(_ADDRESS).take(pa.array(rows, pa.int64())).to_pylist()
    addresses = [" ".join(part for part in row.values() if part) for row in written]
    return [value and (address or value) for value, address in zip(held, addresses, strict=True)]


def base_columns(expression: str) -> list[str]:
    """The columns an expression reads: `a+b:joined` -> a, b."""
    return expression.partition(":")[0].split("+")


def _text(value: object) -> str | None:
    if value is None:
        return None
    return value.isoformat() if isinstance(value, dt.date) else str(value)


def _derived(value: str | None, derivation: str) -> str | None:
    if derivation == "presence":  # compares absence as well, so absence is a value
        return "no" if value is None else "yes"
    if value is None or not derivation:
        return value
    return DERIVATIONS[derivation](value)


def _combined(one: str | None, other: str | None, how: str) -> str | None:
    if how == "first_known":
        return other if one is None else one
    if one is None or other is None:
        return None
    return BETWEEN.join(sorted((one, other)) if how == "unordered" else (one, other))
