"""The page of one case: what its pack says, how it stands, what was done, and the forms to do more."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

import flask
from flask import Blueprint, request
from markupsafe import Markup

from fraudmatch.accounts import Account, Right
from fraudmatch.caselog import CaseEvent, CaseState
from fraudmatch.caselog.state import STATES
from fraudmatch.casepack import case_body
from fraudmatch.report.words import counted
from fraudmatch.review.board import DECIDING
from fraudmatch.review.desk import Desk, desk_of
from fraudmatch.review.guard import account, needs
from fraudmatch.review.worklist import Filter
from fraudmatch.schemas import CLEARED_REASONS, VALUE_CLASSES

pages = Blueprint("case", __name__)

#: What a person can find of a flag -> in words.
OUTCOMES = {
    "cleared": "Cleared: nothing is wrong",
    "error": "Error: an honest mistake",
    "confirmed": "Confirmed: somebody meant it",
    "unresolved": "Unresolved: it cannot be told",
}


@pages.get("/case/<case_key>")
@needs(Right.SEE_CASES)
def page(case_key: str) -> Any:
    """The case, as the person's partner may see it."""
    desk_of().refresh()
    return case_page(case_key)


def case_page(
    case_key: str, typed: Mapping[str, Any] | None = None, wrong: Mapping[str, str] | None = None
) -> str:
    """The page of a case.

    Args:
        typed: what the person wrote into a form that was not taken: it stands there again. wrong: field -> what to mend.
    """
    desk, me = desk_of(), account()
    found = desk.view(me, case_key)
    if found is None:
        flask.abort(404)
    wanted = Filter.read(request.args)
    return flask.render_template(
        "case.html", view=found, body=Markup(case_body(found.pack)), key=case_key, wanted=wanted,
        before_after=_neighbours(desk, me, case_key, wanted), typed=typed or {}, wrong=wrong or {},
        outcomes=OUTCOMES, reasons=CLEARED_REASONS, classes=VALUE_CLASSES, act=secrets.token_hex(16),
        works=me.may(Right.WORK_CASES) and me.username not in found.state.interested,
        undo=undoable(found.history, me), people=desk.colleagues(me) if me.may(Right.ASSIGN) else [], night=desk.night,
        approves=may_approve(found.state, me), asks=_asks(desk, me, case_key), today=desk.today(), said=[_said(one) for one in found.history],
        flags=[(flag, found.decidable[flag.key]) for flag in found.pack.flags if flag.key in found.decidable],
    )  # fmt: skip


def undoable(history: Sequence[CaseEvent], me: Account) -> CaseEvent | None:
    """The act of deciding that a person may take back: the newest, own or, for who assigns, anybody's."""
    last = next((one for one in reversed(history) if one.act.kind in DECIDING), None)
    if last is None or last.act.kind == "undone" or not me.may(Right.WORK_CASES):
        return None
    return last if last.act.actor == me.username or me.may(Right.ASSIGN) else None


def may_approve(state: CaseState, me: Account) -> bool:
    """Whether a person may approve what waits: never one's own, nor with an interest in the case."""
    return (
        state.proposed is not None
        and me.may(Right.APPROVE)
        and me.username != state.proposed.act.actor
        and me.username not in state.interested
    )


def _asks(desk: Desk, me: Account, case_key: str) -> list[tuple[str, str]]:
    """What can be asked about: (flag key, rule and partner in words)."""
    askable = desk.askable(me, case_key)
    rules = desk.night.rule_of
    return [(key, f"{rules[key]}: {desk.site.partner(to).name}") for key, to in askable.items()]


def _neighbours(desk: Desk, me: Account, case_key: str, wanted: Filter) -> tuple[str | None, str | None]:
    """Keys of the cases before and after this one in the list the person came from; null = there is none.

    A case that the filter no longer leaves, since it was just decided, keeps its place among those it does.
    """
    worklist = desk.worklist(me)
    places = worklist.chosen(wanted, me.username, desk.today()).tolist()
    here = worklist.place[case_key]
    if here in places:
        at = places.index(here)
        before, behind = places[:at], places[at + 1 :]
    else:
        before, behind = [p for p in places if p < here], [p for p in places if p > here]
    return (
        worklist.keys[before[-1]] if before else None,
        worklist.keys[behind[0]] if behind else None,
    )


def _said(event: CaseEvent) -> dict[str, Any]:
    """An act in words."""
    act = event.act
    return {
        "when": event.recorded_at,
        "who": act.actor,
        "what": _words(act.kind, act.detail),
        "note": act.note,
    }


def _words(kind: str, detail: Mapping[str, Any]) -> str:
    if kind == "assigned":
        return f"gave it to {detail['to']}" if detail["to"] else "gave it back"
    if kind == "due":
        return f"set the day to {detail['on']}" if detail["on"] else "took the day away"
    if kind == "state":
        return f"said it is {STATES[detail['state']].lower()}"
    if kind == "proposed":
        return f"proposed: {OUTCOMES[detail['outcome']].lower()}"
    if kind in ("approved", "returned", "answered"):
        return {"approved": "approved it", "returned": "gave it back", "answered": "answered"}[kind]
    if kind == "asked":
        return f"asked {detail['to']}, to be answered by {detail['by']}"
    if kind == "decided":
        return f"decided {counted(len(detail['events']), 'flag')}"
    if kind == "undone":
        return "took the decision back"
    if kind == "document":
        return "named a document"
    return "declared an interest" if kind == "interest" else "noted"
