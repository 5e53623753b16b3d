"""An explanation of two records as an object that prints, shows itself in a notebook, and is a table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa

from fraudmatch.linkage.explaining.explain import Explanation
from fraudmatch.pairs.html import pair_html
from fraudmatch.pairs.text import Sides, pair_lines

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class PairExplanation:
    """Why two rows were linked, not linked or never compared; prints as text, shows as a page.

    Attributes:
        explanation: the plain values.
        sides: what the two are called.
    """

    explanation: Explanation
    sides: Sides

    def __str__(self) -> str:
        return "\n".join(pair_lines(self.explanation, self.sides))

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return pair_html(self.explanation, self.sides)

    def to_arrow(self) -> pa.Table:
        """One row per comparison: comparison, left, right, level (null = missing), agreement, match_weight,
        running_weight (bits), because."""
        steps = self.explanation.steps
        return pa.table(
            {
                "comparison": pa.array([step.comparison for step in steps], pa.string()),
                "left": pa.array([step.left[0] for step in steps], pa.string()),
                "right": pa.array([step.right[0] for step in steps], pa.string()),
                "level": pa.array([step.level for step in steps], pa.string()),
                "agreement": pa.array([step.agreement or None for step in steps], pa.string()),
                "match_weight": pa.array([step.weight for step in steps], pa.float64()),
                "running_weight": pa.array([step.running for step in steps], pa.float64()),
                "because": pa.array([step.because or None for step in steps], pa.string()),
            }
        )

    def to_pandas(self) -> pd.DataFrame:
        """`to_arrow` for pandas."""
        frame: pd.DataFrame = self.to_arrow().to_pandas()
        return frame
