"""The report to members: what was flagged, reviewed and found in a period, for whom, and at what cost.

Changes when members ask for another table. `terms` is what only people know (`committee.toml`), `flagged` what the
nights of the period flagged, `figures` counts, `tables` writes CSV and JSON, `page` the page. Nothing in it is about
a person: it holds counts and amounts.
"""

from fraudmatch.committee.figures import Figures, figures_of
from fraudmatch.committee.flagged import Flagged, flagged_between
from fraudmatch.committee.page import committee_page
from fraudmatch.committee.tables import figures_csv, figures_json
from fraudmatch.committee.terms import Terms, read_terms

__all__ = [
    "Figures", "Flagged", "Terms", "committee_page", "figures_csv", "figures_json", "figures_of", "flagged_between",
    "read_terms",
]  # fmt: skip
