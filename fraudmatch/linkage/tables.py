"""A model as the flat arrays the screen and the weighing read."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fraudmatch.linkage.encode import layout
from fraudmatch.linkage.model import TESTS, Comparison, Given, Model, weight

#: Number of each test inside the kernel. The compiled kernel keeps these numbers in its cache,
#: which only a change of screen.py renews: touch that file when the tests are renumbered.
TEST_NUMBER = {name: number for number, name in enumerate(TESTS)}


@dataclass(frozen=True)
class Tables:
    """A model's levels as arrays; C comparisons, at most L levels and V variants each.

    Variant 0 of a comparison holds its plain weights; the others come from the model's
    `given` entries, in order, and apply when all bits of `needs` stand in the pair's state.

    Attributes:
        tests: int8 [C, L]; number of the level's test.
        numbers: float32 [C, L]; its threshold.
        slots: int16 [C, L, 2]; the code slots the test reads.
        widest: int16 [C, 2]; first and last code slot of the comparison.
        text / weighed: int16 [C]; place among texts / common weights, or -1.
        levels: int8 [C]; number of levels.
        weights: int32 [C, V, L]; thousandths of a bit.
        variants: int8 [C]; number of variants.
        needs: uint64 [C, V]; state bits a variant wants.
        sets: uint64 [C, L]; state bits a decided level sets.
        best: int32 [C]; the most the comparison can give (0 when missing).
        prior / threshold: thousandths of a bit.
    """

    tests: npt.NDArray[np.int8]
    numbers: npt.NDArray[np.float32]
    slots: npt.NDArray[np.int16]
    widest: npt.NDArray[np.int16]
    text: npt.NDArray[np.int16]
    weighed: npt.NDArray[np.int16]
    levels: npt.NDArray[np.int8]
    weights: npt.NDArray[np.int32]
    variants: npt.NDArray[np.int8]
    needs: npt.NDArray[np.uint64]
    sets: npt.NDArray[np.uint64]
    best: npt.NDArray[np.int32]
    prior: int
    threshold: int


def compile_model(model: Model) -> Tables:
    """The arrays of a model."""
    comparisons, places = model.comparison, layout(model)
    wide = max(len(c.levels) for c in comparisons)
    variants = [variants_of(model, c) for c in comparisons]
    deep = max(len(v) for v in variants)
    shape = (len(comparisons), wide)
    tests, numbers = np.zeros(shape, np.int8), np.zeros(shape, np.float32)
    slots = np.full((*shape, 2), -1, np.int16)
    weights = np.zeros((len(comparisons), deep, wide), np.int32)
    needs = np.zeros((len(comparisons), deep), np.uint64)
    best = np.zeros(len(comparisons), np.int32)
    for c, comparison in enumerate(comparisons):
        for l, level in enumerate(comparison.levels):
            tests[c, l], numbers[c, l] = TEST_NUMBER[level.test], level.number
            slots[c, l] = _slots(comparison, level.test, level.column, places.columns[c], places.alike[c])
        for v, (need, values) in enumerate(variants[c]):
            weights[c, v, : len(values)], needs[c, v] = values, need
        best[c] = max(0, max(max(values) for _, values in variants[c]))
    return Tables(
        tests=tests,
        numbers=numbers,
        slots=slots,
        widest=np.array([(p[0], p[-1]) for p in places.columns], np.int16),
        text=np.array(places.text, np.int16),
        weighed=np.array(places.weighed, np.int16),
        levels=np.array([len(c.levels) for c in comparisons], np.int8),
        weights=weights,
        variants=np.array([len(v) for v in variants], np.int8),
        needs=needs,
        sets=_sets(model, wide),
        best=best,
        prior=model.prior_milli,
        threshold=model.threshold_milli,
    )


def _slots(comparison: Comparison, test: str, column: str, columns: list[int], alike: int) -> tuple[int, int]:
    if test == "alike":
        return alike, alike
    if test == "same":
        slot = columns[comparison.columns.index(column)]
        return slot, slot
    return columns[0], columns[-1]


def state_bits(model: Model) -> dict[tuple[str, str], int]:
    """The bit of each (comparison, level or levels) some `given` hangs on, in the order of the model."""
    wanted: dict[tuple[str, str], int] = {}
    for given in model.given:
        for name, levels in given.when.items():
            key = (name, "|".join([levels] if isinstance(levels, str) else levels))
            wanted.setdefault(key, len(wanted))
    return wanted


def variants_of(model: Model, comparison: Comparison) -> list[tuple[int, list[int]]]:
    """(state bits wanted, weight per level) of a comparison: the plain one, then each `given`."""
    plain = [weight(level.m, level.u) for level in comparison.levels]
    bits = state_bits(model)
    made = [(0, plain)]
    for given in model.given:
        if given.comparison == comparison.name:
            made.append((_needs(given, bits), _given_weights(comparison, given)))
    return made


def _needs(given: Given, bits: dict[tuple[str, str], int]) -> int:
    need = 0
    for name, levels in given.when.items():
        need |= 1 << bits[name, "|".join([levels] if isinstance(levels, str) else levels)]
    return need


def _given_weights(comparison: Comparison, given: Given) -> list[int]:
    return [
        weight(given.m.get(level.name, level.m), given.u.get(level.name, level.u))
        for level in comparison.levels
    ]


def _sets(model: Model, wide: int) -> npt.NDArray[np.uint64]:
    sets = np.zeros((len(model.comparison), wide), np.uint64)
    for (name, levels), bit in state_bits(model).items():
        position = model.position(name)
        for level in levels.split("|"):
            sets[position, model.comparison[position].level(level)] |= np.uint64(1 << bit)
    return sets
