"""How many true pairs the passes find, estimated without labels: capture and recapture.

Each pass is an occasion on which a true pair may be caught: it is, when its two records share the
key. Pairs that few passes catch tell of pairs that none does. Nothing else about blocking can be
learnt from the links alone.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from fraudmatch.linkage.explaining.values import base_columns
from fraudmatch.linkage.model import Model

Hits = npt.NDArray[np.bool_]
Shares = npt.NDArray[np.floating]

#: Standard normal quantile of a two-sided 95 % interval.
_Z = 1.959964


@dataclass(frozen=True)
class Coverage:
    """What the passes are estimated to find.

    Numbers are expected true pairs: every link counts with its match probability.

    Attributes:
        found: pairs that some pass caught and the model links.
        once / twice: of these, caught by exactly one pass, by exactly two.
        passes: how many passes caught anything.
        unseen: least number of true pairs no pass caught (Chao 1987).
        share: found / (found + unseen): the most that the passes are likely to find; 1 when
            nothing is estimated to be missing, None when there is nothing to estimate from.
        low / high: 95 % interval of `share` from the sampling error of the bound alone; None
            where no pair was caught by one pass only.
        alone: per pass, the pairs that it alone caught.
        caught: per pass, the pairs that it caught.
        rests_on: columns that every pass which caught anything reads. Pairs that differ in one of
            them could not be caught by any, so that the estimate knows nothing of them.
    """

    found: float
    once: float
    twice: float
    passes: int
    unseen: float | None
    share: float | None
    low: float | None
    high: float | None
    alone: tuple[float, ...]
    caught: tuple[float, ...]
    rests_on: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """For JSON, rounded to six places."""
        return {name: _rounded(value) for name, value in asdict(self).items()}


def _rounded(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_rounded(one) for one in value]
    return round(value, 6) if isinstance(value, float) else value


def caught_by(keys: npt.NDArray[np.integer], left: npt.ArrayLike, right: npt.ArrayLike) -> Hits:
    """bool [pairs, passes]: the passes that propose each pair.

    Args:
        keys: whole numbers [records, passes], -1 = none.
        left, right: rows of each pair.
    """
    a, b = keys[np.asarray(left, np.int64)], keys[np.asarray(right, np.int64)]
    return np.asarray((a == b) & (a >= 0))


def estimate_coverage(hits: Hits, probability: Shares, model: Model) -> Coverage:
    """Capture–recapture over passes.

    Chao's bound (Chao 1987, Biometrics 43:783–791), in its bias-corrected form for t occasions
    (Chao 2005, Encyclopedia of Statistical Sciences): at least (t-1)/t · f1 (f1-1) / (2 (f2+1)) pairs
    were caught by none, f1 by one, f2 by two passes. It asks for no equal chances: pairs may differ
    in how easily they are caught, and then more are missing than it says. Passes that read the
    same columns catch the same pairs, which has the same effect. So `share` is rather too high
    than too low. Links that are false, on the other hand, are mostly caught once and feign
    missing pairs; counting by probability takes most of them out.

    Args:
        hits: bool [links, passes]; `caught_by`.
        probability: [links]; match probabilities, 0 to 1.
        model: whose passes they are.
    """
    weights = np.asarray(probability, np.float64)
    times = hits.sum(1)
    found = float(weights[times > 0].sum())
    once, twice = (float(weights[times == k].sum()) for k in (1, 2))
    active = np.flatnonzero(hits.any(0)).tolist()
    bound = chao(found, once, twice, len(active)) if found and len(active) > 1 else None
    unseen, low, high = bound if bound else (None, None, None)
    return Coverage(
        found=found,
        once=once,
        twice=twice,
        passes=len(active),
        unseen=unseen,
        share=None if unseen is None else found / (found + unseen),
        low=None if high is None else found / (found + high),
        high=None if low is None else found / (found + low),
        alone=tuple(float(weights[hits[:, p] & (times == 1)].sum()) for p in range(hits.shape[1])),
        caught=tuple(float(weights[hits[:, p]].sum()) for p in range(hits.shape[1])),
        rests_on=_in_all(model, active),
    )


def chao(found: float, once: float, twice: float, occasions: int) -> tuple[float, float | None, float | None]:
    """Least number never caught, and the ends of its 95 % interval (None where once is 0).

    The interval takes the logarithm of the unseen number as normal, with the variance of Chao
    (1987), so that it never falls below 0.
    """
    share = (occasions - 1) / occasions
    unseen = share * once * max(once - 1, 0.0) / (2 * (twice + 1))
    if unseen <= 0:
        return 0.0, None, None
    # the variance of the bias-corrected form (Chao 2005), with f2 + 1 for f2 throughout
    f1, f2 = once, twice + 1
    variance = (
        share * f1 * (f1 - 1) / (2 * f2)
        + share**2 * f1 * (2 * f1 - 1) ** 2 / (4 * f2**2)
        + share**2 * f1**2 * twice * (f1 - 1) ** 2 / (4 * f2**4)
    )
    spread = math.exp(_Z * math.sqrt(math.log(1 + variance / unseen**2)))
    return unseen, unseen / spread, unseen * spread


def _in_all(model: Model, passes: Sequence[int]) -> tuple[str, ...]:
    """Columns that all of some passes read, in the order of the first one."""
    read = [[name for expression in model.passes[p].key for name in base_columns(expression)] for p in passes]
    return tuple(name for name in dict.fromkeys(read[0]) if all(name in r for r in read)) if read else ()
