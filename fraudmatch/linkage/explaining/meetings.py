"""Which blocking passes brought two records together, and what kept the others from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from fraudmatch.linkage.explaining.values import base_columns, shown_of, values_of
from fraudmatch.linkage.model import Model, Pass

Notes = Mapping[int, Mapping[str, str]]


@dataclass(frozen=True)
class Meeting:
    """What one pass did with a pair.

    Attributes:
        key: the pass in words, for example "surname:sound + forename:root".
        met: whether it proposes the pair.
        left / right: the values of the key of both records; None = not known, blocks with nothing.
        why: what kept them apart; "" where they met.
    """

    key: str
    met: bool
    left: tuple[str | None, ...]
    right: tuple[str | None, ...]
    why: str


def meetings(
    records: pa.Table, model: Model, keys: npt.NDArray[np.integer], left: int, right: int, notes: Notes
) -> list[Meeting]:
    """One meeting for each pass, in the order of the model.

    Args:
        records: the table the model read.
        keys: whole numbers [n, passes]; a pair meets where both have one key, not -1.
        notes: row -> column -> why its value is missing.
    """
    found = []
    for number, one in enumerate(model.passes):
        a, b = int(keys[left, number]), int(keys[right, number])
        met = a >= 0 and a == b
        held = [values_of(records, expression, [left, right]) for expression in one.key]
        why = "" if met else _why(records, one, held, (a, b), (left, right), notes)
        shown = [shown_of(records, expression, [left, right]) for expression in one.key]
        found.append(
            Meeting(" + ".join(one.key), met, tuple(x for x, _ in shown), tuple(y for _, y in shown), why)
        )
    return found


def _why(
    records: pa.Table, one: Pass, held: list[list[str | None]], keys: tuple[int, int],
    rows: tuple[int, int], notes: Notes,
) -> str:  # fmt: skip
    """What kept two records apart in a pass: a missing value first, for it is the surest reason."""
    missing = [
        _missing(records, expression, side, row, notes)
        for expression, values in zip(one.key, held, strict=True)
        for side, row, value in zip(("left", "right"), rows, values, strict=True)
        if value is None
    ]
    if missing:
        return "; ".join(_joined(missing))
    different = [expression for expression, (a, b) in zip(one.key, held, strict=True) if a != b]
    if different:
        return f"{' and '.join(different)} differ{'' if len(different) > 1 else 's'}"
    return _cut(records, one, keys, rows)


def _missing(records: pa.Table, expression: str, side: str, row: int, notes: Notes) -> tuple[str, str, str]:
    """(what is missing, side, why). A value that no derivation can use is not missing."""
    absent = [name for name in base_columns(expression) if values_of(records, name, [row])[0] is None]
    if not absent:
        return f"{expression} has no key for its value", side, ""
    said = [text for name in absent if (text := notes.get(row, {}).get(name))]
    return f"{' and '.join(absent)} not known", side, f" ({'; '.join(said)})" if said else ""


def _joined(missing: list[tuple[str, str, str]]) -> list[str]:
    """One text per missing thing and reason, naming both sides at once: "nino not known left and right"."""
    sides: dict[tuple[str, str], list[str]] = {}
    for what, side, why in missing:
        if side not in sides.setdefault((what, why), []):
            sides[what, why].append(side)
    return [f"{what} {' and '.join(where)}{why}" for (what, why), where in sides.items()]


def _cut(records: pa.Table, one: Pass, keys: tuple[int, int], rows: tuple[int, int]) -> str:
    """Their key is the same and yet they did not meet: the block was too large."""
    finer = {expression: values_of(records, expression, list(rows)) for expression in one.refine}
    for expression, (a, b) in finer.items():
        if a is None or b is None:
            where = "left and right" if a is None and b is None else "left" if a is None else "right"
            if -1 in keys:
                return f"the block is too large and was cut finer by {expression}, which is not known {where}"
        elif a != b:
            return f"the block is too large and was cut finer by {expression}, which differs ({a}, {b})"
    if -1 in keys:
        return "the block is too large and was left out, with all its records"
    return "the block is too large and was cut finer"
