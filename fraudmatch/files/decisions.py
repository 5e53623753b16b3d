"""What a person has decided about pairs, and files known to hold every entity once.

Decided pairs shape groups (must-link and cannot-link); a pair decided to differ is no link
either. With one link to a record at most, links are cut to the best assignment.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch.errors import ConfigurationError, Problem
from fraudmatch.files.tables import SIDES, Readied
from fraudmatch.linkage import Linked
from fraudmatch.linkage.grouping.assign import TIES, one_to_one
from fraudmatch.linkage.grouping.decided import CONTRADICTIONS, settle
from fraudmatch.linkage.grouping.group import group
from fraudmatch.linkage.model import MILLI

Pairs = npt.NDArray[np.int64]

_COLUMNS = ("left_ref", "right_ref", "decision")
_WORDS = ("same", "different")


@dataclass(frozen=True)
class Decisions:
    """Decided pairs of rows.

    Attributes:
        together, parted: int64 [k, 2]; decided to be the same, and to differ.
        dropped: CONTRADICTIONS; decisions that others stand against.
    """

    together: Pairs
    parted: Pairs
    dropped: pa.Table

    def as_dict(self) -> dict[tuple[int, int], bool]:
        """(smaller row, larger row) -> same, of the decisions that hold."""
        same = {(int(a), int(b)): True for a, b in self.together}
        return same | {(int(a), int(b)): False for a, b in self.parted}


def no_decisions() -> Decisions:
    """Nothing was decided."""
    nothing = np.zeros((0, 2), np.int64)
    return Decisions(nothing, nothing, CONTRADICTIONS.empty_table())


def read_decisions(path: Path, ready: Readied) -> Decisions:
    """The decided pairs of a CSV file with the columns left_ref, right_ref, decision.

    `decision` is same or different; a reference is one of the files that are linked, with #2
    behind it for the second party of a joint row. Of two files left_ref is of the first, right_ref
    of the second, unless it begins with "left:" or "right:".

    Raises:
        ConfigurationError: the file lacks a column, a decision is another word, or a reference names
            no record or several. Every fault is named with its line.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            reader = csv.DictReader(lines)
            rows = list(reader)
            missing = [name for name in _COLUMNS if name not in (reader.fieldnames or ())]
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(
            f"{path} cannot be read: {error}.", remedy="Give a CSV file in UTF-8."
        ) from error
    if missing:
        raise ConfigurationError(
            f"{path} has no column {', '.join(missing)}.",
            remedy="Decided pairs need left_ref, right_ref and decision (same or different).",
        )
    return _decided(path.name, rows, ready)


def _decided(name: str, rows: Iterable[Mapping[str, str]], ready: Readied) -> Decisions:
    known, two = _known(ready), ready.side is not None
    found: dict[str, list[tuple[int, int]]] = {word: [] for word in _WORDS}
    faults = []
    for line, row in enumerate(rows, 2):
        word = (row["decision"] or "").strip().lower()
        if word not in _WORDS:
            faults.append(
                Problem(name, f"line {line}", f"{word!r} is no decision.", "Write same or different.")
            )
            continue
        pair = []
        for column, side in zip(_COLUMNS, SIDES, strict=False):
            where = known.get(_called(row[column] or "", side if two else "left", two), [])
            if len(where) == 1:
                pair.append(where[0])
            else:
                what = f"{len(where) or 'no'} records are called {row[column]!r}."
                faults.append(Problem(name, f"line {line}", what))
        if len(pair) == 2:
            found[word].append((pair[0], pair[1]))
    if faults:
        raise ConfigurationError(f"Decisions of {name} do not fit the files.", problems=faults)
    together, parted = (np.array(found[word], np.int64).reshape(-1, 2) for word in _WORDS)
    settled = settle(together, parted, ready.apart)
    return Decisions(settled.together, settled.parted, settled.dropped)


def _known(ready: Readied) -> dict[tuple[str, str, int], list[int]]:
    """(file, reference, party) -> rows."""
    columns = zip(*(ready.records[c].to_pylist() for c in ("partner", "source_ref", "party")), strict=True)
    known: dict[tuple[str, str, int], list[int]] = {}
    for row, (partner, ref, party) in enumerate(columns):
        known.setdefault((partner if ready.side is not None else "left", ref, party), []).append(row)
    return known


def _called(text: str, side: str, two: bool) -> tuple[str, str, int]:
    file, sign, rest = text.strip().partition(":")
    given = two and bool(sign) and file in SIDES
    ref = rest if given else text.strip()
    party = 2 if ref.endswith("#2") else 1
    return file if given else side, ref.removesuffix("#2").removesuffix("#1"), party


# ---------------------------------------------------------------------------------------
# Applying them
# ---------------------------------------------------------------------------------------


def without_parted(linked: Linked, decided: Decisions) -> Linked:
    """The links without those decided to differ; groups have followed the decisions already."""
    if not len(decided.parted):
        return linked
    left, right, _ = _links(linked)
    width = len(linked.groups)
    parted = np.isin(left * width + right, decided.parted[:, 0] * width + decided.parted[:, 1])
    return replace(linked, links=linked.links.filter(pa.array(~parted)))


def assigned(linked: Linked, ready: Readied, decided: Decisions) -> tuple[Linked, pa.Table]:
    """At most one link to a record: the best assignment, and TIES between assignments as good.

    A record decided to be the same as another keeps no link to a third.

    Raises:
        ConfigurationError: one file was linked with itself.
    """
    if ready.side is None:
        raise ConfigurationError(
            "One to one needs two files that each hold every entity once; one file was given.",
            remedy="Give the second file, or leave one to one out.",
        )
    left, right, weights = _links(linked)
    same = decided.together[ready.side[decided.together[:, 0]] != ready.side[decided.together[:, 1]]]
    free = _free(left, right, same)
    threshold = linked.linker.model.threshold_milli
    made = one_to_one(left[free], right[free], weights[free], threshold, together=same, parted=decided.parted)
    kept = free[made.kept]
    groups = group(
        len(linked.groups), left[kept], right[kept], weights[kept], linked.linker.group_weights,
        linked.linker.apart, threshold, together=decided.together, parted=decided.parted,
    )  # fmt: skip
    links = linked.links.take(pa.array(kept))
    return replace(linked, links=links, groups=groups), made.ties(left[free], right[free], weights[free])


def _free(left: Pairs, right: Pairs, same: Pairs) -> npt.NDArray[np.int64]:
    """Links of records that are not decided to be the same as one of the other file; the decided
    pairs themselves stay."""
    if not len(same):
        return np.arange(len(left))
    partner = {int(a): int(b) for a, b in same} | {int(b): int(a) for a, b in same}
    pairs = zip(left.tolist(), right.tolist(), strict=True)
    stays = [partner.get(a, b) == b and partner.get(b, a) == a for a, b in pairs]
    return np.flatnonzero(np.array(stays, np.bool_))


def _links(linked: Linked) -> tuple[Pairs, Pairs, npt.NDArray[np.int32]]:
    """Rows and weights (thousandths) of the links."""
    links = linked.links
    left, right = (links[name].to_numpy().astype(np.int64) for name in ("left_id", "right_id"))
    weights = np.rint(links["match_weight"].to_numpy().astype(np.float64) * MILLI).astype(np.int32)
    return left, right, weights


def no_ties() -> pa.Table:
    """TIES without rows."""
    return TIES.empty_table()


def tied_refs(ties: pa.Table, records: pa.Table) -> pa.Table:
    """TIES with left_ref and right_ref in place of rows."""
    refs = records["source_ref"].combine_chunks()
    columns = {
        name: refs.take(ties[f"{name.removesuffix('_ref')}_id"].combine_chunks())
        for name in ("left_ref", "right_ref")
    }
    return pa.table(
        {"tie": ties["tie"], **columns, "match_weight": ties["match_weight"], "kept": ties["kept"]}
    )


def contradiction_lines(dropped: pa.Table, records: pa.Table) -> list[str]:
    """A sentence for each decision that was left out."""
    refs = records["source_ref"]
    lines = []
    for row in dropped.to_pylist():
        left, right, one, other = (
            refs[row[name]].as_py() for name in ("left_id", "right_id", "against_left_id", "against_right_id")
        )
        why = f"{one} and {other} are {'known' if row['against'] == 'records' else 'decided'} to differ"
        lines.append(f"Left out: {left} and {right} decided {row['decision']}, for {why}.")
    return lines


def count_ties(ties: pa.Table) -> int:
    """How many ties there are."""
    return int(pc.count_distinct(ties["tie"]).as_py())
