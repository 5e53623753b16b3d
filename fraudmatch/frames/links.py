"""What `fraudmatch.link` gives back: links and clusters in the reader's own labels."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch.errors import ConfigurationError
from fraudmatch.files.decisions import Decisions
from fraudmatch.files.tables import Readied
from fraudmatch.frames.intake import Frame, Recognised
from fraudmatch.linkage import Linked
from fraudmatch.linkage.explaining.explain import LinkedRecords, explain_pair
from fraudmatch.pairs.explanation import PairExplanation
from fraudmatch.pairs.html import html_table
from fraudmatch.pairs.records import in_words, notes_of
from fraudmatch.pairs.text import NOT_PROOF, Sides
from fraudmatch.reasons import REASONS
from fraudmatch.report.words import counted

if TYPE_CHECKING:
    import pandas as pd

Rows = npt.NDArray[np.int64]

#: Links and columns shown on the page of a result.
_SHOWN = 5


@dataclass(frozen=True)
class FrameLinks:
    """The links of one frame with itself, or of two with each other.

    Labels are those of the pandas index; rows of other tables go by number from 0.

    Attributes:
        frames: the one or two frames.
        linked: the linking; ids are rows of `ready.table`.
        ready: the records as the model read them, and what was wrong with them.
        recognised: which column was read as which field; empty for frames linked as they are.
        decisions: decided pairs of records.
        tied: TIES by record.
        single: whether each row has one link at most.
    """

    frames: tuple[Frame, ...]
    linked: Linked
    ready: Readied
    recognised: tuple[Recognised, ...]
    decisions: Decisions
    tied: pa.Table
    single: bool

    # -- tables ---------------------------------------------------------------------------

    def to_arrow(self, *, words: bool = True) -> pa.Table:
        """One row per link, in the order of the rows.

        Columns: left, right (labels, as text where labels are of several kinds), left_row, right_row
        (int64, from 0), left_party, right_party (2 = the second person of a joint row), match_weight
        (bits, prior included), match_probability (0 to 1), and for each comparison of the model
        `<name>_level` (null = missing on a side, no evidence).

        Args:
            words: levels by name; False gives their numbers (0 = the strongest).
        """
        links = self.linked.links
        left, right = self._ids
        columns: dict[str, Any] = {
            "left": self._labels(0, self._row[left]),
            "right": self._labels(-1, self._row[right]),
            "left_row": pa.array(self._row[left]),
            "right_row": pa.array(self._row[right]),
            "left_party": self.ready.records["party"].take(pa.array(left)),
            "right_party": self.ready.records["party"].take(pa.array(right)),
            "match_weight": links["match_weight"],
            "match_probability": links["match_probability"],
        }
        for comparison in self.linked.linker.model.comparison:
            name = f"{comparison.name}_level"
            names = pa.array([level.name for level in comparison.levels], pa.string())
            columns[name] = (
                pa.DictionaryArray.from_arrays(links[name].combine_chunks(), names) if words else links[name]
            )
        return pa.table(columns)

    def to_pandas(self, *, words: bool = True) -> pd.DataFrame:
        """`to_arrow` for pandas, with the labels as they stand in the index."""
        frame: pd.DataFrame = self.to_arrow(words=words).to_pandas()
        for column, side, ids in (("left", 0, self._ids[0]), ("right", -1, self._ids[1])):
            index = self.frames[side].index
            if index is not None:
                frame[column] = index.take(self._row[ids]).to_numpy()
        return frame

    def to_multiindex(self) -> pd.MultiIndex:
        """The linked pairs as recordlinkage has them: a MultiIndex of index labels, each pair once.

        Its names are those of the frames' indexes, with _1 and _2 behind equal ones. Pairs of one
        frame stand with the later row first, as recordlinkage's own indexing algorithms put them.
        """
        import pandas as pd

        left, right = (self._row[ids] for ids in self._ids)
        one, other = (left, right) if self._two else (np.maximum(left, right), np.minimum(left, right))
        rows = np.unique(np.stack([one, other], 1), axis=0)
        labels = [self._pandas_labels(side, rows[:, k]) for k, side in enumerate((0, -1))]
        names: list[Any] = [getattr(self.frames[side].index, "name", None) for side in (0, -1)]
        if names[0] is not None and names[0] == names[1]:
            names = [f"{names[0]}_1", f"{names[1]}_2"]
        return pd.MultiIndex.from_arrays(labels, names=names)

    def clusters_arrow(self) -> pa.Table:
        """One row per record: frame ("left" | "right"), label, row, party, cluster (numbered from 0 in the
        order of the rows). A joint row has two records."""
        records = self.ready.records
        parts = [
            self._labels(side, self._row[np.flatnonzero(self._side == side)])
            for side in range(len(self.frames))
        ]
        _, cluster = np.unique(self.linked.groups, return_inverse=True)
        if len({part.type for part in parts}) > 1:
            parts = [part.cast(pa.string()) for part in parts]
        return pa.table(
            {
                "frame": records["partner"],
                "label": pa.chunked_array(parts),
                "row": pa.array(self._row),
                "party": records["party"],
                "cluster": pa.array(cluster.astype(np.int64)),
            }
        )

    def clusters(self) -> pd.DataFrame:
        """`clusters_arrow` for pandas."""
        frame: pd.DataFrame = self.clusters_arrow().to_pandas()
        return frame

    def ties(self) -> pd.DataFrame:
        """Links that compete on equal terms, where each row has one link at most: tie (links of one number
        stand against each other), left, right (labels), match_weight (bits), kept."""
        left, right = (
            self._row[self.tied[name].to_numpy().astype(np.int64)] for name in ("left_id", "right_id")
        )
        frame: pd.DataFrame = self.tied.select(["tie", "match_weight", "kept"]).to_pandas()
        frame.insert(1, "left", np.asarray(self._pandas_labels(0, left)))
        frame.insert(2, "right", np.asarray(self._pandas_labels(-1, right)))
        return frame

    # -- explanations ---------------------------------------------------------------------

    def explain(self, i: Any, j: Any, *, parties: tuple[int, int] = (1, 1)) -> PairExplanation:
        """Why row `i` and row `j` were linked, not linked or never compared.

        Args:
            i, j: labels; of two frames `i` is of the left and `j` of the right one.
            parties: which person of a joint row.

        Raises:
            ConfigurationError: a label names no row, or several.
        """
        one, other = self._find(0, i, parties[0]), self._find(len(self.frames) - 1, j, parties[1])
        records = self.ready.records
        linked = replace(self._left_behind, notes=notes_of(records, self.ready.rejects, [one, other]))
        made = explain_pair(linked, one, other)
        names = {row: self._name(row) for row in (*made.grouping.chain, one, other)}
        sides = Sides(in_words(records, one, names[one]), in_words(records, other, names[other]), names)
        return PairExplanation(made, sides)

    def _find(self, side: int, label: Any, party: int) -> int:
        frame = self.frames[side]
        row = frame.row(label)
        where = (self._side == side) & (self._row == row)
        where &= self.ready.records["party"].to_numpy() == party
        found = np.flatnonzero(where)
        if not len(found):
            raise ConfigurationError(f"Row {label!r} of {frame.name} names no second person.")
        return int(found[0])

    def _name(self, row: int) -> str:
        frame = self.frames[int(self._side[row])]
        return (
            f"{frame.name} {frame.label(int(self._row[row]))}"
            if self._two
            else str(frame.label(int(self._row[row])))
        )

    @cached_property
    def _left_behind(self) -> LinkedRecords:
        left, right = self._ids
        return LinkedRecords(
            model=self.linked.linker.model,
            records=self.ready.table,
            keys=self.linked.keys,
            groups=self.linked.groups.astype(np.int64),
            left=left,
            right=right,
            side=self.ready.side,
            apart=self.ready.apart,
            decided=self.decisions.as_dict(),
            single=self.single,
        )

    # -- rows and labels ------------------------------------------------------------------

    @property
    def _two(self) -> bool:
        return len(self.frames) == 2

    @cached_property
    def _ids(self) -> tuple[Rows, Rows]:
        """Records of the links; of two frames the left one's first."""
        left, right = (self.linked.links[c].to_numpy().astype(np.int64) for c in ("left_id", "right_id"))
        return left, right

    @cached_property
    def _row(self) -> Rows:
        """int64 [records]: row of its frame, from 0."""
        rows: Rows = self.ready.records["source_row"].to_numpy() - 1
        return rows

    @cached_property
    def _side(self) -> Rows:
        """int64 [records]: 0 left, 1 right."""
        right = pc.equal(self.ready.records["partner"], "right").to_numpy()
        return np.asarray(right, np.int64)

    def _labels(self, side: int, rows: Rows) -> pa.Array:
        index = self.frames[side].index
        if index is None:
            return pa.array(rows)
        labels = index.take(rows).tolist()
        try:
            return pa.array(labels)
        except (pa.ArrowInvalid, pa.ArrowTypeError):
            return pa.array([str(label) for label in labels], pa.string())

    def _pandas_labels(self, side: int, rows: Rows) -> Any:
        index = self.frames[side].index
        return rows if index is None else index.take(rows)

    # -- on a page ------------------------------------------------------------------------

    @property
    def summary(self) -> str:
        """Counts in one sentence."""
        found = self.linked
        rows = " and ".join(f"{frame.table.num_rows:,}" for frame in self.frames)
        return (
            f"{rows} rows, {counted(found.compared, 'pair')} compared by model {found.linker.model.id}, "
            f"{counted(found.links.num_rows, 'link')}, {counted(len(np.unique(found.groups)), 'cluster')}."
        )

    def columns_read(self) -> list[tuple[str, str, str]]:
        """(frame, columns, field they were read as, "" = not used)."""
        rows = []
        for one in self.recognised:
            rows += [(one.frame, " + ".join(names), field) for field, names in one.fields.items()]
            rows += [(one.frame, name, "") for name in one.ignored]
        return rows

    def faults(self) -> list[tuple[str, str, str, int]]:
        """(frame, column, what is wrong, rows), the most frequent first."""
        rejects = self.ready.rejects
        named = zip(*(rejects[c].to_pylist() for c in ("partner", "field", "reason", "column")), strict=True)
        counts = Counter(
            (frame, column or field or "whole row", reason) for frame, field, reason, column in named
        )
        return [
            (*what, times) for what, times in sorted(counts.items(), key=lambda each: (-each[1], each[0]))
        ]

    def __repr__(self) -> str:
        lines = [self.summary]
        for one in self.recognised:
            read = ", ".join(f"{' + '.join(names)} → {field}" for field, names in one.fields.items())
            lines.append(f"{one.frame}: {read}; not used: {', '.join(one.ignored) or 'none'}")
        lines += [
            f"{frame}: {column}: {reason} in {times:,} rows" for frame, column, reason, times in self.faults()
        ]
        return "\n".join([*lines, NOT_PROOF])

    def _repr_html_(self) -> str:
        shown = self.to_arrow(words=False).slice(0, _SHOWN)
        links = [
            (
                row["left"],
                row["right"],
                f"{row['match_weight']:+.3f}",
                _shown_probability(row["match_probability"]),
            )
            for row in shown.select(["left", "right", "match_weight", "match_probability"]).to_pylist()
        ]
        read = [(frame, columns, field or "not used") for frame, columns, field in self.columns_read()]
        parts = [f"<p><b>{self.summary}</b></p>"]
        parts.append(html_table(("left", "right", "match weight", "probability"), links, numbers=(2, 3)))
        if self.linked.links.num_rows > _SHOWN:
            parts.append(f"<p>… and {self.linked.links.num_rows - _SHOWN:,} more: .to_pandas()</p>")
        if read:
            table = html_table(("frame", "columns", "read as"), read)
            parts.append(f"<details><summary>Which column was read as what</summary>{table}</details>")
        if self.faults():
            said = [
                (frame, column, _meaning(reason), times) for frame, column, reason, times in self.faults()
            ]
            table = html_table(("frame", "column", "fault", "rows"), said, numbers=(3,))
            parts.append(f"<details><summary>What was wrong with the values</summary>{table}</details>")
        return f"<div>{''.join(parts)}<p>{NOT_PROOF}</p></div>"


def _shown_probability(probability: float) -> str:
    """A probability that is nearly certain is not shown as certain."""
    return "> 0.9999" if probability > 0.9999 else f"{probability:.4f}"


def _meaning(reason: str) -> str:
    return REASONS[reason].meaning if reason in REASONS else reason
