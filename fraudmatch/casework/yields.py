"""How many flags of a rule turn out real, learnt from outcomes by rule and partner.

A Beta-binomial with partial pooling (Gelman, Carlin, Stern, Dunson, Vehtari and Rubin, *Bayesian Data
Analysis*, 3rd edition, ch. 2.4 for the conjugate update and ch. 5.1–5.3 for groups that share a
prior; Carpenter, Gabry and Goodrich, *Hierarchical Partial Pooling for Repeated Binary Trials*). For
rule r and partner p, with m, s the rule's stated rate and its strength, and for every partner q
y_q flags found real of n_q decided:

    c_q   = min(1, partner_cap / n_q)                     what another partner may weigh
    a, b  = m s + Σ_{q≠p} c_q y_q,  (1 − m) s + Σ_{q≠p} c_q (n_q − y_q)     the rule, without p
    k     = min(a + b, max(s, rule_cap))                   so that the rule informs and does not swamp
    yield = (k · a / (a + b) + y_p) / (k + n_p)

The partner's own outcomes are left out of the rule's part, so that none counts twice. In chapter 5 the
strength k would be fitted too; with the few decided flags of a first year that fit is unstable, so
k is bounded by a dated parameter instead. A partner that never decided one gets the rule's rate over all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa

from fraudmatch.schemas import CLEARED, REAL, Review


@dataclass(frozen=True)
class Decided:
    """Flags of one rule and partner that a person has decided; unresolved ones are in neither number."""

    real: int = 0
    cleared: int = 0

    @property
    def all(self) -> int:
        """Both together."""
        return self.real + self.cleared


class Yields:
    """The chance that a flag is real, by rule and partner.

    Args:
        reviews: rule id -> what its file states.
        outcomes: OUTCOMES; those of rules that are not in `reviews` say nothing.
        partner_cap / rule_cap: see the module.
    """

    def __init__(
        self, reviews: Mapping[str, Review], outcomes: pa.Table, *, partner_cap: float, rule_cap: float
    ) -> None:
        self._reviews = reviews
        self._partner_cap, self._rule_cap = partner_cap, rule_cap
        self._decided = decided(outcomes)

    def decided(self, rule_id: str, partner: str) -> Decided:
        """What the partner has decided of the rule."""
        return self._decided.get(rule_id, {}).get(partner, Decided())

    def prior(self, rule_id: str) -> float:
        """The rate the rule file states."""
        return self._reviews[rule_id].rate

    def posterior(self, rule_id: str, partner: str) -> float:
        """The mean of the posterior of rule and partner, between 0 and 1, neither included."""
        review, own = self._reviews[rule_id], self.decided(rule_id, partner)
        a, b = review.rate * review.strength, (1 - review.rate) * review.strength
        for other, theirs in sorted(self._decided.get(rule_id, {}).items()):
            if other != partner:
                weight = min(1.0, self._partner_cap / theirs.all) if theirs.all else 0.0
                a, b = a + weight * theirs.real, b + weight * theirs.cleared
        strength = min(a + b, max(review.strength, self._rule_cap))
        return (strength * a / (a + b) + own.real) / (strength + own.all)


def decided(outcomes: pa.Table) -> dict[str, dict[str, Decided]]:
    """Rule id -> partner -> how its flags were decided."""
    found: dict[str, dict[str, Decided]] = {}
    columns = (outcomes[name].to_pylist() for name in ("rule_id", "partner", "outcome"))
    for rule_id, partner, outcome in zip(*columns, strict=True):
        before = found.setdefault(rule_id, {}).get(partner, Decided())
        real, cleared = int(outcome in REAL), int(outcome == CLEARED)
        found[rule_id][partner] = Decided(before.real + real, before.cleared + cleared)
    return found
