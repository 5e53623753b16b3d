"""Chance with a name: one random stream per purpose, and the few draws everything is made of.

A purpose's stream depends on the seed and on its name alone, so a new purpose never shifts
what the others draw, and neither does the order in which they are asked for.
"""

from __future__ import annotations

import datetime as dt
import zlib
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

EPOCH = dt.date(1970, 1, 1)
AS_AT = dt.date(2026, 3, 31)
#: The as-at date in days since 1970, the unit of every date inside the generator.
TODAY = (AS_AT - EPOCH).days
#: "Not known" in every integer column of the generator.
NULL = int(np.iinfo(np.int64).min)


class Streams:
    """Independent random streams of one seed, asked for by purpose."""

    def __init__(self, seed: int) -> None:
        self.seed = seed

    def __call__(self, purpose: str) -> np.random.Generator:
        """A fresh stream of that purpose; the same every time it is asked for."""
        child = np.random.SeedSequence(self.seed, spawn_key=(zlib.crc32(purpose.encode()),))
        return np.random.Generator(np.random.PCG64(child))


def draw(rng: np.random.Generator, weights: Array | list[float] | tuple[float, ...], size: int) -> Array:
    """`size` positions in `weights`, each as often as its weight says."""
    heap = np.cumsum(np.asarray(weights, dtype=np.float64))
    found: Array = np.searchsorted(heap, rng.random(size) * heap[-1], side="right").astype(np.int64)
    return found


def between(rng: np.random.Generator, low: Array | int, high: Array | int, size: int | None = None) -> Array:
    """Whole numbers from low to high, both included; where high is below low, low."""
    shape = size if size is not None else np.broadcast(low, high).shape[0]
    low_, high_ = np.broadcast_to(low, shape), np.broadcast_to(high, shape)
    room = np.maximum(high_ - low_ + 1, 1)
    drawn: Array = (low_ + (rng.random(shape) * room).astype(np.int64)).astype(np.int64)
    return drawn


def chance(rng: np.random.Generator, share: float | Array, size: int) -> Array:
    """`size` booleans, true with probability `share`."""
    return np.asarray(rng.random(size) < share)


def day(year: int, month: int, date: int) -> int:
    """A calendar day in days since 1970."""
    return (dt.date(year, month, date) - EPOCH).days


def years(count: float) -> int:
    """A span of years in days."""
    return int(count * 365.25)
