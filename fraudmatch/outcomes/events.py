"""What a person decided about a flag, as it is told and as it is kept.

A decision is never changed. A later one about the same flag supersedes it, and both are kept: an event
is a decision with its place in the sequence.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from fraudmatch.errors import DecisionError, Problem
from fraudmatch.schemas import CLEARED, CLEARED_REASONS, OUTCOME_WORDS, VALUE_CLASSES

#: The word that takes a decision back: the flag is open again.
REOPENED = "reopened"
WORDS = (*OUTCOME_WORDS, REOPENED)

KEY = re.compile(r"^[0-9a-f]{32}$")
MOST_MINUTES = 100_000
_MOST_PENCE = 10**15
_LONGEST = {"decided_by": 100, "note": 2_000}


@dataclass(frozen=True)
class Decision:
    """What a person decided about one flag; null means not told.

    Attributes:
        partner: whose flag it is, the partner that bears the loss.
        outcome: confirmed | error | cleared | unresolved | reopened.
        reason: a key of CLEARED_REASONS; of cleared flags only.
        minutes: officer time to the decision. value_…_pence: by class, never added to one another.
        left_ref / right_ref: the records as partner:data_set:reference. A record_id would not do, it
            means another record tomorrow.
        basis: canonical JSON of what the flag rested on when it was decided, without values of anybody:
            {"facts": {name: true | false | null}}.
    """

    flag_key: str
    rule_id: str
    partner: str
    outcome: str
    decided_on: dt.date
    rule_version: int | None = None
    reason: str | None = None
    decided_by: str | None = None
    minutes: int | None = None
    value_actual_pence: int | None = None
    value_estimate_pence: int | None = None
    value_notional_pence: int | None = None
    value_prevented_pence: int | None = None
    note: str | None = None
    left_ref: str | None = None
    right_ref: str | None = None
    basis: str | None = None

    def told(self) -> tuple[object, ...]:
        """What the person said, without what the program knew of the flag."""
        amounts = (getattr(self, f"value_{kind}_pence") for kind in VALUE_CLASSES)
        return (
            self.flag_key, self.outcome, self.decided_on, self.reason, self.decided_by, self.minutes, self.note,
            *amounts,
        )  # fmt: skip


@dataclass(frozen=True)
class Event:
    """A decision as it is kept.

    Attributes:
        sequence: from 1, without gaps; the order of events. Times never order them.
        idempotency_key: names the act of telling; told twice under one key, it is kept once.
        recorded_at: UTC, as the caller said, 2026-03-31T14:05:09Z.
        supersedes: sequence of the event about the same flag that this one replaced; null = it is the first.
    """

    sequence: int
    idempotency_key: str
    recorded_at: str
    supersedes: int | None
    decision: Decision

    def __str__(self) -> str:
        who = f" by {self.decision.decided_by}" if self.decision.decided_by else ""
        return (
            f"{self.decision.outcome} on {self.decision.decided_on.isoformat()}{who} (event {self.sequence})"
        )


def checked(decision: Decision) -> Decision:
    """The decision, which can be kept.

    Raises:
        DecisionError: it cannot; names every field at fault, never the value.
    """
    problems = [Problem("decision", name, what) for name, what in faults_of(decision)]
    if problems:
        raise DecisionError("The decision was not recorded.", problems=problems)
    return decision


def faults_of(decision: Decision) -> Iterator[tuple[str, str]]:
    """What is wrong with a decision, as (field, what to write instead), never the value."""
    if not KEY.match(decision.flag_key):
        yield "flag_key", "a flag key has 32 hexadecimal digits, as in the last column of the reports."
    if decision.outcome not in WORDS:
        yield "outcome", f"choose one of: {', '.join(WORDS)}."
    if decision.reason is not None and decision.outcome != CLEARED:
        yield "reason", "only a cleared flag has one; say the rest in the note."
    elif decision.reason is not None and decision.reason not in CLEARED_REASONS:
        yield "reason", f"choose one of: {', '.join(CLEARED_REASONS)}."
    if decision.minutes is not None and not 0 <= decision.minutes <= MOST_MINUTES:
        yield "minutes", f"write whole minutes from 0 to {MOST_MINUTES:,}."
    for kind in VALUE_CLASSES:
        pence = getattr(decision, f"value_{kind}_pence")
        if pence is not None and not 0 <= pence < _MOST_PENCE:
            yield f"value_{kind}", "it is below 0 or too great to be one."
    for name, longest in _LONGEST.items():
        text = getattr(decision, name)
        if text is not None and not 0 < len(text) <= longest:
            yield name, f"write 1 to {longest:,} characters, or leave it out."
        elif text is not None and any(ord(sign) < 32 and sign not in "\r\n\t" for sign in text):
            yield name, "it has control characters in it."


def key_of(decision: Decision, kind: str, supersedes: int | None = None) -> str:
    """An idempotency key from the content: the same words about the same state are one act.

    Args:
        kind: where it was told; the key begins with it.
        supersedes: what it would replace, so that clearing, reopening and clearing again are three acts.
    """
    said = [str(part) if isinstance(part, dt.date) else part for part in decision.told()]
    text = json.dumps([*said, decision.rule_id, decision.partner, supersedes], separators=(",", ":"))
    return f"{kind}:{hashlib.sha256(text.encode('ascii')).hexdigest()}"
