"""The functions of the rule language and what they take; the kernels are in `kernels`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from fraudmatch.scoring.nodes import Kind

#: Longest argument list of coalesce, least and greatest.
MOST_ARGUMENTS = 8


@dataclass(frozen=True)
class Signature:
    """A function as documented.

    Attributes:
        usage: as a person writes it.
        meaning: one line for the manual.
        fewest / most: how many arguments.
        settle: kinds of the arguments -> kind of the answer, or None when they do not fit.
    """

    usage: str
    meaning: str
    fewest: int
    most: int
    settle: Callable[[Sequence[Kind]], Kind | None]


def _fixed(wanted: Sequence[Kind], answer: Kind) -> Callable[[Sequence[Kind]], Kind | None]:
    return lambda kinds: answer if list(kinds) == list(wanted) else None


def _alike(allowed: Sequence[Kind]) -> Callable[[Sequence[Kind]], Kind | None]:
    return lambda kinds: kinds[0] if len(set(kinds)) == 1 and kinds[0] in allowed else None


def _choice(kinds: Sequence[Kind]) -> Kind | None:
    return kinds[1] if kinds[0] is Kind.TRUTH and len(set(kinds[1:])) == 1 else None


_ORDERED = (Kind.NUMBER, Kind.DATE)
_TWO_DATES = _fixed((Kind.DATE, Kind.DATE), Kind.NUMBER)
_DATE_AND_NUMBER = _fixed((Kind.DATE, Kind.NUMBER), Kind.DATE)

#: Every function, in the order of the manual.
FUNCTIONS: dict[str, Signature] = {
    "coalesce": Signature(
        "coalesce(a, b, …)", "the first that is known", 2, MOST_ARGUMENTS, _alike(list(Kind))
    ),
    "if": Signature("if(condition, a, b)", "a when true, b (or unknown) when false", 2, 3, _choice),
    "abs": Signature("abs(number)", "without its sign", 1, 1, _fixed((Kind.NUMBER,), Kind.NUMBER)),
    "least": Signature(
        "least(a, b, …)", "the smallest; unknown when one is", 2, MOST_ARGUMENTS, _alike(_ORDERED)
    ),
    "greatest": Signature(
        "greatest(a, b, …)", "the largest; unknown when one is", 2, MOST_ARGUMENTS, _alike(_ORDERED)
    ),
    "days_between": Signature("days_between(from, to)", "to minus from, in days", 2, 2, _TWO_DATES),
    "months_between": Signature("months_between(from, to)", "completed months", 2, 2, _TWO_DATES),
    "years_between": Signature("years_between(from, to)", "completed years", 2, 2, _TWO_DATES),
    "add_months": Signature(
        "add_months(date, n)", "n months on; the last day when the day lacks", 2, 2, _DATE_AND_NUMBER
    ),
    "add_years": Signature(
        "add_years(date, n)", "n years on; 29 February becomes 1 March", 2, 2, _DATE_AND_NUMBER
    ),
}
