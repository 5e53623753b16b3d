"""The door between extract and normalise: which of tonight's deliveries are used.

A delivery that passes its gates is accepted and used. One that does not is held: nothing of it is loaded,
and the delivery accepted last stands in for it, with its date. A partner that sends nothing changes nothing
either. What is accepted is kept under accepted/ once the night is published, never before.
"""

from __future__ import annotations

from fraudmatch.intake.door import TakenIn, take_in
from fraudmatch.intake.store import Accepted, accepted_before, keep

__all__ = ["Accepted", "TakenIn", "accepted_before", "keep", "take_in"]
