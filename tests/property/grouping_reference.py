"""Grouping written slowly and obviously: sets, fractions, and every two parts looked at each time."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations

Pair = tuple[int, int]

CLIP = 10_000


def ordered(a: int, b: int) -> Pair:
    return (a, b) if a < b else (b, a)


def connected(count: int, pairs: set[Pair]) -> list[set[int]]:
    """Connected components, by spreading out from each record."""
    parts, seen = [], set()
    for start in range(count):
        if start in seen:
            continue
        part, waiting = set(), [start]
        while waiting:
            here = waiting.pop()
            if here not in part:
                part.add(here)
                waiting += [b for a, b in pairs if a == here] + [a for a, b in pairs if b == here]
        seen |= part
        parts.append(part)
    return parts


def settled(
    count: int, together: list[Pair], parted: list[Pair], apart: list[int]
) -> tuple[set[Pair], set[Pair]]:
    """The decisions that hold: "different" first, then "same" by rows, if no two would meet wrongly."""
    parted_kept = {ordered(a, b) for a, b in parted if a != b}
    held: set[Pair] = set()
    for pair in sorted({ordered(a, b) for a, b in together if a != b}):
        parts = connected(count, held | {pair})
        if all(not forbidden(a, b, parted_kept, apart) for part in parts for a, b in combinations(part, 2)):
            held.add(pair)
    return held, parted_kept


def forbidden(a: int, b: int, parted: set[Pair], apart: list[int]) -> bool:
    return ordered(a, b) in parted or (apart[a] >= 0 and apart[a] == apart[b])


def mean(a: set[int], b: set[int], weight: dict[Pair, int]) -> Fraction:
    """Mean weight of all pairs between two parts, in thousandths."""
    weights = [max(-CLIP, min(CLIP, weight[ordered(i, j)])) for i in a for j in b]
    return Fraction(sum(weights), len(weights))


def groups(
    count: int, links: set[Pair], weight: dict[Pair, int], together: list[Pair], parted: list[Pair],
    apart: list[int],
) -> list[int]:  # fmt: skip
    """The smallest record of every record's group.

    Args:
        links: pairs that are links. weight: of every pair, thousandths above the threshold.
    """
    held, never = settled(count, together, parted, apart)
    counted = {pair for pair in links if not forbidden(*pair, set(), apart)} | held
    names = list(range(count))
    for component in connected(count, counted):
        parts = [part for part in connected(count, held) if part <= component]
        while True:
            choices = []
            for a, b in combinations(sorted(parts, key=min), 2):
                if not any(forbidden(i, j, never, apart) for i in a for j in b):
                    found = mean(a, b, weight)
                    if found >= 0:
                        choices.append((-found, min(a), min(b), a, b))
            if not choices:
                break
            _, _, _, a, b = min(choices, key=lambda choice: choice[:3])
            parts = [part for part in parts if part not in (a, b)] + [a | b]
        for part in parts:
            for record in part:
                names[record] = min(part)
    return names
