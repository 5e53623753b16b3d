"""The door between extract and normalise: which of tonight's deliveries are used.

A delivery that passes its gates is accepted and used. One that does not is held: nothing of it is loaded,
and the delivery accepted last stands in for it, with its date. A partner that sends nothing changes nothing
either. What is accepted is kept under accepted/ once the night is published, never before.
"""

from __future__ import annotations

from fraudmatch.intake.decisions import Decision, add_decisions, read_decisions
from fraudmatch.intake.door import TakenIn, received_again, take_in
from fraudmatch.intake.register import Register, read_register
from fraudmatch.intake.store import (
    NIGHTS,
    Accepted,
    ToKeep,
    accepted_before,
    draft,
    drafted,
    forget,
    keep,
    keep_drafts,
)

__all__ = [
    "NIGHTS",
    "Accepted",
    "Decision",
    "Register",
    "TakenIn",
    "ToKeep",
    "accepted_before",
    "add_decisions",
    "draft",
    "drafted",
    "forget",
    "keep",
    "keep_drafts",
    "read_decisions",
    "read_register",
    "received_again",
    "take_in",
]
