"""Linkage models: TOML files that say how to block, compare and weigh.

A model is named and numbered and never edited in place. Terms are those of Fellegi and Sunter
(1969) as Splink uses them: a comparison has ordered levels; each level has m, the chance of it
given the same entity, and u, the chance given two different ones; its match weight is
log2(m / u); a value missing on either side gives no evidence.

Weights are kept as whole thousandths of a bit, so that sums are exact in any order.
"""

from __future__ import annotations

import math
from functools import cached_property
from typing import Annotated, Literal

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from fraudmatch.linkage.derive import COMBINATIONS, DERIVATIONS
from fraudmatch.linkage.kinds import KINDS

#: Thousandths of a bit: the unit of every weight inside the core.
MILLI = 1000

Probability = Annotated[float, Field(gt=0, le=1)]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Level(_Strict):
    """One degree of agreement.

    Attributes:
        name: as printed.
        when: the word of a comparison kind with its number or column, for example "jaro_winkler 0.92".
        m / u: chances of the level given same / different entities.
        local: whether different entities reach it because they live together: a record has as
            many neighbours among few records as among many, so that its u falls as records grow in number.
    """

    name: str
    when: str
    m: Probability
    u: Probability
    local: bool = False

    @field_validator("when")
    @classmethod
    def _known(cls, when: str) -> str:
        word, _, rest = when.partition(" ")
        if word not in KINDS:
            raise ValueError(f"unknown test {word!r}; use one of {', '.join(KINDS)}")
        takes = KINDS[word].takes
        if (takes is None) != (rest == ""):
            raise ValueError(f"test {word!r} takes {takes or 'no argument'}")
        if takes == "number" and not math.isfinite(float(rest)):
            raise ValueError(f"test {word!r} takes a finite number")
        return when

    @property
    def test(self) -> str:
        """First word of `when`."""
        return self.when.split(" ")[0]

    @property
    def number(self) -> float:
        """Threshold of the test; 0 when it has none."""
        return float(self.when.split(" ")[1]) if KINDS[self.test].takes == "number" else 0.0

    @property
    def column(self) -> str:
        """Column the test names; empty when it names none."""
        return self.when.split(" ")[1] if KINDS[self.test].takes == "column" else ""


class Comparison(_Strict):
    """How one property of two records is compared.

    Attributes:
        columns: one column expression; two for the cross tests; for "same" tests the columns
            from narrow to wide.
        alike: column expression whose equality is the "alike" level.
        frequencies: name of a shipped table, or value -> chance; the exact level then weighs
            a value by how common it is ("term frequency"): its u is the larger of the two.
        measured: where files are linked, the u of the exact level is not below the share of their records'
            pairs that agree; see `commonplace`. The comparison then reads one plain column.
    """

    name: str
    columns: list[str] = Field(min_length=1)
    alike: str | None = None
    frequencies: str | dict[str, Probability] | None = None
    measured: bool = False
    levels: list[Level] = Field(min_length=1, max_length=9)

    def level(self, name: str) -> int:
        """Position of the level called `name`.

        Raises:
            ValueError: there is none.
        """
        for position, level in enumerate(self.levels):
            if level.name == name:
                return position
        there = ", ".join(level.name for level in self.levels)
        raise ValueError(f"{self.name} has no level {name!r}; there are {there}")

    @property
    def tests(self) -> set[str]:
        """Tests its levels use."""
        return {level.test for level in self.levels}

    def decides(self, position: int) -> bool:
        """Whether the screen knows for sure that a pair stands at that level, or does not."""
        return all(KINDS[level.test].decides for level in self.levels[: position + 1])

    @property
    def reads_text(self) -> bool:
        """Whether its values are looked at, not only compared for equality."""
        return any(KINDS[test].reads == "text" for test in self.tests)

    @property
    def crosses(self) -> bool:
        """Whether it compares one column of a record with another column of the other."""
        return KINDS[self.levels[0].test].reads == "cross"


class Given(_Strict):
    """Other chances for one comparison where others stand at certain levels.

    Plain Fellegi–Sunter takes comparisons as independent; a surname shared inside one home is
    no surprise. `u` and `m` replace those of the named levels; the first entry whose `when`
    holds counts. Where values are weighed by frequency, the larger u of the two counts.
    """

    comparison: str
    when: dict[str, str | list[str]]
    u: dict[str, Probability] = {}
    m: dict[str, Probability] = {}


class Pass(_Strict):
    """A blocking pass: records that share all keys are candidates.

    Attributes:
        refine: further keys, added one after the other to blocks over the pair limit.
    """

    key: list[str] = Field(min_length=1)
    refine: list[str] = []


class Model(_Strict):
    """A linkage model.

    Attributes:
        prior: log2 odds that two records drawn at random are the same entity.
        records: how many records the prior speaks of; see `size`. None: it holds for any number.
        recurs: bits by which the prior was raised because records recur (`size.recurring`).
        threshold: match weight from which a pair is a link.
        block_limit: pairs one block may hold before it is refined or left out.
    """

    name: str
    version: int = Field(ge=1)
    relation: Literal["person", "property", "organisation", "account", "payment"]
    description: str
    prior: float
    records: int | None = Field(default=None, ge=2)
    recurs: int = Field(default=0, ge=0)
    threshold: float
    block_limit: int = Field(default=3_000_000, ge=1)
    passes: list[Pass] = Field(alias="pass", min_length=1)
    comparison: list[Comparison] = Field(min_length=1, max_length=24)
    given: list[Given] = []

    @model_validator(mode="after")
    def _hangs_together(self) -> Model:
        names = [c.name for c in self.comparison]
        if len(set(names)) != len(names):
            raise ValueError("two comparisons have the same name")
        for comparison in self.comparison:
            _check_comparison(comparison)
        for given in self.given:
            self._check_given(given)
        for expression in self.columns:
            check_expression(expression)
        return self

    def _check_given(self, given: Given) -> None:
        target = self.position(given.comparison)
        for other, levels in given.when.items():
            position = self.position(other)
            if position >= target:
                raise ValueError(f"given: {other} must come before {given.comparison}")
            for level in [levels] if isinstance(levels, str) else levels:
                if not self.comparison[position].decides(self.comparison[position].level(level)):
                    raise ValueError(
                        f"given: {other} {level!r} is not decided by the screen; nothing may hang on it"
                    )
        compared = self.comparison[target]
        for level in [*given.u, *given.m]:
            compared.level(level)
        if compared.frequencies and compared.levels[0].name in given.m:
            raise ValueError(
                f"given: m of {compared.name} {compared.levels[0].name!r} is fixed by its frequencies"
            )

    @property
    def id(self) -> str:
        """For example person_v1."""
        return f"{self.name}_v{self.version}"

    @property
    def names(self) -> list[str]:
        """Names of the comparisons, in order."""
        return [comparison.name for comparison in self.comparison]

    def position(self, name: str) -> int:
        """Position of a comparison.

        Raises:
            ValueError: there is none of that name.
        """
        if name not in self.names:
            raise ValueError(f"no comparison {name!r}; there are {', '.join(self.names)}")
        return self.names.index(name)

    @cached_property
    def columns(self) -> list[str]:
        """Every column expression the model reads, sorted."""
        used = {key for p in self.passes for key in [*p.key, *p.refine]}
        for comparison in self.comparison:
            used |= set(comparison.columns) | ({comparison.alike} if comparison.alike else set())
        return sorted(used)

    @cached_property
    def base_columns(self) -> list[str]:
        """The columns of the table behind the expressions, sorted."""
        return sorted({name for e in self.columns for name in e.split(":")[0].split("+")})

    @property
    def prior_milli(self) -> int:
        """Prior in thousandths of a bit."""
        return round(self.prior * MILLI)

    @property
    def threshold_milli(self) -> int:
        """Threshold in thousandths of a bit."""
        return round(self.threshold * MILLI)

    @property
    def leeway_milli(self) -> int:
        """What a pair inside a group may contradict unheeded, thousandths of a bit; see `weigh_for_groups`."""
        return self.recurs * MILLI


def _check_comparison(comparison: Comparison) -> None:
    name, tests = comparison.name, comparison.tests
    if comparison.levels[-1].test != "otherwise":
        raise ValueError(f"{name}: the last level must be otherwise")
    reads = sorted({KINDS[test].reads for test in tests} - {"code"})
    if len(reads) > 1:
        raise ValueError(f"{name}: its levels read the column as {' and as '.join(reads)}; use one of them")
    if reads == ["cross"] and (len(comparison.columns) != 2 or not comparison.crosses):
        raise ValueError(f"{name}: both and either need two columns, and stand first")
    if "alike" in tests and not comparison.alike:
        raise ValueError(f"{name}: level alike needs the key alike")
    for level in comparison.levels:
        if level.column and level.column not in comparison.columns:
            raise ValueError(f"{name}: {level.column} is not among its columns")
    plain = len(comparison.columns) == 1 and not {":", "+"} & {*comparison.columns[0]}
    if comparison.measured and not (plain and comparison.levels[0].test == "exact"):
        raise ValueError(f"{name}: measured needs one plain column, and exact as the first level")
    if comparison.frequencies and comparison.levels[0].test != "exact":
        raise ValueError(f"{name}: frequencies need exact as the first level")


def check_expression(expression: str) -> None:
    """Refuse a column expression that cannot be computed.

    Raises:
        ValueError: unknown derivation.
    """
    column, _, derivation = expression.partition(":")
    known = COMBINATIONS if "+" in column else tuple(DERIVATIONS)
    if derivation and derivation not in known:
        raise ValueError(f"{expression}: unknown derivation; use one of {', '.join(known)}")
    if "+" in column and not derivation:
        raise ValueError(f"{expression}: say how to combine: {', '.join(COMBINATIONS)}")


def weight(m: float, u: float) -> int:
    """log2(m / u) in whole thousandths of a bit."""
    return round(math.log2(m / u) * MILLI)


def probability(match_weight: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """The match probability of match weights in bits (prior included)."""
    with np.errstate(over="ignore"):  # 2 to a large power is infinite, and its share of 1 is 0
        return np.asarray(1.0 / (1.0 + np.exp2(-np.asarray(match_weight, np.float64))))
