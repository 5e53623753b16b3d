"""What a person does on the page of a case: each a form that is sent, kept, and answered by the page again.

A form carries the version of the case it was made from and a number of its own. Whoever was slower is told so, and
finds what was typed still in the form; sent twice, it is kept once.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import Any

import flask
from flask import Blueprint, request

from fraudmatch.accounts import Right
from fraudmatch.caselog.acts import WORKING
from fraudmatch.caselog.log import Telling
from fraudmatch.errors import ConflictError, DecisionError
from fraudmatch.outcomes.events import MOST_MINUTES, REOPENED
from fraudmatch.review.case import OUTCOMES, case_page, undoable
from fraudmatch.review.desk import desk_of
from fraudmatch.review.guard import account, needs, tell
from fraudmatch.review.worklist import Filter
from fraudmatch.schemas import CLEARED, CLEARED_REASONS, VALUE_CLASSES

pages = Blueprint("acts", __name__)

_KEY = re.compile(r"^[0-9a-f]{32}$")

#: Field -> what to mend.
Wrong = dict[str, str]


@pages.post("/case/<case_key>/decide")
@needs(Right.WORK_CASES)
def decide(case_key: str) -> Any:
    """Decide the flags that are ticked: one outcome, amounts and minutes told once, of the first of them."""
    _may_work(case_key)
    form, desk, wrong = request.form, desk_of(), {}
    of_case = desk.night.decidable(case_key, str(account().partner))
    flags = [key for key in of_case if key in form.getlist("flag")]
    if not flags:
        wrong["flag"] = "Choose at least one flag."
    if form.get("outcome") not in OUTCOMES:
        wrong["outcome"] = "Choose what was found."
    reason = form.get("reason") or None
    if form.get("outcome") == CLEARED and reason not in CLEARED_REASONS:
        wrong["reason"] = "Choose why nothing is wrong."
    minutes = _minutes(form.get("minutes", ""), wrong)
    amounts: dict[str, Any] = {
        f"value_{kind}_pence": _pence(form.get(kind, ""), kind, wrong) for kind in VALUE_CLASSES
    }
    note = _note(form, wrong)
    if wrong:
        return case_page(case_key, _typed(form), wrong), 400
    day = desk.night.day(desk.today(), dated=desk.site.as_at is not None)
    tells = []
    for place, seed in enumerate(desk.night.undecided(flags, desk.secret)):
        newest = desk.board.newest(seed.flag_key)
        told = replace(
            seed, outcome=form["outcome"], reason=reason if form["outcome"] == CLEARED else None, note=note,
            decided_by=account().username, decided_on=day,
        )  # fmt: skip
        if place == 0:
            told = replace(told, minutes=minutes, **amounts)
        tells.append(Telling(told, newest.sequence if newest else None))
    said = (
        f"{OUTCOMES[form['outcome']].split(':')[0]}: {len(flags)} of its flags. You can take it back below."
    )
    return _kept(case_key, "decided", {}, None, said, tells)


@pages.post("/case/<case_key>/undo")
@needs(Right.WORK_CASES)
def undo(case_key: str) -> Any:
    """Take the newest decision back: its flags are open again, and both stay on record."""
    _may_work(case_key)
    desk = desk_of()
    last = undoable(desk.board.history(case_key), account())
    if last is None:
        flask.abort(404)
    tells = []
    for key in desk.night.decidable(case_key, str(account().partner)):
        newest = desk.board.newest(key)
        if newest is not None and newest.sequence in last.act.detail["events"]:
            day = max(
                newest.decision.decided_on, desk.night.day(desk.today(), dated=desk.site.as_at is not None)
            )
            seed = desk.night.undecided([key], desk.secret)[0]
            back = replace(seed, outcome=REOPENED, decided_by=account().username, decided_on=day)
            tells.append(Telling(back, newest.sequence))
    if not tells:
        return _conflict(case_key, "Every flag of that decision has been decided anew since.")
    return _kept(
        case_key,
        "undone",
        {"act": last.sequence},
        _note(request.form, {}),
        "The decision was taken back.",
        tells,
    )


@pages.post("/case/<case_key>/note")
@needs(Right.WORK_CASES)
def note(case_key: str) -> Any:
    """Write a note; with a box ticked, declare an interest in the case."""
    desk, wrong = desk_of(), Wrong()
    desk.refresh()
    text = _note(request.form, wrong, field="words")
    if text is None and not wrong:
        wrong["words"] = "Write what there is to say."
    if wrong:
        return case_page(case_key, _typed(request.form), wrong), 400
    interest = request.form.get("interest") == "yes"
    said = (
        "You declared an interest: you cannot work this case any more." if interest else "The note is kept."
    )
    return _kept(case_key, "interest" if interest else "note", {}, text, said)


@pages.post("/case/<case_key>/state")
@needs(Right.WORK_CASES)
def state(case_key: str) -> Any:
    """Say how the work on the case stands."""
    _may_work(case_key)
    to = request.form.get("state", "")
    if to not in WORKING:
        return case_page(case_key, _typed(request.form), {"state": "Choose how it stands."}), 400
    return _kept(case_key, "state", {"state": to}, None, "How it stands is kept.")


@pages.post("/case/<case_key>/take")
@needs(Right.WORK_CASES)
def take(case_key: str) -> Any:
    """Take the case oneself, or give it back."""
    _may_work(case_key)
    to = account().username if request.form.get("give_back") != "yes" else None
    return _kept(case_key, "assigned", {"to": to}, None, "It is yours." if to else "It is nobody’s now.")


@pages.post("/case/<case_key>/give")
@needs(Right.ASSIGN)
def give(case_key: str) -> Any:
    """Give the case to a colleague, or to nobody."""
    desk, to = desk_of(), request.form.get("to") or None
    desk.refresh()
    found = desk.accounts.find(to) if to else None
    if to is not None and (
        found is None
        or not found.active
        or found.partner != account().partner
        or not found.may(Right.WORK_CASES)
    ):
        return case_page(case_key, _typed(request.form), {"to": "Choose a colleague from the list."}), 400
    return _kept(
        case_key, "assigned", {"to": to}, None, f"It is {to}’s now." if to else "It is nobody’s now."
    )


@pages.post("/case/<case_key>/day")
@needs(Right.ASSIGN)
def day(case_key: str) -> Any:
    """Set the day by which the case is to be done, or take it away."""
    desk_of().refresh()
    on = request.form.get("on", "").strip() or None
    if on is not None and not _is_day(on):
        return case_page(case_key, _typed(request.form), {"on": "Write a day as 2026-04-30."}), 400
    return _kept(case_key, "due", {"on": on}, None, "The day is kept." if on else "It has no day now.")


def _kept(
    case_key: str,
    kind: str,
    detail: Mapping[str, Any],
    text: str | None,
    said: str,
    tells: list[Telling] | None = None,
) -> Any:
    """Keep an act, and answer with the page of the case, or with what stands in the way."""
    desk, form = desk_of(), request.form
    key, version = form.get("act", ""), form.get("version", "")
    if not _KEY.match(key) or not version.isascii() or not version.isdigit() or len(version) > 9:
        flask.abort(400)
    try:
        desk.do(
            account(), case_key, kind, detail, text, key=f"{account().username}:{key}"[:80], version=int(version),
            tells=tells or (),
        )  # fmt: skip
    except LookupError:
        flask.abort(404)
    except ConflictError:
        return _conflict(case_key, "Somebody else was faster.")
    except DecisionError as error:
        wrong = {problem.where: problem.what for problem in error.problems} or {"form": str(error)}
        return case_page(case_key, _typed(form), wrong), 400
    tell("Saved", said)
    wanted = Filter.read(request.args).address()
    return flask.redirect(
        flask.url_for("case.page", case_key=case_key) + (f"?{wanted}" if wanted else ""), 303
    )


def _conflict(case_key: str, what: str) -> Any:
    """The case as it is now, with what the person typed still there."""
    desk_of().refresh()
    words = f"{what} Nothing of yours was saved, and what you typed is still below. Look at what changed, then send it again."
    return case_page(case_key, _typed(request.form), {"form": words}), 409


def _may_work(case_key: str) -> None:
    """Refuse who declared an interest in the case."""
    desk = desk_of()
    desk.refresh()
    if (
        case_key in desk.worklist(account()).place
        and account().username in desk.board.state(case_key).interested
    ):
        desk.refused(account(), f"case {case_key}")
        flask.abort(403)
    if case_key not in desk.worklist(account()).place:
        flask.abort(404)


def _typed(form: Any) -> dict[str, Any]:
    """What was typed, by field; of the flags all that were ticked."""
    return {name: form.get(name) for name in form} | {"flags": form.getlist("flag")}


def _note(form: Any, wrong: Wrong, field: str = "note") -> str | None:
    text = form.get(field, "").replace("\r\n", "\n").strip()
    if len(text) > 2_000:
        wrong[field] = "Write at most 2,000 characters."
    elif any(ord(sign) < 32 and sign not in "\n\t" for sign in text):
        wrong[field] = "It has control characters in it; type it anew."
    return text or None


def _minutes(text: str, wrong: Wrong) -> int | None:
    text = text.strip()
    if not text:
        return None
    if text.isascii() and text.isdigit() and len(text) < 9 and int(text) <= MOST_MINUTES:
        return int(text)
    wrong["minutes"] = "Write whole minutes, for example 25."
    return None


def _pence(text: str, kind: str, wrong: Wrong) -> int | None:
    """Pounds as typed in pence; null where nothing was typed."""
    plain = text.replace(",", "").replace("£", "").strip()
    if not plain:
        return None
    try:
        pence = Decimal(plain) * 100
        if pence.is_finite() and 0 <= pence < 10**15 and pence == pence.to_integral_value():
            return int(pence)
    except InvalidOperation:
        pass
    wrong[kind] = "Write pounds, for example 1,250.50."
    return None


def _is_day(text: str) -> bool:
    try:
        return bool(dt.date.fromisoformat(text)) and len(text) == 10
    except ValueError:
        return False
