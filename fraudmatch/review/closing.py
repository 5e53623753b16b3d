"""Looking at some cases of a list and closing the rest with one reason, as the Northern Ireland Audit Office advises bodies to
do rather than to investigate everything.

What is closed is what the page showed: the list goes with the form as a digest, and a list that changed since is shown
again. Left out are cases that are somebody else's, that wait for a second person or would need one, and those that the
person declared an interest in.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import flask
from flask import Blueprint, request
from scipy.stats import beta

from fraudmatch.accounts import Right
from fraudmatch.caselog import CaseEvent
from fraudmatch.caselog.log import Telling
from fraudmatch.errors import ConflictError, DecisionError
from fraudmatch.report.words import counted
from fraudmatch.review.board import closing_of
from fraudmatch.review.deciding import reopened
from fraudmatch.review.desk import Desk, desk_of
from fraudmatch.review.guard import account, needs, tell
from fraudmatch.review.keeping import form_key
from fraudmatch.review.typed import Wrong, as_typed, words
from fraudmatch.review.worklist import Filter
from fraudmatch.schemas import CLEARED, CLEARED_REASONS, REAL

pages = Blueprint("closing", __name__)

#: Cases closed at once at most: one transaction, in which nobody else can save.
MOST = 2_000
#: Cases in a sample; none real among so many speaks for fewer than one in nine among the rest (95 %).
SAMPLE = 25
#: Closings that the page offers to take back, the newest.
MOST_CLOSINGS = 5


@dataclass(frozen=True)
class Closing:
    """What closing a list would do.

    Attributes:
        keys: cases that would be closed, in the order of the list. free: those of them that are nobody's.
        left_out: why -> how many cases of the list stay open.
        reviewed, real: cases of the list, whatever their state, that were decided by a person who looked, and those of
            them where a flag was real.
    """

    keys: tuple[str, ...]
    free: tuple[str, ...]
    left_out: dict[str, int]
    reviewed: int
    real: int

    @property
    def digest(self) -> str:
        """What a form brings back, so that what is closed is what was shown."""
        return hashlib.sha256("".join(self.keys).encode("ascii")).hexdigest()

    @property
    def at_most(self) -> float | None:
        """Hundredths of the rest that may be real, with 95 % confidence; null = nothing was looked at.

        One-sided Clopper–Pearson limit (Biometrika 26, 1934) of the share among what was looked at, if that was drawn by chance.
        """
        if not self.reviewed:
            return None
        if self.real == self.reviewed:
            return 100.0
        return float(beta.ppf(0.95, self.real + 1, self.reviewed - self.real)) * 100


@pages.get("/close")
@needs(Right.ASSIGN)
def page() -> Any:
    """What closing the list of the address would do."""
    desk_of().refresh()
    return _page()


@pages.post("/sample")
@needs(Right.ASSIGN)
def sample() -> Any:
    """Give the person cases of the list drawn by chance, to be looked at one by one."""
    desk = desk_of()
    desk.refresh()
    wanted = Filter.read(request.args)
    found = _closing(desk, wanted)
    drawn = sorted(found.free, key=lambda key: hashlib.sha256(f"{desk.night.run_id}{key}".encode()).digest())[
        :SAMPLE
    ]
    if not drawn:
        return _page({"sample": "There is none left that is nobody’s."}), 400
    me = account()
    try:
        desk.do_all(me, "assigned", {"to": me.username}, None, key=form_key(), tells=dict.fromkeys(drawn, ()))
    except ConflictError:
        return _page({"sample": "Somebody was faster. Look again, then send it again."}), 409
    tell("Saved", f"{counted(len(drawn), 'case')} drawn by chance: they are yours now.")
    query = replace(wanted, whose="mine").address()
    return flask.redirect(f"{flask.url_for('case_list.page')}?{query}", 303)


@pages.post("/close")
@needs(Right.ASSIGN)
def close() -> Any:
    """Close every case of the list that may be closed so, with one reason."""
    desk, wrong = desk_of(), Wrong()
    desk.refresh()
    if before := desk.board.told(f"desk:{form_key()}:"):
        return _closed(before)
    found = _closing(desk, Filter.read(request.args))
    reason = request.form.get("reason", "")
    if reason not in CLEARED_REASONS:
        wrong["reason"] = "Choose why nothing is wrong."
    note = words(request.form, wrong, needed="Write why you close them without looking at each.")
    if len(found.keys) > MOST:
        wrong["form"] = f"Close at most {MOST:,} at once: narrow the list down."
    if not found.keys:
        wrong["form"] = "There is nothing to close."
    if wrong:
        return _page(wrong), 400
    if request.form.get("of") != found.digest:
        return _page(
            {"form": "The list changed since. Look again, then send it again; your words are still here."}
        ), 409
    tells = dict(_tells(desk, found.keys, reason, str(note)))
    try:
        done = desk.do_all(account(), "decided", {}, None, key=form_key(), tells=tells)
    except (ConflictError, DecisionError):
        return _page(
            {"form": "Somebody was faster. Nothing was closed; look again, then send it again."}
        ), 409
    return _closed(len(done))


@pages.post("/close/undo")
@needs(Right.ASSIGN)
def undo() -> Any:
    """Take a whole closing back, but for what was decided anew since."""
    desk = desk_of()
    desk.refresh()
    if before := desk.board.told(f"desk:{form_key()}:"):
        return _taken_back(before)
    asked = request.form.get("closing", "")
    events = next((of for of in _standing(desk) if closing_of(of[0]) == asked), None)
    if events is None:
        flask.abort(404)
    told = {one.act.case_key: ({"act": one.sequence}, _reopened(desk, one)) for one in events}
    try:
        done = desk.do_each(account(), "undone", None, key=form_key(), told=told)
    except (ConflictError, DecisionError):
        return _page(
            {"back": "Somebody was faster. Nothing was taken back; look again, then send it again."}
        ), 409
    return _taken_back(len(done))


def _closed(cases: int) -> Any:
    said = "Each can be taken back on its own page, all of them where they were closed, until the next night."
    tell("Closed", f"{counted(cases, 'case')} closed. {said}")
    return flask.redirect(flask.url_for("case_list.page"), 303)


def _taken_back(cases: int) -> Any:
    tell("Taken back", f"{counted(cases, 'case')} open again.")
    return flask.redirect(flask.url_for("case_list.page"), 303)


def _standing(desk: Desk) -> list[list[CaseEvent]]:
    """Closings that the person may take back, of cases that are in the list and in which the person has no interest."""
    me, place = account(), desk.worklist(account()).place
    found = (
        [
            one
            for one in events
            if one.act.case_key in place and me.username not in desk.board.state(one.act.case_key).interested
            if _reopened(desk, one)
        ]
        for events in desk.board.closings(str(me.partner))
    )
    return [events for events in found if events]


def _reopened(desk: Desk, closed: CaseEvent) -> list[Telling]:
    """The decisions that open the flags of a closed case again, those apart that were decided anew since."""
    flags = desk.night.decidable(closed.act.case_key, str(account().partner))
    newest = (desk.board.newest(flag) for flag in flags)
    return [
        reopened(one) for one in newest if one is not None and one.sequence in closed.act.detail["events"]
    ]


def _page(wrong: Wrong | None = None) -> str:
    desk, wanted = desk_of(), Filter.read(request.args)
    return flask.render_template(
        "close.html", wanted=wanted, found=_closing(desk, wanted), wrong=wrong or {}, typed=as_typed(request.form),
        reasons=CLEARED_REASONS, act=secrets.token_hex(16), most=MOST, sample=SAMPLE,
        closings=[_told(desk, events) for events in _standing(desk)[:MOST_CLOSINGS]],
    )  # fmt: skip


def _told(desk: Desk, events: Sequence[CaseEvent]) -> dict[str, Any]:
    """A closing in words: what names it, who closed how many when, and why."""
    first = events[0]
    told = {one.sequence: one for one in map(desk.board.newest, first.act.flags) if one is not None}
    decision = next(told[number].decision for number in first.act.detail["events"] if number in told)
    return {
        "key": closing_of(first), "who": first.act.actor, "cases": len(events), "when": first.recorded_at,
        "reason": CLEARED_REASONS.get(decision.reason or "", ""), "note": decision.note or "",
    }  # fmt: skip


def _closing(desk: Desk, wanted: Filter) -> Closing:
    me, worklist = account(), desk.worklist(account())
    anyhow = worklist.chosen(replace(wanted, state="", whose="all"), me.username, desk.today())
    left_out: dict[str, int] = {}
    keys, free = [], []
    for place in worklist.chosen(replace(wanted, state="open"), me.username, desk.today()).tolist():
        key = worklist.keys[place]
        why = _stays(desk, key)
        if why:
            left_out[why] = left_out.get(why, 0) + 1
            continue
        keys.append(key)
        if desk.board.standing(key, str(me.partner)).assignee is None:
            free.append(key)
    found = [_found_of(desk, worklist.keys[place]) for place in anyhow.tolist()]
    looked = [one for one in found if one is not None]
    return Closing(tuple(keys), tuple(free), left_out, len(looked), sum(looked))


def _stays(desk: Desk, key: str) -> str:
    """Why a case stays open; "" = it may be closed."""
    me = account()
    standing, state = desk.board.standing(key, str(me.partner)), desk.board.state(key)
    if state.proposed is not None:
        return "waits for a second person"
    if me.username in state.interested:
        return "you declared an interest"
    if standing.assignee not in (None, me.username):
        return "somebody else has it"
    if desk.waits(me, key, {"outcome": CLEARED, "pence": {}}):
        return "needs a second person"
    return ""


def _found_of(desk: Desk, key: str) -> bool | None:
    """Whether somebody who looked at a case found a flag real; null = nobody looked at it.

    What was closed with others was not looked at: its decisions came in an act with the number of many.
    """
    if any(
        event.idempotency_key.endswith(f":{key}") and event.act.kind == "decided"
        for event in desk.board.history(key)
    ):
        return None
    newest = [desk.board.newest(flag) for flag in desk.night.decidable(key, str(account().partner))]
    outcomes = {event.decision.outcome for event in newest if event is not None} & {*REAL, CLEARED}
    return bool(outcomes & set(REAL)) if outcomes else None


def _tells(desk: Desk, keys: Sequence[str], reason: str, note: str) -> Iterator[tuple[str, list[Telling]]]:
    """Of each case the decisions that clear its open flags."""
    day, partner = desk.night.day(desk.today(), dated=desk.site.as_at is not None), str(account().partner)
    flags = {key: desk.night.decidable(key, partner) for key in keys}
    seeds = {
        one.flag_key: one
        for one in desk.night.undecided([f for of in flags.values() for f in of], desk.secret)
    }
    for key, of_case in flags.items():
        newest = {flag: desk.board.newest(flag) for flag in of_case}
        yield (
            key,
            [
                Telling(
                    replace(
                        seeds[flag],
                        outcome=CLEARED,
                        reason=reason,
                        note=note,
                        decided_by=account().username,
                        decided_on=day,
                    ),
                    event.sequence if event else None,
                )
                for flag, event in newest.items()
                if event is None or event.decision.outcome not in (*REAL, CLEARED)
            ],
        )
