"""How many minutes of an officer a flag of a rule takes, learnt from the minutes that officers record.

The mean of a normal distribution with a prior on it (Gelman, Carlin, Stern, Dunson, Vehtari and Rubin,
*Bayesian Data Analysis*, 3rd edition, ch. 2.5), the prior being worth as many flags as the rule's yield.
For a rule with m stated minutes and strength s, and for every partner q its n_q decided flags with
recorded minutes t_qi:

    u_qi    = min(max(t_qi, m / 4), 4 m)                  so that a slip of the pen moves little
    c_q     = min(1, partner_cap / n_q)                   what one partner may weigh, as for yields
    minutes = (s m + Σ_q c_q Σ_i u_qi) / (s + Σ_q c_q n_q)

The mean, not the median, is learnt, because hours are spent on the sum. It lies between m / 4 and 4 m, and
is m itself while nobody has recorded any minutes. A flag that is unresolved has had some time and needs more,
so its minutes say nothing. Minutes are those of the rule for all partners: how long a question takes lies in
the question more than in the council, and few councils record enough of them.
"""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa

from fraudmatch.schemas import CLEARED, REAL, Review

#: How far, as a factor either way, recorded minutes may lie from those the rule states.
FARTHEST = 4.0

#: Decimals kept: whole minutes are made of them by rounding up, which must not rest on the last bit.
_DECIMALS = 6


class Times:
    """Minutes of a flag, by rule.

    Args:
        reviews: rule id -> what its file states.
        outcomes: OUTCOMES; those without minutes say nothing.
        partner_cap: outcomes of one partner that count, at most.
    """

    def __init__(self, reviews: Mapping[str, Review], outcomes: pa.Table, *, partner_cap: float) -> None:
        self._reviews, self._partner_cap = reviews, partner_cap
        self._recorded = _recorded(outcomes)

    def minutes(self, rule_id: str) -> float:
        """Expected minutes of one flag: those stated when none are recorded."""
        review, recorded = self._reviews[rule_id], self._recorded.get(rule_id)
        if not recorded:
            return float(review.minutes)
        total, weight = review.strength * review.minutes, review.strength
        for _, minutes in sorted(recorded.items()):
            share = min(1.0, self._partner_cap / len(minutes))
            total += share * sum(_bounded(one, review.minutes) for one in sorted(minutes))
            weight += share * len(minutes)
        return round(total / weight, _DECIMALS)


def _bounded(recorded: int, stated: int) -> float:
    return min(max(float(recorded), stated / FARTHEST), stated * FARTHEST)


def _recorded(outcomes: pa.Table) -> dict[str, dict[str, list[int]]]:
    """Rule id -> partner -> minutes of its decided flags that have any."""
    found: dict[str, dict[str, list[int]]] = {}
    columns = (outcomes[name].to_pylist() for name in ("rule_id", "partner", "outcome", "minutes"))
    for rule_id, partner, outcome, minutes in zip(*columns, strict=True):
        if minutes is not None and outcome in (*REAL, CLEARED):
            found.setdefault(rule_id, {}).setdefault(partner, []).append(minutes)
    return found
