"""The numbers by which cases are made and ranked: dated parameters of the rule library."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fraudmatch.errors import RuleFileError
from fraudmatch.schemas import VALUE_CLASSES

#: Parameters of the library that casework reads; rules do not.
PARAMETERS = frozenset(
    {
        *(f"case_weight_{kind}" for kind in VALUE_CLASSES),
        "case_small_value",
        "case_most_flags",
        "case_doubling_points",
        "case_further_rule",
        "case_partner_cap",
        "case_rule_cap",
        "case_cleared_months",
    }
)


@dataclass(frozen=True)
class Terms:
    """The numbers in force; docs/casework.md says what each is for.

    Attributes:
        weights: weight of a penny by class of money, in the ranking only.
        small_value: pence a flag without any value counts for.
        most_flags: flags on one subject, or in one case, above which they stay apart.
        doubling_points: risk points that double the odds.
        further_rule: share of its minutes that a further rule adds to a case.
        partner_cap: outcomes of one partner that count for the others, at most.
        rule_cap: decided flags that prior and other partners count for together, at most.
        cleared_months: months after which a cleared flag that is still flagged is asked about again.
    """

    weights: Mapping[str, float]
    small_value: float
    most_flags: int
    doubling_points: float
    further_rule: float
    partner_cap: float
    rule_cap: float
    cleared_months: int


def terms_of(constants: Mapping[tuple[str, str], object]) -> Terms:
    """The terms among the constants of a library, ("param", name) -> number.

    Raises:
        RuleFileError: one is missing, not yet in force, no number or not above nought.
    """
    read: dict[str, float] = {}
    for name in sorted(PARAMETERS):
        number = constants.get(("param", name))
        if isinstance(number, bool) or not isinstance(number, (int, float)) or number <= 0:
            raise RuleFileError(
                f"Parameter {name} is {number}; ranking cases needs a number above nought.",
                remedy="Restore rules/parameters/casework.toml, or correct the site's own file of that name.",
            )
        read[name.removeprefix("case_")] = float(number)
    weights: dict[str, float] = {kind: read.pop(f"weight_{kind}") for kind in VALUE_CLASSES}
    whole = {name: int(read.pop(name)) for name in ("most_flags", "cleared_months")}
    return Terms(
        weights=weights, most_flags=whole["most_flags"], cleared_months=whole["cleared_months"], **read
    )
