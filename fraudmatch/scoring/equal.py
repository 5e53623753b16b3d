"""The relation `equal`: records are brought together by the columns their rule wants to agree."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from fraudmatch.scoring.keys import codes, combined
from fraudmatch.scoring.nodes import Node, conjuncts
from fraudmatch.scoring.views import SideView


def equal_columns(sentence: Node) -> list[tuple[str, str]]:
    """(left column, right column) of every plain `left.x = right.y` that the sentence demands."""
    found = []
    for part in conjuncts(sentence):
        ends = {each.scope: each.name for each in part.parts if each.op == "column"}
        if part.op == "eq" and ends.keys() == {"left", "right"}:
            found.append((ends["left"], ends["right"]))
    return found


def equal_keys(
    columns: list[tuple[str, str]], left: SideView, right: SideView, at_left: np.ndarray, at_right: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Keys of the chosen rows of both sides: equal where every column agrees, -1 where one is unknown.

    Args:
        at_left / at_right: positions of the rows within their sides.
    """
    parts = []
    for one, other in columns:
        both = [left.column(one).take(pa.array(at_left)), right.column(other).take(pa.array(at_right))]
        parts.append(codes(pa.concat_arrays(both)))
    key = combined(parts)
    return key[: len(at_left)], key[len(at_left) :]
