"""Colours on the cells of both records, from the words beside them: what differs, nearly agrees, agrees.

The words are the columns "Differs on", "Nearly agrees on" and "Agrees on"; a colour only repeats them, so that nobody
has to see it, and it stays with its cell when a reader sorts the sheet.
"""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from fraudmatch.report.disclosure import Column
from fraudmatch.report.weighing import compared_for

#: Column with the words -> fill of the cells they are about; a field is as good as its worst comparison.
FILLS = {"differs": "#FBE3DF", "nearly_agrees": "#FDF0D0", "agrees": "#E3F1E8"}

HOW_MARKED = (
    "Cells of both records are red where they differ, amber where they nearly agree, green where they agree, as the "
    "columns Differs on, Nearly agrees on and Agrees on say in words."
)

#: Per row a key of FILLS, or None for a cell without a colour.
Shades = list[str | None]


def shades_of(columns: Sequence[Column], table: pa.Table, fields: Sequence[str]) -> dict[str, Shades]:
    """Column key -> the shade of each of its cells, of columns that show a field that is compared.

    Args:
        columns: of the sheet. table: its rows, by column key. fields: columns of RECORDS shown.
    """
    words = {key: table[key].to_pylist() for key in FILLS if key in table.column_names}
    if not any(word is not None for said in words.values() for word in said):
        return {}
    keys = {column.key for column in columns}
    shades = {field: _shades(words, frozenset(compared_for(field))) for field in fields}
    return {
        f"{side}_{field}": shades[field]
        for field in fields
        for side in ("own", "other")
        if f"{side}_{field}" in keys and any(shades[field])
    }


def _shades(words: dict[str, list[str | None]], labels: frozenset[str]) -> Shades:
    shades: Shades = [None] * len(next(iter(words.values())))
    for key in reversed(FILLS):  # what differs comes last and wins
        told = {said for said in set(words.get(key, ())) if said and not labels.isdisjoint(said.split(", "))}
        for row, said in enumerate(words.get(key, ())):
            if said in told:
                shades[row] = key
    return shades
