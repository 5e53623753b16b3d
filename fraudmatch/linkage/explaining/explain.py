"""Why two records were linked, why not, or why they were never compared: plain values for people.

`explain_pair` needs only a few rows of what was linked, so that a pair of a large file is explained
without linking the file again: match weights of a pair depend on nothing but the pair.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from fraudmatch.linkage.compare import MISSING
from fraudmatch.linkage.explaining.meetings import Meeting, meetings
from fraudmatch.linkage.explaining.values import shown_of
from fraudmatch.linkage.grouping.average import CLIP
from fraudmatch.linkage.linker import Linker, prepare
from fraudmatch.linkage.measuring.coverage import caught_by
from fraudmatch.linkage.model import MILLI, Comparison, Model, probability, weight
from fraudmatch.linkage.scorer import agreement, is_crosswise

Ints = npt.NDArray[np.integer]

#: Most pairs among the records of two groups that are weighed for one explanation.
_MOST_PAIRS = 100_000


@dataclass(frozen=True)
class LinkedRecords:
    """What a linking left behind, as far as explanations need it.

    Attributes:
        model: the model, as it was used.
        records: the table the model read.
        keys: whole numbers [n, passes]; blocking keys, -1 = none.
        groups: [n]; the smallest row of each row's group.
        left / right: rows of the links, smaller row first; None = every pair that met, reaches the
            threshold and is not known apart.
        side: int8 [n] 0 or 1 when two tables were linked across, else None.
        apart: int32 [n]; records with the same number (not -1) are known to differ.
        single: whether every record may have one link at most (best assignment).
        decided: (left row, right row) -> whether a person decided that they are the same.
        notes: per row, column -> why its value is missing ("the date stands for not known").
    """

    model: Model
    records: pa.Table
    keys: Ints
    groups: Ints
    left: Ints | None = None
    right: Ints | None = None
    side: Ints | None = None
    apart: Ints | None = None
    single: bool = False
    decided: Mapping[tuple[int, int], bool] = field(default_factory=dict)
    notes: Mapping[int, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Step:
    """One comparison of a pair.

    Attributes:
        comparison: its name.
        columns: the column expressions it reads.
        left / right: the values of both records, one for each column; None = not known.
        level: name of the level reached; None where a value is missing on either side.
        agreement: agrees | close | differs | missing; "" for a comparison of one field with
            another (swapped names) that found nothing.
        weight: match weight in bits; 0 = no evidence.
        running: prior and all weights up to this one, in bits.
        because: why the weight is not the level's plain one; "" where it is.
    """

    comparison: str
    columns: tuple[str, ...]
    left: tuple[str | None, ...]
    right: tuple[str | None, ...]
    level: str | None
    agreement: str
    weight: float
    running: float
    because: str = ""


@dataclass(frozen=True)
class Grouping:
    """Whether two records share a group, and why.

    Attributes:
        together: whether they do.
        left_size / right_size: records of each one's group.
        chain: rows from left to right along links, where they share a group and are no link
            themselves; empty otherwise.
        average: where they are linked and yet in two groups, the mean weight above the threshold of
            all pairs between the two, in bits, as grouping takes them; else None.
        between: how many pairs that is the mean of.
    """

    together: bool
    left_size: int
    right_size: int
    chain: tuple[int, ...] = ()
    average: float | None = None
    between: int = 0


@dataclass(frozen=True)
class Explanation:
    """All that can be said about two records.

    Attributes:
        left / right: their rows.
        model: id of the model.
        outcome: a key of `OUTCOMES`.
        prior / threshold / total: in bits; total includes the prior.
        probability: of being the same, from total.
        steps: the comparisons in the order of the model.
        meetings: one for each blocking pass.
        grouping: whether they ended in one group.
    """

    left: int
    right: int
    model: str
    outcome: str
    prior: float
    threshold: float
    total: float
    probability: float
    steps: tuple[Step, ...]
    meetings: tuple[Meeting, ...]
    grouping: Grouping


#: What can become of a pair -> a sentence for people.
OUTCOMES: Mapping[str, str] = {
    "itself": "It is one record.",
    "linked": "Linked: compared, and the match weight reaches the threshold.",
    "below": "Not linked: compared, and the match weight stays below the threshold.",
    "never compared": "Not linked: never compared, for no pass brings the two together.",
    "never compared, strong": (
        "Not linked: never compared, for no pass brings the two together. Had they been compared, they "
        "would have been linked."
    ),
    "known apart": "Not linked: known to be two, as the two parties of one row are, or two entries of one register at one home.",
    "one side": "Not linked: both are in one file, and the files were linked with each other only.",
    "decided different": "Not linked: a person decided that they differ.",
    "decided same": "Linked: a person decided that they are the same.",
    "assigned elsewhere": (
        "Not linked: the match weight reaches the threshold, but each record may have one link only, and "
        "the best assignment links them with others."
    ),
}


def explain_pair(linked: LinkedRecords, left: int, right: int) -> Explanation:
    """Explain rows `left` and `right` of a linking.

    Raises:
        IndexError: there is no such row.
    """
    for row in (left, right):
        if not 0 <= row < linked.records.num_rows:
            raise IndexError(f"There is no row {row}; the rows are 0 to {linked.records.num_rows - 1}.")
    members = _members(linked, left, right)
    linker = prepare(linked.records.take(pa.array(members)), linked.model)
    if linked.left is None:
        linked = _with_links(linked, linker, members)
    place = {row: k for k, row in enumerate(members.tolist())}
    low, high = sorted((left, right))
    levels, weights = linker.levels_and_weights(np.array([place[low]]), np.array([place[high]]))
    model = linked.model
    total = (int(weights[0].sum()) + model.prior_milli) / MILLI
    met = meetings(linked.records, model, linked.keys, left, right, linked.notes)
    return Explanation(
        left=left,
        right=right,
        model=model.id,
        outcome=_outcome(linked, left, right, total, any(one.met for one in met)),
        prior=model.prior_milli / MILLI,
        threshold=model.threshold_milli / MILLI,
        total=total,
        probability=float(probability(total)),
        steps=tuple(_steps(linked, left, right, levels[0], weights[0])),
        meetings=tuple(met),
        grouping=_grouping(linked, linker, members, left, right),
    )


def _members(linked: LinkedRecords, left: int, right: int) -> npt.NDArray[np.int64]:
    """The rows of both groups."""
    wanted = (linked.groups == linked.groups[left]) | (linked.groups == linked.groups[right])
    return np.flatnonzero(wanted)


def _with_links(linked: LinkedRecords, linker: Linker, members: Ints) -> LinkedRecords:
    """The links among some rows, judged again; none where the rows make too many pairs."""
    count = len(members) if len(members) ** 2 < 2 * _MOST_PAIRS else 0
    one, two = np.triu_indices(count, 1)
    a, b = members[one], members[two]
    standing = caught_by(linked.keys, a, b).any(1)
    if linked.side is not None:
        standing &= linked.side[a] != linked.side[b]
    if linked.apart is not None:
        standing &= (linked.apart[a] < 0) | (linked.apart[a] != linked.apart[b])
    one, two = one[standing], two[standing]
    strong = linker.totals(one, two) >= linked.model.threshold_milli
    return replace(linked, left=members[one[strong]], right=members[two[strong]])


def _outcome(linked: LinkedRecords, left: int, right: int, total: float, met: bool) -> str:
    decided = linked.decided.get((left, right), linked.decided.get((right, left)))
    if left == right:
        return "itself"
    if decided is not None:
        return "decided same" if decided else "decided different"
    if linked.apart is not None and linked.apart[left] >= 0 and linked.apart[left] == linked.apart[right]:
        return "known apart"
    if linked.side is not None and linked.side[left] == linked.side[right]:
        return "one side"
    strong = round(total * MILLI) >= linked.model.threshold_milli
    if not met:
        return "never compared, strong" if strong else "never compared"
    if not strong:
        return "below"
    return "assigned elsewhere" if linked.single and not _is_link(linked, left, right) else "linked"


def _is_link(linked: LinkedRecords, left: int, right: int) -> bool:
    if linked.left is None or linked.right is None:
        return False
    low, high = sorted((left, right))
    return bool(((linked.left == low) & (linked.right == high)).any())


# ---------------------------------------------------------------------------------------
# The weights
# ---------------------------------------------------------------------------------------


def _steps(linked: LinkedRecords, left: int, right: int, levels: Ints, weights: Ints) -> list[Step]:
    """Prior plus one comparison after the other."""
    model, running = linked.model, linked.model.prior_milli
    reached: dict[str, str] = {}
    steps = []
    for comparison, level, gained in zip(model.comparison, levels.tolist(), weights.tolist(), strict=True):
        running += gained
        name = None if level == MISSING else comparison.levels[level].name
        alike = name is not None and comparison.levels[level].test == "alike"
        columns = (*comparison.columns, *([str(comparison.alike)] if alike else []))
        held = [shown_of(linked.records, column, [left, right]) for column in columns]
        steps.append(
            Step(
                comparison=comparison.name,
                columns=columns,
                left=tuple(one for one, _ in held),
                right=tuple(other for _, other in held),
                level=name,
                agreement=_word(comparison, level),
                weight=gained / MILLI,
                running=running / MILLI,
                because="" if name is None else _because(model, comparison, level, gained, reached),
            )
        )
        if name is not None:
            reached[comparison.name] = name
    return steps


def _word(comparison: Comparison, level: int) -> str:
    if level == MISSING:
        return "missing"
    last = level == len(comparison.levels) - 1
    return "" if last and is_crosswise(comparison) else agreement(comparison, level)


def _because(
    model: Model, comparison: Comparison, level: int, gained: int, reached: Mapping[str, str]
) -> str:
    """What made the weight another than log2(m / u) of the level."""
    one = comparison.levels[level]
    expected, reasons = weight(one.m, one.u), []
    for given in model.given:
        wanted = {name: [w] if isinstance(w, str) else w for name, w in given.when.items()}
        if given.comparison == comparison.name and all(reached.get(n) in w for n, w in wanted.items()):
            changed = weight(given.m.get(one.name, one.m), given.u.get(one.name, one.u))
            if changed != expected:
                reasons.append("given " + ", ".join(f"{name}: {reached[name]}" for name in given.when))
            expected = changed
            break
    if gained < expected and level == 0 and comparison.frequencies:
        reasons.append("a common value")
    return "; ".join(reasons)


# ---------------------------------------------------------------------------------------
# The group
# ---------------------------------------------------------------------------------------


def _grouping(linked: LinkedRecords, linker: Linker, members: Ints, left: int, right: int) -> Grouping:
    groups = linked.groups[members]
    mine, other = members[groups == linked.groups[left]], members[groups == linked.groups[right]]
    together = bool(linked.groups[left] == linked.groups[right])
    if together:
        chain = () if _is_link(linked, left, right) else _chain(linked, left, right)
        return Grouping(True, len(mine), len(mine), chain)
    if not _is_link(linked, left, right):
        return Grouping(False, len(mine), len(other))
    above = _between(linked, linker, members, mine, other)
    if above is None:
        return Grouping(False, len(mine), len(other))
    return Grouping(False, len(mine), len(other), (), float(above.mean()), len(above))


def _between(
    linked: LinkedRecords, linker: Linker, members: Ints, mine: Ints, other: Ints
) -> npt.NDArray[np.float64] | None:
    """Bits above the threshold of all pairs between two groups, as grouping sees them: links in full,
    other pairs by `group_weights`; None where they are too many."""
    if len(mine) * len(other) > _MOST_PAIRS:
        return None
    a, b = np.repeat(mine, len(other)), np.tile(other, len(mine))
    low, high = np.minimum(a, b), np.maximum(a, b)
    one, two = np.searchsorted(members, low), np.searchsorted(members, high)
    width = linked.records.num_rows
    stored = np.asarray(linked.left, np.int64) * width + np.asarray(linked.right, np.int64)
    is_link = np.isin(low.astype(np.int64) * width + high, stored)
    totals = np.where(is_link, linker.totals(one, two), linker.group_weights(one, two)).astype(np.int64)
    return np.asarray(np.clip(totals - linked.model.threshold_milli, -CLIP, CLIP) / MILLI)


def _chain(linked: LinkedRecords, left: int, right: int) -> tuple[int, ...]:
    """The shortest way from left to right along links inside their group; of equals the one
    through the smaller rows. Empty when there is none."""
    if linked.left is None or linked.right is None:
        return ()
    inside = linked.groups[linked.left] == linked.groups[left]
    inside &= linked.groups[linked.right] == linked.groups[left]
    beside: dict[int, list[int]] = {}
    for a, b in zip(linked.left[inside].tolist(), linked.right[inside].tolist(), strict=True):
        beside.setdefault(a, []).append(b)
        beside.setdefault(b, []).append(a)
    before: dict[int, int] = {left: left}
    border = [left]
    while border and right not in before:
        found = [(b, a) for a in border for b in sorted(beside.get(a, ())) if b not in before]
        border = []
        for b, a in found:
            if b not in before:
                before[b] = a
                border.append(b)
    if right not in before:
        return ()
    way = [right]
    while way[-1] != left:
        way.append(before[way[-1]])
    return tuple(reversed(way))
