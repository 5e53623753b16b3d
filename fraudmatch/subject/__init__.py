"""What a site holds on one person, collected for an officer who answers that person."""

from fraudmatch.subject.asked import Asked, asked_for
from fraudmatch.subject.candidates import Candidate, candidates
from fraudmatch.subject.collect import Chosen, collect
from fraudmatch.subject.page import subject_page
from fraudmatch.subject.tables import NightOnDisk

__all__ = [
    "Asked",
    "Candidate",
    "Chosen",
    "NightOnDisk",
    "asked_for",
    "candidates",
    "collect",
    "subject_page",
]
