"""What the acts on a case come to. A pure fold, so that a page, a list and a test all say the same."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

from fraudmatch.caselog.acts import CaseEvent

#: How a case stands -> in words. "decided" also follows from decisions that came another way, by workbook or command.
STATES = {
    "new": "New",
    "assigned": "Assigned",
    "in_review": "In review",
    "query_sent": "Query sent",
    "investigating": "Investigating",
    "awaiting_approval": "Awaiting approval",
    "decided": "Decided",
}


@dataclass(frozen=True)
class CaseState:
    """How a case stands.

    Attributes:
        version: how many acts there were. state: a key of STATES. assignee: username; null = nobody.
        due: null = no day is set. interested: usernames of those who declared an interest in it.
        proposed: the decision that waits for a second person; null = none does.
        questions: questions to other partners that are not answered yet. last: the newest act; null = there was none.
    """

    version: int = 0
    state: str = "new"
    assignee: str | None = None
    due: dt.date | None = None
    interested: frozenset[str] = frozenset()
    proposed: CaseEvent | None = None
    questions: tuple[CaseEvent, ...] = ()
    last: CaseEvent | None = None


def after(before: CaseState, event: CaseEvent) -> CaseState:
    """How a case stands after one more act."""
    act, now = event.act, replace(before, version=event.version, last=event)
    if act.kind == "assigned":
        to = act.detail["to"]
        waits = before.state in ("new", "assigned")
        return replace(now, assignee=to, state=("assigned" if to else "new") if waits else before.state)
    if act.kind == "due":
        on = act.detail["on"]
        return replace(now, due=dt.date.fromisoformat(on) if on else None)
    if act.kind == "state":
        return replace(now, state=act.detail["state"])
    if act.kind in ("decided", "approved"):
        return replace(now, state="decided", proposed=None)
    if act.kind in ("undone", "returned"):
        return replace(now, state="in_review", proposed=None)
    if act.kind == "proposed":
        return replace(now, state="awaiting_approval", proposed=event)
    if act.kind == "asked":
        return replace(now, state="query_sent", questions=(*before.questions, event))
    if act.kind == "answered":
        open_ = tuple(one for one in before.questions if one.sequence != act.detail["act"])
        waits = bool(open_) or before.state != "query_sent"
        return replace(now, state=before.state if waits else "in_review", questions=open_)
    if act.kind == "interest":
        return replace(now, interested=before.interested | {act.actor})
    return now
