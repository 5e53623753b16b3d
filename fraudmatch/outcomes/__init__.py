"""What people decided about flags: kept for good, and read back for each night.

`outcomes.store` is imported where it is used, because the libraries under it take a third of a second.
"""

from fraudmatch.outcomes.attach import Tonight, attach, open_again, settled
from fraudmatch.outcomes.basis import Rested, bases, references
from fraudmatch.outcomes.csvfile import OutcomesRead, read_outcomes
from fraudmatch.outcomes.events import REOPENED, WORDS, Decision, Event, key_of
from fraudmatch.outcomes.night import NightOutcomes, outcomes_as_then, outcomes_of_night
from fraudmatch.schemas import CLEARED_REASONS

__all__ = [
    "CLEARED_REASONS", "REOPENED", "WORDS", "Decision", "Event", "NightOutcomes", "OutcomesRead", "Rested",
    "Tonight", "attach", "bases", "key_of", "open_again", "outcomes_as_then", "outcomes_of_night", "read_outcomes", "references", "settled",
]  # fmt: skip
