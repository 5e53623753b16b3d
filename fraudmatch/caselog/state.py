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
    "decided": "Decided",
}


@dataclass(frozen=True)
class CaseState:
    """How a case stands.

    Attributes:
        version: how many acts there were. state: a key of STATES. assignee: username; null = nobody.
        due: null = no day is set. interested: usernames of those who declared an interest in it.
        last: the newest act; null = there was none.
    """

    version: int = 0
    state: str = "new"
    assignee: str | None = None
    due: dt.date | None = None
    interested: frozenset[str] = frozenset()
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
    if act.kind == "decided":
        return replace(now, state="decided")
    if act.kind == "undone":
        return replace(now, state="in_review")
    if act.kind == "interest":
        return replace(now, interested=before.interested | {act.actor})
    return now
