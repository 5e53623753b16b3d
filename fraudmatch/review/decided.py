"""What one's council decided, newest first, of this night and earlier ones; and opening it again.

A flag that was decided is in no case the night after. Here it is found again: by whom, why, and whether tonight's data still have it.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import flask
from flask import Blueprint, request

from fraudmatch.accounts import Account, Right
from fraudmatch.errors import ConflictError, DecisionError
from fraudmatch.ledger.entering import enter
from fraudmatch.outcomes import Event
from fraudmatch.outcomes.events import REOPENED
from fraudmatch.report.disclosure import Column
from fraudmatch.review.desk import Desk, desk_of
from fraudmatch.review.files import exported
from fraudmatch.review.guard import account, needs, tell
from fraudmatch.review.keeping import form_key
from fraudmatch.review.typed import Wrong, as_typed, words
from fraudmatch.schemas import CLEARED_REASONS, VALUE_CLASSES

pages = Blueprint("decided", __name__)

#: Decisions on a page.
MOST = 50


@pages.get("/decided")
@needs(Right.SEE_CASES)
def page() -> Any:
    """The decisions of the person's council, those below a number of the address."""
    desk_of().refresh()
    return _page({})


@pages.get("/decided.<kind>")
@needs(Right.EXPORT)
def export(kind: str) -> Any:
    """The decisions in force of the person's council, as csv, xlsx or json."""
    desk, me = desk_of(), account()
    desk.refresh()
    title = f"Decisions of {desk.partner_of(me).name}"
    found = desk.board.decisions(str(me.partner), below=None, most=None)
    return exported(desk, "decided", kind, _COLUMNS, map(_as_row, found), title)


def _as_row(event: Event) -> dict[str, Any]:
    told = event.decision
    reason = CLEARED_REASONS[told.reason] if told.reason else None
    return {column.key: getattr(told, column.key, None) for column in _COLUMNS} | {"reason": reason}


@pages.post("/decided/reopen")
@needs(Right.WORK_CASES)
def reopen() -> Any:
    """Open a flag again that was decided in an earlier night; the next night puts it into a case."""
    desk, me, wrong = desk_of(), account(), Wrong()
    desk.refresh()
    found = desk.board.newest(request.form.get("flag", ""))
    if found is None or not _may_reopen(desk, me, found):
        flask.abort(404)
    why = words(request.form, wrong, "why", needed="Write why it is to be looked at again.")
    if wrong:
        return _page(wrong), 400
    day = max(found.decision.decided_on, desk.night.day(desk.today(), dated=desk.site.as_at is not None))
    (seed,) = desk.night.undecided([found.decision.flag_key], desk.secret)
    back = replace(seed, outcome=REOPENED, note=why, decided_by=me.username, decided_on=day)
    try:
        desk.tell(back, key=f"desk:{form_key()}", supersedes=_seen())
    except (ConflictError, DecisionError):
        return _page({"why": "Somebody decided it anew since. Look at what stands there now."}), 409
    tell("Saved", "It is open again: the next night puts it into a case.")
    return flask.redirect(flask.url_for("decided.page"), 303)


#: What a file of decisions has of each.
_COLUMNS = (
    Column("decided_on", "Decided on", "date", "flag"), Column("decided_by", "By", "text", "flag"),
    Column("flag_key", "Flag", "text", "flag"), Column("rule_id", "Rule", "text", "flag"),
    Column("outcome", "Found", "text", "flag"), Column("reason", "Reason", "text", "flag"),
    Column("minutes", "Minutes", "integer", "flag"),
    *(Column(f"value_{kind}_pence", f"{kind.capitalize()} (£)", "pence", "value") for kind in VALUE_CLASSES),
    Column("note", "Note", "text", "trace"),
)  # fmt: skip


def _page(wrong: Wrong) -> str:
    desk, me = desk_of(), account()
    below = request.args.get("below", "")
    number = int(below) if below.isascii() and below.isdigit() and len(below) < 16 else None
    found = desk.board.decisions(str(me.partner), below=number, most=MOST + 1)
    shown = found[:MOST]
    enter(
        desk.site,
        "record.viewed",
        by=me.username,
        partner=me.partner,
        detail={"desk": 1, "decisions": len(shown)},
    )
    return flask.render_template(
        "decided.html", rows=list(_rows(desk, me, shown)), older=f"below={shown[-1].sequence}" if len(found) > MOST else None,
        wrong=wrong, typed=as_typed(request.form), act=secrets.token_hex(16),
    )  # fmt: skip


def _rows(desk: Desk, me: Account, events: list[Event]) -> Iterator[dict[str, Any]]:
    rules, worklist = desk.night.rules, desk.worklist(me)
    for event in events:
        told = event.decision
        case_key = desk.night.case_of.get(told.flag_key)
        yield {
            "event": event, "rule": rules[told.rule_id].title if told.rule_id in rules else told.rule_id,
            "reason": CLEARED_REASONS[told.reason] if told.reason else "", "case": case_key if case_key in worklist.place else None,
            "tonight": desk.night.flagged(told.flag_key), "may_reopen": _may_reopen(desk, me, event),
        }  # fmt: skip


def _may_reopen(desk: Desk, me: Account, event: Event) -> bool:
    """Whether a person may open a flag again here: of the person's council, in tonight's data and in no case of them,
    decided by the person or by anybody where the person gives cases to others."""
    told = event.decision
    return (
        told.partner == me.partner
        and told.outcome != REOPENED
        and me.may(Right.WORK_CASES)
        and (told.decided_by == me.username or me.may(Right.ASSIGN))
        and desk.night.flagged(told.flag_key)
        and told.flag_key not in desk.night.case_of
    )


def _seen() -> int:
    """The number of the decision that the person saw."""
    seen = request.form.get("seen", "")
    if not seen.isascii() or not seen.isdigit() or len(seen) > 15:
        flask.abort(400)
    return int(seen)
