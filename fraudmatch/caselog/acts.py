"""An act about a case, as it is told and as it is kept."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from fraudmatch.errors import DecisionError, Problem
from fraudmatch.schemas import CLEARED_REASONS, OUTCOME_WORDS, VALUE_CLASSES

#: What a person may say of a case that is being worked; the others follow from acts (`state.CaseState`).
WORKING = ("in_review", "query_sent", "investigating")

MOST_NOTE = 2_000
_CASE = re.compile(r"[0-9a-f]{16}")
_FLAG = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True)
class Act:
    """What a person does about a case.

    Attributes:
        case_key: as the case is called tonight. flags: keys of all its flags tonight, by which it is found again.
        partner: that bears the loss. actor: username of the account.
        kind: a key of KINDS. detail: ids, states and days, as the kind has them. note: as typed; null = nothing.
    """

    case_key: str
    flags: tuple[str, ...]
    partner: str
    actor: str
    kind: str
    detail: Mapping[str, Any] = field(default_factory=dict)
    note: str | None = None


@dataclass(frozen=True)
class CaseEvent:
    """An act as it is kept.

    Attributes:
        sequence: from 1, without gaps, over all cases. version: from 1, without gaps, of this case.
        idempotency_key: names the act of telling. recorded_at: UTC, as the caller said, 2026-03-31T14:05:09Z.
    """

    sequence: int
    version: int
    idempotency_key: str
    recorded_at: str
    act: Act


def _nobody_or_username(value: Any) -> bool:
    return value is None or (isinstance(value, str) and 0 < len(value) <= 100)


def _day_or_none(value: Any) -> bool:
    try:
        return value is None or bool(dt.date.fromisoformat(value))
    except (TypeError, ValueError):
        return False


def _working(value: Any) -> bool:
    return value in WORKING


def _numbers(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(one, int) for one in value)


def _number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _number_or_none(value: Any) -> bool:
    return value is None or _number(value)


def _keys(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(_is_key(one) for one in value)


def _is_key(value: Any) -> bool:
    return isinstance(value, str) and bool(_FLAG.fullmatch(value))


def _amounts(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and set(value) == set(VALUE_CLASSES)
        and all(map(_number_or_none, value.values()))
    )


def _partner(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= 31


#: Kind -> what its detail holds, as name -> whether a value is one. `act` is the sequence of the act it speaks of;
#: "document" names one that is kept elsewhere, "proposed" holds a decision that waits for a second person, "asked" a question to another partner about a flag.
KINDS: Mapping[str, Mapping[str, Callable[[Any], bool]]] = {
    "assigned": {"to": _nobody_or_username},
    "due": {"on": _day_or_none},
    "state": {"state": _working},
    "note": {},
    "document": {},
    "decided": {"events": _numbers},
    "undone": {"events": _numbers, "act": _number},
    "interest": {},
    "proposed": {
        "flags": _keys,
        "outcome": lambda value: value in OUTCOME_WORDS,
        "on": lambda value: value and _day_or_none(value),
        "reason": lambda value: value is None or value in CLEARED_REASONS,
        "minutes": _number_or_none,
        "pence": _amounts,
    },
    "approved": {"events": _numbers, "act": _number},
    "returned": {"act": _number},
    "asked": {"flag": _is_key, "to": _partner, "by": lambda value: value and _day_or_none(value)},
    "answered": {"act": _number},
}
#: Kinds that say nothing without a note.
_NOTED = ("note", "document", "interest", "returned", "asked", "answered")


def checked(act: Act) -> Act:
    """The act, which can be kept.

    Raises:
        DecisionError: it cannot; names every field at fault, never the value.
    """
    problems = [Problem("act", name, what) for name, what in faults_of(act)]
    if problems:
        raise DecisionError("It was not recorded.", problems=problems)
    return act


def faults_of(act: Act) -> Iterator[tuple[str, str]]:
    """What is wrong with an act, as (field, what to write instead), never the value."""
    if not _CASE.fullmatch(act.case_key):
        yield "case_key", "a case key has 16 hexadecimal digits."
    if not act.flags:
        yield "flags", "a case has at least one flag."
    holds = KINDS.get(act.kind)
    if holds is None:
        yield "kind", f"choose one of: {', '.join(KINDS)}."
    elif set(act.detail) != set(holds) or not all(good(act.detail[name]) for name, good in holds.items()):
        yield "detail", f"an act {act.kind} tells {', '.join(holds) or 'nothing'} beside its note."
    note = act.note
    if note is None and act.kind in _NOTED:
        yield "note", "write what there is to say."
    elif note is not None and not 0 < len(note) <= MOST_NOTE:
        yield "note", f"write 1 to {MOST_NOTE:,} characters."
    elif note is not None and any(ord(sign) < 32 and sign not in "\r\n\t" for sign in note):
        yield "note", "it has control characters in it."
