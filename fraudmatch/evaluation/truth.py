"""What is true of a linking, as pairs of its units."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fraudmatch.evaluation.linking import Linking
from fraudmatch.linkage.measuring.measures import pairs_inside

Ids = npt.NDArray[np.int64]
Pairs = set[tuple[str, str]]


@dataclass(frozen=True)
class Truth:
    """The true pairs of a linking.

    Attributes:
        codes: int64, ascending; `Linking.code` of each true pair.
        pairs: how many there are, with those that no unit stands for. unknown: how many of these.
        known: bool [units]; whether anything is known of it. Pairs with others are neither right nor wrong.
        notes: sentences for readers: what counts as true, and what was left out.
    """

    codes: Ids
    pairs: int
    unknown: int
    known: npt.NDArray[np.bool_]
    notes: tuple[str, ...]


def truth_of_pairs(linking: Linking, pairs: Pairs) -> Truth:
    """True pairs of references; across two files left then right. What is not named is not true."""
    files, refs = (linking.records[name].to_pylist() for name in ("partner", "source_ref"))
    row: dict[tuple[str, str], int] = {}
    for number, key in enumerate(zip(files, refs, strict=True)):
        row.setdefault(key, number)
    second = "left" if linking.side is None else "right"
    found = [(row.get(("left", a)), row.get((second, b))) for a, b in pairs]
    known = np.array([one for one in found if None not in one], np.int64).reshape(-1, 2)
    left, right = known[:, 0], known[:, 1]
    several = linking.unit[left] != linking.unit[right]
    codes = np.unique(linking.code(left[several], right[several]))
    unknown = len(pairs) - len(codes)
    notes = ["Pairs that the truth does not name count as not true."]
    notes += [f"True pairs with a reference that no record has: {unknown:,}."] if unknown else []
    return Truth(codes, len(pairs), unknown, np.ones(linking.units, np.bool_), tuple(notes))


def truth_of_entities(linking: Linking, entity: Ids, rows_of: Ids) -> Truth:
    """Pairs of rows of one entity, where a row stands for the records whose values are alike.

    Args:
        linking: each of its rows is a unit of its own.
        entity: int64 [records]; the true entity of each record, -1 = not known.
        rows_of: int64 [records]; the row of each record, -1 = takes no part.
    """
    of_row, mixed = entity_of_rows(entity, rows_of, linking.units)
    known = np.flatnonzero(of_row >= 0)
    left, right = (known[side] for side in pairs_inside(of_row[known]))
    codes = np.unique(linking.code(left, right))
    notes = ["Pairs of one entity in the answer key are true, all others are not."]
    absent = linking.units - len(known)
    outside = int(((rows_of < 0) & (entity >= 0)).sum())
    records = int((rows_of >= 0).sum())
    if records > linking.units:
        notes.append(
            f"{records:,} records are judged as {linking.units:,} rows: what is written alike is one row."
        )
    for count, words in (
        (mixed, "Rows that stand for records of several entities, and count as the most frequent one"),
        (outside, "Records of the key that say too little for the model to look at, and take no part"),
        (absent, "Rows that the key does not name, and that take no part"),
    ):
        notes += [f"{words}: {count:,}."] if count else []
    return Truth(codes, len(codes), 0, of_row >= 0, tuple(notes))


def entity_of_rows(entity: Ids, rows_of: Ids, rows: int) -> tuple[Ids, int]:
    """The entity most records of each row have, and how many rows have records of several.

    Returns:
        int64 [rows], -1 = not known, the smallest entity where several are as frequent; a count.
    """
    part = (rows_of >= 0) & (entity >= 0)
    pairs, times = np.unique(np.stack([rows_of[part], entity[part]], 1), axis=0, return_counts=True)
    order = np.lexsort((pairs[:, 1], -times, pairs[:, 0]))
    row, first = np.unique(pairs[order, 0], return_index=True)
    made = np.full(rows, -1, np.int64)
    made[row] = pairs[order][first, 1]
    return made, int((np.bincount(pairs[:, 0], minlength=rows) > 1).sum())
