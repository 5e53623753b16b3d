"""What the models compared in their passes, and the links they made by match weight, beside another night."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from fraudmatch.linkage import load_model
from fraudmatch.linkage.size import sized
from fraudmatch.nights.gather import NightRead
from fraudmatch.settings import of_the_program

#: The drawing: most columns, width of one in pixels, height of the highest, room left, above and below.
MOST, WIDE, HIGH, LEFT, ABOVE, BELOW = 30, 34, 160, 10, 24, 44
#: Widths a column of match weights may have, in bits.
WIDTHS = (1, 2, 5, 10, 20, 50, 100)


@dataclass(frozen=True)
class PassLine:
    """One pass of a model; `…_before` are of the other night, null where it had no such pass."""

    key: str
    pairs: int
    pairs_before: int | None
    refined: int
    left_out_records: int
    left_out_pairs: int
    left_out_pairs_before: int | None


@dataclass(frozen=True)
class ModelLine:
    """What one model did; `…_before` are of the other night, null where the model did not run.

    Attributes:
        rows: it judged. compared: pairs of all passes, each once. links: pairs that reached its threshold.
    """

    model: str
    rows: int
    rows_before: int | None
    compared: int
    compared_before: int | None
    links: int
    links_before: int | None
    passes: tuple[PassLine, ...]

    @property
    def left_out_pairs(self) -> int:
        """Pairs of blocks that stayed too large, and were not compared by some pass."""
        return sum(each.left_out_pairs for each in self.passes)


@dataclass(frozen=True)
class Column:
    """Links whose match weight is at least `low` and below `high`, and the places of its two columns in pixels."""

    low: int
    high: int
    links: int
    before: int | None
    x: int
    tall: int
    tall_before: int


@dataclass(frozen=True)
class Histogram:
    """Links of one relation by match weight.

    Attributes:
        threshold: match weight from which a pair is a link; null = the model is another today, so it cannot be told.
        threshold_x: where it stands, in pixels; null where it is not known, or nothing is drawn.
    """

    relation: str
    links: int
    links_before: int | None
    columns: tuple[Column, ...]
    threshold: float | None
    threshold_x: int | None
    wide: int


def model_lines(tonight: NightRead, before: NightRead | None) -> tuple[ModelLine, ...]:
    """The models in the order they ran."""
    then = {one["model"]: one for one in (before.manifest.get("linkage", []) if before else [])}
    return tuple(_model(one, then.get(one["model"])) for one in tonight.manifest.get("linkage", []))


def _model(one: Mapping[str, Any], then: Mapping[str, Any] | None) -> ModelLine:
    passes_then = {each["key"]: each for each in (then["passes"] if then else [])}
    passes = tuple(_pass(each, passes_then.get(each["key"])) for each in one["passes"])
    was = then or dict.fromkeys(("rows", "compared", "links"))
    return ModelLine(
        one["model"], one["rows"], was["rows"], one["compared"], was["compared"], one["links"], was["links"], passes
    )  # fmt: skip


def _pass(one: Mapping[str, Any], then: Mapping[str, Any] | None) -> PassLine:
    return PassLine(
        one["key"], one["pairs"], then["pairs"] if then else None, one["refined"], one["left_out_records"],
        one["left_out_pairs"], then["left_out_pairs"] if then else None,
    )  # fmt: skip


def histograms(tonight: NightRead, before: NightRead | None) -> tuple[Histogram, ...]:
    """One for each relation whose links a night keeps, by name."""
    thresholds = dict(_thresholds(tonight))
    return tuple(
        histogram(relation, links, before.links.get(relation) if before else None, thresholds.get(relation))
        for relation, links in sorted(tonight.links.items())
    )


def histogram(relation: str, links: pa.Table, then: pa.Table | None, threshold: float | None) -> Histogram:
    """Links by match weight in at most `MOST` columns of equal width, whole numbers of bits.

    Args:
        then: LINKS of the other night; null = there is none to compare with.
    """
    now_weights, then_weights = _weights(links), None if then is None else _weights(then)
    every = now_weights if then_weights is None else np.concatenate([now_weights, then_weights])
    if not len(every):
        return Histogram(relation, 0, None if then is None else 0, (), threshold, None, 2 * LEFT)
    least = float(every.min())
    low, width, count = _scale(least if threshold is None else min(least, threshold), float(every.max()))
    now = _in_columns(now_weights, low, width, count)
    old = None if then_weights is None else _in_columns(then_weights, low, width, count)
    most = max(*now, *(old or now))
    columns = tuple(
        Column(
            low + place * width, low + (place + 1) * width, links_of, old[place] if old else None, LEFT + place * WIDE,
            _tall(links_of, most), _tall(old[place], most) if old else 0,
        )
        for place, links_of in enumerate(now)
    )  # fmt: skip
    at = None if threshold is None else LEFT + round((threshold - low) * WIDE / width)
    return Histogram(
        relation, len(now_weights), None if then_weights is None else len(then_weights), columns, threshold,
        at, 2 * LEFT + count * WIDE,
    )  # fmt: skip


def _weights(links: pa.Table) -> npt.NDArray[np.float64]:
    """Match weights, whole thousandths as they were written."""
    weights: npt.NDArray[np.float64] = np.round(links["match_weight"].to_numpy().astype(np.float64), 3)
    return weights


def _scale(least: float, most: float) -> tuple[int, int, int]:
    """Where the first column begins, how wide each is, and how many there are."""
    for width in WIDTHS:
        low = int(np.floor(least / width)) * width
        count = int(np.floor((most - low) / width)) + 1
        if count <= MOST:
            return low, width, count
    raise AssertionError(f"match weights from {least} to {most}")


def _in_columns(weights: npt.NDArray[np.float64], low: int, width: int, count: int) -> Sequence[int]:
    places = np.floor((weights - low) / width).astype(np.int64)
    counts: list[int] = np.bincount(places, minlength=count).tolist()
    return counts


def _tall(links: int, most: int) -> int:
    """Height of a column; one that holds anything can be seen."""
    return max(round(links * HIGH / most), 2) if links else 0


def _thresholds(night: NightRead) -> Iterator[tuple[str, float]]:
    """Relation -> the threshold of its model that night, of models that are today what they were."""
    steps = {str(one["model"]).rpartition("_")[0]: one for one in night.manifest.get("linkage", [])}
    settings, now = night.manifest.get("settings", {}), of_the_program()
    for relation in night.links:
        name = f"model {relation}"
        if relation in steps and name in now and settings.get(name) == now[name]:
            yield relation, sized(load_model(relation), steps[relation]["rows"]).threshold
