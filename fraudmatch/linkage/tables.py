"""A model's weights as arrays: levels, the `given` variants of them, and what they hang on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fraudmatch.linkage.model import Comparison, Given, Model, weight


@dataclass(frozen=True)
class Tables:
    """A model's weights; C comparisons, at most L levels and V variants each.

    Variant 0 of a comparison holds its plain weights; the others come from the model's
    `given` entries, in order, and apply when all bits of `needs` stand in the pair's state.

    Attributes:
        weights: int32 [C, V, L]; thousandths of a bit.
        variants: int8 [C]; number of variants.
        needs: uint64 [C, V]; state bits a variant wants.
        sets: uint64 [C, L]; state bits a level sets.
        weighed: bool [C]; whether exact agreement weighs by value.
        best: int32 [C]; the most the comparison can give (0 when missing).
    """

    weights: npt.NDArray[np.int32]
    variants: npt.NDArray[np.int8]
    needs: npt.NDArray[np.uint64]
    sets: npt.NDArray[np.uint64]
    weighed: npt.NDArray[np.bool_]
    best: npt.NDArray[np.int32]


def compile_model(model: Model) -> Tables:
    """The arrays of a model."""
    comparisons = model.comparison
    variants = [variants_of(model, c) for c in comparisons]
    wide, deep = max(len(c.levels) for c in comparisons), max(len(v) for v in variants)
    weights = np.zeros((len(comparisons), deep, wide), np.int32)
    needs = np.zeros((len(comparisons), deep), np.uint64)
    for c, made in enumerate(variants):
        for v, (need, values) in enumerate(made):
            weights[c, v, : len(values)], needs[c, v] = values, need
    return Tables(
        weights=weights,
        variants=np.array([len(v) for v in variants], np.int8),
        needs=needs,
        sets=_sets(model, wide),
        weighed=np.array([c.frequencies is not None for c in comparisons]),
        best=np.array([max(0, *(max(values) for _, values in made)) for made in variants], np.int32),
    )


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
