"""FLAGS and decided flags -> cases, ranked by what an officer's minute is expected to bring."""

from fraudmatch.casework.cases import Casework, make_cases
from fraudmatch.casework.plan import Plan, plan
from fraudmatch.casework.subjects import Ties
from fraudmatch.casework.terms import PARAMETERS, Terms, terms_of
from fraudmatch.casework.times import Times
from fraudmatch.casework.yields import Yields

__all__ = [
    "PARAMETERS", "Casework", "Plan", "Terms", "Ties", "Times", "Yields", "make_cases", "plan", "terms_of",
]  # fmt: skip
