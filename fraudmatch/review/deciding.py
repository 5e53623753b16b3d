"""Deciding: at once, or as a proposal that a second person approves; and taking a decision back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import flask
from flask import Blueprint, request

from fraudmatch.accounts import Right
from fraudmatch.caselog import CaseEvent
from fraudmatch.caselog.log import Telling
from fraudmatch.outcomes import Event
from fraudmatch.outcomes.events import REOPENED
from fraudmatch.report.words import counted
from fraudmatch.review.case import OUTCOMES, may_approve, undoable
from fraudmatch.review.desk import desk_of
from fraudmatch.review.guard import account, needs
from fraudmatch.review.keeping import again, conflict, kept, may_work
from fraudmatch.review.typed import Wrong, minutes, pence, words
from fraudmatch.schemas import CLEARED, CLEARED_REASONS, VALUE_CLASSES

pages = Blueprint("deciding", __name__)


@pages.post("/case/<case_key>/decide")
@needs(Right.WORK_CASES)
def decide(case_key: str) -> Any:
    """Decide the flags that are ticked: one outcome, amounts and minutes told once, of the first of them."""
    may_work(case_key)
    desk, wrong = desk_of(), Wrong()
    if desk.board.state(case_key).proposed is not None:
        return conflict(case_key, "A decision waits to be approved.")
    told, note = _told(case_key, wrong), words(request.form, wrong)
    if wrong:
        return again(case_key, wrong)
    if desk.waits(account(), case_key, told):
        said = "A second person is to approve it. Until then you can take it back below."
        return kept(case_key, "proposed", told, note, said)
    said = f"{_short(told['outcome'])}: {counted(len(told['flags']), 'flag')}. You can take it back below."
    return kept(case_key, "decided", {}, note=None, said=said, tells=_tells(told, note, account().username))


@pages.post("/case/<case_key>/approve")
@needs(Right.APPROVE)
def approve(case_key: str) -> Any:
    """Let what a colleague proposed count."""
    proposed = _proposed(case_key)
    told = proposed.act.detail
    still = desk_of().night.decidable(case_key, str(account().partner))
    if not set(told["flags"]) <= set(still):
        return conflict(case_key, "Flags of the proposal are not in the case any more: give it back.")
    tells = _tells(told, proposed.act.note, proposed.act.actor)
    return kept(case_key, "approved", {"act": proposed.sequence}, None, "The decision counts now.", tells)


@pages.post("/case/<case_key>/return")
@needs(Right.APPROVE)
def give_back(case_key: str) -> Any:
    """Give what a colleague proposed back, and say why."""
    proposed, wrong = _proposed(case_key), Wrong()
    note = words(request.form, wrong, "why", needed="Write why, so that your colleague knows what to do.")
    if wrong:
        return again(case_key, wrong)
    return kept(case_key, "returned", {"act": proposed.sequence}, note, "It is open again.")


@pages.post("/case/<case_key>/undo")
@needs(Right.WORK_CASES)
def undo(case_key: str) -> Any:
    """Take the newest decision, or a proposal of one's own, back: its flags are open again, and both stay on record."""
    may_work(case_key)
    desk = desk_of()
    proposed = desk.board.state(case_key).proposed
    if proposed is not None and proposed.act.actor == account().username:
        said = "The proposal was taken back."
        return kept(case_key, "returned", {"act": proposed.sequence}, "Taken back by who proposed it.", said)
    last = undoable(desk.board.history(case_key), account())
    if last is None or proposed is not None:
        flask.abort(404)
    flags = desk.night.decidable(case_key, str(account().partner))
    newest = [desk.board.newest(key) for key in flags]
    open_ = [one for one in newest if one is not None and one.sequence in last.act.detail["events"]]
    if not open_:
        return conflict(case_key, "Every flag of that decision has been decided anew since.")
    note, said = words(request.form, {}), "The decision was taken back."
    return kept(case_key, "undone", {"act": last.sequence}, note, said, [reopened(one) for one in open_])


def _told(case_key: str, wrong: Wrong) -> dict[str, Any]:
    """What the form says, as the detail of a proposal has it."""
    form, desk = request.form, desk_of()
    ticked = set(form.getlist("flag"))
    flags = [key for key in desk.night.decidable(case_key, str(account().partner)) if key in ticked]
    outcome, reason = form.get("outcome"), form.get("reason") or None
    if not flags:
        wrong["flag"] = "Choose at least one flag."
    if outcome not in OUTCOMES:
        wrong["outcome"] = "Choose what was found."
    if outcome == CLEARED and reason not in CLEARED_REASONS:
        wrong["reason"] = "Choose why nothing is wrong."
    day = desk.night.day(desk.today(), dated=desk.site.as_at is not None)
    return {
        "flags": flags, "outcome": outcome, "reason": reason if outcome == CLEARED else None, "on": day.isoformat(),
        "minutes": minutes(form, wrong), "pence": {kind: pence(form, kind, wrong) for kind in VALUE_CLASSES},
    }  # fmt: skip


def _tells(told: Mapping[str, Any], note: str | None, by: str) -> list[Telling]:
    """The decisions that a form or a proposal comes to, each after the newest there is about its flag."""
    desk, tells = desk_of(), []
    for place, seed in enumerate(desk.night.undecided(told["flags"], desk.secret)):
        decision = replace(
            seed, outcome=told["outcome"], reason=told["reason"], note=note, decided_by=by,
            decided_on=dt.date.fromisoformat(told["on"]),
        )  # fmt: skip
        if place == 0:  # told once: the same money and time must not be counted for each flag
            amounts: dict[str, Any] = {f"value_{kind}_pence": value for kind, value in told["pence"].items()}
            decision = replace(decision, minutes=told["minutes"], **amounts)
        newest = desk.board.newest(seed.flag_key)
        tells.append(Telling(decision, newest.sequence if newest else None))
    return tells


def reopened(event: Event) -> Telling:
    """What opens a flag again that was decided."""
    desk = desk_of()
    day = max(event.decision.decided_on, desk.night.day(desk.today(), dated=desk.site.as_at is not None))
    (seed,) = desk.night.undecided([event.decision.flag_key], desk.secret)
    back = replace(seed, outcome=REOPENED, decided_by=account().username, decided_on=day)
    return Telling(back, event.sequence)


def _proposed(case_key: str) -> CaseEvent:
    """The proposal that waits, where this person may approve it; who proposed it, or has an interest, may not."""
    may_work(case_key)
    state = desk_of().board.state(case_key)
    if state.proposed is None:
        flask.abort(404)
    if not may_approve(state, account()):
        desk_of().refused(account(), f"case {case_key}")
        flask.abort(403)
    return state.proposed


def _short(outcome: str) -> str:
    return OUTCOMES[outcome].partition(":")[0]
