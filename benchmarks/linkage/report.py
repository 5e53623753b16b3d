"""What the runs of a speed benchmark add up to: medians, accuracy, ratios, and their text."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
from measured import Run

Ids = npt.NDArray[np.int64]

#: What of a contestant's steps is its linking, for the ratio without start-up and writing.
LINKING = {
    "fraudmatch": ("read", "link"),
    "splink": ("predict",),
    "recordlinkage": ("index", "compare", "weigh"),
}


@dataclass(frozen=True)
class Quality:
    """Links held against the true entities, pairs that share one being true."""

    links: int
    correct: int
    true_pairs: int

    @property
    def precision(self) -> float:
        """Share of the links that are true; 1 when there are none."""
        return self.correct / self.links if self.links else 1.0

    @property
    def recall(self) -> float:
        """Share of the true pairs that are linked; 1 when there are none."""
        return self.correct / self.true_pairs if self.true_pairs else 1.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


def quality(left: Ids, right: Ids, entity: Ids) -> Quality:
    """How true links are.

    Args:
        left / right: record numbers of the links. entity: [records] the true entity.
    """
    sizes = np.bincount(entity)
    return Quality(
        len(left), int((entity[left] == entity[right]).sum()), int((sizes * (sizes - 1) // 2).sum())
    )


@dataclass
class Entry:
    """One contestant's runs.

    Attributes:
        name: fraudmatch, splink or recordlinkage. runs: warm runs, in order.
        left / right: its links, sorted; the same in every run, or `same` is False.
    """

    name: str
    runs: list[Run] = field(default_factory=list)
    left: Ids = field(default_factory=lambda: np.zeros(0, np.int64))
    right: Ids = field(default_factory=lambda: np.zeros(0, np.int64))
    same: bool = True

    def add(self, run: Run, left: Ids, right: Ids) -> None:
        """Keep one run and hold its links against those of the first."""
        order = np.lexsort((right, left))
        left, right = left[order], right[order]
        if self.runs:
            self.same &= np.array_equal(left, self.left) and np.array_equal(right, self.right)
        else:
            self.left, self.right = left, right
        self.runs.append(run)

    def median(self, of: Callable[[Run], float]) -> float:
        """The median of a figure over the runs."""
        return statistics.median(of(run) for run in self.runs)

    def steps(self) -> dict[str, float]:
        """Median wall seconds by step; our link call by its own steps, what it does not name as "rest"."""
        made: dict[str, list[float]] = {}
        for run in self.runs:
            for step, seconds in _steps(run).items():
                made.setdefault(step, []).append(seconds)
        return {step: statistics.median(seconds) for step, seconds in made.items()}

    @property
    def linking(self) -> float:
        """Median seconds of `LINKING`."""
        return self.median(lambda run: sum(run.told["steps"].get(step, 0.0) for step in LINKING[self.name]))


def _steps(run: Run) -> dict[str, float]:
    told = dict(run.told["steps"])
    made = {"start and end": run.wall - sum(told.values())}
    for step, seconds in told.items():
        within = run.told.get("within_link", {}) if step == "link" else {}
        for inner, spent in within.items():
            made[inner] = made.get(inner, 0.0) + spent
        made["rest" if within else step] = seconds - sum(within.values())
    return made


@dataclass
class Result:
    """Everything one call of run.py measured.

    Attributes:
        job / records / threads / memory: as asked for; memory in bytes, 0 = no limit.
        ours / peer: the warm runs. first: our first run, which compiles; None = not measured.
        single: our runs on one thread; empty = not measured. train: Splink's training, seconds.
        unlimited_same: whether a run without the memory limit gave the same links.
        true: quality of each contestant, by name.
    """

    job: str
    records: int
    threads: int
    memory: int
    ours: Entry
    peer: Entry | None = None
    first: Run | None = None
    single: list[Run] = field(default_factory=list)
    train: float | None = None
    unlimited_same: bool | None = None
    true: dict[str, Quality] = field(default_factory=dict)

    @property
    def pairs(self) -> int:
        """Distinct candidate pairs: the same for all, since the keys are."""
        return int(self.ours.runs[0].told["pairs"])

    @property
    def scaling(self) -> float | None:
        """Screen seconds on one thread divided by those on all."""
        if not self.single:
            return None
        one = statistics.median(run.told["within_link"]["screen"] for run in self.single)
        return one / self.ours.median(lambda run: run.told["within_link"]["screen"])

    def neither(self) -> tuple[float, float, float]:
        """Seconds neither reading nor in the screen: their sum, its share of reading and linking, and
        the share of the whole process that is neither, start-up and writing included."""
        steps, spent = self.ours.steps(), self.ours.linking
        named = steps.get("read", 0.0) + steps.get("screen", 0.0)
        whole = self.ours.median(lambda run: run.wall)
        return spent - named, (spent - named) / spent, (whole - named) / whole

    def ratios(self) -> dict[str, float]:
        """How many times the peer's figure is ours; empty without a peer."""
        if self.peer is None:
            return {}
        ours, peer = self.ours, self.peer
        return {
            "linking": peer.linking / ours.linking,
            "whole": peer.median(_wall) / ours.median(_wall),
            "cpu": peer.median(_cpu) / ours.median(_cpu),
            "memory": peer.median(_peak) / ours.median(_peak),
        }

    def as_dict(self) -> dict[str, Any]:
        """For JSON: every figure of the text, unrounded."""
        entries = [self.ours] + ([self.peer] if self.peer else [])
        left_over, share, whole_share = self.neither()
        return {
            "job": self.job, "records": self.records, "threads": self.threads, "memory": self.memory,
            "pairs": self.pairs,
            "contestants": {entry.name: self._figures(entry) for entry in entries},
            "ratios": self.ratios(),
            "neither_reading_nor_screen": {
                "seconds": left_over, "share_of_linking": share, "share_of_process": whole_share,
            },
            "first_run": self.first and {
                "wall": self.first.wall, "compile_seconds": self.first.told["compile_seconds"],
                "compilations": self.first.told["compilations"],
            },
            "later_compilations": max(run.told["compilations"] for run in self.ours.runs),
            "screen_scaling": self.scaling, "splink_training_seconds": self.train,
            "links_in_common": self.in_common(), "same_without_limit": self.unlimited_same,
        }  # fmt: skip

    def _figures(self, entry: Entry) -> dict[str, Any]:
        true, wall = self.true[entry.name], entry.median(_wall)
        return {
            "version": entry.runs[0].told["version"], "runs": len(entry.runs),
            "wall": wall, "wall_each": [run.wall for run in entry.runs],
            "cpu": entry.median(_cpu), "peak_mb": entry.median(_peak), "pairs_per_second": self.pairs / wall,
            "linking": entry.linking, "steps": entry.steps(), "links": true.links,
            "precision": true.precision, "recall": true.recall, "f1": true.f1, "same_every_run": entry.same,
        }  # fmt: skip

    def in_common(self) -> dict[str, int] | None:
        """Links of both, of us only and of the peer only; None without a peer."""
        if self.peer is None:
            return None
        a, b = (entry.left * self.records + entry.right for entry in (self.ours, self.peer))
        both = len(np.intersect1d(a, b, assume_unique=True))
        return {"both": both, "ours_only": len(a) - both, "peer_only": len(b) - both}


def _wall(run: Run) -> float:
    return run.wall


def _cpu(run: Run) -> float:
    return run.cpu


def _peak(run: Run) -> float:
    return run.peak_mb
