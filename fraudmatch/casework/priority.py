"""From identity and risk to what a flag is expected to bring for a minute of an officer.

Identity (is it the same person, property, firm?) and risk (is something wrong, if it is?) are separate
columns to the end. Risk is the learnt yield of rule and partner, moved by the flag's risk points:

    odds(risk) = odds(yield) · 2^((points − usual) / doubling_points)

where `usual` is the median of the rule's open flags tonight, so that a usual flag has just the yield
and more points never mean less risk. chance real = identity · risk.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from fraudmatch.casework.terms import Terms
from fraudmatch.casework.yields import Yields
from fraudmatch.schemas import VALUE_CLASSES

Numbers = npt.NDArray[np.float64]

#: Decimals kept of a chance: what follows may differ between machines.
DECIMALS = 9


def risk_probability(expected: Numbers, points: Numbers, usual: Numbers, doubling_points: float) -> Numbers:
    """The yield moved by risk points: see the module. All arrays are of one length, result in (0, 1)."""
    odds = expected / (1.0 - expected) * np.exp2((points - usual) / doubling_points)
    return np.asarray(odds / (1.0 + odds))


def usual_points(flags: pa.Table) -> Numbers:
    """Per flag, the lower median of the risk points of its rule among `flags`."""
    rules = flags["rule_id"].combine_chunks().dictionary_encode().indices.to_numpy()
    points = flags["risk_points"].to_numpy().astype(np.float64)
    usual = np.zeros(len(points))
    order = np.lexsort((points, rules))
    begins = np.flatnonzero(np.diff(rules[order], prepend=-1))
    ends = np.append(begins[1:], len(order))[: len(begins)]
    for begin, end in zip(begins, ends, strict=True):
        usual[order[begin:end]] = points[order[(begin + end - 1) // 2]]
    return usual


def chances(flags: pa.Table, yields: Yields, terms: Terms) -> pa.Table:
    """Columns of CASE_FLAGS that say how likely a flag is real: identity, prior, posterior, risk, chance.

    An identity that the rule does not need counts as 1.
    """
    pairs = list(zip(flags["rule_id"].to_pylist(), flags["left_partner"].to_pylist(), strict=True))
    learnt = {pair: yields.posterior(*pair) for pair in set(pairs)}
    posterior = np.array([learnt[pair] for pair in pairs], dtype=np.float64)
    identity = pc.fill_null(flags["identity_probability"].cast(pa.float64()), 1.0).to_numpy()
    points = flags["risk_points"].to_numpy().astype(np.float64)
    risk = risk_probability(posterior, points, usual_points(flags), terms.doubling_points)
    columns = {
        "identity_probability": identity,
        "yield_prior": np.array([yields.prior(rule_id) for rule_id, _ in pairs], dtype=np.float64),
        "yield_posterior": posterior,
        "risk_probability": risk,
        "chance_real": identity * risk,
    }
    return pa.table({name: np.round(column, DECIMALS) for name, column in columns.items()})


def values_of(flags: pa.Table) -> dict[str, Numbers]:
    """Class -> pence at stake per flag; NaN where the flag carries none of that class."""
    return {
        kind: flags[f"value_{kind}_pence"].cast(pa.float64()).to_numpy(zero_copy_only=False)
        for kind in VALUE_CLASSES
    }


def stake(values: Mapping[str, Numbers], terms: Terms) -> Numbers:
    """What counts in the ranking, in weighted pence; the stated small value where there is none.

    This mixes classes and is therefore never printed as money.
    """
    weighted = [np.nan_to_num(values[kind]) * terms.weights[kind] for kind in VALUE_CLASSES]
    total = np.sum(weighted, axis=0)
    return np.where(total > 0, total, terms.small_value)
