"""What a fit changed and what it rests on, level by level, and where to mistrust it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from fraudmatch.linkage.fitting.chances import PLAIN, kept_level
from fraudmatch.linkage.fitting.patterns import Patterns
from fraudmatch.linkage.fitting.train import Trained
from fraudmatch.linkage.model import MILLI, Model, weight

#: A chance rests on the records, and not mostly on the old model, from so many pairs at its level.
ENOUGH = 10.0

#: A comparison is well taught by so many expected true pairs.
WELL_TAUGHT = 50.0


@dataclass(frozen=True)
class Training:
    """What training gave.

    Attributes:
        old / new: the models.
        records: how many were trained on.
        patterns / trained: what was counted, and the fit.
    """

    old: Model
    new: Model
    records: int
    patterns: Patterns
    trained: Trained


@dataclass(frozen=True)
class Line:
    """Old and new chances of one level, plain or under a `given` entry.

    Attributes:
        when: the entry in words; empty for plain chances.
        old_m … new_u: chances. A `given` line has the chances that hold there, named or not.
        old_weight, new_weight: bits.
        seen_m / seen_u: expected true pairs (in the pass that shows most) and different pairs
            (among the random ones) at the level.
        learnt: "m", "u", "m u" or "": what rests on the records.
    """

    comparison: str
    level: str
    when: str
    old_m: float
    new_m: float
    old_u: float
    new_u: float
    old_weight: float
    new_weight: float
    seen_m: float
    seen_u: float
    learnt: str


def lines(made: Training) -> list[Line]:
    """Every level, plain chances first, with what it had and has."""
    return [line for row in range(len(made.trained.m.rows)) for line in _row(made, row, "m")] + [
        line
        for row, (_, entry) in enumerate(made.trained.u.rows)
        if entry != PLAIN and not made.old.given[entry].m
        for line in _row(made, row, "u")
    ]


def _row(made: Training, row: int, kind: str) -> list[Line]:
    """The lines of one row of m, or of one row of u whose entry sets no m."""
    trained = made.trained
    comparison, entry = (trained.m if kind == "m" else trained.u).rows[row]
    at = 0 if entry == PLAIN else entry + 1
    m_row, u_row = int(trained.m.row_of[comparison, at]), int(trained.u.row_of[comparison, at])
    compared = made.old.comparison[comparison]
    made_lines = []
    for place, level in enumerate(compared.levels):
        if entry != PLAIN and not _named(made.old, entry, level.name):
            continue
        chances = _Cell(made, m_row, u_row, comparison, place)
        made_lines.append(chances.line(compared.name, level.name, _when(made.old, entry)))
    return made_lines


def _named(model: Model, entry: int, level: str) -> bool:
    return level in model.given[entry].m or level in model.given[entry].u


def _when(model: Model, entry: int) -> str:
    if entry == PLAIN:
        return ""
    parts = []
    for name, levels in model.given[entry].when.items():
        parts.append(f"{name}: {levels if isinstance(levels, str) else ' or '.join(levels)}")
    return "; ".join(parts)


@dataclass(frozen=True)
class _Cell:
    """One level in one row of m and one of u."""

    made: Training
    m_row: int
    u_row: int
    comparison: int
    place: int

    def line(self, comparison: str, level: str, when: str) -> Line:
        trained, at = self.made.trained, (self.u_row, self.place)
        entry = trained.u.rows[self.u_row][1]
        kept = kept_level(self.made.old, self.comparison, entry, "u") == self.place
        old_m, new_m = (float(c.values[self.m_row, self.place]) for c in (trained.old_m, trained.m))
        old_u = float(trained.old_u.values[at])
        new_u = old_u if kept else float(trained.u.values[at])
        seen_m, seen_u = float(trained.seen_m[self.m_row, self.place]), float(trained.seen_u[at])
        learnt = [kind for kind, seen in (("m", seen_m), ("u", 0.0 if kept else seen_u)) if seen >= ENOUGH]
        return Line(
            comparison, level, when, old_m, new_m, old_u, new_u, weight(old_m, old_u) / MILLI,
            weight(max(new_m, 1e-12), max(new_u, 1e-12)) / MILLI, seen_m, seen_u, " ".join(learnt),
        )  # fmt: skip


def warnings(made: Training) -> list[str]:
    """Where the records had too little to teach, or taught something odd, in words."""
    return [*_untaught_m(made), *_untaught_u(made), *_tangled(made), *_odd(made)]


def _untaught_m(made: Training) -> list[str]:
    trained, names = made.trained, made.old.names
    if not trained.fitted.any():
        return ["no pass leaves enough to judge by apart from its key: m is as it was"]
    settled = [] if trained.converged else [f"EM had not settled after {trained.rounds:,} rounds"]
    known = _known_anywhere(made.patterns)
    taught = [bool(any(column)) for column in (trained.used & trained.fitted[:, None]).T]
    seen = trained.seen_m[: len(names)].sum(1)
    bare = [name for c, name in enumerate(names) if known[c] and not taught[c]]
    thin = [
        f"{name} ({seen[c]:.0f})"
        for c, name in enumerate(names)
        if known[c] and taught[c] and seen[c] < WELL_TAUGHT
    ]
    return [
        *settled,
        *_listed("no pass that was fitted is free of the columns of", bare, "m is as it was"),
        *_listed("few expected true pairs have", thin, "m is mostly as it was"),
    ]


def _untaught_u(made: Training) -> list[str]:
    trained, model = made.trained, made.old
    known = _known_anywhere(made.patterns)
    rare = [name for c, name in enumerate(model.names) if known[c] and trained.seen_u[c, 0] < ENOUGH]
    blank = [name for c, name in enumerate(model.names) if not known[c]]
    return [
        *_listed("no pair has values of", blank, "nothing could be learnt"),
        *_listed("fewer than ten random pairs agree on", rare, "u of agreement is mostly as it was"),
    ]


def _tangled(made: Training) -> list[str]:
    model, found = made.old, []
    for one in made.trained.tangled:
        compared = model.comparison[one.comparison]
        found.append(
            f"in the pass {' + '.join(model.passes[one.number].key)} two different entities are "
            f"{compared.levels[one.level].name!r} by {compared.name} {one.times:,.0f} times as often as u says: they "
            "hang together, and some are taken for one; say so in a `given` entry, or make one comparison of both"
        )
    return found


def _odd(made: Training) -> list[str]:
    old, new, names = made.trained.old_m.values, made.trained.m.values, made.old.names
    strange = [
        f"{names[c]} ({old[c, last]:.2f} -> {new[c, last]:.2f})"
        for c, last in enumerate(len(one.levels) - 1 for one in made.old.comparison)
        if new[c, last] > 0.5 >= old[c, last]
    ]
    return [
        *_listed(
            "most true pairs are now said to differ in",
            strange,
            "EM may have taken another group for the true pairs, such as people of one address; look at what it links",
        ),
        *_listed(
            "agreement would have spoken against a link in",
            [names[c] for c in made.trained.turned],
            "m was put back",
        ),
    ]


def _known_anywhere(patterns: Patterns) -> list[bool]:
    pairs = patterns.sources.sum(1) + patterns.random
    return [bool(pairs[patterns.levels[:, c] >= 0].sum() > 0) for c in range(patterns.levels.shape[1])]


def _listed(what: str, names: list[str], then: str) -> list[str]:
    return [f"{what} {', '.join(names)}: {then}"] if names else []


def as_dict(made: Training) -> dict[str, Any]:
    """The fit for JSON."""
    trained = made.trained
    shares = [None if np.isnan(share) else round(float(share), 6) for share in trained.shares]
    return {
        "old_model": made.old.id,
        "new_model": made.new.id,
        "records": made.records,
        "possible_pairs": made.patterns.possible,
        "expected_true_pairs": round(trained.expected_pairs, 1),
        "old_prior": made.old.prior,
        "new_prior": made.new.prior,
        "rounds": trained.rounds,
        "converged": trained.converged,
        "passes": [
            {"key": " + ".join(one.key), "drawn": round(float(drawn), 6), "share_true": share}
            for one, drawn, share in zip(made.old.passes, made.patterns.drawn, shares, strict=True)
        ],
        "tangled": [
            {
                "pass": " + ".join(made.old.passes[one.number].key),
                "comparison": made.old.names[one.comparison],
                "level": made.old.comparison[one.comparison].levels[one.level].name,
                "share": round(one.share, 6),
                "times_u": round(one.times, 1),
            }
            for one in trained.tangled
        ],
        "levels": [vars(line) for line in lines(made)],
        "warnings": warnings(made),
    }
