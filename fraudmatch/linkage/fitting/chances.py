"""A model's m and u as rows of chances, and back: what training fits.

A row is the distribution over the levels of one comparison: the plain one, or that of a `given`
entry that sets chances of its kind.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from fraudmatch.linkage.compare import MISSING
from fraudmatch.linkage.model import Given, Model

Kind = Literal["m", "u"]
Levels = npt.NDArray[np.int8]
Values = npt.NDArray[np.float64]

#: `given` of a row that holds the plain chances.
PLAIN = -1


@dataclass(frozen=True)
class Chances:
    """Rows of chances of one kind; R rows, at most L levels.

    Attributes:
        kind: m or u.
        rows: per row its comparison and its `given` entry (positions in the model), or `PLAIN`.
        values: float64 [R, L]; 0 beyond the last level.
        named: bool [R, L]; levels the entry of the row names; all in a plain row.
        row_of: int64 [C, 1 + given]; the row of a comparison where no entry holds (column 0), or
            where entry g is the first that holds (column g + 1).
    """

    kind: Kind
    rows: tuple[tuple[int, int], ...]
    values: Values
    named: npt.NDArray[np.bool_]
    row_of: npt.NDArray[np.int64]

    def with_values(self, values: Values) -> Chances:
        """The same rows with other chances."""
        return replace(self, values=values)

    def summing_to_one(self) -> Chances:
        """Rows that sum to 1, which models written by hand may miss by a little.

        What an entry names stays if it can; the levels it does not name share the rest.
        """
        made = self.values.copy()
        for row, (_, given) in enumerate(self.rows):
            level = made[row] > 0
            fixed = self.named[row] & level & (given != PLAIN)
            rest = 1 - made[row, fixed].sum()
            if fixed.any() and (level & ~fixed).any() and rest > 0:
                made[row, level & ~fixed] *= rest / made[row, level & ~fixed].sum()
        return self.with_values(made / made.sum(1, keepdims=True))

    def woven(self, values: Values) -> Chances:
        """The rows as a linker uses them: what an entry does not name is as in the plain row."""
        plain = values[[comparison for comparison, _ in self.rows]]
        return self.with_values(np.where(self.named, values, plain))

    def cells(self, levels: Levels, variants: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """int64 [P, C]: place in `values.ravel()` of what each pattern shows; -1 = missing."""
        row = self.row_of[np.arange(levels.shape[1])[None, :], variants]
        return np.where(levels == MISSING, -1, row * self.values.shape[1] + levels)


def chances_of(model: Model, kind: Kind) -> Chances:
    """The rows of a model."""
    wide = max(len(c.levels) for c in model.comparison)
    rows: list[tuple[int, int]] = [(c, PLAIN) for c in range(len(model.comparison))]
    row_of = np.repeat(np.arange(len(model.comparison))[:, None], 1 + len(model.given), axis=1)
    for number, given in enumerate(model.given):
        if getattr(given, kind):
            place = model.position(given.comparison)
            row_of[place, number + 1] = len(rows)
            rows.append((place, number))
    values, named = np.zeros((len(rows), wide)), np.zeros((len(rows), wide), np.bool_)
    for place, (comparison, entry) in enumerate(rows):
        for at, level in enumerate(model.comparison[comparison].levels):
            own: dict[str, float] = {} if entry == PLAIN else getattr(model.given[entry], kind)
            values[place, at] = own.get(level.name, getattr(level, kind))
            named[place, at] = entry == PLAIN or level.name in own
    return Chances(kind, tuple(rows), values, named, row_of)


def variants_of_patterns(model: Model, levels: Levels) -> npt.NDArray[np.int64]:
    """int64 [P, C]: 0, or 1 + the first `given` entry of the comparison that holds."""
    made = np.zeros(levels.shape, np.int64)
    for number in reversed(range(len(model.given))):
        given = model.given[number]
        made[_holds(model, given, levels), model.position(given.comparison)] = number + 1
    return made


def _holds(model: Model, given: Given, levels: Levels) -> npt.NDArray[np.bool_]:
    holds = np.ones(len(levels), np.bool_)
    for name, wanted in given.when.items():
        place = model.position(name)
        names = [wanted] if isinstance(wanted, str) else wanted
        holds &= np.isin(levels[:, place], [model.comparison[place].level(one) for one in names])
    return holds


def neutral_levels(model: Model) -> npt.NDArray[np.bool_]:
    """bool [given, L]: levels an entry names so that they weigh nothing, m being u.

    That is how a model says that a comparison has nothing to add there: the town where the whole
    address is known, or the surname where names are swapped. It is no chance to be fitted.
    """
    m, u = chances_of(model, "m"), chances_of(model, "u")
    made = np.zeros((len(model.given), m.values.shape[1]), np.bool_)
    for number, given in enumerate(model.given):
        comparison = model.position(given.comparison)
        one, other = (c.values[c.row_of[comparison, number + 1]] for c in (m, u))
        named = [
            level.name in given.m or level.name in given.u for level in model.comparison[comparison].levels
        ]
        made[number, : len(named)] = np.array(named) & np.isclose(one, other, rtol=1e-9)[: len(named)]
    return made


def silenced(model: Model, levels: Levels, variants: npt.NDArray[np.int64]) -> Levels:
    """The levels of patterns, missing where an entry makes them weigh nothing."""
    if not model.given:
        return levels
    neutral = neutral_levels(model)
    quiet = (variants > 0) & (levels != MISSING) & neutral[np.maximum(variants - 1, 0), np.maximum(levels, 0)]
    return np.where(quiet, MISSING, levels).astype(np.int8)


def kept_neutral(model: Model, m: Chances, u: Chances, old_m: Chances) -> tuple[Chances, Chances]:
    """Fitted rows with m and u equal again where an entry wants a level to weigh nothing."""
    neutral = neutral_levels(model)
    m_values, u_values = m.values.copy(), u.values.copy()
    for row, (_, number) in enumerate(m.rows):
        if number != PLAIN:
            m_values[row, neutral[number]] = old_m.values[row, neutral[number]]
    for row, (comparison, number) in enumerate(u.rows):
        if number != PLAIN:
            of = m_values[m.row_of[comparison, number + 1]]
            u_values[row, neutral[number]] = of[neutral[number]]
    return m.with_values(m_values), u.with_values(u_values)


def kept_level(model: Model, comparison: int, entry: int, kind: Kind) -> int:
    """The level of a row whose chance training must not touch, or -1.

    Where values are weighed by how common they are, u of exact agreement in a `given` entry is the
    least u that any value has there, and no average to be fitted.
    """
    weighed = model.comparison[comparison].frequencies is not None
    return 0 if kind == "u" and weighed and entry != PLAIN else -1


def renewed(model: Model, m: Chances, u: Chances, prior: float) -> Model:
    """The next version of a model: its chances, to four digits, and its prior.

    Of a `given` entry only what it names is renewed, so that it goes on saying what it said.
    """
    content: dict[str, Any] = model.model_dump(by_alias=True)
    neutral = neutral_levels(model)
    for chances in (m, u):
        for (comparison, number), values in zip(chances.rows, chances.values, strict=True):
            kept = kept_level(model, comparison, number, chances.kind)
            for place, level in enumerate(model.comparison[comparison].levels):
                if place == kept and not neutral[number, place]:
                    continue
                new = rounded(float(values[place]))
                if number == PLAIN:
                    content["comparison"][comparison]["levels"][place][chances.kind] = new
                elif level.name in content["given"][number][chances.kind]:
                    content["given"][number][chances.kind][level.name] = new
    return Model.model_validate(content | {"prior": round(prior, 2), "version": model.version + 1})


def rounded(value: float) -> float:
    """To four significant digits, within (0, 1]."""
    return min(1.0, max(1e-12, float(f"{value:.4g}")))
